"""VAT on payments: what credit notes settle of it on the waiting account."""

from odoo import models

from ..billing.own_context import get_handed

# Handed on in the context, where Odoo leaves no other way: nothing is settled, or each tax for itself.
KEEP_WAITING = object()
TAX_BY_TAX = object()


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def reconcile(self):
        # EXTENDS account: with a credit note, Odoo settles whatever the two documents have left on the
        # waiting account, even 20 % of VAT with 10 % of the same document, which stays so when the
        # credit note is cancelled.
        how = get_handed(self.env, "waiting_vat")
        if how is None or not all(line._is_waiting_vat() for line in self):
            return super().reconcile()
        if how is TAX_BY_TAX:
            for lines in self.grouped("tax_line_id").values():
                super(AccountMoveLine, lines).reconcile()
        return None

    def _is_waiting_vat(self):
        """Whether this is the VAT on payments of a customer document."""
        self.ensure_one()
        return self.tax_line_id.tax_exigibility == "on_payment" and self.move_id.is_sale_document(
            include_receipts=True
        )
