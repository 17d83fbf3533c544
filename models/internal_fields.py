"""Fields of orders and documents that are the company's own business: its customer doesn't read them.

They tell of drafts, of what the company plans, or of its notes. They have no `groups`, because Odoo's
forms, which only the company's own users open, show them in many places.
"""

from odoo import models

from .customer_figure import is_customer


class BillingInternal(models.AbstractModel):
    _name = "billing.internal"
    _description = "Fields That Customers Don't Read"

    _internal_fields = frozenset()

    def _has_field_access(self, field, operation):
        # EXTENDS base
        allowed = super()._has_field_access(field, operation)
        return allowed and not (field.name in self._internal_fields and is_customer(self.env))


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "billing.internal"]

    _internal_fields = frozenset(
        {
            "billing_rounding_method",
            "draft_instalment_count",
            "has_retention",
            "initial_amount_total",
            "initial_amount_untaxed",
            "initial_contract_date",
            "instalment_gap",
            "is_ready_for_balance",
            "is_subscription_begun",
            "retention_operation_ids",
            "subscription_due_amount",
            "subscription_due_count",
            "subscription_event_ids",
            "subscription_invoice_count",
            "subscription_next_date",
            "subscription_next_end",
            "subscription_next_start",
            "subscription_state",
            "subscription_stop_date",
        }
    )


class SaleOrderLine(models.Model):
    _name = "sale.order.line"
    _inherit = ["sale.order.line", "billing.internal"]

    _internal_fields = frozenset({"is_locked_by_partial"})


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "billing.internal"]

    _internal_fields = frozenset(
        {
            "advance_line_ids",
            "billing_statement",
            "can_be_cancelled",
            "deposit_overview",
            "deposit_warning",
            "instalment_percent",
            "is_recognised_balance",
            "is_to_remind",
            "payment_promise_date",
            "reminder_date",
            "reminder_level_id",
            "retention_announced",
            "retention_operation_id",
            "retention_opposed_before",
            "retention_share_ids",
            "send_when_posted",
        }
    )
