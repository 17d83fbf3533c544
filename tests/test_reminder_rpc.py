"""Reminders and a customer's billing over XML-RPC, odoorpc and /json/2."""

import json
import unittest
import xmlrpc.client
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from odoo import fields
from odoo.tests import HttpCase, get_db_name, tagged
from odoo.tools import mute_logger

from .test_reminder import ReminderCommon
from .test_situation_rpc import SituationRpcCommon

try:
    import odoorpc
except ImportError:
    odoorpc = None

FIGURES = {"billed": 24000, "due": 22800, "overdue": 11400, "retained": 1200, "deposits_open": 0}


@tagged("post_install", "-at_install")
class TestReminderRpc(ReminderCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        make_user = SituationRpcCommon.make_user.__func__
        cls.biller = make_user(cls, "rpc-reminder", "account.group_account_invoice")
        cls.reader = make_user(cls, "rpc-reader", "account.group_account_readonly")
        today = fields.Date.today()
        # one that had to be paid 10 days ago, one that has not to be paid yet
        cls.late = cls.make_invoice(invoice_date=today - timedelta(days=40))
        cls.new = cls.make_invoice(invoice_date=today)

    def check(self, call, get_refusal):
        """What every client does.

        :param call: ``call(user, model, method, ids)``
        """
        summary = call(self.biller, "res.partner", "get_billing_summary", self.customer.ids)
        self.assertEqual({name: summary[name] for name in FIGURES}, FIGURES)
        self.assertEqual((summary["customer"], summary["currency"]), ("Customer", "EUR"))
        self.assertEqual(summary["orders"], [])
        level = call(self.biller, "account.move", "send_reminder", self.late.ids)
        self.assertEqual(level, "Reminder")
        self.assertEqual(self.late.reminder_ids.level_id, self.first)
        for user, move, text in (
            (self.biller, self.late, "was sent today"),
            (self.biller, self.new, "Nothing is overdue"),
            (self.reader, self.new, "may send invoices"),
        ):
            with mute_logger("odoo.http", "odoo.sql_db"):
                message = get_refusal(user, "account.move", "send_reminder", move.ids)
            self.assertIn(text, message)
            self.assertNotIn("Traceback", message)
        self.assertEqual(len(self.late.reminder_ids | self.new.reminder_ids), 1)

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
