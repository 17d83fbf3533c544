from . import (
    account_invoice_report,
    sale_situation_analysis,
)
