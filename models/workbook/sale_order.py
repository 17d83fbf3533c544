"""The billing of one order as a workbook: who gets it, and every figure that is in it."""

from odoo import fields, models

from ...report.workbook import workbook
from ..billing.own_context import own_context

# What is summed up over documents, and over retentions.
DOCUMENT_FIGURES = (
    "untaxed",
    "tax",
    "total",
    "deposit",
    "deduction",
    "retention",
    "lost",
    "amount_due_now",
    "paid",
    "left",
)
RETENTION_FIGURES = (
    "retained",
    "lost",
    "released",
    "held",
    "paid",
    "left",
    "due",
    "opposed",
)


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # === PUBLIC METHODS (RPC) ===#

    @own_context
    def get_billing_workbook(self):
        """Return the workbook (xlsx) of the order: progress by line, documents, retentions.

        Amounts are in the order's currency. Drafts count and are marked, cancelled documents are
        listed without being counted.

        :return: ``{"filename": str, "content": str}``, the content base64
        :raise AccessError: to whoever may not read the billing recap
        """
        self._check_one_order()
        return workbook.to_rpc(*self._get_billing_workbook())

    # === ACTIONS ===#

    @own_context
    def action_download_workbook(self):
        """Download the workbook of this order; of several orders, the statement of work in progress.

        :raise UserError: where no order was chosen, or too many for one address
        """
        self._check_recap_rights()
        return workbook.get_download_action(self)

    # === BUSINESS METHODS ===#

    def _get_billing_workbook(self, last=None):
        """Return the workbook of one order, in the language of the environment.

        :param last: the document that it goes up to; None for all of them
        :return: file name, bytes
        :raise AccessError: to whoever may not read the billing recap
        """
        self.ensure_one()
        self._check_recap_rights()
        figures = self._get_workbook_figures(last)
        name = f"{self.name} {figures['subject']}".strip()
        return workbook.get_filename(self.env, name), workbook.write_billing(self.env, figures)

    def _get_workbook_figures(self, last=None):
        """Return everything that is in the workbook, as plain values in the order's currency.

        :param last: as in `_get_billing_workbook`
        :return: dict of `order`, `customer`, `reference`, `currency`, `decimals`, `subject` (what the
            document is that it goes up to), `documents` and `cancelled` (see `_get_workbook_documents`)
            with `totals`, `works` (the documents that bill work), `rows` and `foot` of their table
            (see `_get_progress_rows`, `_get_progress_foot`), `recap` (see `get_billing_recap`, with
            `to_invoice_tax`), `retentions` with `retention_totals`, and `operations`
        """
        self.ensure_one()
        moves = self._get_billing_documents()
        if last:
            moves = moves.filtered(lambda move: move.id <= last.id)
        documents = self._get_workbook_documents(moves)
        alive = [document for document in documents if document["state"] != "cancel"]
        works = [document for document in alive if document["kind"] != "deposit"]
        rows = self._get_progress_rows(works)
        retentions = self._get_retention_rows(moves)
        return {
            "order": self.name,
            "customer": self.partner_id.display_name,
            "reference": self.client_order_ref or "",
            "currency": self.currency_id.name,
            "decimals": self.currency_id.decimal_places,
            "subject": self._get_document_label(last) if last else "",
            "documents": alive,
            "cancelled": [document for document in documents if document["state"] == "cancel"],
            "totals": self._sum_figures(alive, DOCUMENT_FIGURES),
            "works": works,
            "rows": rows,
            "foot": self._get_progress_foot(works),
            "recap": self._get_workbook_recap(documents, alive, last),
            "retentions": retentions,
            "retention_totals": self._sum_figures(retentions, RETENTION_FIGURES),
            "operations": self._get_operation_rows(),
        }

    def _sum_figures(self, rows, names):
        """Return ``{name: sum}`` of what rows have under these names, rounded."""
        return {name: self.currency_id.round(sum(row[name] for row in rows)) for name in names}

    def _get_workbook_recap(self, documents, alive, last):
        """Return the recap of these documents; see `_get_workbook_figures`."""
        recap = self._get_recap(documents)
        recap["to_invoice_tax"] = self.currency_id.round(
            recap["to_invoice_total"] - recap["to_invoice_untaxed"]
        )
        if last:
            recap["progress"] = alive[-1]["progress"] if alive else 0.0
        return recap

    def _get_workbook_documents(self, moves):
        """Return the figures of documents; see `_get_document_figures`.

        :return: those dicts, with `label` and `state_label` for the reader, `paid` (tax included,
            without what is lost of the retention), `lost`, and `left` to pay; of a cancelled document
            nothing is due
        """
        by_id = {move.id: move for move in moves}
        states = dict(moves._fields["state"]._description_selection(self.env))
        retentions = self.env["account.retention"]._get_by_move(moves)
        rows = [row for row in self._get_document_figures() if row["id"] in by_id]
        for row in rows:
            move = by_id[row["id"]]
            lost = self._get_lost_amount(move, retentions.get(move.id, {}))
            paid = self._get_paid_amount(move, row["total"], lost)
            row.update(
                label=self._get_document_label(move),
                state_label=states[move.state],
                lost=lost,
                paid=paid,
                left=self.currency_id.round(row["total"] - paid - lost),
            )
            if move.state == "cancel":
                row.update(amount_due_now=0.0, left=0.0)
        return rows

    def _get_lost_amount(self, move, retention):
        """Return what is lost of a document's retention, negative on a credit note.

        :param retention: of `account.retention._get_by_move`; empty for none
        """
        if self._is_deducted_on(move):
            return 0.0
        # There it is negative already.
        return self._get_own_amount(move, -move.direction_sign * retention.get("lost", 0.0))

    def _get_paid_amount(self, move, total, lost):
        """Return what is paid of a document, for its part that is this order's.

        :param total: of that part, signed; a document of several orders is paid in its proportion
        :param lost: of its retention, signed
        """
        whole = self._get_own_amount(move, move.amount_total)
        if move.state != "posted" or not whole:
            return 0.0
        if self._is_deducted_on(move):
            # What is deducted there is settled.
            return total
        paid = self._get_own_amount(move, move.amount_total - move.amount_residual) - lost
        return self.currency_id.round(paid * (total / whole))

    def _get_document_label(self, move):
        """Return what a document is, in a word or two."""
        kinds = dict(move._fields["billing_kind"]._description_selection(self.env))
        # sudo: as `_get_billing_documents`
        kind = move.sudo().billing_kind or (move.sudo()._is_deposit() and "deposit")
        label = kinds.get(kind, self.env._("Invoice"))
        if kind == "situation" and move.situation_number:
            label = f"{label} {move.situation_number}"
        if move.move_type == "out_refund":
            return self.env._("%(document)s – credit note", document=label)
        return label

    # === RETENTIONS ===#

    def _get_retention_rows(self, moves):
        """Return where the retention of each document stands now.

        :return: dicts of `document`, `label`, `document_date`, `date` (due on), `state`, and the
            amounts of `RETENTION_FIGURES`: what is retained is lost, `released` (paid or let go) or
            `held`; it is lost, paid or `left` to pay; those of credit notes are negative
        """
        # sudo: figures of the order's documents, as `account.retention._get_by_move`
        retentions = self.env["account.retention"].sudo()
        states = dict(retentions._fields["state"]._description_selection(self.env))
        rows = []
        found = retentions.search([("move_id", "in", moves.ids)])
        for retention in found.sorted(lambda row: (row.move_id.id, row.id)):
            move = retention.move_id

            def own(amount, move=move):
                # Those of credit notes are negative already.
                return self._get_own_amount(move, -move.direction_sign * amount)

            rows.append(
                {
                    "document": move.name or "",
                    "label": self._get_document_label(move),
                    "document_date": fields.Date.to_string(move.invoice_date) or False,
                    "date": fields.Date.to_string(retention.date) or False,
                    "state": states.get(retention.state, ""),
                    "retained": own(retention.amount),
                    "lost": own(retention.lost),
                    "released": own(retention.released),
                    "held": own(retention.amount - retention.lost - retention.released),
                    "paid": own(retention.paid),
                    "left": own(retention.residual),
                    "due": own(retention.due),
                    "opposed": own(retention.opposed),
                }
            )
        return rows

    def _get_operation_rows(self):
        """Return what was done with the retentions of the order, oldest first."""
        # sudo: figures of the order, as above
        operations = self.sudo().retention_operation_ids.sorted(lambda line: (line.date, line.id))
        kinds = dict(operations._fields["kind"]._description_selection(self.env))
        return [
            {
                "date": fields.Date.to_string(operation.date),
                "kind": kinds.get(operation.kind, ""),
                "amount": operation.amount,
                "details": operation.details or "",
            }
            for operation in operations
            if operation.currency_id == self.currency_id
        ]
