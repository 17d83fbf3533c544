from .batch import (
    test_situation_batch,
    test_situation_batch_background,
    test_situation_batch_queue,
    test_situation_batch_rpc,
    test_situation_batch_steering,
    test_situation_batch_tour,
)
from .billing import (
    test_balance,
    test_balance_recognised,
    test_billing_lock,
    test_cancel,
    test_cancel_rpc,
    test_cancel_tour,
    test_company_accounts,
    test_new_rate,
    test_old_statements,
    test_order_repriced,
    test_posting_hooks,
    test_situation,
    test_situation_approval,
    test_situation_documents,
    test_situation_exactness,
    test_situation_input,
    test_situation_order_changes,
    test_situation_print,
    test_situation_settings,
    test_situation_speed,
    test_situation_tour,
    test_situation_wizard,
)
from .deposit import (
    test_cash_basis,
    test_cash_basis_exactness,
    test_deduction,
    test_deposit,
    test_deposit_accounting,
    test_deposit_by_hand,
    test_deposit_by_hand_rpc,
    test_deposit_by_hand_tour,
    test_deposit_exactness,
    test_on_demand,
)
from .house import (
    test_bad_values,
    test_columns,
    test_currency_steps,
    test_data_update,
    test_floors,
    test_guard,
    test_integrator_guide,
    test_named_access,
    test_own_context,
    test_random_lives,
    test_refusals,
    test_roles,
    test_runners,
    test_screens,
    test_situation_rights,
    test_situation_rpc,
    test_translation,
)
from .instalment import (
    test_instalment,
    test_instalment_exactness,
)
from .partial import (
    test_partial,
)
from .receivable import (
    test_customer_page,
    test_customer_rpc,
    test_job,
    test_portal,
    test_portal_invoices,
    test_portal_payment,
    test_portal_tour,
)
from .reminder import (
    test_payment_notice,
    test_reminder,
    test_reminder_clients,
    test_reminder_exactness,
)
from .retention import (
    test_early_discount_documents,
    test_retention,
    test_retention_discount,
    test_retention_exactness,
    test_retention_follow_up,
    test_retention_follow_up_exactness,
    test_retention_loss_undone,
    test_retention_payment,
    test_retention_settlement,
    test_retention_slices,
    test_whole_payment,
    test_whole_payment_exactness,
    test_whole_payment_tour,
)
from .subscription import (
    test_subscription,
    test_subscription_exactness,
    test_subscription_rpc,
    test_subscription_tour,
)
from .tools import (
    test_kernel,
    test_periods,
    test_plan,
    test_words,
)
from .workbook import (
    test_analysis,
    test_analysis_tour,
    test_work_in_progress,
    test_workbook,
    test_workbook_access,
    test_workbook_address,
    test_workbook_tour,
)
