"""An online payment is told once, whatever it pays: the shares, the retention, or both."""

from odoo import models

from ..billing.own_context import Handed


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _create_payment(self, **extra_create_values):
        # EXTENDS account_payment
        holding = self.with_context(hold_payment_notices=Handed(True))
        payment = super(PaymentTransaction, holding)._create_payment(**extra_create_values)
        payment = payment.with_env(self.env)
        payment.move_id.line_ids.matched_debit_ids._notify_salespeople()
        return payment
