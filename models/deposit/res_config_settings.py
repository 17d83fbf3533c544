from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    deduction_rule = fields.Selection(
        related="company_id.deduction_rule",
        readonly=False,
        required=True,
    )
    deduct_paid_deposits_only = fields.Boolean(
        related="company_id.deduct_paid_deposits_only",
        readonly=False,
    )
