"""What runs later runs for who asked for it, with his rights of then; nothing from outside steers it."""

import xmlrpc.client

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..rpc_clients import RpcClients
from .test_situation_batch import BatchCommon

MODEL, ROW = "sale.situation.batch", "sale.situation.batch.line"


@tagged("post_install", "-at_install")
class TestSituationBatchSteeringRpc(RpcClients):
    """The caller's own words over XML-RPC, as a salesperson."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls.make_user("rpc-colleague", "sales_team.group_sale_salesman")
        cls.foreign = cls.make_order(cls.line("Fence", 1, 300), user_id=cls.colleague.id)

    def sales(self, model, method, *args, **kwargs):
        return self.xmlrpc(model, method, *args, user=self.salesperson, **kwargs)

    def make_own(self, **context):
        rows = [[0, 0, {"order_id": self.order.id, "new_progress": 40}]]
        [batch_id] = self.sales(MODEL, "create", [{"line_ids": rows}], context=context)
        return self.env[MODEL].browse(batch_id)

    def assertNotWritten(self, *args, **kwargs):
        with self.assertRaisesRegex(xmlrpc.client.Fault, "not to be written"):
            self.sales(*args, **kwargs)

    def test_the_batch(self):
        batch = self.make_own()
        for values in (
            {"in_background": True},
            {"background_user_id": self.invoicing.id},
            {"in_background": True, "background_user_id": False},
            {"user_id": self.invoicing.id},
            {"company_id": self.company.id},
        ):
            with self.subTest(values=values):
                self.assertNotWritten(MODEL, "write", batch.ids, values)
                self.assertNotWritten(MODEL, "create", [values])
                self.assertNotWritten(MODEL, "copy", batch.ids, values)
        result = self.sales(MODEL, "load", [".id", "in_background"], [[str(batch.id), "True"]])
        self.assertIn("not to be written", result["messages"][0]["message"])
        self.assertRecordValues(
            batch,
            [
                {
                    "in_background": False,
                    "background_user_id": False,
                    "user_id": self.salesperson.id,
                    "company_id": self.company.id,
                }
            ],
        )
        # What a user says of it he still may.
        self.sales(MODEL, "write", batch.ids, {"invoice_date": "2026-10-31"})
        [copy_id] = self.sales(MODEL, "copy", batch.ids)
        self.assertEqual(self.env[MODEL].browse(copy_id).user_id, self.salesperson)

    def test_the_defaults_of_a_context(self):
        batch = self.make_own(
            default_in_background=True,
            default_background_user_id=self.invoicing.id,
            default_user_id=self.invoicing.id,
            default_state="created",
            default_reason="Mine",
        )
        self.assertEqual((batch.in_background, batch.background_user_id.id), (False, False))
        self.assertEqual(batch.user_id, self.salesperson)
        self.assertRecordValues(batch.line_ids, [{"state": "waiting", "reason": False}])

    def test_a_row_stays_with_its_order_and_its_batch(self):
        batch, other = self.make_own(), self.make_own()
        row = batch.line_ids
        for values in (
            {"order_id": self.foreign.id},
            {"batch_id": other.id},
            {"company_id": self.company.id},
            {"start_progress": 0},
        ):
            with self.subTest(values=values):
                self.assertNotWritten(ROW, "write", row.ids, values)
                self.assertNotWritten(
                    MODEL, "write", batch.ids, {"line_ids": [[1, row.id, values]]}
                )
        self.assertNotWritten(MODEL, "write", other.ids, {"line_ids": [[4, row.id, 0]]})
        with self.assertRaises(xmlrpc.client.Fault):
            self.sales(ROW, "create", [{"batch_id": batch.id, "order_id": self.foreign.id}])
        self.assertEqual((row.order_id, row.batch_id), (self.order, batch))


@tagged("post_install", "-at_install")
class TestScheduledPosting(RpcClients):
    """Only who may post has something posted later, whatever the context of a call says."""

    def test_a_salesperson(self):
        context = {"default_auto_post": "at_date", "default_send_when_posted": True}
        call = ("sale.order", "create_situation_invoice", self.order.ids)
        self.xmlrpc(*call, 20, user=self.salesperson, context=context)
        call = ("sale.order", "create_deposit_invoice", self.order.ids)
        self.xmlrpc(*call, 10, user=self.salesperson, context=context)
        call = ("sale.order", "create_instalment_plan", self.order.ids)
        plan = [{"date": f"2999-0{month}-01", "percent": 50} for month in (1, 2)]
        self.order.billing_document_ids.filtered(
            lambda move: move.billing_kind == "deposit"
        ).action_post()
        self.xmlrpc(*call, plan, user=self.salesperson, context=context)
        documents = self.order.billing_document_ids
        self.assertEqual(len(documents), 4)
        self.assertEqual(set(documents.mapped("auto_post")), {"no"})
        self.assertEqual(set(documents.mapped("send_when_posted")), {False})

    def test_odoo_s_own_invoice(self):
        context = {"default_auto_post": "at_date", "default_send_when_posted": True}
        own = self.order.with_user(self.salesperson).with_context(**context)
        own._create_invoices()
        [document] = self.order.invoice_ids
        self.assertEqual((document.auto_post, document.send_when_posted), ("no", False))

    def test_who_may_post(self):
        self.xmlrpc("sale.order", "create_instalment_invoices", self.order.ids, 2, "2999-01-01")
        self.assertEqual(self.order.billing_document_ids.mapped("auto_post"), ["at_date"] * 2)


@tagged("post_install", "-at_install")
class TestSituationBatchAsker(BatchCommon):
    """The scheduled action, after something changed about who asked for it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref("sale_situation_invoicing.cron_create_situations")
        cls.sales, cls.colleague = (
            new_test_user(
                cls.env,
                login=login,
                groups="sales_team.group_sale_salesman",
                company_id=cls.company.id,
                company_ids=[Command.set(cls.company.ids)],
            )
            for login in ("asker", "asker-colleague")
        )

    def setUp(self):
        super().setUp()
        if self.env["sale.situation.batch"]._has_job_queue():
            self.skipTest("the job queue does it: see the tests of it")
        self.orders = self.make_house_of(1000, user_id=self.sales.id) | self.make_house_of(
            2000, user_id=self.sales.id
        )
        own = self.orders.with_user(self.sales).with_context(allowed_company_ids=self.company.ids)
        batch = self.make_batch(own, 30, 30)
        batch.action_create_in_background()
        self.batch = self.env["sale.situation.batch"].browse(batch.id)

    def run_cron(self):
        with self.enter_registry_test_mode():
            self.cron.method_direct_trigger()
        self.env.invalidate_all()

    def assertStopped(self, text):
        """Nothing is made, and the batch says why, once."""
        messages = self.batch.message_ids
        for _night in range(2):
            self.run_cron()
        self.assertFalse(self.batch.in_background)
        self.assertEqual(self.batch.waiting_count, 2)
        self.assertFalse(self.orders.billing_document_ids)
        [message] = self.batch.message_ids - messages
        self.assertIn("Stopped", message.body)
        self.assertIn(text, message.body)

    def test_archived(self):
        self.sales.active = False
        self.assertStopped("no active user")

    def test_nobody(self):
        """As a caller would have it that could write the fields: no user, and so the scheduler's rights."""
        self.batch.sudo().background_user_id = False
        self.assertStopped("no active user")

    def test_a_portal_user_now(self):
        self.sales.group_ids = self.env.ref("base.group_portal")
        self.assertStopped("no active user")

    def test_without_the_company(self):
        other = self.setup_other_company(name="Elsewhere")["company"]
        self.sales.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        self.assertStopped("")

    def test_an_order_that_is_a_colleague_s_now(self):
        """He may not read it any more: it is refused, the other one is billed."""
        self.orders[0].user_id = self.colleague
        self.run_cron()
        self.assertEqual(self.batch.line_ids.mapped("state"), ["refused", "created"])
        self.assertFalse(self.orders[0].billing_document_ids)
        self.assertEqual(self.orders[1].billing_document_ids.create_uid, self.sales)

    def test_nobody_else_changes_what_he_asked_for(self):
        manager = self.batch.with_user(self.env.user)
        third = self.make_house_of(500)
        for change in (
            lambda: manager.line_ids[0].write({"new_progress": 90}),
            lambda: manager.write({"line_ids": [Command.create({"order_id": third.id})]}),
            lambda: manager.write({"invoice_date": "2026-10-31"}),
        ):
            with self.assertRaisesRegex(UserError, "stop it first"):
                change()
        manager.action_stop_background()
        manager.line_ids[0].new_progress = 90
        self.assertEqual(manager.line_ids[0].new_progress, 90)
