"""The follow-up of an invoice's retention: what was done with it, its date, its announcement."""

from odoo import fields, models

from .account_payment_term import NO_DATE
from .account_retention_operation import FREEING_KINDS


class AccountMove(models.Model):
    _inherit = "account.move"

    retention_share_ids = fields.One2many(
        "account.retention.share",
        "move_id",
        readonly=True,
        copy=False,
    )
    retention_announced = fields.Boolean(
        readonly=True,
        copy=False,
        help="The salesperson was told that the retention may be asked for.",
    )

    # === OVERRIDES ===#

    def _post(self, soft=True):
        # EXTENDS account: what was done with a retention stands when its invoice was a draft meanwhile.
        posted = super()._post(soft=soft)
        done = posted | posted.filtered("retention_operation_id").reversed_entry_id
        done.filtered(lambda move: move.sudo().retention_share_ids)._date_retentions()  # see there
        return posted

    def button_cancel(self):
        # EXTENDS account: a retention whose loss is taken back is as it was.
        res = super().button_cancel()
        self.filtered("retention_operation_id").reversed_entry_id._date_retentions()
        return res

    # === BUSINESS METHODS ===#

    def _date_retentions(self):
        """Date the retentions that are not paid yet: those of posted documents, and of drafts and
        cancelled ones, which may come back."""
        # sudo: a due date, which follows from an acceptance or an operation; no amount
        moves = self.sudo()
        lines = moves._get_retention_lines().filtered(lambda line: not line.reconciled)
        if not lines:
            return
        figures = self.env["account.retention"]._get_by_move(lines.move_id)
        today = fields.Date.context_today(self)
        for line in lines:
            move = line.move_id
            date = move._get_followed_date(figures.get(move.id))
            if line.date_maturity != date:
                line.date_maturity = date
            if date > today:
                move.retention_announced = False

    def _get_followed_date(self, figures):
        """Return when the retention is due: the order's date, earlier once all of it is let go, none
        while all that is unpaid is opposed.

        :param figures: of `account.retention._get_by_move`; None on a cancelled document
        """
        self.ensure_one()
        date = self._get_retention_date()
        if not figures:
            return date
        compare = self.currency_id.compare_amounts
        if figures["opposed"] and compare(figures["opposed"], figures["residual"]) >= 0:
            return NO_DATE
        if figures["freed"] and compare(figures["freed"], figures["amount"] - figures["lost"]) >= 0:
            return min(date, self._get_release_date())
        return date

    def _get_release_date(self):
        """Return the day of the last operation that let a part of the retention go; False without one."""
        self.ensure_one()
        # sudo: a due date, for whoever has the document
        operations = self.sudo().retention_share_ids.operation_id
        freed = operations.filtered(lambda operation: operation.kind in FREEING_KINDS)
        return max(freed.mapped("date"), default=False)

    def _sort_by_retention_date(self):
        """Return these documents, the oldest first."""
        return self.sorted(lambda move: (move.invoice_date or move.date, move.id))
