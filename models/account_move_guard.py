"""What of invoices and their lines follows from the billing of orders, and is nobody's to write."""

from contextlib import contextmanager

from odoo import models


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "billing.guard"]

    _kept_by_billing = (
        "advance_line_ids",
        "amount_due_now",
        "amount_to_pay",
        "billing_kind",
        "billing_order_id",
        "billing_statement",
        "can_be_cancelled",
        "deposit_deduction",
        "deposit_overview",
        "deposit_warning",
        "instalment_percent",
        "is_paid_except_retention",
        "is_recognised_balance",
        "is_to_remind",
        "overdue_amount",
        "overdue_since",
        "period_end",
        "period_start",
        "reminder_date",
        "reminder_ids",
        "reminder_level_id",
        "retention_amount",
        "retention_announced",
        "retention_credit",
        "retention_credit_message",
        "retention_credit_warning",
        "retention_operation_id",
        "retention_opposed_before",
        "retention_residual",
        "retention_share_ids",
        "situation_number",
        "subscription_order_id",
    )

    # === OVERRIDES ===#

    def copy(self, default=None):
        # EXTENDS account: a credit note is of the order of what it credits.
        copies = super().copy(default)
        for move, copied in zip(self, copies, strict=True):
            if copied.reversed_entry_id == move and copied.move_type != move.move_type:
                copied._follow_billing_of(move)
        return copies

    @contextmanager
    def _sync_dynamic_line(
        self, existing_key_fname, needed_vals_fname, needed_dirty_fname, line_type, container
    ):
        # EXTENDS account: among what Odoo writes on the shares of an invoice is which one is retained.
        if line_type == "payment_term":
            # sudo: the shares follow from the invoice, which the user's own rights let him change
            self = self.sudo()
        with super()._sync_dynamic_line(
            existing_key_fname, needed_vals_fname, needed_dirty_fname, line_type, container
        ):
            yield

    # === BUSINESS METHODS ===#

    def _follow_billing_of(self, original):
        """Let this draft, which credits or replaces a document of an order, belong to that order, too."""
        self.ensure_one()
        identity = original._get_billing_identity()
        if not identity:
            return
        # sudo: what the user makes of a document of the order; nobody gives it himself
        own = self.sudo()
        own.write(identity)
        own._refresh_retention()
        date = own._get_retention_date()
        lines = own._get_retention_lines().filtered(lambda line: line.date_maturity != date)
        if lines:
            lines.date_maturity = date


class AccountMoveLine(models.Model):
    _name = "account.move.line"
    _inherit = ["account.move.line", "billing.guard"]

    _kept_by_billing = (
        "billing_order_id",
        "expected_date",
        "is_retention",
        "previous_progress",
        "progress",
        "situation_contract_amount",
        "situation_contract_quantity",
    )
