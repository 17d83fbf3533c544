from . import (
    account_move_reversal,
    sale_balance_wizard,
    sale_situation_wizard,
)
