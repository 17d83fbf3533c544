"""What the prints of deposits, situations and balances show, and the mentions under them."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

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

# How a document gives deposits back: words of the public methods that bill an order.
DEDUCTION_RULES = [
    ("full", "In full"),
    ("progressive", "Pro rata to the progress"),
    ("threshold", "Between two progresses"),
    ("manual", "By hand"),
    ("final", "On the balance only"),
]

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

        :param kind: `billing_kind` of the document
        """
        self.ensure_one()
        return {name: self[name] for name in LAYOUT_FIELDS}

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

    # === ACCOUNTS ===#

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

    def _find_missing_accounts(self):
        """Return the accounts that the company's chart has for settings of this addon; rooms add theirs.

        :return: ``{name of the company's field: account}``, those that the company has chosen as they are
        """
        self.ensure_one()
        return {}

    def _set_missing_accounts(self):
        """Set the accounts of this addon's settings that the chart has and nobody has chosen, also in
        the place of another company's."""
        for company in self:
            for name, account in company._find_missing_accounts().items():
                if company[name] != account:
                    company[name] = account
