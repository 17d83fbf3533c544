from odoo import api, fields, models
from odoo.tools import format_date

from ...models.billing.own_context import own_context


class SaleSubscriptionInvoiceWizard(models.TransientModel):
    _name = "sale.subscription.invoice.wizard"
    _inherit = "billing.named.access"
    _description = "Invoice the Periods of Subscriptions"
    _named_fields = ("order_ids",)

    order_ids = fields.Many2many("sale.order", required=True, readonly=True)
    until = fields.Date(
        string="Periods to Invoice Until",
        required=True,
        default=fields.Date.context_today,
        help="Those of days to come are made in advance, on their own date.",
    )
    posting = fields.Selection(
        lambda self: (
            self.env["res.company"]._fields["subscription_posting"]._description_selection(self.env)
        ),
        required=True,
        default=lambda self: self.env.company.subscription_posting,
    )
    summary = fields.Html(compute="_compute_summary", sanitize=False)
    due_count = fields.Integer(compute="_compute_summary")
    report = fields.Html(readonly=True, sanitize=False)
    move_ids = fields.Many2many("account.move", readonly=True)

    @api.depends("order_ids", "until")
    def _compute_summary(self):
        qweb = self.env["ir.qweb"]
        for wizard in self:
            rows = []
            for order in wizard.order_ids._origin:
                periods = order._get_due_periods(wizard.until) if wizard.until else []
                rows.append(
                    {
                        "order": order,
                        "periods": [order._format_period(period) for period in periods[:3]],
                        "more": max(len(periods) - 3, 0),
                        "count": len(periods),
                        "amount": len(periods) * order.amount_total,
                        "next": order.subscription_next_date
                        and format_date(self.env, order.subscription_next_date),
                    }
                )
            wizard.due_count = sum(row["count"] for row in rows)
            wizard.summary = qweb._render(
                "sale_situation_invoicing.subscription_invoice_summary", {"rows": rows}
            )

    @own_context
    def action_invoice(self):
        """Make the invoices; open them, or say which orders were refused, and why."""
        self.ensure_one()
        moves, refused = self.order_ids._invoice_orders(self.until, self.posting)
        if not refused and moves:
            return self._open_invoices(moves)
        self.move_ids = moves
        self.report = self.env["ir.qweb"]._render(
            "sale_situation_invoicing.subscription_invoice_report",
            {"count": len(moves), "refused": refused},
        )
        return self._get_open_action()

    @own_context
    def action_open_invoices(self):
        """Open the invoices that were made."""
        self.ensure_one()
        return self._open_invoices(self.move_ids)

    def _open_invoices(self, moves):
        return self.order_ids[:1].action_view_invoice(invoices=moves)

    def _get_open_action(self):
        """Return the action that opens this dialog."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Invoice the periods"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
