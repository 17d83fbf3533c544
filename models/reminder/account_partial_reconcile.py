"""Which reconciliations are payments of invoices, and are told to their salespeople."""

import functools

from odoo import api, models

from ..billing.own_context import get_handed
from ..billing.refusal import attempt
from ..retention.account_move_settlement import LIQUIDITY_JOURNALS


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS account: a retention that is held keeps an invoice from being "paid", so that Odoo's
        # hook for paid invoices comes a year late.
        partials = super().create(vals_list)
        if not get_handed(self.env, "hold_payment_notices"):
            partials._notify_salespeople()
        return partials

    def _notify_salespeople(self):
        """Tell the salespeople of the invoices what was paid of each: one message for an invoice and a
        payment."""
        told = {}
        for partial in self:
            # sudo: what is reconciled, whoever does it
            invoice = partial.sudo().debit_move_id.move_id
            entry = partial.sudo().credit_move_id.move_id
            if invoice.is_invoice() and partial._is_payment(entry):
                told.setdefault((invoice, entry), 0.0)
                told[invoice, entry] += partial.debit_amount_currency
        for (invoice, entry), paid in told.items():
            move = invoice.with_env(self.env)
            if move._wants_payment_notice():
                figures = self._get_payment_figures(entry)
                # A payment isn't lost for its notice.
                amount = invoice.currency_id.round(paid)
                attempt(move, functools.partial(move._notify_payment, amount, figures))

    def _is_payment(self, entry):
        """Whether an entry brings money: no credit note, write-off, exchange difference or tax entry."""
        return entry.move_type == "entry" and bool(
            entry.origin_payment_id
            or entry.statement_line_id
            or entry.journal_id.type in LIQUIDITY_JOURNALS
        )

    def _get_payment_figures(self, entry):
        """Return what a payment's entry is of; see `account.move._notify_payment`.

        What a discount or a write-off adds to the entry is no money: the lines on the journal's
        accounts are.
        """
        if payment := entry.origin_payment_id:
            amount, currency = payment.amount, payment.currency_id
        elif line := entry.statement_line_id:
            amount, currency = line.amount, line.currency_id
        else:
            debits = entry.line_ids.filtered(lambda item: item.balance > 0)
            cash = debits.filtered(lambda item: item.account_id.account_type == "asset_cash")
            amount = sum((cash or debits).mapped("balance"))
            currency = entry.company_currency_id
        return {"amount": amount, "currency": currency, "date": entry.date}
