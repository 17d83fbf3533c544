from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    subscription_posting = fields.Selection(
        related="company_id.subscription_posting",
        readonly=False,
        required=True,
    )
    subscription_auto_invoice = fields.Boolean(
        related="company_id.subscription_auto_invoice",
        readonly=False,
    )
    subscription_days_ahead = fields.Integer(
        related="company_id.subscription_days_ahead",
        readonly=False,
    )
    subscription_send_mail = fields.Boolean(
        related="company_id.subscription_send_mail",
        readonly=False,
    )
