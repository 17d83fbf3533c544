"""The shares of invoices as a list: what is due when."""

from odoo import api, fields, models

from ..retention.account_payment_term import NO_DATE


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    _kept_by_billing = (
        "billing_order_id",
        "expected_date",
    )

    billing_order_id = fields.Many2one(
        related="move_id.billing_order_id",
        string="Billed Order",
    )
    expected_date = fields.Date(
        string="Expected on",
        compute="_compute_expected_date",
        help="When this share is due; a retention has no date before the works are accepted.",
    )

    # === COMPUTE METHODS ===#

    @api.depends("date_maturity")
    def _compute_expected_date(self):
        for line in self:
            line.expected_date = line.date_maturity != NO_DATE and line.date_maturity
