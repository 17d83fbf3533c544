from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

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
