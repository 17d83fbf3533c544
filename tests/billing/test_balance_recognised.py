"""An ordinary invoice that happens to close an order is its balance."""

from odoo.fields import Command
from odoo.tests import tagged

from ..common import SituationCommon


@tagged("post_install", "-at_install")
class TestBalanceRecognised(SituationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.make_house()
        _title, cls.walls, cls.roof = cls.order.order_line

    def ordinary(self, order):
        return order._create_invoices(final=True)

    def test_after_a_situation(self):
        self.situation(self.order, 40, post=True)
        move = self.ordinary(self.order)
        self.assertEqual((move.billing_kind, move.billing_order_id), ("balance", self.order))
        move.action_post()
        self.assertTrue(move._get_billing_statement()["documents"])
        self.assertJobTies(self.order)

    def test_after_a_deposit(self):
        self.deposit(self.order, 30.0, post=True)
        move = self.ordinary(self.order)
        self.assertEqual(move.billing_kind, "balance")
        self.assertEqual(move.deposit_deduction, 4425.0)
        self.assertJobTies(self.order)

    def test_after_ordinary_invoices(self):
        for line in self.walls | self.roof:
            line.product_id.invoice_policy = "delivery"
        self.walls.qty_delivered = 4
        first = self.ordinary(self.order)
        self.assertFalse(first.billing_kind)
        self.walls.qty_delivered, self.roof.qty_delivered = 10, 1
        second = self.ordinary(self.order)
        self.assertEqual(second.billing_kind, "balance")
        self.assertEqual(self.order.invoice_status, "invoiced")
        self.assertJobTies(self.order)

    def test_completed_by_hand_before_posting(self):
        self.situation(self.order, 40, post=True)
        move = self.ordinary(self.order)
        first = self.billed_lines(move)[0]
        whole = first.quantity
        first.quantity = whole / 2
        move.action_post()
        self.assertFalse(move.billing_kind or move.billing_order_id)
        move.button_draft()
        first.quantity = whole
        move.action_post()
        self.assertEqual((move.billing_kind, move.billing_order_id), ("balance", self.order))

    def test_a_deposit_deducted_elsewhere_is_none(self):
        deposit = self.deposit(self.order, 30.0, post=True)
        self.situation(self.order, 100, deduction_rule="final", post=True)
        other = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_line_ids": [Command.create({"name": "Else", "price_unit": 9000.0})],
            }
        )
        other.deduct_deposits([{"deposit_id": deposit.id}])
        other.action_post()
        self.assertFalse(other.billing_kind)
        self.assertFalse(self.order.get_billing_recap()["deposit_remaining"])

    def test_a_period_of_a_subscription_is_none(self):
        order = self.make_order(
            self.line("Rent", 1, 100.0), is_subscription=True, subscription_start="2026-01-01"
        )
        moves = self.env["account.move"].browse(order.create_subscription_invoices("2026-03-31"))
        moves.filtered(lambda move: move.state == "draft").write({"auto_post": "no"})
        moves.filtered(lambda move: move.state == "draft").action_post()
        self.assertEqual(moves.mapped("billing_kind"), [False] * len(moves))

    def test_one_invoice_for_the_whole_is_none(self):
        move = self.ordinary(self.order)
        move.action_post()
        self.assertFalse(move.billing_kind)

    def test_an_invoice_of_several_orders_is_none(self):
        other = self.make_house()
        self.situation(self.order, 40, post=True)
        move = self.ordinary(self.order | other)
        self.assertEqual(len(move), 1)
        self.assertFalse(move.billing_kind)

    def test_a_cent_that_is_left(self):
        """Odoo's own quantities can miss the order by a cent: that closes nothing."""
        order = self.make_order(self.line("Third", 3, 0.335))
        order.order_line.product_id.invoice_policy = "delivery"
        for delivered in (1, 2, 3):
            order.order_line.qty_delivered = delivered
            move = self.ordinary(order)
        # 0.34 + 0.34 + 0.34 of 1.01
        self.assertFalse(move.billing_kind)
        self.assertEqual(order.invoice_status, "invoiced")

    def test_search(self):
        self.situation(self.order, 40, post=True)
        self.ordinary(self.order)
        groups = self.env["account.move"]._read_group(
            [("billing_order_id", "=", self.order.id)], ["billing_kind"], ["__count"]
        )
        self.assertEqual(groups, [("balance", 1), ("situation", 1)])
