from . import (
    account_move,
    sale_order,
    sale_order_progress,
    sale_order_work_in_progress,
)
