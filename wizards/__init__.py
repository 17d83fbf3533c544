from . import (
    account_move_reversal,
    account_move_reversal_cancel,
    account_payment_register,
    account_retention_wizard,
    sale_advance_payment_inv,
    sale_balance_wizard,
    sale_situation_wizard,
    sale_situation_wizard_batch,
    sale_works_acceptance_wizard,
)
