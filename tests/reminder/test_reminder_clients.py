"""Reminders and a customer's billing in the browser, and over XML-RPC, odoorpc and /json/2."""

import json
import unittest
import xmlrpc.client
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, get_db_name, new_test_user, tagged
from odoo.tools import mute_logger

from .test_reminder import ReminderCommon

try:
    import odoorpc
except ImportError:
    odoorpc = None

FIGURES = {"billed": 36000, "due": 34200, "overdue": 22800, "retained": 1800, "deposits_open": 0}


@tagged("post_install", "-at_install")
class TestReminderClients(ReminderCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.biller, cls.reader = (
            new_test_user(
                cls.env,
                login=login,
                password=login,
                groups=groups,
                company_id=cls.company.id,
                company_ids=[Command.set(cls.company.ids)],
            )
            for login, groups in (
                ("rpc-biller", "account.group_account_invoice"),
                ("rpc-reader", "account.group_account_readonly"),
            )
        )
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
        # two that had to be paid 10 days ago
        day = fields.Date.today() - timedelta(days=40)
        cls.moves = cls.make_invoice(invoice_date=day) | cls.make_invoice(invoice_date=day)

    # === THE BROWSER ===#

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

    # === RPC ===#

    def check(self, call, get_refusal):
        """What every client does.

        :param call: ``call(user, model, method, ids)``
        """
        late = self.moves[0]
        new = self.make_invoice(invoice_date=fields.Date.today())
        summary = call(self.biller, "res.partner", "get_billing_summary", self.customer.ids)
        self.assertEqual({name: summary[name] for name in FIGURES}, FIGURES)
        self.assertEqual((summary["customer"], summary["currency"]), ("Customer", "EUR"))
        self.assertEqual(summary["orders"], [])
        level = call(self.biller, "account.move", "send_reminder", late.ids)
        self.assertEqual(level, "Reminder")
        self.assertEqual(late.reminder_ids.level_id, self.first)
        for user, move, text in (
            (self.biller, late, "was sent today"),
            (self.biller, new, "Nothing is overdue"),
            (self.reader, new, "may send invoices"),
        ):
            with mute_logger("odoo.http", "odoo.sql_db"):
                message = get_refusal(user, "account.move", "send_reminder", move.ids)
            self.assertIn(text, message)
            self.assertNotIn("Traceback", message)
        self.assertEqual(len((late | new).reminder_ids), 1)

    def test_xml_rpc(self):
        def call(user, model, method, ids):
            with mute_logger("odoo.addons.rpc.controllers.xmlrpc"):
                result = self.xmlrpc_object.execute_kw(
                    get_db_name(), user.id, user.login, model, method, [ids]
                )
            self.env.invalidate_all()
            return result

        def get_refusal(*args):
            with self.assertRaises(xmlrpc.client.Fault) as fault:
                call(*args)
            return fault.exception.faultString

        self.check(call, get_refusal)

    def test_json_2(self):
        keys = {
            user: self.env(user=user)["res.users.apikeys"]._generate(
                scope="rpc", name="test", expiration_date=datetime.now() + timedelta(hours=6)
            )
            for user in self.biller + self.reader
        }

        def post(user, model, method, ids):
            response = self.url_open(
                f"/json/2/{model}/{method}",
                data=json.dumps({"ids": ids}),
                headers={
                    "Content-Type": "application/json",
                    "Authorization": f"Bearer {keys[user]}",
                    "X-Odoo-Database": get_db_name(),
                },
            )
            self.env.invalidate_all()
            return response

        def call(*args):
            response = post(*args)
            self.assertEqual(response.status_code, 200, response.text)
            return response.json()

        def get_refusal(*args):
            response = post(*args)
            self.assertIn(response.status_code, (403, 422), response.text)
            return response.json()["message"]

        self.check(call, get_refusal)

    @unittest.skipUnless(odoorpc, "odoorpc is not installed")
    def test_odoorpc(self):
        url = urlsplit(self.base_url())

        def call(user, model, method, ids):
            self.cr.flush()
            self.cr.clear()
            with (
                self.allow_requests(all_requests=True),
                mute_logger("odoo.addons.rpc.controllers.jsonrpc"),
            ):
                client = odoorpc.ODOO(url.hostname, port=url.port, version="19.0")
                client.login(get_db_name(), user.login, user.login)
                result = client.execute_kw(model, method, [ids], {})
            self.env.invalidate_all()
            return result

        def get_refusal(*args):
            with self.assertRaises(odoorpc.error.RPCError) as refusal:
                call(*args)
            return str(refusal.exception)

        self.check(call, get_refusal)
