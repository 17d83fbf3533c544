"""What is told of an order's billing: the recap of its documents, the statement of a situation."""

from collections import defaultdict
from functools import partial

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import float_round

from ...tools.money import HUNDRED, ZERO, exact, rounded
from ...tools.slices import share, weighted_progress
from .sale_order import PROGRESS_DECIMALS, SECTIONS

# A print says which quantity a progress stands for; nobody measures closer on a site.
QUANTITY_DECIMALS = 2
# Figures of a document that `get_billing_recap` doesn't tell.
INTERNAL_FIGURES = ("deposit", "held", "released", "residual")


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # === RECAP ===#

    def _get_recap(self, documents=None):
        """Return the billing recap; see `get_billing_recap`.

        :param documents: of `_get_document_figures`, where they are known or not all of them count
        """
        self.ensure_one()
        documents = self._get_document_figures() if documents is None else documents
        alive = [document for document in documents if document["state"] != "cancel"]
        currency = self.currency_id

        def total(name, rows=alive):
            return currency.round(sum(row[name] for row in rows))

        contract_untaxed, contract_total = self._get_amended_totals()
        deposit_invoiced = total("deposit")
        deposit_deducted = total("deduction")
        invoiced_untaxed, invoiced_total = total("untaxed"), total("total")
        public = [
            {name: row[name] for name in row if name not in INTERNAL_FIGURES} for row in documents
        ]
        return {
            "order": self.name,
            "currency": currency.name,
            "contract_untaxed": contract_untaxed,
            "contract_tax": currency.round(contract_total - contract_untaxed),
            "contract_total": contract_total,
            "progress": self.billing_progress,
            "invoiced_untaxed": invoiced_untaxed,
            "invoiced_tax": total("tax"),
            "invoiced_total": invoiced_total,
            "to_invoice_untaxed": currency.round(contract_untaxed - invoiced_untaxed),
            "to_invoice_total": currency.round(contract_total - invoiced_total),
            "deposit_invoiced": deposit_invoiced,
            "deposit_deducted": deposit_deducted,
            "deposit_remaining": currency.round(deposit_invoiced - deposit_deducted),
            "retention_held": total("held"),
            "retention_released": total("released"),
            "documents": public,
        }

    def _get_document_figures(self, documents=None):
        """Return the figures of every document of the order, in the order of their creation.

        :param documents: some of them, for which the others don't exist; None for all
        :return: the dicts of `get_billing_recap`, with `deposit` (invoiced as a deposit, tax
            included), `residual` (left to pay) and, of the retention, `held` and `released` (paid or let
            go) besides; what is lost of it is neither
        """
        documents = self._get_billing_documents() if documents is None else documents
        if not documents:
            return []
        items = self._get_document_items(documents)
        gathered = self._gather_figures(documents)
        works = [(exact(line.contract_amount), line.id) for line in self._get_work_lines()]
        amounts = {line_id: amount for amount, line_id in works}
        done = defaultdict(lambda: ZERO)
        rows = []
        for move in documents:
            figures = self._get_own_figures(move, items[move.id], gathered[move.id])
            for line_id, amount in figures.pop("lines").items():
                if move.state != "cancel" and line_id in amounts:
                    done[line_id] += amount
            progress = weighted_progress(
                (done[line_id], amount) for line_id, amount in amounts.items()
            )
            date = move.invoice_date or move.date
            rows.append(
                {
                    "id": move.id,
                    "name": move.name or "",
                    "kind": move.billing_kind or (move._is_deposit() and "deposit"),
                    "number": move.situation_number,
                    "date": fields.Date.to_string(date) or False,
                    "state": move.state,
                    "progress": round(float(progress), PROGRESS_DECIMALS),
                    **figures,
                }
            )
        return rows

    def _get_document_items(self, documents):
        """Return ``{move id: [(journal item values)]}`` of the product lines, in one query each."""
        items = defaultdict(list)
        # sudo: as the documents, figures only
        journal_items = self.env["account.move.line"].sudo()
        found = journal_items.search_fetch(
            Domain("move_id", "in", documents.ids) & Domain("display_type", "=", "product"),
            [
                "move_id",
                "sale_line_ids",
                "price_subtotal",
                "price_total",
                "amount_currency",
                "currency_id",
                "company_id",
                "quantity",
            ],
        )
        for item in found:
            items[item.move_id.id].append(item)
        return items

    def _get_own_figures(self, move, items, gathered):
        """Return what of a document is this order's, in the order's currency, signed.

        A document that bills this order alone counts whole, lines added by hand included; of one that
        bills several orders, the lines of this one count; of an invoice that deducts a deposit of the
        order and bills nothing of it, the deduction.

        :param items: of `_get_document_items`
        :param gathered: of `_gather_figures`, of this document
        """
        own = partial(self._get_own_amount, move)
        by_hand = self._is_deducted_on(move)
        shared = by_hand
        lines = defaultdict(lambda: ZERO)
        untaxed = total = deposit = deduction = 0.0
        is_deposit = move._is_deposit()
        for item in items:
            linked = item.sale_line_ids.filtered(lambda line: line.order_id == self)
            if not linked:
                shared = shared or bool(item.sale_line_ids)
                continue
            untaxed += item.price_subtotal
            total += item.price_total
            if any(linked.mapped("is_downpayment")):
                if is_deposit:
                    deposit += item.price_total
                else:
                    deduction -= item.price_total
            for line in linked:
                lines[line.id] += self._get_item_amount(item)
        if not shared:
            untaxed, total = move.amount_untaxed, move.amount_total
            if is_deposit and all(
                any(item.sale_line_ids.mapped("is_downpayment")) for item in items
            ):
                # The coins that rounding it as a whole places are no line's.
                deposit = total
        untaxed, total = own(untaxed), own(total)
        return {
            # Of retentions, the room above says.
            "held": 0.0,
            "released": 0.0,
            "retention": 0.0,
            "amount_due_now": total,
            # What is deducted there is settled.
            "residual": 0.0 if by_hand else own(move.amount_residual),
            "untaxed": untaxed,
            "tax": self.currency_id.round(total - untaxed),
            "total": total,
            "deposit": own(deposit),
            "deduction": own(deduction),
            "lines": lines,
        }

    def _get_own_amount(self, move, amount):
        """Return an amount of a document in the order's currency, negative on a credit note."""
        currency = self.currency_id
        if move.currency_id != currency:
            date = move.invoice_date or move.date or fields.Date.context_today(self)
            amount = move.currency_id._convert(amount, currency, move.company_id, date)
        return currency.round(-move.direction_sign * amount)

    # === STATEMENT OF ONE SITUATION ===#

    def _get_situation_statement(self, move):
        """Return the tables of a situation's print as plain values, as they stand now.

        Three column groups as in French public works: the contract, earlier documents, this one and
        the works to date. Documents count in the order of their creation.

        :return: ``{"layout": {...}, "contract": {...}, "title": str, "rows": [...], "totals": {...}, "before_deductions": {...},
            "deductions": [...], "other_lines": [...], "documents": [...], "recap": {...}}``
        """
        self.ensure_one()
        earlier_moves = self._get_billing_documents().filtered(
            lambda other: other.id < move.id and other.state != "cancel"
        )
        before = self._get_amounts_by_line(earlier_moves)
        this = self._get_amounts_by_line(move)
        texts = self._get_document_texts(move)
        rows = self._get_statement_rows(before, this, texts)
        totals = {
            name: self._sum_rows(rows, name) for name in ("amount", "previous", "period", "to_date")
        }
        self._add_progress(totals)
        figures = {row["id"]: row for row in self._get_document_figures()}
        own = figures.get(move.id)
        earlier = [figures[other.id] for other in earlier_moves]
        currency = self.currency_id
        billed_total = currency.round(sum(row["total"] for row in earlier) + own["total"])
        billed_untaxed = currency.round(sum(row["untaxed"] for row in earlier) + own["untaxed"])
        deductions = self._get_deduction_rows(move)
        contract_untaxed, contract_total = self._get_amended_totals()
        names = (
            "name",
            "kind",
            "number",
            "date",
            "untaxed",
            "tax",
            "total",
            "deduction",
            "retention",
            "residual",
            "progress",
        )
        return {
            "layout": self.company_id._get_print_layout(move.billing_kind),
            "contract": self._get_contract_figures(),
            "title": self._get_document_title(move),
            "rows": rows,
            "totals": totals,
            "before_deductions": {
                name: currency.round(own[name] - sum(row[name] for row in deductions))
                for name in ("untaxed", "tax", "total")
            },
            "deductions": deductions,
            "other_lines": self._get_other_lines(move),
            "retention": {},
            "documents": [{name: row[name] for name in names} for row in earlier],
            "recap": {
                "contract_untaxed": contract_untaxed,
                "contract_total": contract_total,
                "untaxed": own["untaxed"],
                "tax": own["tax"],
                "total": own["total"],
                "deduction": own["deduction"],
                "retention": own["retention"],
                "residual": own["residual"],
                "billed_untaxed": billed_untaxed,
                "billed_total": billed_total,
                "left_untaxed": currency.round(contract_untaxed - billed_untaxed),
                "left_total": currency.round(contract_total - billed_total),
            },
        }

    def _refresh_drafts(self):
        """Let the drafts of the orders follow what the other documents bill now: instalments share the
        rest again, the others start from what the documents before them bill."""
        # sudo: follows from an action on another document of the same order
        orders = self.sudo()
        rewritten = orders._rewrite_planned_drafts()
        drafts = orders.billing_document_ids.filtered(lambda move: move.state == "draft")
        for move in drafts - rewritten:
            move._refresh_progress()

    def _get_amounts_by_line(self, moves):
        """Return ``{line id: (untaxed amount, quantity)}`` that documents bill."""
        amounts = defaultdict(lambda: (ZERO, ZERO))
        for items in self._get_document_items(moves).values():
            for item in items:
                sign = -item.move_id.direction_sign
                for line in item.sale_line_ids:
                    amount, quantity = amounts[line.id]
                    amounts[line.id] = (
                        amount + self._get_item_amount(item),
                        quantity + exact(item.quantity) * sign,
                    )
        return amounts

    def _get_other_lines(self, move):
        """Return the lines of a document that are not of the order's table: those added by hand.

        Titles and notes have no amount. The document's own title stands above the table.
        """
        work_lines = self._get_work_lines()
        lines = move.invoice_line_ids.filtered(
            lambda item: (
                not item.is_downpayment
                and (
                    not item.sale_line_ids
                    or (item.display_type == "product" and not item.sale_line_ids & work_lines)
                )
            )
        )
        title = self._get_title_line(move)
        return [
            {
                "name": item.name or "",
                "amount": item.display_type == "product"
                and self._get_own_amount(move, item.price_subtotal),
            }
            for item in (lines - title).sorted("sequence")
        ]

    def _get_deduction_rows(self, move):
        """Return what a document takes off for each deposit, under the titles of its sections."""
        rows = []
        title = ""
        for item in move.invoice_line_ids.sorted("sequence"):
            if item.display_type in SECTIONS:
                title = item.name if item.is_downpayment else ""
            if item.display_type != "product" or not item.is_downpayment:
                continue
            if not rows or not title or rows[-1]["name"] != title:
                rows.append({"name": title or item.name, "untaxed": 0.0, "tax": 0.0, "total": 0.0})
            rows[-1]["untaxed"] += item.price_subtotal
            rows[-1]["total"] += item.price_total
        for row in rows:
            untaxed, total = (
                self._get_own_amount(move, row[name]) for name in ("untaxed", "total")
            )
            row.update(untaxed=untaxed, tax=self.currency_id.round(total - untaxed), total=total)
        return rows

    def _get_title_line(self, move):
        """Return the line with the document's title: a first line that belongs to no order line."""
        first = move.invoice_line_ids.sorted("sequence")[:1]
        is_title = first.display_type == "line_note" and not first.sale_line_ids
        return first if is_title else first.browse()

    def _get_document_title(self, move):
        return self._get_title_line(move).name or ""

    def _get_document_texts(self, move):
        """Return ``{line id: text}`` where the company has worded the lines' description itself."""
        if not self.company_id.situation_line_description:
            return {}
        return {line.id: item.name for item in move.invoice_line_ids for line in item.sale_line_ids}

    def _get_statement_rows(self, before, this, texts):
        """Return one row a line of the order, a subtotal closing each section; change orders apart."""
        lines = self.order_line.filtered(lambda line: not line.is_downpayment)
        changes = self._get_change_lines(lines)
        rows = self._get_section_rows(lines - changes, before, this, texts)
        if not changes:
            return rows
        change_rows = self._get_section_rows(changes, before, this, texts, outer=1)
        title = self.env._("Change orders")
        return [
            *rows,
            {"type": "section", "level": 1, "name": title, "is_change": True},
            *change_rows,
            {**self._get_subtotal_row(title, change_rows), "level": 1, "is_change": True},
        ]

    def _get_change_lines(self, lines):
        """Return what stands under the title of the change orders: those lines, the titles of sections
        that have no others, and the notes that follow either.

        :param lines: of the order, in its sequence
        """
        changes = lines.filtered(lambda line: line.is_change_order and line._is_work_line())
        if not changes:
            return changes
        follows = False
        for line in lines:
            if line.display_type in SECTIONS:
                works = line._get_section_lines().filtered(lambda work: work._is_work_line())
                follows = bool(works) and works <= changes
                if follows:
                    changes |= line
            elif line.display_type:
                if follows:
                    changes |= line
            else:
                follows = line in changes
        return lines & changes

    def _get_section_rows(self, lines, before, this, texts, outer=0):
        """Return the rows of lines, a subtotal closing each section.

        :param outer: level of the section that they all stand in; 0 for none
        """
        rows = []
        open_sections = []

        def close(level):
            while open_sections and open_sections[-1][0] >= level:
                own, start, title = open_sections.pop()
                rows.append(self._get_subtotal_row(title, rows[start:], own))

        for line in lines:
            if line.display_type in SECTIONS:
                level = outer + (1 if line.display_type == "line_section" else 2)
                close(level)
                open_sections.append((level, len(rows), line.name))
                rows.append({"type": "section", "level": level, "name": line.name})
            elif line.display_type == "line_note" or line.product_type == "combo":
                rows.append({"type": "note", "name": line.name})
            elif line._is_work_line():
                rows.append(self._get_work_row(line, before[line.id], this[line.id], texts))
        close(1)
        return [row for row in rows if row]

    def _get_work_row(self, line, before, this, texts):
        """Return the row of a line of work."""
        step = exact(self.currency_id.rounding)
        whole = exact(line.contract_amount)
        if whole or before[0] or this[0]:
            previous, period = (share(part[0], whole) for part in (before, this))
            to_date = share(before[0] + this[0], whole)
        else:
            ordered = exact(line.product_uom_qty)
            previous, period = (share(part[1], ordered) for part in (before, this))
            to_date = share(before[1] + this[1], ordered)
        percentages = {
            f"{name}_progress": round(float(value * HUNDRED), PROGRESS_DECIMALS)
            for name, value in (
                ("previous", previous),
                ("period", period),
                ("to_date", to_date),
            )
        }
        return {
            "type": "line",
            "line_id": line.id,
            "name": texts.get(line.id) or line.name,
            "quantity": line.product_uom_qty,
            "unit": line.product_uom_id.name or "",
            "price_unit": line.price_unit,
            "discount": line.discount,
            "amount": float(whole),
            "previous": float(rounded(before[0], step)),
            "period": float(rounded(this[0], step)),
            "to_date": float(rounded(before[0] + this[0], step)),
            **percentages,
            **{
                f"{name}_quantity": float_round(
                    line.product_uom_qty * float(value), precision_digits=QUANTITY_DECIMALS
                )
                for name, value in (
                    ("previous", previous),
                    ("period", period),
                    ("to_date", to_date),
                )
            },
        }

    def _get_subtotal_row(self, title, rows, level=1):
        """Return the subtotal of a section, or nothing where it has no line."""
        if not any(row and row["type"] == "line" for row in rows):
            return None
        row = {"type": "subtotal", "name": title, "level": level}
        for name in ("amount", "previous", "period", "to_date"):
            row[name] = self._sum_rows(rows, name)
        self._add_progress(row)
        return row

    def _sum_rows(self, rows, name):
        return self.currency_id.round(
            sum(row[name] for row in rows if row and row["type"] == "line")
        )

    def _add_progress(self, row):
        whole = exact(row["amount"])
        for name in ("previous", "period", "to_date"):
            progress = share(exact(row[name]), whole) * HUNDRED
            row[f"{name}_progress"] = round(float(progress), PROGRESS_DECIMALS)

    def _get_left_to_invoice(self):
        """Return what documents leave to invoice of the order, tax included, drafts counted."""
        return self._get_recap()["to_invoice_total"]

    # === HOOKS ===#

    def _rewrite_planned_drafts(self):
        """Write the drafts of these orders anew that share what other documents leave; return them."""
        return self.env["account.move"].sudo()  # as the drafts

    def _is_deducted_on(self, move):
        """Whether this document deducts deposits of the order by hand, and bills nothing of it."""
        return False

    def _gather_figures(self, documents):
        """Return what rooms know of documents, read for all at once: ``{move id: dict}``, for
        `_get_own_figures`."""
        return defaultdict(dict)
