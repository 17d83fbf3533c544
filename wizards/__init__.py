from . import (
    account_move_reversal,
    account_payment_register,
    account_retention_wizard,
    sale_advance_payment_inv,
    sale_advance_payment_inv_subscription,
    sale_balance_wizard,
    sale_instalment_wizard,
    sale_situation_wizard,
    sale_subscription_change_wizard,
    sale_subscription_invoice_wizard,
    sale_subscription_stop_wizard,
    sale_works_acceptance_wizard,
)
