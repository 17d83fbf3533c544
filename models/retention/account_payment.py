"""A payment of which a part is for a retention: two receivable accounts in one entry."""

from odoo import api, models
from odoo.fields import Command

from ..billing.own_context import get_handed


class AccountPayment(models.Model):
    _inherit = "account.payment"

    # === BUSINESS METHODS ===#

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS account: which of an invoice's accounts an online payment is for
        # (`payment.transaction._create_payment`); Odoo leaves no other place to say it.
        if account_id := get_handed(self.env, "payment_destination_account_id"):
            vals_list = [{**vals, "destination_account_id": account_id} for vals in vals_list]
        return super().create(vals_list)

    def _seek_for_lines(self):
        # EXTENDS account: Odoo expects one counterpart; what is for a retention stands beside it, as a
        # write-off does.
        liquidity, counterpart, write_off = super()._seek_for_lines()
        if len(counterpart) > 1:
            # sudo: the company's choice, whoever looks at the payment
            account = self.company_id.sudo().retention_account_id
            retained = counterpart.filtered(lambda line: line.account_id == account)
            if retained != counterpart:
                counterpart -= retained
                write_off += retained
        return liquidity, counterpart, write_off

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
        lines = self.move_id.line_ids.filtered(lambda line: not line.reconciled)
        main = lines.filtered(lambda line: line.account_id == self.destination_account_id)
        others = lines - main
        plan = []
        for retention, amount in amounts.items():
            if retention.account_id == self.destination_account_id:
                main += retention
                continue
            paying = others.filtered(
                lambda line, account=retention.account_id, amount=amount: (
                    line.account_id == account
                    and not self.currency_id.compare_amounts(abs(line.amount_currency), amount)
                )
            )[:1]
            others -= paying
            plan.append(retention + paying)
        if main & self.env["account.move.line"].union(*amounts):
            plan.append(main)
        self.env["account.move.line"]._reconcile_plan(plan)
