from odoo import fields, models
from odoo.tools import SQL


class AccountInvoiceReport(models.Model):
    _inherit = "account.invoice.report"

    billing_kind = fields.Selection(
        selection=lambda self: self.env["account.move"]._fields["billing_kind"].selection,
        readonly=True,
        help="Deposits are no turnover: their deduction on a situation counts as deposit, too, so that "
        "the other kinds show the works alone.",
    )

    _depends = {
        "account.move": ["billing_kind"],
        "account.move.line": ["is_downpayment"],
    }

    def _select(self):
        # EXTENDS account
        return SQL(
            "%s, CASE WHEN line.is_downpayment THEN 'deposit' ELSE move.billing_kind END "
            "AS billing_kind",
            super()._select(),
        )
