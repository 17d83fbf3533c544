"""The browser: the order's button, and the action menus of order, list and invoice."""

from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from ..common import SituationCommon


@tagged("post_install", "-at_install")
class TestWorkbookTour(HttpCase, SituationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = ("account.group_account_manager", "sales_team.group_sale_manager")
        cls.env.ref("base.user_admin").write(
            {
                "company_ids": [Command.link(cls.company.id)],
                "company_id": cls.company.id,
                "lang": "en_US",
                "group_ids": [Command.link(cls.env.ref(group).id) for group in groups],
            }
        )
        cls.order, _other = cls.make_house(), cls.make_house()
        cls.document = cls.situation(cls.order, 50, post=True)

    def tour(self, name, url):
        self.start_tour(url, name, login="admin", cookies={"cids": str(self.company.id)})

    def test_order(self):
        self.tour("sale_workbook_order", f"/odoo/action-sale.action_orders/{self.order.id}")

    def test_invoice(self):
        url = f"/odoo/action-account.action_move_out_invoice_type/{self.document.id}"
        self.tour("sale_workbook_invoice", url)
