"""The levels of reminders, and the reminders that were sent: when, which one, for how much."""

from odoo import fields, models


class AccountBillingReminder(models.Model):
    _name = "account.billing.reminder"
    _description = "Reminder"
    _order = "id desc"
    _rec_name = "level_id"

    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    level_id = fields.Many2one(
        "account.billing.reminder.level",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    state = fields.Selection(
        [("sent", "Sent"), ("no_email", "No e-mail address")],
        required=True,
        readonly=True,
        default="sent",
    )
    date = fields.Date(required=True, readonly=True, default=fields.Date.context_today)
    due_date = fields.Date(
        string="Overdue since",
        required=True,
        readonly=True,
        help="The oldest date by which something had to be paid that was not.",
    )
    currency_id = fields.Many2one(related="move_id.currency_id")
    amount = fields.Monetary(string="Overdue", readonly=True)
