"""Random jobs with a retention: the receivable lines always sum to the invoice, the retention to its
rule, and the whole job retains the rate of its contract."""

import random

from odoo.exceptions import UserError
from odoo.tests import tagged

from ...tools.deductions import RULES
from ...tools.money import exact
from ...tools.retention import retention_of
from ..random_jobs import RandomJobs


@tagged("post_install", "-at_install")
class TestRetentionExactness(RandomJobs):
    def assertShares(self, move, seed):
        currency = move.currency_id
        shares = move.line_ids.filtered(lambda line: line.display_type == "payment_term")
        self.assertTrue(
            currency.is_zero(abs(sum(shares.mapped("amount_currency"))) - move.amount_total), seed
        )
        company_currency = move.company_id.currency_id
        self.assertTrue(company_currency.is_zero(sum(move.line_ids.mapped("balance"))), seed)
        retained = shares.filtered("is_retention")
        self.assertLessEqual(len(retained), 1, seed)
        if retained:
            self.assertEqual(retained.account_id, self.company.retention_account_id, seed)
        self.assertNotIn(self.company.retention_account_id, (shares - retained).account_id, seed)
        self.assertEqual(move.retention_amount, abs(sum(retained.mapped("amount_currency"))), seed)
        self.assertLessEqual(move.retention_amount, move.amount_total, seed)

    def run_job(self, seed):
        rng = random.Random(seed)
        order = self.random_order(rng)
        if order.amount_total <= 0:
            return False
        rate = rng.choice((5, 5, 3, 2.5))
        order.payment_term_id = self.make_term(
            *rng.choice((((100 - rate, 30),), ((40, 0), (60 - rate, 45)))), (rate, None)
        )
        self.know_the_tables()
        for _turn in range(rng.randint(1, 4)):
            if rng.random() < 0.4:
                left = order.get_billing_recap()["to_invoice_total"]
                amount = order.currency_id.round(left * rng.choice((0.1, 0.4)))
                if amount > 0:
                    deposit = self.deposit(order, amount, amount_type="fixed", post=True)
                    self.assertEqual(deposit.retention_amount, 0)
                    continue
            order.deduction_rule = rng.choice([name for name in RULES if name != "manual"])
            entries = self.random_entries(rng, order)
            figures = order.preview_situation(entries)
            try:
                move = self.situation(order, entries)
            except UserError:
                continue
            self.assertEqual(move.retention_amount, figures["retention"], seed)
            self.assertShares(move, seed)
            if rng.random() < 0.3:
                move.invoice_date = "2026-08-31"
                self.assertShares(move, seed)
            move.action_post()
            self.assertShares(move, seed)
            if rng.random() < 0.2:
                credit = move._reverse_moves([{"invoice_date": move.invoice_date}])
                credit.action_post()
                self.assertShares(credit, seed)
                self.assertEqual(credit.retention_amount, move.retention_amount, seed)
        if not order.billing_document_ids:
            return False
        balance = self.balance(order, post=True)
        self.assertShares(balance, seed)
        self.assertJobTies(order, f"seed {seed}")
        recap = order.get_billing_recap()
        whole = retention_of(
            exact(rate), exact(order.amount_total), exact(order.currency_id.rounding)
        )
        if balance.move_type == "out_invoice" and balance.retention_amount < balance.amount_total:
            self.assertTrue(
                order.currency_id.is_zero(recap["retention_held"] - float(whole)),
                f"seed {seed}: {recap['retention_held']} of {whole}",
            )
            return True
        return False

    def test_random_jobs(self):
        whole = 0
        for seed in range(500, 515):
            with self.subTest(seed=seed), self.cr.savepoint():
                whole += self.run_job(seed)
            self.know_the_tables()
        self.assertGreater(whole, 6)
