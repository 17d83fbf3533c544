"""Fields of orders and documents that are the company's own business: its customer doesn't read them.

They tell of drafts, of what the company plans, or of its notes. They have no `groups`, because Odoo's
forms, which only the company's own users open, show them in many places.
"""

from odoo import api, models
from odoo.tools import ormcache

from .customer_figure import is_customer


class BillingInternal(models.AbstractModel):
    """Each class names its own fields in `_internal_fields`; other addons do so with theirs."""

    _name = "billing.internal"
    _description = "Fields That Customers Don't Read"

    _internal_fields = ()

    def _has_field_access(self, field, operation):
        # EXTENDS base
        allowed = super()._has_field_access(field, operation)
        return allowed and not (field.name in self._get_internal_fields() and is_customer(self.env))

    @api.model
    @ormcache()
    def _get_internal_fields(self):
        """Return the names of the internal fields: what every class of the model declares."""
        return frozenset(
            name for cls in type(self).mro() for name in vars(cls).get("_internal_fields", ())
        )
