"""Random jobs on the database: whatever the path, the documents sum to the order, tax by tax."""

import random

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import SituationCommon


@tagged("post_install", "-at_install")
class TestSituationExactness(SituationCommon):
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
        sections = order.order_line.filtered(lambda line: line.display_type)
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

    def random_accident(self, rng, order, move):
        """Post, cancel, delete, credit or edit a document: the next situation heals what it changed."""
        kind = rng.random()
        if kind < 0.45:
            move.action_post()
            if rng.random() < 0.25:
                refund = move._reverse_moves([{"invoice_date": move.invoice_date}])
                refund.action_post()
        elif kind < 0.55:
            move.button_cancel()
        elif kind < 0.65:
            move.unlink()
        elif kind < 0.75:
            line = rng.choice(self.billed_lines(move))
            line.price_unit = round(line.price_unit * rng.uniform(0.5, 0.99), 2)
        elif kind < 0.82 and len(self.billed_lines(move)) > 1:
            rng.choice(self.billed_lines(move)).unlink()

    def know_the_tables(self):
        """Give PostgreSQL its statistics, as autovacuum does where transactions end: on tables that it
        thinks empty, Odoo's query for payment states takes a second a posting."""
        self.env.flush_all()
        self.cr.execute("ANALYZE account_move, account_move_line, account_partial_reconcile")

    def run_job(self, seed):
        rng = random.Random(seed)
        order = self.random_order(rng)
        if not order.amount_total:
            return
        self.know_the_tables()
        for _turn in range(rng.randint(1, 4)):
            entries = self.random_entries(rng, order)
            figures = order.preview_situation(entries)
            try:
                move = self.situation(order, entries)
            except UserError as error:
                self.assertIn("Nothing to bill", str(error))
                continue
            sign = -move.direction_sign
            self.assertEqual(sign * move.amount_untaxed, figures["untaxed"], seed)
            self.assertAlmostEqual(sign * move.amount_total, figures["total"], 6, seed)
            if rng.random() < 0.2:
                line = rng.choice(order._get_work_lines())
                line.product_uom_qty = rng.choice((1, 2, line.product_uom_qty * 2))
            self.random_accident(rng, order, move)
        try:
            move = self.situation(order, 100)
        except UserError as error:
            self.assertIn("Nothing to bill", str(error))
        else:
            if rng.random() < 0.5:
                move.action_post()
        self.assertJobTies(order, f"seed {seed}")

    def test_random_jobs(self):
        for seed in range(40):
            with self.subTest(seed=seed), self.cr.savepoint():
                self.run_job(seed)
            self.know_the_tables()

    def test_core_bills_the_exact_rest(self):
        for seed in range(100, 115):
            with self.subTest(seed=seed), self.cr.savepoint():
                rng = random.Random(seed)
                order = self.random_order(rng)
                if not order.amount_total:
                    continue
                entries = rng.choice((33.3333, 12.34, 50, 99.99))
                try:
                    self.situation(order, entries).action_post()
                except UserError:
                    continue
                if order.invoice_status == "to invoice":
                    order._create_invoices(final=True)
                self.assertJobTies(order, f"seed {seed}")
