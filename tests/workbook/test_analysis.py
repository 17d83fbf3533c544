"""The analysis: figures by hand, the same sums as the billing recap, who sees what."""

import random

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..common import SituationCommon
from ..random_jobs import RandomJobs

MODEL = "sale.situation.analysis"


class AnalysisCase(SituationCommon):
    def rows(self, order, *groupby, domain=(), measures=("amount", "turnover", "deposits")):
        """Return the sums of an order's lines, by ``groupby``."""
        return self.env[MODEL]._read_group(
            [("order_id", "=", order.id), *domain],
            list(groupby),
            [f"{name}:{'avg' if name == 'progress' else 'sum'}" for name in measures],
            order=",".join(groupby) or None,
        )

    def assertTies(self, order, message=None):
        """The lines of an order sum to its recap, turnover and deposits to the whole."""
        [(amount, turnover, deposits)] = self.rows(order)
        recap = order.get_billing_recap()
        currency = order.currency_id
        invoiced = sum(row["untaxed"] for row in recap["documents"] if row["state"] != "cancel")
        for expected in (invoiced, recap["invoiced_untaxed"]):
            self.assertTrue(currency.is_zero((amount or 0.0) - expected), message)
            self.assertTrue(
                currency.is_zero((turnover or 0.0) + (deposits or 0.0) - expected), message
            )


@tagged("post_install", "-at_install")
class TestAnalysis(AnalysisCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesperson = cls.make_user("analyst-own", "sales_team.group_sale_salesman")
        cls.colleague = cls.make_user("analyst-other", "sales_team.group_sale_salesman")

    @classmethod
    def make_user(cls, login, groups):
        return new_test_user(
            cls.env,
            login=login,
            groups=groups,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def as_user(self, user, company=None):
        self.env.flush_all()
        self.env.invalidate_all()
        companies = (company or self.company).ids
        return self.env[MODEL].with_user(user).with_context(allowed_company_ids=companies)

    def make_job(self, **values):
        """Return an order of 1 000: 30 % deposit, situations to 40 % and 70 %, balance."""
        order = self.make_order(self.line("Works", 1, 1000.0), **values)
        self.deposit(order, 30, invoice_date="2026-01-15", post=True)
        for date, progress in (("2026-02-10", 40), ("2026-03-10", 70)):
            self.situation(order, progress, invoice_date=date, post=True)
        self.balance(order, invoice_date="2026-04-10", post=True)
        return order

    # === FIGURES ===#

    def test_one_job_by_hand(self):
        order = self.make_job(user_id=self.salesperson.id)
        self.assertEqual(
            self.rows(order, "billing_kind"),
            [("balance", 300, 300, 0), ("deposit", 0, 0, 0), ("situation", 700, 700, 0)],
        )
        months = [
            (start.month, *figures)
            for start, *figures in self.rows(
                order, "date:month", measures=("amount", "turnover", "deposits", "progress")
            )
        ]
        # The deposit of 300 is deducted pro rata: 40 %, 30 %, and the rest of it.
        self.assertEqual(
            months,
            [
                (1, 300, 0, 300, 0),
                (2, 280, 400, -120, 40),
                (3, 210, 300, -90, 30),
                (4, 210, 300, -90, 30),
            ],
        )
        self.assertTies(order)
        works = self.env[MODEL].search(
            [("order_id", "=", order.id), ("situation_number", "=", 2), ("turnover", "!=", 0)]
        )
        self.assertRecordValues(
            works,
            [
                {
                    "move_id": order.billing_document_ids.sorted("id")[2].id,
                    "partner_id": self.customer.id,
                    "user_id": self.salesperson.id,
                    "team_id": order.team_id.id,
                    "company_id": self.company.id,
                    "company_currency_id": self.company.currency_id.id,
                    "product_id": self.work.id,
                    "product_categ_id": self.work.categ_id.id,
                    "state": "posted",
                    "contract_amount": 1000,
                }
            ],
        )

    def test_draft_cancelled_credited(self):
        order = self.make_order(self.line("Works", 1, 1000.0))
        first = self.situation(order, 40, invoice_date="2026-02-10", post=True)
        self.situation(order, 60)
        last = self.situation(order, 90)
        self.assertEqual(
            self.rows(order, "state"), [("draft", 500, 500, 0), ("posted", 400, 400, 0)]
        )
        last.button_cancel()
        self.assertEqual(
            self.rows(order, "state"), [("draft", 200, 200, 0), ("posted", 400, 400, 0)]
        )
        first._reverse_moves([{"invoice_date": "2026-03-10"}]).action_post()
        posted = self.rows(order, "date:month", domain=[("state", "=", "posted")])
        self.assertEqual([row[1] for row in posted], [400, -400])
        self.assertTies(order)

    def test_a_draft_without_date_has_its_accounting_date(self):
        order = self.make_order(self.line("Works", 1, 1000.0))
        move = self.situation(order, 40)
        self.assertFalse(move.invoice_date)
        self.assertEqual(self.env[MODEL].search([("order_id", "=", order.id)]).date, move.date)

    def test_the_customer_is_the_company_behind_the_address(self):
        site = self.env["res.partner"].create({"name": "Site", "parent_id": self.customer.id})
        self.customer.is_company = True
        order = self.make_order(self.line("Works", 1, 1000.0), partner_id=site.id)
        self.situation(order, 40)
        line = self.env[MODEL].search([("order_id", "=", order.id)])
        self.assertEqual(line.partner_id, self.customer)

    def test_lines_by_hand_and_odoos_own_invoice_are_of_the_order(self):
        order = self.make_order(self.line("Works", 1, 1000.0))
        move = self.situation(order, 40)
        move.invoice_line_ids = [Command.create({"name": "Fee", "price_unit": 50, "quantity": 1})]
        order._create_invoices()
        self.assertEqual(
            self.rows(order, "billing_kind", measures=("turnover", "progress")),
            [("other", 600, 60), ("situation", 450, 45)],
        )
        self.assertTies(order)

    def test_an_invoice_of_several_orders_is_split(self):
        orders = self.make_order(self.line("Works", 1, 1000.0)) + self.make_order(
            self.line("Works", 1, 500.0)
        )
        self.situation(orders[0], 40)
        shared = orders._create_invoices()
        self.assertEqual(len(shared), 1)
        self.assertTies(orders[0])
        lines = self.env[MODEL].search([("move_id", "=", shared.id)])
        self.assertEqual(lines.order_id, orders[0], "the other one is not billed in steps")
        shared.button_cancel()
        self.situation(orders[1], 100)
        shared.button_draft()
        self.assertTies(orders[1])

    def test_orders_that_odoo_alone_bills_are_not_in_it(self):
        order = self.make_order(self.line("Works", 1, 1000.0))
        order._create_invoices().action_post()
        self.assertFalse(self.env[MODEL].search([("order_id", "=", order.id)]))

    def test_foreign_currency(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["res.currency.rate"].create(
            [
                {"currency_id": dollar.id, "company_id": self.company.id, "name": day, "rate": rate}
                for day, rate in (("2026-01-01", 2.0), ("2026-03-01", 4.0))
            ]
        )
        pricelist = self.env["product.pricelist"].create({"name": "USD", "currency_id": dollar.id})
        order = self.make_order(self.line("Works", 1, 1000.0), pricelist_id=pricelist.id)
        order.date_order = "2026-01-10 10:00:00"
        self.assertEqual((order.currency_id, order.currency_rate), (dollar, 2))
        for date, progress in (("2026-02-10", 40), ("2026-03-10", 100)):
            self.situation(order, progress, invoice_date=date, post=True)
        months = self.rows(order, "date:month", measures=("amount", "progress"))
        # 400 $ at 2 $ a euro, 600 $ at 4 $; progress is of the contract's dollars.
        self.assertEqual([row[1:] for row in months], [(200, 40), (150, 60)])
        lines = self.env[MODEL].search([("order_id", "=", order.id)])
        self.assertEqual(lines.company_currency_id, self.company.currency_id)
        self.assertEqual(lines.currency_id, dollar)
        self.assertEqual(set(lines.mapped("contract_amount")), {500})

    def test_progress_of_several_orders_weighs_their_values(self):
        small = self.make_order(self.line("Works", 1, 1000.0))
        large = self.make_order(self.line("Works", 1, 2000.0), self.line("More", 1, 1000.0))
        for order, steps in ((small, (20, 40)), (large, (10, 30, 80))):
            for step in steps:
                self.situation(order, step)
        both = self.env[MODEL]._read_group(
            [("order_id", "in", (small + large).ids)], [], ["progress:avg"]
        )
        self.assertEqual([round(both[0][0], 6)], [100 * (400 + 2400) / 4000])
        for order, progress in ((small, 40), (large, 80)):
            [(value,)] = self.rows(order, measures=("progress",))
            self.assertAlmostEqual(value, progress)
            self.assertEqual(order.billing_progress, progress)

    def test_screens_read_groups(self):
        """The reads of graph and pivot: by date, with totals, with the currencies of sums."""
        self.make_job()
        Analysis = self.env[MODEL].with_context(fill_temporal=True)
        groups = Analysis.formatted_read_group(
            [("state", "=", "posted")],
            ["date:month"],
            [
                "amount:sum",
                "amount:sum_currency",
                "progress:avg",
                "company_currency_id:array_agg_distinct",
            ],
        )
        self.assertEqual([group["amount:sum"] for group in groups][:4], [300, 280, 210, 210])
        tables = Analysis.formatted_read_grouping_sets(
            [], [[], ["partner_id"], ["partner_id", "date:month"]], ["turnover:sum", "progress:avg"]
        )
        self.assertEqual(tables[0][0]["turnover:sum"], 1000)
        self.assertAlmostEqual(tables[1][0]["progress:avg"], 100)

    # === RIGHTS ===#

    def test_salespeople_see_their_own_orders(self):
        own = self.make_job(user_id=self.salesperson.id)
        nobodys = self.make_job(user_id=False)
        self.make_job(user_id=self.colleague.id)
        seen = self.as_user(self.salesperson).search([])
        self.assertEqual(seen.order_id, own | nobodys)

    def test_team_leaders_and_accountants_see_all(self):
        orders = self.make_job(user_id=self.salesperson.id) | self.make_job(
            user_id=self.colleague.id
        )
        for login, groups in (
            ("analyst-team", "sales_team.group_sale_salesman_all_leads"),
            ("analyst-invoicing", "account.group_account_invoice"),
            ("analyst-auditor", "account.group_account_readonly"),
            ("analyst-both", "sales_team.group_sale_salesman,account.group_account_invoice"),
        ):
            with self.subTest(login=login):
                user = self.make_user(login, groups)
                lines = self.as_user(user).search([])
                self.assertEqual(lines.order_id, orders)
                groups = self.as_user(user).formatted_read_group([], ["order_id"], ["turnover:sum"])
                self.assertEqual(
                    {group["order_id"][1] for group in groups}, set(orders.mapped("name"))
                )

    def test_others_see_nothing(self):
        self.make_job()
        for login, groups in (
            ("analyst-none", "base.group_user"),
            ("analyst-portal", "base.group_portal"),
        ):
            user = self.make_user(login, groups)
            with self.subTest(login=login), self.assertRaises(AccessError):
                self.as_user(user).search([])

    def test_companies_are_apart(self):
        self.make_job(user_id=self.salesperson.id)
        other = self.setup_other_company()["company"]
        self.salesperson.company_ids |= other
        self.assertTrue(self.as_user(self.salesperson).search([]))
        self.assertFalse(self.as_user(self.salesperson, other).search([]))

    def test_nobody_writes(self):
        self.make_job()
        line = self.env[MODEL].search([], limit=1)
        with self.assertRaises(AccessError):
            line.with_user(self.salesperson).write({"situation_number": 3})

    def test_a_line_opens_its_document(self):
        order = self.make_job()
        line = self.env[MODEL].search([("order_id", "=", order.id)], limit=1)
        self.assertEqual(line.action_open_document()["res_id"], line.move_id.id)


@tagged("post_install", "-at_install")
class TestAnalysisExactness(RandomJobs, AnalysisCase):
    def run_job(self, seed):
        """Bill an order by chance, with accidents, and compare its lines with its recap."""
        rng = random.Random(seed)
        order = self.random_order(rng)
        if order.amount_total <= 0:
            return False
        for _turn in range(rng.randint(2, 6)):
            left = order.get_billing_recap()["to_invoice_total"]
            try:
                if rng.random() < 0.4:
                    amount = order.currency_id.round(left * rng.random() / 2)
                    move = self.deposit(order, amount, amount_type="fixed")
                elif rng.random() < 0.15:
                    move = order._create_invoices()
                else:
                    move = self.situation(order, self.random_entries(rng, order))
            except UserError:
                continue
            chance = rng.random()
            if chance < 0.7:
                move.action_post()
                if chance < 0.2:
                    move._reverse_moves([{"invoice_date": move.invoice_date}]).action_post()
            elif chance < 0.8:
                move.button_cancel()
        self.compare(order, seed)
        order._get_draft_deposits().action_post()
        try:
            balance = self.balance(order)
        except UserError:
            return False
        if rng.random() < 0.5:
            balance.action_post()
        self.compare(order, seed)
        return True

    def compare(self, order, seed):
        if not order.billing_document_ids:
            self.assertFalse(self.rows(order)[0][0])
            return
        if order.currency_id == self.company.currency_id:
            self.assertTies(order, f"seed {seed}")
        self.assertJobFigures(order, f"seed {seed}")

    def assertJobFigures(self, order, message):
        """What the kanban shows is what the recap has."""
        order.invalidate_recordset()
        recap = order.get_billing_recap()
        self.assertEqual(order.to_invoice_untaxed, recap["to_invoice_untaxed"], message)
        self.assertEqual(order.to_invoice_total, recap["to_invoice_total"], message)

    def test_random_jobs(self):
        self.currencies = self.company.currency_id
        closed = 0
        for seed in range(8):
            with self.subTest(seed=seed), self.cr.savepoint():
                closed += self.run_job(seed)
            self.know_the_tables()
        self.assertGreater(closed, 3)

    def test_random_jobs_in_other_currencies(self):
        for seed in range(100, 105):
            with self.subTest(seed=seed), self.cr.savepoint():
                self.run_job(seed)
            self.know_the_tables()
