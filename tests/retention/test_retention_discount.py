"""An early-payment discount on an invoice with a retention: Odoo's own entry, the retention stays."""

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from ..common import SituationCommon


@tagged("post_install", "-at_install")
class TestRetentionDiscount(SituationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.discount = {
            "early_discount": True,
            "discount_percentage": 2,
            "discount_days": 10,
        }
        for name in ("loss", "gain"):
            cls.company[f"account_journal_early_pay_discount_{name}_account_id"] = cls.company_data[
                "default_account_expense"
            ]

    def bill(self, retained=True, computation="included", taxes=None, **values):
        shares = ((95, 30), (5, None)) if retained else ((100, 30),)
        term = self.make_term(*shares, early_pay_discount_computation=computation, **self.discount)
        order = self.make_order(
            self.line("A", 1, 700.01, taxes),
            self.line("B", 3, 99.99, self.tax10),
            payment_term_id=term.id,
            **values,
        )
        return self.situation(order, 100, invoice_date="2026-03-12", post=True)

    def payment(self, move, **values):
        action = move.action_register_payment()
        return self.env[action["res_model"]].with_context(**action["context"]).create(values)

    def discount_entry(self, move):
        """Return what the payment wrote off: ``{(account, tax, tags): balance}``."""
        with freeze_time("2026-03-15"):
            payment = self.payment(move)._create_payments()
        lines = payment.move_id.line_ids.filtered(
            lambda line: (
                line.account_type not in ("asset_receivable", "asset_cash", "asset_current")
            )
        )
        return {
            (line.account_id, line.tax_line_id, line.tax_ids, line.tax_tag_ids): line.balance
            for line in lines
        }

    def test_the_screen_proposes_it(self):
        move = self.bill()
        # 840.01 + 329.97; 5 % retained, 2 % off: 1 169.98 − 58.50 − 23.40
        self.assertEqual((move.amount_total, move.retention_amount), (1169.98, 58.5))
        with freeze_time("2026-03-15"):
            values = move._get_invoice_next_payment_values()
            self.assertEqual(
                (values["amount_due"], values["next_amount_to_pay"]), (1088.08, 1111.48)
            )
            self.assertEqual(values["installment_state"], "epd")
            wizard = self.payment(move)
            self.assertEqual(wizard.amount, 1088.08)
            self.assertTrue(wizard.early_payment_discount_mode)
            self.assertEqual(wizard.payment_difference, 23.4)
            wizard._create_payments()
        self.assertEqual((move.amount_residual, move.retention_residual), (58.5, 58.5))
        self.assertTrue(move.is_paid_except_retention)
        wizard = self.payment(move)
        self.assertEqual((wizard.amount, wizard.early_payment_discount_mode), (58.5, False))
        wizard._create_payments()
        self.assertEqual(move.amount_residual, 0)

    def test_it_can_be_refused_and_it_ends(self):
        move = self.bill()
        with freeze_time("2026-03-15"):
            wizard = self.payment(move, amount=1111.48)
            self.assertFalse(wizard.early_payment_discount_mode)
            wizard._create_payments()
        self.assertEqual(move.amount_residual, 58.5)
        move = self.bill()
        with freeze_time("2026-03-23"):
            self.assertEqual(self.payment(move).amount, 1111.48)

    def bill_without_order(self, computation, taxes):
        """Return the same invoice as Odoo makes it by hand, nothing retained."""
        term = self.make_term(
            (100, 30), early_pay_discount_computation=computation, **self.discount
        )
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2026-03-12",
                "invoice_payment_term_id": term.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.work.id,
                            "price_unit": price,
                            "quantity": quantity,
                            "tax_ids": [Command.set(line_taxes.ids)],
                        }
                    )
                    for quantity, price, line_taxes in (
                        (1, 700.01, taxes or self.tax20),
                        (3, 99.99, self.tax10),
                    )
                ],
            }
        )
        move.action_post()
        return move

    def test_the_entry_is_odoos_own(self):
        for computation in ("included", "excluded", "mixed"):
            for taxes in (None, self.tax20 | self.make_tax(5.5)):
                odoos = self.discount_entry(self.bill_without_order(computation, taxes))
                self.assertTrue(odoos)
                for retained in (True, False):
                    mine = self.discount_entry(self.bill(retained, computation, taxes))
                    self.assertEqual(set(mine), set(odoos), computation)
                    for key, balance in odoos.items():
                        # Odoo puts the cent of rounding on another base.
                        self.assertAlmostEqual(mine[key], balance, delta=0.011, msg=computation)
                    self.assertAlmostEqual(sum(mine.values()), sum(odoos.values()), 2)

    def test_the_vat_follows(self):
        move = self.bill()
        entry = self.discount_entry(move)
        taxes = {tax: balance for (_account, tax, _t, _tags), balance in entry.items() if tax}
        # 2 % of 140.00 and of 30.00
        self.assertEqual(taxes[self.tax20], 2.8)
        self.assertEqual(taxes[self.tax10], 0.6)

    def test_several_invoices_at_once(self):
        moves = self.bill() | self.bill() | self.bill(False)
        with freeze_time("2026-03-15"):
            wizard = self.payment(moves, group_payment=True)
            self.assertEqual(wizard.amount, 1088.08 * 2 + 1146.58)
            wizard._create_payments()
        self.assertEqual(moves.mapped("amount_residual"), [58.5, 58.5, 0])

    def test_a_foreign_currency(self):
        currency = self.env["res.currency"].create(
            {
                "name": "TRI",
                "symbol": "3",
                "rate_ids": [Command.create({"name": "2020-01-01", "rate": 3.0})],
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "TRI", "currency_id": currency.id}
        )
        move = self.bill(pricelist_id=pricelist.id)
        self.assertEqual(move.currency_id, currency)
        with freeze_time("2026-03-15"):
            self.payment(move)._create_payments()
        self.assertEqual((move.amount_residual, move.retention_residual), (58.5, 58.5))
        main = move._get_discounted_share()
        self.assertEqual((main.amount_residual, main.reconciled), (0, True))
