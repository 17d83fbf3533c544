from odoo import fields, models

from ...models.billing.own_context import own_context


class SaleWorksAcceptanceWizard(models.TransientModel):
    _name = "sale.works.acceptance.wizard"
    _inherit = "billing.named.access"
    _description = "Accept the Works"
    _named_fields = ("order_id",)

    order_id = fields.Many2one("sale.order", required=True, readonly=True)
    acceptance_date = fields.Date(required=True, default=fields.Date.context_today)
    reserves = fields.Text(help="What the customer accepts the works without; empty for none.")

    @own_context
    def action_accept(self):
        """Enter the acceptance on the order, which dates its retentions."""
        self.ensure_one()
        self.order_id.write(
            {
                "works_acceptance_date": self.acceptance_date,
                "works_reserves": self.reserves,
            }
        )
