from datetime import date

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tools import float_compare, float_round

from ...tools.money import exact, rounded
from ...tools.retention import NO_JOB, retain
from ..billing.own_context import get_handed

# A receivable line must have a due date, and a retention has none before the works are accepted.
NO_DATE = date.max


class AccountPaymentTerm(models.Model):
    _inherit = "account.payment.term"

    retention_base = fields.Selection(
        [
            ("gross", "Total before deductions"),
            ("total", "Total"),
            ("untaxed", "Untaxed amount"),
        ],
        string="Retention of",
        default="gross",
        required=True,
        help="What the retention of guarantee is a share of: the total, tax included, before or after "
        "deposits are deducted, or the untaxed amount.",
    )
    has_retention = fields.Boolean(compute="_compute_has_retention")

    # === COMPUTE METHODS AND CONSTRAINTS ===#

    @api.depends("line_ids.is_retention")
    def _compute_has_retention(self):
        for term in self:
            term.has_retention = bool(term._get_retention_line())

    @api.depends("line_ids.is_retention", "retention_base")
    def _compute_example_preview(self):
        # EXTENDS account: to follow the retention, too.
        return super()._compute_example_preview()

    @api.constrains("line_ids", "early_discount")
    def _check_lines(self):
        # EXTENDS account: Odoo's checks are those of the shares without the retention, so that a term
        # of one share and a retention may have an early payment discount.
        for term in self:
            term._check_retention()
            percent = sum(line.value_amount for line in term.line_ids if line.value == "percent")
            whole = float_compare(percent, 100, precision_digits=6) == 0
            checked = term._without_retention() if whole and term.has_retention else term
            super(AccountPaymentTerm, checked)._check_lines()

    @api.constrains("line_ids")
    def _check_retention(self):
        for term in self:
            retention = term.line_ids.filtered("is_retention")
            if len(retention) > 1:
                raise ValidationError(
                    self.env._(
                        "Payment term %(term)s: only one share can be a retention of guarantee.",
                        term=term.name,
                    )
                )
            if not retention:
                continue
            if retention == term.line_ids:
                raise ValidationError(
                    self.env._(
                        "Payment term %(term)s: a retention of guarantee can't be the only share.",
                        term=term.name,
                    )
                )
            if retention.value != "percent" or retention.value_amount <= 0:
                raise ValidationError(
                    self.env._(
                        "Payment term %(term)s: a retention of guarantee is a percentage above 0.",
                        term=term.name,
                    )
                )
            limit = (term.company_id or self.env.company).retention_limit
            if float_compare(retention.value_amount, limit, precision_digits=6) > 0:
                raise ValidationError(
                    self.env._(
                        "Payment term %(term)s: a retention of %(rate)s %% is above the company's "
                        "limit of %(limit)s %%.",
                        term=term.name,
                        rate=retention.value_amount,
                        limit=limit,
                    )
                )

    # === BUSINESS METHODS ===#

    def _get_retention_line(self):
        return self.line_ids.filtered("is_retention")[:1]

    def _without_retention(self):
        """Return these terms, in memory, with the other shares making up the whole."""
        self.ensure_one()
        rest = 100 - self._get_retention_line().value_amount
        lines = [
            {
                "value": line.value,
                "value_amount": line.value_amount,
                "delay_type": line.delay_type,
                "nb_days": line.nb_days,
                "days_next_month": line.days_next_month,
            }
            for line in self.line_ids
            if not line.is_retention
        ]
        percentages = [line for line in lines if line["value"] == "percent"]
        digits = self.env["decimal.precision"].precision_get("Payment Terms")
        for line in percentages:
            line["value_amount"] = float_round(
                line["value_amount"] * 100 / rest, precision_digits=digits
            )
        # The last one takes what rounding leaves: 40, 30 and 25 of 95 don't make 100 else.
        if percentages:
            percentages[-1]["value_amount"] = 100 - sum(
                line["value_amount"] for line in percentages[:-1]
            )
        return self.new(
            {"line_ids": [Command.clear(), *(Command.create(line) for line in lines)]},
            origin=self,
        )

    def _compute_terms(
        self,
        date_ref,
        currency,
        company,
        tax_amount,
        tax_amount_currency,
        sign,
        untaxed_amount,
        untaxed_amount_currency,
        cash_rounding=None,
    ):
        # EXTENDS account: the retention is taken first, once; the other shares split the rest.
        self.ensure_one()
        line = self._get_retention_line()
        amounts = {
            "date_ref": date_ref,
            "currency": currency,
            "company": company,
            "tax_amount": tax_amount,
            "tax_amount_currency": tax_amount_currency,
            "sign": sign,
            "untaxed_amount": untaxed_amount,
            "untaxed_amount_currency": untaxed_amount_currency,
            "cash_rounding": cash_rounding,
        }
        if not line:
            return super()._compute_terms(**amounts)
        others = self._without_retention()
        total_currency = tax_amount_currency + untaxed_amount_currency
        total = tax_amount + untaxed_amount
        case = get_handed(self.env, "retention_case") or {}
        retained_currency = self._get_retention(
            line, currency, total_currency, untaxed_amount_currency, case
        )
        if cash_rounding:
            retained_currency += cash_rounding.compute_difference(currency, retained_currency)
        if currency.is_zero(retained_currency):
            return others._compute_terms(**amounts)
        rate = abs(total_currency / total) if total else 1.0
        retained = retained_currency
        if currency != company.currency_id:
            retained = company.currency_id.round(retained_currency / rate)
        terms = others._compute_terms(
            **{
                **amounts,
                "untaxed_amount": untaxed_amount - retained,
                "untaxed_amount_currency": untaxed_amount_currency - retained_currency,
            }
        )
        if self.early_discount:
            # The discount is that of the whole document; the retention stays.
            whole = others._compute_terms(**amounts)
            terms["discount_balance"] = whole["discount_balance"] - retained
            terms["discount_amount_currency"] = (
                whole["discount_amount_currency"] - retained_currency
            )
        terms["total_amount"] = total
        terms["line_ids"].append(
            {
                "date": NO_DATE,
                "company_amount": retained,
                "foreign_amount": retained_currency,
            }
        )
        return terms

    def _get_retention(self, line, currency, total, untaxed, case):
        """Return the retention of a document, in its currency, signed as its total.

        :param line: the share that is retained
        :param float total: tax included, after the deduction of deposits
        :param case: what the document knows besides (`account.move._get_retention_case`); nothing
            in an example
        """
        if case.get("none"):
            return 0.0
        step = exact(currency.rounding)
        # Odoo adds floats up: 3 555.381 may come as 3 555.380 999 999.
        total, untaxed, deduction = (
            rounded(exact(amount), step) for amount in (total, untaxed, case.get("deduction", 0.0))
        )
        amount = retain(
            exact(line.value_amount),
            self.retention_base,
            rounded(self._get_retention_base(total, untaxed, deduction), step),
            total,
            step,
            case.get("job") or NO_JOB,
        )
        return float(amount)

    def _get_retention_base(self, total, untaxed, deduction):
        """Return what the retention's rate is of; a hook for bases of other addons, which add them to
        the selection of `retention_base`.

        :param total: decimal, of the document, tax included, after the deduction of deposits
        :param untaxed: decimal, likewise
        :param deduction: decimal, what the document deducts of deposits, tax included
        :return: decimal, not rounded
        """
        self.ensure_one()
        bases = {"gross": total + deduction, "total": total, "untaxed": untaxed}
        return bases[self.retention_base or "gross"]

    @api.model
    def _get_amount_by_date(self, terms):
        # EXTENDS account: a retention has no date yet.
        result = super()._get_amount_by_date(terms)
        for key, values in result.items():
            if key["date"] == NO_DATE:
                values["date"] = self.env._("release of the guarantee")
        return result
