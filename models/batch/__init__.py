from . import (
    sale_order,
    sale_situation_batch,
    sale_situation_batch_background,
    sale_situation_batch_line,
)
