"""The choice of deposits for an invoice: what may be chosen, why something may not, the lines."""

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import formatLang

from ...tools.echo import shown
from ...tools.entries import EntryError, number
from ...tools.money import exact, rounded
from ..billing.reading import is_id

CHOICE_NAMES = {"deposit_id", "amount"}


class AccountMove(models.Model):
    _inherit = "account.move"

    # === BUSINESS METHODS ===#

    def _check_takes_deposits(self):
        """Refuse to choose deposits on anything but a draft invoice that the user may change.

        :raise UserError: saying why
        """
        if len(self) != 1:
            raise UserError(self.env._("Name one invoice; %(count)s were given.", count=len(self)))
        self.check_access("write")
        values = {"invoice": self.display_name}
        if self.move_type != "out_invoice":
            message = self.env._("%(invoice)s is no customer invoice.", **values)
        elif self.billing_kind and self.billing_kind != "deposit":
            message = self.env._(
                "%(invoice)s bills order %(order)s, and deducts its deposits by the order's rule.",
                **values,
                order=self.billing_order_id.display_name,
            )
        elif self._is_deposit():
            message = self.env._("%(invoice)s is a deposit itself.", **values)
        elif self.state != "draft":
            message = self.env._(
                "%(invoice)s is no draft any more: what it deducts is settled.", **values
            )
        elif not self.commercial_partner_id:
            message = self.env._("Choose the customer of the invoice first.")
        else:
            return
        raise UserError(message)

    def _read_deposit_choices(self, choices):
        """Return ``{deposit's id: amount}``, None for all that is possible.

        :raise UserError: naming the value that is none
        """
        if not isinstance(choices, list | tuple):
            raise UserError(
                self.env._(
                    "“%(value)s” is no list of deposits: give dicts with deposit_id and amount.",
                    value=shown(choices),
                )
            )
        step = exact(self.currency_id.rounding)
        amounts = {}
        for choice in choices:
            known = isinstance(choice, dict) and set(choice) <= CHOICE_NAMES
            deposit_id = choice.get("deposit_id") if known else None
            if not is_id(deposit_id):
                raise UserError(
                    self.env._(
                        "“%(value)s” is no choice of a deposit: give deposit_id and, if you like, "
                        "amount.",
                        value=shown(choice),
                    )
                )
            amount = choice.get("amount")
            # XML-RPC has no null: what isn't given comes as False.
            if amount is None or amount is False:
                amount = None
            else:
                amount = self._read_choice_amount(deposit_id, amount, step)
            if deposit_id in amounts:
                raise UserError(
                    self.env._(
                        "%(deposit)s is chosen twice.", deposit=self._name_document(deposit_id)
                    )
                )
            amounts[deposit_id] = amount
        return amounts

    def _read_choice_amount(self, deposit_id, value, step):
        """Return an amount to deduct, as a decimal.

        :raise UserError: when it is no number, or not above 0
        """
        try:
            amount = rounded(number(value), step)
        except EntryError:
            raise UserError(
                self.env._(
                    "%(deposit)s: “%(value)s” is not a number.",
                    deposit=self._name_document(deposit_id),
                    value=shown(value),
                )
            ) from None
        if amount <= 0:
            raise UserError(
                self.env._(
                    "%(deposit)s: an amount of %(value)s can't be deducted, it must be above 0.",
                    deposit=self._name_document(deposit_id),
                    value=shown(value),
                )
            )
        return amount

    def _name_document(self, move_id):
        """Return what a document is called; its number alone where the user may not read it."""
        move = self.browse(move_id).exists()
        return move.display_name if move.has_access("read") and move else shown(move_id)

    def _lock_deposits(self, choices):
        """Keep anybody else from deducting the same deposits until the end of the transaction.

        :raise UserError: when somebody else bills one of the orders right now
        """
        # sudo: which orders, whoever chooses
        chosen = self.browse(choices).exists().sudo()
        orders = (chosen | self.sudo()).invoice_line_ids.sale_line_ids.filtered(
            lambda line: line.is_downpayment
        )
        orders.order_id._lock_for_billing()

    def _plan_hand_deductions(self, choices):
        """Return what this invoice will deduct: ``[(order, Deduction)]``.

        :param choices: see `_read_deposit_choices`
        :raise UserError: on a deposit or an amount that can't be deducted
        """
        if not choices:
            return []
        rows = {row["move"].id: row for row in self._get_deposit_rows() if row["open"]}
        limit = self._get_total_before_deductions()
        if limit <= 0:
            raise UserError(
                self.env._("This invoice bills nothing yet that a deposit could be deducted from.")
            )
        deductions = []
        for deposit_id, amount in choices.items():
            if deposit_id not in rows:
                raise UserError(self._get_deposit_refusal(deposit_id))
            row = rows[deposit_id]
            deposit = row["deposit"]
            if amount is None:
                amount = min(deposit.remaining, limit)
            values = {
                "amount": self._format_money(amount),
                "deposit": row["move"].display_name,
            }
            if amount > deposit.remaining:
                raise UserError(
                    self.env._(
                        "A deduction of %(amount)s is above what is left of %(deposit)s: %(left)s.",
                        **values,
                        left=self._format_money(deposit.remaining),
                    )
                )
            if amount > limit:
                raise UserError(
                    self.env._(
                        "A deduction of %(amount)s for %(deposit)s is above what is left of this "
                        "invoice to deduct from: %(limit)s.",
                        **values,
                        limit=self._format_money(limit),
                    )
                )
            limit -= amount
            if amount:
                order = row["order"]
                parts = order._split_deposit(deposit, amount)
                deductions.append((order, deposit.deduct(parts)))
        return deductions

    def _get_deposit_refusal(self, deposit_id):
        """Return why a document can't be deducted here."""
        move = self.browse(deposit_id).exists()
        if not move or not move.has_access("read"):
            return self.env._("There is no deposit %(deposit)s.", deposit=shown(deposit_id))
        values = {"deposit": move.display_name}
        if move.move_type != "out_invoice" or not move._is_deposit():
            return self.env._("%(deposit)s is no deposit of an order.", **values)
        if move.commercial_partner_id != self.commercial_partner_id:
            return self.env._(
                "%(deposit)s is a deposit of %(owner)s, not of %(customer)s.",
                **values,
                owner=move.commercial_partner_id.display_name,
                customer=self.commercial_partner_id.display_name,
            )
        if move.company_id != self.company_id:
            return self.env._(
                "%(deposit)s is a deposit of another company, %(company)s.",
                **values,
                company=move.company_id.name,
            )
        # sudo: the order's currency
        currency = move.sudo().invoice_line_ids.sale_line_ids.order_id.currency_id
        if currency != self.currency_id:
            return self.env._(
                "%(deposit)s is in %(currency)s, this invoice in %(other)s.",
                **values,
                currency=currency.name,
                other=self.currency_id.name,
            )
        if move.state != "posted":
            return self.env._("%(deposit)s is not posted: post it first.", **values)
        if self.company_id.deduct_paid_deposits_only and move.payment_state not in (
            "paid",
            "in_payment",
        ):
            return self.env._("%(deposit)s is not paid yet: it can't be deducted.", **values)
        return self.env._("Nothing is left to deduct of %(deposit)s.", **values)

    def _write_hand_deductions(self, deductions):
        """Replace the lines that deduct deposits.

        :param deductions: see `_plan_hand_deductions`
        """
        old = self._get_deduction_lines()
        kept = self.invoice_line_ids - old
        sequence = max(kept.mapped("sequence"), default=0)
        language = self.partner_id.lang or self.env.lang
        values_list = [
            values
            for order, deduction in deductions
            for values in order.with_context(lang=language)._prepare_deduction_lines([deduction])
        ]
        commands = [Command.delete(line.id) for line in old]
        for values in values_list:
            sequence += 1
            commands.append(Command.create({**values, "sequence": sequence}))
        if deductions:
            commands += self._prepare_amounts_of_works()
        else:
            commands += self._prepare_works_without_amounts()
        if commands:
            self.write({"invoice_line_ids": commands})

    def _refresh_hand_deductions(self):
        """Write the deductions again where lines that changed since make them come to other amounts."""
        self.ensure_one()
        if self.move_type != "out_invoice" or not self._get_hand_deductions():
            return
        if not self._is_rounded_apart():
            self.deduct_deposits(
                [
                    {"deposit_id": row["move"].id, "amount": float(row["deducted"])}
                    for row in self._get_deposit_rows()
                    if row["deducted"]
                ]
            )

    def _format_money(self, amount):
        return formatLang(self.env, float(amount), currency_obj=self.currency_id)
