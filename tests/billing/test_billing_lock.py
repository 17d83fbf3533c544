"""Two at once, on two connections: whatever makes a document of an order takes the same lock."""

from functools import partial

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID
from odoo.api import Environment
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, new_test_user, tagged
from odoo.tools import mute_logger

from ..common import SituationCommon


def dialog(order, method="percentage"):
    """Odoo's own dialog, as Odoo and other addons call it: a deposit of 60 %, or an invoice."""
    wizard = order.env["sale.advance.payment.inv"].create(
        {
            "sale_order_ids": [Command.set(order.ids)],
            "advance_payment_method": method,
            "amount": 60,
        }
    )
    wizard.create_invoices()


def reverse(order, method):
    """Odoo's credit note wizard, on the posted documents of the order."""
    moves = order.billing_document_ids.filtered(lambda move: move.state == "posted")
    reversal = order.env["account.move.reversal"].with_context(
        active_model="account.move", active_ids=moves.ids
    )
    getattr(reversal.create({"journal_id": moves.journal_id[:1].id}), method)()


WAYS = {
    "dialog: deposit": dialog,
    "dialog: invoice": partial(dialog, method="delivered"),
    "Create Invoice": lambda order: order._create_invoices(),
    "situation": lambda order: order.create_situation_invoice(60),
    "deposit": lambda order: order.create_deposit_invoice(60),
    "partial invoice": lambda order: order.create_partial_invoice(),
    "instalments": lambda order: order.create_instalment_invoices(3, "2999-01-31"),
    "batch": lambda order: order._get_progress_entries(60) and order.create_situation_invoice(60),
}


@tagged("post_install", "-at_install")
class TestBillingLock(BaseCase):
    """What the order needs is committed, and removed after."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            env = Environment(cr, SUPERUSER_ID, {})
            journal = env["account.journal"].search([("type", "=", "sale")], limit=1)
            self.assertTrue(journal, "this database has no chart of accounts")
            self.company_id = journal.company_id.id
            env = env(context={"allowed_company_ids": [self.company_id]})
            partner = env["res.partner"].create({"name": "Two at a time"})
            product = env["product.product"].create(
                {"name": "Work for two", "type": "service", "invoice_policy": "order"}
            )
            order = env["sale.order"].create(
                {
                    "partner_id": partner.id,
                    "order_line": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "price_unit": 1000,
                                "tax_ids": [Command.clear()],
                            }
                        )
                    ],
                }
            )
            order.action_confirm()
            self.order_id, self.order_name = order.id, order.name
            self.made = [order, product, partner]
        self.addCleanup(self.remove)

    def remove(self):
        with self.registry.cursor() as cr:
            context = {"allowed_company_ids": [self.company_id], "force_delete": True}
            env = Environment(cr, SUPERUSER_ID, context)
            order, product, partner = (record.with_env(env) for record in self.made)
            moves = order.invoice_ids | order.billing_document_ids
            moves.filtered(lambda move: move.state != "draft").button_draft()
            moves.unlink()
            order._action_cancel()
            order.unlink()
            product.unlink()
            partner.unlink()

    def begin(self):
        """Return the order in a transaction of its own, which has begun."""
        cr = self.registry.cursor()
        self.addCleanup(cr.close)
        env = Environment(cr, SUPERUSER_ID, {"allowed_company_ids": [self.company_id]})
        order = env["sale.order"].browse(self.order_id)
        self.assertEqual(order.state, "sale", "the snapshot is taken")
        return order

    def retry(self, order, way):
        """Do something as Odoo's server does, which runs what PostgreSQL refuses again."""
        with mute_logger("odoo.sql_db", "odoo.service.model"):
            retrying(partial(way, order), order.env)

    def billed(self):
        order = self.begin()
        documents = order.get_billing_recap()["documents"]
        order.env.cr.rollback()
        return [(row["kind"], row["total"]) for row in documents]

    def test_nobody_else_while_one_bills(self):
        one = self.begin()
        one._lock_for_billing()
        for name, way in WAYS.items():
            other = self.begin()
            with self.subTest(way=name), self.assertRaisesRegex(UserError, self.order_name):
                way(other)
            other.env.cr.rollback()
        one.env.cr.rollback()

    def test_a_transaction_that_began_earlier_is_refused(self):
        for name, way in WAYS.items():
            early, late = self.begin(), self.begin()
            # What was read before the lock is of no use.
            self.assertEqual(early.get_billing_recap()["invoiced_total"], 0)
            late._lock_for_billing()
            late.env.cr.commit()
            with (
                self.subTest(way=name),
                mute_logger("odoo.sql_db"),
                self.assertRaises(SerializationFailure),
            ):
                way(early)
            early.env.cr.rollback()

    def test_a_deposit_by_odoo_s_dialog_beside_a_situation(self):
        """1 000.00: 60 % as a deposit and 60 % as a situation are 1 200.00."""
        first, second = self.begin(), self.begin()
        first.create_situation_invoice(60)
        with self.assertRaisesRegex(UserError, self.order_name):
            dialog(second)
        second.env.cr.rollback()
        second = self.begin()
        first.env.cr.commit()
        with self.assertRaisesRegex(UserError, "left to invoice"):
            self.retry(second, dialog)
        second.env.cr.rollback()
        self.assertEqual(self.billed(), [("situation", 600)])

    def test_a_situation_beside_a_deposit_by_odoo_s_dialog(self):
        """The situation sees the deposit, and deducts of it what its progress is: 60 % of 600.00."""
        first, second = self.begin(), self.begin()
        dialog(first)
        with self.assertRaisesRegex(UserError, self.order_name):
            second.create_situation_invoice(60)
        second.env.cr.rollback()
        second = self.begin()
        first.billing_document_ids.action_post()
        first.env.cr.commit()
        self.retry(
            second, lambda order: order.create_situation_invoice(60, deduction_rule="progressive")
        )
        second.env.cr.commit()
        self.assertEqual(self.billed(), [("deposit", 600), ("situation", 240)])

    def test_odoo_s_own_invoice_beside_a_situation(self):
        """The invoice of Odoo's bills what the situation leaves."""
        early, late = self.begin(), self.begin()
        late.create_situation_invoice(60)
        late.env.cr.commit()
        self.retry(early, lambda order: order._create_invoices())
        early.env.cr.commit()
        self.assertEqual([total for _kind, total in self.billed()], [600, 400])

    def test_a_credit_note_beside_a_situation(self):
        order = self.begin()
        order.create_situation_invoice(60, post=True)
        order.env.cr.commit()
        for method in ("refund_moves", "modify_moves"):
            one, other = self.begin(), self.begin()
            one.create_situation_invoice(100)
            with self.subTest(method=method), self.assertRaisesRegex(UserError, self.order_name):
                reverse(other, method)
            other.env.cr.rollback()
            one.env.cr.rollback()
            one, other = self.begin(), self.begin()
            reverse(one, method)
            with self.subTest(method=method), self.assertRaisesRegex(UserError, self.order_name):
                other.create_situation_invoice(100)
            other.env.cr.rollback()
            one.env.cr.rollback()


@tagged("post_install", "-at_install")
class TestLockOfSeveralOrders(SituationCommon):
    def test_one_statement_for_all(self):
        counts = []
        for number in (2, 2, 20):
            orders = self.env["sale.order"].union(
                *(self.make_order(self.line("A", 1, 100)) for _n in range(number))
            )
            orders.mapped("name")
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            orders._lock_for_billing()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])

    def test_a_context_says_nothing_of_the_amounts(self):
        """60 % of 120.00 are 72.00, and an invoice of the whole 120.00."""
        order = self.make_order(self.line("A", 1, 100))
        rest = {order.id: {order.order_line.id: {"price_unit": 9000.0}}}
        own = order.with_context(deposit_total=9000.0, situation_rest_values=rest)
        dialog(own)
        self.assertEqual(order.billing_document_ids.amount_total, 72)
        order.billing_document_ids.button_cancel()
        dialog(own, "delivered")
        [invoice] = order.invoice_ids.filtered(lambda move: move.state != "cancel")
        self.assertEqual(invoice.amount_total, 120)

    def test_who_may_invoice_but_not_write_on_orders(self):
        user = new_test_user(
            self.env,
            login="lock-invoicing",
            groups="account.group_account_invoice",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        orders = self.make_order(self.line("A", 1, 100)) | self.make_order(self.line("B", 1, 50))
        moves = orders.with_user(user)._create_invoices()
        self.assertEqual(sum(moves.mapped("amount_untaxed")), 150)
