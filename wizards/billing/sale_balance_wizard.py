from odoo import api, fields, models
from odoo.exceptions import UserError

from ...models.billing.own_context import own_context


class SaleBalanceWizard(models.TransientModel):
    _name = "sale.balance.wizard"
    _inherit = "billing.named.access"
    _description = "Create Balance Invoice"
    _named_fields = ("order_id",)

    order_id = fields.Many2one("sale.order", required=True, readonly=True)
    invoice_date = fields.Date(default=fields.Date.context_today)
    summary = fields.Html(compute="_compute_summary", sanitize=False)
    is_possible = fields.Boolean(compute="_compute_summary")

    @api.depends("order_id")
    def _compute_summary(self):
        qweb = self.env["ir.qweb"]
        for wizard in self:
            order = wizard.order_id
            try:
                plan = order._plan_balance()
            except UserError as error:
                wizard.is_possible = False
                wizard.summary = qweb._render(
                    "sale_situation_invoicing.situation_recap_error", {"error": error}
                )
                continue
            wizard.is_possible = True
            figures = order._get_plan_figures(plan)
            left = order.currency_id.round(order._get_left_to_invoice() - figures["total"])
            wizard.summary = qweb._render(
                "sale_situation_invoicing.balance_summary",
                {
                    "currency": order.currency_id,
                    "figures": figures,
                    "contract_total": order._get_amended_totals()[1],
                    "order_total": order.amount_total,
                    "left": left,
                    "others": [
                        (order.order_line.browse(line.key).name, float(line.total))
                        for line in plan.others
                    ],
                    "works_total": float(plan.works_total),
                    "open_lines": len(plan.parts),
                    "deductions": [
                        (
                            order._get_deduction_title(deduction),
                            float(deduction.amounts.total),
                        )
                        for deduction in plan.deductions
                    ],
                },
            )

    @own_context
    def action_create(self):
        """Create the draft balance and open it."""
        self.ensure_one()
        move_id = self.order_id.create_balance_invoice(self.invoice_date or None)
        return self.order_id.action_view_invoice(invoices=self.env["account.move"].browse(move_id))
