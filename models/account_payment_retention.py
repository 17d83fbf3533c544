"""What a payment brings for retentions of guarantee: how much of each, and its lines in the entry."""

from odoo import models
from odoo.fields import Command

from ..tools.money import exact
from ..tools.retention import allot


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def _synchronize_to_moves(self, changed_fields):
        # EXTENDS account: Odoo makes one line of all that stands beside the counterpart of a draft, on the
        # account of the first one: what is for a retention would become a discount.
        parts = {payment: payment._get_parts_beside() for payment in self}
        res = super()._synchronize_to_moves(changed_fields)
        for payment, (retained, others) in parts.items():
            _liquidity, _counterpart, now = payment._seek_for_lines()
            if retained and others and len(now) == 1:
                left = {
                    name: currency.round(now[name] - sum(values[name] for values in retained))
                    for name, currency in (
                        ("amount_currency", now.currency_id),
                        ("balance", now.company_currency_id),
                    )
                }
                payment.move_id.with_context(skip_invoice_sync=True).write(
                    {
                        "line_ids": [
                            Command.update(now.id, left),
                            *(Command.create(values) for values in retained),
                        ]
                    }
                )
        return res

    def _get_parts_beside(self):
        """Return what stands beside the counterpart in the entry of a draft.

        :return: values of the lines of retentions, lines of everything else
        """
        self.ensure_one()
        if self.move_id.state != "draft":
            return [], self.move_id.line_ids.browse()
        _liquidity, _counterpart, beside = self._seek_for_lines()
        # sudo: the company's choice, whoever changes the payment
        account = self.company_id.sudo().retention_account_id
        retained = beside.filtered(lambda line: line.account_id == account)
        values = [
            {
                "name": line.name,
                "account_id": line.account_id.id,
                "partner_id": line.partner_id.id,
                "currency_id": line.currency_id.id,
                "amount_currency": line.amount_currency,
                "balance": line.balance,
            }
            for line in retained
        ]
        return values, beside - retained

    def _reconcile_retentions(self, amounts):
        """Reconcile retentions with what this payment's entry brings for each.

        :param amounts: ``{retention line: amount}``, in the payment's currency, as the lines were made
        """
        self.ensure_one()
        for retention, amount in amounts.items():
            paying = self.move_id.line_ids.filtered(
                lambda line, account=retention.account_id: (
                    line.account_id == account and not line.reconciled
                )
            )
            if retention.account_id != self.destination_account_id:
                paying = paying.filtered(
                    lambda line, amount=amount: (
                        not self.currency_id.compare_amounts(abs(line.amount_currency), amount)
                    )
                )[:1]
            (retention + paying).reconcile()


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

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
