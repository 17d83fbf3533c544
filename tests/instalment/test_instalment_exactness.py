"""Partial invoices and instalments by chance: every job closes to the cent, whatever falls out."""

from datetime import date
from random import Random

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..random_jobs import RandomJobs

SEEDS = 10


@tagged("post_install", "-at_install")
class TestInstalmentExactness(RandomJobs):
    def test_random_plans(self):
        self.know_the_tables()
        self.plans = 0
        for seed in range(SEEDS):
            with self.subTest(seed=seed):
                self.run_job(Random(seed))
        self.assertGreater(self.plans, SEEDS / 2, "most orders are large enough for a plan")

    def run_job(self, rng):
        order = self.random_order(rng)
        if rng.random() < 0.5:
            order.payment_term_id = self.make_term((95, 30), (5, None))
        order.deduction_rule = rng.choice(("full", "progressive", "threshold", "final"))
        if rng.random() < 0.5 and order.amount_total > 1:
            self.deposit(order, rng.choice((10, 33.33)), post=True)
        if rng.random() < 0.5:
            lines = order._get_work_lines().filtered("contract_amount")
            chosen = rng.sample(lines.ids, rng.randint(1, len(lines))) if lines else []
            if chosen:
                self.make_partial(order, chosen)
        moves = self.make_plan(rng, order)
        self.check(order)
        for _accident in range(rng.randint(0, 3)):
            alive = moves.exists().filtered(lambda move: move.state != "cancel")
            drafts = alive.filtered(lambda move: move.state == "draft")
            if len(drafts) < 2:
                break
            self.have_accident(rng, order, drafts, alive - drafts)
            self.check(order)

    def have_accident(self, rng, order, drafts, posted):
        accident = rng.choice(("post", "post", "cancel", "delete", "credit", "change"))
        first = drafts.sorted("invoice_date")[0]
        if accident == "post" and first.amount_total:
            first.auto_post = "no"
            first.action_post()
        elif accident == "cancel":
            rng.choice(drafts).button_cancel()
        elif accident == "delete":
            rng.choice(drafts).unlink()
        elif accident == "credit" and posted:
            posted[:1]._reverse_moves([{"invoice_date": posted[:1].invoice_date}], cancel=True)
        elif accident == "change":
            order.write({"order_line": [self.random_line(rng, 99)]})
            order.respread_instalments()

    def make_partial(self, order, line_ids):
        """Bill lines of which nothing is a credit note, or say nothing."""
        before = {line.id: line.contract_amount for line in order.order_line}
        order.create_partial_invoice(line_ids)
        for line in order.order_line.browse(line_ids):
            self.assertEqual(line.qty_invoiced, line.product_uom_qty)
            self.assertEqual(line.contract_amount, before[line.id])

    def make_plan(self, rng, order):
        """Return the documents of a random plan; none where the order is too small for it."""
        try:
            if rng.random() < 0.5:
                ids = order.create_instalment_invoices(rng.randint(2, 7), "2027-01-31")
            else:
                cuts = sorted(rng.sample(range(1, 100), rng.randint(1, 4)))
                percents = [high - low for low, high in zip([0, *cuts], [*cuts, 100], strict=True)]
                ids = order.create_instalment_plan(
                    [
                        {"date": str(date(2027, month, 1)), "percent": percent}
                        for month, percent in enumerate(percents, 1)
                    ]
                )
        except UserError:
            return self.env["account.move"]
        self.plans += 1
        return self.env["account.move"].browse(ids)

    def check(self, order):
        if not order._get_draft_instalments():
            return
        self.assertJobTies(order)
        self.assertDepositsTie(order)
        recap = order.get_billing_recap()
        self.assertEqual(recap["to_invoice_total"], 0.0)
