"""What is asked for, and in which order it is paid."""

from freezegun import freeze_time
from lxml import etree

from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from ..common import SituationCommon


@tagged("post_install", "-at_install")
class TestRetentionPayment(SituationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.term = cls.make_term((95, 30), (5, None))

    def make_invoice(self, **values):
        order = self.make_order(
            self.line("Works", 1, 1000.0), payment_term_id=self.term.id, **values
        )
        return self.situation(order, 100, invoice_date="2026-03-12", post=True)

    def payment(self, moves, **values):
        """Return the wizard as the button "Pay" opens it."""
        action = moves.action_register_payment()
        return self.env[action["res_model"]].with_context(**action["context"]).create(values)

    def test_the_wizard_proposes_the_retention_last(self):
        move = self.make_invoice()
        wizard = self.payment(move)
        self.assertTrue(wizard.can_edit_wizard)
        self.assertEqual(wizard.amount, 1140)
        wizard._create_payments()
        self.assertEqual(move.amount_residual, 60)
        self.assertTrue(move.is_paid_except_retention)
        wizard = self.payment(move)
        self.assertEqual(wizard.amount, 60)
        wizard._create_payments()
        self.assertEqual(move.amount_residual, 0)
        self.assertIn(move.payment_state, ("paid", "in_payment"))

    def test_a_part_leaves_the_retention_alone(self):
        move = self.make_invoice()
        self.payment(move, amount=1000)._create_payments()
        self.assertEqual((move.amount_residual, move.retention_residual), (200, 60))
        self.assertEqual(self.payment(move).amount, 140)
        self.assertFalse(move.is_paid_except_retention)

    def test_several_shares_oldest_first(self):
        term = self.make_term((40, 0), (40, 30), (15, 60), (5, None))
        order = self.make_order(self.line("Works", 1, 1000.0), payment_term_id=term.id)
        move = self.situation(order, 100, invoice_date="2026-03-12", post=True)
        paid = []
        for date in ("2026-03-12", "2026-04-01", "2026-05-01", "2026-06-01"):
            with freeze_time(date):
                wizard = self.payment(move)
                paid.append(wizard.amount)
                wizard._create_payments()
        self.assertEqual(paid, [480, 480, 180, 60])

    def test_several_invoices_at_once(self):
        moves = self.make_invoice() | self.make_invoice()
        wizard = self.payment(moves, group_payment=True)
        self.assertTrue(wizard.can_edit_wizard)
        self.assertEqual(wizard.amount, 2280)
        wizard._create_payments()
        self.assertEqual(moves.mapped("amount_residual"), [60, 60])
        self.assertEqual(self.payment(moves, group_payment=True).amount, 120)

    def test_it_is_neither_due_nor_late(self):
        move = self.make_invoice()
        late = self.filter_domain("late")
        Move = self.env["account.move"]
        with freeze_time("2026-05-01"):
            self.assertIn(move, Move.search(late))
            self.payment(move)._create_payments()
            self.assertEqual(move.payment_state, "partial")
            self.assertNotIn(move, Move.search(late))
            self.assertIn(move, Move.search(self.filter_domain("paid_except_retention")))
            values = move._get_invoice_next_payment_values()
            self.assertEqual((values["amount_due"], values["next_amount_to_pay"]), (0, 0))
        order = move.billing_order_id
        order.works_acceptance_date = "2026-06-30"
        with freeze_time("2027-06-29"):
            move.invalidate_recordset()
            self.assertEqual(move.amount_due_now, 1140)
            self.assertNotIn(move, Move.search(late))
        with freeze_time("2027-07-01"):
            move.invalidate_recordset()
            self.assertEqual(move.amount_due_now, 1200)
            values = move._get_invoice_next_payment_values()
            self.assertEqual(values["next_amount_to_pay"], 60)

    def test_portal_and_links_ask_for_what_is_due(self):
        move = self.make_invoice()
        values = move._get_invoice_next_payment_values()
        self.assertEqual((values["amount_due"], values["next_amount_to_pay"]), (1140, 1140))

    def filter_domain(self, name):

        view = self.env.ref("account.view_account_invoice_filter")
        arch = self.env["account.move"].get_view(view.id)["arch"]
        [node] = etree.fromstring(arch).xpath(f"//filter[@name='{name}']")
        return safe_eval(node.get("domain"), {"uid": self.env.uid})
