"""The deduction of deposits: how much a document gives back, and the lines that say so."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tools import format_date

from ...tools.deductions import RULES, DepositState, deduct
from ...tools.echo import shown
from ...tools.money import HUNDRED, ONE, ZERO, exact, rounded, spread
from ..billing.res_company import DEDUCTION_RULES
from ..billing.sale_order import PROGRESS_DECIMALS


class SaleOrder(models.Model):
    _inherit = "sale.order"

    deduction_rule = fields.Selection(
        DEDUCTION_RULES,
        string="Deduct Deposits",
        compute="_compute_deduction_rule",
        store=True,
        readonly=False,
        precompute=True,
        help="How situations give the deposits back. The balance deducts whatever is left.",
    )
    deduction_start = fields.Float(
        string="Deduct from (%)",
        default=65.0,
        help="Progress in % from which the rule between two progresses deducts.",
    )
    deduction_end = fields.Float(
        string="Deducted by (%)",
        default=80.0,
        help="Progress in % by which the rule between two progresses has deducted everything.",
    )

    # === COMPUTE METHODS AND CONSTRAINTS ===#

    @api.depends("company_id")
    def _compute_deduction_rule(self):
        for order in self:
            order.deduction_rule = order.company_id.deduction_rule

    @api.constrains("deduction_start", "deduction_end")
    def _check_deduction_thresholds(self):
        for order in self:
            if not 0 <= order.deduction_start <= order.deduction_end <= 100:
                raise ValidationError(
                    self.env._(
                        "Order %(order)s: deposits can't be deducted from a progress of %(start)s %% "
                        "to one of %(end)s %%. Give two progresses from 0 to 100, the first one not "
                        "above the second.",
                        order=order.name,
                        start=order.deduction_start,
                        end=order.deduction_end,
                    )
                )

    # === PLAN ===#

    def _plan_deductions(self, plan, rule=None, amount=None):
        # EXTENDS: deposits are deducted by a rule.
        self.ensure_one()
        rule = self._read_deduction_rule(rule, amount)
        limit = plan.works_total
        deposits = self._get_deductible_deposits()
        wanted = ZERO
        if rule == "manual":
            wanted = self._read_deduction_amount(amount, limit, deposits)
        # The progress that is told, so that whoever adds up by hand finds the same amount.
        progress = rounded(plan.progress, ONE.scaleb(-PROGRESS_DECIMALS)) / HUNDRED
        step = exact(self.currency_id.rounding)
        amounts = deduct(
            self._get_deduction_function(rule),
            [
                DepositState(
                    deposit.worth,
                    deposit.deducted,
                    progress,
                    exact(self.deduction_start) / HUNDRED,
                    exact(self.deduction_end) / HUNDRED,
                    wanted,
                    limit,
                )
                for deposit in deposits
            ],
            limit,
            step,
        )
        return [
            deposit.deduct(self._split_deposit(deposit, share))
            for deposit, share in zip(deposits, amounts, strict=True)
            if share
        ]

    def _plan_final_deductions(self):
        # EXTENDS: the balance deducts whatever is left of the deposits.
        left = [
            deposit.deduct({line: part for line, part in deposit.left.items() if part})
            for deposit in self._get_deposits()
            if any(deposit.left.values())
        ]
        return [*super()._plan_final_deductions(), *left]

    def _get_deduction_function(self, rule):
        """Return what a rule deducts: a function of a :class:`DepositState`, see `tools.deductions`.

        A hook: another addon adds its rule to the selections of `deduction_rule` (company, order,
        wizard) and returns its function here, with parameters of its own on the order.

        :param rule: a value of the selection
        """
        self.ensure_one()
        return RULES[rule]

    def _read_deduction_rule(self, rule, amount):
        """Return the rule to use: the one that was asked for, else the order's.

        :raise UserError: on an unknown one, and on an amount without the rule `manual`
        """
        used = (self.deduction_rule or "final") if rule is None or rule is False else rule
        labels = dict(self._fields["deduction_rule"]._description_selection(self.env))
        if not isinstance(used, str) or used not in labels:
            raise UserError(
                self.env._(
                    "“%(rule)s” is not a deduction rule: give one of %(known)s.",
                    rule=shown(used),
                    known=", ".join(labels),
                )
            )
        if used != "manual" and amount not in (None, False):
            raise UserError(
                self.env._(
                    "An amount of %(amount)s to deduct goes with the rule “manual”, not with "
                    "“%(rule)s”.",
                    amount=shown(amount),
                    rule=labels[used],
                )
            )
        if rule == "manual" and (amount is None or amount is False):
            raise UserError(
                self.env._("Order %(order)s: give the amount to deduct.", order=self.name)
            )
        return used

    def _read_deduction_amount(self, amount, limit, deposits):
        """Return the amount to deduct by hand.

        :raise UserError: when it is more than is left of the deposits, or than the document
        """
        if amount in (None, False):
            return ZERO
        step = exact(self.currency_id.rounding)
        wanted = rounded(self._read_amount(amount), step)
        if wanted < 0:
            raise UserError(
                self.env._(
                    "A deduction of %(amount)s on order %(order)s is below 0.",
                    amount=self._format_amount(wanted),
                    order=self.name,
                )
            )
        left = sum((max(deposit.remaining, ZERO) for deposit in deposits), ZERO)
        if wanted > left:
            raise UserError(
                self.env._(
                    "A deduction of %(amount)s is above what is left of the posted deposits of "
                    "order %(order)s: %(left)s.",
                    amount=self._format_amount(wanted),
                    order=self.name,
                    left=self._format_amount(left),
                )
            )
        if wanted > max(limit, ZERO):
            raise UserError(
                self.env._(
                    "A deduction of %(amount)s is above the works of this document on order "
                    "%(order)s: %(limit)s.",
                    amount=self._format_amount(wanted),
                    order=self.name,
                    limit=self._format_amount(max(limit, ZERO)),
                )
            )
        return wanted

    def _get_deductible_deposits(self):
        """Return the deposits that a situation may deduct."""
        return self._filter_deductible(self._get_deposits())

    def _filter_deductible(self, deposits):
        """Return those of the order's deposits that may be deducted: of which something is left, and
        paid where the company says so."""
        deposits = [deposit for deposit in deposits if deposit.remaining > 0]
        if self.company_id.deduct_paid_deposits_only:
            return [
                deposit
                for deposit in deposits
                if deposit.move.payment_state in ("paid", "in_payment")
            ]
        return deposits

    def _split_deposit(self, deposit, amount):
        """Return the parts of a deposit that make up an amount, by line and by tax.

        The tax engine splits what is left of each line; the cents by which the parts miss the amount
        go to the largest bases, so that the document is reduced by exactly that amount.

        :param deposit: a :class:`Deposit`
        :param amount: decimal, tax included, not above what is left
        :return: as `Deposit.left`
        """
        self.ensure_one()
        if amount == deposit.remaining:
            return {line: part for line, part in deposit.left.items() if part}
        AccountTax = self.env["account.tax"]
        step = exact(self.currency_id.rounding)
        # The engine mixes the shares up unless the larger one comes first.
        shares = sorted((amount, deposit.remaining - amount), reverse=True)
        factors = [{"factor": float(share)} for share in shares]
        parts = {}
        for line, left in deposit.left.items():
            [base_line] = self._round_lines(
                line, tax_ids=deposit.taxes[line], **self._prepare_exact_price(left, ONE)
            )
            pieces = AccountTax._split_base_line(base_line, self.company_id, factors)
            parts[line] = self._read_amounts(pieces[shares.index(amount)])
        missing = amount - sum((part.total for part in parts.values()), ZERO)
        corrections = spread(missing, [part.untaxed for part in parts.values()], step)
        for (line, part), correction in zip(parts.items(), corrections, strict=True):
            parts[line] = part._replace(
                untaxed=part.untaxed + correction,
                bases={
                    tax_id: base + correction if base == part.untaxed else base
                    for tax_id, base in part.bases.items()
                },
                total=part.total + correction,
            )
        return {line: part for line, part in parts.items() if part}

    # === LINES ===#

    def _prepare_exact_price(self, amounts, quantity):
        """Return quantity, price, discount and exact amounts of a line that stands for ``amounts``.

        The price holds the taxes that are included in it; a line without tax has nothing but it.

        :param amounts: :class:`Amounts` of quantity 1
        :param quantity: 1, or −1 where they are taken off
        """
        included = self.env["account.tax"].browse(amounts.taxes).filtered("price_include")
        price = amounts.untaxed + sum((amounts.taxes[tax.id] for tax in included), ZERO)
        values = {
            "quantity": float(quantity),
            "price_unit": float(price),
            "discount": 0.0,
            "extra_tax_data": False,
        }
        if amounts.taxes:
            values["extra_tax_data"] = self._prepare_exact_taxes(
                values,
                amounts.untaxed * quantity,
                {tax_id: tax * quantity for tax_id, tax in amounts.taxes.items()},
                {tax_id: base * quantity for tax_id, base in amounts.bases.items()},
            )
        return values

    def _prepare_deduction_lines(self, deductions):
        """Return the values of the lines that deduct deposits, a section for each deposit."""
        self.ensure_one()
        values_list = super()._prepare_deduction_lines(deductions)
        for deduction in deductions:
            name = self._get_deduction_title(deduction)
            # Marked as Odoo marks what belongs to deposits, for the print.
            title = {"display_type": "line_section", "name": name, "is_downpayment": True}
            values_list.append(title)
            for line_id, part in deduction.parts.items():
                taxes = self.env["account.tax"].browse(deduction.taxes[line_id])
                line = self.order_line.browse(line_id)
                values = line._prepare_invoice_line(**self._prepare_deduction_values(part, taxes))
                labels = taxes.mapped(lambda tax: tax.invoice_label or tax.name)
                values["name"] = " – ".join([name, *filter(None, labels)])
                values_list.append(values)
        return values_list

    def _prepare_rest_values(self):
        # EXTENDS: Odoo's own invoice deducts exactly what is left.
        values = super()._prepare_rest_values()
        for deposit in self._get_deposits():
            for line, left in deposit.left.items():
                if left:
                    values[line.id] = [self._prepare_deduction_values(left, deposit.taxes[line])]
        return values

    def _prepare_deduction_values(self, part, taxes):
        """Return what of a deduction line differs from Odoo's own: the exact part, and the taxes that
        the deposit bears, which somebody may have changed on its draft."""
        return {
            **self._prepare_exact_price(part, -ONE),
            "tax_ids": [Command.set(taxes.ids)],
        }

    def _get_deduction_name(self, move):
        """Return the title of a deposit's deduction, in the environment's language."""
        if not move:
            return self.env._("Deduction of a deleted deposit")
        return self.env._(
            "Deduction of deposit %(deposit)s of %(date)s",
            deposit=move.name or self.env._("(draft)"),
            date=format_date(self.env, move.invoice_date or move.date),
        )

    # === BUSINESS METHODS ===#

    def _is_deducted_on(self, move):
        # EXTENDS
        self.ensure_one()
        return (
            super()._is_deducted_on(move)
            or self in move._get_hand_deductions().sale_line_ids.order_id
        )

    def _sum_hand_deductions(self, states=("draft", "posted")):
        """Return what documents that bill nothing of the order take off for its deposits, tax included,
        in its currency; negative, as a decimal.

        :param states: of the documents that count
        """
        self.ensure_one()
        lines = self._get_down_payment_lines()
        moves = lines.invoice_lines.move_id.filtered(lambda move: move.state in states)
        items = moves._get_hand_deductions().filtered(lambda item: item.sale_line_ids & lines)
        return sum(
            (exact(self._get_own_amount(item.move_id, item.price_total)) for item in items), ZERO
        )

    def _get_deduction_title(self, deduction):
        # EXTENDS
        # sudo: number and date of a document of the order, for whoever bills
        return self._get_deduction_name(
            self.env["account.move"].sudo().browse(deduction.source or ())
        )
