"""The draft situation for approval: printed and e-mailed before anything is invoiced."""

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
        return self._get_draft_situation(entries, deduction_rule, deduction_amount, invoice_date)

    def _get_draft_situation(self, *args, **kwargs):
        """Return the print of a situation; see `get_draft_situation`, and `_create_situation` for what it
        takes."""
        content = {}
        try:
            with self.env.cr.savepoint():
                move_id = self._create_situation(*args, **kwargs)
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
