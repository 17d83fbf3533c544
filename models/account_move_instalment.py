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

    def button_cancel(self):
        # EXTENDS account: the other instalments of the plan bill what this document doesn't.
        res = super().button_cancel()
        self._respread_instalments()
        return res

    def unlink(self):
        # EXTENDS account: as with a cancelled document.
        # sudo: see `_respread_instalments`
        orders = self.sudo().billing_order_id
        res = super().unlink()
        orders._respread_instalments()
        return res

    def _reverse_moves(self, default_values_list=None, cancel=False):
        # EXTENDS account: what is credited is billed by the instalments that are left.
        reversed_moves = super()._reverse_moves(default_values_list, cancel=cancel)
        self._respread_instalments()
        return reversed_moves

    # === BUSINESS METHODS ===#

    def _respread_instalments(self):
        # sudo: the plan's drafts follow from what the user may do to one document of the order; an
        # accountant needn't be allowed to read orders
        self.sudo().billing_order_id._respread_instalments()
