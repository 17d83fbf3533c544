from odoo.tests import HttpCase, tagged

from ..common import SituationCommon


@tagged("post_install", "-at_install")
class TestSituationBatchTour(HttpCase, SituationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.allow_over_billing = False
        admin = cls.env.ref("base.user_admin")
        admin.write(
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
        cls.orders = cls.env["sale.order"].union(
            *(
                cls.make_order(
                    cls.line("Works", 1, amount),
                    name=f"MONTH-{number}",
                    confirm=number < 4,
                    user_id=admin.id,
                )
                for number, amount in ((1, 1000), (2, 500), (3, 300), (4, 100))
            )
        )

    def test_month(self):
        self.start_tour(
            "/odoo/action-sale.action_quotations",
            "sale_situation_batch",
            login="admin",
            cookies={"cids": str(self.company.id)},
        )
        self.assertEqual(self.orders.mapped("billing_progress"), [50, 40, 100, 0])
        self.assertEqual(self.orders.mapped("situation_count"), [1, 1, 1, 0])
