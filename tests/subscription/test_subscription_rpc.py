"""Subscriptions over HTTP: XML-RPC, odoorpc and /json/2, with plain values in and out."""

import json
import unittest
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from odoo.fields import Command
from odoo.tests import HttpCase, get_db_name, new_test_user, tagged
from odoo.tools import mute_logger

from .test_subscription import SubscriptionCommon

try:
    import odoorpc
except ImportError:
    odoorpc = None

PERIOD = {"start": str, "end": str, "date": str, "invoice_id": int, "state": str}


class SubscriptionRpcCommon(SubscriptionCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env,
            login="rpc-subscriptions",
            password="rpc-subscriptions",
            groups="account.group_account_invoice",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        # In years to come, so that nothing depends on the day of the test.
        cls.order = cls.make_magazine(start="2041-01-31")

    def call(self, method, **kwargs):
        """Call a method of the order as a client does; to be written by each client."""
        raise NotImplementedError

    def get_refusal(self, method, **kwargs):
        """Return the message of a call that is refused."""
        raise NotImplementedError

    def check_subscription(self):
        """What doc/integrator.rst shows."""
        self.assertEqual(self.call("create_subscription_invoices"), [])
        ids = self.call("create_subscription_invoices", until="2041-04-30", post=False)
        self.assertEqual(len(ids), 4)
        self.assertEqual(self.call("create_subscription_invoices", until="2041-04-30"), [])
        moves = self.move(ids)
        self.assertEqual(moves.mapped("amount_total"), [225.48] * 4)
        periods = self.call("get_subscription_periods", until="2041-05-31")
        self.assertEqual(
            [row["start"] for row in periods],
            ["2041-01-31", "2041-02-28", "2041-03-31", "2041-04-30", "2041-05-31"],
        )
        for row in periods[:4]:
            self.assertEqual({name: type(value) for name, value in row.items()}, PERIOD)
        self.assertEqual([row["invoice_id"] for row in periods], [*ids, False])
        line_id = self.order.order_line[0].id
        changed = self.call(
            "change_subscription_lines",
            lines=[{"line_id": line_id, "quantity": 2}],
            date="2041-04-30",
        )
        self.assertIs(changed, True)
        # 199.98 × 1.2 = 239.976 → 239.98, and 105.49
        self.assertEqual(self.order.amount_total, 345.47)
        [again] = self.call("create_subscription_invoices", until="2041-04-30")
        self.assertEqual(self.move(again).amount_total, 345.47)
        self.assertIs(self.call("stop_subscription", date="2041-03-31", reason="Moved out"), True)
        self.assertFalse(self.move(again).exists())
        self.assertIs(self.call("resume_subscription", date="2041-06-30"), True)
        self.assertIs(self.call("change_subscription_period", interval=1, unit="quarter"), True)
        periods = self.call("get_subscription_periods", until="2041-12-31")
        self.assertEqual(
            [row["start"] for row in periods][3:], ["2041-06-30", "2041-09-30", "2041-12-31"]
        )
        self.move(ids[0]).unlink()
        again = self.call("create_period_invoice", start="2041-01-31", invoice_date="2041-02-03")
        self.assertEqual(str(self.move(again).invoice_date), "2041-02-03")

    def check_refusals(self):
        for texts, method, values in (
            (("soon",), "create_subscription_invoices", {"until": "soon"}),
            (("2041",), "create_period_invoice", {"start": "2041-02-01"}),
            (("why",), "stop_subscription", {"date": "2041-02-01", "reason": ""}),
            (("isn't stopped",), "resume_subscription", {"date": "2041-02-01"}),
            (("month",), "change_subscription_period", {"interval": 1, "unit": "moon"}),
            ((self.order.name,), "change_subscription_lines", {"lines": []}),
        ):
            with self.subTest(method=method), mute_logger("odoo.http", "odoo.sql_db"):
                message = self.get_refusal(method, **values)
                for text in texts:
                    self.assertIn(text, message)
        self.assertFalse(self.order.subscription_document_ids)
        self.assertFalse(self.order.subscription_event_ids)


@tagged("post_install", "-at_install")
class TestSubscriptionXmlRpc(SubscriptionRpcCommon):
    def call(self, method, **kwargs):
        with mute_logger("odoo.addons.rpc.controllers.xmlrpc"):
            result = self.xmlrpc_object.execute_kw(
                get_db_name(),
                self.user.id,
                self.user.login,
                "sale.order",
                method,
                [self.order.ids],
                kwargs,
            )
        self.env.invalidate_all()
        return result

    def test_subscription(self):
        self.check_subscription()

    def test_optional_arguments_left_empty(self):
        """XML-RPC has no null: what isn't given comes as False."""
        self.assertEqual(self.call("create_subscription_invoices", until=False, post=False), [])
        self.assertEqual(len(self.call("get_subscription_periods", until=False)), 1)


@tagged("post_install", "-at_install")
class TestSubscriptionJson2(SubscriptionRpcCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key = cls.env(user=cls.user)["res.users.apikeys"]._generate(
            scope="rpc", name="test", expiration_date=datetime.now() + timedelta(hours=6)
        )

    def post(self, method, **kwargs):
        response = self.url_open(
            f"/json/2/sale.order/{method}",
            data=json.dumps({"ids": self.order.ids, **kwargs}),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {self.key}",
                "X-Odoo-Database": get_db_name(),
            },
        )
        self.env.invalidate_all()
        return response

    def call(self, method, **kwargs):
        response = self.post(method, **kwargs)
        self.assertEqual(response.status_code, 200, response.text)
        return response.json()

    def get_refusal(self, method, **kwargs):
        response = self.post(method, **kwargs)
        self.assertEqual(response.status_code, 422, response.text)
        return response.json()["message"]

    def test_subscription(self):
        self.check_subscription()

    def test_refusals(self):
        self.check_refusals()


@unittest.skipUnless(odoorpc, "odoorpc is not installed")
@tagged("post_install", "-at_install")
class TestSubscriptionOdooRpc(SubscriptionRpcCommon):
    def call(self, method, **kwargs):
        url = urlsplit(self.base_url())
        self.cr.flush()
        self.cr.clear()
        with (
            self.allow_requests(all_requests=True),
            mute_logger("odoo.addons.rpc.controllers.jsonrpc"),
        ):
            client = odoorpc.ODOO(url.hostname, port=url.port, version="19.0")
            client.login(get_db_name(), self.user.login, self.user.login)
            result = client.execute_kw("sale.order", method, [self.order.ids], kwargs)
        self.env.invalidate_all()
        return result

    def test_subscription(self):
        self.check_subscription()

    def test_order_as_a_python_object(self):
        """What doc/integrator.rst shows, call by call."""
        self.customer.email = "customer@example.com"
        new = self.make_order(self.line("Hosting", 1, 99.99))
        url = urlsplit(self.base_url())
        self.cr.flush()
        self.cr.clear()
        with (
            self.allow_requests(all_requests=True),
            mute_logger("odoo.addons.rpc.controllers.jsonrpc"),
        ):
            client = odoorpc.ODOO(url.hostname, port=url.port, version="19.0")
            client.login(get_db_name(), self.user.login, self.user.login)
            order = client.env["sale.order"].browse(new.id)
            order.write(
                {
                    "is_subscription": True,
                    "subscription_start": "2041-01-31",
                    "subscription_interval": 1,
                    "subscription_unit": "month",
                }
            )
            self.assertEqual(order.create_subscription_invoices(), [])
            self.assertEqual(len(order.create_subscription_invoices("2041-12-31")), 12)
            states = [row["state"] for row in order.get_subscription_periods("2041-12-31")]
            self.assertEqual(states, ["draft"] * 12)
            line_id = new.order_line.id
            order.change_subscription_lines([{"line_id": line_id, "quantity": 2}], "2041-05-31")
            order.change_subscription_period(1, "quarter")
            order.stop_subscription("2041-09-30", "Moved out")
            order.resume_subscription("2042-01-31")
            starts = [row["start"] for row in order.get_subscription_periods("2042-06-30")]
        self.env.invalidate_all()
        self.assertEqual(
            starts,
            [
                *("2041-01-31", "2041-02-28", "2041-03-31", "2041-04-30"),
                *("2041-05-31", "2041-08-31", "2042-01-31", "2042-04-30"),
            ],
        )
        self.assertEqual(new.order_line.price_unit, 99.99)
