from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.money import ONE, ZERO, exact, rounded
from ...tools.slices import share
from .own_context import get_handed
from .sale_order import WORK_KINDS


class SaleOrderLine(models.Model):
    _name = "sale.order.line"
    _inherit = ["sale.order.line", "billing.internal", "billing.guard"]

    _kept_by_billing = (
        "contract_amount",
        "contract_total",
    )

    contract_amount = fields.Monetary(
        string="Contract Amount",
        compute="_compute_contract_amounts",
        help="Untaxed amount of this line within the order's own total, where Odoo may have placed "
        "a cent of rounding.",
    )
    contract_total = fields.Monetary(
        string="Contract Total",
        compute="_compute_contract_amounts",
        help="The contract amount with its taxes.",
    )
    is_change_order = fields.Boolean(
        string="Change Order",
        copy=False,
        help="Added after the billing began: prints show it apart.",
    )

    # === COMPUTE METHODS ===#

    @api.depends(
        "order_id.order_line.price_subtotal",
        "order_id.order_line.price_total",
        "tax_ids",
        "invoice_lines.tax_ids",
        "invoice_lines.amount_currency",
        "invoice_lines.parent_state",
    )
    def _compute_contract_amounts(self):
        contracts = {order: order._get_contract_amounts() for order in self.order_id}
        # The others of the order, too: Odoo asks for a thousand lines at a time, and the engine would
        # run over the whole order again for each thousand.
        lines = self | self.order_id.order_line
        names = ("contract_amount", "contract_total")
        with self.env.protecting([self._fields[name] for name in names], lines):
            for line in lines:
                contract = contracts.get(line.order_id, {}).get(line)
                line.contract_amount = contract["untaxed"] if contract else 0.0
                line.contract_total = contract["total"] if contract else 0.0

    def _compute_price_unit(self):
        # EXTENDS sale: Odoo keeps the price of a line that is invoiced, and so asks for the invoiced
        # quantity, which we read from the contract amount, before the new price is known.
        res = super()._compute_price_unit()
        lines = self.order_id.filtered("order_line.invoice_lines").order_line
        if lines:
            lines.invalidate_recordset(["contract_amount", "contract_total"], flush=False)
            self.env.add_to_compute(self._fields["qty_invoiced"], lines)
            orders = lines.order_id
            # The contract was read beside the order's totals, which then are those of the old price.
            for name in ("billing_progress", "amount_untaxed", "amount_tax", "amount_total"):
                self.env.add_to_compute(orders._fields[name], orders)
        return res

    def _prepare_qty_invoiced(self):
        # EXTENDS sale, because the quantity of a situation's line need not be a share of the
        # ordered one (1 × 1 111.11 for a third of 1 × 3 333.33): what is invoiced follows the amounts.
        invoiced_quantities = super()._prepare_qty_invoiced()
        by_amount = self._filter_billed_by_amount()
        # Odoo's accruals ask for the quantities of a day (`qty_invoiced_at_date`), nothing else does.
        until = self.env.context.get("accrual_entry_date")
        if by_amount:
            amounts = by_amount._get_billed_amounts(until=until)
            for line in by_amount:
                invoiced_quantities[line] = line._get_quantity_of_amount(
                    amounts[line.id or line._origin.id]
                )
        for line in self.filtered(lambda line: line._is_deducted_in_parts()):
            invoiced_quantities[line] = line._get_deposit_quantity()
        for line in self.filtered(lambda line: line.product_type == "combo"):
            if items := line.linked_line_ids._filter_billed_by_amount():
                amounts = items._get_billed_amounts(until=until)
                invoiced_quantities[line] = line.product_uom_qty * float(
                    share(
                        exact(sum(amounts.values())),
                        exact(sum(line.linked_line_ids.mapped("contract_amount"))),
                    )
                )
        return invoiced_quantities

    @api.depends(
        "invoice_lines.amount_currency",
        "contract_amount",
        "linked_line_ids.invoice_lines.amount_currency",
    )
    def _compute_qty_invoiced(self):
        # EXTENDS sale: a changed price changes the share that is billed. What is stored is that of all
        # documents, whatever day the caller's context names.
        lines = self
        if self.env.context.get("accrual_entry_date"):
            lines = self.with_context(accrual_entry_date=False)
        return super(SaleOrderLine, lines)._compute_qty_invoiced()

    @api.depends("invoice_lines.amount_currency", "contract_amount")
    def _compute_qty_invoiced_posted(self):
        # EXTENDS sale: see `_prepare_qty_invoiced`.
        res = super()._compute_qty_invoiced_posted()
        by_amount = self._filter_billed_by_amount()
        if by_amount:
            amounts = by_amount._get_billed_amounts(posted=True)
            for line in by_amount:
                line.qty_invoiced_posted = line._get_quantity_of_amount(
                    amounts[line.id or line._origin.id]
                )
        for line in self.filtered(lambda line: line._is_deducted_in_parts()):
            line.qty_invoiced_posted = line._get_deposit_quantity(posted=True)
        return res

    @api.depends("invoice_lines.amount_currency")
    def _compute_untaxed_amount_invoiced(self):
        # EXTENDS sale: the cents that rounding a document as a whole places on a line are in its entry,
        # not in its subtotal.
        res = super()._compute_untaxed_amount_invoiced()
        by_amount = self._filter_billed_by_amount()
        by_amount |= self.filtered(lambda line: line._is_deducted_in_parts())
        amounts = by_amount._get_billed_amounts(posted=True)
        for line in by_amount:
            line.untaxed_amount_invoiced = amounts[line.id or line._origin.id]
        return res

    @api.depends("contract_amount", "invoice_lines.amount_currency")
    def _compute_untaxed_amount_to_invoice(self):
        # EXTENDS sale: Odoo compares discounts and quantities, which a line of 1 × the exact
        # amount doesn't share with its order line.
        res = super()._compute_untaxed_amount_to_invoice()
        for line in self._filter_billed_by_amount():
            if line.state == "sale":
                line.untaxed_amount_to_invoice = line._get_amount_due(
                    line.contract_amount, line.untaxed_amount_invoiced
                )
        for line in self.filtered(lambda line: line._is_deducted_in_parts()):
            line.untaxed_amount_to_invoice = line.currency_id.round(line.untaxed_amount_to_invoice)
        return res

    @api.depends("amount_invoiced", "untaxed_amount_invoiced", "contract_total")
    def _compute_amount_to_invoice(self):
        # EXTENDS sale: see `_compute_untaxed_amount_to_invoice`. The cents of a tax close over the order,
        # not over each line: of one that is billed whole nothing is left.
        res = super()._compute_amount_to_invoice()
        for line in self._filter_billed_by_amount():
            left = line.currency_id.compare_amounts(
                line.untaxed_amount_invoiced, line.contract_amount
            )
            line.amount_to_invoice = left and line._get_amount_due(
                line.contract_total, line.amount_invoiced
            )
        return res

    @api.depends("invoice_lines.amount_currency")
    def _compute_qty_to_invoice(self):
        # EXTENDS sale: work that is billed by progress ahead of its delivery is not to be given back.
        res = super()._compute_qty_to_invoice()
        for line in self._filter_billed_by_amount():
            ahead = line.qty_delivered < line.qty_invoiced <= line.product_uom_qty
            if line.product_id.invoice_policy == "delivery" and ahead:
                line.qty_to_invoice = 0.0
        return res

    # === BUSINESS METHODS ===#

    def _is_work_line(self):
        """Whether situations bill this line: priced work, neither a deposit, nor a reinvoiced cost,
        nor a combo product, which is the title of its items."""
        self.ensure_one()
        return not (
            self.display_type
            or self.is_downpayment
            or self.is_expense
            or self.product_type == "combo"
            # Delivered without being ordered: Odoo added it, and bills it by itself.
            or (
                not self.product_uom_qty
                and self.qty_delivered
                and not any(
                    move.billing_kind in WORK_KINDS and move.state != "cancel"
                    for move in self.invoice_lines.move_id
                )
            )
        )

    def _get_row_above(self):
        """Return the row that this one stands under: section, subsection or combo product."""
        self.ensure_one()
        return self.linked_line_id if self.combo_item_id else self.parent_id

    def _filter_billed_by_amount(self):
        """Return the lines of work that a situation or its kin bills, and that have an amount."""
        lines = self.filtered(
            lambda line: (
                line._is_work_line()
                and any(
                    move.billing_kind and move.state != "cancel"
                    for move in line.invoice_lines.move_id
                )
            )
        )
        billed = lines._get_billed_amounts()
        return lines.filtered(
            lambda line: (
                line.contract_amount
                or billed[line.id or line._origin.id]
                or not line.product_uom_qty
            )
        )

    def _is_deducted_in_parts(self):
        """Whether this is a deposit that a situation or its kin deducts, or an invoice by hand, or that
        is credited: Odoo takes each part for the whole; or one that rounds to nothing, with nothing
        left to deduct."""
        self.ensure_one()
        if not self.is_downpayment or self.display_type:
            return False
        moves = self.invoice_lines.move_id.filtered(lambda move: move.state != "cancel")
        return (
            any(
                move.billing_kind in WORK_KINDS
                or (move.billing_kind == "deposit" and move.move_type == "out_refund")
                for move in moves
            )
            or self._is_deducted_by_hand()
            or (
                "deposit" in moves.mapped("billing_kind")
                and not any(self.invoice_lines.mapped("amount_currency"))
            )
        )

    def _get_deposit_quantity(self, posted=False):
        """Return the share of a deposit that is left to deduct: 1 at first, 0 in the end.

        :param bool posted: of posted documents only
        """
        self.ensure_one()
        worth = left = ZERO
        for item in self.invoice_lines:
            move = item.move_id
            if move.state == "cancel" or (posted and move.state != "posted"):
                continue
            amount = self.order_id._get_item_amount(item)
            left += amount
            if move._is_deposit():
                worth += amount
        if not left:
            return 0.0
        # Whatever is left keeps the line open, be it a cent, or given back too much.
        step = exact(1).scaleb(-self.env["decimal.precision"].precision_get("Product Unit"))
        quantity = rounded(left / worth, step) if worth else -ONE
        return float(quantity or (step if left * worth > 0 else -step))

    def _get_amount_due(self, whole, invoiced):
        """Return what of an amount of this line may be invoiced now: the rest, or what of it is
        delivered, but never less than is invoiced by progress.

        :param float whole: amount of the line
        :param float invoiced: what of it is invoiced
        """
        self.ensure_one()
        due = whole
        if self.product_id.invoice_policy == "delivery":
            delivered = share(exact(self.qty_delivered), exact(self.product_uom_qty))
            due = float(delivered * exact(whole))
            if abs(due) < abs(invoiced) <= abs(whole):
                due = invoiced
        return self.currency_id.round(due - invoiced)

    def _get_quantity_of_amount(self, amount):
        """Return the quantity that an untaxed amount of this line stands for.

        It reaches the ordered quantity only together with the whole amount, so that Odoo keeps a
        line open on which a cent is left.
        """
        self.ensure_one()
        currency = self.currency_id or self.company_id.currency_id
        ordered = exact(self.product_uom_qty)
        whole = exact(self.contract_amount)
        rest = currency.compare_amounts(amount, self.contract_amount)
        if rest == 0:
            return float(ordered)
        if not whole or not ordered:
            # Nothing is ordered any more: what is billed is to be given back.
            price = self.price_unit * (1 - self.discount / 100)
            return amount / price if price else 0.0
        step = exact(1).scaleb(-self.env["decimal.precision"].precision_get("Product Unit"))
        quantity = rounded(exact(amount) / whole * ordered, step)
        if quantity == ordered:
            too_much = (rest > 0) == (whole > 0)
            away = step if (ordered > 0) == too_much else -step
            quantity += away
        return float(quantity)

    def _get_billed_amounts(self, posted=False, kind=None, until=None, apart_from=None):
        """Return ``{line id: untaxed amount}`` of the lines' documents, in the order's currency.

        Drafts and posted ones count, cancelled ones don't, credit notes are negative. The accounting
        amount is read, because it is what a document's total is made of.

        :param bool posted: posted documents only
        :param kind: documents of this `billing_kind` only
        :param until: documents up to this day only
        :param apart_from: documents that don't count
        """
        amounts = defaultdict(float)
        line_ids = [line_id for line_id in (self._origin.ids or self.ids) if line_id]
        if not line_ids:
            return amounts
        # sudo: the figures of an order that the user reads, not the entries, which a salesperson
        # may not read; `sale` computes its invoiced amounts the same way.
        journal_items = self.env["account.move.line"].sudo()
        domain = self._get_billing_items_domain(line_ids, posted, kind, until, apart_from)
        currencies = {line.id or line._origin.id: line.currency_id for line in self}
        foreign = []
        for order_line, currency, amount_currency in journal_items._read_group(
            domain, ["sale_line_ids", "currency_id"], ["amount_currency:sum"]
        ):
            if order_line.id not in currencies:
                continue
            if currency == currencies[order_line.id]:
                amounts[order_line.id] -= amount_currency
            else:
                foreign.append(order_line.id)
        if foreign:
            domain = self._get_billing_items_domain(foreign, posted, kind, until, apart_from)
            for item in journal_items.search(domain):
                for order_line in item.sale_line_ids:
                    currency = currencies.get(order_line.id)
                    if currency and currency != item.currency_id:
                        amounts[order_line.id] -= item.currency_id._convert(
                            item.amount_currency,
                            currency,
                            item.company_id,
                            item.move_id.invoice_date or fields.Date.context_today(self),
                        )
        for line_id, amount in amounts.items():
            if currencies[line_id]:
                amounts[line_id] = currencies[line_id].round(amount)
        return amounts

    def _get_billed_quantities(self, kind=None, apart_from=None):
        """Return ``{line id: quantity}`` of the lines' documents, as `_get_billed_amounts` counts."""
        quantities = defaultdict(float)
        if not self:
            return quantities
        journal_items = self.env["account.move.line"].sudo()  # as in `_get_billed_amounts`
        for move_type, sign in (("out_invoice", 1), ("out_refund", -1)):
            domain = self._get_billing_items_domain(
                self.ids, kind=kind, apart_from=apart_from
            ) & Domain("move_id.move_type", "=", move_type)
            for order_line, unit, quantity in journal_items._read_group(
                domain, ["sale_line_ids", "product_uom_id"], ["quantity:sum"]
            ):
                if order_line in self:
                    quantities[order_line.id] += sign * unit._compute_quantity(
                        quantity, order_line.product_uom_id
                    )
        return quantities

    @api.model
    def _get_billing_items_domain(
        self, line_ids, posted=False, kind=None, until=None, apart_from=None
    ):
        """Return the domain of the journal items that bill these order lines."""
        domain = Domain("sale_line_ids", "in", line_ids) & Domain("display_type", "=", "product")
        domain &= Domain("move_id.move_type", "in", ("out_invoice", "out_refund"))
        if kind:
            domain &= Domain("move_id.billing_kind", "=", kind)
        if until:
            domain &= Domain("move_id.invoice_date", "<=", until)
        if apart_from:
            domain &= Domain("move_id", "not in", apart_from.ids)
        states = Domain("parent_state", "=", "posted")
        if not posted:
            states = Domain("parent_state", "!=", "cancel")
        return domain & (states | Domain("move_id.payment_state", "=", "invoicing_legacy"))

    def _prepare_invoice_lines_vals_list(self, **optional_values):
        # EXTENDS sale: on an order with situations, Odoo's own invoice bills exactly the rest.
        rest_values = get_handed(self.env, "situation_rest_values") or {}
        if self.order_id.id not in rest_values:
            return super()._prepare_invoice_lines_vals_list(**optional_values)
        slice_values = rest_values[self.order_id.id]
        if self.id not in slice_values:
            if self._filter_billed_by_amount() or self.is_downpayment:
                return []
            return super()._prepare_invoice_lines_vals_list(**optional_values)
        vals_list = super()._prepare_invoice_lines_vals_list(**optional_values)
        return [{**values, **part} for values in vals_list for part in slice_values[self.id]]

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS sale: a line that comes after the first document is a change order.
        lines = super().create(vals_list)
        added = lines.filtered(
            lambda line: not (line.display_type or line.is_downpayment or line.is_expense)
        )
        for order in added.order_id:
            if order._has_billing_begun():
                (added & order.order_line).is_change_order = True
        return lines

    def _is_deducted_by_hand(self):
        """Whether an invoice of Odoo's own deducts a part of this deposit."""
        self.ensure_one()
        return any(
            item.price_unit != self.price_unit
            for item in self.invoice_lines
            if item.move_id.state != "cancel"
            and not item.move_id.billing_kind
            and not item.move_id._is_deposit()
        )

    def _is_kept_as_billed(self):
        """Whether no situation bills this line; a hook."""
        self.ensure_one()
        return False
