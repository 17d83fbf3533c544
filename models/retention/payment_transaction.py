"""An online payment goes to the account of what it pays: the receivable, the retention, or both."""

from odoo import fields, models

from ..billing.own_context import Handed


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _create_payment(self, **extra_create_values):
        # EXTENDS account_payment: Odoo books it all on the account of the first share it meets, and
        # lets it pay what stands there. A retention stands on an account of its own.
        self.ensure_one()
        invoices = self.invoice_ids.filtered(lambda move: move.state == "posted")
        shares = invoices.line_ids.filtered(
            lambda line: line.display_type == "payment_term" and not line.reconciled
        )
        retentions = shares.filtered("is_retention")
        others = shares - retentions
        if not retentions or retentions.account_id & others.account_id:
            return super()._create_payment(**extra_create_values)
        account = (others or retentions)[0].account_id
        self = self.with_context(payment_destination_account_id=Handed(account.id))
        if not others:
            return super()._create_payment(**extra_create_values)
        amounts = self._get_amounts_for_retentions(others, retentions)
        values = dict(extra_create_values)
        values["write_off_line_vals"] = [
            *values.get("write_off_line_vals", []),
            *(self._prepare_retention_line(line, amount) for line, amount in amounts.items()),
        ]
        payment = super()._create_payment(**values)
        if not payment.move_id:
            # Without an outstanding account Odoo makes no entry before the bank statement comes.
            return payment
        payment._reconcile_retentions(amounts)
        return payment

    def _get_amounts_for_retentions(self, others, retentions):
        """Return what of this payment is for retentions: what the other shares leave of it, up to what
        is open of each, what is due first.

        :param others: the open shares that aren't retained
        :return: ``{retention line: amount}``, positive, in the payment's currency
        """
        left = self.amount - sum(others.mapped("amount_residual_currency"))
        for move in others.move_id:
            values = move._get_invoice_next_payment_values()
            if values["installment_state"] == "epd" and self.amount == values["amount_due"]:
                left += values["epd_discount_amount_currency"]
        payable = retentions.filtered(lambda line: line.move_id.is_inbound())
        return payable._allot_to_retentions(left, self.currency_id)

    def _prepare_retention_line(self, retention, amount):
        """Return the line of the payment's entry that pays a retention."""
        return retention._prepare_retention_payment_line(
            amount,
            self.currency_id,
            self.provider_id.company_id,
            fields.Date.context_today(self),
            name=self.reference,
            partner_id=self.partner_id.commercial_partner_id.id,
        )
