from odoo import models


class AccountPaymentRegister(models.TransientModel):
    _inherit = "account.payment.register"

    def _reconcile_payments(self, to_process, edit_mode=False):
        # EXTENDS account: the others are told by their reconciliation.
        res = super()._reconcile_payments(to_process, edit_mode=edit_mode)
        for vals in to_process:
            if not vals["payment"].move_id:
                vals["payment"]._notify_registered(vals["to_reconcile"].move_id)
        return res
