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
    deduction_rule = fields.Selection(
        related="company_id.deduction_rule",
        readonly=False,
        required=True,
    )
    deduct_paid_deposits_only = fields.Boolean(
        related="company_id.deduct_paid_deposits_only",
        readonly=False,
    )
    retention_account_id = fields.Many2one(
        related="company_id.retention_account_id",
        readonly=False,
    )
    retention_limit = fields.Float(
        related="company_id.retention_limit",
        readonly=False,
    )
    retention_months = fields.Integer(
        related="company_id.retention_months",
        readonly=False,
    )
