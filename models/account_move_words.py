"""The total of an invoice in words, where the company prints it (Odoo's own setting, off by default)."""

from decimal import Decimal

from odoo import api, models

from ..tools.words import amount_in_words


class AccountMove(models.Model):
    _inherit = "account.move"

    @api.depends("partner_id.lang")
    def _compute_amount_total_words(self):
        # EXTENDS account: in the field's own words; figures alone where currency or language is unknown.
        res = super()._compute_amount_total_words()
        for move in self.filtered("currency_id"):
            words = amount_in_words(
                Decimal(str(move.amount_total)),
                move.currency_id.name,
                move.partner_id.lang or self.env.lang or "en_US",
            )
            if words is None:
                words = move.currency_id.format(move.amount_total)
            move.amount_total_words = words[:1].upper() + words[1:]
        return res
