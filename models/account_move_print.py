"""The foot of an invoice's print: what is retained of it, whether it is paid, its legal mentions."""

from odoo import fields, models
from odoo.tools import format_date

# A reduced rate of VAT is above nothing and below this, in %.
STANDARD_RATE = 15


class AccountMove(models.Model):
    _inherit = "account.move"

    def _get_printed_retention(self):
        """Return what the customer retains of an invoice that has no statement, for its print.

        :return: as `sale.order._get_retention_figures`, without what the job retains, and positive on
            credit notes, as Odoo prints them; empty where nothing is retained
        """
        self.ensure_one()
        if self._has_statement() or not self.retention_amount or self.retention_operation_id:
            return {}
        shares = self.line_ids.filtered(
            lambda line: line.display_type == "payment_term" and not line.is_retention
        )
        # A credit note gives back what its invoice retained, by the term of that.
        term = (self._get_reversed_retention().move_id or self).invoice_payment_term_id
        return {
            "rate": term._get_retention_line().value_amount,
            "amount": self.retention_amount,
            "net": self.currency_id.round(self.amount_total - self.retention_amount),
            "date": fields.Date.to_string(self.invoice_date_due),
            "shares": [
                {
                    "date": fields.Date.to_string(line.date_maturity),
                    "amount": abs(line.amount_currency),
                }
                for line in shares.sorted("date_maturity")
            ],
        }

    def _get_payment_wording(self):
        """Return how the print says that this invoice is paid, in the environment's language; nothing
        on a draft, or on an open one where the company doesn't want it said."""
        self.ensure_one()
        if self.state != "posted" or not self.is_sale_document(include_receipts=True):
            return False
        if self.payment_state in ("paid", "in_payment") or self.is_paid_except_retention:
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
        if self.is_paid_except_retention:
            if not dates:
                return False
            return self.env._(
                "Paid except the retention of guarantee, on %(date)s (%(means)s)", **values
            )
        if not dates and invoices:
            is_invoice = self.move_type == "out_invoice"
            return is_invoice and self.env._("Settled by credit note")
        if not dates:
            return self.env._("Paid")
        return self.env._("Paid on %(date)s (%(means)s)", **values)

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
