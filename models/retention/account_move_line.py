"""What a payment brings for retentions of guarantee: how much of each, and its lines in the entry."""

from odoo import api, fields, models
from odoo.tools import frozendict

from ...tools.money import exact
from ...tools.retention import allot


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    _kept_by_billing = ("is_retention",)

    _retention_index = models.Index("(move_id) WHERE is_retention IS TRUE")

    is_retention = fields.Boolean(
        string="Retention",
        readonly=True,
        copy=False,
        help="This share of the invoice is retained as a guarantee.",
    )

    # === COMPUTE METHODS ===#

    @api.depends("is_retention")
    def _compute_term_key(self):
        # EXTENDS account: a retention is no other share, even of the same date.
        res = super()._compute_term_key()
        for line in self:
            if line.term_key and line.is_retention:
                line.term_key = frozendict({**line.term_key, "is_retention": True})
        return res

    @api.depends("is_retention")
    def _compute_account_id(self):
        # EXTENDS account: Odoo takes the account of any other share.
        res = super()._compute_account_id()
        for line in self.filtered(lambda line: line.display_type == "payment_term"):
            if line.is_retention:
                line.account_id = line.move_id._get_retention_account()
            elif line.account_id == line.company_id.sudo().retention_account_id:  # as above
                line.account_id = line.move_id._get_receivable_account()
        return res

    # === BUSINESS METHODS ===#

    def _allot_to_retentions(self, amount, currency, convert=None):
        """Share an amount out to these retentions: first to what is due, then to what else is open of
        them, each time the oldest due date first.

        :param float amount: what is left for retentions; nothing is shared out of less than 0
        :param currency: of the amount and of the result
        :param convert: function of (line, amount in the line's currency) that returns it in `currency`;
            None where the lines have that currency
        :return: ``{retention line: amount}``, positive, nothing of lines that get nothing
        """
        if not self or currency.compare_amounts(amount, 0) <= 0:
            return {}
        figures = self.env["account.retention"]._get_by_move(self.move_id)
        dues, others = {}, {}
        for line in self.sorted(lambda line: (line.date_maturity, line.move_id.date, line.id)):
            left = abs(line.amount_residual_currency)
            due = min(abs(figures.get(line.move_id.id, {}).get("due", 0.0)), left)
            if convert:
                left, due = convert(line, left), convert(line, due)
            dues[line] = exact(currency.round(due))
            others[line] = exact(currency.round(left)) - dues[line]
        parts = allot(exact(currency.round(amount)), [*dues.values(), *others.values()])
        result = {}
        for line, due, other in zip(dues, parts, parts[len(dues) :], strict=False):
            if due + other:
                result[line] = float(due + other)
        return result

    def _prepare_retention_payment_line(self, amount, currency, company, date, **values):
        """Return the values of the line of a payment's entry that pays this retention.

        :param float amount: positive, in `currency`
        """
        self.ensure_one()
        sign = -1 if self.amount_residual > 0 else 1
        balance = currency._convert(amount, company.currency_id, company, date)
        return {
            "account_id": self.account_id.id,
            "currency_id": currency.id,
            "amount_currency": sign * amount,
            "balance": sign * balance,
            **values,
        }

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
