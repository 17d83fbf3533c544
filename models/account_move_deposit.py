"""Deposits by hand: on an invoice that no order makes, deposits of the customer can be chosen."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import formatLang

from ..tools.entries import EntryError, number
from ..tools.money import ZERO, exact, rounded
from .sale_order_deduction import Deduction

CHOICE_NAMES = {"deposit_id", "amount"}


class AccountMove(models.Model):
    _inherit = "account.move"

    deposit_overview = fields.Html(
        string="Deposits",
        compute="_compute_deposit_overview",
        sanitize=False,
        help="The deposits and payments that this invoice deducts, or could deduct.",
    )

    # === COMPUTE METHODS ===#

    @api.depends(
        "state",
        "partner_id",
        "currency_id",
        "company_id",
        "deposit_deduction",
        "amount_total",
        "advance_line_ids",
    )
    def _compute_deposit_overview(self):
        qweb = self.env["ir.qweb"]
        for move in self:
            move.deposit_overview = False
            if not move._may_take_deposits():
                continue
            rows = move._get_deposit_rows()
            advances = move._get_advance_rows()
            if rows or advances:
                move.deposit_overview = qweb._render(
                    "sale_situation_invoicing.deposit_overview",
                    {
                        "rows": rows,
                        "advances": advances,
                        "currency": move.currency_id,
                        "draft": move.state == "draft",
                    },
                )

    @api.depends("amount_total", "partner_id", "currency_id")
    def _compute_deposit_warning(self):
        # EXTENDS situations: what is deducted by hand follows the other lines.
        return super()._compute_deposit_warning()

    # === PUBLIC METHODS (RPC) ===#

    def deduct_deposits(self, choices):
        """Deduct deposits of the customer on this draft invoice, in place of those chosen before.

        The deposits are posted ones, of any order of the same customer, company and currency, and paid
        where the company says so. Each is deducted by a title and one line a tax, whose amounts add up
        to it exactly.

        :param choices: a list of dicts with `deposit_id` (id of the deposit's invoice) and, if it isn't
            all that is possible, `amount` (tax included, the invoice's currency); an empty list takes
            the deductions off
        :return: what is deducted in all, tax included
        :rtype: float
        :raise UserError: on bad input, naming the deposit and the amount; nothing is written
        """
        self._check_takes_deposits()
        choices = self._read_deposit_choices(choices)
        self._lock_deposits(choices)
        deductions = self._plan_hand_deductions(choices)
        self._write_hand_deductions(deductions)
        return float(sum((deduction.amounts.total for _o, deduction in deductions), ZERO))

    # === ACTIONS ===#

    def action_choose_deposits(self):
        """Open the dialog in which deposits and payments of the customer are ticked."""
        self._check_takes_deposits()
        wizard = self.env["account.deposit.choice"]._create_for_move(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Choose deposits"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    # === OVERRIDES ===#

    def _is_downpayment(self):
        # EXTENDS sale: an invoice of other works, on which nothing but a deposit's deduction belongs to
        # an order, is no deposit itself.
        return super()._is_downpayment() and not self._get_hand_deductions()

    def _get_deposit_warning(self):
        # EXTENDS situations
        return super()._get_deposit_warning() or (
            self.state == "draft" and self._get_hand_deduction_problem()
        )

    def _post(self, soft=True):
        # EXTENDS account: what was chosen may not be possible any more.
        for move in self.filtered(lambda move: move.state == "draft"):
            if problem := move._get_hand_deduction_problem():
                raise UserError(problem)
            move._refresh_hand_deductions()
        return super()._post(soft=soft)

    def copy(self, default=None):
        # EXTENDS account: a deposit is given back once. Odoo copies the lines without what they are of.
        copies = super().copy(default)
        if not self.env.context.get("include_business_fields"):
            for move, new in zip(self, copies, strict=True):
                if move._get_hand_deductions():
                    new.invoice_line_ids.filtered("is_downpayment").unlink()
        return copies

    # === WHAT IS DEDUCTED ===#

    def _may_take_deposits(self):
        """Whether deposits can be, or could have been, chosen on this document."""
        self.ensure_one()
        return (
            self.move_type == "out_invoice"
            and self.state in ("draft", "posted")
            and not self.billing_kind
            and not self._is_deposit()
        )

    def _get_hand_deductions(self):
        """Return the lines that deduct deposits of orders of which their document bills nothing."""
        result = self.env["account.move.line"]
        for move in self:
            if move.billing_kind or not move.is_sale_document():
                continue
            # sudo: which order a line is of, whoever reads the invoice
            items = move.invoice_line_ids.sudo().filtered(
                lambda item: item.display_type == "product" and item.sale_line_ids
            )
            billed = items.sale_line_ids.filtered(lambda line: not line.is_downpayment).order_id
            items = items.filtered(lambda item: not item.sale_line_ids.order_id & billed)
            # What a deposit bills is above 0, on its credit note as well.
            if items and sum(items.mapped("price_total")) < 0:
                result |= items
        return result

    def _get_deduction_lines(self):
        """Return the lines that deduct deposits, with their titles."""
        return self.invoice_line_ids.filtered("is_downpayment")

    def _get_amounts_deducted(self):
        """Return ``{down payment line of an order: amount}`` that this invoice deducts, tax included."""
        self.ensure_one()
        step = exact(self.currency_id.rounding)
        amounts = {}
        # sudo: as `_get_hand_deductions`
        for item in self._get_deduction_lines().sudo():
            if item.display_type == "product":
                for line in item.sale_line_ids:
                    amount = rounded(exact(-item.price_total), step)
                    amounts[line] = amounts.get(line, ZERO) + amount
        return amounts

    def _get_total_before_deductions(self):
        """Return what this invoice bills before it deducts deposits, tax included, as a decimal."""
        self.ensure_one()
        step = exact(self.currency_id.rounding)
        figures = self._read_lines(self._round_works())
        return sum((rounded(exact(row["total"]), step) for row in figures.values()), ZERO)

    def _get_work_items(self):
        """Return the product lines that deduct nothing."""
        return self.invoice_line_ids.filtered(
            lambda item: item.display_type == "product" and not item.is_downpayment
        )

    def _round_items(self, items):
        """Run the tax engine over product lines of this invoice, as if it had no others."""
        return self.env["account.tax"]._round_base_lines(
            [self._prepare_product_base_line_for_taxes_computation(item) for item in items],
            self.company_id,
        )

    def _round_works(self):
        """Run the tax engine over the lines that deduct nothing, as if there were no deductions, and
        without the amounts that `_prepare_amounts_of_works` gave them."""
        base_lines = []
        for item in self._get_work_items():
            base_line = self._prepare_product_base_line_for_taxes_computation(item)
            if self._has_no_amounts_but_ours(item):
                base_line["manual_tax_amounts"] = None
                base_line["manual_total_excluded"] = None
                base_line["manual_total_excluded_currency"] = None
            base_lines.append(base_line)
        return self.env["account.tax"]._round_base_lines(base_lines, self.company_id)

    def _has_no_amounts_but_ours(self, item):
        """Whether the exact amounts beside a line, if there are any, can't be Odoo's own."""
        # sudo: as `_get_hand_deductions`
        return not item.sudo().sale_line_ids and "computation_key" not in (
            item.extra_tax_data or {}
        )

    def _read_lines(self, base_lines):
        """Return ``{product line: amounts}`` of base lines; see `account.tax._read_base_line`."""
        AccountTax = self.env["account.tax"]
        return {
            base_line["record"]: AccountTax._read_base_line(base_line) for base_line in base_lines
        }

    def _is_rounded_apart(self):
        """Whether works and deductions come to what they do by themselves."""
        products = self.invoice_line_ids.filtered(lambda item: item.display_type == "product")
        deductions = self._round_items(products - self._get_work_items())
        return self._read_lines(self._round_items(products)) == self._read_lines(
            [*self._round_works(), *deductions]
        )

    def _prepare_amounts_of_works(self):
        """Return the commands that let the works come to what they do by themselves, beside the lines
        of deductions: Odoo may round the taxes of an invoice together, so that a cent of theirs shifts.
        """
        AccountTax = self.env["account.tax"]
        if self.company_id.tax_calculation_rounding_method != "round_globally":
            return []
        base_lines = self._round_works()
        AccountTax._fix_base_lines_tax_details_on_manual_tax_amounts(base_lines, self.company_id)
        return [
            Command.update(
                base_line["record"].id,
                {"extra_tax_data": AccountTax._export_base_line_extra_tax_data(base_line)},
            )
            for base_line in base_lines
            if base_line["manual_tax_amounts"]
        ]

    def _prepare_works_without_amounts(self):
        """Return the commands that give the works back to Odoo's own rounding."""
        return [
            Command.update(item.id, {"extra_tax_data": False})
            for item in self._get_work_items()
            if item.extra_tax_data and self._has_no_amounts_but_ours(item)
        ]

    def _get_open_deposit_orders(self):
        """Return the orders of which a deposit of this customer is open, as the user may read them."""
        self.ensure_one()
        customer = self.commercial_partner_id
        if not customer:
            return self.env["sale.order"]
        # sudo: which orders there are; those that the user may not read are left out below
        lines = (
            self.env["sale.order.line"]
            .sudo()
            .search(
                Domain("is_downpayment", "=", True)
                & Domain("display_type", "=", False)
                & Domain("qty_invoiced", ">", 0)
                & Domain("company_id", "=", self.company_id.id)
                & Domain("currency_id", "=", self.currency_id.id)
                & Domain("invoice_lines.move_id.commercial_partner_id", "=", customer.id)
            )
        )
        return lines.order_id.sudo(False)._filtered_access("read")

    def _get_deposit_rows(self):
        """Return the deposits that this invoice deducts and, on a draft, those that it may deduct.

        :return: ``[{"order": record, "deposit": Deposit as it is without this invoice, "move": the
            deposit's invoice, "date", "total", "left": without this invoice, "deducted": here, "open":
            whether it may be deducted}]``, amounts as decimals, tax included
        """
        self.ensure_one()
        amounts = self._get_amounts_deducted()
        # sudo: figures of the orders, as of their documents in `_get_billing_documents`
        orders = self.env["sale.order"].sudo()
        for line in amounts:
            orders |= line.order_id
        if self.state == "draft":
            orders |= self._get_open_deposit_orders().sudo()
        rows = []
        for order in orders.sorted("id"):
            deposits = order._get_deposits(without=self._origin)
            deductible = order._filter_deductible(deposits)
            for deposit in deposits:
                deducted = sum((amounts.get(line, ZERO) for line in deposit.left), ZERO)
                may_be_deducted = (
                    deposit in deductible
                    and deposit.move.commercial_partner_id == self.commercial_partner_id
                    and order.currency_id == self.currency_id
                    and order.company_id == self.company_id
                )
                if deducted or (may_be_deducted and self.state == "draft"):
                    rows.append(
                        {
                            "order": order,
                            "deposit": deposit,
                            "move": deposit.move,
                            "date": deposit.move.invoice_date or deposit.move.date,
                            "total": deposit.worth,
                            "left": deposit.remaining,
                            "deducted": deducted,
                            "open": may_be_deducted,
                        }
                    )
        return rows

    def _get_hand_deduction_problem(self):
        """Return why this draft can't deduct what was chosen on it; False where it can, or where
        nothing was chosen."""
        self.ensure_one()
        if self.move_type != "out_invoice":
            return False
        lines = self._get_hand_deductions().sale_line_ids
        if not lines:
            return False
        limit = self._get_total_before_deductions()
        deducted = sum(self._get_amounts_deducted().values(), ZERO)
        if deducted > limit or self.currency_id.compare_amounts(self.amount_total, 0) < 0:
            return self.env._(
                "The deposits that are deducted, %(deducted)s, are above what this invoice bills: "
                "%(limit)s. Choose the deposits again.",
                deducted=self._format_money(deducted),
                limit=self._format_money(limit),
            )
        for order in lines.order_id:
            for deposit in order._get_deposits():
                if not any(line in lines for line in deposit.left):
                    continue
                move = deposit.move
                name = move.display_name or self.env._("A deleted deposit")
                if deposit.remaining < 0:
                    return self.env._(
                        "%(deposit)s is worth less than documents deduct of it: it was cancelled, "
                        "credited or set to draft since. Choose the deposits again.",
                        deposit=name,
                    )
                if move.commercial_partner_id != self.commercial_partner_id:
                    return self.env._(
                        "%(deposit)s is a deposit of %(owner)s, not of %(customer)s. Choose the "
                        "deposits again.",
                        deposit=name,
                        owner=move.commercial_partner_id.display_name,
                        customer=self.commercial_partner_id.display_name or "–",
                    )
                if order.currency_id != self.currency_id:
                    return self.env._(
                        "%(deposit)s is in %(currency)s, this invoice in %(other)s. Choose the "
                        "deposits again.",
                        deposit=name,
                        currency=order.currency_id.name,
                        other=self.currency_id.name,
                    )
        return False

    # === CHOOSING ===#

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
                    value=str(choices),
                )
            )
        step = exact(self.currency_id.rounding)
        amounts = {}
        for choice in choices:
            known = isinstance(choice, dict) and set(choice) <= CHOICE_NAMES
            deposit_id = choice.get("deposit_id") if known else None
            if type(deposit_id) is not int:
                raise UserError(
                    self.env._(
                        "“%(value)s” is no choice of a deposit: give deposit_id and, if you like, "
                        "amount.",
                        value=str(choice),
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
                    value=str(value),
                )
            ) from None
        if amount <= 0:
            raise UserError(
                self.env._(
                    "%(deposit)s: an amount of %(value)s can't be deducted, it must be above 0.",
                    deposit=self._name_document(deposit_id),
                    value=str(value),
                )
            )
        return amount

    def _name_document(self, move_id):
        """Return what a document is called; its number alone where the user may not read it."""
        move = self.browse(move_id).exists()
        return move.display_name if move.has_access("read") and move else str(move_id)

    def _lock_deposits(self, choices):
        """Keep anybody else from deducting the same deposits until the end of the transaction.

        :raise UserError: when somebody else bills one of the orders right now
        """
        # sudo: which orders, whoever chooses
        chosen = self.browse(choices).exists().sudo()
        orders = (chosen | self.sudo()).invoice_line_ids.sale_line_ids.filtered(
            lambda line: line.is_downpayment
        )
        for order in orders.order_id.sorted("id"):
            order._lock_for_billing()

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
                deductions.append((order, Deduction(deposit, parts)))
        return deductions

    def _get_deposit_refusal(self, deposit_id):
        """Return why a document can't be deducted here."""
        move = self.browse(deposit_id).exists()
        if not move or not move.has_access("read"):
            return self.env._("There is no deposit %(deposit)s.", deposit=deposit_id)
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
