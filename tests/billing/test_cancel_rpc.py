"""Cancelling a document over HTTP."""

import xmlrpc.client

from odoo.tests import tagged

from ..rpc_clients import RpcClients


@tagged("post_install", "-at_install")
class TestCancelRpc(RpcClients):
    def assertCancelled(self, situation, credit_id):
        """40 % of 1 000 at 20 % and of 500 at 10 % are given back."""
        self.assertIs(type(credit_id), int)
        credit = self.move(credit_id)
        self.assertEqual((credit.state, credit.amount_total), ("posted", 700))
        self.assertEqual((situation.payment_state, credit.amount_residual), ("reversed", 0))
        self.assertEqual(self.order.get_billing_recap()["invoiced_total"], 0)

    def test_xmlrpc(self):
        situation = self.situation(self.order, 40, post=True)
        call = ("sale.order", "cancel_document", self.order.ids, situation.id)
        before = self.count_documents()
        for args, text in (
            ((), "reason"),
            ((False, False), "reason"),
            (("Wrong", "soon"), "soon"),
            (("Wrong", "2999-01-01"), "2999-01-01"),
        ):
            with self.subTest(args=args), self.assertRaisesRegex(xmlrpc.client.Fault, text):
                self.xmlrpc(*call, *args)
        with self.assertRaisesRegex(xmlrpc.client.Fault, "may post invoices"):
            self.xmlrpc(*call, "Wrong", user=self.salesperson)
        self.assertEqual(self.count_documents(), before)
        self.assertCancelled(situation, self.xmlrpc(*call, "Wrong progress"))
        with self.assertRaisesRegex(xmlrpc.client.Fault, "credited already"):
            self.xmlrpc(*call, "Wrong progress")

    def test_json2(self):
        situation = self.situation(self.order, 40, post=True)
        body = {"ids": self.order.ids, "document_id": situation.id}
        message = self.json2("sale.order", "cancel_document", status=422, **body)
        self.assertIn("reason", message)
        credit_id = self.json2(
            "sale.order", "cancel_document", **body, reason="Wrong progress", date=None
        )
        self.assertCancelled(situation, credit_id)

    def test_odoorpc(self):
        draft = self.situation(self.order, 20)
        situation = self.situation(self.order, 60, post=True)
        with self.odoorpc() as client:
            order = client.env["sale.order"].browse(self.order.id)
            self.assertEqual(order.cancel_document(draft.id), draft.id)
            credit_id = order.cancel_document(situation.id, "Wrong progress")
        self.assertEqual(draft.state, "cancel")
        self.assertCancelled(situation, credit_id)
