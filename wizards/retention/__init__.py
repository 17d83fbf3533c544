from . import (
    account_payment_register,
    account_retention_wizard,
    sale_works_acceptance_wizard,
)
