"""Who may call what: a row for every public method, and a column for every role."""

from contextlib import suppress

from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..every_method import EveryMethodCommon, find_public_methods

ROLES = (
    "public",
    "portal",
    "internal",
    "colleague",
    "stranger",
    "salesperson",
    "sales_team",
    "billing",
    "accountant",
    "auditor",
)
# Whoever may bill the order in Odoo.
BILL = ("salesperson", "sales_team", "billing", "accountant")
# Whoever may read the order: an auditor, too.
READ = (*BILL, "auditor")
# Whoever may post and cancel invoices.
INVOICE = ("billing", "accountant")
ACCOUNTS = ("accountant",)
SELL = ("salesperson", "sales_team")
# Each with what is his own: it tells nobody of anything else.
OWN = ("colleague", "stranger", *BILL)

ROWS = {
    "account.deposit.choice": {"action_apply": INVOICE},
    "account.move": {
        "action_cancel_draft_document": INVOICE,
        "action_cancel_posted_document": INVOICE,
        "action_choose_deposits": INVOICE,
        "action_download_workbook": READ,
        "action_send_for_approval": READ,
        "action_send_reminder": BILL,
        "action_send_reminders": BILL,
        "action_set_deposit_account": ACCOUNTS,
        "action_settle_retention": INVOICE,
        "choose_advances": INVOICE,
        "deduct_deposits": INVOICE,
        "get_billing_workbook": READ,
        "send_reminder": BILL,
        "settle_retention": INVOICE,
    },
    "account.move.reversal": {"action_cancel_document": INVOICE},
    "account.retention": {
        "action_lose": INVOICE,
        "action_open_invoice": (*INVOICE, "auditor"),
        "action_oppose": INVOICE,
        "action_release": INVOICE,
        "action_replace": INVOICE,
    },
    "account.retention.operation": {"action_undo": BILL},
    "account.retention.wizard": {"action_confirm": BILL},
    "res.partner": dict.fromkeys(
        (
            "action_view_billed",
            "action_view_billing_orders",
            "action_view_due",
            "action_view_open_deposits",
            "action_view_overdue",
            "action_view_retained",
            "get_billing_summary",
        ),
        (*OWN, "auditor"),
    ),
    "sale.advance.payment.inv": {
        "action_create_draft": BILL,
        "action_set_deposit_account": ACCOUNTS,
    },
    "sale.balance.wizard": {"action_create": BILL},
    "sale.instalment.wizard": {"action_create": INVOICE},
    "sale.order": {
        "action_accept_works": BILL,
        "action_cancel_instalments": INVOICE,
        "action_change_subscription": BILL,
        "action_create_balance": BILL,
        "action_create_deposit": BILL,
        "action_create_instalments": BILL,
        "action_create_partial": BILL,
        "action_create_situation": BILL,
        "action_create_situation_batch": BILL,
        "action_download_workbook": READ,
        "action_duplicate_subscription": SELL,
        "action_invoice_periods": BILL,
        "action_lose_retention": BILL,
        "action_oppose_retention": BILL,
        "action_release_retention": BILL,
        "action_replace_retention": BILL,
        "action_respread_instalments": BILL,
        "action_resume_subscription": BILL,
        "action_send_release_letter": BILL,
        "action_stop_subscription": BILL,
        "action_view_situations": READ,
        "action_view_subscription_invoices": READ,
        "cancel_document": INVOICE,
        "cancel_instalment_plan": INVOICE,
        "change_instalment_plan": INVOICE,
        "change_subscription_lines": BILL,
        "change_subscription_period": BILL,
        "action_bring_to_new_rate": BILL,
        "bring_to_new_rate": BILL,
        "create_balance_invoice": BILL,
        "create_deposit_invoice": BILL,
        "create_instalment_invoices": BILL,
        "create_instalment_plan": BILL,
        "create_partial_invoice": BILL,
        "create_period_invoice": BILL,
        "create_situation_invoice": BILL,
        "create_subscription_invoices": BILL,
        "get_billing_recap": READ,
        "get_billing_workbook": READ,
        "get_draft_situation": BILL,
        "get_subscription_periods": READ,
        "get_work_in_progress_workbook": READ,
        "lose_retention": INVOICE,
        "oppose_retention": BILL,
        "preview_situation": BILL,
        "release_retention": BILL,
        "replace_retention": BILL,
        "respread_instalments": BILL,
        "resume_subscription": BILL,
        "stop_subscription": BILL,
    },
    "sale.situation.analysis": {"action_open_document": READ},
    "sale.situation.batch": {
        "action_create_in_background": BILL,
        "action_open_documents": READ,
        "action_retry_refused": BILL,
        "action_stop_background": BILL,
        "create_situations": BILL,
        # Orders that he may not read are refused one by one.
        "create_situations_of_the_month": OWN,
    },
    "sale.situation.batch.line": {"action_open_detail": BILL, "action_retry": BILL},
    "sale.situation.wizard": {
        "action_create": BILL,
        "action_finish_all": BILL,
        "action_send_for_approval": BILL,
    },
    "sale.situation.wizard.line": {"action_finish": BILL},
    "sale.subscription.change.wizard": {"action_apply": BILL},
    "sale.subscription.invoice.wizard": {"action_invoice": BILL, "action_open_invoices": BILL},
    "sale.subscription.stop.wizard": {"action_apply": BILL},
    "sale.works.acceptance.wizard": {"action_accept": BILL},
}


class _Undo(Exception):
    """Takes back what a call did."""


@tagged("post_install", "-at_install")
class TestRoles(EveryMethodCommon):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        other = cls.setup_other_company(name="Other works")["company"]
        everything = "sales_team.group_sale_manager,account.group_account_manager"
        cls.users = {
            "public": cls.env.ref("base.public_user"),
            "portal": cls.make_user("portal", "base.group_portal", partner_id=cls.customer.id),
            "internal": cls.make_user("internal", "base.group_user"),
            "salesperson": cls.salesperson,
            "colleague": cls.make_user("colleague", "sales_team.group_sale_salesman"),
            "sales_team": cls.make_user("team", "sales_team.group_sale_salesman_all_leads"),
            "billing": cls.make_user("billing", "account.group_account_invoice"),
            "accountant": cls.make_user("accountant", "account.group_account_manager"),
            "auditor": cls.make_user("auditor", "account.group_account_readonly"),
            "stranger": cls.make_user("stranger", everything, company=other),
        }
        cls.env.flush_all()

    def is_allowed(self, role, model, name):
        """Whether a role may call a method: it does its work, or says no for another reason."""
        user = self.users[role]
        env = self.env(user=user, context={"allowed_company_ids": user.sudo().company_ids.ids})
        call = self.get_call(model, name, env)
        allowed = False
        with suppress(_Undo), self.env.cr.savepoint():
            try:
                with suppress(AccessError):
                    call()
                    allowed = True
            except (UserError, RedirectWarning):
                allowed = True
            raise _Undo
        return allowed

    def check_rows(self, *models):
        """Check everybody who is refused, and of those who are allowed the least and the last."""
        for model in models:
            for name, allowed in ROWS[model].items():
                refused = [role for role in ROLES if role not in allowed]
                with (
                    self.subTest(model=model, method=name),
                    mute_logger(
                        "odoo.addons.base.models.ir_access",
                        "odoo.addons.base.models.ir_model",
                        "odoo.addons.base.models.ir_rule",
                        "odoo.models.unlink",
                        "odoo.orm.models",
                    ),
                ):
                    tried = [*refused, *dict.fromkeys((allowed[0], allowed[-1]))]
                    found = [role for role in tried if self.is_allowed(role, model, name)]
                    self.assertEqual(found, list(dict.fromkeys((allowed[0], allowed[-1]))))

    def test_every_public_method_has_a_row(self):
        rows = {(model, name) for model, methods in ROWS.items() for name in methods}
        self.assertEqual(find_public_methods(self.env) - rows, set(), "these have no row")
        self.assertEqual(rows - find_public_methods(self.env), set(), "these are gone")

    def test_every_public_method_starts_from_a_context_of_its_own(self):
        for model, name in find_public_methods(self.env):
            method = getattr(type(self.env[model]), name)
            self.assertTrue(getattr(method, "starts_from_own_context", False), (model, name))

    def test_orders(self):
        self.check_rows("sale.order")

    def test_documents(self):
        self.check_rows(*(model for model in ROWS if model.startswith("account.")))

    def test_the_rest(self):
        self.check_rows(
            *(model for model in ROWS if model != "sale.order" and not model.startswith("account."))
        )
