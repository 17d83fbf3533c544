from odoo.tests import HttpCase, tagged

from ..common import SituationCommon


@tagged("post_install", "-at_install")
class TestCancelTour(HttpCase, SituationCommon):
    def test_cancel(self):
        self.env.ref("base.user_admin").write(
            {
                "company_ids": [(4, self.company.id)],
                "company_id": self.company.id,
                "lang": "en_US",
                "group_ids": [
                    (4, self.env.ref("account.group_account_manager").id),
                    (4, self.env.ref("sales_team.group_sale_manager").id),
                ],
            }
        )
        order = self.make_order(self.line("Walls", 10, 100.0))
        posted = self.situation(order, 30, post=True)
        draft = self.situation(order, 50)
        self.start_tour(
            f"/odoo/action-sale.action_orders/{order.id}",
            "sale_cancel_document",
            login="admin",
            cookies={"cids": str(self.company.id)},
        )
        self.assertEqual((draft.state, posted.payment_state), ("cancel", "reversed"))
        self.assertEqual(order.billing_progress, 0)
