"""A payment that reaches an invoice is told to its salesperson: who paid, how much, what is left."""

from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    notify_payments = fields.Boolean(
        related="company_id.notify_payments",
        readonly=False,
    )
    send_reminders = fields.Boolean(
        related="company_id.send_reminders",
        readonly=False,
    )
    reminder_start_date = fields.Date(
        related="company_id.reminder_start_date",
        readonly=False,
    )
    follow_all_invoices = fields.Boolean(
        related="company_id.follow_all_invoices",
        readonly=False,
    )

    # === BUSINESS METHODS ===#

    @api.onchange("send_reminders")
    def _onchange_send_reminders(self):
        # Nobody expects his customers to be reminded at once of all that ever was overdue.
        if self.send_reminders and not self.reminder_start_date:
            self.reminder_start_date = fields.Date.context_today(self)
