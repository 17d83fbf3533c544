"""The order line by line, with what each of its documents bills: the workbook's main table."""

from collections import defaultdict
from decimal import Decimal

from odoo import models

from ...tools.money import ZERO, exact, rounded
from ...tools.slices import share
from ..billing.sale_order import SECTIONS


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _get_progress_rows(self, documents):
        """Return the rows of the order, a subtotal closing each section, and what each document bills.

        :param documents: of `_get_document_figures`, oldest first; each gets `works`, `deducted` (of
            deposits, negative) and `other` (lines that are none of the order's), which come to its
            untaxed amount
        :return: dicts of `type` (`section`, `note`, `line`, `subtotal` or `total`), `level` (of the
            outline, from 0) and `name`; those with amounts have `amount` (contract, untaxed), `parts`
            (for each document the cumulative share, from 0 to 1, and what it bills), `to_date` and
            `left`; lines have `unit`, `quantity`, `price_unit` and `discount` (%), the others `first`
            (index of the first row that they sum up, up to the row above)
        """
        self.ensure_one()
        amounts = self._get_amounts_by_document([document["id"] for document in documents])
        rows, open_sections = [], []

        def close(level):
            while open_sections and open_sections[-1][0] >= level:
                _level, first, title = open_sections.pop()
                if any(row["type"] == "line" for row in rows[first:]):
                    depth = len(open_sections)
                    rows.append(self._get_sum_row("subtotal", title, rows, first, depth))

        for line in self.order_line:
            if line.is_downpayment:
                continue
            if line.display_type in SECTIONS:
                level = SECTIONS.index(line.display_type)
                close(level)
                open_sections.append((level, len(rows), line.name or ""))
            row = {
                "type": "section" if line.display_type in SECTIONS else "note",
                "level": len(open_sections),
                "name": line.name or "",
            }
            if not line.display_type and line.product_type != "combo":
                row.update(self._get_line_values(line, documents, amounts))
            rows.append(row)
        close(0)
        rows.append(self._get_sum_row("total", "", rows, 0, 0, len(documents)))
        self._split_documents(documents, rows[-1]["parts"], amounts)
        return rows

    def _get_line_values(self, line, documents, amounts):
        """Return the row of a line; see `_get_progress_rows`."""
        whole, ordered = exact(line.contract_amount), exact(line.product_uom_qty)
        step = exact(self.currency_id.rounding)
        billed = quantity = ZERO
        parts = []
        for document in documents:
            part = amounts[document["id"]].get(line.id)
            if part:
                billed += part[0]
                quantity += part[1]
            done = share(billed, whole) if whole or billed else share(quantity, ordered)
            parts.append((float(done), float(rounded(part[0], step)) if part else 0.0))
        return {
            "type": "line",
            "unit": line.product_uom_id.name or "",
            "quantity": line.product_uom_qty,
            "price_unit": line.price_unit,
            "discount": line.discount,
            "amount": float(whole),
            "parts": parts,
            "to_date": float(rounded(billed, step)),
            "left": float(rounded(whole - billed, step)),
        }

    def _get_sum_row(self, row_type, name, rows, first, level, count=None):
        """Return the row that sums up those from ``first`` on."""
        lines = [row for row in rows[first:] if row["type"] == "line"]
        count = len(lines[0]["parts"]) if lines else count
        round_ = self.currency_id.round

        def total(name):
            return round_(sum(row[name] for row in lines))

        amount = total("amount")
        billed, parts = ZERO, []
        for index in range(count):
            part = round_(sum(row["parts"][index][1] for row in lines))
            billed += exact(part)
            parts.append((float(share(billed, exact(amount))), part))
        return {
            "type": row_type,
            "level": level,
            "name": name,
            "first": first,
            "amount": amount,
            "parts": parts,
            "to_date": total("to_date"),
            "left": total("left"),
        }

    def _get_progress_foot(self, documents):
        """Return how each document comes from its works to its total.

        :param documents: as `_get_progress_rows` leaves them
        :return: dicts of `key`, `amounts` (a document each) and `to_date`: `other` and `deducted`,
            `untaxed`, `tax`, `total`, `retention` (negative) and `net` (the total less the retention);
            those that are nought everywhere are left out
        """
        round_ = self.currency_id.round
        amounts = {
            "other": [document["other"] for document in documents],
            "deducted": [document["deducted"] for document in documents],
            "untaxed": [document["untaxed"] for document in documents],
            "tax": [document["tax"] for document in documents],
            "total": [document["total"] for document in documents],
        }
        retained = [document["retention"] for document in documents]
        if any(retained):
            amounts["retention"] = [-amount for amount in retained]
            amounts["net"] = [round_(row["total"] - row["retention"]) for row in documents]
        return [
            {"key": key, "amounts": parts, "to_date": round_(sum(parts))}
            for key, parts in amounts.items()
            if key not in ("other", "deducted") or any(parts)
        ]

    def _split_documents(self, documents, parts, amounts):
        """Tell of each document what its untaxed amount is made of; see `_get_progress_rows`."""
        down_payments = self._get_down_payment_lines()
        for document, (_share, works) in zip(documents, parts, strict=True):
            own = amounts[document["id"]]
            deducted = float(
                sum((own[line.id][0] for line in down_payments if line.id in own), ZERO)
            )
            other = self.currency_id.round(document["untaxed"] - works - deducted)
            document.update(works=works, deducted=self.currency_id.round(deducted), other=other)

    def _get_amounts_by_document(self, move_ids):
        """Return what documents bill of each order line, in one query.

        :return: ``{move id: {line id: (untaxed amount, quantity)}}``, decimals in the order's currency,
            negative on credit notes
        """
        # sudo: as `_get_billing_documents`
        moves = self.env["account.move"].sudo().browse(move_ids)
        foreign = moves.filtered(lambda move: move.currency_id != self.currency_id)
        amounts: dict[int, dict[int, tuple[Decimal, Decimal]]] = defaultdict(dict)
        for move, line, amount, quantity in (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [("move_id", "in", (moves - foreign).ids), ("display_type", "=", "product")],
                ["move_id", "sale_line_ids"],
                ["amount_currency:sum", "quantity:sum"],
            )
        ):
            if line:
                quantity = exact(quantity) * -move.direction_sign
                amounts[move.id][line.id] = (exact(-amount), quantity)
        for move in foreign:
            amounts[move.id] = dict(self._get_amounts_by_line(move))
        return amounts
