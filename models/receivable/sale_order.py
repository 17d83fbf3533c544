"""What a job in progress shows at a glance, read for many orders at once: what is left to invoice,
what the customer owes, what waits as a draft."""

from collections import defaultdict
from typing import Any, NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain

from ..billing.customer_figure import is_customer


class Part(NamedTuple):
    """What a document bills of an order; amounts in the order's currency, negative on a credit note.

    :param share: of the document, 1 where it bills this order alone
    """

    move: Any
    untaxed: float
    total: float
    share: float


# Transactions under way, by Odoo's reading: wire transfers are pending until somebody books them.
UNDER_WAY = ("pending", "authorized")

WIRE_TRANSFERS = ("none", "custom")


class SaleOrder(models.Model):
    _inherit = "sale.order"

    to_invoice_untaxed = fields.Monetary(
        string="Left to Invoice (untaxed)",
        compute="_compute_job_figures",
        compute_sudo=True,
        groups="base.group_user",
        help="Untaxed amount of the order less all its documents, drafts and deposits included.",
    )
    to_invoice_total = fields.Monetary(
        string="Left to Invoice",
        compute="_compute_job_figures",
        compute_sudo=True,
        groups="base.group_user",
        help="Total of the order less all its documents, drafts and deposits included.",
    )
    due_amount = fields.Monetary(
        string="To Be Paid",
        compute="_compute_job_figures",
        compute_sudo=True,
        groups="base.group_user",
        help="Unpaid of posted documents, without the retention that is held or opposed.",
    )
    overdue_amount = fields.Monetary(
        string="Overdue",
        compute="_compute_job_figures",
        compute_sudo=True,
        groups="base.group_user",
        help="What had to be paid before today and is not, retentions aside.",
    )
    draft_document_count = fields.Integer(
        string="Draft Documents",
        compute="_compute_job_figures",
        compute_sudo=True,
        groups="base.group_user",
    )
    retention_due = fields.Monetary(search="_search_retention_due")
    billed_total = fields.Monetary(
        string="Billed",
        compute="_compute_billed_total",
        compute_sudo=True,
        groups="base.group_user",
        help="Total of all documents of the order, drafts and deposits included.",
    )

    # === COMPUTE METHODS ===#

    @api.depends(
        "amount_untaxed",
        "amount_total",
        "billing_document_ids.state",
        "billing_document_ids.amount_total",
        "billing_document_ids.amount_residual",
        "billing_document_ids.retention_residual",
        "order_line.invoice_lines.amount_currency",
        "order_line.invoice_lines.move_id.state",
        "retention_operation_ids",
    )
    def _compute_job_figures(self):
        parts = self._get_document_parts()
        moves = self.env["account.move"].union(
            *(part.move for own_parts in parts.values() for part in own_parts)
        )
        asked, late = moves._get_asked_amounts()
        contracts = self._get_all_amended_totals()
        for order in self:
            own_parts = parts[order._origin.id]
            currency = order.currency_id

            def share(amounts, order=order, own_parts=own_parts):
                return sum(
                    order._get_own_amount(part.move, part.share * amounts[part.move.id])
                    for part in own_parts
                )

            untaxed = sum(part.untaxed for part in own_parts)
            total = sum(part.total for part in own_parts)
            contract_untaxed, contract_total = contracts[order]
            order.to_invoice_untaxed = currency.round(contract_untaxed - untaxed)
            order.to_invoice_total = currency.round(contract_total - total)
            order.due_amount = currency.round(share(asked))
            order.overdue_amount = max(currency.round(share(late)), 0.0)
            order.draft_document_count = sum(part.move.state == "draft" for part in own_parts)

    def _search_retention_due(self, operator, value):
        # Orders without any retention have no row: they must not be asked for.
        if operator != ">" or value < 0:
            return NotImplemented
        # sudo: which of the orders that the user may search have a retention to release
        states = ("posted",) if is_customer(self.env) else ("draft", "posted")
        rows = (
            self.env["account.retention"]
            .sudo()
            ._read_group(
                [("due", "!=", 0), ("order_id", "!=", False), ("move_state", "in", states)],
                ["order_id"],
                having=[("due:sum", operator, value)],
            )
        )
        return Domain("id", "in", [order.id for (order,) in rows])

    @api.depends("amount_total", "to_invoice_total")
    def _compute_billed_total(self):
        contracts = self._get_all_amended_totals()
        for order in self:
            order.billed_total = order.currency_id.round(
                contracts[order][1] - order.to_invoice_total
            )

    # === BUSINESS METHODS ===#

    def _get_document_parts(self):
        """Return ``{order id: [Part]}``: what the documents of orders bill of each, cancelled ones
        left out."""
        parts = defaultdict(list)
        for order in self:
            for move in order.billing_document_ids:
                if move.state != "cancel":
                    untaxed = order._get_own_amount(move, move.amount_untaxed)
                    total = order._get_own_amount(move, move.amount_total)
                    parts[order._origin.id].append(Part(move, untaxed, total, 1.0))
        items_by_move = self._get_ordinary_items()
        # By id, because an order taken from the items would be read alone, not with the others.
        orders = {order.id: order for order in self._origin}
        for move_items in items_by_move.values():
            move = move_items[0].move_id
            billed = {line.order_id.id for item in move_items for line in item.sale_line_ids}
            for order in (orders[order_id] for order_id in billed if order_id in orders):
                own = order._get_own_figures(move, move_items, {})
                whole = order._get_own_amount(move, move.amount_total)
                share = own["total"] / whole if whole else 0.0
                parts[order.id].append(Part(move, own["untaxed"], own["total"], share))
        return parts

    def _get_ordinary_items(self):
        """Return ``{move id: product lines}`` of the documents that Odoo itself made of orders: they
        are few, and don't name the order as ours do."""
        # sudo: figures of the orders' documents
        items = (
            self.env["account.move.line"]
            .sudo()
            .search(
                Domain("sale_line_ids.order_id", "in", self._origin.ids)
                & Domain("display_type", "=", "product")
                & Domain("parent_state", "!=", "cancel")
                & Domain("move_id.move_type", "in", ("out_invoice", "out_refund"))
                & Domain("move_id.billing_order_id", "=", False)
            )
        )
        return self._get_document_items(items.move_id) if items else {}

    @api.model
    def _get_in_progress_domain(self):
        """Return the domain of confirmed orders of which something is left: to bill, or to release of
        the retention."""
        return (
            Domain("state", "=", "sale")
            & Domain("amount_total", "!=", 0)
            & (
                Domain("billing_progress", "<", 100)
                | Domain("is_ready_for_balance", "=", True)
                | Domain("retention_due", ">", 0)
            )
        )

    def _get_portal_billing(self):
        """Return the billing as the order's page on the portal shows it.

        Nothing of drafts and cancelled documents is in it. The caller has checked that the visitor may
        see the order (`_document_check_access`). Amounts are in the order's currency; those of credit
        notes are negative. ``invoiced = paid + lost + due_now + retention_held`` and
        ``contract = invoiced + to_invoice``, to the cent.

        :return: ``{"currency": record, "today": date, "progress": %, "contract", "invoiced", "paid", "due_now",
            "retention_held", "retention_opposed", "retention_date": date or False, "lost", "to_invoice",
            "documents": [see `_get_portal_document`], "payable": records that an online payment of
            `amount_payable` pays, "amount_payable", "transaction": record of the payment under way,
            "bank": record of the account to pay to, "references": [numbers to name]}``; None for an order
            without posted documents of ours
        """
        self.ensure_one()
        # sudo: the customer may see the order, hence what was sent to him for it, as on Odoo's own page
        order = self.sudo()
        moves = order._get_billing_documents().filtered(lambda move: move.state == "posted")
        if not any(move.billing_kind for move in moves):
            return None
        figures = order._get_document_figures(moves)
        retentions = order.env["account.retention"]._get_by_move(moves)
        documents = [
            order._get_portal_document(move, row, retentions.get(move.id, {}))
            for move, row in zip(moves, figures, strict=True)
        ]
        currency = order.currency_id

        def total(name):
            return currency.round(sum(row[name] for row in documents))

        payable = order._get_payable_documents(moves)
        contract = order._get_amended_totals()[1]
        return {
            "currency": currency,
            "today": fields.Date.context_today(self),
            "progress": figures[-1]["progress"],
            "contract": contract,
            "invoiced": total("total"),
            "paid": total("paid"),
            "due_now": total("due_now"),
            "retention_held": total("held"),
            "retention_opposed": total("opposed"),
            "retention_date": order.retention_date,
            "lost": total("lost"),
            "to_invoice": currency.round(contract - total("total")),
            "documents": documents,
            "payable": payable,
            "amount_payable": payable.currency_id.round(sum(payable.mapped("amount_to_pay")))
            if payable
            else 0.0,
            "transaction": order._get_transaction_under_way(moves),
            **order._get_transfer_details(moves),
        }

    def _get_portal_document(self, move, figures, retention):
        """Return the row of a document.

        :param figures: of `_get_document_figures`
        :param retention: of `account.retention._get_by_move`; empty for none
        :return: ``{"move": record, "label", "name", "date": date, "date_due": date or False, "progress":
            % or None, "total", "retention", "paid", "lost", "due_now", "held", "opposed", "state": see
            `_get_portal_state`, "pending": bool}``
        """
        round_ = self.currency_id.round
        sign = -move.direction_sign
        # In this order's currency, and its share of a document that bills several orders.
        # An invoice that deducts a deposit by hand has that settled.
        counts = move.amount_total and not self._is_deducted_on(move)
        ratio = figures["total"] / (sign * move.amount_total) if counts else 0.0

        def own(amount):
            return round_(amount * ratio)

        total, due = figures["total"], own(move.amount_to_pay)
        opposed, lost = own(retention.get("opposed", 0.0)), own(retention.get("lost", 0.0))
        held = round_(own(retention.get("held", 0.0)) + opposed)
        row = {
            "move": move,
            "label": move._get_billing_label() or self._get_plain_label(move),
            "name": move.name,
            "date": move.invoice_date or move.date,
            "progress": None if figures["kind"] == "deposit" else figures["progress"],
            "total": total,
            "retention": own(sign * move.retention_amount),
            "paid": round_(total - lost - due - held),
            "lost": lost,
            "due_now": due,
            "held": held,
            "opposed": opposed,
            "pending": bool(self._get_transactions_under_way(move)),
        }
        row["state"] = self._get_portal_state(row)
        last = move.is_paid_except_retention
        row["date_due"] = due > 0 and (
            move._get_retention_date_now() if last else move.invoice_date_due
        )
        return row

    def _get_plain_label(self, move):
        """Return what a document of Odoo's own making is called."""
        if self._is_deducted_on(move):
            return self.env._("Deposit deducted on an invoice")
        if move.move_type == "out_refund":
            return self.env._("Credit note")
        return self.env._("Deposit") if move._is_deposit() else self.env._("Invoice")

    def _get_portal_state(self, row):
        """Return in a word where a document stands.

        :return: of an invoice `credited` (whole), `paid`, `retained` (paid, but for the retention),
            `partial`, `not_paid`; of a credit note `credit` (left to the customer), `deducted`
        """
        move = row["move"]
        if move.payment_state == "reversed":
            return "credited"
        if move.move_type == "out_refund":
            return "credit" if row["due_now"] else "deducted"
        if not row["due_now"]:
            return "retained" if row["held"] else "paid"
        return "partial" if row["paid"] else "not_paid"

    def _get_payable_documents(self, moves):
        """Return the invoices that one online payment can pay, with the credit notes left to the customer,
        which it takes off; none where no amount is left.

        :param moves: posted documents
        """
        invoices = moves.filtered(lambda move: move.amount_to_pay > 0 and move._has_to_be_paid())
        first = invoices[:1]
        credit_notes = moves.filtered(lambda move: move.amount_to_pay < 0)
        documents = (invoices | credit_notes).filtered(
            lambda move: (
                move.currency_id == first.currency_id
                and move.company_id == first.company_id
                and move.commercial_partner_id == first.commercial_partner_id
            )
        )
        if (
            not first
            or first.currency_id.compare_amounts(sum(documents.mapped("amount_to_pay")), 0) <= 0
        ):
            return moves.browse()
        return documents

    def _get_transfer_details(self, moves):
        """Return what a customer has to know who pays by bank transfer."""
        due = moves.filtered(lambda move: move.amount_to_pay > 0)
        return {
            "bank": due.partner_bank_id[:1],
            "references": [move.payment_reference or move.name for move in due],
        }

    def _get_transaction_under_way(self, moves):
        """Return the last online payment of documents that has neither arrived nor failed."""
        transactions = moves.filtered(lambda move: move.amount_to_pay > 0).transaction_ids
        return transactions.filtered(lambda transaction: transaction.state in UNDER_WAY)._get_last()

    def _get_transactions_under_way(self, move):
        """Return the online payments of a document because of which Odoo doesn't ask for it again."""
        return move.transaction_ids.filtered(
            lambda transaction: (
                transaction.state in UNDER_WAY and transaction.provider_code not in WIRE_TRANSFERS
            )
        )
