"""Odoo's credit note wizard, where it cancels a document of an order in one step."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...models.billing.own_context import own_context
from ...models.billing.sale_order import WORK_KINDS


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    is_cancelling = fields.Boolean(
        readonly=True, help="The credit note is posted and reconciled at once."
    )
    paid_amount = fields.Monetary(compute="_compute_paid_amount")
    later_drafts = fields.Char(
        compute="_compute_later_drafts", help="Drafts that start from what is cancelled."
    )

    # === COMPUTE METHODS ===#

    @api.depends("move_ids.amount_residual")
    def _compute_paid_amount(self):
        for wizard in self:
            moves = wizard.move_ids
            wizard.paid_amount = sum(moves.mapped("amount_total")) - sum(
                moves.mapped("amount_residual")
            )

    @api.depends("move_ids")
    def _compute_later_drafts(self):
        for wizard in self:
            # sudo: names of documents of the same order, for who may read what is cancelled
            moves = wizard.move_ids._origin._filtered_access("read").sudo()
            drafts = moves.billing_order_id.billing_document_ids.filtered(
                lambda move, moves=moves: (
                    move.state == "draft"
                    and move.billing_kind in WORK_KINDS
                    and not move._shares_the_rest()
                    and move.id > min(moves.ids)
                )
            )
            wizard.later_drafts = drafts._get_document_names()

    # === ACTIONS ===#

    @own_context
    def action_cancel_document(self):
        """Cancel the document by a credit note, and come back to the order."""
        self._cancel_document()
        return {"type": "ir.actions.act_window_close"}

    # === BUSINESS METHODS ===#

    @api.model
    def _create_to_cancel(self, move):
        """Return the wizard that cancels a posted document.

        :raise UserError: where it can't be
        """
        move._check_can_be_cancelled()
        return self.with_context(active_model="account.move", active_ids=move.ids).create(
            {"is_cancelling": True, "journal_id": move.journal_id.id}
        )

    def _cancel_document(self):
        """Create the credit note, post it and reconcile it with the document.

        :return: the credit note
        :raise UserError: without a reason, on a date to come, and where the document can't be cancelled
        """
        self.ensure_one()
        move = self.move_ids
        move._lock_billed_orders()
        move._check_can_be_cancelled()
        if not isinstance(self.reason, str) or not self.reason.strip():
            raise UserError(
                self.env._("Give the reason why %(move)s is cancelled.", move=move.display_name)
            )
        if self.date > fields.Date.context_today(self):
            raise UserError(
                self.env._(
                    "%(move)s can't be cancelled on %(date)s, a day to come.",
                    move=move.display_name,
                    date=fields.Date.to_string(self.date),
                )
            )
        self.reverse_moves()
        credit_note = self.new_move_ids
        # As Odoo's own cancelling does (`_reverse_moves`): payments are set free, and the whole of the
        # two documents settles each other.
        move.line_ids.remove_move_reconcile()
        credit_note.with_context(move_reverse_cancel=True)._post(soft=False)
        return credit_note

    def reverse_moves(self, is_modify=False):
        # EXTENDS account: what replaces a credited document bills its share again.
        # The invoice that replaces a credited situation is that situation again.
        moves = self.move_ids
        res = super().reverse_moves(is_modify=is_modify)
        if is_modify:
            # Odoo creates them in the order of the originals.
            for move, replacement in zip(moves, self.new_move_ids.sorted("id"), strict=True):
                replacement._follow_billing_of(move)
            moves._get_billed_orders()._rewrite_planned_drafts()
        return res
