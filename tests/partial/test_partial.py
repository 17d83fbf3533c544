"""Partial invoices: chosen lines wholly, which can't be changed any more, the order staying open."""

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import SituationCommon


@tagged("post_install", "-at_install")
class TestPartial(SituationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.make_house()
        _title, cls.walls, cls.roof = cls.order.order_line

    def partial(self, order=None, **values):
        return self.move((order or self.order).create_partial_invoice(**values))

    # === AMOUNTS ===#

    def test_chosen_lines_are_billed_whole(self):
        move = self.partial(line_ids=self.roof.ids, invoice_date="2026-04-30")
        self.assertEqual(move.billing_kind, "partial")
        self.assertEqual(move.billing_order_id, self.order)
        self.assertEqual(str(move.invoice_date), "2026-04-30")
        self.assertEqual((move.amount_untaxed, move.amount_tax), (2500.0, 250.0))
        self.assertEqual(move.amount_total, 2750.0)
        line = self.billed_lines(move)
        self.assertEqual((line.name, line.quantity, line.price_unit), ("Work\nRoof", 1.0, 2500.0))
        self.assertEqual((line.previous_progress, line.progress), (0.0, 100.0))
        # 2 500 of 12 500 untaxed
        self.assertEqual(self.order.billing_progress, 20.0)
        self.assertEqual(self.order.invoice_status, "to invoice")
        recap = self.order.get_billing_recap()
        self.assertEqual([row["kind"] for row in recap["documents"]], ["partial"])
        self.assertEqual(recap["to_invoice_total"], 12000.0)

    def test_all_lines_that_are_not_billed(self):
        self.situation(self.order, [{"line_id": self.walls.id, "progress": 40}])
        move = self.partial()
        # 6 000 of the walls are left, and the roof
        self.assertEqual((move.amount_untaxed, move.amount_tax), (8500.0, 1450.0))
        self.assertEqual(self.order.invoice_status, "invoiced")
        self.assertJobTies(self.order)

    def test_order_stays_open_for_more_lines(self):
        first = self.partial(post=True)
        self.assertEqual(first.state, "posted")
        self.assertEqual(self.order.invoice_status, "invoiced")
        self.order.write({"order_line": [self.line("Stairs", 3, 333.33)]})
        self.assertEqual(self.order.invoice_status, "to invoice")
        stairs = self.work_line(self.order, "Stairs")
        second = self.partial()
        self.assertEqual(second.amount_untaxed, 999.99)
        self.assertEqual(second.amount_tax, 200.0)
        self.order.write({"order_line": [self.line("Rail", 1, 100.0)]})
        self.situation(self.order, 50)
        self.assertEqual(stairs.qty_invoiced, 3.0)
        balance = self.balance(self.order)
        self.assertEqual(balance.amount_untaxed, 50.0)
        kinds = [row["kind"] for row in self.order.get_billing_recap()["documents"]]
        self.assertEqual(kinds, ["partial", "partial", "situation", "balance"])
        self.assertJobTies(self.order)

    def test_deposit_and_retention(self):
        self.order.payment_term_id = self.make_term((95, 30), (5, None))
        self.order.deduction_rule = "full"
        self.deposit(self.order, 1000.0, amount_type="fixed", post=True)
        move = self.partial(line_ids=self.roof.ids)
        # 2 750 − 1 000, and 5 % of the works with tax: 137.50
        self.assertEqual(move.amount_total, 1750.0)
        self.assertEqual(move.deposit_deduction, 1000.0)
        self.assertEqual(move.retention_amount, 137.5)
        self.assertEqual(move.amount_due_now, 1612.5)
        self.balance(self.order)
        self.assertJobTies(self.order)

    def test_negative_lines_give_a_credit_note(self):
        self.order.write({"order_line": [self.line("Discount", 1, -500.0)]})
        move = self.partial(line_ids=self.work_line(self.order, "Discount").ids)
        self.assertEqual(move.move_type, "out_refund")
        self.assertEqual(move.amount_total, 600.0)
        self.balance(self.order)
        self.assertJobTies(self.order)

    def test_print_shows_the_lines_that_it_bills(self):
        move = self.partial(line_ids=self.roof.ids, post=True)
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "account.account_invoices", move.ids
        )
        text = html.decode()
        self.assertIn("Partial invoice", text)
        self.assertIn("Roof", text)
        self.assertNotIn("Walls", text)

    # === LINES THAT CAN'T BE CHANGED ANY MORE ===#

    def test_billed_lines_cannot_be_changed(self):
        self.partial(line_ids=self.roof.ids)
        self.assertTrue(self.roof.is_locked_by_partial)
        self.assertFalse(self.walls.is_locked_by_partial)
        for values in (
            {"product_uom_qty": 2.0},
            {"price_unit": 2400.0},
            {"discount": 5.0},
            {"tax_ids": [Command.set(self.tax20.ids)]},
            {"name": "Another roof"},
        ):
            with self.subTest(values=values), self.assertRaisesRegex(UserError, "Roof"):
                self.roof.write(values)
        with self.assertRaises(UserError):
            self.roof.unlink()
        self.roof.write({"price_unit": 2500.0, "tax_ids": [Command.set(self.tax10.ids)]})
        self.walls.write({"price_unit": 1100.0})
        self.assertEqual(self.order.amount_untaxed, 13500.0)

    def test_deposits_beside_a_partial_invoice(self):
        """Odoo writes on the lines of deposits when documents are posted: those are no work."""
        self.order.deduction_rule = "progressive"
        self.deposit(self.order, 20.0, post=True)
        prices = self.order._get_down_payment_lines().mapped("price_unit")
        self.partial(line_ids=self.roof.ids, post=True)
        self.situation(self.order, 30, deduction_rule="manual", deduction_amount=0.01, post=True)
        self.assertEqual(self.order._get_down_payment_lines().mapped("price_unit"), prices)
        self.balance(self.order, post=True)
        self.assertJobTies(self.order)
        self.assertDepositsTie(self.order)

    def test_odoos_wizard_makes_it_too(self):
        wizard = self.env["sale.advance.payment.inv"].create(
            {"sale_order_ids": self.order.ids, "advance_payment_method": "partial"}
        )
        wizard.partial_line_ids = self.roof
        wizard.create_invoices()
        self.assertEqual(self.order.billing_document_ids.billing_kind, "partial")
        self.assertEqual(self.order.billing_document_ids.amount_total, 2750.0)

    def test_new_fiscal_position_leaves_them_alone(self):
        self.partial(line_ids=self.roof.ids)
        self.order.action_update_taxes()
        self.assertEqual(self.roof.tax_ids, self.tax10)
        self.assertFalse(self.walls.tax_ids)

    def test_situations_leave_them_alone(self):
        self.partial(line_ids=self.roof.ids)
        situation = self.situation(self.order, 50)
        self.assertEqual(self.billed_lines(situation).sale_line_ids, self.walls)
        self.assertEqual(situation.amount_untaxed, 5000.0)
        with self.assertRaisesRegex(UserError, "Roof"):
            self.order.create_situation_invoice([{"line_id": self.roof.id, "progress": 50}])
        section = self.order.order_line.filtered("display_type")
        self.situation(self.order, [{"section_id": section.id, "progress": 60}])
        self.assertEqual(self.roof.qty_invoiced, 1.0)

    def test_credited_lines_can_be_changed_again(self):
        move = self.partial(line_ids=self.roof.ids, post=True)
        move._reverse_moves([{"invoice_date": move.invoice_date}], cancel=True)
        self.assertFalse(self.roof.is_locked_by_partial)
        self.roof.price_unit = 2400.0
        self.assertEqual(self.partial(line_ids=self.roof.ids).amount_untaxed, 2400.0)

    def test_cancelled_draft_frees_its_lines(self):
        self.partial(line_ids=self.roof.ids).button_cancel()
        self.roof.price_unit = 2400.0
        self.assertFalse(self.roof.is_locked_by_partial)

    def test_free_lines_are_locked_too(self):
        self.order.write({"order_line": [self.line("Cleaning", 2, 0.0)]})
        free = self.work_line(self.order, "Cleaning")
        move = self.partial(line_ids=free.ids)
        self.assertEqual(self.billed_lines(move).quantity, 2.0)
        with self.assertRaisesRegex(UserError, "Cleaning"):
            free.product_uom_qty = 3.0

    def test_new_price_list_leaves_them_alone(self):
        self.partial(line_ids=self.roof.ids)
        self.order.action_update_prices()
        self.assertEqual(self.roof.price_unit, 2500.0)

    # === REFUSALS ===#

    def test_refusals(self):
        section = self.order.order_line.filtered("display_type")
        other = self.make_house()
        for line_ids, reason in (
            ([], "Choose at least one"),
            ("all", "not a list"),
            (7, "not a list"),
            ([section.id], "not a line to bill"),
            ([other.order_line[1].id], "not a line to bill"),
            ([self.roof.id, self.roof.id], "Roof.*two entries"),
            (["7"], "not a line to bill"),
            ([True], "not a line to bill"),
            ([None], "not a line to bill"),
        ):
            with self.subTest(line_ids=line_ids), self.assertRaisesRegex(UserError, reason):
                self.order.create_partial_invoice(line_ids)
        self.assertFalse(self.order._get_billing_documents())

    def test_billed_lines_are_refused(self):
        self.partial(line_ids=self.roof.ids)
        with self.assertRaisesRegex(UserError, "Roof.*billed whole already"):
            self.order.create_partial_invoice([self.walls.id, self.roof.id])
        self.partial()
        with self.assertRaisesRegex(UserError, "every line is billed whole"):
            self.order.create_partial_invoice()

    def test_quotation_is_refused(self):
        quotation = self.make_order(self.line("Walls", 1, 10.0), confirm=False)
        with self.assertRaisesRegex(UserError, "Confirm it first"):
            quotation.create_partial_invoice()
