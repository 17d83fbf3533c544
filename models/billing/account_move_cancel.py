"""The cancelling of an order's documents: which can be, and the button of each."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .own_context import own_context


class AccountMove(models.Model):
    _inherit = "account.move"

    can_be_cancelled = fields.Boolean(
        compute="_compute_can_be_cancelled",
        compute_sudo=True,
        help="An invoice of an order that isn't cancelled, nor credited.",
    )

    # === COMPUTE METHODS ===#

    @api.depends(
        "state", "move_type", "reversal_move_ids.state", "reversal_move_ids.reversal_move_ids.state"
    )
    def _compute_can_be_cancelled(self):
        for move in self:
            move.can_be_cancelled = (
                move.move_type == "out_invoice"
                and move.state != "cancel"
                and not move._get_standing_credit_notes()
            )

    # === ACTIONS ===#

    @own_context
    def action_cancel_draft_document(self):
        """Cancel this draft of an order."""
        self.ensure_one()
        if self.state != "draft":
            raise UserError(self.env._("%(move)s is no draft any more.", move=self.display_name))
        self._check_can_be_cancelled()
        self._lock_billed_orders()
        self.button_cancel()
        return True

    @own_context
    def action_cancel_posted_document(self):
        """Open Odoo's credit note wizard to cancel this document in one step."""
        self.ensure_one()
        reversal = self.env["account.move.reversal"]._create_to_cancel(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Cancel %(move)s", move=self.display_name),
            "res_model": reversal._name,
            "res_id": reversal.id,
            "view_mode": "form",
            "target": "new",
        }

    # === BUSINESS METHODS ===#

    def _check_can_be_cancelled(self):
        """Refuse to cancel what can't be, or what later documents rest on.

        :raise AccessError: to whoever may not write on invoices
        :raise UserError: naming the document
        """
        self.ensure_one()
        if not self.env.su and not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(self.env._("Cancelling a document is for who may post invoices."))
        self.check_access("write")
        values = {"move": self.display_name}
        if self.state == "cancel":
            raise UserError(self.env._("%(move)s is cancelled already.", **values))
        if self.move_type != "out_invoice":
            raise UserError(
                self.env._(
                    "%(move)s is no invoice: it is not to be cancelled by a credit note.", **values
                )
            )
        if credit_notes := self._get_standing_credit_notes():
            raise UserError(
                self.env._(
                    "%(move)s is credited already, by %(credit_notes)s.",
                    credit_notes=credit_notes._get_document_names(),
                    **values,
                )
            )
        if deducting := self._get_deducting_documents():
            raise UserError(
                self.env._(
                    "%(move)s is deducted by %(documents)s: cancel those first, the latest before the "
                    "others.",
                    documents=deducting._get_document_names(),
                    **values,
                )
            )

    def _get_document_names(self):
        """Return these documents as text: the number, or which draft it is."""
        kinds = dict(self._fields["billing_kind"]._description_selection(self.env))
        return ", ".join(
            self.env._(
                "draft %(kind)s %(number)s",
                kind=kinds[move.billing_kind],
                number=move.situation_number or "",
            ).strip()
            if move.state == "draft" and move.billing_kind and move.move_type == "out_invoice"
            else move.display_name
            for move in self.sorted("id")
        )

    def _get_standing_credit_notes(self):
        """Return the credit notes of this document, drafts included, that aren't cancelled, nor reversed
        themselves."""
        # sudo: whether there are any, whoever may read them
        return self.sudo().reversal_move_ids.filtered(
            lambda move: move.state != "cancel" and not move._is_taken_back()
        )

    def _lock_billed_orders(self):
        """Keep anybody else from billing the orders of this document meanwhile.

        :raise UserError: when somebody else is billing one of them
        """
        self._get_billed_orders()._lock_for_billing()

    def _get_deducting_documents(self):
        """Return the documents that deduct this one, those that were credited left out; a hook."""
        return self.browse()

    def _is_taken_back(self):
        """Whether this credit note was reversed itself, wholly: it takes nothing from its invoice."""
        self.ensure_one()
        reversals = self.reversal_move_ids.filtered(lambda move: move.state == "posted")
        total = sum(reversals.mapped("amount_total"))
        return bool(reversals) and self.currency_id.compare_amounts(total, self.amount_total) >= 0

    def _shares_the_rest(self):
        """Whether this draft bills its share of whatever other documents leave; a hook."""
        self.ensure_one()
        return False
