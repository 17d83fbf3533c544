"""Query counts, which must not grow with the order: Odoo writes rows by the hundred, that is all."""

from odoo.tests import tagged

from ..common import SituationCommon


@tagged("post_install", "-at_install")
class TestSituationSpeed(SituationCommon):
    def order_of(self, count):
        return self.make_order(
            *(self.line(f"Line {index}", 1 + index % 5, 10.01 + index) for index in range(count))
        )

    def count(self, call, *arguments):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        call(*arguments)
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def test_creation(self):
        self.situation(self.order_of(2), 10)  # fills the caches of the process
        small, large = self.order_of(10), self.order_of(90)
        counts = [self.count(self.situation, order, 30) for order in (small, large)]
        self.assertLessEqual(counts[1] - counts[0], 2, counts)
        again = [self.count(self.situation, order, 60) for order in (small, large)]
        self.assertLessEqual(again[1] - again[0], 2, again)

    def test_a_thousand_lines_within_ten_queries_of_a_hundred(self):
        self.situation(self.order_of(2), 10)
        counts = []
        for order in (self.order_of(100), self.order_of(1000)):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.situation(order, 30)
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1] - counts[0], 10, counts)

    def test_batches_of_a_hundred_rows(self):
        self.situation(self.order_of(2), 10)
        orders = [self.order_of(90), self.order_of(290)]
        counts = [self.count(self.situation, order, 30) for order in orders]
        # Two more inserts of invoice lines and two more updates of order lines.
        self.assertLessEqual(counts[1] - counts[0], 6, counts)

    def test_preview_and_recap(self):
        few, many = self.order_of(20), self.order_of(20)
        few.create_situation_invoice(1)
        for step in range(1, 51):
            many.create_situation_invoice(step)
        previews = [self.count(order.preview_situation, 50) for order in (few, many)]
        recaps = [self.count(order.get_billing_recap) for order in (few, many)]
        for counts in (previews, recaps):
            self.assertLessEqual(counts[1], counts[0], counts)
            self.assertLess(counts[1], 30)

    def test_deposit_deduction_and_balance(self):
        counts = []
        for order in (self.order_of(2), self.order_of(10), self.order_of(90)):
            counts.append(
                [
                    self.count(order.create_deposit_invoice, 30, "percent", "lines", None, True),
                    self.count(order.create_situation_invoice, 40),
                    self.count(order.create_balance_invoice),
                ]
            )
        # The first order fills the caches of the process.
        for few, many in zip(*counts[1:], strict=True):
            self.assertLessEqual(many - few, 2, counts)

    def test_many_documents_with_deductions(self):
        few, many = self.order_of(20), self.order_of(20)
        for order, steps in ((few, (1,)), (many, range(1, 31))):
            order.create_deposit_invoice(30, post=True)
            for step in steps:
                order.create_situation_invoice(step)
        previews = [self.count(order.preview_situation, 50) for order in (few, many)]
        recaps = [self.count(order.get_billing_recap) for order in (few, many)]
        for counts in (previews, recaps):
            self.assertLessEqual(counts[1], counts[0] + 1, counts)

    def test_lists_read_progress_in_one_go(self):
        orders = [self.order_of(3) for _n in range(4)]
        for order in orders:
            order.create_situation_invoice(20)
        all_orders = self.env["sale.order"].union(*orders)
        self.assertLessEqual(self.count(all_orders.read, ["billing_progress"]), 2)
