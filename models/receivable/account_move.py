"""What a customer is shown of an invoice on the portal: its label, and what he is asked to pay.

What of a document is overdue today: the one place that says it.
"""

from collections import defaultdict
from datetime import date
from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain

from ..retention.account_payment_term import NO_DATE


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

    _kept_by_billing = (
        "amount_to_pay",
        "overdue_amount",
        "overdue_since",
    )

    amount_to_pay = fields.Monetary(
        compute="_compute_amount_to_pay",
        help="What is left to be paid now: neither paid nor retained. Negative on credit notes.",
    )
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
        "amount_residual",
        "retention_residual",
        "line_ids.date_maturity",
        "retention_share_ids.amount",
    )
    def _compute_amount_to_pay(self):
        amounts = self._get_payable_amounts()
        for move in self:
            move.amount_to_pay = amounts[move]

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

    # === OVERRIDES ===#

    def _has_to_be_paid(self):
        # EXTENDS account_payment: a retention that is held is no reason to show a payment form.
        res = super()._has_to_be_paid()
        return res and self.currency_id.compare_amounts(self.amount_to_pay, 0) > 0

    def _get_online_payment_error(self):
        # EXTENDS account_payment: Odoo's reasons are none of those.
        if self.is_paid_except_retention and self.currency_id.is_zero(self.amount_to_pay):
            return self.env._("Nothing is due now: what is left is the retention of guarantee.")
        return super()._get_online_payment_error()

    # === BUSINESS METHODS ===#

    def _get_billing_label(self):
        """Return what a document is called beside its number, in the language of the context.

        :return: empty on documents that aren't of our making
        """
        self.ensure_one()
        labels = {
            "deposit": self.env._("Deposit"),
            "partial": self.env._("Partial invoice"),
            "situation": self.env._("Situation no. %(number)s", number=self.situation_number),
            "instalment": self.env._("Instalment"),
            "balance": self.env._("Balance"),
        }
        label = labels.get(self.billing_kind, "")
        if label and self.move_type == "out_refund":
            return self.env._("%(document)s (credit note)", document=label)
        return label

    def _get_portal_retention(self):
        """Return what of the retention is not to be paid now, in the document's currency, positive.

        :return: ``{"held", "opposed", "date": when what is held is due; False while it has no date}``
        """
        self.ensure_one()
        figures = self.env["account.retention"]._get_by_move(self).get(self.id, {})
        date = self._get_retention_lines()[:1].date_maturity
        return {
            "held": abs(figures.get("held", 0.0)),
            "opposed": abs(figures.get("opposed", 0.0)),
            "date": date != NO_DATE and date,
        }

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

    def _get_asked_amounts(self):
        """Return what customers have to pay of posted documents, the retention that is held or opposed
        left out, and what of it they had to pay before today, retentions left out.

        :return: ``{move id: amount}`` twice, in the document's currency, positive on invoices and
            credit notes alike
        """
        posted = self.filtered(lambda move: move.state == "posted")
        asked, late = defaultdict(float), defaultdict(float)
        for move in posted:
            asked[move.id] = -move.direction_sign * move.amount_to_pay
        for move_id, overdue in posted._get_overdue().items():
            late[move_id] = overdue.shares
        return asked, late

    @api.model
    def _get_open_deposits(self, domain):
        """Return what is open of deposits, tax included: posted, less their credit notes and what documents
        deduct of them, drafts included; as `sale.order._get_deposits` tells it, for many orders at once.

        :param domain: of the documents
        :return: ``{commercial partner: {(order, currency): amount}}``, in the documents' currency
        """
        moves = self._search(
            Domain(domain)
            & Domain("state", "!=", "cancel")
            & Domain("move_type", "in", ("out_invoice", "out_refund"))
        )
        items = self.env["account.move.line"].search_fetch(
            Domain("move_id", "in", moves)
            & Domain("display_type", "=", "product")
            & Domain("sale_line_ids.is_downpayment", "=", True),
            ["move_id", "sale_line_ids", "price_total"],
        )
        # sudo: which order a document of the user is of
        items = items.sudo()
        drafts = items.move_id.filtered(lambda move: move._is_draft_deposit())
        open_deposits = defaultdict(lambda: defaultdict(float))
        for item in items:
            move = item.move_id
            if move not in drafts:
                key = (item.sale_line_ids.order_id[:1], move.currency_id)
                amount = -move.direction_sign * item.price_total
                open_deposits[move.commercial_partner_id.id][key] += amount
        return open_deposits
