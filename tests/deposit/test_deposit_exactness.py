"""Random jobs with deposits: whatever happens on the way, the documents sum to the order and the
deductions to the deposits, tax by tax, and no deposit turns a situation into a credit note."""

import random

from odoo.exceptions import UserError
from odoo.tests import tagged

from ...tools.deductions import RULES
from ..random_jobs import RandomJobs


@tagged("post_install", "-at_install")
class TestDepositExactness(RandomJobs):
    def make_deposit(self, rng, order):
        left = order.get_billing_recap()["to_invoice_total"]
        amount = order.currency_id.round(left * rng.choice((0.1, 0.3333, rng.random())))
        if amount <= 0:
            return None
        detail = rng.choice(("single", "lines"))
        if rng.random() < 0.5:
            move = self.deposit(order, amount, amount_type="fixed", detail=detail)
            self.assertEqual(move.amount_total, amount)
            return move
        percent = round(rng.uniform(1, 100 * left / order.amount_total), 2)
        total = order.currency_id.round(order.amount_total * percent / 100)
        if not 0 < total <= left:
            return None
        move = self.deposit(order, percent, detail=detail)
        self.assertAlmostEqual(move.amount_total, total, delta=order.currency_id.rounding * 1.01)
        return move

    def make_situation(self, rng, order):
        entries = self.random_entries(rng, order)
        rule, amount = rng.choice((None, *RULES)), None
        order.deduction_rule = rng.choice([name for name in RULES if name != "manual"])
        works = order.preview_situation(entries, "final")["total"]
        if rule == "manual":
            left = sum(
                float(max(deposit.remaining, 0)) for deposit in order._get_deductible_deposits()
            )
            amount = order.currency_id.round(max(min(works, left), 0) * rng.random())
        figures = order.preview_situation(entries, rule, amount)
        left = order.get_billing_recap()["deposit_remaining"]
        try:
            move = self.situation(order, entries, deduction_rule=rule, deduction_amount=amount)
        except UserError as error:
            self.assertIn("Nothing to bill", str(error))
            return None
        currency, sign = order.currency_id, -move.direction_sign
        for name in ("untaxed", "tax", "total"):
            shown = sign * move[f"amount_{name}"]
            self.assertTrue(currency.is_zero(shown - figures[name]), name)
        self.assertTrue(currency.is_zero(move.deposit_deduction - figures["deduction"]))
        self.assertGreaterEqual(move.deposit_deduction, 0)
        self.assertLessEqual(move.deposit_deduction, currency.round(max(works, 0)))
        if figures["deduction"]:
            self.assertGreaterEqual(left + currency.rounding / 2, move.deposit_deduction)
        if works >= 0:
            self.assertEqual(move.move_type, "out_invoice")
            self.assertGreaterEqual(move.amount_total, 0)
        if amount is not None:
            self.assertTrue(currency.is_zero(move.deposit_deduction - amount))
        return move

    def random_accident(self, rng, move):
        """Post, delete, cancel, take back or credit a document, wholly or in part."""
        kind = rng.random()
        if move.state == "posted":
            if kind < 0.2:
                move.button_draft()
                if rng.random() < 0.5:
                    move.button_cancel()
            elif kind < 0.5:
                credit = move._reverse_moves([{"invoice_date": move.invoice_date}])
                if rng.random() < 0.4:
                    for line in self.billed_lines(credit):
                        line.price_unit = round(line.price_unit * rng.uniform(0.1, 0.9), 2)
                if rng.random() < 0.8:
                    credit.action_post()
        elif move.state == "draft":
            if kind < 0.75:
                move.action_post()
            elif kind < 0.85:
                move.button_cancel()
            elif kind < 0.95:
                move.unlink()

    def run_job(self, seed):
        rng = random.Random(seed)
        order = self.random_order(rng)
        if order.amount_total <= 0:
            return False
        order.write({"deduction_start": rng.choice((0, 10, 65)), "deduction_end": 80})
        self.know_the_tables()
        for _turn in range(rng.randint(2, 6)):
            make = self.make_deposit if rng.random() < 0.45 else self.make_situation
            move = make(rng, order)
            if move and rng.random() < 0.8:
                move.action_post()
            moves = order.billing_document_ids
            if moves and rng.random() < 0.5:
                self.random_accident(rng, rng.choice(moves))
        order._get_draft_deposits().action_post()
        try:
            balance = self.balance(order)
        except UserError as error:
            self.assertIn("no balance yet", str(error))
            return False
        if rng.random() < 0.3:
            balance.action_post()
            balance._reverse_moves([{}]).action_post()
            self.assertTrue(order.is_ready_for_balance or not balance.amount_total, seed)
            balance = self.balance(order)
        if rng.random() < 0.7:
            balance.action_post()
        self.assertJobTies(order, f"seed {seed}")
        self.assertDepositsTie(order, f"seed {seed}")
        with self.assertRaisesRegex(UserError, "closed by its balance"):
            self.balance(order)
        return True

    def test_random_jobs(self):
        closed = 0
        for seed in range(18):
            with self.subTest(seed=seed), self.cr.savepoint():
                closed += self.run_job(seed)
            self.know_the_tables()
        self.assertGreater(closed, 9)
