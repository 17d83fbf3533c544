from . import (
    account_deposit_choice,
    account_move_reversal,
    account_payment_register,
    account_retention_wizard,
    sale_advance_payment_inv,
    sale_balance_wizard,
    sale_situation_wizard,
    sale_works_acceptance_wizard,
)
