"""What is done with a retention of guarantee: released, replaced, opposed, lost; and undone."""

from odoo import fields, models


class AccountRetentionShare(models.Model):
    _name = "account.retention.share"
    _description = "Share of an Operation on Retentions"

    operation_id = fields.Many2one(
        "account.retention.operation", required=True, index=True, ondelete="cascade"
    )
    move_id = fields.Many2one("account.move", required=True, index=True, ondelete="cascade")
    currency_id = fields.Many2one(related="operation_id.currency_id")
    amount = fields.Monetary(required=True, help="Of the document's retention.")
    paid_before = fields.Monetary(
        help="What was paid of the retention before anything let it go: it counts as let go, too."
    )
