"""Which entry settles a retention of guarantee with what a posted payment brought too much; its end."""

from odoo import models


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    def unlink(self):
        # EXTENDS account: a retention that was settled with a payment is open again without it.
        settlements = self.env["account.retention.settlement"]._get_of_partials(self)
        res = super().unlink()
        settlements._undo()
        return res
