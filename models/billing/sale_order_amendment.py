"""Change orders: what was added to an order after its billing began, and the contract before it."""

from odoo import api, fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    initial_contract_date = fields.Date(
        string="Initial Contract of",
        readonly=True,
        copy=False,
        help="When the initial contract was noted: on the day of its first document.",
    )
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

    def _note_initial_contract(self, documents=None):
        """Note what the contract is, where it isn't noted or nothing but these documents stands.

        :param documents: that are being made; None for orders that were billed before this was noted
        """
        # sudo: a note of the order's own amounts, whoever bills it
        for order in self.sudo():
            begun = order._has_billing_begun(documents)
            if order.initial_contract_date and begun:
                continue
            order.write(
                {
                    "initial_contract_date": fields.Date.context_today(order),
                    "initial_amount_untaxed": order.amount_untaxed,
                    "initial_amount_total": order.amount_total,
                }
            )
            if not begun:
                order.order_line.filtered("is_change_order").is_change_order = False

    @api.model
    def _note_billed_contracts(self):
        """Note the contracts of the orders that were billed before contracts were noted."""
        billed = self.env["account.move"].search([("billing_order_id", "!=", False)])
        billed.billing_order_id._note_initial_contract()

    def _has_billing_begun(self, apart_from=None):
        """Whether a document of the order stands, drafts included.

        :param apart_from: documents that don't count
        """
        self.ensure_one()
        documents = self._get_billing_documents() - (apart_from or self.env["account.move"])
        return any(move.state != "cancel" for move in documents)

    def _get_contract_figures(self):
        """Return the contract before and after its change orders, in the order's currency.

        :rtype: dict of `initial_untaxed`, `initial_total`, `changes_untaxed`, `changes_total`,
            `amended_untaxed`, `amended_total`; initial is amended where nothing was noted
        """
        self.ensure_one()
        noted = self.initial_contract_date
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
