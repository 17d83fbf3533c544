"""The workbook of an order as it stood with one of its documents."""

from odoo import models
from odoo.exceptions import UserError

from ...report.workbook import workbook
from ..billing.own_context import own_context


class AccountMove(models.Model):
    _inherit = "account.move"

    @own_context
    def get_billing_workbook(self):
        """Return the workbook (xlsx) of the order that this document bills, up to this document.

        The order's lines, payments and retentions are those of today.

        :return: ``{"filename": str, "content": str}``, the content base64
        :raise UserError: where it bills no order, or several
        :raise AccessError: to whoever may not read the document and the order's billing recap
        """
        return workbook.to_rpc(*self._get_billing_workbook())

    @own_context
    def action_download_workbook(self):
        """Download the workbook; see `get_billing_workbook`."""
        self._get_workbook_order()._check_recap_rights()
        return workbook.get_download_action(self)

    def _get_billing_workbook(self):
        """Return the workbook in the language of the environment: file name, bytes."""
        self.check_access("read")
        return self._get_workbook_order()._get_billing_workbook(last=self)

    def _get_workbook_order(self):
        """Return the order that this document bills.

        :raise UserError: where there is none, or several
        """
        if len(self) != 1:
            raise UserError(self.env._("Choose one document; %(count)s were.", count=len(self)))
        # sudo: which order it is; what may be read of it is checked on the order
        move = self.sudo()
        order = move.billing_order_id or move.line_ids.sale_line_ids.order_id
        if len(order) != 1 or not move.is_sale_document():
            raise UserError(
                self.env._(
                    "%(document)s doesn't bill one order: there is no workbook of it.",
                    document=self.display_name,
                )
            )
        return order.sudo(False)
