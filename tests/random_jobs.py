"""Orders, entries and accidents by chance, the same ones for the same seed."""

from .common import SituationCommon


class RandomJobs(SituationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.taxes = {
            "20": cls.tax20,
            "10": cls.tax10,
            "5.5": cls.make_tax(5.5),
            "20 included": cls.make_tax(20, price_include_override="tax_included"),
            "10 included": cls.make_tax(10, price_include_override="tax_included"),
            "tax on tax": cls.make_tax(7, include_base_amount=True, sequence=0),
            "fixed": cls.make_tax(0.35, amount_type="fixed", sequence=0),
        }
        cls.plain = ("20", "10", "5.5", "tax on tax", "fixed")
        cls.included = ("20 included", "10 included")
        currencies = cls.env["res.currency"].with_context(active_test=False)
        cls.currencies = currencies.search([("name", "in", ("EUR", "JPY", "KWD"))])
        cls.currencies.active = True
        cls.company.allow_over_billing = False

    def random_taxes(self, rng):
        if rng.random() < 0.15:
            return self.env["account.tax"]
        if rng.random() < 0.3:
            return self.taxes[rng.choice(self.included)]
        names = rng.sample(self.plain, rng.choice((1, 1, 1, 2, 3)))
        return self.env["account.tax"].union(*(self.taxes[name] for name in names))

    def random_line(self, rng, index):
        price = round(rng.uniform(0.01, 2000), rng.choice((0, 2, 2, 2, 4, 6)))
        quantity = rng.choice((1, 1, 3, 7, round(rng.uniform(0.01, 60), 2)))
        kind = rng.random()
        if kind < 0.1:
            price = -price / 10
        elif kind < 0.15:
            price = 0
        return self.line(
            f"Line {index}",
            quantity,
            price,
            self.random_taxes(rng),
            discount=rng.choice((0, 0, 0, 5, 12.5, 33.33)),
        )

    def random_order(self, rng):
        self.company.tax_calculation_rounding_method = rng.choice(
            ("round_per_line", "round_globally")
        )
        currency = rng.choice(self.currencies)
        pricelist = self.env["product.pricelist"].create(
            {"name": currency.name, "currency_id": currency.id}
        )
        lines = []
        for index in range(rng.randint(1, 9)):
            if rng.random() < 0.25:
                lines.append(self.section(f"Section {index}"))
            lines.append(self.random_line(rng, index))
        return self.make_order(*lines, pricelist_id=pricelist.id)

    def random_entries(self, rng, order):
        if rng.random() < 0.3:
            return round(rng.uniform(0, 100), rng.choice((0, 2, 4)))
        entries = []
        sections = order.order_line.filtered(
            lambda line: line.display_type and not line.is_downpayment
        )
        for section in sections.filtered(lambda line: line._get_section_lines()):
            if rng.random() < 0.3:
                entries.append({"section_id": section.id, "progress": rng.choice((10, 33.33, 75))})
        for line in order._get_work_lines():
            part = rng.random()
            if rng.random() < 0.4:
                continue
            kind = rng.choice(("progress", "quantity", "amount"))
            value = {
                "progress": round(100 * part, 2),
                "quantity": round(line.product_uom_qty * part, 2),
                "amount": order.currency_id.round(line.contract_amount * part),
            }[kind]
            entries.append({"line_id": line.id, kind: value})
        return entries or 50

    def know_the_tables(self):
        """Give PostgreSQL its statistics, as autovacuum does where transactions end: on tables that it
        thinks empty, Odoo's query for payment states takes a second a posting."""
        self.env.flush_all()
        self.cr.execute("ANALYZE account_move, account_move_line, account_partial_reconcile")
