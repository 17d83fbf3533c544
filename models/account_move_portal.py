"""What a customer is shown of an invoice on the portal: its label, and what he is asked to pay."""

from odoo import api, fields, models

from .account_payment_term import NO_DATE


class AccountMove(models.Model):
    _inherit = "account.move"

    amount_to_pay = fields.Monetary(
        compute="_compute_amount_to_pay",
        help="What is left to be paid now: neither paid nor retained. Negative on credit notes.",
    )

    # === COMPUTE METHODS ===#

    @api.depends(
        "amount_residual",
        "retention_residual",
        "line_ids.date_maturity",
        "retention_share_ids.amount",
    )
    def _compute_amount_to_pay(self):
        retained = self._origin.filtered("retention_residual")
        figures = self.env["account.retention"]._get_by_move(retained) if retained else {}
        for move in self:
            row = figures.get(move._origin.id)
            later = row["held"] + row["opposed"] if row else 0.0
            sign = -1 if move.move_type == "out_refund" else 1
            move.amount_to_pay = sign * (move.amount_residual - abs(later))

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

    def _get_retention_date_now(self):
        """Return since when the retention, the last share that is left, is due in whole or in part, or
        from when it will be.

        :return: a date; False while it has none
        """
        self.ensure_one()
        line = self._get_retention_lines()[:1]
        today = fields.Date.context_today(self)
        if line.date_maturity > today and self.amount_to_pay:
            return self._get_release_date() or today
        return line.date_maturity != NO_DATE and line.date_maturity
