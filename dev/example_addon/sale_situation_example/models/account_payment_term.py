"""Door 2, a retention base: its name in the selection, and what of a document it is."""

from odoo import fields, models


class AccountPaymentTerm(models.Model):
    _inherit = "account.payment.term"

    retention_base = fields.Selection(
        selection_add=[("half", "Half of the total, tax included")],
        ondelete={"half": "set default"},
    )

    def _get_retention_base(self, total, untaxed, deduction):
        # EXTENDS sale_situation_invoicing: before the deduction of deposits.
        if self.retention_base == "half":
            return (total + deduction) / 2
        return super()._get_retention_base(total, untaxed, deduction)
