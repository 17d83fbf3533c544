from odoo import models

from ...models.billing.own_context import Handed


class AccountPaymentRegister(models.TransientModel):
    _inherit = "account.payment.register"

    def _reconcile_payments(self, to_process, edit_mode=False):
        # EXTENDS account: the salespeople are told of one payment, whatever shares it settles.
        for values in to_process:
            values["payment"] = values["payment"].with_context(hold_payment_notices=Handed(True))
        res = super()._reconcile_payments(to_process, edit_mode=edit_mode)
        for values in to_process:
            values["payment"] = values["payment"].with_env(self.env)
            values["payment"].move_id.line_ids.matched_debit_ids._notify_salespeople()
        return res
