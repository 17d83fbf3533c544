from . import (
    account_move,
    res_company,
    res_config_settings,
    sale_order,
    sale_order_change,
    sale_order_invoice,
    sale_order_line,
    sale_subscription_event,
)
