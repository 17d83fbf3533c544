from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...models.billing.own_context import own_context
from ...models.instalment.sale_order import FEWEST, PERCENT_DECIMALS, PERIOD_UNITS
from ...tools.money import HUNDRED, ZERO, exact, rounded


class SaleInstalmentWizard(models.TransientModel):
    _name = "sale.instalment.wizard"
    _inherit = "billing.named.access"
    _description = "Plan Instalments"
    _named_fields = ("order_id",)

    order_id = fields.Many2one("sale.order", required=True, readonly=True)
    currency_id = fields.Many2one(related="order_id.currency_id")
    is_change = fields.Boolean(help="Takes the place of instalments that are not posted yet.")
    count = fields.Integer(string="Number of Instalments", default=3)
    first_date = fields.Date(string="First Date", default=fields.Date.context_today)
    interval = fields.Integer(string="Every", default=1)
    unit = fields.Selection(PERIOD_UNITS, default="month", required=True)
    posting = fields.Selection(
        [("at_date", "Each at its date, by the scheduler"), ("now", "All now")],
        default="at_date",
        required=True,
    )
    send = fields.Boolean(string="Send by E-mail", help="Each as soon as it is posted.")
    line_ids = fields.One2many("sale.instalment.wizard.line", "wizard_id", string="Instalments")
    left_total = fields.Monetary(string="Left to Bill", readonly=True)
    has_deposits = fields.Boolean(readonly=True)
    problem = fields.Char(compute="_compute_problem")

    # === COMPUTE AND ONCHANGE METHODS ===#

    @api.depends("line_ids.date", "line_ids.percent")
    def _compute_problem(self):
        for wizard in self:
            try:
                wizard.order_id._read_instalments(wizard._get_rows(), wizard._get_fewest())
                wizard.problem = False
            except UserError as error:
                wizard.problem = str(error)

    @api.onchange("count", "first_date", "interval", "unit")
    def _onchange_frequency(self):
        try:
            dates = self.order_id._get_instalment_dates(
                self.count, self.first_date, self.interval, self.unit
            )
        except UserError:
            return
        self.line_ids = [Command.clear()] + [
            Command.create({"date": each, "percent": percent})
            for each, percent in zip(dates, self._get_equal_percents(len(dates)), strict=True)
        ]
        self._refresh()

    @api.onchange("line_ids")
    def _onchange_line_ids(self):
        self._refresh()

    # === ACTIONS ===#

    @own_context
    def action_create(self):
        """Create the instalments, or put them in the place of those that are not posted yet, and show
        them."""
        self.ensure_one()
        order = self.order_id
        order._begin_billing(None)
        schedule = order._read_instalments(self._get_rows(), self._get_fewest())
        if self._is_equal():
            # Not the rounded thirds that the screen shows.
            schedule = [(each, exact(1)) for each, _percent in schedule]
        if self.is_change:
            order._cancel_instalments()
        moves = order._create_instalments(schedule, self.posting == "now", self.send)
        return order.action_view_invoice(invoices=moves)

    # === BUSINESS METHODS ===#

    @api.model
    def _create_for_order(self, order):
        """Return a wizard for the rest of an order: a new plan, or the one that it has."""
        drafts = order._get_draft_instalments()
        values = {"order_id": order.id, "is_change": bool(drafts)}
        if drafts:
            values["count"] = len(drafts)
            values["first_date"] = drafts[:1].invoice_date
            values["send"] = any(drafts.mapped("send_when_posted"))
        values["has_deposits"] = any(deposit.remaining > 0 for deposit in order._get_deposits())
        wizard = self.create(values)
        if drafts:
            whole = sum((exact(move.instalment_percent) for move in drafts), ZERO)
            shares = [exact(move.instalment_percent) / whole * HUNDRED for move in drafts]
            wizard.line_ids = [
                Command.create({"date": move.invoice_date, "percent": percent})
                for move, percent in zip(drafts, self._close_percents(shares), strict=True)
            ]
            wizard._refresh()
        else:
            wizard._onchange_frequency()
        return wizard

    def _get_open_action(self):
        name = self.env._("Instalments – %(order)s", order=self.order_id.name)
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _get_fewest(self):
        return self.order_id._get_fewest_instalments() if self.is_change else FEWEST

    def _get_rows(self):
        """Return the instalments as `create_instalment_plan` takes them."""
        return [
            {"date": line.date and fields.Date.to_string(line.date), "percent": line.percent}
            for line in self.line_ids
        ]

    def _get_equal_percents(self, count):
        return self._close_percents([HUNDRED / count] * count)

    def _close_percents(self, shares):
        """Return shares in %, rounded, of which the last one takes what is missing to 100."""
        step = exact(1).scaleb(-PERCENT_DECIMALS)
        shares = [rounded(share, step) for share in shares]
        return [float(share) for share in (*shares[:-1], HUNDRED - sum(shares[:-1], ZERO))]

    def _is_equal(self):
        equal = self._get_equal_percents(len(self.line_ids)) if self.line_ids else []
        digits = PERCENT_DECIMALS
        return sorted(round(line.percent, digits) for line in self.line_ids) == sorted(
            round(percent, digits) for percent in equal
        )

    def _refresh(self):
        """Show what each instalment comes to, before deposits are deducted."""
        order = self.order_id
        lines = self.line_ids.sorted(lambda line: line.date or fields.Date.today())
        shares = [max(exact(line.percent), ZERO) for line in lines]
        if self._is_equal():
            shares = [exact(1)] * len(lines)
        drafts = order._get_draft_instalments()
        if not sum(shares, ZERO):
            return
        total = ZERO
        for line, plan in zip(
            lines, order._plan_instalments(shares, apart_from=drafts), strict=True
        ):
            amount = plan.works_total
            line.amount = float(amount)
            total += amount
        self.left_total = float(total)


class SaleInstalmentWizardLine(models.TransientModel):
    _name = "sale.instalment.wizard.line"
    _inherit = "billing.named.access"
    _description = "Instalment to Plan"
    _order = "date, id"
    _named_fields = ("wizard_id",)

    wizard_id = fields.Many2one(
        "sale.instalment.wizard", required=True, ondelete="cascade", index=True
    )
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    date = fields.Date(required=True)
    percent = fields.Float(string="Share (%)", digits=(16, 6))
    amount = fields.Monetary(readonly=True, help="Tax included, before deposits are deducted.")
