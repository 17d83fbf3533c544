"""The order on the portal: its billing, and the page that pays all that is due of it."""

from odoo.exceptions import AccessError, MissingError, ValidationError
from odoo.http import request, route

from odoo.addons.account_payment.controllers.payment import PaymentPortal
from odoo.addons.account_payment.controllers.portal import PortalAccount


class BillingPortal(PortalAccount):
    def _get_page_view_values(self, document, access_token, values, *args, **kwargs):
        # EXTENDS portal: Odoo's controller has checked that the visitor may see the order.
        values = super()._get_page_view_values(document, access_token, values, *args, **kwargs)
        if document._name == "sale.order":
            values.update(self._get_billing_page_values(document))
        return values

    def _get_billing_page_values(self, order_sudo):
        """Return what the order's page shows of its billing, and how what is due can be paid.

        :return: ``{"billing": see `sale.order._get_portal_billing`, "pay_url": of the page that pays what
            is due; None where nothing is, or nothing can be paid online}``
        """
        billing = order_sudo._get_portal_billing()
        if not billing:
            return {"billing": None}
        pay_url = None
        payable = billing["payable"]
        if payable and self._has_payment_methods(payable[0], billing["amount_payable"]):
            if len(payable) == 1:
                pay_url = payable.get_portal_url(query_string="&payment=True", anchor="portal_pay")
            else:
                pay_url = order_sudo.get_portal_url(suffix="/due")
        return {"billing": billing, "pay_url": pay_url}

    def _has_payment_methods(self, invoice_sudo, amount):
        """Whether the visitor would be offered any means of payment for an invoice."""
        values = self._get_common_page_view_values(
            self._get_payment_data(invoice_sudo, amount, "", "")
        )
        return bool(values["payment_methods_sudo"] or values["tokens_sudo"])

    def _get_payment_data(self, invoice_sudo, amount, transaction_route, landing_route):
        """Return what Odoo's payment form has to know of what is paid.

        :param invoice_sudo: one of the documents
        :param amount: of all, in its currency
        """
        return {
            "partner": invoice_sudo.partner_id,
            "company": invoice_sudo.company_id,
            "total_amount": amount,
            "amount_residual": amount,
            "currency": invoice_sudo.currency_id,
            "transaction_route": transaction_route,
            "landing_route": landing_route,
        }

    @route("/my/orders/<int:order_id>/due", type="http", auth="public", website=True, sitemap=False)
    def portal_order_due(self, order_id, access_token=None, **kwargs):
        """Show what is due of an order, document by document, with Odoo's payment form."""
        try:
            order_sudo = self._document_check_access("sale.order", order_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        billing = order_sudo._get_portal_billing()
        if not billing or not billing["payable"]:
            return request.redirect(order_sudo.get_portal_url())
        amount = billing["amount_payable"]
        data = self._get_payment_data(
            billing["payable"][0],
            amount,
            order_sudo.get_portal_url(suffix="/due/transaction"),
            order_sudo.get_portal_url(),
        )
        values = {
            "page_name": "order_due",
            "sale_order": order_sudo,
            "billing": billing,
            "amount": amount,
            "res_company": order_sudo.company_id,
            **self._get_common_page_view_values(
                data, access_token=order_sudo._portal_ensure_token()
            ),
        }
        if access_token:
            values["no_breadcrumbs"] = False
        return request.render("sale_situation_invoicing.portal_order_due", values)


class BillingPayment(PaymentPortal):
    @route("/my/orders/<int:order_id>/due/transaction", type="jsonrpc", auth="public")
    def portal_order_due_transaction(self, order_id, access_token, amount=None, **kwargs):
        """Create the transaction that pays what is due of an order, and return its processing values.

        :param amount: what the page asked for, in the documents' currency
        :param kwargs: what Odoo's payment form sends besides
        :raise ValidationError: on a bad token; when something else is due by now
        """
        try:
            order_sudo = self._document_check_access("sale.order", order_id, access_token)
        except AccessError:
            raise ValidationError(request.env._("The access token is invalid.")) from None
        self._validate_transaction_kwargs(kwargs)
        billing = order_sudo._get_portal_billing()
        payable = billing["payable"] if billing else order_sudo.env["account.move"]
        if not payable or payable.currency_id.compare_amounts(
            self._cast_as_float(amount) or 0.0, billing["amount_payable"]
        ):
            raise ValidationError(
                request.env._("What is due has changed meanwhile. Load the page again.")
            )
        visitor = request.env.user
        partner = payable[0].partner_id if visitor._is_public() else visitor.partner_id
        return self._process_transaction(
            partner.id,
            payable.currency_id.id,
            payable.ids,
            order_sudo.name,
            amount=billing["amount_payable"],
            **kwargs,
        )
