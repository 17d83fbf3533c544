from . import (
    account_deposit_choice,
    sale_advance_payment_inv,
    sale_situation_wizard,
)
