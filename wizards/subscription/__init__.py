from . import (
    sale_advance_payment_inv,
    sale_subscription_change_wizard,
    sale_subscription_invoice_wizard,
    sale_subscription_stop_wizard,
)
