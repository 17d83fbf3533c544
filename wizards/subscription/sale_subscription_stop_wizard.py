from odoo import api, fields, models

from ...models.billing.own_context import own_context


class SaleSubscriptionStopWizard(models.TransientModel):
    _name = "sale.subscription.stop.wizard"
    _inherit = "billing.named.access"
    _description = "Stop or Resume a Subscription"
    _named_fields = ("order_id",)

    order_id = fields.Many2one("sale.order", required=True, readonly=True)
    kind = fields.Selection([("stop", "Stop"), ("resume", "Resume")], required=True, readonly=True)
    date = fields.Date(required=True)
    reason = fields.Text()
    consequence = fields.Text(compute="_compute_consequence")

    @api.depends("order_id", "kind", "date")
    def _compute_consequence(self):
        for wizard in self:
            order = wizard.order_id
            if not wizard.date:
                wizard.consequence = False
            elif wizard.kind == "resume":
                wizard.consequence = order.subscription_stop_date and order._get_resume_note(
                    wizard.date
                )
            else:
                wizard.consequence = order._get_stop_note(wizard.date)

    @own_context
    def action_apply(self):
        """Stop or resume the subscription."""
        self.ensure_one()
        if self.kind == "stop":
            self.order_id.stop_subscription(self.date, self.reason or "")
        else:
            self.order_id.resume_subscription(self.date)
        return {"type": "ir.actions.act_window_close"}
