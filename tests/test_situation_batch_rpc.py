"""The situations of the month over HTTP: XML-RPC, odoorpc and /json/2."""

import json
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from odoo.tests import get_db_name, tagged
from odoo.tools import mute_logger

from .test_situation_rpc import SituationRpcCommon

try:
    import odoorpc
except ImportError:
    odoorpc = None


@tagged("post_install", "-at_install")
class TestSituationBatchRpc(SituationRpcCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls.make_order(cls.line("Fence", 1, 300), user_id=cls.salesperson.id)
        cls.keys = [str(cls.order.id), str(cls.second.id)]

    def assertMonth(self, result):
        """The first order is billed to 40 %: of 1 000 at 20 % and of 500 at 10 %; the second refused."""
        self.env.invalidate_all()
        self.assertEqual(set(result), {"created", "refused", "batch_ids"})
        [(key, move_id)] = result["created"].items()
        self.assertEqual(key, self.keys[0])
        self.assertEqual(self.move(move_id).amount_total, 700)
        [(key, reason)] = result["refused"].items()
        self.assertEqual(key, self.keys[1])
        self.assertIn("140", reason)
        self.assertFalse(self.second.billing_document_ids)
        batch = self.env["sale.situation.batch"].browse(result["batch_ids"])
        self.assertEqual(batch.line_ids.mapped("state"), ["created", "refused"])

    def assertChunks(self, call):
        """A client makes a batch of its own and works it off, a transaction a call."""
        [batch_id] = call(
            "create",
            [[{"line_ids": [[0, 0, {"order_id": self.second.id, "new_progress": 50}]]}]],
        )
        result = call("create_situations", [[batch_id], 5])
        self.assertEqual(result["waiting"], 0)
        self.env.invalidate_all()
        self.assertEqual(self.move(result["created"][self.keys[1]]).amount_total, 180)
        self.assertTrue(call("action_retry_refused", [[batch_id]]))

    def test_xmlrpc(self):
        self.assertIsNotNone(self.xmlrpc_object)

        def call(method, args, **kwargs):
            user = self.invoicing
            return self.xmlrpc_object.execute_kw(
                get_db_name(), user.id, user.login, "sale.situation.batch", method, args, kwargs
            )

        progress = {self.keys[0]: 40.0, self.keys[1]: 140.0}
        self.assertMonth(call("create_situations_of_the_month", [progress, "2026-10-31"]))
        self.assertChunks(call)

    def test_json2(self):
        key = self.env(user=self.invoicing)["res.users.apikeys"]._generate(
            scope="rpc", name="test", expiration_date=datetime.now() + timedelta(hours=6)
        )

        def post(method, **body):
            response = self.url_open(
                f"/json/2/sale.situation.batch/{method}",
                data=json.dumps(body),
                headers={
                    "Content-Type": "application/json",
                    "Authorization": f"Bearer {key}",
                    "X-Odoo-Database": get_db_name(),
                },
            )
            self.env.invalidate_all()
            return response

        progress = {self.keys[0]: 40.0, self.keys[1]: 140.0}
        response = post("create_situations_of_the_month", progress=progress, invoice_date=None)
        self.assertEqual(response.status_code, 200, response.text)
        result = response.json()
        self.assertMonth(result)
        batch_id = result["batch_ids"][0]
        with mute_logger("odoo.http"):
            response = post("create_situations", ids=[batch_id], limit=5)
            self.assertEqual(response.status_code, 422, response.text)
            self.assertIn("All is done", response.json()["message"])
            response = post("create_situations_of_the_month", progress={})
            self.assertEqual(response.status_code, 422, response.text)

    def test_odoorpc(self):
        if odoorpc is None:
            self.skipTest("odoorpc is not installed")
        url = urlsplit(self.base_url())
        self.cr.flush()
        self.cr.clear()
        with self.allow_requests(all_requests=True):
            client = odoorpc.ODOO(url.hostname, port=url.port, version="19.0")
            client.login(get_db_name(), self.salesperson.login, self.salesperson.login)
            Batch = client.env["sale.situation.batch"]
            result = Batch.create_situations_of_the_month({self.keys[0]: 40, self.keys[1]: 140})
        self.assertMonth(result)
