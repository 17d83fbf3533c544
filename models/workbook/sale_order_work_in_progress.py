"""Where many orders stand, a row each: the statement of work in progress."""

from collections import defaultdict

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...report.workbook import workbook
from ...tools.money import ZERO, exact
from ...tools.slices import share
from ..billing.own_context import own_context

# What is summed up over the documents of an order, and over orders.
DOCUMENT_SUMS = ("billed", "deposit", "deduction", "held", "lost", "total", "paid")
ROW_FIGURES = (
    "contract_untaxed",
    "contract_total",
    "billed",
    "left",
    "deposit_invoiced",
    "deposit_deducted",
    "deposit_left",
    "retention_held",
    "retention_lost",
    "invoiced_total",
    "paid",
    "unpaid",
)


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # === PUBLIC METHODS (RPC) ===#

    @own_context
    def get_work_in_progress_workbook(self):
        """Return the statement of work in progress of these orders as a workbook (xlsx).

        :return: ``{"filename": str, "content": str}``, the content base64
        :raise UserError: for no order
        :raise AccessError: to whoever may not read the billing recap of each of them
        """
        return workbook.to_rpc(*self._get_work_in_progress_workbook())

    # === BUSINESS METHODS ===#

    def _get_work_in_progress_workbook(self):
        """Return the statement in the language of the environment: file name, bytes."""
        if not self:
            raise UserError(self.env._("Choose an order first."))
        # A subscription has no contract that it would be in progress of.
        jobs = self.filtered(lambda order: not order.is_subscription)
        if not jobs:
            raise UserError(self.env._("Subscriptions have no work in progress."))
        jobs._check_recap_rights()
        name = self.env._("Work in progress")
        content = workbook.write_work_in_progress(self.env, jobs._get_work_in_progress())
        return workbook.get_filename(self.env, name), content

    def _get_work_in_progress(self):
        """Return where each order stands, in a number of queries that doesn't grow with them.

        Drafts count, cancelled documents don't, as in `get_billing_recap`. Orders are sorted by
        customer and date within each currency: sums of several have no meaning.

        :return: ``[{"currency": str, "decimals": int, "rows": [...], "totals": {...}}]``, the rows
            dicts of `customer`, `order`, `date`, `salesperson`, `company`, `progress` (%) and, in the
            order's currency, `ROW_FIGURES`: `billed` and `left` are untaxed and without deposits,
            `retention_lost` is what was given up of retentions; the totals have the share that is
            billed as `progress`, from 0 to 1
        """
        moves = self._get_all_documents()
        # sudo: as `_get_billing_documents`, figures only
        documents = self.env["account.move"].sudo().union(*moves.values())
        items = self._get_document_items(documents)
        gathered = self._gather_figures(documents)
        groups = defaultdict(list)
        for order in self.sorted(lambda row: (row.partner_id.name or "", row.date_order, row.id)):
            figures = [
                order._get_progress_figures(move, items[move.id], gathered[move.id])
                for move in moves[order.id]
                if move.state != "cancel"
            ]
            groups[order.currency_id].append((order, order._get_work_in_progress_row(figures)))
        result = []
        for currency, pairs in sorted(groups.items(), key=lambda pair: pair[0].name):
            rows = [row for _order, row in pairs]
            totals = pairs[0][0]._sum_figures(rows, ROW_FIGURES)
            billed = share(exact(totals["billed"]), exact(totals["contract_untaxed"]))
            result.append(
                {
                    "currency": currency.name,
                    "decimals": currency.decimal_places,
                    "rows": rows,
                    "totals": {**totals, "progress": float(billed)},
                }
            )
        return result

    def _get_all_documents(self):
        """Return ``{order id: documents}`` as `_get_billing_documents` finds them, oldest first."""
        types = Domain("move_type", "in", ("out_invoice", "out_refund"))
        lines = self.order_line
        # sudo: as `_get_billing_documents`
        moves = self.env["account.move"].sudo()
        linked = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                Domain("sale_line_ids", "in", lines.ids) & Domain("move_id", "any", types),
                ["move_id", "sale_line_ids"],
            )
        )
        orders_by_line = {line.id: line.order_id.id for line in lines}
        found = {
            (orders_by_line[line.id], move.id) for move, line in linked if line.id in orders_by_line
        }
        own = moves.search(Domain("billing_order_id", "in", self.ids) & types)
        found |= {(move.billing_order_id.id, move.id) for move in own}
        by_order = defaultdict(list)
        for order_id, move_id in sorted(found):
            by_order[order_id].append(move_id)
        together = {move_id for _order_id, move_id in found}
        return {
            order.id: moves.browse(by_order[order.id]).with_prefetch(together) for order in self
        }

    def _get_progress_figures(self, move, items, gathered):
        """Return what of a document is this order's; see `_get_own_figures`.

        :return: those, with `billed` (untaxed, without deposits), `lost` (of the retention) and `paid`
        """
        figures = self._get_own_figures(move, items, gathered)
        down_payments = self._get_down_payment_lines()
        lines = figures["lines"]
        deposits = sum((lines[line.id] for line in down_payments if line.id in lines), ZERO)
        lost = self._get_lost_amount(move, gathered.get("retention", {}))
        return {
            **figures,
            "billed": self.currency_id.round(figures["untaxed"] - float(deposits)),
            "lost": lost,
            "paid": self._get_paid_amount(move, figures["total"], lost),
        }

    def _get_work_in_progress_row(self, figures):
        """Return the row of this order.

        :param figures: of `_get_progress_figures`, a document each
        """

        sums = self._sum_figures(figures, DOCUMENT_SUMS)
        round_ = self.currency_id.round
        return {
            "customer": self.partner_id.display_name,
            "order": self.name,
            "date": fields.Date.to_string(fields.Date.context_today(self, self.date_order)),
            "salesperson": self.user_id.name or "",
            "company": self.company_id.name,
            "contract_untaxed": self.amount_untaxed,
            "contract_total": self.amount_total,
            "progress": self.billing_progress,
            "billed": sums["billed"],
            "left": round_(self.amount_untaxed - sums["billed"]),
            "deposit_invoiced": sums["deposit"],
            "deposit_deducted": sums["deduction"],
            "deposit_left": round_(sums["deposit"] - sums["deduction"]),
            "retention_held": sums["held"],
            "retention_lost": sums["lost"],
            "invoiced_total": sums["total"],
            "paid": sums["paid"],
            "unpaid": round_(sums["total"] - sums["paid"] - sums["lost"]),
        }
