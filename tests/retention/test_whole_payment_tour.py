"""The browser: the whole is paid in the payment dialog; a retention is settled from the banner."""

from odoo.tests import HttpCase, tagged

from .test_retention_settlement import SettlementCommon


@tagged("post_install", "-at_install")
class TestWholePaymentTour(SettlementCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.user_admin").write(
            {
                "company_ids": [(4, cls.company.id)],
                "company_id": cls.company.id,
                "lang": "en_US",
                "group_ids": [(4, cls.env.ref("account.group_account_manager").id)],
            }
        )

    def tour(self, name, move):
        self.start_tour(
            f"/odoo/action-account.action_move_out_invoice_type/{move.id}",
            name,
            login="admin",
            cookies={"cids": str(self.company.id)},
        )
        self.env.invalidate_all()

    def test_the_dialog(self):
        move = self.make_invoice()
        self.tour("account_whole_payment", move)
        self.assertEqual((move.amount_residual, self.open_amounts()), (0, (0, 0)))

    def test_the_banner(self):
        other = self.make_invoice(date="2020-01-01")
        move, _payment = self.overpay()
        self.assertTrue(other.amount_residual)
        self.tour("account_retention_settlement", move)
        self.assertEqual((move.amount_residual, move.retention_residual), (0, 0))
