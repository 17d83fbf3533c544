from . import (
    account_move,
    account_move_advance,
    account_move_amounts,
    account_move_cash_basis,
    account_move_choice,
    account_move_line,
    account_partial_reconcile,
    res_company,
    res_config_settings,
    sale_order,
    sale_order_deduction,
    sale_order_line,
)
