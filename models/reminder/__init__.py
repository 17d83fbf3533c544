from . import (
    account_billing_reminder,
    account_billing_reminder_level,
    account_move,
    account_move_payment_notice,
    account_partial_reconcile,
    payment_transaction,
    res_company,
    res_config_settings,
)
