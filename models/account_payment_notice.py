"""A payment that has no entry in the books before the bank statement comes is told when it is registered."""

from odoo import models


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def _notify_registered(self, moves):
        """Tell the salespeople of invoices that this payment without an entry was registered.

        :param moves: what it pays
        """
        self.ensure_one()
        if self.move_id or self.payment_type != "inbound" or self.state not in ("in_process", "paid"):
            return
        entry = {
            "amount": self.amount,
            "currency": self.currency_id,
            "date": self.date,
            "booked": False,
        }
        for move in moves.filtered(lambda move: move._wants_payment_notice()):
            others = (moves - move).mapped("name")
            move._notify_payment(self.amount, entry, others)
