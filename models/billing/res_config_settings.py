from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    situation_title = fields.Char(
        related="company_id.situation_title",
        readonly=False,
    )
    situation_line_description = fields.Text(
        related="company_id.situation_line_description",
        readonly=False,
    )
    allow_over_billing = fields.Boolean(
        related="company_id.allow_over_billing",
        readonly=False,
    )
    print_presentation = fields.Selection(
        related="company_id.print_presentation",
        readonly=False,
        required=True,
    )
    print_quantities = fields.Boolean(
        related="company_id.print_quantities",
        readonly=False,
    )
    print_section_progress = fields.Boolean(
        related="company_id.print_section_progress",
        readonly=False,
    )
    print_recap = fields.Boolean(
        related="company_id.print_recap",
        readonly=False,
    )
    print_unpaid = fields.Boolean(
        related="company_id.print_unpaid",
        readonly=False,
    )
    mention_late_payment = fields.Text(
        related="company_id.mention_late_payment",
        readonly=False,
    )
    mention_insurance = fields.Text(
        related="company_id.mention_insurance",
        readonly=False,
    )
    mention_reduced_rate = fields.Text(
        related="company_id.mention_reduced_rate",
        readonly=False,
    )
