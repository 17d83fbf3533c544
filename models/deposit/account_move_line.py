"""VAT on payments: what a credit note leaves waiting of a document."""

from odoo import models

# Handed on in the context, where Odoo leaves no other way; a caller over RPC can't give it.
KEEP_WAITING = object()


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def reconcile(self):
        # EXTENDS account: with a credit note, Odoo settles whatever the two documents have left on the
        # waiting account, even 20 % of VAT with 10 % of the same document.
        keep = self.env.context.get("keep_vat_waiting") is KEEP_WAITING
        if keep and all(line._is_waiting_vat() for line in self):
            return None
        return super().reconcile()

    def _is_waiting_vat(self):
        """Whether this is the VAT on payments of a customer document."""
        self.ensure_one()
        return self.tax_line_id.tax_exigibility == "on_payment" and self.move_id.is_sale_document(
            include_receipts=True
        )
