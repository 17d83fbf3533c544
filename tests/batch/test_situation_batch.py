"""Situations of the month: many orders at once, each by itself, resumed where it stopped."""

import random

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from ..common import SituationCommon


class BatchCommon(SituationCommon):
    def make_house_of(self, walls, **values):
        """Return an order of walls (20 %) and, half as much, of a roof (10 %)."""
        return self.make_order(
            self.line("Walls", 10, walls / 10),
            self.line("Roof", 1, walls / 2, self.tax10),
            **values,
        )

    def make_batch(self, orders, *progress):
        """Return the batch of orders, with the new progress of each, None to leave it as it is."""
        action = orders.action_create_situation_batch()
        batch = orders.env["sale.situation.batch"].browse(action["res_id"])
        for row, value in zip(batch.line_ids, progress, strict=False):
            if value is not None:
                row.new_progress = value
        return batch

    def run_batch(self, batch, limit=10):
        """Create all, chunk by chunk as the browser does; return how many chunks it took."""
        chunks = 1
        while batch.create_situations(limit)["waiting"]:
            chunks += 1
            self.assertLess(chunks, 100)
        return chunks


@tagged("post_install", "-at_install")
class TestSituationBatch(BatchCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.allow_over_billing = False

    # === THE SCREEN ===#

    def test_opens_on_where_the_orders_stand(self):
        first, second = self.make_house_of(1000), self.make_house_of(2000)
        self.situation(second, 40)
        batch = self.make_batch(first | second)
        self.assertRecordValues(
            batch.line_ids,
            [
                {
                    "order_id": first.id,
                    "current_progress": 0,
                    "new_progress": 0,
                    "state": "left_out",
                },
                {
                    "order_id": second.id,
                    "current_progress": 40,
                    "new_progress": 40,
                    "state": "left_out",
                },
            ],
        )
        with self.assertRaisesRegex(UserError, "Nothing to bill"):
            batch.create_situations()

    def test_typing_a_progress(self):
        order = self.make_house_of(1000)
        self.situation(order, 40)
        batch = self.make_batch(order)
        with Form(batch) as form:
            with form.line_ids.edit(0) as row:
                row.new_progress = 60
                self.assertEqual(row.state, "waiting")
                # 20 % of 1 500
                self.assertEqual(row.estimated_amount, 300)
                row.new_progress = 40
                self.assertEqual(row.state, "left_out")
                row.new_progress = 60
            self.assertEqual(form.waiting_count, 1)
        self.assertEqual(batch.waiting_count, 1)

    def test_creates_the_drafts(self):
        orders = self.env["sale.order"].union(
            *(self.make_house_of(amount) for amount in (1000, 2000, 3000))
        )
        self.situation(orders[1], 40)
        batch = self.make_batch(orders, 30, 60, None)
        batch.invoice_date = "2026-10-31"
        result = batch.create_situations()
        first, second = batch.line_ids.move_id.sorted("id")
        self.assertEqual(
            result,
            {
                "created": {str(orders[0].id): first.id, str(orders[1].id): second.id},
                "refused": {},
                "waiting": 0,
            },
        )
        # 30 % of 1 000 at 20 % and of 500 at 10 %; 20 % of 2 000 and of 1 000
        self.assertRecordValues(
            first | second,
            [
                {"amount_untaxed": 450, "amount_tax": 75, "situation_number": 1, "state": "draft"},
                {"amount_untaxed": 600, "amount_tax": 100, "situation_number": 2, "state": "draft"},
            ],
        )
        self.assertEqual({str(move.invoice_date) for move in first | second}, {"2026-10-31"})
        self.assertEqual(orders.mapped("billing_progress"), [30, 60, 0])
        self.assertEqual((batch.created_count, batch.left_out_count), (2, 1))
        self.assertIn("1,225.00", batch.created_total)
        action = batch.action_open_documents()
        self.assertEqual(action["domain"], [("id", "in", (first | second).ids)])

    def test_deposits_are_deducted_as_elsewhere(self):
        order = self.make_house_of(1000)
        self.deposit(order, 30, post=True)
        batch = self.make_batch(order, 50)
        self.run_batch(batch)
        # half of 1 750 less half of the deposit of 525
        self.assertEqual(batch.line_ids.move_total, 612.5)

    # === PROGRESS OF AN ORDER, BROUGHT TO ITS LINES ===#

    def test_uneven_lines_advance_in_what_is_left(self):
        order = self.make_house_of(1000)
        walls, roof = self.work_line(order, "Walls"), self.work_line(order, "Roof")
        self.situation(order, [{"line_id": walls.id, "progress": 100}])
        self.assertAlmostEqual(order.billing_progress, 66.6667)
        batch = self.make_batch(order, 90)
        self.run_batch(batch)
        # 90 % of 1 500 are 1 350; the walls have 1 000 of them.
        [line] = self.billed_lines(batch.line_ids.move_id)
        self.assertEqual((line.sale_line_ids, line.price_subtotal), (roof, 350))
        self.assertEqual(order.billing_progress, 90)
        batch = self.make_batch(order, 100)
        self.run_batch(batch)
        self.assertJobTies(order)

    def test_even_lines_are_billed_as_by_one_number(self):
        orders = [
            self.make_order(*(self.line(f"Line {n}", 3, 10.01 * n + 0.33) for n in range(1, 15)))
            for _twin in range(2)
        ]
        for order in orders:
            self.situation(order, 33.33)
        self.run_batch(self.make_batch(orders[0], 71))
        self.situation(orders[1], 71)
        figures = [
            [line.price_subtotal for line in self.billed_lines(order.billing_document_ids)]
            for order in orders
        ]
        self.assertEqual(*figures)

    def test_random_months_tie(self):
        for seed in range(4):
            rng = random.Random(seed)
            order = self.make_order(
                *(
                    self.line(
                        f"Line {n}",
                        rng.choice([1, 3, 7.5]),
                        rng.randrange(1, 99999) / 100,
                        rng.choice([self.tax10, self.tax20]),
                    )
                    for n in range(8)
                )
            )
            some = order._get_work_lines()[:3]
            self.situation(
                order, [{"line_id": line.id, "progress": rng.randrange(10, 101)} for line in some]
            )
            for target in sorted(rng.sample(range(45, 99), 3)) + [100]:
                before = {line: line.untaxed_amount_invoiced for line in order.order_line}
                if target <= order.billing_progress:
                    continue
                batch = self.make_batch(order, target)
                self.run_batch(batch)
                self.assertFalse(batch.refused_count, batch.line_ids.reason)
                # Each line is rounded to the cent.
                worth = order.amount_untaxed
                self.assertAlmostEqual(order.billing_progress, target, delta=4 / worth)
                for line in order._get_work_lines():
                    self.assertGreaterEqual(line.untaxed_amount_invoiced, before[line])
            self.assertJobTies(order, seed)

    # === REFUSALS ===#

    def test_orders_that_cant_be_billed_are_shown(self):
        good = self.make_house_of(1000)
        draft = self.make_order(self.line("Walls", 1, 100), confirm=False)
        empty = self.make_order(self.section("Nothing"))
        whole = self.make_house_of(1000)
        self.situation(whole, 100)
        batch = self.make_batch(good | draft | empty | whole)
        self.assertEqual(
            batch.line_ids.mapped("state"), ["left_out", "refused", "refused", "refused"]
        )
        for row, text in zip(
            batch.line_ids[1:], ("Confirm it", "no line to bill", "billed whole"), strict=True
        ):
            self.assertIn(row.order_id.name, row.reason)
            self.assertIn(text, row.reason)
        draft.action_confirm()
        batch.line_ids[1].new_progress = 50
        self.assertEqual(batch.line_ids[1].state, "waiting")
        self.run_batch(batch)
        self.assertEqual(batch.line_ids[1].move_id.amount_untaxed, 50)

    def test_one_refusal_does_not_lose_the_others(self):
        orders = self.env["sale.order"].union(*(self.make_house_of(1000) for _n in range(5)))
        self.situation(orders[2], 40)
        batch = self.make_batch(orders, 30, 140, 30, -10, 30)
        result = batch.create_situations()
        self.assertEqual(list(result["created"]), [str(orders[0].id), str(orders[4].id)])
        reasons = [result["refused"][str(order.id)] for order in orders[1:4]]
        self.assertIn("140", reasons[0])
        self.assertIn("below the 40", reasons[1])
        self.assertIn("-10", reasons[2])
        self.assertEqual(orders.mapped("billing_progress"), [30, 0, 40, 0, 30])
        self.assertEqual(len(orders.billing_document_ids), 3)
        # The reasons are mended: one number, and one order that stands elsewhere now.
        batch.line_ids[1].new_progress = 40
        orders[2].billing_document_ids.button_cancel()
        batch.line_ids[2].action_retry()
        self.assertEqual(
            batch.line_ids.mapped("state"), ["created", "waiting", "waiting", "refused", "created"]
        )
        self.run_batch(batch)
        self.assertEqual(orders.mapped("billing_progress"), [30, 40, 30, 0, 30])

    def test_a_fault_of_another_addon_is_one_order_s(self):
        orders = self.make_house_of(1000) | self.make_house_of(1000)
        batch = self.make_batch(orders, 30, 30)

        # What another addon might do: a journal that is gone for the first order.
        orders[0].journal_id = self.company_data["default_journal_purchase"]
        with mute_logger("odoo.sql_db"):
            batch.create_situations()
        self.assertEqual(batch.line_ids.mapped("state"), ["refused", "created"])
        # It failed in the midst of the document: nothing of that is left.
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(orders[0].billing_document_ids)
        self.assertEqual(orders.mapped("billing_progress"), [0, 30])

    def test_somebody_else_billed_meanwhile(self):
        orders = self.make_house_of(1000) | self.make_house_of(1000)
        batch = self.make_batch(orders, 30, 30)
        self.situation(orders[0], 30)
        self.situation(orders[1], 20)
        result = batch.create_situations()
        self.assertIn("nothing to bill", result["refused"][str(orders[0].id)])
        self.assertEqual(batch.line_ids[1].move_id.amount_untaxed, 150)

    def test_the_second_click(self):
        order = self.make_house_of(1000)
        batch = self.make_batch(order, 30)
        batch.create_situations()
        with self.assertRaisesRegex(UserError, "All is done"):
            batch.create_situations()
        with self.assertRaisesRegex(UserError, "created already"):
            batch.line_ids.new_progress = 50
        with self.assertRaisesRegex(UserError, "created already"):
            batch.line_ids.action_open_detail()
        self.assertEqual(batch.action_retry_refused(), True)
        batch.line_ids.action_retry()
        self.assertEqual(batch.line_ids.state, "created")
        self.assertEqual(order.situation_count, 1)
        with self.assertRaisesRegex(UserError, "deleted"):
            batch.unlink()

    def test_a_draft_that_was_deleted_can_be_made_again(self):
        order = self.make_house_of(1000)
        batch = self.make_batch(order, 30)
        batch.create_situations()
        batch.line_ids.move_id.unlink()
        with self.assertRaisesRegex(UserError, "All is done|Nothing to bill"):
            batch.create_situations()
        batch.line_ids.action_retry()
        batch.create_situations()
        self.assertEqual(order.billing_progress, 30)

    def test_chunks_are_resumed(self):
        orders = self.env["sale.order"].union(*(self.make_house_of(1000) for _n in range(7)))
        batch = self.make_batch(orders, *[30] * 7)
        self.assertEqual(batch.create_situations(3)["waiting"], 4)
        self.assertEqual(batch.line_ids.mapped("state"), ["created"] * 3 + ["waiting"] * 4)
        again = self.env["sale.situation.batch"].browse(batch.id)
        self.assertEqual(self.run_batch(again, 2), 2)
        self.assertEqual(orders.mapped("situation_count"), [1] * 7)

    def test_nothing_chosen(self):
        with self.assertRaisesRegex(UserError, "Choose"):
            self.env["sale.order"].action_create_situation_batch()

    def test_bad_limits(self):
        batch = self.make_batch(self.make_house_of(1000), 30)
        for limit in (0, -1, 101, "ten", 1.5, True):
            with self.subTest(limit=limit), self.assertRaisesRegex(UserError, "limit"):
                batch.create_situations(limit)
        with self.assertRaisesRegex(UserError, "one batch"):
            batch.browse().create_situations()

    # === LINE BY LINE ===#

    def test_the_detail_of_a_row(self):
        order = self.make_house_of(1000)
        batch = self.make_batch(order)
        batch.invoice_date = "2026-10-31"
        action = batch.line_ids.action_open_detail()
        wizard = self.env["sale.situation.wizard"].browse(action["res_id"])
        self.assertEqual(wizard.invoice_date, batch.invoice_date)
        wizard = wizard.with_context(**action["context"])
        wizard.line_ids[0].action_finish()
        closed = wizard.action_create()
        self.assertEqual(closed["type"], "ir.actions.act_window_close")
        self.assertEqual(batch.line_ids.state, "created")
        self.assertEqual(batch.line_ids.move_id.amount_untaxed, 1000)
        with self.assertRaisesRegex(UserError, "created already"):
            wizard.action_create()

    # === RPC ===#

    def test_many_orders_in_one_call(self):
        orders = self.make_house_of(1000) | self.make_house_of(2000) | self.make_house_of(3000)
        self.situation(orders[1], 50)
        Batch = self.env["sale.situation.batch"]
        result = Batch.create_situations_of_the_month(
            {str(orders[0].id): 30, orders[1].id: 50, str(orders[2].id): "x", "0": 10, "new": 10},
            "2026-10-31",
        )
        [move_id] = result["created"].values()
        self.assertEqual(list(result["created"]), [str(orders[0].id)])
        self.assertEqual(self.move(move_id).amount_untaxed, 450)
        self.assertEqual(set(result["refused"]), {str(orders[1].id), str(orders[2].id), "0", "new"})
        self.assertIn("nothing to bill", result["refused"][str(orders[1].id)])
        self.assertIn("not a number", result["refused"][str(orders[2].id)])
        for value in (None, {}, [], 30):
            with self.subTest(value=value), self.assertRaisesRegex(UserError, "progress"):
                Batch.create_situations_of_the_month(value)
        with self.assertRaisesRegex(UserError, "date"):
            Batch.create_situations_of_the_month({str(orders[2].id): 10}, "soon")

    # === RIGHTS AND COMPANIES ===#

    def make_user(self, login, groups):
        return new_test_user(
            self.env,
            login=login,
            groups=groups,
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )

    def as_user(self, records, user):
        self.env.flush_all()
        self.env.invalidate_all()
        return records.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)

    def test_rights(self):
        sales = self.make_user("batch-sales", "sales_team.group_sale_salesman")
        colleague = self.make_user("batch-colleague", "sales_team.group_sale_salesman")
        billing = self.make_user("batch-billing", "account.group_account_invoice")
        auditor = self.make_user("batch-auditor", "account.group_account_readonly")
        portal = self.make_user("batch-portal", "base.group_portal")
        own = self.make_house_of(1000, user_id=sales.id)
        other = self.make_house_of(1000, user_id=colleague.id)
        orders = self.as_user(own, sales)
        batch = self.make_batch(orders, 30)
        self.assertEqual(batch.user_id, sales)
        for user in (colleague, portal):
            with self.assertRaises(AccessError):
                self.as_user(batch, user).create_situations()
        with self.assertRaises(AccessError):
            self.as_user(batch, auditor).create_situations()
        self.assertEqual(self.as_user(batch, auditor).waiting_count, 1)
        self.as_user(batch, billing).create_situations()
        self.assertEqual(batch.line_ids.move_id.create_uid, billing)
        # A colleague's order: refused, and the own one is billed.
        result = self.as_user(batch, sales).create_situations_of_the_month(
            {str(own.id): 60, str(other.id): 60}
        )
        self.assertEqual(list(result["created"]), [str(own.id)])
        self.assertEqual(list(result["refused"]), [str(other.id)])
        self.assertFalse(other.billing_document_ids)

    def test_outcomes_are_not_to_be_written(self):
        sales = self.make_user("batch-sales", "sales_team.group_sale_salesman")
        foreign = self.situation(self.make_house_of(1000), 50)
        batch = self.make_batch(self.as_user(self.make_house_of(1000, user_id=sales.id), sales), 30)
        for values in ({"move_id": foreign.id}, {"state": "created"}, {"reason": "no"}):
            with (
                self.subTest(values=values),
                self.assertRaisesRegex(UserError, "not to be written"),
            ):
                batch.line_ids.write(values)
            with self.assertRaisesRegex(UserError, "not to be written"):
                batch.line_ids.create({"batch_id": batch.id, "order_id": 1, **values})

    def test_a_batch_for_each_company(self):
        second = self.setup_other_company()["company"]
        self.env.user.company_ids += second
        orders = self.make_house_of(1000)
        orders |= (
            self.env["sale.order"]
            .with_company(second)
            .create(
                {
                    "partner_id": self.customer.id,
                    "company_id": second.id,
                    "order_line": [
                        Command.create(
                            {
                                "product_id": self.work.id,
                                "name": "Work",
                                "price_unit": 100,
                                "tax_ids": [],
                            }
                        )
                    ],
                }
            )
        )
        orders[1].action_confirm()
        orders = orders.with_context(allowed_company_ids=(self.company | second).ids)
        action = orders.action_create_situation_batch()
        batches = orders.env["sale.situation.batch"].search(action["domain"])
        self.assertEqual(batches.company_id, self.company | second)
        for batch in batches:
            batch.line_ids.new_progress = 50
            batch.create_situations()
        self.assertEqual(sorted(orders.billing_document_ids.mapped("amount_untaxed")), [50, 750])
        alone = batches.with_context(allowed_company_ids=self.company.ids)
        with self.assertRaises(AccessError):
            self.env.invalidate_all()
            alone.filtered(lambda batch: batch.company_id == second).check_access("read")

    # === QUERIES ===#

    def test_as_many_queries_a_row_in_a_large_batch(self):
        counts = []
        for count in (2, 5, 15):
            orders = self.env["sale.order"].union(
                *(self.make_house_of(1000) for _n in range(count))
            )
            batch = self.make_batch(orders, *[30] * count)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            batch.create_situations(100)
            self.env.flush_all()
            counts.append((self.cr.sql_log_count - before) / count)
        self.assertLessEqual(counts[2], counts[1] + 1, counts)
