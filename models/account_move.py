from odoo import fields, models

from ..tools.money import HUNDRED, exact
from ..tools.slices import share
from .sale_order import PROGRESS_DECIMALS

# Kinds that bill work; a deposit bills none.
WORK_KINDS = ("partial", "situation", "instalment", "balance")


class AccountMove(models.Model):
    _inherit = "account.move"

    billing_kind = fields.Selection(
        [
            ("deposit", "Deposit"),
            ("partial", "Partial"),
            ("situation", "Situation"),
            ("instalment", "Instalment"),
            ("balance", "Balance"),
        ],
        readonly=True,
        index="btree_not_null",
        copy=False,
    )
    billing_order_id = fields.Many2one(
        "sale.order",
        string="Billed Order",
        readonly=True,
        index="btree_not_null",
        copy=False,
        check_company=True,
    )
    situation_number = fields.Integer(
        string="Situation No.",
        readonly=True,
        copy=False,
        help="1, 2, 3… within the order.",
    )
    billing_statement = fields.Json(
        readonly=True,
        copy=False,
        prefetch=False,
        help="The tables of the print, as they stood when the document was posted.",
    )

    # === OVERRIDES ===#

    def _post(self, soft=True):
        # EXTENDS account: what is posted is printed again later as it stands now.
        for move in self.filtered("billing_order_id"):
            move._refresh_progress()
        posted = super()._post(soft=soft)
        posted._freeze_statement()
        return posted

    def button_draft(self):
        # EXTENDS account: a draft shows the figures of the day again.
        res = super().button_draft()
        self.filtered("billing_statement").billing_statement = False
        return res

    def button_cancel(self):
        # EXTENDS account: the drafts made after a cancelled document start from less.
        res = super().button_cancel()
        self._refresh_later_drafts()
        return res

    def unlink(self):
        # EXTENDS account: as with a cancelled document.
        orders = self.billing_order_id | self.line_ids.sale_line_ids.order_id
        res = super().unlink()
        orders._refresh_draft_progress()
        return res

    def _reverse_moves(self, default_values_list=None, cancel=False):
        # EXTENDS account: the credit note of a situation belongs to the same order, and gives its
        # progress back.
        default_values_list = default_values_list or [{} for _move in self]
        for move, values in zip(self, default_values_list, strict=True):
            values.update(move._get_billing_identity())
        reversed_moves = super()._reverse_moves(default_values_list, cancel=cancel)
        reversed_moves._refresh_later_drafts()
        return reversed_moves

    def _get_name_invoice_report(self):
        # EXTENDS account: a situation has its own table.
        self.ensure_one()
        if self.billing_kind == "situation" and self.billing_order_id:
            return "sale_situation_invoicing.report_situation_document"
        return super()._get_name_invoice_report()

    def _is_downpayment(self):
        # EXTENDS sale: a situation is an invoice in its own right (type 380), whatever it deducts.
        self.ensure_one()
        if self.billing_kind in WORK_KINDS:
            return False
        return super()._is_downpayment()

    # === BUSINESS METHODS ===#

    def _get_billing_identity(self):
        """Return the values by which a copy belongs to the same order; empty on other invoices."""
        self.ensure_one()
        if not self.billing_kind:
            return {}
        return {
            "billing_kind": self.billing_kind,
            "billing_order_id": self.billing_order_id.id,
            "situation_number": self.situation_number,
        }

    def _get_billing_statement(self):
        """Return the tables of a situation's print: frozen once posted, of the day on a draft.

        :return: see `_get_situation_statement`; None on any other document
        """
        self.ensure_one()
        if not self.billing_order_id:
            return None
        # sudo: whoever may read the document may read its print, the customer on the portal included
        order = self.billing_order_id.sudo()
        return self.billing_statement or order._get_situation_statement(self.sudo())

    def _freeze_statement(self):
        """Store the tables of the print as they stand."""
        for move in self.filtered("billing_order_id"):
            # sudo: as `_get_billing_statement`
            order = move.billing_order_id.sudo()
            if move.partner_id.lang:
                order = order.with_context(lang=move.partner_id.lang)
            move.billing_statement = order._get_situation_statement(move.sudo())

    def _refresh_later_drafts(self):
        orders = self.billing_order_id | self.line_ids.sale_line_ids.order_id
        orders._refresh_draft_progress()

    def _refresh_progress(self):
        """Read the lines' earlier progress again, from the documents made before this one."""
        self.ensure_one()
        # sudo: figures only, which follow from what the user does to a document of the order; an
        # accountant needn't be allowed to read orders
        self = self.sudo()
        order = self.billing_order_id
        earlier = order._get_billing_documents().filtered(
            lambda move: move.id < self.id and move.state != "cancel"
        )
        before = order._get_amounts_by_line(earlier)
        for item in self.invoice_line_ids:
            line = item.sale_line_ids[:1]
            if item.display_type != "product" or not line._is_work_line():
                continue
            amount, quantity = before[line.id]
            whole = exact(line.contract_amount)
            if whole or amount:
                previous = share(amount, whole)
            else:
                previous = share(quantity, exact(line.product_uom_qty))
            values = {
                "previous_progress": round(float(previous * HUNDRED), PROGRESS_DECIMALS),
                "situation_contract_amount": line.contract_amount,
                "situation_contract_quantity": line.product_uom_qty,
            }
            changed = {name: value for name, value in values.items() if item[name] != value}
            if changed:
                item.write(changed)
