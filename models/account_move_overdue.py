"""What of a document is overdue today: the one place that says it."""

from datetime import date
from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain


class Overdue(NamedTuple):
    """What had to be paid before today and is not; positive on invoices and credit notes alike.

    :param shares: of the shares that aren't retained, in the document's currency
    :param retention: of the retention, which is due and not opposed, in the document's currency
    :param company_amount: both, in the company's currency
    :param since: the oldest of the dates by which they had to be paid
    """

    shares: float
    retention: float
    company_amount: float
    since: date

    @property
    def amount(self):
        return self.shares + self.retention


class AccountMove(models.Model):
    _inherit = "account.move"

    overdue_amount = fields.Monetary(
        string="Overdue",
        compute="_compute_overdue",
        help="What had to be paid before today and is not. A retention counts once it is due.",
    )
    overdue_since = fields.Date(
        compute="_compute_overdue",
        help="The oldest date by which something had to be paid that is not.",
    )

    # === COMPUTE METHODS ===#

    @api.depends(
        "state",
        "amount_residual",
        "retention_residual",
        "line_ids.date_maturity",
        "retention_share_ids.amount",
    )
    def _compute_overdue(self):
        figures = self._origin._get_overdue()
        for move in self:
            overdue = figures.get(move._origin.id)
            sign = -1 if move.move_type == "out_refund" else 1
            move.overdue_amount = sign * overdue.amount if overdue else 0.0
            move.overdue_since = overdue.since if overdue else False

    # === BUSINESS METHODS ===#

    def _get_overdue(self):
        """Return what of posted customer invoices and credit notes is overdue.

        A share is overdue the day after its date; what is due of a retention, the day after its date
        or its release. What is held or opposed of a retention never is.

        :return: ``{move id: Overdue}``, nothing of documents of which nothing is overdue
        """
        posted = self.filtered(lambda move: move.state == "posted" and move.is_sale_document())
        today = fields.Date.context_today(self)
        result = {}
        for move, amount, company_amount, since in self.env["account.move.line"]._read_group(
            Domain("move_id", "in", posted.ids)
            & Domain("display_type", "=", "payment_term")
            & Domain("is_retention", "=", False)
            & Domain("reconciled", "=", False)
            & Domain("date_maturity", "<", today),
            ["move_id"],
            ["amount_residual_currency:sum", "amount_residual:sum", "date_maturity:min"],
        ):
            sign = -move.direction_sign
            result[move.id] = Overdue(
                move.currency_id.round(sign * amount),
                0.0,
                move.company_currency_id.round(sign * company_amount),
                since,
            )
        for move_id, overdue in posted._get_overdue_retentions(today).items():
            other = result.get(move_id)
            if other:
                overdue = Overdue(
                    other.shares,
                    overdue.retention,
                    other.company_amount + overdue.company_amount,
                    min(other.since, overdue.since),
                )
            result[move_id] = overdue
        return result

    def _get_overdue_retentions(self, today):
        """Return ``{move id: Overdue}`` of the retentions of these documents alone."""
        retained = self.filtered("retention_residual")
        if not retained:
            return {}
        figures = self.env["account.retention"]._get_by_move(retained)
        result = {}
        for move in retained:
            due = abs(figures.get(move.id, {}).get("due", 0.0))
            line = move._get_retention_lines()[:1]
            if not due or move.currency_id.is_zero(due):
                continue
            since = line.date_maturity if line.date_maturity <= today else move._get_release_date()
            if not since or since >= today:
                continue
            rate = line.amount_residual / line.amount_residual_currency
            result[move.id] = Overdue(
                0.0,
                move.currency_id.round(due),
                move.company_currency_id.round(due * rate),
                since,
            )
        return result
