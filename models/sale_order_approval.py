"""The draft situation for approval: printed and e-mailed before anything is invoiced."""

import base64

from odoo import models

from .own_context import own_context


class _Undo(Exception):
    """Takes back what was made for a print only."""


class SaleOrder(models.Model):
    _inherit = "sale.order"

    @own_context
    def get_draft_situation(
        self, entries, deduction_rule=None, deduction_amount=None, invoice_date=None
    ):
        """Return the print of the situation that `create_situation_invoice` would make, for the
        customer's or the architect's approval. Nothing is written, no number is taken.

        :param entries: as in `create_situation_invoice`, like the others
        :return: ``{"filename": str, "content": the PDF, base64}``
        :raise UserError: as `create_situation_invoice`
        """
        content = {}
        try:
            with self.env.cr.savepoint():
                move_id = self.create_situation_invoice(
                    entries, deduction_rule, deduction_amount, invoice_date
                )
                content = self.env["account.move"].browse(move_id)._print_for_approval()
                raise _Undo
        except _Undo:
            return content

    def _open_approval_mail(self, record, print_values):
        """Open the e-mail with a draft situation attached.

        :param record: what the e-mail is logged on: the order, or the draft
        :param print_values: see `get_draft_situation`
        """
        self.ensure_one()
        template = self.env.ref("sale_situation_invoicing.mail_template_situation_approval")
        subject = template._render_field("subject", self.ids, compute_lang=True)[self.id]
        body = template._render_field("body_html", self.ids, compute_lang=True)[self.id]
        attachment = self.env["ir.attachment"].create(
            {
                "name": print_values["filename"],
                "datas": print_values["content"],
                "mimetype": "application/pdf",
                "res_model": "mail.compose.message",
                "res_id": 0,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send for approval – %(order)s", order=self.name),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": record._name,
                "default_res_ids": record.ids,
                "default_composition_mode": "comment",
                "default_partner_ids": self.partner_invoice_id.ids,
                "default_subject": subject,
                "default_body": body,
                "default_attachment_ids": attachment.ids,
                "force_email": True,
            },
        }


class AccountMove(models.Model):
    _inherit = "account.move"

    @own_context
    def action_send_for_approval(self):
        """Open the e-mail with this draft's print, titled as a draft for approval."""
        self.ensure_one()
        # sudo: the order of the document, for who may read that
        order = self.billing_order_id.sudo()
        return order.sudo(False)._open_approval_mail(self, self._print_for_approval())

    def _print_for_approval(self):
        """Return this draft's print; see `sale.order.get_draft_situation`."""
        self.ensure_one()
        # sudo: the print of a document that whoever made or opened it may see
        report = self.env["ir.actions.report"].sudo()
        content, _kind = report._render_qweb_pdf("account.account_invoices", self.ids)
        order = self.sudo().billing_order_id
        number = self.situation_number or self.billing_kind
        name = self.env._("Draft situation %(number)s – %(order)s", number=number, order=order.name)
        return {"filename": f"{name}.pdf", "content": base64.b64encode(content).decode()}

    def _format_progress_to_date(self):
        """Return the order's progress with this document, in %, as text."""
        statement = self._get_billing_statement()
        if not statement:
            return ""
        # sudo: words only
        order = self.billing_order_id.sudo()
        return order._format_progress(statement["totals"]["to_date_progress"])

    def _get_mail_template(self):
        # EXTENDS account: a deposit, a situation and a balance are sent with their own words.
        kinds = set(self.mapped("billing_kind"))
        if len(kinds) == 1 and all(move.move_type == "out_invoice" for move in self):
            template = self.env.ref(
                f"sale_situation_invoicing.mail_template_{kinds.pop()}", raise_if_not_found=False
            )
            if template:
                return template
        return super()._get_mail_template()
