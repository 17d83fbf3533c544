"""Whom a company reminds by itself, and of which invoices."""

from odoo import fields, models


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
    notify_payments = fields.Boolean(
        string="Tell Salespeople of Payments",
        default=True,
        help="The salesperson of an invoice gets a notification, in his inbox or by e-mail as he "
        "chose, when a payment reaches it.",
    )
