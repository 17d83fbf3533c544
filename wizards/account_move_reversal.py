from odoo import models


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    def reverse_moves(self, is_modify=False):
        # EXTENDS account: what replaces a credited document bills its share again.
        # The invoice that replaces a credited situation is that situation again.
        moves = self.move_ids
        res = super().reverse_moves(is_modify=is_modify)
        if is_modify:
            # Odoo creates them in the order of the originals.
            for move, replacement in zip(moves, self.new_move_ids.sorted("id"), strict=True):
                replacement._follow_billing_of(move)
            moves._respread_instalments()
        return res
