from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..common import SituationCommon


@tagged("post_install", "-at_install")
class TestDeposit(SituationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.make_house()

    # === FIGURES ===#

    def test_a_percentage_has_one_line_a_rate(self):
        # 10 000 + 20 % and 2 500 + 10 %: 14 750; 30 % of it is 3 000 + 600 and 750 + 75 = 4 425.
        deposit = self.deposit(self.order, 30)
        self.assertEqual(deposit.billing_kind, "deposit")
        self.assertEqual(deposit.billing_order_id, self.order)
        self.assertEqual(deposit.move_type, "out_invoice")
        self.assertEqual(deposit.amount_total, 4425.0)
        self.assertEqual(deposit.amount_untaxed, 3750.0)
        lines = self.billed_lines(deposit).sorted("price_unit", reverse=True)
        self.assertRecordValues(
            lines,
            [
                {"price_subtotal": 3000.0, "price_total": 3600.0, "tax_ids": self.tax20.ids},
                {"price_subtotal": 750.0, "price_total": 825.0, "tax_ids": self.tax10.ids},
            ],
        )
        self.assertEqual(
            set(lines.mapped("name")),
            {f"Deposit of 30 % on order {self.order.name} of 03/12/2026"},
        )

    def test_it_is_posted_to_the_down_payment_account_and_numbered_as_an_invoice(self):
        deposit = self.deposit(self.order, 30, invoice_date="2026-04-02", post=True)
        account = self.company.downpayment_account_id
        self.assertEqual(account.code, "419100")
        self.assertEqual(self.billed_lines(deposit).account_id, account)
        self.assertEqual(deposit.state, "posted")
        self.assertEqual(str(deposit.invoice_date), "2026-04-02")
        self.assertRegex(deposit.name, r"^INV/2026/")
        self.assertFalse(
            deposit.line_ids.account_id.filtered(lambda account: account.internal_group == "income")
        )
        self.assertTrue(deposit._is_downpayment())

    def test_a_fixed_amount_that_does_not_divide(self):
        deposit = self.deposit(self.order, 1000.01, amount_type="fixed")
        self.assertEqual(deposit.amount_total, 1000.01)
        # 1 000.01 / 14 750 of 10 000 + 2 000 and 2 500 + 250: the VAT is 135.59 and 16.95; of the
        # 847.47 untaxed, 677.98 and 169.49. What is printed adds up: 1 × the price, base by rate.
        self.assertRecordValues(
            self.billed_lines(deposit).sorted("price_unit", reverse=True),
            [
                {
                    "quantity": 1,
                    "price_unit": 677.98,
                    "price_subtotal": 677.98,
                    "price_total": 813.57,
                },
                {
                    "quantity": 1,
                    "price_unit": 169.49,
                    "price_subtotal": 169.49,
                    "price_total": 186.44,
                },
            ],
        )
        self.assertRecordValues(
            deposit.line_ids.filtered("tax_line_id").sorted("balance"),
            [
                {"balance": -135.59, "tax_base_amount": -677.98},
                {"balance": -16.95, "tax_base_amount": -169.49},
            ],
        )

    def test_lines_without_tax_close_to_the_cent(self):
        order = self.make_order(
            self.line("A", 3, 33.33, self.env["account.tax"]),
            self.line("B", 7, 11.11),
            self.line("C", 1, 0.07, self.tax10),
        )
        for amount in (10.0, 33.33, 100.01, 0.05):
            deposit = self.deposit(order, amount, amount_type="fixed")
            self.assertEqual(deposit.amount_total, amount)
            deposit.unlink()

    def test_all_lines_are_named_above_it(self):
        deposit = self.deposit(self.order, 30, detail="lines")
        notes = deposit.invoice_line_ids.filtered(lambda line: line.display_type == "line_note")
        self.assertEqual(
            notes.sorted("sequence").mapped("name"),
            ["Building", "• Walls – 10.00 Units", "• Roof – 1.00 Units"],
        )
        self.assertEqual(deposit.amount_total, 4425.0)
        self.assertTrue(
            max(notes.mapped("sequence")) < min(self.billed_lines(deposit).mapped("sequence"))
        )
        self.assertTrue(deposit._is_downpayment())

    def test_another_currency_than_the_company_s(self):
        currency = self.env["res.currency"].create(
            {
                "name": "TWO",
                "symbol": "2",
                "rate_ids": [Command.create({"name": "2020-01-01", "rate": 2.0})],
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Two", "currency_id": currency.id}
        )
        order = self.make_order(self.line("A", 1, 1000.0), pricelist_id=pricelist.id)
        self.assertEqual(order.currency_id, currency)
        deposit = self.deposit(order, 30, post=True)
        self.assertEqual(deposit.currency_id, currency)
        self.assertEqual(deposit.amount_total, 360.0)
        self.assertEqual(self.billed_lines(deposit).balance, -150.0)
        situation = self.situation(order, 50)
        self.assertEqual(situation.amount_total, 600 - 180)
        balance = self.balance(order)
        self.assertEqual(balance.amount_total, 600 - 180)
        self.assertJobTies(order)
        self.assertDepositsTie(order)

    # === WHAT IS LEFT ===#

    def test_several_deposits_also_after_a_situation(self):
        self.deposit(self.order, 20, post=True)
        self.situation(self.order, 30, post=True)
        self.deposit(self.order, 1000, amount_type="fixed", post=True)
        recap = self.order.get_billing_recap()
        self.assertEqual(recap["deposit_invoiced"], 2950 + 1000)
        self.assertEqual(recap["deposit_deducted"], 885)
        self.balance(self.order, post=True)
        self.assertJobTies(self.order)
        self.assertDepositsTie(self.order)

    def test_all_of_them_stay_within_what_is_left(self):
        self.deposit(self.order, 60)
        with self.assertRaisesRegex(UserError, "7,375.00.*S.*5,900.00"):
            self.order.create_deposit_invoice(50)
        self.deposit(self.order, 40)
        with self.assertRaises(UserError):
            self.order.create_deposit_invoice(0.01, "fixed")

    def test_a_deposit_counts_for_what_it_is_worth_now(self):
        deposit = self.deposit(self.order, 100)
        deposit.button_cancel()
        deposit = self.deposit(self.order, 100, post=True)
        credit = deposit._reverse_moves([{"invoice_date": deposit.invoice_date}])
        self.assertEqual(credit.billing_kind, "deposit")
        self.deposit(self.order, 100)
        self.assertEqual(self.order.get_billing_recap()["deposit_invoiced"], 14750)

    def test_bad_input_names_the_value_and_leaves_nothing(self):
        for amount, amount_type, detail, words in (
            (0, "percent", "single", "0"),
            (-5, "percent", "single", "-5"),
            ("ten", "percent", "single", "ten"),
            (True, "percent", "single", "True"),
            (float("nan"), "fixed", "single", "nan"),
            (10, "share", "single", "share"),
            (10, "percent", "both", "both"),
            (0.00001, "percent", "single", "1e-05"),
            (100.01, "percent", "single", "14,751"),
        ):
            with self.assertRaisesRegex(UserError, words):
                self.order.create_deposit_invoice(amount, amount_type, detail)
        self.assertFalse(self.order.billing_move_ids)
        self.assertFalse(self.order._get_down_payment_lines())

    def test_only_a_confirmed_order_takes_one(self):
        quotation = self.make_order(self.line("A", 1, 100.0), confirm=False)
        with self.assertRaisesRegex(UserError, "Confirm it first"):
            quotation.create_deposit_invoice(30)

    # === SCREEN ===#

    def test_odoo_s_wizard_shows_what_is_left_and_makes_our_deposit(self):
        self.deposit(self.order, 20)
        action = self.order.action_create_deposit()
        Wizard = self.env[action["res_model"]].with_context(**action["context"])
        with Form(Wizard) as form:
            self.assertEqual(form.contract_total, 14750)
            self.assertEqual(form.invoiced_total, 2950)
            self.assertEqual(form.left_to_invoice, 11800)
            form.amount = 10
            self.assertEqual(form.deposit_total, 1475)
            form.deposit_detail = "lines"
        result = form.record.action_create_draft()
        deposit = self.move(result["res_id"])
        self.assertEqual(deposit.billing_kind, "deposit")
        self.assertEqual(deposit.amount_total, 1475)

    def test_the_down_payment_account_is_asked_for_before_posting(self):
        account = self.company.downpayment_account_id
        income = self.company_data["default_account_revenue"]
        for wrong in (income.browse(), income):
            self.company.downpayment_account_id = wrong
            action = self.order.action_create_deposit()
            wizard = self.env[action["res_model"]].with_context(**action["context"]).create({})
            self.assertIn(wrong.code or self.company.name, wizard.deposit_account_warning)
            self.assertEqual(wizard.proposed_account_id, account)
            deposit = self.deposit(self.order, 10)
            self.assertIn("turnover", deposit.deposit_warning)
            deposit.action_set_deposit_account()
            self.assertFalse(deposit.deposit_warning)
            self.assertEqual(self.company.downpayment_account_id, account)
            self.assertEqual(self.billed_lines(deposit).account_id, account)
            self.company.downpayment_account_id = wrong
            wizard.action_set_deposit_account()
            self.assertEqual(self.company.downpayment_account_id, account)
            wizard.invalidate_recordset()
            self.assertFalse(wizard.deposit_account_warning)
