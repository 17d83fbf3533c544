"""The follow-up of an invoice's retention: what was done with it, its date, its announcement.

The letter that asks a customer to release what he retains.
"""

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

    def _get_release_letter(self):
        """Return what the release letter of these invoices says: of one order, or one without.

        :return: dict of `rows` (`move`, `retained`, `amount` to release, in the documents' currency),
            `total`, `currency`, `is_due` (whether it is to be paid now; else `rows` has what will
            be), `later` (what is to be paid later than the rows), `opposed`, and `acceptance`,
            `reserves`, `date` (end of the guarantee) and `has_ended` of the order
        """
        figures = self.env["account.retention"]._get_by_move(self)
        moves = self._sort_by_retention_date().filtered(
            lambda move: move.state == "posted" and move.id in figures
        )
        is_due = any(figures[move.id]["due"] for move in moves)
        rows = []
        for move in moves:
            now = figures[move.id]
            amount = now["due"] if is_due else now["residual"] - now["opposed"]
            if amount:
                rows.append({"move": move, "retained": now["amount"], "amount": amount})
        currency = (moves or self).currency_id[:1] or self.env.company.currency_id
        order = self.billing_order_id[:1]
        return {
            "rows": rows,
            "total": currency.round(sum(row["amount"] for row in rows)) if rows else 0.0,
            "currency": currency,
            "is_due": is_due,
            "later": sum(figures[move.id]["held"] for move in moves) if is_due else 0.0,
            "opposed": sum(figures[move.id]["opposed"] for move in moves),
            "acceptance": order.works_acceptance_date,
            "reserves": order.works_reserves,
            "date": order.retention_date,
            "has_ended": bool(order.retention_date)
            and order.retention_date <= fields.Date.context_today(self),
        }

    def _get_printed_retention(self):
        """Return what the customer retains of an invoice that has no statement, for its print.

        :return: as `sale.order._get_retention_figures`, without what the job retains, and positive on
            credit notes, as Odoo prints them; empty where nothing is retained
        """
        self.ensure_one()
        if self._has_statement() or not self.retention_amount or self.retention_operation_id:
            return {}
        shares = self.line_ids.filtered(
            lambda line: line.display_type == "payment_term" and not line.is_retention
        )
        # A credit note gives back what its invoice retained, by the term of that.
        term = (self._get_reversed_retention().move_id or self).invoice_payment_term_id
        return {
            "rate": term._get_retention_line().value_amount,
            "amount": self.retention_amount,
            "net": self.currency_id.round(self.amount_total - self.retention_amount),
            "date": fields.Date.to_string(self.invoice_date_due),
            "shares": [
                {
                    "date": fields.Date.to_string(line.date_maturity),
                    "amount": abs(line.amount_currency),
                }
                for line in shares.sorted("date_maturity")
            ],
        }

    def _get_payment_wording(self):
        # EXTENDS: all but the retention is paid.
        wording = super()._get_payment_wording()
        is_open = self.state == "posted" and self.payment_state not in ("paid", "in_payment")
        if not is_open or not self.is_paid_except_retention:
            return wording
        dates, values, _is_settled = self._get_paid_values()
        if not dates:
            return False
        return self.env._(
            "Paid except the retention of guarantee, on %(date)s (%(means)s)", **values
        )
