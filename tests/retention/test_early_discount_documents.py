"""The early-payment discount on every kind of document: offered in time, refused at will, with VAT."""

from freezegun import freeze_time

from odoo.tests import tagged

from ..common import SituationCommon


@tagged("post_install", "-at_install")
class TestEarlyDiscountDocuments(SituationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in ("loss", "gain"):
            cls.company[f"account_journal_early_pay_discount_{name}_account_id"] = cls.company_data[
                "default_account_expense"
            ]
        cls.term = cls.make_term(
            (100, 30),
            early_discount=True,
            discount_percentage=2,
            discount_days=10,
            early_pay_discount_computation="included",
        )
        cls.customer.property_payment_term_id = cls.term
        cls.order = cls.make_house()

    def screen(self, move):
        action = move.action_register_payment()
        return self.env[action["res_model"]].with_context(**action["context"]).create({})

    def pay_early(self, move):
        """Pay within the ten days; return what was written off: untaxed, VAT."""
        with freeze_time("2026-03-15"):
            wizard = self.screen(move)
            self.assertTrue(wizard.early_payment_discount_mode)
            paid = wizard.amount
            payment = wizard._create_payments()
        self.assertEqual(move.amount_residual, 0.0)
        lines = payment.move_id.line_ids.filtered(
            lambda line: (
                line.account_type not in ("asset_receivable", "asset_cash", "asset_current")
            )
        )
        taxes = lines.filtered("tax_line_id")
        untaxed = sum((lines - taxes).mapped("balance"))
        return paid, round(untaxed, 2), round(sum(taxes.mapped("balance")), 2)

    def test_the_customers_term_applies_and_can_be_changed(self):
        self.assertEqual(self.order.payment_term_id, self.term)
        move = self.situation(self.order, 50, invoice_date="2026-03-12")
        self.assertEqual(move.invoice_payment_term_id, self.term)
        move.invoice_payment_term_id = self.make_term((100, 30))
        move.action_post()
        with freeze_time("2026-03-15"):
            wizard = self.screen(move)
            self.assertEqual((wizard.amount, wizard.early_payment_discount_mode), (7375.0, False))

    def test_deposit(self):
        move = self.deposit(self.order, 30.0, invoice_date="2026-03-12", post=True)
        # 4 425 with 675 of VAT; 2 % of each
        self.assertEqual(self.pay_early(move), (4336.5, 75.0, 13.5))
        deposits = self.order._get_deposits()
        self.assertEqual(float(deposits[0].remaining), 4425.0)

    def test_partial(self):
        move = self.move(
            self.order.create_partial_invoice(self.order.order_line[2].ids, "2026-03-12", True)
        )
        self.assertEqual(self.pay_early(move), (2695.0, 50.0, 5.0))

    def test_instalment(self):
        ids = self.order.create_instalment_invoices(2, "2026-03-12", post=True)
        # 7 375 with 1 125 of VAT
        self.assertEqual(self.pay_early(self.move(ids[0])), (7227.5, 125.0, 22.5))

    def test_situation_and_balance_with_a_deduction(self):
        self.deposit(self.order, 30.0, invoice_date="2026-03-01", post=True)
        self.order.deduction_rule = "progressive"
        situation = self.situation(self.order, 50, invoice_date="2026-03-12", post=True)
        # 7 375 − 2 212.50 with 1 125 − 337.50 of VAT: 5 162.50 with 787.50
        self.assertEqual(self.pay_early(situation), (5059.25, 87.5, 15.75))
        balance = self.balance(self.order, invoice_date="2026-03-12", post=True)
        self.assertEqual(self.pay_early(balance), (5059.25, 87.5, 15.75))
        self.assertJobTies(self.order)

    def test_refused_and_too_late(self):
        situation = self.situation(self.order, 50, invoice_date="2026-03-12", post=True)
        with freeze_time("2026-03-15"):
            wizard = self.screen(situation)
            wizard.amount = 7375.0
            self.assertFalse(wizard.early_payment_discount_mode)
            wizard._create_payments()
        self.assertEqual(situation.amount_residual, 0.0)
        situation = self.situation(self.order, 100, invoice_date="2026-03-12", post=True)
        with freeze_time("2026-03-23"):
            self.assertEqual(self.screen(situation).amount, 7375.0)
