"""A payment that reaches an invoice is told to its salesperson: who paid, how much, what is left."""

from markupsafe import Markup, escape

from odoo import models
from odoo.tools import format_date, formatLang


class AccountMove(models.Model):
    _inherit = "account.move"

    def _wants_payment_notice(self):
        """Whether the salesperson of this invoice is to be told of its payments: not of what he registers
        himself."""
        self.ensure_one()
        user = self.invoice_user_id
        return bool(
            self.move_type == "out_invoice"
            and self.state == "posted"
            and user.active
            and not user.share
            and user != self.env.user
            and self.company_id.sudo().notify_payments  # the company's choice
            and self._is_followed()
        )

    def _notify_payment(self, paid, entry):
        """Tell the salesperson of a payment of this invoice.

        :param float paid: what it settles of this invoice, in the invoice's currency
        :param entry: ``{"amount", "currency": record, "date"}`` of the payment itself
        """
        self.ensure_one()
        user = self.invoice_user_id
        # sudo: the salesperson's own invoice, whoever pays it
        move = self.sudo().with_context(lang=user.lang)
        _, currency = move.env._, move.currency_id
        customer = move.commercial_partner_id.display_name

        def money(amount, of=currency):
            return formatLang(move.env, amount, currency_obj=of)

        payment = money(entry["amount"], entry["currency"])
        values = {
            "customer": customer,
            "invoice": move.name,
            "paid": money(paid),
            "payment": payment,
            "date": format_date(move.env, entry["date"]),
        }
        if payment == values["paid"]:
            first = _("%(customer)s has paid %(paid)s of %(invoice)s on %(date)s.", **values)
        else:
            # A payment of several invoices, or one with a discount or a write-off.
            first = _(
                "%(customer)s has paid %(payment)s on %(date)s: %(paid)s of %(invoice)s are settled "
                "by it.",
                **values,
            )
        lines = [first]
        if currency.compare_amounts(move.amount_to_pay, 0) > 0:
            lines.append(_("Left to pay now: %(amount)s.", amount=money(move.amount_to_pay)))
        else:
            lines.append(_("Nothing is left to pay now."))
        if retained := move._get_retained_later():
            lines.append(_("Retained as a guarantee, not due: %(amount)s.", amount=money(retained)))
        move.message_notify(
            partner_ids=user.partner_id.ids,
            subject=_("Payment received: %(invoice)s – %(customer)s", **values),
            body=Markup("<p>%s</p>") % Markup("<br/>").join(escape(line) for line in lines),
            model_description=move.type_name,
        )
