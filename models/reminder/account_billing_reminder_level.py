"""The levels of reminders, and the reminders that were sent: when, which one, for how much."""

from odoo import fields, models


class AccountBillingReminderLevel(models.Model):
    _name = "account.billing.reminder.level"
    _description = "Reminder Level"
    _order = "delay, id"

    name = fields.Char(required=True, translate=True)
    delay = fields.Integer(
        string="Days Late",
        required=True,
        default=7,
        help="Days after the date by which the oldest unpaid share had to be paid.",
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        string="E-mail",
        required=True,
        domain=[("model", "=", "account.move")],
        ondelete="restrict",
    )
    company_id = fields.Many2one("res.company", help="Empty: for all companies.")
    active = fields.Boolean(default=True)

    _delay_positive = models.Constraint(
        "CHECK (delay > 0)",
        "A reminder is sent at least one day after the due date.",
    )

    # === BUSINESS METHODS ===#

    def _get_for_company(self, company):
        """Return those of these levels that a company uses: its own, those of the companies above it,
        and those of all companies."""
        return self.filtered(
            lambda level: not level.company_id or level.company_id in company.parent_ids
        )

    def _choose(self, days, sent, by_hand=False):
        """Return the level whose turn it is; empty when there is none.

        :param days: since the oldest unpaid share had to be paid
        :param sent: the levels that were sent for it
        :param by_hand: whether the next level may come before its days
        """
        last = max(sent.mapped("delay"), default=0)
        later = (self - sent).filtered(lambda level: level.delay > last).sorted("delay")
        reached = later.filtered(lambda level: level.delay <= days)
        return reached[-1:] or (later[:1] if by_hand else reached)
