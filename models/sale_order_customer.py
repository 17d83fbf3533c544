"""The customer's page: his orders in progress, what is open of his deposits."""

from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain


class SaleOrder(models.Model):
    _inherit = "sale.order"

    billed_total = fields.Monetary(
        string="Billed",
        compute="_compute_billed_total",
        compute_sudo=True,
        groups="base.group_user",
        help="Total of all documents of the order, drafts and deposits included.",
    )

    # === COMPUTE METHODS ===#

    @api.depends("amount_total", "to_invoice_total")
    def _compute_billed_total(self):
        for order in self:
            order.billed_total = order.currency_id.round(
                order.amount_total - order.to_invoice_total
            )

    # === BUSINESS METHODS ===#

    @api.model
    def _get_in_progress_domain(self):
        """Return the domain of confirmed orders of which something is left: to bill, or to release of
        the retention."""
        return (
            Domain("state", "=", "sale")
            & Domain("amount_total", "!=", 0)
            & (
                Domain("billing_progress", "<", 100)
                | Domain("is_ready_for_balance", "=", True)
                | Domain("retention_due", ">", 0)
            )
        )


class AccountMove(models.Model):
    _inherit = "account.move"

    @api.model
    def _get_open_deposits(self, domain):
        """Return what is open of deposits, tax included: posted, less their credit notes and what documents
        deduct of them, drafts included; as `sale.order._get_deposits` tells it, for many orders at once.

        :param domain: of the documents
        :return: ``{commercial partner: {(order, currency): amount}}``, in the documents' currency
        """
        moves = self._search(
            Domain(domain)
            & Domain("state", "!=", "cancel")
            & Domain("move_type", "in", ("out_invoice", "out_refund"))
        )
        items = self.env["account.move.line"].search_fetch(
            Domain("move_id", "in", moves)
            & Domain("display_type", "=", "product")
            & Domain("sale_line_ids.is_downpayment", "=", True),
            ["move_id", "sale_line_ids", "price_total"],
        )
        # sudo: which order a document of the user is of
        items = items.sudo()
        drafts = items.move_id.filtered(lambda move: move._is_draft_deposit())
        open_deposits = defaultdict(lambda: defaultdict(float))
        for item in items:
            move = item.move_id
            if move not in drafts:
                key = (item.sale_line_ids.order_id[:1], move.currency_id)
                amount = -move.direction_sign * item.price_total
                open_deposits[move.commercial_partner_id.id][key] += amount
        return open_deposits
