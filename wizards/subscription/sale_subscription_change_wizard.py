from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

from ...models.billing.own_context import own_context
from ...models.instalment.sale_order import PERIOD_UNITS
from ...tools.periods import Rhythm, carried_day

# Dates of a changed rhythm that the dialog tells.
TOLD_DATES = 4


class SaleSubscriptionChangeWizard(models.TransientModel):
    _name = "sale.subscription.change.wizard"
    _inherit = "billing.named.access"
    _description = "Change a Subscription"
    _named_fields = ("order_id",)

    order_id = fields.Many2one("sale.order", required=True, readonly=True)
    currency_id = fields.Many2one(related="order_id.currency_id")
    date = fields.Date(
        string="From the Period of",
        required=True,
        help="The first day of the first period that is billed anew; drafts from it on are deleted.",
    )
    interval = fields.Integer(required=True)
    unit = fields.Selection(PERIOD_UNITS, required=True)
    amount_total = fields.Monetary(related="order_id.amount_total", string="One Period Now")
    line_ids = fields.One2many("sale.subscription.change.wizard.line", "wizard_id")
    dates = fields.Char(string="Periods Begin on", compute="_compute_dates")

    @api.depends("order_id", "date", "interval", "unit")
    def _compute_dates(self):
        for wizard in self:
            rhythms = wizard.order_id._get_rhythms()
            if not (rhythms and wizard.date and wizard.interval > 0 and wizard.unit):
                wizard.dates = False
                continue
            rhythm = rhythms[-1]
            if (wizard.interval, wizard.unit) != (rhythm.interval, rhythm.unit):
                day = carried_day(rhythm, wizard.date, wizard.unit)
                rhythm = Rhythm(wizard.date, day, wizard.interval, wizard.unit)
            first = max(rhythm.find(wizard.date), 0)
            dates = [format_date(self.env, rhythm.get_start(first + n)) for n in range(TOLD_DATES)]
            wizard.dates = ", ".join(dates) + "…"

    @own_context
    def action_apply(self):
        """Change the lines and the length of the periods, where they were changed."""
        self.ensure_one()
        order = self.order_id
        period = (self.interval, self.unit)
        lines = [values for line in self.line_ids for values in line._get_change()]
        if not lines and period == order._get_current_period():
            raise UserError(self.env._("Nothing was changed."))
        if lines:
            order.change_subscription_lines(lines, self.date)
        if period != order._get_current_period():
            order.change_subscription_period(*period, self.date)
        return {"type": "ir.actions.act_window_close"}

    @api.model
    def _create_for_order(self, order):
        """Return the dialog for an order, with its lines."""
        interval, unit = order._get_current_period()
        return self.create(
            {
                "order_id": order.id,
                "date": order._get_first_unposted_start() or fields.Date.context_today(self),
                "interval": interval,
                "unit": unit,
                "line_ids": [
                    Command.create(
                        {
                            "order_line_id": line.id,
                            "product_id": line.product_id.id,
                            "name": line.name,
                            "quantity": line.product_uom_qty,
                            "price_unit": line.price_unit,
                            "discount": line.discount,
                        }
                    )
                    for line in order._get_work_lines()
                ],
            }
        )

    def _get_open_action(self):
        """Return the action that opens this dialog."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Change – %(order)s", order=self.order_id.name),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }


class SaleSubscriptionChangeWizardLine(models.TransientModel):
    _name = "sale.subscription.change.wizard.line"
    _inherit = "billing.named.access"
    _description = "Changed Line of a Subscription"
    _named_fields = ("wizard_id", "order_line_id")

    wizard_id = fields.Many2one(
        "sale.subscription.change.wizard", required=True, ondelete="cascade"
    )
    order_line_id = fields.Many2one("sale.order.line", readonly=True)
    product_id = fields.Many2one("product.product", domain=[("sale_ok", "=", True)])
    name = fields.Text(string="Description")
    quantity = fields.Float(digits="Product Unit", default=1.0)
    price_unit = fields.Float(
        string="Unit Price",
        digits="Product Price",
        compute="_compute_price_unit",
        store=True,
        readonly=False,
    )
    discount = fields.Float(string="Discount (%)", digits="Discount")

    @api.depends("product_id")
    def _compute_price_unit(self):
        for line in self.filtered(lambda line: line.product_id and not line.order_line_id):
            order = line.wizard_id.order_id
            line.price_unit = order.pricelist_id._get_product_price(
                line.product_id, line.quantity or 1.0, currency=order.currency_id
            )

    def _get_change(self):
        """Return the change of this line as `change_subscription_lines` takes it, in a list; an empty
        one where nothing is changed."""
        self.ensure_one()
        figures = {
            "quantity": self.quantity,
            "price_unit": self.price_unit,
            "discount": self.discount,
        }
        line = self.order_line_id
        if not line:
            if not self.product_id:
                raise UserError(self.env._("Choose a product for the new line."))
            name = {"name": self.name} if self.name else {}
            return [{"product_id": self.product_id.id, **name, **figures}]
        current = (line.product_uom_qty, line.price_unit, line.discount)
        changed = {
            name: value
            for (name, value), before in zip(figures.items(), current, strict=True)
            if value != before
        }
        return [{"line_id": line.id, **changed}] if changed else []
