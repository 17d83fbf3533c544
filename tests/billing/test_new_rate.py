"""A tax that changes in the middle of a job: what was billed stays, the rest follows, or all is brought."""

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import SituationCommon


@tagged("post_install", "-at_install")
class TestNewRate(SituationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vat20, cls.vat10 = (cls.make_tax(rate) for rate in (20, 10))
        cls.included20, cls.included10 = (
            cls.make_tax(rate, price_include_override="tax_included") for rate in (20, 10)
        )

    def job(self, *lines, **values):
        return self.make_order(*(lines or (self.line("A", 1, 1000.0, self.vat20),)), **values)

    def change(self, order, taxes, name="A"):
        line = order.order_line.filtered(lambda line: line.name == name)
        line.tax_ids = taxes

    def taxes(self, move):
        """Return ``{rate: (base, tax)}`` of a document's entry, signed as its total."""
        sign = -1 if move.move_type == "out_refund" else 1
        figures = {}
        for item in move.line_ids.filtered("tax_line_id"):
            rate = item.tax_line_id.amount
            base, tax = figures.get(rate, (0, 0))
            figures[rate] = (
                base,
                tax + sign * abs(item.balance) * (1 if item.balance * (-sign) > 0 else -1),
            )
        for rate in figures:
            lines = move.invoice_line_ids.filtered(
                lambda line, rate=rate: rate in line.tax_ids.mapped("amount")
            )
            figures[rate] = (
                round(sign * sum(lines.mapped("price_subtotal")), 2),
                round(figures[rate][1], 2),
            )
        return figures

    def assertClosed(self, order):
        recap = order.get_billing_recap()
        self.assertEqual(recap["invoiced_total"], recap["contract_total"])
        self.assertEqual(recap["invoiced_untaxed"], recap["contract_untaxed"])
        self.assertEqual(recap["to_invoice_total"], 0)
        self.assertEqual(order.billing_progress, 100)
        self.assertEqual((order.to_invoice_untaxed, order.to_invoice_total), (0, 0))
        portal = order._get_portal_billing()
        self.assertEqual((portal["contract"], portal["to_invoice"]), (recap["contract_total"], 0))
        for line in order.order_line:
            self.assertEqual(line.amount_to_invoice, 0, line.name)
            self.assertEqual(line.qty_to_invoice, 0, line.name)

    def test_the_order_changes(self):
        order = self.job()
        first = self.situation(order, 50, post=True)
        self.assertEqual(self.taxes(first), {20: (500, 100)})
        self.change(order, self.vat10)
        self.assertEqual(order.amount_total, 1100)
        recap = order.get_billing_recap()
        # 500.00 with 100.00, and the rest with 50.00
        self.assertEqual((recap["contract_tax"], recap["contract_total"]), (150, 1150))
        self.assertEqual(recap["to_invoice_total"], 550)
        self.assertEqual(recap["progress"], 50)
        self.assertEqual(order.preview_situation(60)["tax"], 10)
        second = self.situation(order, 60, post=True)
        self.assertEqual(self.taxes(second), {10: (100, 10)})
        balance = self.balance(order, post=True)
        self.assertEqual(self.taxes(balance), {10: (400, 40)})
        self.assertClosed(order)

    def test_the_draft_changes(self):
        order = self.job()
        first = self.situation(order, 50)
        first.invoice_line_ids.filtered("tax_ids").tax_ids = self.vat10
        first.action_post()
        self.assertEqual(self.taxes(first), {10: (500, 50)})
        self.assertEqual(order.get_billing_recap()["contract_total"], 1150)
        second = self.situation(order, 100, post=True)
        self.assertEqual(self.taxes(second), {20: (500, 100)})
        self.assertClosed(order)

    def test_work_is_given_back_the_latest_first(self):
        order = self.job()
        self.situation(order, 50, post=True)
        self.change(order, self.vat10)
        self.situation(order, 70, post=True)
        # 300.00: 200.00 at 10 %, 100.00 at 20 %
        back = self.situation(order, 40, post=True)
        self.assertEqual(self.taxes(back), {10: (-200, -20), 20: (-100, -20)})
        self.assertEqual(back.move_type, "out_refund")
        self.assertEqual(order.billing_progress, 40)
        self.assertEqual(order.get_billing_recap()["contract_total"], 1140)
        self.situation(order, 100, post=True)
        self.assertClosed(order)

    def test_it_changes_and_comes_back(self):
        order = self.job()
        self.situation(order, 30, post=True)
        self.change(order, self.vat10)
        self.situation(order, 50, post=True)
        self.change(order, self.vat20)
        recap = order.get_billing_recap()
        # 300.00 and 500.00 at 20 %, 200.00 at 10 %
        self.assertEqual(recap["contract_total"], 1180)
        # what is given back was billed at 10 % last
        back = self.situation(order, 40, post=True)
        self.assertEqual(self.taxes(back), {10: (-100, -10)})
        self.balance(order, post=True)
        self.assertClosed(order)

    def test_prices_with_tax_included(self):
        order = self.job(self.line("A", 1, 120.0, self.included20))
        self.situation(order, 50, post=True)
        self.change(order, self.included10)
        self.assertEqual(order.get_billing_recap()["contract_total"], 120)
        balance = self.balance(order, post=True)
        self.assertEqual(self.taxes(balance), {10: (54.55, 5.45)})
        self.assertEqual(balance.amount_total, 60)
        self.assertClosed(order)

    def test_deposits_go_at_their_own_rates(self):
        order = self.job()
        deposit = self.deposit(order, 10, post=True)
        self.assertEqual(self.taxes(deposit), {20: (100, 20)})
        self.change(order, self.vat10)
        balance = self.balance(order, post=True)
        self.assertEqual(self.taxes(balance), {10: (1000, 100), 20: (-100, -20)})
        self.assertClosed(order)

    def test_less_is_ordered(self):
        order = self.job(self.line("A", 10, 100.0, self.vat20))
        self.situation(order, 80, post=True)
        order.order_line.write({"tax_ids": [Command.set(self.vat10.ids)], "product_uom_qty": 5})
        # 500.00 of the 800.00 stay, at 20 %
        self.assertEqual(order.get_billing_recap()["contract_total"], 600)
        back = self.situation(order, 100, post=True)
        self.assertEqual(self.taxes(back), {20: (-300, -60)})
        self.assertClosed(order)

    def test_bring_to_the_new_rate(self):
        order = self.job()
        first = self.situation(order, 50, post=True)
        with self.assertRaisesRegex(UserError, "no work is billed at other taxes"):
            order.bring_to_new_rate()
        self.assertFalse(order.has_earlier_taxes)
        self.change(order, self.vat10)
        self.assertTrue(order.has_earlier_taxes)
        move = self.move(order.bring_to_new_rate(invoice_date="2026-06-30", post=True))
        self.assertEqual(move.move_type, "out_refund")
        self.assertEqual((move.amount_untaxed, move.amount_tax), (0, 50))
        self.assertEqual(
            sorted(move.invoice_line_ids.filtered("tax_ids").mapped("price_subtotal")), [-500, 500]
        )
        self.assertIn(first.name, move.invoice_line_ids[0].name)
        self.assertEqual(order.billing_progress, 50)
        self.assertFalse(order.has_earlier_taxes)
        self.assertEqual(order.get_billing_recap()["contract_total"], 1100)
        with self.assertRaises(UserError):
            order.bring_to_new_rate()
        balance = self.balance(order, post=True)
        self.assertEqual(self.taxes(balance), {10: (500, 50)})
        self.assertClosed(order)
        self.assertEqual(order.get_billing_recap()["invoiced_total"], order.amount_total)

    def test_it_is_cancelled(self):
        order = self.job()
        self.situation(order, 50, post=True)
        self.change(order, self.vat10)
        move = self.move(order.bring_to_new_rate(post=True))
        move.button_draft()
        move.button_cancel()
        self.assertTrue(order.has_earlier_taxes)
        self.assertEqual(order.get_billing_recap()["contract_total"], 1150)
        self.balance(order, post=True)
        self.assertClosed(order)

    def test_odoos_own_invoice_bills_the_rest(self):
        order = self.job()
        self.situation(order, 50, post=True)
        self.change(order, self.vat10)
        invoice = order._create_invoices()
        invoice.action_post()
        self.assertEqual(self.taxes(invoice), {10: (500, 50)})
        self.assertClosed(order)

    def test_several_lines_and_taxes(self):
        both = self.vat20 + self.vat10
        order = self.job(
            self.line("A", 1, 333.33, self.vat20),
            self.line("B", 3, 111.11, both),
            self.line("C", 1, 99.99, self.vat20),
        )
        self.situation(order, 37, post=True)
        self.change(order, self.vat10, "A")
        self.change(order, self.vat20, "B")
        second = self.situation(order, 71, post=True)
        for rate, (base, tax) in self.taxes(second).items():
            self.assertAlmostEqual(tax, base * rate / 100, delta=0.011)
        self.balance(order, post=True)
        self.assertClosed(order)

    def test_the_balance_says_why(self):
        order = self.job()
        self.situation(order, 50, post=True)
        self.change(order, self.vat10)
        action = order.action_create_balance()
        summary = self.env[action["res_model"]].browse(action["res_id"]).summary
        self.assertIn("Taxes changed in the middle of the job", summary)
        self.assertIn("1,150.00", summary)
        self.assertNotIn("won't sum", summary)
