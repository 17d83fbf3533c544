"""Random decisions about the retentions of a job: every amount stays accounted for, and undoing them
brings back what was."""

import random

from odoo.exceptions import UserError
from odoo.tests import tagged

from ...tools.money import exact
from ...tools.retention import retention_of
from ..random_jobs import RandomJobs

PARTS = ("due", "held", "opposed", "lost", "released", "residual", "not_due")


@tagged("post_install", "-at_install")
class TestRetentionFollowUpExactness(RandomJobs):
    def rows(self, order):
        self.env.invalidate_all()
        return self.env["account.retention"].search([("order_id", "=", order.id)])

    def snapshot(self, order):
        return {
            row.move_id: (
                row.state,
                row.date,
                [row.currency_id.round(row[name]) for name in PARTS],
            )
            for row in self.rows(order)
        }

    def assertRows(self, order, message):
        """Paid, due, held, opposed and lost make up what is retained; nothing is below zero."""
        currency = order.currency_id
        rows = self.rows(order)
        for row in rows:
            paid = currency.round(row.amount - row.lost - row.residual)
            parts = [paid, row.due, row.held, row.opposed, row.lost]
            self.assertTrue(currency.is_zero(sum(parts) - row.amount), message)
            for part in parts:
                self.assertGreaterEqual(currency.round(part), 0, message)
            line = row.move_id._get_retention_lines()
            self.assertEqual(currency.round(row.residual), line.amount_residual_currency, message)
            self.assertEqual(currency.round(row.amount), row.move_id.retention_amount, message)
            self.assertLessEqual(row.move_id.amount_due_now, row.move_id.amount_total, message)
        recap = order.get_billing_recap()
        lost = sum(rows.mapped("lost"))
        self.assertTrue(
            currency.is_zero(
                recap["retention_held"]
                + recap["retention_released"]
                + lost
                - sum(rows.mapped("amount"))
            ),
            message,
        )
        self.assertTrue(
            currency.is_zero(
                order.retention_held
                + order.retention_due
                + order.retention_opposed
                - sum(rows.mapped("residual"))
            ),
            message,
        )

    def taxes_of(self, move):
        """Return ``{tax: amount}`` of a document's tax lines."""
        lines = move.line_ids.filtered("tax_line_id")
        return {
            tax: abs(sum(items.mapped("amount_currency")))
            for tax, items in lines.grouped("tax_line_id").items()
        }

    def assertLoss(self, operation, message):
        """The credit notes are what is lost, at the rates of the invoices, and settled."""
        total = 0
        for credit in operation.credit_note_ids:
            invoice = credit.reversed_entry_id
            self.assertEqual(credit.amount_residual, 0, message)
            self.assertEqual(invoice.company_id, credit.company_id, message)
            total += credit.amount_total
            mine, invoiced = self.taxes_of(credit), self.taxes_of(invoice)
            for tax, amount in invoiced.items():
                # A tax by the piece is part of the price that is given up.
                due = amount * credit.amount_total / invoice.amount_total
                self.assertAlmostEqual(
                    mine.get(tax, 0),
                    0 if tax.amount_type == "fixed" else due,
                    delta=credit.currency_id.rounding * 2,
                    msg=message,
                )
        self.assertTrue(operation.currency_id.is_zero(total - operation.amount), message)

    def decide(self, rng, order):
        """Make one random decision; return the operation, or nothing where it isn't possible."""
        kind = rng.choice(("release", "guarantee", "opposition", "loss"))
        possible = self.env["account.retention.operation"]._get_possible_amount(
            kind, order._get_retained_documents(), order
        )
        amount = order.currency_id.round(float(possible) * rng.choice((0.2, 0.5, 1)))
        calls = {
            "release": lambda: order.release_retention(amount),
            "guarantee": lambda: order.replace_retention("Bank", amount),
            "opposition": lambda: order.oppose_retention("Leak", amount),
            "loss": lambda: order.lose_retention(amount),
        }
        try:
            operation_id = calls[kind]()
        except UserError:
            self.assertFalse(amount)
            return None
        return self.env["account.retention.operation"].browse(operation_id)

    def run_job(self, seed):
        rng = random.Random(seed)
        order = self.random_order(rng)
        if order.amount_total <= 0:
            return 0
        order.payment_term_id = self.make_term((95, 30), (5, None))
        self.know_the_tables()
        done = 0
        for progress in sorted(rng.sample(range(5, 100), 2)):
            try:
                move = self.situation(order, progress, post=True)
            except UserError:
                continue
            if move.move_type != "out_invoice":
                return 0
            for _turn in range(rng.randint(1, 4)):
                message = f"seed {seed}, {done}"
                if rng.random() < 0.2:
                    order.works_acceptance_date = rng.choice((False, "2020-01-01"))
                before = self.snapshot(order)
                operation = self.decide(rng, order)
                if not operation:
                    continue
                done += 1
                self.assertRows(order, message)
                if operation.kind == "loss":
                    self.assertLoss(operation, message)
                if rng.random() < 0.4:
                    operation.action_undo()
                    self.assertEqual(self.snapshot(order), before, f"{message} undone")
                    self.assertRows(order, message)
        return done

    def test_random_decisions(self):
        done = 0
        for seed in range(700, 712):
            with self.subTest(seed=seed), self.cr.savepoint():
                done += self.run_job(seed)
            self.know_the_tables()
        self.assertGreater(done, 18)

    def test_a_guarantee_and_the_documents_after_it(self):
        """Whenever it comes, what is held at the end is what it doesn't cover."""
        checked = 0
        for seed in range(730, 738):
            with self.subTest(seed=seed), self.cr.savepoint():
                rng = random.Random(seed)
                order = self.random_order(rng)
                if order.amount_total <= 0 or min(order.order_line.mapped("price_unit")) < 0:
                    continue
                order.payment_term_id = self.make_term((95, 30), (5, None))
                step = exact(order.currency_id.rounding)
                whole = float(retention_of(exact(5), exact(order.amount_total), step))
                cover = order.currency_id.round(whole * rng.choice((0.1, 0.6, 1, 1.5)))
                steps = sorted(rng.sample(range(5, 100), 3))
                when = rng.randint(0, 3)
                if not cover:
                    continue
                for index, progress in enumerate(steps):
                    if index == when:
                        order.replace_retention("Bank", cover)
                    self.situation(order, progress, post=True)
                if when == 3:
                    order.replace_retention("Bank", cover)
                self.balance(order, post=True)
                recap = order.get_billing_recap()
                self.assertTrue(
                    order.currency_id.is_zero(recap["retention_held"] - max(whole - cover, 0)),
                    f"seed {seed}: {recap['retention_held']} of {whole}, {cover} covered",
                )
                self.assertJobTies(order, f"seed {seed}")
                checked += 1
            self.know_the_tables()
        self.assertGreater(checked, 3)
