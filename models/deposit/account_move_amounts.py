"""The amounts of an invoice that deducts deposits by hand: its works come to what they do alone."""

from odoo import models
from odoo.fields import Command

from ...tools.money import ZERO, exact, rounded


class AccountMove(models.Model):
    _inherit = "account.move"

    # === BUSINESS METHODS ===#

    def _get_total_before_deductions(self):
        """Return what this invoice bills before it deducts deposits, tax included, as a decimal."""
        self.ensure_one()
        step = exact(self.currency_id.rounding)
        figures = self._read_lines(self._round_works())
        return sum((rounded(exact(row["total"]), step) for row in figures.values()), ZERO)

    def _get_work_items(self):
        """Return the product lines that deduct nothing."""
        return self.invoice_line_ids.filtered(
            lambda item: item.display_type == "product" and not item.is_downpayment
        )

    def _round_items(self, items):
        """Run the tax engine over product lines of this invoice, as if it had no others."""
        return self.env["account.tax"]._round_base_lines(
            [self._prepare_product_base_line_for_taxes_computation(item) for item in items],
            self.company_id,
        )

    def _round_works(self):
        """Run the tax engine over the lines that deduct nothing, as if there were no deductions, and
        without the amounts that `_prepare_amounts_of_works` gave them."""
        base_lines = []
        for item in self._get_work_items():
            base_line = self._prepare_product_base_line_for_taxes_computation(item)
            if self._has_no_amounts_but_ours(item):
                base_line["manual_tax_amounts"] = None
                base_line["manual_total_excluded"] = None
                base_line["manual_total_excluded_currency"] = None
            base_lines.append(base_line)
        return self.env["account.tax"]._round_base_lines(base_lines, self.company_id)

    def _has_no_amounts_but_ours(self, item):
        """Whether the exact amounts beside a line, if there are any, can't be Odoo's own."""
        # sudo: as `_get_hand_deductions`
        return not item.sudo().sale_line_ids and "computation_key" not in (
            item.extra_tax_data or {}
        )

    def _read_lines(self, base_lines):
        """Return ``{product line: amounts}`` of base lines; see `account.tax._read_base_line`."""
        AccountTax = self.env["account.tax"]
        return {
            base_line["record"]: AccountTax._read_base_line(base_line) for base_line in base_lines
        }

    def _is_rounded_apart(self):
        """Whether works and deductions come to what they do by themselves."""
        products = self.invoice_line_ids.filtered(lambda item: item.display_type == "product")
        deductions = self._round_items(products - self._get_work_items())
        return self._read_lines(self._round_items(products)) == self._read_lines(
            [*self._round_works(), *deductions]
        )

    def _prepare_amounts_of_works(self):
        """Return the commands that let the works come to what they do by themselves, beside the lines
        of deductions: Odoo may round the taxes of an invoice together, so that a cent of theirs shifts.
        """
        AccountTax = self.env["account.tax"]
        if self.company_id.tax_calculation_rounding_method != "round_globally":
            return []
        base_lines = self._round_works()
        AccountTax._fix_base_lines_tax_details_on_manual_tax_amounts(base_lines, self.company_id)
        return [
            Command.update(
                base_line["record"].id,
                {"extra_tax_data": AccountTax._export_base_line_extra_tax_data(base_line)},
            )
            for base_line in base_lines
            if base_line["manual_tax_amounts"]
        ]

    def _prepare_works_without_amounts(self):
        """Return the commands that give the works back to Odoo's own rounding."""
        return [
            Command.update(item.id, {"extra_tax_data": False})
            for item in self._get_work_items()
            if item.extra_tax_data and self._has_no_amounts_but_ours(item)
        ]
