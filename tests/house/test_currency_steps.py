"""Jobs in currencies of every rounding, with every kind of tax: preview and document are the same
figures, and the documents sum to the order."""

import random

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ...tools.deductions import RULES
from ..random_jobs import RandomJobs


class CurrencyStepsCommon(RandomJobs):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        currencies = cls.env["res.currency"].with_context(active_test=False)
        swiss = currencies.search([("name", "=", "CHF")])
        swiss.rounding = 0.05
        tenths = currencies.create({"name": "TEN", "symbol": "T", "rounding": 0.1})
        others = currencies.search([("name", "in", ("JPY", "EUR", "KWD"))])
        cls.currencies = swiss | tenths | others
        cls.currencies.active = True
        cls.steps = swiss | tenths
        group = [cls.make_tax(3), cls.make_tax(1.5)]
        cls.taxes |= {
            "division": cls.make_tax(12, amount_type="division"),
            "group": cls.make_tax(
                0, amount_type="group", children_tax_ids=[Command.set([tax.id for tax in group])]
            ),
            "negative": cls.make_tax(-2),
        }
        cls.plain = (*cls.plain, "division", "group", "negative")

    def random_order(self, rng):
        order = super().random_order(rng)
        if rng.random() < 0.5:
            order.payment_term_id = self.make_term((95, 30), (5, None))
            if rng.random() < 0.3:
                order.works_acceptance_date = "2025-01-15"
        return order

    def assertPreviewed(self, move, figures, message):
        sign = -move.direction_sign
        shown = {
            "untaxed": sign * move.amount_untaxed,
            "tax": sign * move.amount_tax,
            "total": sign * move.amount_total,
            "deduction": sign * -move.direction_sign * move.deposit_deduction,
            "retention": move.retention_amount,
            "amount_due_now": sign * move.amount_due_now,
        }
        currency = move.currency_id
        self.assertEqual(
            {name: currency.round(amount) for name, amount in shown.items()},
            {name: currency.round(figures[name]) for name in shown},
            message,
        )

    def run_job(self, seed):
        rng = random.Random(seed)
        order = self.random_order(rng)
        if order.amount_total <= 0:
            return
        message = f"seed {seed}, {order.currency_id.name}"
        self.know_the_tables()
        if rng.random() < 0.5:
            deposit = self.deposit(order, rng.choice((10, 30, 33.33)), post=True)
            currency = order.currency_id
            self.assertTrue(
                currency.is_zero(deposit.amount_total - currency.round(deposit.amount_total)),
                message,
            )
        for _turn in range(rng.randint(1, 3)):
            order.deduction_rule = rng.choice([name for name in RULES if name != "manual"])
            entries = self.random_entries(rng, order)
            figures = order.preview_situation(entries)
            try:
                move = self.situation(order, entries)
            except UserError as error:
                self.assertIn("Nothing to bill", str(error))
                continue
            self.assertPreviewed(move, figures, message)
            retained = move._get_retention_lines()
            for line in retained:
                self.assertEqual(move.direction_sign * line.amount_currency < 0, True, message)
                self.assertLessEqual(abs(line.amount_currency), move.amount_total, message)
            move.action_post()
            self.assertPreviewed(move, figures, message)
        if order.billing_document_ids:
            self.balance(order, post=True)
            self.assertJobTies(order, message)
            self.assertDepositsTie(order, message)

    def run_jobs(self, seeds):
        for seed in seeds:
            with self.subTest(seed=seed), self.cr.savepoint():
                self.run_job(seed)
            self.know_the_tables()


@tagged("post_install", "-at_install")
class TestCurrencySteps(CurrencyStepsCommon):
    def test_random_jobs(self):
        self.run_jobs(range(8))


@tagged("post_install", "-at_install")
class TestSwissSteps(CurrencyStepsCommon):
    """The same in a company that keeps its books in Swiss francs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.currency_id = cls.env.ref("base.CHF")
        cls.currencies = cls.company.currency_id

    def test_random_jobs(self):
        self.run_jobs(range(100, 105))
