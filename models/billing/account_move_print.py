"""The foot of an invoice's print: what is retained of it, whether it is paid, its legal mentions.

The total of an invoice in words, where the company prints it (Odoo's own setting, off by default).
"""

import base64
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import format_date

from ...tools.words import amount_in_words
from .own_context import own_context

# A reduced rate of VAT is above nothing and below this, in %.
STANDARD_RATE = 15


class AccountMove(models.Model):
    _inherit = "account.move"

    # === COMPUTE METHODS ===#

    @api.depends("partner_id.lang")
    def _compute_amount_total_words(self):
        # EXTENDS account: in the field's own words; figures alone where currency or language is unknown.
        res = super()._compute_amount_total_words()
        for move in self.filtered("currency_id"):
            words = amount_in_words(
                Decimal(str(move.amount_total)),
                move.currency_id.name,
                move.partner_id.lang or self.env.lang or "en_US",
            )
            if words is None:
                words = move.currency_id.format(move.amount_total)
            move.amount_total_words = words[:1].upper() + words[1:]
        return res

    # === BUSINESS METHODS ===#

    def _get_payment_wording(self):
        """Return how the print says that this invoice is paid, in the environment's language; nothing
        on a draft, or on an open one where the company doesn't want it said."""
        self.ensure_one()
        if self.state != "posted" or not self.is_sale_document(include_receipts=True):
            return False
        if self.payment_state in ("paid", "in_payment"):
            return self._get_paid_wording()
        if self.payment_state == "reversed":
            return self.env._("Settled by credit note")
        unpaid = self.payment_state in ("not_paid", "partial") and self.company_id.print_unpaid
        if not unpaid:
            return False
        if self.payment_state == "partial":
            return self.env._("Paid in part")
        return self.env._("Not paid")

    def _get_paid_wording(self):
        """Return that this invoice is paid: since when, by what."""
        dates, values, is_settled = self._get_paid_values()
        if not dates and is_settled:
            is_invoice = self.move_type == "out_invoice"
            return is_invoice and self.env._("Settled by credit note")
        if not dates:
            return self.env._("Paid")
        return self.env._("Paid on %(date)s (%(means)s)", **values)

    def _get_paid_values(self):
        """Return since when and by what this invoice is paid.

        :return: dates of its payments, ``{"date": text, "means": text}``, whether credit notes or invoices
            settle of it
        """
        # sudo: dates and means of payments, for whoever may print the invoice
        content = (self.sudo().invoice_payments_widget or {}).get("content") or []
        # What a credit note and an invoice settle of each other is no payment.
        entries = self.env["account.move"].sudo().browse(row["move_id"] for row in content)
        invoices = entries.filtered(lambda move: move.is_invoice(include_receipts=True))
        payments = [
            row
            for row in content
            if not row.get("is_exchange") and row["move_id"] not in invoices.ids
        ]
        dates = [fields.Date.to_date(row["date"]) for row in payments if row.get("date")]
        means = list(
            dict.fromkeys(
                row.get("payment_method_name") or row.get("journal_name") for row in payments
            )
        )
        values = {
            "date": format_date(self.env, max(dates)) if dates else "",
            "means": ", ".join(mean for mean in means if mean),
        }
        return dates, values, bool(invoices)

    def _get_mentions(self):
        """Return the company's legal mentions for this invoice, in the environment's language: as they
        stood when it was posted, where it belongs to an order."""
        self.ensure_one()
        if not self.is_sale_document(include_receipts=True):
            return []
        # sudo: what its print says, for whoever may read the document
        statement = self.sudo().billing_statement or {}
        if self.state == "posted" and "mentions" in statement:
            return statement["mentions"]
        return self._read_mentions()

    def _read_mentions(self):
        """Return the mentions as the company has them now."""
        # sudo: texts of the company, for whoever may print the invoice
        company = self.company_id.sudo()
        texts = [
            company._get_mention("mention_late_payment"),
            company._get_mention("mention_insurance"),
        ]
        if any(
            tax.amount_type == "percent" and 0 < tax.amount < STANDARD_RATE
            for tax in self.invoice_line_ids.tax_ids
        ):
            texts.append(company._get_mention("mention_reduced_rate"))
        return [text for text in texts if text]

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
