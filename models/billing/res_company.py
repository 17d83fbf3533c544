"""What the prints of deposits, situations and balances show, and the mentions under them."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ...tools.echo import shown
from ...tools.placeholders import has_stray_brace, unknown_placeholders

TITLE_PLACEHOLDERS = (
    "number",
    "order",
    "order_date",
    "date",
    "customer",
    "reference",
    "progress",
    "previous_progress",
)

LINE_PLACEHOLDERS = (
    *TITLE_PLACEHOLDERS,
    "description",
    "section",
    "quantity",
    "ordered_quantity",
    "unit",
    "amount",
    "cumulative_amount",
)

DEDUCTION_RULES = [
    ("full", "In full"),
    ("progressive", "Pro rata to the progress"),
    ("threshold", "Between two progresses"),
    ("manual", "By hand"),
    ("final", "On the balance only"),
]

# The account of deposits by chart of accounts, where the chart itself names none.
DEPOSIT_ACCOUNTS = {"de_skr03": "account_1710", "de_skr04": "chart_skr04_3250"}

# Fifty years: more is a slip of the pen.
MAX_RETENTION_MONTHS = 600

# The account of retentions by chart of accounts; in others the company chooses it.
RETENTION_ACCOUNTS = {"fr": "pcg_4117"}

# The late-payment mention that French law asks for (code de commerce, L441-10 and D441-5).
FRENCH_LATE_PAYMENT = (
    "En cas de retard de paiement, seront exigibles une pénalité calculée au taux de trois fois le "
    "taux d’intérêt légal et, entre professionnels, une indemnité forfaitaire pour frais de "
    "recouvrement de 40 €. Pas d’escompte pour paiement anticipé, sauf mention contraire."
)

LAYOUT_FIELDS = (
    "print_presentation",
    "print_quantities",
    "print_section_progress",
    "print_recap",
)


class ResCompany(models.Model):
    _inherit = "res.company"

    situation_title = fields.Char(
        string="Situation Title",
        translate=True,
        help="Title line of a situation, with placeholders. Empty: the standard text.",
    )
    situation_line_description = fields.Text(
        string="Situation Line Description",
        translate=True,
        help="Description of a situation's lines, with placeholders. Empty: the standard text.",
    )
    allow_over_billing = fields.Boolean(
        string="Allow Over-billing",
        help="Situations may bill more than 100 % of an order line.",
    )
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
    print_presentation = fields.Selection(
        [("cumulative", "Cumulative"), ("period", "This period only")],
        string="Presentation of Situations",
        default="cumulative",
        required=True,
        help="Cumulative: three column groups, to date, earlier and this period. This period only: "
        "the lines that the situation bills.",
    )
    print_quantities = fields.Boolean(
        string="Print Quantities",
        default=True,
        help="The quantity that each progress stands for, under it.",
    )
    print_section_progress = fields.Boolean(
        string="Print the Progress of Sections",
        default=True,
        help="A bar for each section of the order.",
    )
    print_recap = fields.Boolean(
        string="Print the Billing Recap",
        default=True,
        help="The table of all documents of the order.",
    )
    print_unpaid = fields.Boolean(
        string="Print “Not paid”",
        help="Invoices that are open say so; paid ones always say when and how.",
    )
    mention_late_payment = fields.Text(
        string="Late Payment",
        translate=True,
        help="Printed under every customer invoice: rate of penalties, fixed compensation.",
    )
    mention_insurance = fields.Text(
        string="Insurance",
        translate=True,
        help="Printed under every customer invoice: insurer and policy, where it is valid.",
    )
    mention_reduced_rate = fields.Text(
        string="Reduced VAT Rate",
        translate=True,
        help="Printed under customer invoices with a VAT rate between 0 and 15 %.",
    )

    # === BUSINESS METHODS ===#

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

    @api.constrains("situation_title")
    def _check_situation_title(self):
        for company in self:
            company._check_placeholders(company.situation_title, TITLE_PLACEHOLDERS)

    @api.constrains("situation_line_description")
    def _check_situation_line_description(self):
        for company in self:
            company._check_placeholders(company.situation_line_description, LINE_PLACEHOLDERS)

    def _check_placeholders(self, template, known):
        """Refuse a template with unknown placeholders, naming the known ones.

        :raise ValidationError: also on a brace that opens or closes nothing
        """
        unknown = unknown_placeholders(template, known)
        known_names = ", ".join(f"{{{name}}}" for name in known)
        if unknown:
            raise ValidationError(
                self.env._(
                    "Unknown placeholder %(unknown)s in “%(template)s”. Known ones: %(known)s.",
                    unknown=shown(", ".join(f"{{{name}}}" for name in unknown)),
                    template=shown(template),
                    known=known_names,
                )
            )
        if has_stray_brace(template):
            raise ValidationError(
                self.env._(
                    "A brace in “%(template)s” is not part of a placeholder. "
                    "Known placeholders: %(known)s.",
                    template=shown(template),
                    known=known_names,
                )
            )

    def _get_situation_title_template(self):
        """Return the title template in the language of the environment."""
        self.ensure_one()
        return self.situation_title or self.env._(
            "Situation no. {number} – order {order} of {order_date}"
        )

    def _get_situation_line_template(self):
        """Return the line description template in the language of the environment."""
        self.ensure_one()
        return self.situation_line_description or self.env._(
            "{description}\nProgress: {progress} % (previously {previous_progress} %)"
        )

    def _get_print_layout(self, kind):
        """Return what prints show, as it stands now: ``{name: value}`` of `LAYOUT_FIELDS`.

        :param kind: `billing_kind` of the document; a partial invoice shows the lines that it bills
        """
        self.ensure_one()
        layout = {name: self[name] for name in LAYOUT_FIELDS}
        if kind == "partial":
            layout["print_presentation"] = "period"
        return layout

    def _get_mention(self, name):
        """Return a mention; a branch has that of the company above it, where it has none of its own.

        :param name: of the mention's field
        """
        self.ensure_one()
        return next((own[name] for own in reversed(self.parent_ids) if own[name]), False)

    def _set_missing_mentions(self):
        """Give French companies the late-payment mention that the law asks for."""
        for company in self:
            if company.account_fiscal_country_id.code == "FR" and not company.mention_late_payment:
                company.mention_late_payment = FRENCH_LATE_PAYMENT

    # === DOWN PAYMENT ACCOUNT ===#

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

    def _get_chart_account(self, xmlid):
        """Return an account of the company's chart by its name there; nothing where it has none."""
        # A branch keeps its books in the chart of the company at the root.
        ChartTemplate = self.env["account.chart.template"].with_company(self.root_id)
        account = xmlid and ChartTemplate.ref(xmlid, raise_if_not_found=False)
        return self._filter_usable(account or self.env["account.account"])

    def _filter_usable(self, accounts):
        """Return those of accounts that this company may post to: its own ones and those of the
        companies above it, which a branch keeps its books with; none that is archived."""
        self.ensure_one()
        # sudo: whose accounts they are, for whoever bills
        companies = self.sudo().parent_ids
        return (
            accounts.sudo()
            .filtered(lambda account: account.active and account.company_ids & companies)
            .with_env(accounts.env)
        )

    def _get_own_account(self, name):
        """Return the account that the company has chosen; nothing where it can't post to it.

        A company is given the down payment account of the one in which it was created: Odoo keeps that
        of the first chart as a default.

        :param name: of a field
        """
        self.ensure_one()
        # sudo: the company's choice and an account's nature, for whoever bills
        return self._filter_usable(self.sudo()[name])

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

    # === RETENTION ACCOUNT ===#

    def _find_retention_account(self):
        """Return the account of retentions in the company's chart: 4117 in the French one."""
        self.ensure_one()
        return self._get_chart_account(RETENTION_ACCOUNTS.get(self.root_id.chart_template))

    def _set_missing_accounts(self):
        """Set the accounts for deposits and retentions that the chart has and nobody has chosen, also
        in the place of another company's."""
        for company in self:
            for name, find in (
                ("downpayment_account_id", company._find_deposit_account),
                ("retention_account_id", company._find_retention_account),
            ):
                account = company._get_own_account(name) or find()
                if company[name] != account:
                    company[name] = account
