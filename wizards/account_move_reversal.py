from odoo import models


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    def reverse_moves(self, is_modify=False):
        # EXTENDS account: what replaces a credited document bills its share again.
        res = super().reverse_moves(is_modify=is_modify)
        if is_modify:
            self.move_ids._respread_instalments()
        return res

    def _modify_default_reverse_values(self, origin_move):
        # EXTENDS account: the invoice that replaces a credited situation is that situation again.
        return {
            **super()._modify_default_reverse_values(origin_move),
            **origin_move._get_billing_identity(),
        }
