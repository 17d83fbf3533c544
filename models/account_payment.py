"""A payment of which a part is for a retention: two receivable accounts in one entry."""

from odoo import api, models

from .own_context import get_handed


class AccountPayment(models.Model):
    _inherit = "account.payment"

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
