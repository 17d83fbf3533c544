from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..common import SituationCommon


@tagged("post_install", "-at_install")
class TestDeduction(SituationCommon):
    def bill(self, order, *targets, **values):
        """Bill situations to these progresses, posted; return what each deducts and its total."""
        moves = [self.situation(order, target, post=True, **values) for target in targets]
        return [(move.deposit_deduction, move.amount_total) for move in moves]

    # === CHECK-FIGURES ===#

    def test_pro_rata(self):
        order = self.make_order(self.line("Works", 1, 1000.0, self.env["account.tax"]))
        self.assertEqual(order.deduction_rule, "progressive")
        self.deposit(order, 10, post=True)
        self.assertEqual(self.bill(order, 30, 60, 100), [(30, 270), (30, 270), (40, 360)])
        self.assertJobTies(order)
        self.assertDepositsTie(order)

    def test_threshold(self):
        order = self.make_order(self.line("Works", 1, 63000.0, self.env["account.tax"]))
        order.deduction_rule = "threshold"
        self.assertEqual((order.deduction_start, order.deduction_end), (65, 80))
        self.deposit(order, 3150, amount_type="fixed", post=True)
        to_date = 0
        for progress, expected in ((50, 0), (65, 0), (72.5, 1575), (80, 3150), (95, 3150)):
            to_date += self.bill(order, progress)[0][0]
            self.assertEqual(to_date, expected)
        order.write({"deduction_start": 10, "deduction_end": 50})
        with self.assertRaisesRegex(ValidationError, "50"):
            order.deduction_start = 60

    def test_a_deposit_larger_than_the_situation(self):
        for rule, deducted in (
            ("full", 1500),
            ("progressive", 450),
            ("threshold", 0),
            ("final", 0),
        ):
            order = self.make_order(self.line("Works", 1, 12500.0))
            order.deduction_rule = rule
            self.assertEqual(order.amount_total, 15000)
            self.deposit(order, 30, post=True)
            situation = self.situation(order, 10, post=True)
            self.assertEqual(situation.move_type, "out_invoice", rule)
            self.assertEqual(situation.deposit_deduction, deducted, rule)
            self.assertEqual(situation.amount_total, 1500 - deducted, rule)
            self.situation(order, 55, post=True)
            self.balance(order, post=True)
            self.assertJobTies(order, rule)
            self.assertDepositsTie(order, rule)

    def test_by_hand(self):
        order = self.make_order(self.line("Works", 1, 1000.0))
        deposit = self.deposit(order, 30, post=True)
        situation = self.situation(
            order, 50, deduction_rule="manual", deduction_amount=100.01, post=True
        )
        self.assertEqual(situation.amount_total, 600 - 100.01)
        [line] = self.deduction_lines(situation)
        # 100.01 is 83.34 + 16.67; 360 less it leaves 216.66 + 43.33.
        self.assertEqual(line.price_subtotal, -83.34)
        self.assertEqual(line.price_total, -100.01)
        self.balance(order, post=True)
        self.assertJobTies(order)
        self.assertDepositsTie(order)
        self.assertEqual(deposit.amount_total, 360)

    def test_by_hand_within_what_is_left_and_the_document(self):
        order = self.make_order(self.line("Works", 1, 1000.0))
        self.deposit(order, 30, post=True)
        for rule, amount, words in (
            ("manual", 360.01, "360.01.*360.00"),
            ("manual", 120.01, "120.01.*120.00"),
            ("manual", -1, "-1"),
            ("manual", "much", "much"),
            ("manual", None, "amount"),
            ("full", 10, "10.*In full"),
            ("all", None, "“all”"),
        ):
            with self.assertRaisesRegex(UserError, words):
                order.create_situation_invoice(10, rule, amount)
            with self.assertRaisesRegex(UserError, words):
                order.preview_situation(10, rule, amount)
        self.assertFalse(order.situation_count)
        self.assertEqual(
            self.situation(order, 10, deduction_rule="manual", deduction_amount=0).amount_total, 120
        )

    # === THE LINES ===#

    def deduction_lines(self, move):
        return self.billed_lines(move).filtered("is_downpayment")

    def test_lines_stand_in_a_section_that_names_the_deposit(self):
        order = self.make_order(
            self.line("Walls", 10, 1000.0), self.line("Roof", 1, 2500.0, self.tax10)
        )
        deposit = self.deposit(order, 30, invoice_date="2026-03-12", post=True)
        situation = self.situation(order, 50)
        rows = situation.invoice_line_ids.sorted("sequence")
        title = f"Deduction of deposit {deposit.name} of 03/12/2026"
        [section] = rows.filtered(lambda row: row.display_type == "line_section")
        self.assertEqual(section.name, title)
        lines = rows[rows.ids.index(section.id) + 1 :]
        self.assertEqual(lines, self.deduction_lines(situation))
        self.assertRecordValues(
            lines.sorted("price_unit"),
            [
                {
                    "quantity": -1,
                    "price_unit": 375,
                    "price_total": -412.5,
                    "tax_ids": self.tax10.ids,
                },
                {
                    "quantity": -1,
                    "price_unit": 1500,
                    "price_total": -1800,
                    "tax_ids": self.tax20.ids,
                },
            ],
        )
        self.assertEqual(lines.account_id, self.company.downpayment_account_id)
        self.assertEqual(lines.sale_line_ids, order._get_down_payment_lines())
        self.assertFalse(situation._is_downpayment())
        # What the order's lines say meanwhile: half of the deposit is left.
        self.assertEqual(set(order._get_down_payment_lines().mapped("qty_invoiced")), {0.5})

    def test_prices_with_their_taxes_included(self):
        included = self.make_tax(20, price_include_override="tax_included")
        order = self.make_order(self.line("A", 1, 120.0, included), self.line("B", 3, 33.33))
        self.deposit(order, 33.33, post=True)
        for progress in (17, 18, 61.5):
            situation = self.situation(order, progress, post=True)
            for line in self.deduction_lines(situation):
                self.assertEqual(line.quantity, -1)
                self.assertGreater(line.price_unit, 0)
        self.balance(order, post=True)
        self.assertJobTies(order)
        self.assertDepositsTie(order)

    # === WHICH DEPOSITS ===#

    def test_a_draft_deposit_is_not_deducted(self):
        order = self.make_order(self.line("Works", 1, 1000.0))
        deposit = self.deposit(order, 30)
        self.assertEqual(self.situation(order, 50).deposit_deduction, 0)
        deposit.action_post()
        self.assertEqual(self.situation(order, 80).deposit_deduction, 288)

    def test_a_credited_deposit_counts_for_what_is_left_of_it(self):
        order = self.make_order(self.line("Works", 1, 1000.0))
        deposit = self.deposit(order, 30, post=True)
        credit = deposit._reverse_moves([{}])
        self.billed_lines(credit).price_unit = 100
        self.assertEqual(credit.amount_total, 120)
        self.assertEqual(self.situation(order, 50).deposit_deduction, 120)
        credit.action_post()
        self.balance(order, post=True)
        self.assertJobTies(order)
        self.assertDepositsTie(order)

    def test_a_credited_situation_gives_the_deduction_back(self):
        order = self.make_order(self.line("Works", 1, 1000.0))
        self.deposit(order, 30, post=True)
        situation = self.situation(order, 50, post=True)
        credit = situation._reverse_moves([{}])
        self.assertEqual(credit.deposit_deduction, -180)
        credit.action_post()
        self.assertEqual(order.get_billing_recap()["deposit_remaining"], 360)
        self.assertEqual(self.situation(order, 100, post=True).amount_total, 1200 - 360)
        self.assertJobTies(order)
        self.assertDepositsTie(order)

    def test_a_deposit_that_is_taken_back_after_its_deduction(self):
        order = self.make_order(self.line("Works", 1, 1000.0))
        deposit = self.deposit(order, 30, post=True)
        draft = self.situation(order, 50)
        self.assertFalse(draft.deposit_warning)
        deposit.button_draft()
        draft.invalidate_recordset(["deposit_warning"])
        self.assertIn("Delete this draft", draft.deposit_warning)
        deposit.button_cancel()
        # A situation gives nothing back, the balance does: the order is billed once.
        self.assertEqual(self.situation(order, 80).deposit_deduction, 0)
        balance = self.balance(order)
        self.assertEqual(balance.deposit_deduction, -180)
        self.assertJobTies(order)

    def test_only_paid_deposits_where_the_company_says_so(self):
        self.company.deduct_paid_deposits_only = True
        order = self.make_order(self.line("Works", 1, 1000.0))
        first = self.deposit(order, 30, post=True)
        self.deposit(order, 10, post=True)
        self.assertEqual(self.situation(order, 10).deposit_deduction, 0)
        self.pay(first)
        self.assertEqual(self.situation(order, 50).deposit_deduction, 180)
        self.assertEqual(self.balance(order).deposit_deduction, 180 + 120)

    def test_several_deposits_the_oldest_first(self):
        order = self.make_order(self.line("Works", 1, 1000.0))
        first = self.deposit(order, 10, post=True)
        self.deposit(order, 20, post=True)
        situation = self.situation(order, 15, deduction_rule="full")
        sections = situation.invoice_line_ids.filtered(
            lambda row: row.display_type == "line_section"
        ).sorted("sequence")
        self.assertIn(first.name, sections[0].name)
        self.assertEqual(
            self.deduction_lines(situation).sorted("sequence").mapped("price_total"), [-120, -60]
        )
        self.assertEqual(situation.amount_total, 0)
        self.assertEqual(situation.move_type, "out_invoice")

    def test_a_lower_progress_gives_no_deposit_back(self):
        order = self.make_order(self.line("Works", 1, 1000.0))
        self.deposit(order, 30, post=True)
        self.situation(order, 60, post=True)
        lower = self.situation(order, 40, post=True)
        self.assertEqual(lower.move_type, "out_refund")
        self.assertEqual(lower.deposit_deduction, 0)
        # 70 % of 360 are 252, and 216 are deducted already.
        self.assertEqual(self.situation(order, 70, post=True).deposit_deduction, 36)
        self.balance(order, post=True)
        self.assertJobTies(order)
        self.assertDepositsTie(order)

    def test_odoo_s_own_deposit_is_one_too(self):
        order = self.make_order(self.line("Works", 1, 1000.0))
        wizard = self.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": order.ids,
                "advance_payment_method": "percentage",
                "amount": 30,
            }
        )
        deposit = wizard._create_invoices(order)
        self.assertEqual(deposit.billing_kind, "deposit")
        deposit.sudo().write({"billing_kind": False, "billing_order_id": False})
        deposit.action_post()
        self.assertEqual(self.situation(order, 50).deposit_deduction, 180)
        order._adopt_down_payments()
        self.assertEqual(deposit.billing_kind, "deposit")
        self.assertEqual(deposit.billing_order_id, order)

    def test_odoo_s_own_invoice_deducts_what_is_left(self):
        order = self.make_order(
            self.line("Works", 3, 333.33), self.line("More", 1, 99.99, self.tax10)
        )
        self.deposit(order, 33, post=True)
        self.situation(order, 37, post=True)
        order._create_invoices(final=True).action_post()
        self.assertJobTies(order)
        self.assertDepositsTie(order)

    # === WHERE THE RULE COMES FROM ===#

    def test_the_rule_of_the_company_the_order_the_situation(self):
        self.company.deduction_rule = "full"
        order = self.make_order(self.line("Works", 1, 1000.0))
        self.deposit(order, 10, post=True)
        self.assertEqual(order.preview_situation(50)["deduction"], 120)
        order.deduction_rule = "progressive"
        self.assertEqual(order.preview_situation(50)["deduction"], 60)
        self.assertEqual(order.preview_situation(50, "final")["deduction"], 0)
        self.company.deduction_rule = "final"
        self.assertEqual(order.deduction_rule, "progressive")

    def test_preview_and_recap_tell_what_is_made(self):
        order = self.make_order(
            self.line("Works", 3, 333.33), self.line("More", 1, 99.99, self.tax10)
        )
        self.deposit(order, 33, post=True)
        figures = order.preview_situation(37)
        situation = self.situation(order, 37)
        self.assertEqual(figures["untaxed"], situation.amount_untaxed)
        self.assertEqual(figures["tax"], situation.amount_tax)
        self.assertEqual(figures["total"], situation.amount_total)
        self.assertEqual(figures["deduction"], situation.deposit_deduction)
        recap = order.get_billing_recap()
        row = recap["documents"][1]
        self.assertEqual(row["deduction"], figures["deduction"])
        self.assertEqual(row["total"], figures["total"])
        self.assertEqual(
            recap["deposit_remaining"],
            order.currency_id.round(recap["deposit_invoiced"] - figures["deduction"]),
        )

    # === SCREEN ===#

    def test_the_wizard_shows_the_deduction_and_what_it_does_to_the_total(self):
        order = self.make_order(self.line("Works", 1, 1000.0))
        self.deposit(order, 30, post=True)
        self.deposit(order, 10)
        action = order.action_create_situation()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        with Form(wizard) as form:
            self.assertEqual(form.deduction_rule, "progressive")
            form.apply_progress = 50
            self.assertIn("180.00", form.recap)
            self.assertIn("420.00", form.recap)
            self.assertIn("Still drafts", form.recap)
            form.deduction_rule = "full"
            self.assertIn("240.00", form.recap)
            form.deduction_rule = "manual"
            form.deduction_amount = 100
            self.assertIn("500.00", form.recap)
            form.deduction_amount = 1000
            self.assertIn("above", form.recap)
            form.deduction_amount = 100
        result = wizard.action_create()
        self.assertEqual(self.move(result["res_id"]).amount_total, 500)

    # === WHAT ELSE HAPPENS TO DOCUMENTS ===#

    def test_a_line_added_by_hand(self):
        order = self.make_order(self.line("Works", 1, 1000.0))
        fee = {"name": "Fee", "quantity": 1, "price_unit": 50, "tax_ids": False}
        first = self.situation(order, 50)
        first.write({"invoice_line_ids": [Command.create(fee)]})
        first.action_post()
        second = self.situation(order, 60)
        second.write({"invoice_line_ids": [Command.create(fee)]})
        third = self.situation(order, 70)
        third.unlink()
        first._reverse_moves([{}])
        self.assertEqual((first.amount_total, second.amount_total), (650, 170))

    def test_odoo_invoices_several_orders_at_once(self):
        first, second = (self.make_order(self.line("Works", 1, 1000.0)) for _n in range(2))
        self.deposit(second, 30, post=True)
        self.situation(first, 10, post=True)
        moves = (first | second)._create_invoices(final=True, grouped=True)
        totals = {move.line_ids.sale_line_ids.order_id: move.amount_total for move in moves}
        self.assertEqual(totals, {first: 1080, second: 840})

    def test_the_taxes_that_the_deposit_bears(self):
        order = self.make_order(self.line("Works", 1, 1000.0))
        order.action_lock()
        deposit = self.deposit(order, 30)
        self.billed_lines(deposit).tax_ids = self.tax10
        deposit.action_post()
        self.assertEqual(deposit.amount_total, 330)
        situation = self.situation(order, 50, post=True)
        self.assertEqual(situation.deposit_deduction, 165)
        self.assertEqual(self.deduction_lines(situation).tax_ids, self.tax10)
        self.balance(order, post=True)
        self.assertJobTies(order)
        self.assertDepositsTie(order)

    def test_a_deposit_with_a_negative_line(self):
        order = self.make_order(
            self.line("Works", 1, 1000.0), self.line("Discount", 1, -100.0, self.tax10)
        )
        deposit = self.deposit(order, 30)
        [state] = order._get_deposits()
        self.assertEqual((state.worth, state.remaining), (0, 0))
        deposit.action_post()
        self.assertEqual(order._get_deposits()[0].worth, 327)
        credit = deposit._reverse_moves([{}])
        self.assertEqual(order._get_deposits()[0].worth, 0)
        self.assertFalse(order._get_draft_deposits())
        credit.unlink()
        self.balance(order, post=True)
        self.assertJobTies(order)
        self.assertDepositsTie(order)

    def test_odoo_s_invoice_after_a_partial_credit_of_the_deposit(self):
        order = self.make_order(self.line("Works", 1, 1000.0))
        deposit = self.deposit(order, 30, post=True)
        credit = deposit._reverse_moves([{}])
        self.billed_lines(credit).price_unit = 100
        credit.action_post()
        invoice = order._create_invoices(final=True)
        self.assertEqual(invoice.amount_total, 1200 - 240)
        invoice.action_post()
        self.assertEqual(order.get_billing_recap()["to_invoice_total"], 0)
        self.assertFalse(order.is_ready_for_balance)

    def test_a_deposit_that_was_replaced(self):
        self.company.deduct_paid_deposits_only = True
        order = self.make_order(self.line("Works", 1, 1000.0))
        deposit = self.deposit(order, 30, invoice_date="2026-03-01", post=True)
        reversal = self.env["account.move.reversal"].create(
            {"move_ids": deposit.ids, "journal_id": deposit.journal_id.id, "date": "2026-03-02"}
        )
        replacement = self.move(reversal.modify_moves()["res_id"])
        replacement.invoice_date = "2026-02-15"
        replacement.action_post()
        self.pay(replacement)
        situation = self.situation(order, 50)
        self.assertEqual(situation.deposit_deduction, 180)
        self.assertIn(replacement.name, self.deduction_lines(situation).name)

    def test_what_isn_t_given_and_what_is_wrong(self):
        order = self.make_order(self.line("Works", 1, 1000.0))
        for rule, amount in (
            ([], None),
            ({}, None),
            ("", None),
            ("manual", ""),
            ("manual", []),
            ("full", ""),
            ("full", {}),
        ):
            with self.subTest(rule=rule, amount=amount), self.assertRaises(UserError):
                order.preview_situation(10, rule, amount)
        with self.assertRaises(UserError):
            order.create_situation_invoice(10, invoice_date=[])
        with self.assertRaises(UserError):
            order.create_deposit_invoice(10, [], "single")
