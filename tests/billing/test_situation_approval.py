"""The draft for approval, and the e-mails with which documents are sent."""

import base64

from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user, tagged

from ..common import SituationCommon


@tagged("post_install", "-at_install")
class TestSituationApproval(SituationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.write({"email": "customer@example.com", "lang": "en_US"})
        cls.order = cls.make_order(
            cls.line("Walls", 10, 100), payment_term_id=cls.make_term((95, 30), (5, None)).id
        )

    def text(self, print_values):
        """Return the print: HTML in tests, where Odoo makes no PDF."""
        return base64.b64decode(print_values["content"]).decode()

    def test_nothing_is_written(self):
        moves = self.env["account.move"].search_count([])
        messages = len(self.order.message_ids)
        print_values = self.order.get_draft_situation(30)
        self.assertEqual(print_values["filename"], f"Draft situation 1 – {self.order.name}.pdf")
        text = self.text(print_values)
        self.assertIn("draft for approval", text)
        self.assertIn("300.00", text)
        self.assertEqual(self.env["account.move"].search_count([]), moves)
        self.assertEqual(len(self.order.message_ids), messages)
        self.assertEqual(self.order.billing_progress, 0)
        self.assertFalse(self.order.initial_amount_total)
        # the real one is the first all the same
        self.assertEqual(self.situation(self.order, 30).situation_number, 1)

    def test_bad_input_is_refused(self):
        with self.assertRaises(UserError):
            self.order.get_draft_situation(130)

    def test_a_pdf(self):
        order = self.order.with_context(force_report_rendering=True)
        content = base64.b64decode(order.get_draft_situation(30)["content"])
        self.assertTrue(content.startswith(b"%PDF"))

    def compose(self, action):
        composer = self.env[action["res_model"]].with_context(**action["context"]).create({})
        self.assertEqual(composer.partner_ids, self.customer)
        return composer

    def test_from_the_wizard(self):
        action = self.order.action_create_situation()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        with self.assertRaisesRegex(UserError, "new progress"):
            wizard.action_send_for_approval()
        with Form(wizard) as form:
            form.apply_progress = 30
        composer = self.compose(wizard.action_send_for_approval())
        self.assertIn("for approval", composer.subject)
        composer._action_send_mail()
        message = self.order.message_ids[0]
        self.assertEqual(message.attachment_ids.name, f"Draft situation 1 – {self.order.name}.pdf")
        self.assertFalse(self.order.billing_document_ids)

    def test_from_the_draft(self):
        draft = self.situation(self.order, 30)
        composer = self.compose(draft.action_send_for_approval())
        composer._action_send_mail()
        message = draft.message_ids[0]
        self.assertIn("draft for approval", self.text_of(message.attachment_ids))
        self.assertEqual(draft.state, "draft")

    def text_of(self, attachment):
        return attachment.raw.decode()

    def test_a_salesperson_may(self):
        salesman = new_test_user(
            self.env, "sam", groups="sales_team.group_sale_salesman", company_id=self.company.id
        )
        self.order.user_id = salesman
        text = self.text(self.order.with_user(salesman).get_draft_situation(30))
        self.assertIn("draft for approval", text)

    # === SEND & PRINT ===#

    def send(self, move):
        """Send a document as the button does; return the message."""
        wizard = (
            self.env["account.move.send.wizard"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"sending_methods": ["email"]})
        )
        wizard.action_send_and_print()
        return move.message_ids.filtered("attachment_ids")[:1]

    def test_each_kind_has_its_words(self):
        deposit = self.deposit(self.order, 30, invoice_date="2026-03-12", post=True)
        situation = self.situation(self.order, 50, invoice_date="2026-04-12", post=True)
        balance = self.balance(self.order, invoice_date="2026-05-12", post=True)
        for move, words in (
            (deposit, ("deposit invoice", "360.00", "deducted from the invoices that follow")),
            (situation, ("situation no.", "50 %", "180.00", "30.00", "390.00")),
            (balance, ("balance invoice", "all of the order is billed", "retained as a guarantee")),
        ):
            message = self.send(move)
            for word in words:
                self.assertIn(word, message.body.lower(), move.billing_kind)
            self.assertIn(self.order.name, message.subject)
            self.assertIn(move.name, message.subject)
            self.assertTrue(message.attachment_ids)
            self.assertTrue(move.invoice_pdf_report_id)

    def test_a_paid_one_asks_for_nothing(self):
        situation = self.situation(self.order, 50, invoice_date="2026-04-12", post=True)
        self.pay(situation)
        self.assertTrue(situation.is_paid_except_retention)
        body = self.send(situation).body
        self.assertIn("already paid", body)
        self.assertNotIn("Please pay", body)

    def test_other_invoices_keep_odoos_words(self):
        invoice = self.make_order(self.line("A", 1, 100))._create_invoices()
        self.assertEqual(
            invoice._get_mail_template(), self.env.ref("account.email_template_edi_invoice")
        )
        situation = self.situation(self.order, 50, post=True)
        credit = situation._reverse_moves([{}])
        self.assertEqual(
            credit._get_mail_template(), self.env.ref("account.email_template_edi_credit_note")
        )

    def test_what_was_sent_is_printed_again(self):
        situation = self.situation(self.order, 50, post=True)
        self.send(situation)
        sent = situation.invoice_pdf_report_id.raw
        self.customer.name = "Another name"
        self.order.order_line.name = "Other words"
        self.company.print_recap = False
        [document] = (situation._get_invoice_legal_documents("pdf", allow_fallback=True),)
        self.assertEqual(document["content"], sent)
