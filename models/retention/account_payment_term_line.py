from odoo import fields, models


class AccountPaymentTermLine(models.Model):
    _inherit = "account.payment.term.line"

    is_retention = fields.Boolean(
        string="Retention",
        help="This share is retained as a guarantee until a year after the works are accepted.",
    )
