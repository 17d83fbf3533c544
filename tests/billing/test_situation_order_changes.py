"""The order changes after a situation: progress is read again from amounts, the next one heals."""

from odoo.tests import tagged

from ..common import SituationCommon


@tagged("post_install", "-at_install")
class TestOrderChanges(SituationCommon):
    def start(self):
        order = self.make_order(self.line("A", 10, 100), self.line("B", 1, 500))
        self.situation(order, 50, post=True)
        return order, *order.order_line

    def test_quantity_up(self):
        order, line, _other = self.start()
        line.product_uom_qty = 20
        # 500 of 2 000 are 25 %
        figures = order.preview_situation([{"line_id": line.id, "progress": 50}])
        self.assertEqual(figures["lines"][0]["previous_progress"], 25)
        self.assertEqual(figures["untaxed"], 500)
        self.assertEqual(line.qty_invoiced, 5)
        self.situation(order, 100)
        self.assertJobTies(order)

    def test_quantity_below_what_is_billed(self):
        order, line, _other = self.start()
        line.product_uom_qty = 3
        move = self.situation(order, 100)
        # 300 − 500, and 500 − 250
        self.assertEqual(self.billed_lines(move).mapped("price_subtotal"), [-200, 250])
        self.assertJobTies(order)

    def test_line_taken_out(self):
        order, line, _other = self.start()
        line.product_uom_qty = 0
        move = self.situation(order, 100)
        # 0 − 500, and 500 − 250: the whole is a credit note.
        self.assertEqual(move.move_type, "out_refund")
        self.assertEqual(
            self.billed_lines(move).mapped("price_total"),
            [600, -300],
            "its tax is given back with it",
        )
        self.assertEqual(line.qty_invoiced, 0)
        self.assertJobTies(order)

    def test_price_changed(self):
        order, line, _other = self.start()
        line.price_unit = 80
        # 500 of 800 are 62.5 %
        figures = order.preview_situation([{"line_id": line.id, "progress": 75}])
        self.assertEqual(figures["lines"][0]["previous_progress"], 62.5)
        self.assertEqual(figures["untaxed"], 100)
        self.situation(order, 100)
        self.assertJobTies(order)

    def test_line_added(self):
        order, _line, _other = self.start()
        order.order_line = [self.line("Extra", 1, 250)]
        self.assertEqual(order.billing_progress, round(750 / 1750 * 100, 4))
        move = self.situation(order, 100)
        self.assertEqual(self.billed_lines(move).mapped("price_subtotal"), [500, 250, 250])
        self.assertJobTies(order)

    def test_unit_price_to_nothing(self):
        order, line, _other = self.start()
        line.price_unit = 0
        self.situation(order, 100)
        self.assertEqual(sum(self.documents(order).mapped("amount_untaxed_signed")), 500)

    def test_price_that_follows_the_quantity(self):
        # A line that isn't billed takes its price from the product again when its quantity changes;
        # what Odoo asks about the billing meanwhile must not keep the old price.
        self.work.list_price = 7
        order = self.make_order(
            self.line("Billed", 1, 1000), self.line("From the product", 2, 7, discount=10)
        )
        billed, line = order.order_line
        move = self.situation(order, 50)
        self.billed_lines(move)[1].unlink()
        self.work.list_price = 9
        line.product_uom_qty = 3
        self.assertEqual(line.price_unit, 9)
        self.assertEqual((line.contract_amount, line.qty_invoiced), (24.3, 0))
        self.situation(order, [{"line_id": line.id, "amount": 24.3}])
        self.assertEqual(line.qty_invoiced, 3)
        self.situation(order, 100)
        self.assertJobTies(order)

    def test_posted_documents_keep_what_they_showed(self):
        order, line, _other = self.start()
        move = order.billing_document_ids
        line.product_uom_qty = 20
        self.assertEqual(self.billed_lines(move)[0].progress, 50)
        self.assertEqual(move._get_billing_statement()["rows"][0]["amount"], 1000)
