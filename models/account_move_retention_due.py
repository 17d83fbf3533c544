"""What of an invoice is asked for now: everything but the retention that is held or opposed."""

from odoo import api, fields, models

from ..tools.retention import not_due


class AccountMove(models.Model):
    _inherit = "account.move"

    amount_due_now = fields.Monetary(
        compute="_compute_amount_due_now",
        help="The total without the retention that is not due yet.",
    )

    # === COMPUTE METHODS ===#

    @api.depends(
        "state",
        "amount_total",
        "line_ids.is_retention",
        "line_ids.date_maturity",
        "retention_residual",
        "retention_share_ids.amount",
        "reversal_move_ids.state",
    )
    def _compute_amount_due_now(self):
        today = fields.Date.context_today(self)
        posted = self._origin.filtered(
            lambda move: move.state == "posted" and move._get_retention_lines()
        )
        figures = self.env["account.retention"]._get_by_move(posted) if posted else {}
        for move in self:
            if move._origin.id in figures:
                later = abs(figures[move._origin.id]["not_due"])
            else:
                later = sum(
                    not_due(abs(line.amount_currency), line.date_maturity, today)
                    for line in move._get_retention_lines()
                )
            move.amount_due_now = move.amount_total - float(later)

    # === OVERRIDES ===#

    def _get_invoice_next_payment_values(self, custom_amount=None):
        # EXTENDS account: what is asked for on the portal and by payment links.
        values = super()._get_invoice_next_payment_values(custom_amount=custom_amount)
        if not values or not self.retention_residual:
            return values
        asked = abs(self.amount_to_pay)
        if values["installment_state"] == "epd":
            # The discount is one of the other shares; what is due of the retention comes on top.
            values["amount_due"] += self._get_retention_due()
        else:
            values["amount_due"] = asked
        if custom_amount is None:
            values["next_amount_to_pay"] = min(values["next_amount_to_pay"], asked)
        if self.is_paid_except_retention:
            values.update(self._get_last_payment_values(custom_amount))
        values["amount_due"] = self.currency_id.round(values["amount_due"])
        return values

    # === BUSINESS METHODS ===#

    def _get_last_payment_values(self, custom_amount):
        """Return what Odoo says of the next payment where the retention alone is left.

        Odoo counts the shares that are paid, so that the retention would be the last of several
        instalments, due in the year 9999.
        """
        date = self._get_retention_date_now()
        values = {"next_due_date": date, "due_date": date, "is_last_installment": True}
        if custom_amount is None:
            values["installment_state"] = None
            values["next_payment_reference"] = self.name
        return values

    def _get_retention_due(self):
        """Return what of the retention is left to be paid now."""
        self.ensure_one()
        figures = self.env["account.retention"]._get_by_move(self._origin)
        return abs(figures[self._origin.id]["due"]) if figures else 0.0


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _get_installments_data(
        self, payment_currency=None, payment_date=None, next_payment_date=None
    ):
        # EXTENDS account: a retention is proposed once everything else is paid; of one that is due in
        # part, that part.
        retention = self.filtered("is_retention")
        lines = self - retention
        if not lines.filtered(lambda line: not line.reconciled):
            lines = self
        installments = super(AccountMoveLine, lines)._get_installments_data(
            payment_currency, payment_date, next_payment_date
        )
        for installment in installments:
            if installment["line"].is_retention and not installment["reconciled"]:
                installment["line"]._propose_retention(installment)
        return installments

    def _propose_retention(self, installment):
        """Let an instalment of Odoo's ask for what of this retention is due, where only a part is."""
        self.ensure_one()
        residual = abs(self.amount_residual_currency)
        asked = self._get_asked_retention()
        if not residual or not self.currency_id.compare_amounts(asked, residual):
            return
        for name, currency in (
            ("amount_residual_currency", self.currency_id),
            ("amount_residual", self.company_currency_id),
        ):
            for key in (name, f"{name}_unsigned"):
                installment[key] = currency.round(installment[key] * asked / residual)

    def _get_asked_retention(self):
        """Return what of this retention a payment proposes: what is due of it; all that isn't opposed
        while nothing is."""
        self.ensure_one()
        figures = self.env["account.retention"]._get_by_move(self.move_id).get(self.move_id.id)
        residual = abs(self.amount_residual_currency)
        if not figures:
            return residual
        return abs(figures["due"]) or residual - abs(figures["opposed"]) or residual
