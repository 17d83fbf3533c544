"""What the prints of deposits, situations and balances show, and the mentions under them."""

from odoo import fields, models

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
