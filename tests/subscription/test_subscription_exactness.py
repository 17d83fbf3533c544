"""Random subscriptions: each period's invoice is the order, tax by tax, after every change."""

import random
from collections import defaultdict

from odoo.tests import tagged

from ..random_jobs import RandomJobs

SEEDS = range(12)


@tagged("post_install", "-at_install")
class TestSubscriptionExactness(RandomJobs):
    def assertPeriodIsTheOrder(self, move, order, seed):
        sign = -move.direction_sign
        taxes = defaultdict(float)
        for item in move.line_ids.filtered("tax_line_id"):
            taxes[item.tax_line_id] -= item.amount_currency
        taxes = {
            tax: order.currency_id.round(amount)
            for tax, amount in taxes.items()
            if not order.currency_id.is_zero(amount)
        }
        self.assertEqual(sign * move.amount_untaxed, order.amount_untaxed, seed)
        self.assertEqual(taxes, self.order_taxes(order), seed)
        self.assertEqual(sign * move.amount_total, order.amount_total, seed)

    def test_each_period_is_the_order(self):
        for seed in SEEDS:
            rng = random.Random(seed)
            order = self.random_order(rng)
            order.write(
                {
                    "is_subscription": True,
                    "subscription_start": f"2041-{rng.randint(1, 12):02}-{rng.randint(1, 28)}",
                    "subscription_interval": rng.randint(1, 5),
                    "subscription_unit": rng.choice(("day", "week", "month", "quarter", "year")),
                }
            )
            for _turn in range(3):
                until = order.subscription_next_date
                for move in self.move(order.create_subscription_invoices(until)):
                    self.assertPeriodIsTheOrder(move, order, seed)
                line = rng.choice(order._get_work_lines())
                order.change_subscription_lines(
                    [
                        {
                            "line_id": line.id,
                            "quantity": rng.choice((1, 2.5, 13)),
                            "price_unit": round(rng.uniform(0.01, 900), 2),
                        }
                    ],
                    order.subscription_next_start,
                )
            self.assertEqual(len(order.subscription_document_ids), 3)
