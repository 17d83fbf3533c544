"""The deposits of an order: their making, and what each is worth and what is left of it now."""

from collections import defaultdict
from decimal import Decimal
from typing import Any, NamedTuple

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date, formatLang

from ...tools.echo import shown
from ...tools.entries import EntryError, number
from ...tools.money import HUNDRED, ZERO, exact, rounded
from ...tools.plan import Deduction
from ...tools.position import NOTHING
from ..billing.customer_figure import CustomerFigure
from ..billing.own_context import Handed, get_handed, own_context
from ..billing.sale_order import PROGRESS_DECIMALS

AMOUNT_TYPES = ("percent", "fixed")
DETAILS = ("single", "lines")


class Deposit(NamedTuple):
    """A deposit as it stands; amounts tax included, in the order's currency.

    :param move: its invoice; empty when that was deleted after documents had deducted it
    :param worth: what it is worth: posted, less its credit notes
    :param deducted: what documents deduct of it, drafts included
    :param left: ``{down payment line of the order: Amounts}`` that are left to deduct
    :param taxes: ``{down payment line of the order: taxes}`` that the deposit bears
    """

    move: Any
    worth: Decimal
    deducted: Decimal
    left: dict
    taxes: dict

    @property
    def remaining(self):
        return sum((part.total for part in self.left.values()), ZERO)

    def deduct(self, parts):
        """Return the :class:`Deduction` of parts of it, as `left` has them."""
        return Deduction(
            self.move.id or 0,
            {line.id: part for line, part in parts.items()},
            {line.id: tuple(self.taxes[line].ids) for line in parts},
        )


class SaleOrder(models.Model):
    _inherit = "sale.order"

    _kept_by_billing = (
        "deposit_percent",
        "situation_percent",
    )

    deposit_percent = CustomerFigure(
        string="Deposits (%)",
        compute="_compute_billing_percents",
        store=True,
        compute_sudo=True,
        aggregator="avg",
        help="Share of the order's total that is invoiced as deposits, drafts included.",
    )
    situation_percent = CustomerFigure(
        string="Situations (%)",
        compute="_compute_billing_percents",
        store=True,
        compute_sudo=True,
        aggregator="avg",
        help="Share of the order's total that is invoiced as situations and balance, deposits "
        "deducted, drafts included.",
    )

    # === COMPUTE METHODS ===#

    @api.depends(
        "amount_total",
        "billing_document_ids.billing_kind",
        "billing_document_ids.state",
        "billing_document_ids.amount_total",
        "order_line.invoice_lines.price_total",
        "order_line.invoice_lines.move_id.state",
    )
    def _compute_billing_percents(self):
        for order in self:
            order.update(order._get_billing_percents(("draft", "posted")))

    def _get_billing_percents(self, states):
        """Return the shares of the order's total that documents invoice as deposits and otherwise.

        :param states: of the documents that count
        :return: dict of `deposit_percent` and `situation_percent`
        """
        self.ensure_one()
        moves = self.billing_document_ids.filtered(lambda move: move.state in states)
        deposits = moves.filtered(lambda move: move.billing_kind == "deposit")
        works = self._sum_documents(moves - deposits) + self._sum_hand_deductions(states)
        return {
            "deposit_percent": self._get_percent_of_total(self._sum_documents(deposits)),
            "situation_percent": self._get_percent_of_total(works),
        }

    def _sum_documents(self, moves):
        """Return what documents come to, tax included, credit notes negative."""
        return sum((exact(-move.direction_sign * move.amount_total) for move in moves), ZERO)

    def _get_percent_of_total(self, amount):
        """Return an amount in % of the order's total."""
        if not self.amount_total:
            return 0.0
        return round(float(amount / exact(self.amount_total) * HUNDRED), PROGRESS_DECIMALS)

    # === WHERE THE DEPOSITS STAND ===#

    def _get_deposits(self, without=None):
        """Return the :class:`Deposit` s of the order, oldest first, as they stand now.

        A deposit counts once it is posted; a credit note of it and a deduction count as soon as they
        are drafted, so that nothing is given back twice.

        :param without: an invoice whose deductions don't count, because they are to be chosen again
        """
        self.ensure_one()
        items = [
            (item, line, amounts)
            for item, line, amounts in self._get_deposit_items()
            if item.move_id != without
        ]
        invoices = defaultdict(list)
        for item, line, _amounts in items:
            if item.move_id._is_deposit() and item.move_id.move_type == "out_invoice":
                invoices[line].append(item)
        # One that was replaced (Odoo's "Reverse and Create Invoice") has two on the same line.
        current = {
            line: max(found, key=lambda item: (item.move_id._is_standing(), item.id))
            for line, found in invoices.items()
        }
        worth, deducted = defaultdict(lambda: ZERO), defaultdict(lambda: ZERO)
        left = defaultdict(dict)
        no_move = self.env["account.move"].sudo()  # as those of the items
        for item, line, amounts in items:
            deposit = current[line].move_id if line in current else no_move
            parts = left[deposit]
            if item.move_id.state == "cancel" or item.move_id._is_draft_deposit():
                continue
            parts[line] = parts.get(line, NOTHING) + amounts
            if item.move_id._is_deposit():
                worth[deposit] += amounts.total
            else:
                deducted[deposit] -= amounts.total
        return [
            Deposit(
                move,
                worth[move],
                deducted[move],
                parts,
                {
                    line: current[line].tax_ids if line in current else line.tax_ids
                    for line in parts
                },
            )
            for move, parts in sorted(left.items(), key=lambda pair: pair[0].id or 0)
        ]

    def _get_draft_deposits(self):
        """Return the deposit invoices that are not posted yet."""
        self.ensure_one()
        return self._get_billing_documents().filtered(lambda move: move._is_draft_deposit())

    @api.model
    def _adopt_down_payments(self):
        """Make the down payments that Odoo has billed known as deposits of their orders."""
        lines = self.env["sale.order.line"].search([("is_downpayment", "=", True)])
        for move in lines.invoice_lines.move_id:
            orders = move.line_ids.sale_line_ids.order_id
            if not move.billing_kind and len(orders) == 1 and move._is_deposit():
                # sudo: what the document is, as it stands; nobody's to write
                move.sudo().write({"billing_kind": "deposit", "billing_order_id": orders.id})

    # === MAKING A DEPOSIT ===#

    def _read_deposit(self, amount, amount_type, detail):
        """Return the total of a deposit, tax included, in the order's currency.

        :raise UserError: on anything that is not a deposit of this order, naming the value
        """
        self.ensure_one()
        for name, value, known in (
            ("amount_type", amount_type, AMOUNT_TYPES),
            ("detail", detail, DETAILS),
        ):
            if value not in known:
                raise UserError(
                    self.env._(
                        "“%(value)s” is not a value of %(name)s: give one of %(known)s.",
                        value=shown(value),
                        name=name,
                        known=", ".join(known),
                    )
                )
        total = self._get_deposit_total(self._read_amount(amount), amount_type)
        left = exact(self._get_left_to_invoice())
        if total <= 0:
            raise UserError(
                self.env._(
                    "A deposit of %(value)s on order %(order)s is none: it must be above 0.",
                    value=shown(amount),
                    order=self.name,
                )
            )
        if total > left:
            raise UserError(
                self.env._(
                    "A deposit of %(deposit)s is above what is left to invoice of order "
                    "%(order)s: %(left)s.",
                    deposit=self._format_amount(total),
                    order=self.name,
                    left=self._format_amount(max(left, ZERO)),
                )
            )
        return total

    def _get_deposit_total(self, amount, amount_type):
        """Return what a deposit comes to, tax included, rounded.

        :param amount: decimal, in % or in the order's currency
        """
        if amount_type == "percent":
            amount = exact(self.amount_total) * amount / HUNDRED
        return rounded(amount, exact(self.currency_id.rounding))

    def _read_amount(self, value):
        """Return a number as a decimal.

        :raise UserError: when it isn't one
        """
        try:
            return number(value)
        except EntryError:
            raise UserError(
                self.env._(
                    "Order %(order)s: “%(value)s” is not a number.",
                    order=self.name,
                    value=shown(value),
                )
            ) from None

    def _format_amount(self, amount):
        return formatLang(self.env, float(amount), currency_obj=self.currency_id)

    def _create_deposit(self, total, amount, amount_type, detail, invoice_date):
        """Create the draft deposit by Odoo's own machinery (`sale.advance.payment.inv`).

        :param total: what ``amount`` comes to, tax included, rounded
        """
        self.ensure_one()
        values = {
            "sale_order_ids": self.ids,
            "advance_payment_method": "percentage" if amount_type == "percent" else "fixed",
            "deposit_detail": detail,
            "deposit_date": invoice_date,
        }
        values["amount" if amount_type == "percent" else "fixed_amount"] = float(amount)
        # sudo: Odoo writes the down payment lines on the order, which whoever may invoice it
        # (checked by the caller) needn't be allowed to write himself.
        wizard = self.env["sale.advance.payment.inv"].sudo().create(values)
        wizard = wizard.with_context(deposit_total=Handed(total))
        move = wizard._create_invoices(wizard.sale_order_ids)
        return self.env["account.move"].browse(move.id).with_company(self.company_id)

    def _get_deposit_name(self, percent=None):
        """Return the description of a deposit, in the environment's language.

        :param float percent: share of the order in %, None for a fixed amount
        """
        self.ensure_one()
        values = {"order": self.name, "date": format_date(self.env, self.date_order)}
        if percent is None:
            return self.env._("Deposit on order %(order)s of %(date)s", **values)
        return self.env._(
            "Deposit of %(percent)s %% on order %(order)s of %(date)s",
            percent=self._format_progress(percent),
            **values,
        )

    def _prepare_deposit_details(self):
        """Return the values of the informative lines above a deposit: the order's lines, without
        amounts."""
        self.ensure_one()
        rows = []
        for line in self.order_line:
            if line.display_type:
                name = line.name or ""
            elif line._is_work_line() or line.product_type == "combo":
                quantity = formatLang(self.env, line.product_uom_qty, digits=2)
                name = f"• {line.name} – {quantity} {line.product_uom_id.name or ''}".rstrip()
            else:
                continue
            if not line.is_downpayment:
                rows.append({"display_type": "line_note", "name": name})
        return rows

    def _create_down_payment_lines_from_base_lines(self, down_payment_base_lines):
        # EXTENDS sale: the lines come to the deposit's total, to the cent.
        total = get_handed(self.env, "deposit_total")
        if total is not None and down_payment_base_lines:
            self.env["account.tax"]._close_base_lines(
                down_payment_base_lines, self.company_id, total
            )
        return super()._create_down_payment_lines_from_base_lines(down_payment_base_lines)

    def _prepare_down_payment_line_values_from_base_line(self, base_line):
        # EXTENDS sale: the price of a line without tax is all that holds its amount, and Odoo leaves
        # the cents of the whole deposit's rounding out of it.
        values = super()._prepare_down_payment_line_values_from_base_line(base_line)
        details = base_line["tax_details"]
        if not details["taxes_data"]:
            values["price_unit"] = self.currency_id.round(
                details["total_excluded_currency"] + details["delta_total_excluded_currency"]
            )
        return values

    def _check_draft_deposits(self):
        """Refuse to plan a balance beside a deposit that is a draft.

        :raise UserError: naming it
        """
        if drafts := self._get_draft_deposits():
            raise UserError(
                self.env._(
                    "The balance of order %(order)s has to deduct its deposits, and %(deposits)s is "
                    "a draft. Post or delete it first.",
                    order=self.name,
                    deposits=", ".join(move.display_name for move in drafts),
                )
            )

    def _check_can_be_closed(self):
        # EXTENDS: a balance deducts every deposit.
        super()._check_can_be_closed()
        self._check_draft_deposits()

    def _get_customer_figures(self):
        # EXTENDS
        order = self._origin.sudo()  # as there
        return {**super()._get_customer_figures(), **order._get_billing_percents(("posted",))}

    # === PUBLIC METHODS (RPC) ===#

    @own_context
    def create_deposit_invoice(
        self,
        amount,
        amount_type="percent",
        detail="single",
        invoice_date=None,
        post=False,
    ):
        """Create a deposit: an amount that the customer pays ahead, and later documents deduct.

        It is Odoo's own down payment, one line a tax, on the company's down payment account.

        :param float amount: above 0, tax included; together with all documents of the order not above
            its total
        :param amount_type: `percent` (of the order's total) or `fixed` (order's currency)
        :param detail: `single`, or `lines` to have the order's lines named above, without amounts
        :param invoice_date: date or ISO string; None leaves it to the posting
        :param bool post: post the document at once, with the caller's rights
        :return: id of the draft (or posted) invoice
        :raise UserError: on bad input, naming the value; nothing is written
        """
        invoice_date = self._begin_billing(invoice_date)
        self._check_can_be_billed()
        # XML-RPC has no null: what isn't given comes as False.
        amount_type = "percent" if amount_type in (None, False) else amount_type
        detail = "single" if detail in (None, False) else detail
        total = self._read_deposit(amount, amount_type, detail)
        return self._finish_billing(
            self._create_deposit(total, amount, amount_type, detail, invoice_date), post
        )

    # === ACTIONS ===#

    @own_context
    def action_create_deposit(self):
        """Open Odoo's invoicing wizard at its down payment."""
        self.ensure_one()
        self._check_billing_rights()
        self._check_can_be_billed()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale.action_view_sale_advance_payment_inv"
        )
        action["name"] = self.env._("Create deposit invoice – %(order)s", order=self.name)
        action["context"] = {
            "active_ids": self.ids,
            "default_advance_payment_method": "percentage",
        }
        return action
