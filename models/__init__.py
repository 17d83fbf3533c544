from . import (
    account_move,
    account_move_line,
    res_company,
    res_config_settings,
    sale_order,
    sale_order_line,
    sale_order_position,
    sale_order_situation,
    sale_order_statement,
)
