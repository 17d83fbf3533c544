"""Documents of a plan of instalments: their share, and what follows when one falls out."""

from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    instalment_percent = fields.Float(
        string="Share of the Plan (%)",
        digits=(16, 6),
        readonly=True,
        copy=False,
        help="What this instalment bills of the rest that its plan spread.",
    )

    # === OVERRIDES ===#

    def _post(self, soft=True):
        # EXTENDS account: what is credited is billed by the instalments that are left, as the credit
        # note stands when it is posted.
        posted = super()._post(soft=soft)
        posted.filtered("reversed_entry_id")._respread_instalments()
        return posted

    def button_cancel(self):
        # EXTENDS account: the other instalments of the plan bill what this document doesn't.
        res = super().button_cancel()
        self._respread_instalments()
        return res

    def unlink(self):
        # EXTENDS account: as with a cancelled document.
        orders = self._get_planned_orders()
        res = super().unlink()
        orders._respread_instalments()
        return res

    def _reverse_moves(self, default_values_list=None, cancel=False):
        # EXTENDS account: what is credited is billed by the instalments that are left.
        reversed_moves = super()._reverse_moves(default_values_list, cancel=cancel)
        self._respread_instalments()
        return reversed_moves

    # === BUSINESS METHODS ===#

    def _drop_planned_lines(self):
        """Delete what the plan wrote into these drafts; lines added by hand stay."""
        self.invoice_line_ids.filtered(
            lambda line: line.display_type != "product" or line.sale_line_ids or line.is_downpayment
        ).unlink()

    def _get_planned_orders(self):
        """Return the orders that these documents bill, or deduct deposits of, and that have a plan."""
        # sudo: the plan's drafts follow from what the user may do to one document of the order; an
        # accountant needn't be allowed to read orders
        orders = self.sudo()._get_billed_orders()
        return orders.filtered(lambda order: order._get_draft_instalments())

    def _respread_instalments(self):
        self._get_planned_orders()._respread_instalments()
