"""The tax engine as this addon calls it: compute and round, read, close to a total."""

from odoo import api, models

from ..tools.money import exact, rounded


class AccountTax(models.Model):
    _inherit = "account.tax"

    @api.model
    def _round_base_lines(self, base_lines, company):
        """Let the engine compute base lines and round them together."""
        self._add_tax_details_in_base_lines(base_lines, company)
        self._round_base_lines_tax_details(base_lines, company)
        return base_lines

    @api.model
    def _read_base_line(self, base_line):
        """Return the amounts of a rounded base line, in its currency.

        :rtype: dict of `untaxed`, `total`, and `taxes` and `bases` by tax
        """
        details = base_line["tax_details"]
        untaxed = details["total_excluded_currency"] + details["delta_total_excluded_currency"]
        taxes, bases, total = {}, {}, untaxed
        for tax_data in details["taxes_data"]:
            total += tax_data["tax_amount_currency"]
            # The second half of a reverse charge mirrors the first: the engine derives it.
            if not tax_data["is_reverse_charge"]:
                taxes[tax_data["tax"]] = tax_data["tax_amount_currency"]
                bases[tax_data["tax"]] = tax_data["base_amount_currency"]
        currency = base_line["currency_id"]
        return {
            "untaxed": currency.round(untaxed),
            "total": currency.round(total),
            "taxes": taxes,
            "bases": bases,
        }

    @api.model
    def _close_base_lines(self, base_lines, company, total):
        """Let base lines of quantity 1 come to a total, and each say the exact amount.

        The base of the largest line takes what is missing: the engine can't place the cent of a tax
        that rounds to nothing on its part. The bases of its taxes follow each line, so that the
        print's bases add up to its untaxed total.

        :param base_lines: of the tax engine, with their rounded amounts
        :param total: decimal, tax included, in their currency
        """
        currency = base_lines[0]["currency_id"]
        step = exact(currency.rounding)
        figures = [self._read_base_line(base_line) for base_line in base_lines]
        missing = rounded(total, step) - sum(rounded(exact(f["total"]), step) for f in figures)
        largest = max(range(len(figures)), key=lambda index: figures[index]["untaxed"])
        for index, (base_line, amounts) in enumerate(zip(base_lines, figures, strict=True)):

            def to_company(amount, rate=base_line["rate"] or 1.0):
                return company.currency_id.round(amount / rate)

            correction = float(missing) if index == largest else 0.0
            untaxed = currency.round(amounts["untaxed"] + correction)
            base_line["tax_details"]["delta_total_excluded_currency"] += correction
            included = sum(tax for key, tax in amounts["taxes"].items() if key.price_include)
            base_line["price_unit"] = currency.round(untaxed + included)
            if not base_line["manual_tax_amounts"]:
                continue
            shift = untaxed - min(amounts["bases"].values(), key=lambda base: abs(base - untaxed))
            base_line["manual_total_excluded_currency"] = untaxed
            base_line["manual_total_excluded"] += to_company(correction)
            for values in base_line["manual_tax_amounts"].values():
                values["base_amount_currency"] += shift
                values["base_amount"] += to_company(shift)
