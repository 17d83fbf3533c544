"""Where an order stands: what each line is worth, what its documents bill, what tax they carry."""

from collections import defaultdict

from odoo import fields, models
from odoo.fields import Domain

from ...tools.money import ZERO, exact, rounded
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
        in the other way stays as it is.

        :return: ``{line: {"untaxed": float, "total": float, "taxes": {tax: float},
            "bases": {tax: float}}}``
        """
        self.ensure_one()
        return self._get_contract()[1]

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

    def _get_work_position(self):
        """Return, for the kernel, every work line with what is billed of it.

        :return: ``{line: (WorkLine, contract taxes, contract bases, amount that carries them)}``;
            a line of which nothing is ordered any more has the taxes of one unit, so that what is
            given back has them too
        """
        self.ensure_one()
        contract = self._get_contract_amounts()
        lines = self._get_work_lines()
        billed = lines._get_billed_amounts()
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
        billed_quantities = free_lines._get_billed_quantities()
        emptied = lines.filtered(lambda line: not contract[line]["untaxed"] and billed[line.id])
        unit = {}
        if emptied:
            unit = {
                base_line["record"]: self.env["account.tax"]._read_base_line(base_line)
                for base_line in self._round_lines(emptied, quantity=1.0)
            }
        position = {}
        for line in lines:
            carrier = unit.get(line, contract[line])
            position[line] = (
                WorkLine(
                    line.id,
                    amount=rounded(exact(contract[line]["untaxed"]), step),
                    quantity=exact(line.product_uom_qty),
                    billed=rounded(exact(billed[line.id]), step),
                    billed_quantity=rounded(exact(billed_quantities[line.id]), quantity_step),
                ),
                {tax.id: rounded(exact(amount), step) for tax, amount in carrier["taxes"].items()},
                {tax.id: rounded(exact(amount), step) for tax, amount in carrier["bases"].items()},
                rounded(exact(carrier["untaxed"]), step),
            )
        return position

    def _get_position_without(self, documents):
        """Return `_get_work_position` as if some documents of the order didn't exist."""
        position = self._get_work_position()
        amounts = self._get_amounts_by_line(documents) if documents else {}
        for line, (work, *rest) in position.items():
            if line.id in amounts:
                amount, quantity = amounts[line.id]
                work = work._replace(billed=work.billed - amount)
                if not work.amount and not work.billed:
                    work = work._replace(billed_quantity=work.billed_quantity - quantity)
                position[line] = (work, *rest)
        return position

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
