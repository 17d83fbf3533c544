"""The browser: the cards of jobs in progress, the analysis as curve, table and list."""

from odoo.tests import HttpCase, tagged

from ..common import SituationCommon


@tagged("post_install", "-at_install")
class TestAnalysisTour(HttpCase, SituationCommon):
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
        begun, finished = (
            cls.make_order(
                cls.line("Works", 1, 1000.0),
                partner_id=cls.env["res.partner"].create({"name": name}).id,
                client_order_ref=reference,
            )
            for name, reference in (("SCI Les Tilleuls", "Contract 12"), ("SARL Martin", "Barn"))
        )
        for order in (begun, finished):
            cls.deposit(order, 30, invoice_date="2026-02-10", post=True)
        cls.situation(begun, 50, invoice_date="2026-03-10")
        cls.situation(finished, 100, deduction_rule="final", invoice_date="2026-03-10", post=True)

    def tour(self, name, action):
        self.start_tour(
            f"/odoo/action-sale_situation_invoicing.{action}",
            name,
            login="admin",
            cookies={"cids": str(self.company.id)},
        )

    def test_jobs(self):
        self.tour("sale_jobs", "action_jobs")

    def test_analysis(self):
        self.tour("sale_situation_analysis", "action_situation_analysis")
