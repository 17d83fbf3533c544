"""What a customer reads of his order's billing over RPC: what is posted, as on his page."""

from odoo import api, models

from .customer_figure import CustomerFigure


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # === OVERRIDES ===#

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
        rows = [] if order.is_subscription else order._get_document_figures(moves)
        progress = rows[-1]["progress"] if rows else 0.0
        return {
            "billing_progress": min(max(progress, 0.0), 100.0),
            **order._get_billing_percents(("posted",)),
        }
