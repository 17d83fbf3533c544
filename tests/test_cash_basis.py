"""VAT on payments (`on_payment`): documents of nought are collected as the deposits that they deduct
are paid."""

from odoo.tests import tagged

from .cash_basis_common import CashBasisCommon


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
