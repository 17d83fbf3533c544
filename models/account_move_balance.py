"""The balance that an ordinary invoice of Odoo's happens to be: it closes an order."""

from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _recognise_balance(self):
        """Mark the ordinary invoices that close an order, after other documents, as its balance.

        An order that one invoice bills whole has no balance. Nor is one closed of which a cent is left.
        """
        for move in self:
            if (
                move.billing_kind
                or move.state != "draft"
                or move.move_type not in ("out_invoice", "out_refund")
                or move.reversed_entry_id
            ):
                continue
            # sudo: whether the invoice closes its order, whoever may post it
            order = move.sudo().line_ids.sale_line_ids.order_id
            if len(order) == 1 and not move._is_deposit() and order._is_closed_with(move):
                move.write({"billing_kind": "balance", "billing_order_id": order.id})
