"""How a company invoices the periods of its subscriptions."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

MAX_DAYS_AHEAD = 90


class ResCompany(models.Model):
    _inherit = "res.company"

    subscription_posting = fields.Selection(
        [
            ("draft", "Drafts, posted by hand"),
            ("at_date", "Drafts, posted by Odoo on their date"),
            ("now", "Posted at once"),
        ],
        string="Invoices of Subscriptions",
        default="at_date",
        required=True,
        help="Odoo's scheduler posts the drafts whose date has come every night.",
    )
    subscription_auto_invoice = fields.Boolean(
        string="Invoice Subscriptions Every Day",
        help="A scheduled action makes the invoices of the periods that are due.",
    )
    subscription_days_ahead = fields.Integer(
        string="Days in Advance",
        help="How many days before their date the scheduled action makes the drafts.",
    )
    subscription_send_mail = fields.Boolean(
        string="Send Invoices of Subscriptions by E-mail",
        help="The choice of new subscriptions; each may choose otherwise.",
    )

    @api.constrains("subscription_days_ahead")
    def _check_subscription_days_ahead(self):
        for company in self:
            if not 0 <= company.subscription_days_ahead <= MAX_DAYS_AHEAD:
                raise ValidationError(
                    self.env._(
                        "Subscriptions are invoiced 0 to %(maximum)s days in advance, not %(value)s.",
                        maximum=MAX_DAYS_AHEAD,
                        value=company.subscription_days_ahead,
                    )
                )

    def _get_subscription_draft_posting(self):
        """Return what becomes of drafts that somebody makes: `draft` or `at_date`."""
        return "draft" if self.subscription_posting == "draft" else "at_date"
