"""Where an order stands: what each line is worth, what its documents bill, what tax they carry."""

from collections import defaultdict

from odoo import fields, models
from odoo.fields import Domain

from ...tools.money import ZERO, exact, rounded
from ...tools.position import NOTHING, Amounts, Billed, LinePosition, split_amount, take_part
from ...tools.slices import WorkLine


class SaleOrder(models.Model):
    _inherit = "sale.order"

    billing_rounding_method = fields.Selection(
        selection=lambda self: (
            self.env["res.company"]
            ._fields["tax_calculation_rounding_method"]
            ._description_selection(self.env)
        ),
        string="Rounding of Taxes",
        readonly=True,
        copy=False,
        help="How the taxes of the order were rounded when its billing began: it goes on so, whatever "
        "its company chooses meanwhile.",
    )

    def _get_work_lines(self):
        """Return the lines that situations bill, in the order's own sequence."""
        return self.order_line.filtered(lambda line: line._is_work_line())

    def _get_contract_amounts(self):
        """Return what each line is worth within the order's total, in the order's currency.

        The figures are the tax engine's, rounded over the whole order as `amount_untaxed` and
        `amount_tax` are, so that they sum to them: an order that was priced when its company rounded
        in the other way stays as it is. Of a line whose taxes changed after it was billed, they are what
        is billed at the taxes of then and the rest at the present ones.

        :return: ``{line: {"untaxed": float, "total": float, "taxes": {tax: float},
            "bases": {tax: float}}}``; of a line whose taxes changed, with `own` (these figures at the
            order's present taxes alone), `rest` (:class:`Amounts` at the present ones), `earlier` and
            `latest` (see :class:`LinePosition`)
        """
        self.ensure_one()
        return self._amend_contract(self._get_contract()[1])

    def _amend_contract(self, contract, apart_from=None):
        """Return contract amounts in which what was billed at other taxes stays at them.

        :param contract: as the order's lines are priced now
        :param apart_from: documents that don't count
        """
        changed = self._get_earlier_taxes(apart_from)
        if not changed:
            return contract
        contract = dict(contract)
        billed = (
            self.env["sale.order.line"].union(*changed)._get_billed_amounts(apart_from=apart_from)
        )
        step = exact(self.currency_id.rounding)
        for line, (earlier, latest) in changed.items():
            own = contract[line]
            rest, kept = self._plan_rest(
                line, own, earlier, latest, rounded(exact(billed[line._origin.id]), step)
            )
            whole = sum(kept, rest)
            contract[line] = {
                "untaxed": float(whole.untaxed),
                "total": float(whole.total),
                "taxes": {
                    self.env["account.tax"].browse(tax_id): float(amount)
                    for tax_id, amount in whole.taxes.items()
                },
                "bases": {
                    self.env["account.tax"].browse(tax_id): float(base)
                    for tax_id, base in whole.bases.items()
                },
                "own": own,
                "rest": rest,
                "earlier": earlier,
                "latest": latest,
            }
        return contract

    def _plan_rest(self, line, own, earlier, latest, billed):
        """Return what a line is worth at its present taxes once it is billed whole, and what stays billed
        at others.

        What was agreed holds: the untaxed amount, or, of a price that includes its taxes, that price.

        :param own: contract amounts of the whole line at the present taxes
        :param billed: untaxed amount that is billed of it
        :return: :class:`Amounts`, list of :class:`Amounts`
        """
        step = exact(self.currency_id.rounding)
        price = Amounts(
            rounded(exact(own["untaxed"]), step),
            {tax.id: rounded(exact(amount), step) for tax, amount in own["taxes"].items()},
            {tax.id: rounded(exact(base), step) for tax, base in own["bases"].items()},
            rounded(exact(own["total"]), step),
        )
        included = line.tax_ids.flatten_taxes_hierarchy().filtered("price_include").ids
        agreed = price.untaxed
        left = None
        if included and price.untaxed:
            other_included = (
                self.env["account.tax"]
                .browse({tax_id for part in earlier for tax_id in part.amounts.taxes})
                .filtered("price_include")
                .ids
            )
            gone = sum((part.amounts.gross(other_included) for part in earlier), ZERO)
            gross = price.gross(included)
            left = gross - gone
            before = sum((part.amounts.untaxed for part in earlier), ZERO)
            if left * gross < 0:
                # Less is ordered now than was billed.
                agreed, left = rounded(before * gross / gone, step), None
            else:
                agreed = before + rounded(price.untaxed * left / gross, step)
        work = WorkLine(line.id, agreed, exact(line.product_uom_qty), billed=billed)
        position = LinePosition(work, {}, {}, ZERO, earlier, latest)
        now, back = split_amount(position, agreed - billed, step)
        untaxed = position.billed_now + now
        rest = take_part(price, untaxed, step) if price.untaxed else NOTHING
        if left is not None and not back and untaxed == agreed - before:
            # The price that was agreed, to the cent: the included taxes are what it leaves.
            borne = [tax_id for tax_id in included if tax_id in rest.taxes]
            missing = left - rest.gross(borne)
            largest = max(borne, key=lambda tax_id: abs(rest.taxes[tax_id]))
            rest.taxes[largest] += missing
            rest = rest._replace(total=rest.total + missing)
        returned = {part.tax_ids: amounts for part, amounts in back}
        return rest, [part.amounts + returned.get(part.tax_ids, NOTHING) for part in earlier]

    def _get_earlier_taxes(self, apart_from=None):
        """Return what documents bill of lines at taxes that those don't bear any more.

        :param apart_from: documents that don't count
        :return: ``{line: (tuple of Billed, the latest first, id of the last document at the present
            taxes)}``, for the lines of which there is some
        """
        lines = self._find_lines_at_other_taxes(apart_from)
        if not lines:
            return {}
        changed = {line._origin.id: line for line in lines}
        # sudo: as there
        items = self.env["account.move.line"].sudo()
        domain = lines._get_billing_items_domain(list(changed), apart_from=apart_from)
        return self._read_earlier_taxes(changed, items.search(domain, order="move_id, id"))

    def _read_earlier_taxes(self, lines, items):
        """Return `_get_earlier_taxes` of some lines.

        :param lines: ``{line id: line}``
        :param items: journal items of the order's works
        """
        latest = defaultdict(int)
        parts = defaultdict(lambda: (NOTHING, 0))
        for move, move_items in items.grouped("move_id").items():
            others = {}
            for item in move_items:
                for line_id in item.sale_line_ids.ids:
                    if line_id not in lines:
                        continue
                    if item.tax_ids == lines[line_id].tax_ids._origin:
                        latest[line_id] = max(latest[line_id], move.id)
                    else:
                        others[item] = line_id
            if not others:
                continue
            base_lines = [
                move._prepare_product_base_line_for_taxes_computation(item) for item in others
            ]
            for base_line in self.env["account.tax"]._round_base_lines(base_lines, move.company_id):
                item = base_line["record"]
                key = others[item], tuple(sorted(item.tax_ids.ids))
                amounts, last = parts[key]
                parts[key] = (
                    amounts + self._read_amounts(base_line, move),
                    max(last, move.id),
                )
        earlier = defaultdict(list)
        for (line_id, tax_ids), (amounts, last) in parts.items():
            if amounts:
                earlier[line_id].append(Billed(tax_ids, amounts, last))
        return {
            lines[line_id]: (tuple(sorted(found, key=lambda part: -part.latest)), latest[line_id])
            for line_id, found in earlier.items()
        }

    def _get_amended_totals(self):
        """Return the untaxed amount and the total of the order as its billing ends: what is billed at its
        taxes, and the rest at the order's present ones."""
        self.ensure_one()
        return self._get_all_amended_totals()[self]

    def _get_all_amended_totals(self):
        """Return ``{order: (untaxed amount, total)}``; see `_get_amended_totals`. Orders whose taxes
        didn't change cost one query together."""
        changed = self._find_lines_at_other_taxes().order_id
        totals = {}
        for order in self:
            untaxed, total = order.amount_untaxed, order.amount_total
            amended = order._get_contract_amounts() if order in changed else {}
            for amounts in amended.values():
                if "own" in amounts:
                    untaxed += amounts["untaxed"] - amounts["own"]["untaxed"]
                    total += amounts["total"] - amounts["own"]["total"]
            totals[order] = order.currency_id.round(untaxed), order.currency_id.round(total)
        return totals

    def _find_lines_at_other_taxes(self, apart_from=None):
        """Return the lines of work of these orders that are billed, too, at taxes that they don't bear
        now.

        :param apart_from: documents that don't count
        """
        lines = self._get_work_lines()
        ids = lines._origin.ids
        if not ids or not lines.invoice_lines:
            return lines.browse()
        # sudo: figures of an order that the user reads, as in `_get_billed_amounts`
        journal_items = self.env["account.move.line"].sudo()
        sums = defaultdict(dict)
        for order_line, tax, amount in journal_items._read_group(
            lines._get_billing_items_domain(ids, apart_from=apart_from),
            ["sale_line_ids", "tax_ids"],
            ["amount_currency:sum"],
        ):
            sums[order_line.id][tax.id] = amount

        def is_changed(line):
            found = sums[line._origin.id]
            own = line.tax_ids._origin.ids or [False]
            amounts = {line.currency_id.round(amount) for amount in found.values()}
            return any(amounts) and (set(found) != set(own) or len(amounts) > 1)

        return lines.filtered(is_changed)

    def _get_contract(self):
        """Return how the taxes of the order are rounded, and `_get_contract_amounts`."""
        lines = self._get_priced_lines()
        own = self.billing_rounding_method or self.company_id.tax_calculation_rounding_method
        contract = self._read_contract(lines, own)
        if not self._is_contract(contract):
            methods = self._fields["billing_rounding_method"].get_values(self.env)
            for method in methods:
                if method == own:
                    continue
                other = self._read_contract(lines, method)
                if self._is_contract(other):
                    return method, other
        return own, contract

    def _keep_rounding_method(self):
        """Keep how the taxes of the order are rounded, from its first document on."""
        if not self.billing_rounding_method:
            # sudo: follows from the document that the user may make
            self.sudo().billing_rounding_method = self._get_contract()[0]

    def _read_contract(self, lines, rounding_method=None):
        """Return the amounts of order lines, rounded together; see `_get_contract_amounts`."""
        AccountTax = self.env["account.tax"]
        return {
            base_line["record"]: AccountTax._read_base_line(base_line)
            for base_line in self._round_lines(lines, rounding_method)
        }

    def _is_contract(self, amounts):
        """Whether the amounts of the lines sum to what the order says of itself."""
        compare = self.currency_id.compare_amounts
        untaxed = sum(line["untaxed"] for line in amounts.values())
        if compare(untaxed, self.amount_untaxed):
            return False
        # The taxes of such a discount are no line's.
        if self._add_base_lines_for_early_payment_discount():
            return True
        return not compare(sum(line["total"] for line in amounts.values()), self.amount_total)

    def _round_lines(self, lines, rounding_method=None, **values):
        """Run the tax engine over order lines; ``values`` replace what the lines say."""
        return self.env["account.tax"]._round_base_lines(
            [line._prepare_base_line_for_taxes_computation(**values) for line in lines],
            self.company_id,
            rounding_method,
        )

    def _get_work_position(self, apart_from=None):
        """Return, for the kernel, every work line with what is billed of it.

        :param apart_from: documents that don't count
        :return: ``{line: LinePosition}``; a line of which nothing is ordered any more has the taxes of
            one unit, so that what is given back has them too
        """
        self.ensure_one()
        contract = self._amend_contract(self._get_contract()[1], apart_from)
        lines = self._get_work_lines()
        billed = lines._get_billed_amounts(apart_from=apart_from)
        step, quantity_step = exact(self.currency_id.rounding), self._get_quantity_step()
        free_lines = lines.filtered(
            lambda line: (
                not contract[line]["untaxed"]
                and not billed[line.id]
                # Of a priced line that is ordered no more, all was given back: its quantities, some
                # of which stand for amounts, say nothing.
                and (line.product_uom_qty or not line.price_unit or line.discount == 100)
            )
        )
        billed_quantities = free_lines._get_billed_quantities(apart_from=apart_from)
        emptied = lines.filtered(lambda line: not contract[line]["untaxed"] and billed[line.id])
        unit = {}
        if emptied:
            unit = {
                base_line["record"]: self.env["account.tax"]._read_base_line(base_line)
                for base_line in self._round_lines(emptied, quantity=1.0)
            }
        position = {}
        for line in lines:
            amounts = contract[line]
            carrier = unit.get(line) or amounts.get("own", amounts)
            taxes = {tax.id: amount for tax, amount in carrier["taxes"].items()}
            bases = {tax.id: base for tax, base in carrier["bases"].items()}
            untaxed = carrier["untaxed"]
            rest = amounts.get("rest")
            if rest and rest.untaxed:
                taxes, bases, untaxed = rest.taxes, rest.bases, rest.untaxed
            position[line] = LinePosition(
                WorkLine(
                    line.id,
                    amount=rounded(exact(amounts["untaxed"]), step),
                    quantity=exact(line.product_uom_qty),
                    billed=rounded(exact(billed[line.id]), step),
                    billed_quantity=rounded(exact(billed_quantities[line.id]), quantity_step),
                ),
                {tax_id: rounded(exact(amount), step) for tax_id, amount in taxes.items()},
                {tax_id: rounded(exact(base), step) for tax_id, base in bases.items()},
                rounded(exact(untaxed), step),
                amounts.get("earlier", ()),
                amounts.get("latest", 0),
            )
        return position

    def _read_amounts(self, base_line, move=None):
        """Return the :class:`Amounts` of a base line in the order's currency.

        :param move: the invoice that it is of; None for a line of the order
        """
        figures = self.env["account.tax"]._read_base_line(base_line)
        if move:
            # The books rule: of amounts that are no coins, the engine may round the whole otherwise.
            posted = move.direction_sign * base_line["record"].amount_currency
            difference = posted - figures["untaxed"]
            figures = {**figures, "untaxed": posted, "total": figures["total"] + difference}
        step = exact(self.currency_id.rounding)
        sign = -move.direction_sign if move else 1

        def own(amount):
            if move and move.currency_id != self.currency_id:
                date = move.invoice_date or move.date or fields.Date.context_today(self)
                amount = move.currency_id._convert(amount, self.currency_id, move.company_id, date)
            return rounded(exact(sign * amount), step)

        return Amounts(
            own(figures["untaxed"]),
            {tax.id: own(amount) for tax, amount in figures["taxes"].items()},
            {tax.id: own(amount) for tax, amount in figures["bases"].items()},
            own(figures["total"]),
        )

    def _get_billing_documents(self):
        """Return the customer invoices and credit notes of the order, oldest first.

        They are those with a line of the order, and those of ours that have lost all such lines.
        """
        self.ensure_one()
        # sudo: whoever reads the order sees its documents' figures, as with `amount_invoiced`.
        moves = self.env["account.move"].sudo()
        return moves.search(
            Domain("move_type", "in", ("out_invoice", "out_refund"))
            & (
                Domain("billing_order_id", "=", self.id)
                | Domain("line_ids.sale_line_ids", "in", self.order_line.ids)
            ),
            order="id",
        )

    def _get_item_amount(self, item):
        """Return the untaxed amount of an invoice line in the order's currency, signed, as a decimal."""
        amount = -item.amount_currency
        if item.currency_id != self.currency_id:
            date = item.move_id.invoice_date or fields.Date.context_today(self)
            amount = item.currency_id._convert(amount, self.currency_id, item.company_id, date)
        return exact(amount)

    def _get_billed_taxes(self, apart_from=None):
        """Return ``{tax id: amount}`` of the works in the documents that are not cancelled.

        :param apart_from: documents that don't count

        A document that bills nothing but this order is read from its own tax lines, so that a tax
        amount corrected by hand counts, less what its deposit and deduction lines bear; of any
        other one the engine tells the part that concerns the order's work.
        """
        self.ensure_one()
        documents = self._get_billing_documents().filtered(lambda move: move.state != "cancel")
        documents -= apart_from or self.env["account.move"]
        billed = defaultdict(lambda: ZERO)
        if not documents:
            return billed
        journal_items = self.env["account.move.line"].sudo()  # as the documents
        work_lines = self._get_work_lines()
        mixed = journal_items.search(
            [
                ("move_id", "in", documents.ids),
                ("display_type", "in", ("product", "epd", "rounding")),
                ("sale_line_ids", "not in", (work_lines | self._get_down_payment_lines()).ids),
            ]
        ).move_id
        mixed |= documents.filtered(lambda move: move.currency_id != self.currency_id)
        for tax, amount_currency in journal_items._read_group(
            [
                ("move_id", "in", (documents - mixed).ids),
                ("tax_repartition_line_id.factor_percent", ">", 0),
            ],
            ["tax_line_id"],
            ["amount_currency:sum"],
        ):
            billed[tax.id] -= exact(amount_currency)
        for item, _line, amounts in self._get_deposit_items():
            if item.move_id in documents - mixed:
                for tax_id, amount in amounts.taxes.items():
                    billed[tax_id] -= amount
        for move in mixed:
            base_lines, _tax_lines = move._get_rounded_base_and_tax_lines()
            for base_line in base_lines:
                if not base_line["record"].sale_line_ids & work_lines:
                    continue
                for tax, amount in (
                    self.env["account.tax"]._read_base_line(base_line)["taxes"].items()
                ):
                    amount = move.currency_id._convert(
                        amount,
                        self.currency_id,
                        move.company_id,
                        move.invoice_date or move.date,
                    )
                    billed[tax.id] -= exact(amount) * move.direction_sign
        step = exact(self.currency_id.rounding)
        for tax_id, amount in billed.items():
            billed[tax_id] = rounded(amount, step)
        return billed

    def _get_down_payment_lines(self):
        """Return Odoo's lines for deposits on the order, without their title."""
        return self.order_line.filtered(lambda line: line.is_downpayment and not line.display_type)

    def _get_deposit_items(self):
        """Return what documents say of the deposits, cancelled documents included, oldest first.

        :return: ``[(journal item, down payment line, Amounts)]``, the amounts in the order's
            currency, those of deductions and credit notes negative
        """
        self.ensure_one()
        lines = self._get_down_payment_lines()
        if not lines:
            return []
        # sudo: whoever reads the order sees its documents' figures, as with `amount_invoiced`
        items = (
            self.env["account.move.line"]
            .sudo()
            .search(
                Domain("sale_line_ids", "in", lines.ids)
                & Domain("display_type", "=", "product")
                & Domain("move_id.move_type", "in", ("out_invoice", "out_refund"))
            )
        )
        result = []
        by_move = items.sorted("id").grouped("move_id")
        for move, move_items in sorted(by_move.items(), key=lambda pair: pair[0].id):
            base_lines = [
                move._prepare_product_base_line_for_taxes_computation(item) for item in move_items
            ]
            for base_line in self.env["account.tax"]._round_base_lines(base_lines, move.company_id):
                item = base_line["record"]
                line = item.sale_line_ids & lines
                result.append((item, line[:1], self._read_amounts(base_line, move)))
        return result
