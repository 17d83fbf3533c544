"""The partial invoice: chosen lines billed whole, the order staying open for more."""

from dataclasses import replace

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...tools.echo import shown
from ...tools.entries import EntryError, resolve_entries
from ...tools.slices import FINISHED, billed_share
from ..billing.own_context import own_context
from .sale_order_line import PARTIAL


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # === PUBLIC METHODS (RPC) ===#

    @own_context
    def create_partial_invoice(self, line_ids=None, invoice_date=None, post=False):
        """Create a partial invoice: these lines of the order, wholly, less what is billed of them.

        The lines can't be changed any more, unless the invoice is credited. The order stays open:
        lines are added, and billed by further partial invoices, situations or the balance. Deposits
        are deducted by the order's rule.

        :param list line_ids: ids of order lines, a combo product standing for its items; None for
            all that are not billed whole
        :param invoice_date: date or ISO string; None leaves it to the posting
        :param bool post: post the document at once, with the caller's rights
        :return: id of the draft (or posted) invoice; of a credit note where the lines are negative
        :raise UserError: on a line that can't be billed or is billed already, naming it, and where
            nothing is left to bill; nothing is written
        """
        invoice_date = self._begin_billing(invoice_date)
        plan = self._plan_partial(line_ids)
        return self._finish_billing(self._create_document(PARTIAL, plan, invoice_date), post)

    # === PLAN ===#

    def _plan_partial(self, line_ids=None):
        """Return the plan of a partial invoice.

        :rtype: BillingPlan
        :raise UserError: see `create_partial_invoice`
        """
        self._check_can_be_billed()
        position = self._get_work_position()
        open_ids = self._get_open_work(position)
        if line_ids is None or line_ids is False:
            chosen = open_ids
        else:
            chosen = self._read_chosen_lines(line_ids, position)
            if billed := [line_id for line_id in chosen if line_id not in open_ids]:
                raise UserError(
                    self.env._(
                        "Line “%(line)s” of order %(order)s is billed whole already.",
                        line=self._get_row_name(billed[0]),
                        order=self.name,
                    )
                )
        if not chosen:
            raise UserError(
                self.env._(
                    "Nothing to bill on order %(order)s: every line is billed whole.",
                    order=self.name,
                )
            )
        plan = self._plan_targets(dict.fromkeys(chosen, FINISHED), position)
        return replace(plan, deductions=tuple(self._plan_deductions(plan)))

    def _get_open_work(self, position):
        """Return the ids of the lines of work that are not billed whole, in the order's sequence."""
        return [
            at.work.key
            for at in position.values()
            if (at.work.amount or at.work.quantity) and billed_share(at.work) < 1
        ]

    def _read_chosen_lines(self, line_ids, position):
        """Return the ids of the chosen lines of work, items in the place of a combo product.

        :raise UserError: on what isn't a line of work of the order, or is named twice
        """
        if not isinstance(line_ids, list | tuple):
            raise UserError(
                self.env._(
                    "“%(value)s” is not a list of lines of order %(order)s.",
                    value=shown(line_ids),
                    order=self.name,
                )
            )
        if not line_ids:
            raise UserError(
                self.env._("Choose at least one line of order %(order)s.", order=self.name)
            )
        nodes = self._get_entry_nodes(position)
        bundles = {node.key for node in nodes if node.kind == "bundle"}
        entries = [
            {
                "section_id" if type(key) is int and key in bundles else "line_id": key,
                "progress": 100,
            }
            for key in line_ids
        ]
        try:
            return list(resolve_entries(entries, nodes))
        except EntryError as error:
            raise UserError(self._get_entry_message(error)) from None

    def _leave_partial_lines(self, targets, entries):
        """Return targets without the lines of partial invoices, which a progress for everything or
        for a section leaves alone.

        :param targets: what ``entries`` stand for, see `resolve_entries`
        :raise UserError: where an entry names such a line, and asks for less than the whole
        """
        locked = self.order_line.browse(targets)._filter_locked_by_partial()
        named = set()
        if isinstance(entries, list | tuple):
            named = {entry.get("line_id") for entry in entries}
        for line in locked:
            if line.id in named and not line._is_whole(targets[line.id]):
                raise UserError(line._get_partial_lock_message())
        return {line_id: target for line_id, target in targets.items() if line_id not in locked.ids}

    # === DOCUMENT ===#

    def _get_partial_title(self):
        """Return the title of a partial invoice, in the environment's language."""
        return self.env._(
            "Partial invoice of order %(order)s of %(date)s",
            order=self.name,
            date=format_date(self.env, self.date_order),
        )

    # === ODOO'S OWN UPDATES ===#

    def _get_update_prices_lines(self):
        # EXTENDS sale: a new price list leaves the lines of partial invoices alone.
        lines = super()._get_update_prices_lines()
        return lines - lines._filter_locked_by_partial()

    def _leave_targets(self, targets, entries):
        # EXTENDS: the lines of partial invoices are billed whole.
        return self._leave_partial_lines(super()._leave_targets(targets, entries), entries)

    def _get_title(self, kind, plan, texts):
        # EXTENDS
        return (
            self._get_partial_title() if kind == PARTIAL else super()._get_title(kind, plan, texts)
        )

    def _get_line_template(self, kind):
        # EXTENDS
        return "{description}" if kind == PARTIAL else super()._get_line_template(kind)

    # === ACTIONS ===#

    @own_context
    def action_create_partial(self):
        """Open Odoo's invoicing wizard at its partial invoice."""
        action = self.action_create_deposit()
        action["name"] = self.env._("Create partial invoice – %(order)s", order=self.name)
        action["context"]["default_advance_payment_method"] = "partial"
        return action
