"""What was decided about a subscription since it began: stopped, resumed, billed by other periods."""

from odoo import fields, models

from ..instalment.sale_order import PERIOD_UNITS


class SaleSubscriptionEvent(models.Model):
    """A decision about the periods of an order; the order's own methods make them.

    They are read in the order in which they were decided (`tools/periods.py`).
    """

    _name = "sale.subscription.event"
    _description = "Change of a Subscription"
    _order = "id"
    _rec_name = "kind"
    _check_company_auto = True

    order_id = fields.Many2one(
        "sale.order",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    kind = fields.Selection(
        [("stop", "Stopped"), ("resume", "Resumed"), ("period", "Period changed")],
        required=True,
        readonly=True,
    )
    date = fields.Date(
        required=True,
        readonly=True,
        help="Stopped: no period begins after it. Otherwise, a period begins on it.",
    )
    interval = fields.Integer(string="Every", readonly=True)
    unit = fields.Selection(PERIOD_UNITS, readonly=True)
    reason = fields.Text(readonly=True)
