"""Invoices on the portal: which are overdue, and what of them is asked for."""

from odoo import fields
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.account_payment.controllers.portal import PortalAccount


class RetentionPortal(PortalAccount):
    def _get_overdue_invoices_domain(self, partner_id=None):
        # EXTENDS account: an invoice of which the retention alone is unpaid is overdue when that is.
        domain = Domain(super()._get_overdue_invoices_domain(partner_id))
        # The books have the customer himself, whichever contact of his the invoice is for.
        partner = request.env["res.partner"].browse(partner_id) or request.env.user.partner_id
        # sudo: which shares are due, read of the visitor's own invoices only
        due = (
            request.env["account.retention"]
            .sudo()
            ._search(
                [
                    ("due", ">", 0),
                    ("date", "<", fields.Date.today()),
                    ("partner_id", "=", partner.sudo().commercial_partner_id.id),
                ]
            )
        )
        return list(
            domain
            & (Domain("is_paid_except_retention", "=", False) | Domain("line_ids", "in", due))
        )

    def _overdue_invoices_get_page_view_values(self, overdue_invoices, **kwargs):
        # EXTENDS account_payment: Odoo asks for the invoices' totals, whatever is paid or retained.
        values = super()._overdue_invoices_get_page_view_values(overdue_invoices, **kwargs)
        if "payment" in values:
            amount = sum(overdue_invoices.mapped("amount_to_pay"))
            values["amount"] = values["payment"]["amount"] = values["currency"].round(amount)
        return values
