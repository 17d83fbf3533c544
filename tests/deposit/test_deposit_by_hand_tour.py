"""The browser: a deposit and a payment are ticked on an invoice that no order makes."""

from odoo.tests import HttpCase, tagged

from .test_deposit_by_hand import DepositByHandCommon


@tagged("post_install", "-at_install")
class TestDepositByHandTour(HttpCase, DepositByHandCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.user_admin").write(
            {
                "company_ids": [(4, cls.company.id)],
                "company_id": cls.company.id,
                "lang": "en_US",
                "group_ids": [
                    (4, cls.env.ref("account.group_account_manager").id),
                    (4, cls.env.ref("sales_team.group_sale_manager").id),
                ],
            }
        )

    def test_choose(self):
        deposit = self.deposit(self.make_house(), 30, invoice_date="2026-03-20", post=True)
        payment = self.advance(1000)
        move = self.bill((1000, self.tax20), (500, self.tax10))
        self.start_tour(
            f"/odoo/action-account.action_move_out_invoice_type/{move.id}",
            "account_deposits_by_hand",
            login="admin",
            cookies={"cids": str(self.company.id)},
        )
        self.env.invalidate_all()
        self.assertEqual(
            (move.state, move.amount_total, move.deposit_deduction), ("posted", 275, 1475)
        )
        self.assertIn(move.payment_state, ("paid", "in_payment"))
        self.assertEqual(payment.amount_residual, -725)
        self.assertEqual(deposit.billing_order_id.get_billing_recap()["deposit_remaining"], 2950)
