"""What of orders follows from their billing, and is nobody's to write; the orders of posted documents."""

from odoo import api, models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "billing.guard"]

    _kept_by_billing = (
        "billing_progress",
        "billing_rounding_method",
        "deposit_percent",
        "initial_amount_total",
        "initial_amount_untaxed",
        "initial_contract_date",
        "is_ready_for_balance",
        "retention_operation_ids",
        "situation_percent",
        "subscription_document_ids",
        "subscription_event_ids",
        "subscription_next_date",
        "subscription_next_end",
        "subscription_next_start",
        "subscription_stop_date",
    )

    # === OVERRIDES ===#

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        """Keep the orders that posted documents are printed from."""
        # sudo: whether there are any, whoever may read them
        for order in self.sudo():
            documents = order.billing_document_ids | order.subscription_document_ids
            posted = documents.filtered(lambda move: move.state == "posted")
            if posted:
                raise UserError(
                    self.env._(
                        "Order %(order)s can't be deleted: it has posted documents, %(documents)s.",
                        order=order.name,
                        documents=posted._get_document_names(),
                    )
                )


class SaleOrderLine(models.Model):
    _name = "sale.order.line"
    _inherit = ["sale.order.line", "billing.guard"]

    _kept_by_billing = (
        "contract_amount",
        "contract_total",
        "is_locked_by_partial",
    )
