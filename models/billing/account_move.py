"""The balance that an ordinary invoice of Odoo's happens to be: it closes an order.

What of invoices and their lines follows from the billing of orders, and is nobody's to write.
"""

from odoo import api, fields, models

from ...tools.money import HUNDRED, exact
from ...tools.slices import share
from ...tools.statement import completed
from .sale_order import PROGRESS_DECIMALS, WORK_KINDS


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "billing.guard", "billing.internal"]

    _kept_by_billing = (
        "billing_kind",
        "billing_order_id",
        "billing_statement",
        "can_be_cancelled",
        "is_recognised_balance",
        "situation_number",
    )
    _internal_fields = (
        "billing_statement",
        "can_be_cancelled",
        "is_recognised_balance",
        "send_when_posted",
    )

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
    is_recognised_balance = fields.Boolean(
        readonly=True,
        copy=False,
        help="An ordinary invoice that happens to close its order.",
    )

    # === OVERRIDES ===#

    def button_draft(self):
        # EXTENDS account: a draft shows the figures of the day again.
        res = super().button_draft()
        # sudo: the print is nobody's to write; whoever may reset the document has done so
        self.sudo().filtered("billing_statement").billing_statement = False
        return res

    def button_cancel(self):
        # EXTENDS account: the drafts made after a cancelled document start from less.
        res = super().button_cancel()
        self._refresh_later_drafts()
        return res

    def unlink(self):
        # EXTENDS account: as with a cancelled document.
        orders = self._get_billed_orders()
        res = super().unlink()
        orders._refresh_drafts()
        return res

    def _reverse_moves(self, default_values_list=None, cancel=False):
        # EXTENDS account: the credit note of a situation gives its progress back (`copy` lets it belong
        # to the same order); nobody bills the order beside it, nor beside the invoice that replaces it.
        self._lock_billed_orders()
        reversed_moves = super()._reverse_moves(default_values_list, cancel=cancel)
        (self | reversed_moves)._refresh_later_drafts()
        return reversed_moves

    def _get_name_invoice_report(self):
        # EXTENDS account: a situation has its own table, a deposit its own title.
        self.ensure_one()
        if self._has_statement():
            return "sale_situation_invoicing.report_situation_document"
        if self.billing_kind == "deposit" and self.billing_order_id:
            return "sale_situation_invoicing.report_billing_document"
        return super()._get_name_invoice_report()

    def _is_downpayment(self):
        # EXTENDS sale: a situation is an invoice in its own right (type 380), whatever it deducts.
        self.ensure_one()
        if self.billing_kind in WORK_KINDS:
            return False
        return super()._is_downpayment()

    def copy(self, default=None):
        # EXTENDS account: a credit note is of the order of what it credits.
        copies = super().copy(default)
        for move, copied in zip(self, copies, strict=True):
            if copied.reversed_entry_id == move and copied.move_type != move.move_type:
                copied._follow_billing_of(move)
        return copies

    # === BUSINESS METHODS ===#

    def _is_deposit(self):
        """Whether this invoice or credit note is a deposit's: of our making or Odoo's."""
        self.ensure_one()
        return self.billing_kind == "deposit" or self._is_downpayment()

    def _is_draft_deposit(self):
        """Whether this is a deposit's invoice that is not posted yet."""
        self.ensure_one()
        return self.state == "draft" and self.move_type == "out_invoice" and self._is_deposit()

    def _is_standing(self):
        """Whether this invoice is posted, and not credited whole."""
        self.ensure_one()
        return self.state == "posted" and self.payment_state != "reversed"

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
        if not self._has_statement():
            return None
        # sudo: whoever may read the document may read its print, the customer on the portal included
        move = self.sudo()
        if move.billing_statement:
            return completed(move.billing_statement)
        return move.billing_order_id._get_situation_statement(move)

    def _get_printed_rows(self, statement, period_only=False):
        """Return the rows of a statement that the print shows.

        :param period_only: without the lines that this document doesn't bill, and their sections
        """
        if not period_only:
            return statement["rows"]
        rows = statement["rows"]
        sections, owners, kept = [], {}, set()
        for index, row in enumerate(rows):
            if row["type"] == "section":
                while sections and rows[sections[-1]]["level"] >= row["level"]:
                    sections.pop()
                owners[index] = [*sections, index]
                sections.append(index)
                continue
            if row["type"] == "subtotal":
                while len(sections) > 1 and rows[sections[-1]]["level"] > row.get("level", 1):
                    sections.pop()
            owners[index] = list(sections)
            if row["type"] == "line" and row["period"]:
                kept |= {index, *sections}
            if row["type"] == "subtotal" and sections:
                sections.pop()
        return [
            row
            for index, row in enumerate(rows)
            if index in kept
            or (row["type"] in ("note", "subtotal") and kept.issuperset(owners[index][-1:]))
        ]

    def _has_statement(self):
        """Whether this document bills work of an order, and so shows where each line stands."""
        self.ensure_one()
        return self.billing_kind in WORK_KINDS and bool(self.billing_order_id)

    def _freeze_statement(self):
        """Store the tables and mentions of the print as they stand."""
        for move in self.filtered(lambda move: move.billing_kind and move.billing_order_id):
            # sudo: as `_get_billing_statement`; the print is nobody's to write
            own = move.sudo()
            if move.partner_id.lang:
                own = own.with_context(lang=move.partner_id.lang)
            statement = {"mentions": own._read_mentions()}
            if move._has_statement():
                statement |= own.billing_order_id._get_situation_statement(own)
            own.billing_statement = statement

    def _refresh_later_drafts(self):
        self._get_billed_orders()._refresh_drafts()

    def _get_billed_orders(self):
        """Return the orders that these documents bill, or deduct deposits of."""
        # sudo: the orders of documents that the user has; an accountant needn't be allowed to read them
        own = self.sudo()
        return own.billing_order_id | own.line_ids.sale_line_ids.order_id

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
            if item.display_type != "product" or not line or not line._is_work_line():
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

    def _recognise_balance(self):
        """Mark the ordinary invoices that close an order, after other documents, as its balance, and
        take that back from those that don't any more.

        An order that one invoice bills whole has no balance. Nor is one closed of which a cent is left.
        """
        for move in self:
            if move.state != "draft" or (move.billing_kind and not move.is_recognised_balance):
                continue
            if move.move_type not in ("out_invoice", "out_refund") or move.reversed_entry_id:
                continue
            # sudo: whether the invoice closes its order, whoever may post it
            order = move.sudo().invoice_line_ids.sale_line_ids.order_id
            closes = (
                len(order) == 1
                and move._bills_works_of(order)
                and not move._is_deposit()
                and order._is_closed_with(move)
            )
            if closes != move.is_recognised_balance:
                # sudo: as above; whoever posts doesn't choose what the document is
                move.sudo().write(
                    {
                        "is_recognised_balance": closes,
                        "billing_kind": closes and "balance",
                        "billing_order_id": closes and order.id,
                    }
                )

    def _bills_works_of(self, order):
        """Whether this invoice is the order's own: not one that only deducts a deposit of it."""
        self.ensure_one()
        # sudo: as `_recognise_balance`
        lines = self.sudo().invoice_line_ids.filtered(lambda line: line.display_type == "product")
        works = lines.sale_line_ids.filtered(lambda line: line._is_work_line())
        return bool(works) or all(line.sale_line_ids for line in lines)

    def _follow_billing_of(self, original):
        """Let this draft, which credits or replaces a document of an order, belong to that order, too."""
        self.ensure_one()
        identity = original._get_billing_identity()
        if not identity:
            return
        # sudo: what the user makes of a document of the order; nobody gives it himself
        own = self.sudo()
        own.write(identity)

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS account: the first document of an order fixes what its contract was.
        moves = super().create(vals_list)
        moves.billing_order_id._note_initial_contract(moves)
        return moves
