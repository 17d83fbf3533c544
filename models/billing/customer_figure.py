"""Figures of an order that are stored with its drafts, and that its customer may read without them."""

from odoo import fields
from odoo.exceptions import AccessError


def is_customer(env):
    """Whether somebody reads who isn't one of the company's own users: a customer on the portal."""
    return not env.su and env.user.share


class CustomerFigure(fields.Float):
    """A stored figure; customers read `sale.order._get_customer_figures` in its place.

    What is stored counts drafts, which are none of the customer's business: it can't be searched,
    grouped or sorted by him either, because the answer would tell it.
    """

    def __get__(self, record, owner=None):
        # EXTENDS base: `read`, `search_read` and the rest of RPC all come here.
        value = super().__get__(record, owner)
        if record is None or not record or not is_customer(record.env):
            return value
        return record._get_customer_figures()[self.name]

    def condition_to_sql(self, field_expr, operator, value, model, alias, query):
        # EXTENDS base
        self.check_not_customer(model.env)
        return super().condition_to_sql(field_expr, operator, value, model, alias, query)

    def check_not_customer(self, env):
        """Refuse to compare the stored figures for a customer.

        :raise AccessError:
        """
        if is_customer(env):
            raise AccessError(env._("Orders can't be searched by %(field)s.", field=self.name))
