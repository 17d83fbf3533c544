# What the classes of other files inherit from comes first.
from . import (
    billing_guard,
    billing_internal,
    named_access,
)

# isort: split
from . import (
    account_chart_template,
    account_move,
    account_move_cancel,
    account_move_line,
    account_move_posting,
    account_move_print,
    account_move_sending,
    account_tax,
    customer_figure,
    own_context,
    reading,
    refusal,
    res_company,
    res_config_settings,
    sale_order,
    sale_order_amendment,
    sale_order_approval,
    sale_order_balance,
    sale_order_cancel,
    sale_order_guard,
    sale_order_line,
    sale_order_new_rate,
    sale_order_position,
    sale_order_situation,
    sale_order_statement,
)
