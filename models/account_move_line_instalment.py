"""The shares of invoices as lists: instalments due, retentions of guarantee."""

from odoo import api, fields, models

from .account_payment_term import NO_DATE


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    billing_order_id = fields.Many2one(
        related="move_id.billing_order_id",
        string="Billed Order",
    )
    expected_date = fields.Date(
        string="Expected on",
        compute="_compute_expected_date",
        help="When this share is due; a retention has no date before the works are accepted.",
    )
    retention_state = fields.Selection(
        [
            ("held", "Held"),
            ("due", "To release"),
            ("released", "Released"),
        ],
        compute="_compute_retention_state",
        search="_search_retention_state",
        help="Held until its date, to be asked for from then on, released when it is paid or credited.",
    )

    # === COMPUTE METHODS ===#

    @api.depends("date_maturity")
    def _compute_expected_date(self):
        for line in self:
            line.expected_date = line.date_maturity != NO_DATE and line.date_maturity

    @api.depends("is_retention", "reconciled", "date_maturity")
    def _compute_retention_state(self):
        today = fields.Date.context_today(self)
        for line in self:
            if not line.is_retention:
                line.retention_state = False
            elif line.reconciled:
                line.retention_state = "released"
            else:
                line.retention_state = "due" if line.date_maturity <= today else "held"

    def _search_retention_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        domains = {
            "held": [("reconciled", "=", False), ("date_maturity", ">", today)],
            "due": [("reconciled", "=", False), ("date_maturity", "<=", today)],
            "released": [("reconciled", "=", True)],
            False: [("is_retention", "=", False)],
        }
        retained = fields.Domain("is_retention", "=", True)
        return fields.Domain.OR(
            fields.Domain(domains[state]) & (retained if state else fields.Domain.TRUE)
            for state in value
            if state in domains
        )
