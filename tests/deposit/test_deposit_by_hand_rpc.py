"""Deposits by hand over HTTP: XML-RPC, odoorpc and /json/2, as doc/integrator.rst calls them."""

import json
import unittest
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from odoo.fields import Command
from odoo.tests import HttpCase, get_db_name, new_test_user, tagged
from odoo.tools import mute_logger

from .test_deposit_by_hand import DepositByHandCommon

try:
    import odoorpc
except ImportError:
    odoorpc = None


@tagged("post_install", "-at_install")
class TestDepositByHandRpc(HttpCase, DepositByHandCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env,
            login="rpc-by-hand",
            password="rpc-by-hand",
            groups="account.group_account_invoice",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.house = cls.make_house()
        cls.first = cls.deposit(cls.house, 30, post=True)

    def setUp(self):
        super().setUp()
        self.invoice = self.bill((1000, self.tax20), (500, self.tax10))
        self.payment = self.advance(1000)

    def check(self, call):
        """What every client does; `call` takes a method's name and its arguments."""
        part = [{"deposit_id": self.first.id, "amount": 500.0}]
        self.assertEqual(call("deduct_deposits", choices=part), 500)
        self.assertEqual(self.invoice.amount_total, 1250)
        self.assertEqual(call("deduct_deposits", choices=[{"deposit_id": self.first.id}]), 1750)
        self.assertEqual(call("deduct_deposits", choices=[]), 0)
        self.assertEqual(self.invoice.amount_total, 1750)
        self.assertEqual(call("deduct_deposits", choices=part), 500)
        self.assertEqual(call("choose_advances", advance_ids=self.payment.ids), 1000)
        self.assertFalse(call("action_post"))
        self.assertEqual((self.invoice.state, self.invoice.amount_residual), ("posted", 250))

    def refresh(self, result):
        self.env.invalidate_all()
        return result

    def test_xmlrpc(self):
        def call(method, **kwargs):
            args = (get_db_name(), self.user.id, "rpc-by-hand", "account.move", method)
            with mute_logger("odoo.addons.rpc.controllers.xmlrpc"):
                return self.refresh(
                    self.xmlrpc_object.execute_kw(*args, [self.invoice.ids, *kwargs.values()], {})
                )

        self.check(call)

    def test_json2(self):
        key = self.env(user=self.user)["res.users.apikeys"]._generate(
            scope="rpc", name="test", expiration_date=datetime.now() + timedelta(hours=6)
        )

        def post(method, **kwargs):
            return self.url_open(
                f"/json/2/account.move/{method}",
                data=json.dumps({"ids": self.invoice.ids, **kwargs}),
                headers={
                    "Content-Type": "application/json",
                    "Authorization": f"Bearer {key}",
                    "X-Odoo-Database": get_db_name(),
                },
            )

        def call(method, **kwargs):
            response = post(method, **kwargs)
            self.assertEqual(response.status_code, 200, response.text)
            return self.refresh(response.json())

        with mute_logger("odoo.http"):
            refused = post(
                "deduct_deposits", choices=[{"deposit_id": self.first.id, "amount": 9999}]
            )
        self.assertEqual(refused.status_code, 422)
        for text in ("9,999.00", "4,425.00", self.first.name):
            self.assertIn(text, refused.json()["message"].replace("\N{NO-BREAK SPACE}", " "))
        self.check(call)

    @unittest.skipUnless(odoorpc, "odoorpc is not installed")
    def test_odoorpc(self):
        url = urlsplit(self.base_url())

        def call(method, **kwargs):
            self.cr.flush()
            self.cr.clear()
            with (
                self.allow_requests(all_requests=True),
                mute_logger("odoo.addons.rpc.controllers.jsonrpc"),
            ):
                client = odoorpc.ODOO(url.hostname, port=url.port, version="19.0")
                client.login(get_db_name(), "rpc-by-hand", "rpc-by-hand")
                invoices = client.env["account.move"]
                return self.refresh(getattr(invoices, method)(self.invoice.ids, *kwargs.values()))

        self.check(call)
