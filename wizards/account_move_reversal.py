from odoo import models


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    def _modify_default_reverse_values(self, origin_move):
        # EXTENDS account: the invoice that replaces a credited situation is that situation again.
        return {
            **super()._modify_default_reverse_values(origin_move),
            **origin_move._get_billing_identity(),
        }
