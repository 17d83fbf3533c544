"""What ends with a reconciliation: the settlement of a retention, and what a payment brought for one."""

from odoo import models

from ..billing.own_context import get_handed


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    def unlink(self):
        # EXTENDS account: a retention that was settled with a payment is open again without it, and what
        # a payment brought for a retention is the customer's to use.
        settlements = self.env["account.retention.settlement"]._get_of_partials(self)
        freed = self._get_retention_payments()
        res = super().unlink()
        settlements._undo()
        reversed_ids = get_handed(self.env, "reversed_entries") or ()
        for move, lines in freed.items():
            move._move_freed_payments(
                lines.exists().filtered(
                    lambda line: (
                        line.parent_state == "posted"
                        and line.amount_residual
                        and line.move_id.id not in reversed_ids
                    )
                )
            )
        return res

    def _get_retention_payments(self):
        """Return what pays retentions by these reconciliations, credit notes left out.

        :return: ``{document: journal items}``
        """
        payments = {}
        for partial in self:
            pair = partial.debit_move_id | partial.credit_move_id
            retention = pair.filtered("is_retention")
            paying = pair - retention
            if len(retention) == 1 and not paying.move_id.is_invoice(include_receipts=True):
                move = retention.move_id
                payments[move] = payments.get(move, paying.browse()) | paying
        return payments
