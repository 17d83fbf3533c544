"""Random customers: what is overdue, due, retained and open of deposits, against the documents one by one."""

import random
from datetime import date, timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..random_jobs import RandomJobs

TODAY = date(2026, 7, 1)


@tagged("post_install", "-at_install")
class TestReminderExactness(RandomJobs):
    def random_job(self, rng):
        """Return an order with documents and payments of the half year before today."""
        order = self.random_order(rng)
        if order.amount_total <= 1:
            return order
        order.payment_term_id = self.make_term(
            *rng.choice((((95, 30),), ((40, 0), (55, 60)), ((45, 15), (50, 90)))), (5, None)
        )

        def some_day():
            return TODAY - timedelta(days=rng.randint(0, 180))

        progress = 0
        for _turn in range(rng.randint(1, 4)):
            try:
                if rng.random() < 0.3:
                    self.deposit(order, 10, invoice_date=some_day(), post=rng.random() < 0.8)
                else:
                    progress += rng.choice((10, 20, 30))
                    self.situation(
                        order, progress, invoice_date=some_day(), post=rng.random() < 0.8
                    )
            except UserError:
                continue
        if rng.random() < 0.3:
            order.works_acceptance_date = TODAY - timedelta(days=rng.randint(330, 400))
        for move in order.billing_document_ids.filtered(lambda move: move.state == "posted"):
            left = move.amount_residual - move.retention_residual
            amount = move.currency_id.round(left * rng.choice((0, 0, 0.3, 0.5, 1)))
            if move.move_type == "out_invoice" and amount > 0:
                wizard = self.env["account.payment.register"].with_context(
                    active_model="account.move", active_ids=move.ids
                )
                wizard.create({"amount": amount, "payment_date": TODAY})._create_payments()
        return order

    def overdue_by_hand(self, move):
        """Return what is overdue, share by share."""
        late = 0.0
        for line in move.line_ids.filtered(lambda item: item.display_type == "payment_term"):
            due = move.billing_order_id.retention_date if line.is_retention else line.date_maturity
            if due and due < TODAY:
                late += line.amount_residual_currency
        return move.currency_id.round(late)

    def run_customer(self, seed):
        rng = random.Random(seed)
        customer = self.env["res.partner"].create({"name": f"Customer {seed}"})
        self.__class__.customer = customer
        orders = self.env["sale.order"].union(*(self.random_job(rng) for _number in range(2)))
        self.know_the_tables()
        moves = orders.billing_document_ids.filtered(lambda move: move.state == "posted")
        self.env.invalidate_all()
        for move in moves:
            late = self.overdue_by_hand(move)
            self.assertAlmostEqual(move.overdue_amount, late, 6, f"seed {seed}: {move.name}")
            told = move._get_reminder_figures()
            if move.move_type == "out_invoice":
                self.assertAlmostEqual(
                    told["amount"] + told["later"] + told["retained"], move.amount_residual, 6, seed
                )
        signed = {move: -move.direction_sign for move in moves}
        expected = {
            "billed": sum(signed[move] * move.amount_total for move in moves),
            "due": sum(orders.mapped("due_amount")),
            "overdue": max(sum(self.overdue_by_hand(move) for move in moves), 0),
            "retained": sum(
                signed[move] * move.retention_residual
                for move in moves
                if (move.billing_order_id.retention_date or date.max) > TODAY
            ),
            "deposits_open": sum(
                float(deposit.remaining) for order in orders for deposit in order._get_deposits()
            ),
        }
        summary = customer.get_billing_summary()
        for name, amount in expected.items():
            self.assertAlmostEqual(summary[name], amount, 2, f"seed {seed}: {name}")
        return len(moves)

    def test_random_customers(self):
        with freeze_time(TODAY):
            documents = 0
            # in other currencies the books round each document
            self.currencies = self.company.currency_id
            for seed in range(900, 906):
                with self.subTest(seed=seed), self.cr.savepoint():
                    documents += self.run_customer(seed)
            self.assertGreater(documents, 12)
