"""A loss of retention that is taken back: its credit note is cancelled, or reversed where it is locked."""

from datetime import timedelta

from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _take_back_loss(self):
        """Undo these credit notes of a loss: the retention is open again, and its VAT is due again.

        What Odoo lets be reset is cancelled. What is secured by hash, or stands in a locked period, is
        reversed by an invoice of the same amounts, which settles it.
        """
        posted = self.filtered(lambda move: move.state == "posted")
        locked = posted.filtered(lambda move: move._is_locked_for_good())
        (posted - locked).button_draft()
        (self - locked).filtered(lambda move: move.state == "draft").button_cancel()
        for move in locked:
            move._reverse_lost_retention()

    def _is_locked_for_good(self):
        """Whether Odoo refuses to reset this posted document: by its hash, its journal or its date."""
        self.ensure_one()
        return not self.show_reset_to_draft_button or bool(self._get_own_locks())

    def _get_own_locks(self):
        """Return the lock dates that this document stands before, the latest last."""
        return self._get_violated_lock_dates(self.date, self._affect_tax_report())

    def _reverse_lost_retention(self):
        """Reverse this credit note of a loss, on its own day or the first open one after it."""
        self.ensure_one()
        locks = self._get_own_locks()
        date = locks[-1][0] + timedelta(days=1) if locks else self.date
        move = self.with_context(lang=self.partner_id.lang)
        name = move.env._("Reversal of %(move)s: the retention isn't lost", move=self.name)
        # It is reconciled with the credit note, which leaves the retention.
        return self._reverse_moves(
            [
                {
                    "ref": name,
                    "date": date,
                    "invoice_date": date,
                    "invoice_date_due": date,
                    "invoice_user_id": self.invoice_user_id.id,
                    "invoice_origin": self.invoice_origin,
                }
            ],
            cancel=True,
        )

    def _is_taken_back(self):
        """Whether this credit note was reversed itself, wholly: it takes nothing from its invoice."""
        self.ensure_one()
        reversals = self.reversal_move_ids.filtered(lambda move: move.state == "posted")
        total = sum(reversals.mapped("amount_total"))
        return bool(reversals) and self.currency_id.compare_amounts(total, self.amount_total) >= 0
