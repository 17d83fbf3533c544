"""How a company deducts deposits, and the account on which they stand."""

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ..billing.res_company import DEDUCTION_RULES

# The account of deposits by chart of accounts, where the chart itself names none.
DEPOSIT_ACCOUNTS = {"de_skr03": "account_1710", "de_skr04": "chart_skr04_3250"}


class ResCompany(models.Model):
    _inherit = "res.company"

    deduction_rule = fields.Selection(
        DEDUCTION_RULES,
        string="Deduct Deposits",
        default="progressive",
        required=True,
        help="How the situations of new orders give the deposits back.",
    )
    deduct_paid_deposits_only = fields.Boolean(
        string="Deduct Paid Deposits Only",
        help="Situations deduct a deposit once it is paid. The balance deducts all posted ones.",
    )

    # === BUSINESS METHODS ===#

    def _get_deposit_account_warning(self):
        """Return what is wrong with the account of deposits, nothing when it is a liability."""
        if not self:
            return False
        self.ensure_one()
        account = self._get_own_account("downpayment_account_id")
        # sudo: as there
        if not account and self.sudo().downpayment_account_id:
            return self.env._(
                "The down payment account of %(company)s can't be used, it belongs to another "
                "company or is archived: deposits would be posted as income.",
                company=self.name,
            )
        if not account:
            return self.env._(
                "%(company)s has no down payment account: deposits would be posted as income.",
                company=self.name,
            )
        if account.internal_group == "income":
            return self.env._(
                "Deposits of %(company)s are posted to %(account)s, an income account, as if they "
                "were turnover.",
                company=self.name,
                account=account.display_name,
            )
        return False

    def _find_deposit_account(self):
        """Return the down payment account of the company's chart (4191 in France), if it has one."""
        self.ensure_one()
        chart = self.root_id.chart_template
        if not chart:
            return self.env["account.account"]
        # sudo: the chart's own data, whoever bills
        ChartTemplate = self.env["account.chart.template"].sudo().with_company(self.root_id)
        template = ChartTemplate._get_chart_template_data(chart)
        xmlid = template["template_data"].get("downpayment_account_id")
        return self._get_chart_account(xmlid or DEPOSIT_ACCOUNTS.get(chart))

    def _set_deposit_account(self):
        """Set the down payment account of the chart.

        :raise AccessError: to whoever may not manage the accounting
        :raise UserError: when the chart has none
        """
        self.ensure_one()
        if not self.env.user.has_group("account.group_account_manager"):
            raise AccessError(
                self.env._("Ask an accounting manager to set the down payment account.")
            )
        account = self._find_deposit_account()
        if not account:
            raise UserError(
                self.env._(
                    "The chart of accounts of %(company)s has no down payment account: choose one in "
                    "the settings of Invoicing, default accounts.",
                    company=self.name,
                )
            )
        # sudo: an accounting manager, who needn't be allowed to write on companies
        self.sudo().downpayment_account_id = account

    def _find_missing_accounts(self):
        # EXTENDS: the account of deposits.
        account = self._get_own_account("downpayment_account_id") or self._find_deposit_account()
        return {**super()._find_missing_accounts(), "downpayment_account_id": account}
