"""What a customer reads of his order over RPC: what is posted, nothing of drafts and of notes."""

import xmlrpc.client

from odoo.exceptions import AccessError
from odoo.tests import get_db_name, tagged
from odoo.tools import mute_logger

from ..portal_common import PortalCommon

MODULE = "sale_situation_invoicing"
FIGURES = ("billing_progress", "deposit_percent", "situation_percent", "situation_count")


@tagged("post_install", "-at_install")
class TestCustomerRpc(PortalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.make_contract()

    def read_as_customer(self, record, name):
        """Return what RPC answers the customer, or that he may not."""
        self.env.flush_all()
        self.env.invalidate_all()
        try:
            [row] = record.with_user(self.portal_user).read([name])
        except AccessError:
            return "refused"
        return row[name]

    def get_own_fields(self, model):
        """Return the names of the fields that this addon adds to a model."""
        return sorted(
            name
            for name, field in self.env[model]._fields.items()
            if MODULE in field._modules and name != "id"
        )

    def snapshot(self, *records):
        """Return ``{(record, field): answer}`` of all fields of ours."""
        with mute_logger("odoo.orm.models", "odoo.addons.base.models.ir_rule"):
            return {
                (record, name): self.read_as_customer(record, name)
                for record in records
                for name in self.get_own_fields(record._name)
            }

    # === DRAFTS ===#

    def test_drafts_change_nothing(self):
        deposit = self.deposit(self.order, 30, invoice_date="2026-03-01", post=True)
        situation = self.situation(self.order, 40, invoice_date="2026-04-01", post=True)
        records = (
            self.order,
            self.order.order_line[0],
            deposit,
            situation,
            self.billed_lines(situation)[0],
            self.customer,
        )
        before = self.snapshot(*records)
        self.situation(self.order, 70)
        self.order.create_instalment_invoices(2, "2030-01-31")
        credit_note = situation._reverse_moves()
        self.assertEqual(credit_note.state, "draft")
        situation.payment_promise_date = "2030-01-31"
        self.assertGreater(self.order.billing_progress, 70)
        after = self.snapshot(*records)
        changed = {key: (before[key], after[key]) for key in before if before[key] != after[key]}
        self.assertEqual(changed, {})

    def test_drafts_alone_are_nothing(self):
        before = self.snapshot(self.order, self.order.order_line[0])
        self.situation(self.order, 40)
        self.deposit(self.order, 10)
        after = self.snapshot(self.order, self.order.order_line[0])
        changed = {key: (before[key], after[key]) for key in before if before[key] != after[key]}
        self.assertEqual(changed, {})
        for name in FIGURES:
            self.assertEqual(self.read_as_customer(self.order, name), 0, name)

    def test_drafts_of_periods(self):
        subscription = self.make_order(
            self.line("Rent", 1, 100), is_subscription=True, subscription_start="2026-01-01"
        )
        before = self.snapshot(subscription)
        subscription.create_subscription_invoices("2026-02-01")
        self.assertTrue(subscription.subscription_invoice_count)
        after = self.snapshot(subscription)
        changed = {key: (before[key], after[key]) for key in before if before[key] != after[key]}
        self.assertEqual(changed, {})

    # === FIGURES ===#

    def test_figures_are_those_of_the_page(self):
        """Of 12 000: a deposit of 3 600 and situations to 70 and back to 65 %; a draft to 90 %.

        Situations come to 3 360 + 2 520 − 600 = 5 280, 44 % of the order.
        """
        order = self.make_job()
        expected = {
            "billing_progress": 65.0,
            "deposit_percent": 30.0,
            "situation_percent": 44.0,
            "situation_count": 3,
        }
        for name, value in expected.items():
            self.assertEqual(self.read_as_customer(order, name), value, name)
        billing = order._get_portal_billing()
        self.assertEqual(billing["progress"], expected["billing_progress"])
        self.assertEqual(self.read_as_customer(order, "retention_held"), billing["retention_held"])
        # The company's own users see the draft.
        self.env.invalidate_all()
        self.assertEqual((order.billing_progress, order.situation_count), (90, 4))
        self.assertEqual(order.sudo().billing_progress, 90)

    def test_figures_dont_mix_within_a_request(self):
        order = self.make_job()
        self.env.flush_all()
        self.env.invalidate_all()
        customer = order.with_user(self.portal_user)
        for _turn in range(2):
            self.assertEqual(customer.billing_progress, 65)
            self.assertEqual(customer.situation_count, 3)
            self.assertEqual(customer.sudo().billing_progress, 90)
            self.assertEqual(customer.sudo().situation_count, 4)
            self.assertEqual(order.billing_progress, 90)
            self.assertEqual(order.situation_count, 4)

    @mute_logger("odoo.orm.models")
    def test_stored_figures_cant_be_guessed(self):
        order = self.make_job()
        self.env.flush_all()
        self.env.invalidate_all()
        Order = order.browse().with_user(self.portal_user)
        Line = order.order_line.browse().with_user(self.portal_user)
        for name in ("billing_progress", "deposit_percent", "situation_percent"):
            for call in (
                lambda name=name: Order.search([(name, ">", 80)]),
                lambda name=name: Order.search_count(["!", (name, "<", 80)]),
                lambda name=name: Order.search([], order=f"{name} desc"),
                lambda name=name: Order.formatted_read_group([], [name], ["__count"]),
                lambda name=name: Order.formatted_read_group([], [], [f"{name}:sum"]),
                lambda name=name: Line.search([(f"order_id.{name}", ">", 80)]),
            ):
                with self.subTest(name=name), self.assertRaises(AccessError):
                    call()
        for name in ("is_ready_for_balance", "subscription_next_date"):
            with self.assertRaises(AccessError):
                Order.search([(name, "!=", False)])
        self.assertIn(order, Order.search([]))

    # === OVER HTTP ===#

    def test_xmlrpc(self):
        order = self.make_job()

        def call(*args):
            with mute_logger("odoo.addons.rpc.controllers.xmlrpc", "odoo.orm.models", "odoo.http"):
                return self.xmlrpc_object.execute_kw(
                    get_db_name(),
                    self.portal_user.id,
                    self.portal_user.login,
                    "sale.order",
                    *args,
                )

        [row] = call("read", [order.ids, list(FIGURES)])
        self.assertEqual(row["billing_progress"], 65)
        self.assertEqual(row["situation_count"], 3)
        [row] = call("search_read", [[("id", "=", order.id)], list(FIGURES)])
        self.assertEqual(row["billing_progress"], 65)
        for args in (
            ("read", [order.ids, ["is_ready_for_balance"]]),
            ("search", [[("billing_progress", ">", 80)]]),
        ):
            with self.assertRaises(xmlrpc.client.Fault):
                call(*args)

    def test_figures_by_way_of_a_document(self):
        """Nor can he ask for them in a domain of his own document."""
        self.situation(self.order, 40, post=True)
        Move = self.env["account.move"].with_user(self.portal_user)
        with self.assertRaises(AccessError), mute_logger("odoo.orm.models"):
            Move.search([("billing_order_id.billing_progress", ">", 10)])
