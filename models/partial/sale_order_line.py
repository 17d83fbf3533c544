"""The lines of partial invoices: they can't be changed any more."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.echo import shown
from ...tools.money import HUNDRED, exact

PARTIAL = "partial"


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    _kept_by_billing = ("is_locked_by_partial",)
    _internal_fields = ("is_locked_by_partial",)

    is_locked_by_partial = fields.Boolean(
        compute="_compute_is_locked_by_partial",
        compute_sudo=True,
        help="A partial invoice bills the whole line: it can't be changed any more.",
    )

    # === COMPUTE METHODS ===#

    @api.depends(
        "invoice_lines.move_id.billing_kind", "invoice_lines.move_id.state", "qty_invoiced"
    )
    def _compute_is_locked_by_partial(self):
        locked = self._origin._filter_locked_by_partial()
        for line in self:
            line.is_locked_by_partial = line._origin in locked

    def _compute_tax_ids(self):
        # EXTENDS sale: a new fiscal position leaves the lines of partial invoices alone.
        return super(SaleOrderLine, self - self._filter_locked_by_partial())._compute_tax_ids()

    # === OVERRIDES ===#

    def write(self, vals):
        # EXTENDS sale: what a partial invoice bills stays as it is, as on a locked order.
        names = [name for name in self._get_protected_fields() if name in vals]
        if names:
            for line in self._filter_locked_by_partial():
                if any(line._is_changed_by(name, vals[name]) for name in names):
                    raise UserError(line._get_partial_lock_message())
        return super().write(vals)

    # === BUSINESS METHODS ===#

    def _filter_locked_by_partial(self):
        """Return the lines of which partial invoices bill something, and that are billed whole."""
        # sudo: whether there are such documents, for whoever may write on the order
        billed_by = self.sudo().filtered(
            lambda line: (
                any(
                    move.billing_kind == PARTIAL and move.state != "cancel"
                    for move in line.invoice_lines.move_id
                )
                and line._is_work_line()
            )
        )
        lines = billed_by.sudo(False)
        if not lines:
            return lines
        amounts = lines._get_billed_amounts()
        by_partial = lines._get_billed_amounts(kind=PARTIAL)
        free = lines.filtered(lambda line: not line.contract_amount)
        quantities = free._get_billed_quantities(kind=PARTIAL)
        return lines.filtered(
            lambda line: (
                quantities[line.id]
                if line in free
                else by_partial[line.id]
                and not line.currency_id.compare_amounts(amounts[line.id], line.contract_amount)
            )
        )

    def _is_whole(self, target):
        """Whether a target of the kernel stands for the whole of this line."""
        self.ensure_one()
        wholes = {
            "progress": HUNDRED,
            "quantity": exact(self.product_uom_qty),
            "amount": exact(self.contract_amount),
        }
        return target.value == wholes[target.kind]

    def _is_changed_by(self, name, value):
        """Whether writing a value on a field changes it."""
        self.ensure_one()
        field = self._fields[name]
        new = field.convert_to_cache(value, self)
        old = field.convert_to_cache(self[name], self)
        if field.type == "many2many":
            return set(new) != set(old)
        return new != old

    def _get_partial_lock_message(self):
        """Return why this line can't be changed."""
        self.ensure_one()
        # sudo: names of documents of the order
        moves = self.sudo().invoice_lines.move_id.filtered(
            lambda move: (
                move.billing_kind == PARTIAL
                and move.state != "cancel"
                and move.move_type == "out_invoice"
            )
        )
        return self.env._(
            "Line “%(line)s” is billed whole by a partial invoice (%(documents)s): it can't be changed "
            "any more. Add a line for what comes on top, or cancel that invoice first.",
            line=shown((self.name or "").split("\n")[0]),
            documents=", ".join(moves.mapped("display_name")),
        )

    def _is_kept_as_billed(self):
        # EXTENDS: a partial invoice has billed it whole.
        return self.is_locked_by_partial or super()._is_kept_as_billed()
