"""What an order knows of invoices that deduct its deposits and bill nothing of it."""

from odoo import models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    # === BUSINESS METHODS ===#

    def _get_downpayment_line_price_unit(self, invoices):
        # EXTENDS sale: what is posted tells what the deposit is worth, its deductions don't; Odoo knows
        # only those of invoices that bill other lines of the order, and leaves a deposit of several
        # lines out where a document deducts one of them.
        others = {move for move in invoices if not move._is_deposit()}
        deducting = self.invoice_lines.move_id.filtered(lambda move: not move._is_deposit())
        return super()._get_downpayment_line_price_unit({*others, *deducting})

    def _get_current_deposit(self):
        """Return the invoice of this down payment line: the one that stands, where it was replaced."""
        self.ensure_one()
        moves = self.invoice_lines.move_id.filtered(
            lambda move: (
                move.move_type == "out_invoice"
                and move.state != "cancel"
                and not move.currency_id.is_zero(move.amount_total)
                and move._is_deposit()
            )
        )
        return max(moves, key=lambda move: (move._is_standing(), move.id), default=moves)
