"""Paying what is due, up to the entry of the payment: what is retained stays where it is."""

from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from ..portal_common import PortalCommon


@tagged("post_install", "-at_install")
class TestPortalPayment(PortalCommon):
    def link(self, order):
        """Return where the button of the order's page leads."""
        page = self.page(f"/my/orders/{order.id}")
        links = page.xpath("//section[@id='billing']//a[@name='pay_due']/@href")
        return links[0] if links else None

    def entries(self, transaction):
        """Return ``{account: amount}`` of the payment's entry."""
        payment = transaction.payment_id
        self.assertEqual(payment.move_id.state, "posted")
        return {
            line.account_id: line.amount_currency
            for line in payment.move_id.line_ids
            if line.account_id.account_type == "asset_receivable"
        }

    def receivable(self, move):
        lines = move.line_ids.filtered(lambda line: line.display_type == "payment_term")
        return (lines - move._get_retention_lines()).account_id

    def test_all_that_is_due(self):
        order = self.make_job()
        documents = order.billing_document_ids.filtered(lambda move: move.state == "posted")
        documents = documents.sorted("id")
        situation = documents.filtered(lambda move: move.situation_number == 2)
        self.log_in()
        link = self.link(order)
        self.assertIn("/due", link)
        page = self.page(link)
        rows = page.xpath("//table[@name='due_documents']//tr[@data-document-id]")
        self.assertEqual([self.money(row) for row in rows], [2340, -570])
        transaction = self.pay_online(link)
        self.assertEqual(transaction.amount, 1770)
        self.assertEqual(transaction.reference, order.name)
        self.assertEqual(self.entries(transaction), {self.receivable(situation): -1770})
        self.assertEqual(documents.mapped("amount_to_pay"), [0, 0, 0, 0])
        self.assertEqual(documents.mapped("retention_residual"), [0, 240, 180, 30])
        page = self.page(f"/my/orders/{order.id}")
        figures = self.figures(page)
        self.assertEqual((figures["due_now"], figures["retention_held"]), (0, 390))
        self.assertEqual(
            [row["state"] for row in self.rows(page).values()],
            ["Paid", "Paid except retention", "Paid except retention", "Deducted"],
        )
        self.assertFalse(page.xpath("//*[@name='pay_due' or @name='sidebar_pay_due']"))
        self.assertFalse(page.xpath("//*[@name='bank_transfer']"))
        page = self.page(link)
        self.assertTrue(page.xpath("//section[@id='billing']"), "back on the order's page")

    def test_by_token(self):
        order = self.make_job()
        self.authenticate(None, None)
        transaction = self.pay_online(order.get_portal_url(suffix="/due"))
        self.assertEqual(transaction.partner_id, self.customer)
        self.assertEqual(order._get_portal_billing()["due_now"], 0)

    def test_one_document(self):
        order = self.make_contract()
        move = self.situation(order, 50, post=True)
        self.log_in()
        link = self.link(order)
        self.assertIn(f"/my/invoices/{move.id}", link)
        self.assertIn("payment=True", link)
        transaction = self.pay_online(link)
        self.assertEqual(transaction.amount, 5700)
        self.assertEqual((move.amount_residual, move.retention_residual), (300, 300))

    def test_a_release_is_asked_for_by_itself(self):
        order = self.make_contract()
        move = self.situation(order, 50, post=True)
        self.pay(move)
        order.release_retention(120.0)
        self.log_in()
        page = self.page(f"/my/orders/{order.id}")
        self.assertEqual(
            (self.figures(page)["due_now"], self.figures(page)["retention_held"]), (120, 180)
        )
        transaction = self.pay_online(self.link(order))
        self.assertEqual(transaction.amount, 120)
        self.assertEqual(self.entries(transaction), {self.retention_account: -120})
        self.assertEqual((move.amount_residual, move.amount_to_pay), (180, 0))
        self.assertIsNone(self.link(order))

    def test_a_release_is_asked_for_with_the_rest(self):
        order = self.make_contract()
        first = self.situation(order, 50, post=True)
        second = self.situation(order, 100, post=True)
        order.release_retention(400.0)
        self.log_in()
        transaction = self.pay_online(self.link(order))
        # 2 × 5 700; of the retentions, the older one whole and 100 of the other
        self.assertEqual(transaction.amount, 11800)
        lines = transaction.payment_id.move_id.line_ids
        retained = lines.filtered(lambda line: line.account_id == self.retention_account)
        self.assertEqual(sorted(retained.mapped("amount_currency")), [-300, -100])
        self.assertEqual((first.amount_residual, second.amount_residual), (0, 200))
        self.assertEqual(second.retention_residual, 200)
        self.assertTrue(transaction.payment_id.is_reconciled)
        self.assertEqual(transaction.payment_id.amount, 11800)

    def test_a_payment_of_two_accounts_can_be_changed(self):
        order = self.make_contract()
        self.situation(order, 50, post=True)
        order.release_retention(120.0)
        self.log_in()
        payment = self.pay_online(self.link(order)).payment_id
        self.assertEqual(payment.amount, 5820)
        payment.action_draft()
        payment.amount = 5000
        payment.action_post()
        lines = payment.move_id.line_ids
        self.assertEqual(sum(lines.mapped("balance")), 0)
        self.assertEqual(
            sum(
                lines.filtered(lambda line: line.account_id == self.retention_account).mapped(
                    "balance"
                )
            ),
            -120,
        )

    def test_a_part_pays_no_retention(self):
        order = self.make_contract()
        move = self.situation(order, 50, post=True)
        order.release_retention(120.0)
        self.log_in()
        self.pay_online(self.link(order), amount=1000.0)
        self.assertEqual((move.amount_residual, move.retention_residual), (5000, 300))

    def test_it_asks_for_what_is_due_by_now(self):
        order = self.make_job()
        self.log_in()
        context = self._get_payment_context(self.open(self.link(order)))
        situation = order.billing_document_ids.filtered(lambda move: move.situation_number == 2)
        self.pay(situation)
        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
            self.pay_by_form(context)
        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
            self.pay_by_form(context, amount=1.0)
        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
            self.pay_by_form(context, access_token="wrong")
        self.assertFalse(situation.transaction_ids)

    def test_without_means_of_payment(self):
        bank = self.env["res.partner.bank"].create(
            {
                "acc_number": "FR7630006000011234567890189",
                "partner_id": self.company.partner_id.id,
                "allow_out_payment": True,
            }
        )
        order = self.make_contract()
        move = self.situation(order, 50)
        move.partner_bank_id = bank
        move.action_post()
        self.provider.state = "disabled"
        self.log_in()
        page = self.page(f"/my/orders/{order.id}")
        self.assertFalse(page.xpath("//*[@name='pay_due' or @name='sidebar_pay_due']"))
        self.assertIn("FR76", self.text(page.xpath("//*[@name='account']")))
        self.assertEqual(self.text(page.xpath("//*[@name='references']")), move.payment_reference)

    def test_a_payment_under_way_is_not_asked_for_again(self):
        self.provider.code = "none"
        order = self.make_contract()
        self.situation(order, 50, post=True)
        self.log_in()
        context = self._get_payment_context(self.open(self.link(order)))
        self.pay_by_form(context, done=False)
        page = self.page(f"/my/orders/{order.id}")
        self.assertFalse(page.xpath("//*[@name='bank_transfer']"))
        self.assertTrue(
            page.xpath(
                "//*[contains(@class, 'o_payment_status') or @name='o_payment_status_alert']"
            )
        )
