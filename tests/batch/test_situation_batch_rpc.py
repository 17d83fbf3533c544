"""The situations of the month over HTTP."""

import xmlrpc.client

from odoo.tests import tagged

from ..rpc_clients import RpcClients

MODEL = "sale.situation.batch"


@tagged("post_install", "-at_install")
class TestSituationBatchRpc(RpcClients):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls.make_order(cls.line("Fence", 1, 300), user_id=cls.salesperson.id)
        cls.keys = [str(cls.order.id), str(cls.second.id)]
        cls.progress = {cls.keys[0]: 40.0, cls.keys[1]: 140.0}

    def assertMonth(self, result):
        """The first order is billed to 40 %: of 1 000 at 20 % and of 500 at 10 %; the second refused."""
        self.assertEqual(set(result), {"created", "refused", "batch_ids"})
        [(key, move_id)] = result["created"].items()
        self.assertEqual(key, self.keys[0])
        self.assertEqual(self.move(move_id).amount_total, 700)
        [(key, reason)] = result["refused"].items()
        self.assertEqual(key, self.keys[1])
        self.assertIn("140", reason)
        self.assertFalse(self.second.billing_document_ids)
        batch = self.env[MODEL].browse(result["batch_ids"])
        self.assertEqual(batch.line_ids.mapped("state"), ["created", "refused"])

    def test_xmlrpc(self):
        result = self.xmlrpc(MODEL, "create_situations_of_the_month", self.progress, "2026-10-31")
        self.assertMonth(result)
        with self.assertRaisesRegex(xmlrpc.client.Fault, "progress"):
            self.xmlrpc(MODEL, "create_situations_of_the_month", {})

    def test_chunk_by_chunk(self):
        """A client makes a batch of its own and works it off, a transaction a call."""
        rows = [
            [0, 0, {"order_id": order.id, "new_progress": 50}] for order in self.order | self.second
        ]
        [batch_id] = self.xmlrpc(MODEL, "create", [{"line_ids": rows}])
        created = {}
        while True:
            result = self.xmlrpc(MODEL, "create_situations", [batch_id], 1)
            created |= result["created"]
            if not result["waiting"]:
                break
        self.assertEqual(list(created), self.keys)
        self.assertEqual(self.move(created[self.keys[1]]).amount_total, 180)
        self.assertTrue(self.xmlrpc(MODEL, "action_retry_refused", [batch_id]))
        with self.assertRaisesRegex(xmlrpc.client.Fault, "All is done"):
            self.xmlrpc(MODEL, "create_situations", [batch_id], False)
        for private in ("_create_for_orders", "_run_chunk", "_cron_create_situations"):
            with self.assertRaises(xmlrpc.client.Fault):
                self.xmlrpc(MODEL, private, [batch_id])

    def test_json2(self):
        result = self.json2(
            MODEL, "create_situations_of_the_month", progress=self.progress, invoice_date=None
        )
        self.assertMonth(result)
        ids = result["batch_ids"]
        self.assertIn("All is done", self.json2(MODEL, "create_situations", status=422, ids=ids))
        self.json2(MODEL, "create_situations_of_the_month", status=422, progress={})

    def test_odoorpc(self):
        with self.odoorpc(self.salesperson) as client:
            result = client.env[MODEL].create_situations_of_the_month(self.progress)
        self.assertMonth(result)
