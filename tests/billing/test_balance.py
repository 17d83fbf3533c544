from lxml import etree

from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools.safe_eval import safe_eval

from ..common import SituationCommon


@tagged("post_install", "-at_install")
class TestBalance(SituationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.make_house()

    def test_it_bills_every_rest_and_deducts_all_deposits(self):
        # 12 000 + 2 750 = 14 750; a deposit of 30 % is 4 425, half of the walls 6 000.
        self.deposit(self.order, 30, post=True)
        walls = self.work_line(self.order, "Walls")
        self.situation(
            self.order, [{"line_id": walls.id, "progress": 50}], deduction_rule="final", post=True
        )
        balance = self.balance(self.order, invoice_date="2026-05-31", post=True)
        self.assertEqual(balance.billing_kind, "balance")
        self.assertEqual(balance.billing_order_id, self.order)
        self.assertEqual(balance.amount_total, 14750 - 6000 - 4425)
        self.assertEqual(balance.deposit_deduction, 4425)
        self.assertEqual(str(balance.invoice_date), "2026-05-31")
        self.assertEqual(
            balance.invoice_line_ids.sorted("sequence")[0].name,
            f"Balance invoice of order {self.order.name} of 03/12/2026",
        )
        self.assertFalse(balance._is_downpayment())
        self.assertJobTies(self.order)
        self.assertDepositsTie(self.order)
        self.assertFalse(self.order.is_ready_for_balance)

    def test_it_carries_every_line_also_those_at_100(self):
        walls, roof = (self.work_line(self.order, name) for name in ("Walls", "Roof"))
        self.situation(self.order, [{"line_id": walls.id, "progress": 100}], post=True)
        balance = self.balance(self.order)
        lines = self.billed_lines(balance)
        self.assertEqual(lines.sale_line_ids, walls | roof)
        self.assertRecordValues(
            lines.sorted("price_subtotal"),
            [
                {"quantity": 0, "price_subtotal": 0, "previous_progress": 100, "progress": 100},
                {"quantity": 1, "price_subtotal": 2500, "previous_progress": 0, "progress": 100},
            ],
        )
        rows = [row for row in balance._get_billing_statement()["rows"] if row["type"] == "line"]
        self.assertEqual([row["name"] for row in rows], ["Walls", "Roof"])
        self.assertEqual([row["period"] for row in rows], [0, 2500])

    def test_a_negative_remainder_is_a_credit_note(self):
        self.deposit(self.order, 50, post=True)
        self.situation(self.order, 80, deduction_rule="final", post=True)
        balance = self.balance(self.order, post=True)
        # 20 % of 14 750 less 50 % of it
        self.assertEqual(balance.move_type, "out_refund")
        self.assertEqual(balance.amount_total, 7375 - 2950)
        self.assertEqual(balance.billing_kind, "balance")
        self.assertEqual(balance.deposit_deduction, 7375)
        self.assertJobTies(self.order)
        self.assertDepositsTie(self.order)

    def test_a_zero_invoice_closes_the_order(self):
        self.deposit(self.order, 100, post=True)
        balance = self.balance(self.order, post=True)
        self.assertEqual(balance.move_type, "out_invoice")
        self.assertEqual(balance.amount_total, 0)
        self.assertEqual(balance.amount_untaxed, 0)
        self.assertEqual(len(self.billed_lines(balance)), 4)
        self.assertJobTies(self.order)
        self.assertDepositsTie(self.order)

    def test_a_balance_of_an_order_that_is_billed_whole(self):
        self.situation(self.order, 100, post=True)
        balance = self.balance(self.order)
        self.assertEqual(balance.amount_total, 0)
        self.assertJobTies(self.order)
        with self.assertRaisesRegex(UserError, "closed by its balance"):
            self.balance(self.order)

    def test_it_needs_a_document_before(self):
        with self.assertRaisesRegex(UserError, "no balance yet"):
            self.balance(self.order)
        self.situation(self.order, 10).button_cancel()
        with self.assertRaisesRegex(UserError, "no balance yet"):
            self.balance(self.order)
        self.deposit(self.order, 10, post=True)
        self.assertTrue(self.balance(self.order))

    def test_it_needs_its_deposits_posted(self):
        deposit = self.deposit(self.order, 10)
        with self.assertRaisesRegex(UserError, "is a draft"):
            self.balance(self.order)
        deposit.action_post()
        self.assertEqual(self.balance(self.order).deposit_deduction, 1475)

    def test_the_second_click(self):
        self.deposit(self.order, 10, post=True)
        self.balance(self.order)
        with self.assertRaisesRegex(UserError, "closed by its balance"):
            self.balance(self.order)
        self.assertEqual(len(self.order.billing_document_ids), 2)

    def test_cancelled_or_credited_it_reopens_the_order(self):
        self.deposit(self.order, 10, post=True)
        balance = self.balance(self.order)
        balance.button_cancel()
        self.assertTrue(self.order.is_ready_for_balance)
        self.assertEqual(self.order.invoice_status, "to invoice")
        balance = self.balance(self.order, post=True)
        self.assertFalse(self.order.is_ready_for_balance)
        balance._reverse_moves([{}]).action_post()
        self.assertTrue(self.order.is_ready_for_balance)
        self.assertEqual(self.order.invoice_status, "to invoice")
        self.assertEqual(self.order.get_billing_recap()["deposit_remaining"], 1475)
        self.balance(self.order, post=True)
        self.assertJobTies(self.order)
        self.assertDepositsTie(self.order)

    def test_over_billed_lines_come_back_to_their_contract(self):
        self.company.allow_over_billing = True
        self.situation(self.order, 120, post=True)
        balance = self.balance(self.order)
        self.assertEqual(balance.move_type, "out_refund")
        self.assertEqual(balance.amount_total, 2950)
        self.assertJobTies(self.order)

    def test_the_confirmation_shows_what_it_does(self):
        deposit = self.deposit(self.order, 30, post=True)
        action = self.order.action_create_balance()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        with Form(wizard) as form:
            self.assertTrue(form.is_possible)
            self.assertIn("14,750.00", form.summary)
            self.assertIn(deposit.name, form.summary)
            self.assertIn("10,325.00", form.summary)
            form.invoice_date = "2026-06-30"
        balance = self.move(wizard.action_create()["res_id"])
        self.assertEqual(balance.amount_total, 10325)
        self.assertEqual(str(balance.invoice_date), "2026-06-30")
        again = self.env["sale.balance.wizard"].create({"order_id": self.order.id})
        self.assertFalse(again.is_possible)
        self.assertIn("closed by its balance", again.summary)

    def filtered(self, name):
        """Return whether the filter of the orders' list finds the order."""
        Order = self.env["sale.order"]
        arch = Order.get_view(self.env.ref("sale.sale_order_view_search_inherit_sale").id)["arch"]
        [node] = etree.fromstring(arch).xpath(f"//filter[@name='{name}']")
        return bool(Order.search([("id", "=", self.order.id), *safe_eval(node.get("domain"))]))

    def assertBilled(self, bars, filters):
        order = self.order
        self.assertEqual((order.deposit_percent, order.situation_percent), bars)
        names = ("deposit_invoiced", "billing_in_progress", "ready_for_balance")
        self.assertEqual([name for name in names if self.filtered(name)], filters)

    def test_the_two_bars_and_the_filters(self):
        self.assertBilled((0, 0), [])
        deposit = self.deposit(self.order, 30, post=True)
        self.assertBilled((30, 0), ["deposit_invoiced", "ready_for_balance"])
        self.situation(self.order, 50, post=True)
        self.assertBilled(
            (30, 35), ["deposit_invoiced", "billing_in_progress", "ready_for_balance"]
        )
        balance = self.balance(self.order, post=True)
        self.assertBilled((30, 70), ["deposit_invoiced"])
        balance.button_draft()
        balance.button_cancel()
        deposit._reverse_moves([{}]).action_post()
        self.assertBilled((0, 35), ["billing_in_progress", "ready_for_balance"])

    # === WHAT ELSE HAPPENS TO AN ORDER ===#

    def test_a_line_that_is_ordered_no_more(self):
        no_tax = self.env["account.tax"]
        order = self.make_order(
            self.line("A", 1, 1000.0, no_tax), self.line("B", 1, 1000.0, no_tax)
        )
        self.situation(order, 20, post=True)
        self.work_line(order, "B").product_uom_qty = 0
        self.assertEqual(self.situation(order, 50, post=True).amount_total, 500 - 200 - 200)
        self.assertEqual(order.preview_situation(100)["total"], 500)
        self.assertEqual(self.balance(order, post=True).amount_total, 500)
        self.assertEqual(order.get_billing_recap()["to_invoice_total"], 0)
        with self.assertRaisesRegex(UserError, "closed by its balance"):
            self.balance(order)

    def test_a_line_that_is_delivered_and_ordered_no_more(self):
        order = self.make_order(self.line("A", 1, 1000.0), self.line("B", 10, 100.0))
        self.deposit(order, 10, post=True)
        self.situation(order, 50, post=True)
        line = self.work_line(order, "B")
        line.qty_delivered = 3
        line.product_uom_qty = 0
        # 1 200 are ordered; 240 of deposit and 1 080 are billed.
        balance = self.balance(order, post=True)
        self.assertEqual((balance.move_type, balance.amount_total), ("out_refund", 120))
        self.assertEqual(order.get_billing_recap()["to_invoice_total"], 0)

    def test_costs_that_odoo_reinvoices(self):
        order = self.make_order(
            self.line("Works", 1, 1000.0), self.line("Cost", 1, 100.0, is_expense=True)
        )
        order.order_line.filtered("is_expense").qty_delivered = 1
        self.deposit(order, 50, post=True)
        wizard = self.env["sale.balance.wizard"].create({"order_id": order.id})
        self.assertIn("Cost", wizard.summary)
        balance = self.balance(order, post=True)
        self.assertEqual(balance.amount_total, 660)
        self.assertEqual(order.invoice_status, "invoiced")
        self.assertEqual(order.get_billing_recap()["to_invoice_total"], 0)

    def test_the_confirmation_tells_what_sums_otherwise(self):
        order = self.make_order(self.line("A", 10, 100.0), self.line("B", 1, 1000.0, self.tax10))
        self.situation(order, 50, post=True)
        self.work_line(order, "A").tax_ids = self.tax10
        wizard = self.env["sale.balance.wizard"].create({"order_id": order.id})
        # 500.00 of A stay at 20 %: 2 200.00 and 50.00 more than the order at its present taxes.
        self.assertIn("2,250.00", wizard.summary)
        self.assertIn("2,200.00", wizard.summary)

    def test_after_an_invoice_of_odoo_s_own_making(self):
        order = self.make_order(self.line("A", 10, 100.0))
        order.order_line.product_id.invoice_policy = "order"
        invoice = order._create_invoices()
        self.billed_lines(invoice).quantity = 4
        invoice.action_post()
        self.assertTrue(order.is_ready_for_balance)
        self.assertEqual(self.balance(order).amount_total, 720)
