"""An order whose line gets another price from Odoo after its documents were credited."""

from odoo.tests import tagged

from ..common import SituationCommon


@tagged("post_install", "-at_install")
class TestOrderRepriced(SituationCommon):
    def test_totals_follow_the_price(self):
        self.work.list_price = 10.0
        order = self.make_order(
            self.line("Walls", 7, 1000.0), self.line("Roof", 1, 500.0, self.tax10)
        )
        situation = self.situation(order, 50, post=True)
        order.cancel_document(situation.id, reason="Mistake")
        # Nothing is invoiced any more: Odoo takes the product's own price for another quantity.
        self.env.flush_all()
        self.env.invalidate_all()
        line = order.order_line[0]
        line.product_uom_qty = 2
        self.env.flush_all()
        self.assertEqual((line.price_unit, line.price_subtotal), (10.0, 20.0))
        self.assertEqual(order.amount_untaxed, 520.0)
        self.assertEqual(order.amount_tax, 54.0)
        self.assertEqual(order.amount_total, 574.0)
