"""What Odoo asks for of a line that is billed by periods: the periods that are due, no more."""

from odoo import api, models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    # === COMPUTE METHODS ===#

    @api.depends("order_id.is_subscription", "order_id.subscription_next_date")
    def _compute_qty_to_invoice(self):
        # EXTENDS sale: the ordered quantity is the one of each period.
        res = super()._compute_qty_to_invoice()
        for line in self._filter_billed_by_period():
            line.qty_to_invoice = line.product_uom_qty * line.order_id.subscription_due_count
        return res

    @api.depends("qty_to_invoice")
    def _compute_untaxed_amount_to_invoice(self):
        # EXTENDS sale: as the quantity.
        res = super()._compute_untaxed_amount_to_invoice()
        for line in self._filter_billed_by_period():
            line.untaxed_amount_to_invoice = (
                line.contract_amount * line.order_id.subscription_due_count
            )
        return res

    @api.depends("qty_to_invoice")
    def _compute_amount_to_invoice(self):
        # EXTENDS sale: as the quantity.
        res = super()._compute_amount_to_invoice()
        for line in self._filter_billed_by_period():
            line.amount_to_invoice = line.contract_total * line.order_id.subscription_due_count
        return res

    @api.depends("order_id.is_subscription", "order_id.subscription_next_date")
    def _compute_invoice_status(self):
        # EXTENDS sale: twelve months of one are no upsell; another period comes, or none.
        res = super()._compute_invoice_status()
        for line in self._filter_billed_by_period():
            if line.invoice_status != "to invoice":
                over = not line.order_id.subscription_next_date and line.qty_invoiced
                line.invoice_status = "invoiced" if over else "no"
        return res

    # === BUSINESS METHODS ===#

    def _filter_billed_by_period(self):
        """Return the lines that the periods of a confirmed subscription bill."""
        return self.filtered(
            lambda line: (
                line.order_id.is_subscription
                and line.state == "sale"
                and (line._is_work_line() or line.product_type == "combo")
            )
        )
