"""The cancelling of an order's documents, in one step: a draft is cancelled, a posted one credited."""

from odoo import models
from odoo.exceptions import UserError

from ...tools.echo import shown
from .own_context import own_context
from .reading import is_id, read_text


class SaleOrder(models.Model):
    _inherit = "sale.order"

    @own_context
    def cancel_document(self, document_id, reason=None, date=None):
        """Cancel a document of the order; progress, deposits and retention follow.

        A draft is cancelled. What is posted gets a credit note of the whole, which is posted and
        reconciled with it; payments of it stay, as credit of the customer's.

        :param int document_id: a deposit, situation, balance or any other invoice of the order
        :param reason: needed for what is posted; it is in the credit note's reference
        :param date: of the credit note, date or ISO string, not to come; None for today
        :return: id of the credit note; of the draft itself
        :raise UserError: on a document that can't be cancelled, naming it; nothing is written
        """
        self._check_one_order()
        self.check_access("read")
        date = self._read_invoice_date(date)
        reason = read_text(self.env, reason)
        move = self._read_document(document_id)
        if move.state == "draft":
            move._check_can_be_cancelled()
            move._lock_billed_orders()
            move.button_cancel()
            return move.id
        reversal = self.env["account.move.reversal"]._create_to_cancel(move)
        reversal.reason = reason
        if date:
            reversal.date = date
        return reversal._cancel_document().id

    def _read_document(self, document_id):
        """Return a document of this order.

        :raise UserError: when it isn't one
        """
        if is_id(document_id) and document_id in self._get_billing_documents().ids:
            return self.env["account.move"].browse(document_id).with_company(self.company_id)
        raise UserError(
            self.env._(
                "“%(value)s” is no document of order %(order)s.",
                value=shown(document_id),
                order=self.name,
            )
        )
