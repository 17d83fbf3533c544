"""The balance that an ordinary invoice of Odoo's happens to be: it closes an order."""

from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    is_recognised_balance = fields.Boolean(
        readonly=True,
        copy=False,
        help="An ordinary invoice that happens to close its order.",
    )

    def _recognise_balance(self):
        """Mark the ordinary invoices that close an order, after other documents, as its balance, and
        take that back from those that don't any more.

        An order that one invoice bills whole has no balance. Nor is one closed of which a cent is left.
        """
        for move in self:
            if move.state != "draft" or (move.billing_kind and not move.is_recognised_balance):
                continue
            if move.move_type not in ("out_invoice", "out_refund") or move.reversed_entry_id:
                continue
            # sudo: whether the invoice closes its order, whoever may post it
            order = move.sudo().line_ids.sale_line_ids.order_id
            closes = (
                len(order) == 1
                and move._bills_works_of(order)
                and not move._is_deposit()
                and order._is_closed_with(move)
            )
            if closes != move.is_recognised_balance:
                # sudo: as above; whoever posts doesn't choose what the document is
                move.sudo().write(
                    {
                        "is_recognised_balance": closes,
                        "billing_kind": closes and "balance",
                        "billing_order_id": closes and order.id,
                    }
                )

    def _bills_works_of(self, order):
        """Whether this invoice is the order's own: not one that only deducts a deposit of it."""
        self.ensure_one()
        # sudo: as `_recognise_balance`
        lines = self.sudo().invoice_line_ids.filtered(lambda line: line.display_type == "product")
        works = lines.sale_line_ids.filtered(lambda line: line._is_work_line())
        return bool(works) or all(line.sale_line_ids for line in lines)
