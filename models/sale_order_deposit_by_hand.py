"""What an order knows of invoices that deduct its deposits and bill nothing of it."""

from odoo import models

from ..tools.money import ZERO, exact


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _is_deducted_on(self, move):
        """Whether this document deducts deposits of the order by hand, and bills nothing of it."""
        self.ensure_one()
        return self in move._get_hand_deductions().sale_line_ids.order_id

    def _sum_hand_deductions(self, states=("draft", "posted")):
        """Return what documents that bill nothing of the order take off for its deposits, tax included,
        in its currency; negative, as a decimal.

        :param states: of the documents that count
        """
        self.ensure_one()
        lines = self._get_down_payment_lines()
        moves = lines.invoice_lines.move_id.filtered(lambda move: move.state in states)
        items = moves._get_hand_deductions().filtered(lambda item: item.sale_line_ids & lines)
        return sum(
            (exact(self._get_own_amount(item.move_id, item.price_total)) for item in items), ZERO
        )


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _is_deducted_by_hand(self):
        """Whether an invoice of Odoo's own deducts a part of this deposit."""
        self.ensure_one()
        return any(
            item.price_unit != self.price_unit
            for item in self.invoice_lines
            if item.move_id.state != "cancel"
            and not item.move_id.billing_kind
            and not item.move_id._is_deposit()
        )

    def _get_downpayment_line_price_unit(self, invoices):
        # EXTENDS sale: what is posted tells what the deposit is worth, its deductions don't; Odoo knows
        # only those of invoices that bill other lines of the order, and leaves a deposit of several
        # lines out where a document deducts one of them.
        others = {move for move in invoices if not move._is_deposit()}
        deducting = self.invoice_lines.move_id.filtered(lambda move: not move._is_deposit())
        return super()._get_downpayment_line_price_unit({*others, *deducting})
