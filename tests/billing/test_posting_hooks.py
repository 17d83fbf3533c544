"""The two hooks of a posting: they run for every entry, and cost those little that aren't concerned."""

from contextlib import contextmanager
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from ..common import SituationCommon


@tagged("post_install", "-at_install")
class TestPostingHooks(SituationCommon):
    def make_plain(self, count=1, **values):
        """Return draft invoices that bill no order."""
        return self.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": self.customer.id,
                    "invoice_date": "2026-03-12",
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "product_id": self.work.id,
                                "price_unit": 100.0,
                                "tax_ids": [Command.set(self.tax20.ids)],
                            }
                        )
                    ],
                    **values,
                }
                for _number in range(count)
            ]
        )

    @contextmanager
    def hooks(self, *, run=True):
        """Note which entries each hook is given, in the order of the calls.

        :param run: whether the hooks do their work, too
        """
        calls = []
        model = self.env.registry["account.move"]
        hooks = {name: getattr(model, name) for name in ("_before_posting", "_after_posting")}

        def make(name):
            def hook(records):
                # Odoo posts no entry at all where nothing is to be collected or exchanged.
                if records:
                    calls.append((name, records))
                if run:
                    hooks[name](records)

            return hook

        before, after = make("_before_posting"), make("_after_posting")
        with (
            patch.object(model, "_before_posting", before),
            patch.object(model, "_after_posting", after),
        ):
            yield calls

    def test_a_plain_invoice(self):
        move = self.make_plain()
        with self.hooks() as calls:
            move.action_post()
        self.assertEqual(calls, [("_before_posting", move), ("_after_posting", move)])
        self.assertEqual(move.state, "posted")

    def test_several_at_once(self):
        order = self.make_house()
        moves = self.make_plain(2) | self.situation(order, 30) | self.deposit(self.make_house(), 10)
        with self.hooks() as calls:
            moves.action_post()
        self.assertEqual(calls, [("_before_posting", moves), ("_after_posting", moves)])
        self.assertEqual(set(moves.mapped("state")), {"posted"})

    def test_entries_and_credit_notes(self):
        invoice = self.make_plain()
        invoice.action_post()
        credit_note = invoice._reverse_moves()
        account = self.company_data["default_account_revenue"]
        entry = self.env["account.move"].create(
            {
                "line_ids": [
                    Command.create({"account_id": account.id, "balance": balance})
                    for balance in (10, -10)
                ]
            }
        )
        with self.hooks() as calls:
            (credit_note | entry).action_post()
        moves = credit_note | entry
        self.assertEqual(calls, [("_before_posting", moves), ("_after_posting", moves)])

    def test_what_waits_for_its_date_is_not_posted(self):
        now, later = (
            self.make_plain(),
            self.make_plain(invoice_date="2099-01-01", date="2099-01-01"),
        )
        moves = now | later
        with self.hooks() as calls:
            posted = moves._post(soft=True)
        self.assertEqual(posted, now)
        self.assertEqual(calls, [("_before_posting", moves), ("_after_posting", now)])
        self.assertEqual((now.state, later.state), ("posted", "draft"))

    def count_queries(self, moves, *, run):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        with self.hooks(run=run):
            moves.action_post()
            self.env.flush_all()
        return self.cr.sql_log_count - before

    def test_a_plain_posting_costs_three_queries_whatever_their_number(self):
        """Whether order lines are billed, and payments chosen, is in tables of their own."""
        self.count_queries(self.make_plain(), run=True)  # fills the caches of the process
        for count in (1, 10):
            counts = [self.count_queries(self.make_plain(count), run=run) for run in (False, True)]
            self.assertLessEqual(counts[1] - counts[0], 3, counts)
