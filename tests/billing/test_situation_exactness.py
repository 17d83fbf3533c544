"""Random jobs on the database: whatever the path, the documents sum to the order, tax by tax."""

import random

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..random_jobs import RandomJobs


@tagged("post_install", "-at_install")
class TestSituationExactness(RandomJobs):
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
        for seed in range(14):
            with self.subTest(seed=seed), self.cr.savepoint():
                self.run_job(seed)
            self.know_the_tables()

    def test_core_bills_the_exact_rest(self):
        for seed in range(100, 110):
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
