"""What a company lets its customers retain, how long, and the account on which that stands."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

# Fifty years: more is a slip of the pen.
MAX_RETENTION_MONTHS = 600

# The account of retentions by chart of accounts; in others the company chooses it.
RETENTION_ACCOUNTS = {"fr": "pcg_4117"}


class ResCompany(models.Model):
    _inherit = "res.company"

    retention_account_id = fields.Many2one(
        "account.account",
        string="Retention Account",
        domain=[("account_type", "=", "asset_receivable")],
        check_company=True,
        help="Receivable account of the retentions of guarantee: 4117 in France.",
    )
    retention_limit = fields.Float(
        string="Retention Limit (%)",
        default=5.0,
        help="Payment terms can't retain more: 5 % by the French law of 16 July 1971.",
    )
    retention_months = fields.Integer(
        string="Retention Delay (months)",
        default=12,
        help="Months from the acceptance of the works until the retention is due.",
    )

    # === CONSTRAINTS ===#

    @api.constrains("retention_account_id")
    def _check_retention_account(self):
        for company in self:
            account = company.sudo().retention_account_id  # of the company itself
            if account and account.account_type != "asset_receivable":
                raise ValidationError(
                    self.env._(
                        "%(account)s is no receivable account: it can't hold retentions.",
                        account=account.display_name,
                    )
                )

    @api.constrains("retention_limit", "retention_months")
    def _check_retention_figures(self):
        for company in self:
            possible = 0 <= company.retention_months <= MAX_RETENTION_MONTHS
            if not 0 <= company.retention_limit <= 100 or not possible:
                raise ValidationError(
                    self.env._(
                        "A retention of up to %(limit)s %% for %(months)s months is not possible.",
                        limit=company.retention_limit,
                        months=company.retention_months,
                    )
                )

    # === BUSINESS METHODS ===#

    def _find_retention_account(self):
        """Return the account of retentions in the company's chart: 4117 in the French one."""
        self.ensure_one()
        return self._get_chart_account(RETENTION_ACCOUNTS.get(self.root_id.chart_template))

    def _find_missing_accounts(self):
        # EXTENDS: the account of retentions.
        account = self._get_own_account("retention_account_id") or self._find_retention_account()
        return {**super()._find_missing_accounts(), "retention_account_id": account}
