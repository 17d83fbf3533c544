"""VAT on payments (`on_payment`): documents of nought are collected as the deposits that they deduct
are paid."""

from collections import defaultdict

from odoo.tests import tagged

from .common import SituationCommon


class CashBasisCommon(SituationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.tax_exigibility = True
        cls.vat20, cls.vat10 = (cls.find_tax(rate) for rate in (20, 10))

    @classmethod
    def find_tax(cls, rate):
        """Return the chart's tax on services of this rate."""
        taxes = cls.env["account.tax"].with_context(active_test=False)
        tax = taxes.search(
            [
                ("company_id", "=", cls.company.id),
                ("type_tax_use", "=", "sale"),
                ("amount_type", "=", "percent"),
                ("amount", "=", rate),
                ("tax_exigibility", "=", "on_payment"),
                ("price_include_override", "in", (False, "tax_excluded")),
            ],
            limit=1,
        )
        tax.active = True
        return tax

    def items(self):
        """Return the posted items of the two taxes."""
        return self.env["account.move.line"].search(
            [
                ("tax_line_id", "in", (self.vat20 | self.vat10).ids),
                ("parent_state", "=", "posted"),
                ("company_id", "=", self.company.id),
            ]
        )

    def waiting(self):
        """Return what the waiting accounts hold."""
        accounts = (self.vat20 | self.vat10).cash_basis_transition_account_id
        items = self.env["account.move.line"].search(
            [("account_id", "in", accounts.ids), ("parent_state", "=", "posted")]
        )
        return round(-sum(items.mapped("balance")), 2)

    def collected(self):
        """Return what is collected of (20 %, 10 %)."""
        amounts = defaultdict(float)
        for item in self.items():
            if item.account_id != item.tax_line_id.cash_basis_transition_account_id:
                amounts[item.tax_line_id] -= item.balance
        return tuple(round(amounts[tax], 2) for tax in (self.vat20, self.vat10))

    def assertVat(self, vat20, vat10, waiting):
        self.assertEqual((*self.collected(), self.waiting()), (vat20, vat10, waiting))

    def make_job(self, **values):
        """Return an order of 1 000 at 20 % and 1 000 at 10 %."""
        return self.make_order(
            self.line("A", 1, 1000.0, self.vat20),
            self.line("B", 1, 1000.0, self.vat10),
            deduction_rule="full",
            **values,
        )

    def bill_nought(self, order, **values):
        """Bill the first line, which the deposit covers."""
        line = self.work_line(order, "A")
        move = self.situation(
            order, [{"line_id": line.id, "progress": 100}], **{"post": True, **values}
        )
        self.assertEqual(move.amount_total, 0)
        return move


@tagged("post_install", "-at_install")
class TestCashBasis(CashBasisCommon):
    def test_the_example(self):
        order = self.make_job()
        deposit = self.deposit(order, 60, post=True)
        self.assertEqual(deposit.amount_total, 1380)
        self.assertVat(0, 0, 180)
        self.pay(deposit)
        self.assertVat(120, 60, 0)
        # 1 200.00 deducted: 626.09 with 104.35 of VAT at 20 %, 573.91 with 52.17 at 10 %
        move = self.bill_nought(order)
        self.assertEqual(move.deposit_deduction, 1200)
        self.assertVat(215.65, 7.83, 0)
        balance = self.balance(order, post=True)
        # 1 100.00 less 180.00
        self.assertEqual(balance.amount_total, 920)
        self.assertVat(215.65, 7.83, 76.52)
        self.pay(balance)
        self.assertVat(200, 100, 0)
