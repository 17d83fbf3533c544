from odoo import fields
from odoo.fields import Domain

from odoo.addons.account.controllers.portal import PortalAccount


class RetentionPortal(PortalAccount):
    def _get_overdue_invoices_domain(self, partner_id=None):
        # EXTENDS account: an invoice of which the retention alone is unpaid is overdue when that is.
        domain = Domain(super()._get_overdue_invoices_domain(partner_id))
        overdue = (
            Domain("is_retention", "=", True)
            & Domain("reconciled", "=", False)
            & Domain("date_maturity", "<", fields.Date.today())
        )
        return list(
            domain
            & (Domain("is_paid_except_retention", "=", False) | Domain("line_ids", "any", overdue))
        )
