"""Whom a company reminds by itself, and of which invoices."""

from odoo import api, fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    send_reminders = fields.Boolean(
        string="Automatic Reminders",
        help="Customers are reminded once a day by e-mail of what is overdue.",
    )
    reminder_start_date = fields.Date(
        string="Remind from",
        help="What had to be paid before this date is never reminded of by itself.",
    )
    follow_all_invoices = fields.Boolean(
        string="Every Customer Invoice",
        help="Reminders and notices of payments for every customer invoice, not only for deposits, "
        "situations and the other documents of orders.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

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

    @api.onchange("send_reminders")
    def _onchange_send_reminders(self):
        # Nobody expects his customers to be reminded at once of all that ever was overdue.
        if self.send_reminders and not self.reminder_start_date:
            self.reminder_start_date = fields.Date.context_today(self)
