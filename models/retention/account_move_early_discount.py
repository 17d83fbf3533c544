"""An early-payment discount on an invoice with a retention, or with exact amounts: off the share that
isn't retained, with its VAT."""

from collections import defaultdict

from odoo import models
from odoo.fields import Command
from odoo.tools import frozendict

from ...tools.money import exact


class AccountMove(models.Model):
    _inherit = "account.move"

    def _is_eligible_for_early_payment_discount(self, currency, reference_date):
        # EXTENDS account: Odoo looks at the date of the first share, which may be the retention.
        retention = self._get_retention_lines()
        if not retention:
            return super()._is_eligible_for_early_payment_discount(currency, reference_date)
        main = self._get_discounted_share()
        on_time = (
            not reference_date
            or not self.invoice_date
            or (main.discount_date and reference_date <= main.discount_date)
        )
        return bool(on_time) and super()._is_eligible_for_early_payment_discount(currency, None)

    def _get_invoice_counterpart_amls_for_early_payment_discount_per_payment_term_line(self):
        # EXTENDS account: Odoo writes off from an invoice of one share, and lowers no VAT where a line
        # has its exact amounts stored beside it.
        exact_lines = any(line.extra_tax_data for line in self.invoice_line_ids)
        if not exact_lines and not self._get_retention_lines():
            return super()._get_invoice_counterpart_amls_for_early_payment_discount_per_payment_term_line()
        values = {name: defaultdict(dict) for name in ("term_lines", "tax_lines", "base_lines")}
        if not self.invoice_payment_term_id.discount_percentage:
            return values
        main = self._get_discounted_share()
        by_tax = self.invoice_payment_term_id.early_pay_discount_computation == "included"
        if by_tax and self.invoice_line_ids.tax_ids:
            bases, taxes = self._prepare_discount_by_tax(main)
            values["base_lines"][main] = bases
            values["tax_lines"][main] = taxes
        else:
            account = self._get_discount_account()
            values["term_lines"][main][frozendict({"account_id": account.id})] = {
                "name": self.env._("Early Payment Discount"),
                "partner_id": main.partner_id.id,
                "currency_id": main.currency_id.id,
                "amount_currency": main.amount_currency - main.discount_amount_currency,
                "balance": main.balance - main.discount_balance,
                "analytic_distribution": self._get_discount_analytic_distribution(account),
            }
        return values

    def _get_discounted_share(self):
        """Return the share that the discount is taken off: the only one that isn't retained."""
        return self.line_ids.filtered(
            lambda line: line.display_type == "payment_term" and not line.is_retention
        )[:1]

    def _get_discount_account(self):
        """Return the account of cash discounts, as Odoo chooses it."""
        if self.is_inbound(include_receipts=True):
            return self.company_id.account_journal_early_pay_discount_loss_account_id
        return self.company_id.account_journal_early_pay_discount_gain_account_id

    def _get_discount_analytic_distribution(self, account):
        """Return the analytic distribution of a discount, by Odoo's own rules for it."""
        return self.env["account.analytic.distribution.model"]._get_distribution(
            {
                "account_prefix": account.code,
                "company_id": self.company_id.id,
                "partner_id": self.commercial_partner_id.id,
                "partner_category_id": self.partner_id.category_id.ids,
            }
        )

    def _prepare_discount_by_tax(self, main):
        """Return the write-off of a discount that lowers the VAT, too, to the cent of the discount.

        :param main: the share that the discount is taken off
        :return: bases and taxes, ``{frozendict of what tells a line apart: its values}``
        """
        AccountTax = self.env["account.tax"]
        company, currency = self.company_id, self.currency_id
        discount = main.amount_currency - main.discount_amount_currency
        base_lines, _tax_lines = self._get_rounded_base_and_tax_lines()
        lines = AccountTax._prepare_down_payment_lines(
            base_lines,
            company,
            "fixed",
            abs(discount),
            computation_key=f"discount,{self.id}",
        )
        AccountTax._close_base_lines(lines, company, exact(abs(discount)))
        for line in lines:
            line["is_refund"] = True
            line["sign"] = 1 if discount > 0 else -1
        AccountTax._round_base_lines(lines, company)
        AccountTax._add_accounting_data_in_base_lines_tax_details(lines, company)
        account = self._get_discount_account()
        analytic = self._get_discount_analytic_distribution(account)
        results = AccountTax._prepare_tax_lines(lines, company)
        bases, taxes = {}, {}
        for line, amounts in results["base_lines_to_update"]:
            key = {
                "tax_ids": [Command.set(line["tax_ids"].ids)],
                "tax_tag_ids": amounts["tax_tag_ids"],
                "partner_id": main.partner_id.id,
                "currency_id": currency.id,
                "account_id": account.id,
                "analytic_distribution": line["analytic_distribution"] or analytic,
            }
            bases[frozendict(key)] = {
                "name": self.env._("Early Payment Discount"),
                "amount_currency": amounts["amount_currency"],
                "balance": amounts["balance"],
            }
        for tax_line in results["tax_lines_to_add"]:
            tax = self.env["account.tax.repartition.line"].browse(
                tax_line["tax_repartition_line_id"]
            )
            key = {
                name: tax_line[name]
                for name in (
                    "account_id",
                    "partner_id",
                    "currency_id",
                    "analytic_distribution",
                    "tax_repartition_line_id",
                    "tax_ids",
                    "tax_tag_ids",
                    "group_tax_id",
                )
            }
            taxes[frozendict(key)] = {
                "name": self.env._("Early Payment Discount (%s)", tax.tax_id.name),
                "amount_currency": tax_line["amount_currency"],
                "balance": tax_line["balance"],
            }
        # The cent of the company's currency that a rate leaves over.
        rest = main.balance - main.discount_balance
        rest -= sum(values["balance"] for values in [*bases.values(), *taxes.values()])
        if bases:
            largest = max(bases.values(), key=lambda values: abs(values["balance"]))
            largest["balance"] = company.currency_id.round(largest["balance"] + rest)
        return bases, taxes
