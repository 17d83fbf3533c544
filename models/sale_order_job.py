"""What a job in progress shows at a glance, read for many orders at once: what is left to invoice,
what the customer owes, what waits as a draft."""

from collections import defaultdict
from typing import Any, NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain

from .customer_figure import is_customer


class Part(NamedTuple):
    """What a document bills of an order; amounts in the order's currency, negative on a credit note.

    :param share: of the document, 1 where it bills this order alone
    """

    move: Any
    untaxed: float
    total: float
    share: float


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
            order.to_invoice_untaxed = currency.round(order.amount_untaxed - untaxed)
            order.to_invoice_total = currency.round(order.amount_total - total)
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


class AccountMove(models.Model):
    _inherit = "account.move"

    def _get_asked_amounts(self):
        """Return what customers have to pay of posted documents, the retention that is held or opposed
        left out, and what of it they had to pay before today, retentions left out.

        :return: ``{move id: amount}`` twice, in the document's currency, positive on invoices and
            credit notes alike
        """
        posted = self.filtered(lambda move: move.state == "posted")
        asked, late = defaultdict(float), defaultdict(float)
        for move in posted:
            asked[move.id] = -move.direction_sign * move.amount_to_pay
        for move_id, overdue in posted._get_overdue().items():
            late[move_id] = overdue.shares
        return asked, late
