"""What of orders follows from their billing, and is nobody's to write; the orders of posted documents.

What a customer reads of his order's billing over RPC: what is posted, as on his page.
"""

from odoo import api, models
from odoo.exceptions import UserError

from .customer_figure import CustomerFigure


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "billing.guard", "billing.internal"]

    _kept_by_billing = (
        "billing_progress",
        "billing_rounding_method",
        "initial_amount_total",
        "initial_amount_untaxed",
        "initial_contract_date",
        "is_ready_for_balance",
    )
    _internal_fields = (
        "billing_rounding_method",
        "has_earlier_taxes",
        "initial_amount_total",
        "initial_amount_untaxed",
        "initial_contract_date",
        "is_ready_for_balance",
    )

    # === OVERRIDES ===#

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        """Keep the orders that posted documents are printed from."""
        # sudo: whether there are any, whoever may read them
        for order in self.sudo():
            posted = order._get_printed_documents().filtered(lambda move: move.state == "posted")
            if posted:
                raise UserError(
                    self.env._(
                        "Order %(order)s can't be deleted: it has posted documents, %(documents)s.",
                        order=order.name,
                        documents=posted._get_document_names(),
                    )
                )

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        # EXTENDS base: see `CustomerFigure`.
        self._check_figure_of_customer(field_name)
        return super()._order_field_to_sql(alias, field_name, direction, nulls, query)

    def _read_group_select(self, aggregate_spec, query):
        # EXTENDS base: as above.
        self._check_figure_of_customer(aggregate_spec.split(":")[0])
        return super()._read_group_select(aggregate_spec, query)

    def _read_group_groupby(self, alias, groupby_spec, query):
        # EXTENDS base: as above.
        self._check_figure_of_customer(groupby_spec.split(":")[0])
        return super()._read_group_groupby(alias, groupby_spec, query)

    # === BUSINESS METHODS ===#

    @api.model
    def _check_figure_of_customer(self, name):
        field = self._fields.get(name)
        if isinstance(field, CustomerFigure):
            field.check_not_customer(self.env)

    def _get_customer_figures(self):
        """Return the stored figures of this order as they are without drafts.

        :return: ``{field name: %}`` of the fields that are a `CustomerFigure`
        """
        self.ensure_one()
        # sudo: posted documents of an order that the customer may read, as on its page
        order = self._origin.sudo()
        moves = order._get_billing_documents().filtered(lambda move: move.state == "posted")
        rows = order._get_document_figures(moves)
        progress = rows[-1]["progress"] if rows else 0.0
        return {"billing_progress": min(max(progress, 0.0), 100.0)}

    def _get_printed_documents(self):
        """Return the documents that are printed from this order; a hook."""
        self.ensure_one()
        return self.billing_document_ids
