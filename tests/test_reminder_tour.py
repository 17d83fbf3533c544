"""The browser: a reminder from the invoice and from the list, the customer's page, the settings."""

from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from .test_reminder import ReminderCommon


@tagged("post_install", "-at_install")
class TestReminderTour(ReminderCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.env.ref("base.user_admin")
        cls.admin.write(
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
        cls.company.send_reminders = False
        today = fields.Date.today()
        cls.moves = cls.env["account.move"].union(
            *(cls.make_invoice(invoice_date=today - timedelta(days=40)) for _number in range(2))
        )

    def tour(self, name, url):
        self.start_tour(url, name, login="admin", cookies={"cids": str(self.company.id)})

    def test_from_the_invoice(self):
        move = self.moves[0]
        self.tour("sale_reminder", f"/odoo/action-account.action_move_out_invoice_type/{move.id}")
        self.assertEqual(move.reminder_level_id, self.first)
        self.assertEqual(len(self.mails(move)), 1)

    def test_from_the_list(self):
        self.customer.name = "Late customer"
        self.tour("sale_reminder_list", "/odoo/action-account.action_move_out_invoice_type")
        self.assertEqual(self.moves.reminder_ids.mapped("level_id"), self.first)
        self.assertEqual(len(self.moves.reminder_ids), 2)

    def test_customer_page(self):
        order = self.make_order(
            self.line("Works", 1, 10000.0), payment_term_id=self.retained.id, name="S-PAGE"
        )
        self.deposit(order, 30, post=True)
        self.tour("sale_customer_page", f"/odoo/res.partner/{self.customer.id}")

    def test_settings(self):
        self.tour("sale_reminder_settings", "/odoo/action-account.action_account_config")
        self.assertTrue(self.company.send_reminders)
        self.assertEqual(self.company.reminder_start_date, fields.Date.today())
        self.assertFalse(self.company.notify_payments)
