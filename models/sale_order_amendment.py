"""Change orders: what was added to an order after its billing began, and the contract before it."""

from odoo import api, fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    initial_amount_untaxed = fields.Monetary(
        string="Initial Contract (untaxed)",
        readonly=True,
        copy=False,
        help="Untaxed total of the order when its first document was made.",
    )
    initial_amount_total = fields.Monetary(
        string="Initial Contract",
        readonly=True,
        copy=False,
        help="Total of the order, tax included, when its first document was made.",
    )

    def _lock_for_billing(self):
        # EXTENDS sale.order: whoever makes the first document fixes what the contract was.
        res = super()._lock_for_billing()
        if not self._has_billing_begun():
            # sudo: a note of the order's own amounts; an invoicing user needn't be allowed to write
            self.sudo().write(
                {
                    "initial_amount_untaxed": self.amount_untaxed,
                    "initial_amount_total": self.amount_total,
                }
            )
        return res

    def _has_billing_begun(self):
        """Whether a document of the order stands, drafts included."""
        self.ensure_one()
        # sudo: whether there is one, for users who may not read entries
        return any(move.state != "cancel" for move in self.sudo().billing_document_ids)

    def _get_contract_figures(self):
        """Return the contract before and after its change orders, in the order's currency.

        :rtype: dict of `initial_untaxed`, `initial_total`, `changes_untaxed`, `changes_total`,
            `amended_untaxed`, `amended_total`; initial is amended where nothing was noted
        """
        self.ensure_one()
        noted = self.initial_amount_untaxed or self.initial_amount_total
        initial_untaxed = self.initial_amount_untaxed if noted else self.amount_untaxed
        initial_total = self.initial_amount_total if noted else self.amount_total
        return {
            "initial_untaxed": initial_untaxed,
            "initial_total": initial_total,
            "changes_untaxed": self.currency_id.round(self.amount_untaxed - initial_untaxed),
            "changes_total": self.currency_id.round(self.amount_total - initial_total),
            "amended_untaxed": self.amount_untaxed,
            "amended_total": self.amount_total,
        }


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    is_change_order = fields.Boolean(
        string="Change Order",
        copy=False,
        help="Added after the billing began: prints show it apart.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS sale: a line that comes after the first document is a change order.
        lines = super().create(vals_list)
        added = lines.filtered(lambda line: not line.is_downpayment and not line.is_expense)
        for order in added.order_id:
            if order.state == "sale" and order._has_billing_begun():
                (added & order.order_line).is_change_order = True
        return lines
