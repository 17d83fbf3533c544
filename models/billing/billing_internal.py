"""Fields of orders and documents that are the company's own business: its customer doesn't read them.

They tell of drafts, of what the company plans, or of its notes. They have no `groups`, because Odoo's
forms, which only the company's own users open, show them in many places.
"""

from odoo import models

from .customer_figure import is_customer


class BillingInternal(models.AbstractModel):
    _name = "billing.internal"
    _description = "Fields That Customers Don't Read"

    _internal_fields = frozenset()

    def _has_field_access(self, field, operation):
        # EXTENDS base
        allowed = super()._has_field_access(field, operation)
        return allowed and not (field.name in self._internal_fields and is_customer(self.env))
