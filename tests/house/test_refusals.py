"""Work for many: each refusal stays with its own, and is told once to who is responsible."""

from freezegun import freeze_time
from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID
from odoo.api import Environment
from odoo.exceptions import (
    AccessError,
    ConcurrencyError,
    LockError,
    MissingError,
    RedirectWarning,
    UserError,
    ValidationError,
)
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, TransactionCase, get_db_name, new_test_user, tagged
from odoo.tools import mute_logger

from ...models.billing.refusal import attempt, attempt_each, refusals_as_user_errors
from ..subscription.test_subscription import SubscriptionCommon

LOGGER = "odoo.addons.sale_situation_invoicing.models.billing.refusal"


@tagged("post_install", "-at_install")
class TestAttempt(TransactionCase):
    def refused(self, error):
        """Return what becomes of work that is refused by an error."""
        partners = self.env["res.partner"]

        def work():
            partners.create({"name": "Left behind"})
            raise error

        before = partners.search_count([])
        outcome = attempt(self.env.user, work)
        self.assertEqual(partners.search_count([]), before)
        return outcome

    def test_done(self):
        outcome = attempt(self.env.user, lambda: 12)
        self.assertEqual(outcome, (12, "", False))

    def test_refused(self):
        for error in (
            UserError("No"),
            AccessError("No"),
            ValidationError("No"),
            MissingError("No"),
            RedirectWarning("No", 1, "Settings"),
        ):
            with self.subTest(error=error):
                self.assertEqual(self.refused(error), (None, "No", False))
        self.assertTrue(self.refused(LockError("Busy")).is_busy)

    def test_unexpected(self):
        with self.assertLogs(LOGGER, "ERROR") as logs:
            outcome = self.refused(ValueError("odd"))
        self.assertEqual(outcome.refusal, "Unexpected error: odd")
        self.assertIn("Traceback", logs.output[0])
        with mute_logger("odoo.sql_db", LOGGER):
            outcome = attempt(
                self.env.user, lambda: self.env.cr.execute("SELECT nothing FROM nowhere")
            )
        self.assertIn("nowhere", outcome.refusal)
        self.assertTrue(self.env.user.search_count([]), "the transaction goes on")

    def test_somebody_else_s_change_is_no_refusal(self):
        for error in (SerializationFailure(), ConcurrencyError("again")):
            with self.subTest(error=error), self.assertRaises(type(error)):
                self.refused(error)

    def test_as_a_user_error(self):
        for error in (RedirectWarning("No", 1, "Settings"), UserError("No")):
            with self.assertRaisesRegex(UserError, "No"), refusals_as_user_errors(self.env.user):
                raise error
        with (
            mute_logger(LOGGER),
            self.assertRaisesRegex(UserError, "odd"),
            refusals_as_user_errors(self.env.user),
        ):
            raise ValueError("odd")
        with self.assertRaises(SerializationFailure), refusals_as_user_errors(self.env.user):
            raise SerializationFailure


@tagged("post_install", "-at_install")
class TestAttemptEach(BaseCase):
    """A scheduled action commits: on a cursor of its own, on which nothing is written."""

    def run_jobs(self, *works):
        told = []
        with Registry(get_db_name()).cursor() as cr:
            env = Environment(cr, SUPERUSER_ID, {})
            jobs = [(env.user, work) for work in works]
            with mute_logger(LOGGER):
                attempt_each(env, jobs, lambda _user, refusal: told.append(refusal))
        return told

    def test_each_is_tried(self):
        done = []

        def refuse(error):
            done.append(error)
            raise error

        told = self.run_jobs(
            lambda: refuse(RedirectWarning("One", 1, "Settings")),
            lambda: refuse(ValueError("two")),
            lambda: refuse(LockError("three")),
            lambda: done.append("four"),
        )
        self.assertEqual(len(done), 4)
        # What somebody else works on is nobody's fault.
        self.assertEqual(told, ["One", "Unexpected error: two"])

    def test_a_concurrent_change_is_done_again(self):
        done = []

        def work():
            done.append(len(done))
            if len(done) == 1:
                raise SerializationFailure

        self.assertEqual(self.run_jobs(work, work), [])
        self.assertEqual(done, [0, 1, 2])

    def test_a_concurrent_change_without_end_is_left_to_the_next_run(self):
        done = []

        def never():
            raise ConcurrencyError("again")

        self.assertEqual(self.run_jobs(never, lambda: done.append(1)), [])
        self.assertEqual(done, [1])


@tagged("post_install", "-at_install")
class TestRefusals(SubscriptionCommon):
    """One order lacks the account of its retention, which Odoo tells by a `RedirectWarning`."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sales = new_test_user(
            cls.env,
            login="refusal-sales",
            groups="sales_team.group_sale_salesman",
            company_id=cls.company.id,
            company_ids=cls.company.ids,
        )
        cls.company.retention_account_id = False
        cls.term = cls.make_term((95, 0), (5, None))

    def make_three(self, **values):
        return self.env["sale.order"].union(
            *(
                self.make_magazine(user_id=self.sales.id, payment_term_id=term, **values)
                for term in (False, self.term.id, False)
            )
        )

    @freeze_time("2026-01-01")
    def test_invoice_the_periods(self):
        orders = self.make_three()
        wizard = self.env["sale.subscription.invoice.wizard"].browse(
            orders.action_invoice_periods()["res_id"]
        )
        wizard.posting = "now"
        wizard.action_invoice()
        self.assertEqual(len(wizard.move_ids), 2)
        self.assertEqual(set(wizard.move_ids.mapped("state")), {"posted"})
        self.assertIn(orders[1].name, wizard.report)
        self.assertIn("no account for retentions", wizard.report)
        self.assertFalse(orders[1].subscription_document_ids)

    def test_the_nightly_run(self):
        with freeze_time("2026-01-01"):
            orders = self.make_three()
            orders[1].partner_id = self.env["res.partner"].create({"name": "Other"})
            orders[1].payment_term_id = self.term
        self.company.write({"subscription_auto_invoice": True, "subscription_posting": "now"})
        cron = self.env.ref("sale_situation_invoicing.ir_cron_invoice_subscriptions")
        for night in ("2026-01-01", "2026-01-02"):
            with freeze_time(night), self.enter_registry_test_mode():
                cron.method_direct_trigger()
            self.assertEqual(
                [len(order.subscription_document_ids) for order in orders], [1, 0, 1], night
            )
            [activity] = orders.activity_ids
            self.assertEqual((activity.res_id, activity.user_id), (orders[1].id, self.sales))
            self.assertIn("no account for retentions", activity.note)
        self.assertFalse(
            self.company.retention_account_id, "the run itself mends nothing that is lacking"
        )

    @freeze_time("2026-01-01")
    def test_who_is_told_and_in_which_words(self):
        order = self.make_magazine(user_id=self.sales.id)
        order._tell_refused_invoice("<b>Bold</b> & more")
        self.assertIn("&lt;b&gt;Bold", order.activity_ids.note)
        order._tell_refused_invoice("Another reason")
        [activity] = order.activity_ids
        self.assertIn("Another reason", activity.note)
        self.sales.active = False
        other = self.make_magazine(user_id=self.sales.id)
        other._tell_refused_invoice("No")
        self.assertEqual(other.activity_ids.user_id, self.env.user)

    def test_odoo_s_scheduled_posting(self):
        """An instalment that is refused doesn't keep the others from being posted."""
        with freeze_time("2026-01-01"):
            orders = self.env["sale.order"].union(
                *(
                    self.make_order(self.line("Works", 1, 1000.0), payment_term_id=term)
                    for term in (self.term.id, False)
                )
            )
            for order in orders:
                order.create_instalment_invoices(2, "2026-02-01")
        with (
            freeze_time("2026-02-01"),
            self.enter_registry_test_mode(),
            mute_logger("odoo.addons.base.models.ir_cron"),
        ):
            self.env.ref("account.ir_cron_auto_post_draft_entry").method_direct_trigger()
        self.env.invalidate_all()
        refused, posted = (order.billing_document_ids.sorted("invoice_date") for order in orders)
        self.assertEqual(posted.mapped("state"), ["posted", "draft"])
        self.assertEqual(refused.mapped("state"), ["draft", "draft"])
        self.assertIn("no account for retentions", refused[0].message_ids[0].body)
