from odoo import api, fields, models
from odoo.exceptions import UserError

from ...models.billing.own_context import own_context


class SaleAdvancePaymentInv(models.TransientModel):
    _inherit = "sale.advance.payment.inv"

    advance_payment_method = fields.Selection(
        selection_add=[("partial", "Partial invoice (chosen lines, billed whole)")],
        ondelete={"partial": "set default"},
    )
    partial_line_ids = fields.Many2many(
        "sale.order.line",
        compute="_compute_partial_line_ids",
        store=True,
        readonly=False,
        string="Lines to Bill",
        help="They can't be changed any more; the order stays open for others.",
    )
    open_line_ids = fields.Many2many("sale.order.line", compute="_compute_open_line_ids")
    partial_summary = fields.Html(compute="_compute_partial_summary", sanitize=False)

    # === COMPUTE METHODS ===#

    @api.depends("sale_order_ids")
    def _compute_open_line_ids(self):
        for wizard in self:
            order = wizard.sale_order_ids._origin
            wizard.open_line_ids = False
            if len(order) == 1:
                wizard.open_line_ids = order.order_line.browse(
                    order._get_open_work(order._get_work_position())
                )

    @api.depends("open_line_ids")
    def _compute_partial_line_ids(self):
        for wizard in self:
            wizard.partial_line_ids = wizard.open_line_ids

    @api.depends("partial_line_ids", "advance_payment_method")
    def _compute_partial_summary(self):
        qweb = self.env["ir.qweb"]
        for wizard in self:
            wizard.partial_summary = False
            order = wizard.sale_order_ids._origin
            if wizard.advance_payment_method != "partial" or len(order) != 1:
                continue
            try:
                plan = order._plan_partial(wizard.partial_line_ids._origin.ids)
            except UserError as error:
                wizard.partial_summary = qweb._render(
                    "sale_situation_invoicing.situation_recap_error", {"error": error}
                )
                continue
            wizard.partial_summary = qweb._render(
                "sale_situation_invoicing.partial_summary",
                {
                    "currency": order.currency_id,
                    "figures": order._get_plan_figures(plan),
                    "works_total": float(plan.works_total),
                },
            )

    # === ACTIONS ===#

    def create_invoices(self):
        # EXTENDS sale: Odoo takes whatever isn't a regular invoice for a down payment.
        if self.advance_payment_method == "partial":
            return self.action_create_draft()
        return super().create_invoices()

    @own_context
    def action_create_draft(self):
        """Create what was chosen, a partial invoice as RPC does, or what stands below."""
        if self.advance_payment_method != "partial":
            return super().action_create_draft()
        self._check_amount_is_positive()
        order = self.sale_order_ids
        move_id = order.create_partial_invoice(self.partial_line_ids.ids, self.deposit_date or None)
        return order.action_view_invoice(invoices=self.env["account.move"].browse(move_id))
