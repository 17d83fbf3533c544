"""The tax engine as this addon calls it: compute and round, read, close to a total."""

from collections import defaultdict

from odoo import api, models

from ...tools.money import exact, rounded, spread


class AccountTax(models.Model):
    _inherit = "account.tax"

    @api.model
    def _add_tax_details_in_base_line(self, base_line, company, rounding_method=None):
        # EXTENDS account: an order whose billing has begun goes on rounding as it did then.
        if rounding_method is None:
            rounding_method = self._get_kept_rounding_method(base_line.get("record"))
        return super()._add_tax_details_in_base_line(base_line, company, rounding_method)

    @api.model
    def _get_kept_rounding_method(self, record):
        """Return the rounding method that an order keeps; None for the company's.

        :param record: what a base line is of: a line of an order or an invoice, an order, a dict
        """
        name = getattr(record, "_name", None)
        if name == "sale.order.line":
            record = record.order_id
        elif name != "sale.order":
            return None
        return record.billing_rounding_method or None

    @api.model
    def _round_base_lines(self, base_lines, company, rounding_method=None):
        """Let the engine compute base lines and round them together.

        :param rounding_method: `round_per_line` or `round_globally`; None for the company's
        """
        for base_line in base_lines:
            self._add_tax_details_in_base_line(base_line, company, rounding_method)
        self._round_base_lines_tax_details(base_lines, company)
        self._place_coarse_steps(base_lines)
        return base_lines

    @api.model
    def _place_coarse_steps(self, base_lines):
        """Let each amount of base lines be one that their currency has.

        The engine shares what rounding leaves over by decimals: 0.05 francs, the smallest coin, as five
        times 0.01. A document can't bill a centime of a line: the sums stay, the coins go to the largest
        lines.
        """
        by_currency = defaultdict(list)
        for base_line in base_lines:
            currency = base_line["currency_id"]
            if exact(currency.rounding) != exact(1).scaleb(-currency.decimal_places):
                by_currency[currency].append(base_line)
        for currency, lines in by_currency.items():
            untaxed, taxes = [], defaultdict(list)
            for base_line in lines:
                details = base_line["tax_details"]
                untaxed.append(
                    details["total_excluded_currency"] + details["delta_total_excluded_currency"]
                )
                for tax_data in details["taxes_data"]:
                    for name in ("tax_amount_currency", "base_amount_currency"):
                        key = (tax_data["tax"], tax_data["is_reverse_charge"], name)
                        taxes[key].append(tax_data)
            for base_line, amount in zip(
                lines, self._get_whole_steps(untaxed, currency), strict=True
            ):
                details = base_line["tax_details"]
                details["delta_total_excluded_currency"] = (
                    amount - details["total_excluded_currency"]
                )
            for (_tax, _reverse, name), rows in taxes.items():
                amounts = self._get_whole_steps([row[name] for row in rows], currency)
                for row, amount in zip(rows, amounts, strict=True):
                    row[name] = amount

    @api.model
    def _get_whole_steps(self, amounts, currency):
        """Return amounts as multiples of the currency's rounding, with the same sum."""
        step = exact(currency.rounding)
        amounts = [exact(round(amount, currency.decimal_places)) for amount in amounts]
        whole = [rounded(amount, step) for amount in amounts]
        corrections = spread(rounded(sum(amounts), step) - sum(whole), whole, step)
        return [
            float(amount + correction)
            for amount, correction in zip(whole, corrections, strict=True)
        ]

    @api.model
    def _read_base_line(self, base_line):
        """Return the amounts of a rounded base line, in its currency.

        :rtype: dict of `untaxed`, `total`, and `taxes` and `bases` by tax
        """
        details = base_line["tax_details"]
        currency = base_line["currency_id"]
        untaxed = currency.round(
            details["total_excluded_currency"] + details["delta_total_excluded_currency"]
        )
        taxes, bases, total = {}, {}, untaxed
        for tax_data in details["taxes_data"]:
            # The parts of a split line may be no coins of their currency, the total is of what is.
            amount = currency.round(tax_data["tax_amount_currency"])
            total += amount
            # The second half of a reverse charge mirrors the first: the engine derives it.
            if not tax_data["is_reverse_charge"]:
                taxes[tax_data["tax"]] = amount
                bases[tax_data["tax"]] = tax_data["base_amount_currency"]
        return {
            "untaxed": untaxed,
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
        self._place_coarse_steps(base_lines)
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
            for tax, amount in amounts["taxes"].items():
                if values := base_line["manual_tax_amounts"].get(str(tax.id)):
                    values["tax_amount_currency"] = amount
                    values["base_amount_currency"] = amounts["bases"][tax]
            shift = untaxed - min(amounts["bases"].values(), key=lambda base: abs(base - untaxed))
            base_line["manual_total_excluded_currency"] = untaxed
            base_line["manual_total_excluded"] += to_company(correction)
            for values in base_line["manual_tax_amounts"].values():
                values["base_amount_currency"] += shift
                values["base_amount"] += to_company(shift)
