"""The browser: the screen of what is due, and the dialogs of a subscription."""

from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from .test_subscription import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestSubscriptionTour(HttpCase, SubscriptionCommon):
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
                    (4, cls.env.ref("sale.group_discount_per_so_line").id),
                ],
            }
        )
        # Two months have begun in forty days, whatever the day.
        start = fields.Date.today() - timedelta(days=40)
        cls.order, cls.refused = (
            cls.make_magazine(
                start=start,
                partner_id=cls.env["res.partner"].create({"name": name}).id,
            )
            for name in ("SCI Les Tilleuls", "SARL Martin")
        )

    def tour(self, name, url):
        self.start_tour(url, name, login="admin", cookies={"cids": str(self.company.id)})

    def test_portal(self):
        """What the customer is shown of the order and of its invoice."""
        order = self.make_magazine(start="2041-01-31", subscription_end="2041-12-31")
        move = self.move(order.create_subscription_invoices("2041-01-31"))
        move.auto_post = "no"
        move.action_post()
        for document, texts in (
            (order, ("Every month from 01/31/2041 until 12/31/2041",)),
            (move, ("Period from January 31, 2041 to February 27, 2041",)),
        ):
            url = document._portal_ensure_token() and document.get_portal_url()
            page = self.url_open(url)
            self.assertEqual(page.status_code, 200)
            for text in texts:
                self.assertIn(text, page.text)

    def test_screen(self):
        self.refused.order_line.product_uom_qty = 0
        self.tour("sale_subscription_invoice", "/odoo/subscriptions-to-invoice")
        moves = self.order.subscription_document_ids
        self.assertEqual(moves.mapped("amount_total"), [225.48, 225.48])
        self.assertFalse(self.refused.subscription_document_ids)

    def test_dialogs(self):
        self.tour("sale_subscription_change", f"/odoo/action-sale.action_orders/{self.order.id}")
        self.assertEqual(
            self.order.subscription_event_ids.mapped("kind"), ["period", "stop", "resume"]
        )
        # 3 × 99.99 × 1.2 = 359.964 → 359.96, and 105.49
        self.assertEqual(self.order.amount_total, 465.45)
