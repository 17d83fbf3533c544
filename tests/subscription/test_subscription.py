"""Orders billed by periods: amounts, dates, stops, changes, what Odoo itself says of them."""

from datetime import date

from freezegun import freeze_time
from lxml.html import fromstring

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..common import SituationCommon


class SubscriptionCommon(SituationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax55 = cls.make_tax(5.5)

    @classmethod
    def subscribe(cls, *lines, start="2026-01-01", **values):
        """Return a confirmed subscription, of every month unless said otherwise."""
        return cls.make_order(*lines, is_subscription=True, subscription_start=start, **values)

    @classmethod
    def make_magazine(cls, **values):
        """Return a subscription of two rates: 99.99 at 20 % and 99.99 at 5.5 %.

        By hand: 99.99 × 0.2 = 19.998 → 20.00; 99.99 × 0.055 = 5.49945 → 5.50; 199.98 + 25.50 = 225.48.
        """
        return cls.subscribe(
            cls.line("Hosting", 1, 99.99), cls.line("Magazine", 1, 99.99, cls.tax55), **values
        )

    def invoice(self, order, until=None, **values):
        """Invoice what is due of an order and return the documents."""
        return self.move(order.create_subscription_invoices(until, **values))

    def starts(self, moves):
        return [str(move.period_start) for move in moves]

    def periods(self, moves):
        return [(str(move.period_start), str(move.period_end)) for move in moves]


@tagged("post_install", "-at_install")
class TestSubscription(SubscriptionCommon):
    # === AMOUNTS AND DATES ===#

    @freeze_time("2026-01-01")
    def test_twelve_months_of_two_rates(self):
        order = self.make_magazine()
        self.assertEqual((order.amount_untaxed, order.amount_total), (199.98, 225.48))
        moves = self.invoice(order, "2026-12-31")
        self.assertEqual(len(moves), 12)
        for month, move in enumerate(moves, 1):
            self.assertEqual(move.period_start, date(2026, month, 1))
            self.assertEqual(move.invoice_date, date(2026, month, 1))
            self.assertRecordValues(
                move,
                [
                    {
                        "amount_untaxed": 199.98,
                        "amount_tax": 25.50,
                        "amount_total": 225.48,
                        "state": "draft",
                        "auto_post": "at_date",
                        "billing_kind": False,
                        "billing_order_id": False,
                        "subscription_order_id": order.id,
                        "invoice_origin": order.name,
                    }
                ],
            )
            taxes = {line.tax_line_id: -line.balance for line in move.line_ids if line.tax_line_id}
            self.assertEqual(taxes, {self.tax20: 20.00, self.tax55: 5.50})
        self.assertEqual(
            self.periods(moves[:2]), [("2026-01-01", "2026-01-31"), ("2026-02-01", "2026-02-28")]
        )
        self.assertEqual(order.subscription_next_date, date(2027, 1, 1))
        self.assertEqual(order.invoice_ids, moves)

    @freeze_time("2024-01-31")
    def test_month_ends_never_drift(self):
        order = self.subscribe(self.line("Rent", 1, 10), start="2024-01-31")
        moves = self.invoice(order, "2025-03-31")
        self.assertEqual(
            self.starts(moves),
            [
                *("2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31"),
                *("2024-06-30", "2024-07-31", "2024-08-31", "2024-09-30", "2024-10-31"),
                *("2024-11-30", "2024-12-31", "2025-01-31", "2025-02-28", "2025-03-31"),
            ],
        )
        self.assertEqual(str(moves[0].period_end), "2024-02-28")

    @freeze_time("2026-01-01")
    def test_other_periods(self):
        for interval, unit, start, expected in (
            (2, "week", "2026-01-05", ["2026-01-05", "2026-01-19", "2026-02-02"]),
            (10, "day", "2026-01-01", ["2026-01-01", "2026-01-11", "2026-01-21"]),
            (1, "quarter", "2026-01-31", ["2026-01-31", "2026-04-30", "2026-07-31"]),
            (6, "month", "2026-01-01", ["2026-01-01", "2026-07-01", "2027-01-01"]),
            (1, "year", "2024-02-29", ["2024-02-29", "2025-02-28", "2026-02-28"]),
        ):
            with self.subTest(interval=interval, unit=unit):
                order = self.subscribe(
                    self.line("Rent", 1, 10),
                    start=start,
                    subscription_interval=interval,
                    subscription_unit=unit,
                )
                self.assertEqual(self.starts(self.invoice(order, expected[-1])), expected)

    @freeze_time("2026-03-10")
    def test_never_dated_back(self):
        """Two periods are late and one is begun: their invoices are of today, in order."""
        order = self.make_magazine()
        self.assertEqual(order.subscription_due_count, 3)
        self.assertEqual(order.subscription_due_amount, 676.44)
        moves = self.invoice(order)
        self.assertEqual(self.starts(moves), ["2026-01-01", "2026-02-01", "2026-03-01"])
        self.assertEqual(set(moves.mapped("invoice_date")), {date(2026, 3, 10)})
        self.assertEqual(set(moves.mapped("invoice_date_due")), {date(2026, 3, 10)})

    @freeze_time("2026-01-31")
    def test_billed_at_the_end(self):
        order = self.make_magazine(subscription_timing="arrears")
        self.assertEqual(order.subscription_next_date, date(2026, 1, 31))
        move = self.invoice(order)
        self.assertEqual(self.periods(move), [("2026-01-01", "2026-01-31")])
        self.assertEqual(move.invoice_date, date(2026, 1, 31))
        self.assertEqual(order.subscription_next_date, date(2026, 2, 28))

    @freeze_time("2026-01-15")
    def test_lines_as_the_order_has_them(self):
        """Sections, notes, a discount, a price with tax and a line that is ordered no more."""
        included = self.make_tax(20, price_include_override="tax_included")
        order = self.subscribe(
            self.section("Office"),
            self.line("Desk", 3, 33.33, discount=5),
            self.line("Lamp", 7, 9.99, included),
            Command.create({"display_type": "line_note", "name": "Cleaned on Mondays"}),
            self.line("Plant", 0, 50),
        )
        move = self.invoice(order)
        self.assertEqual(move.amount_total, order.amount_total)
        self.assertEqual(
            move.invoice_line_ids.sorted("sequence").mapped("display_type"),
            ["line_note", "line_section", "product", "product", "line_note"],
        )
        note = move.invoice_line_ids.sorted("sequence")[0]
        self.assertEqual(note.name, "Period from January 1, 2026 to January 31, 2026")
        self.assertEqual(self.billed_lines(move).mapped("quantity"), [3, 7])
        self.assertEqual(self.billed_lines(move).mapped("price_unit"), [33.33, 9.99])

    @freeze_time("2026-01-01")
    def test_delivered_quantities_dont_count(self):
        """What a period bills is what is ordered, and a period more is no upsell."""
        self.work.invoice_policy = "delivery"
        order = self.subscribe(self.line("Rent", 2, 10))
        order.order_line.qty_delivered = 5
        move = self.invoice(order, "2026-01-01")
        self.assertEqual(move.amount_untaxed, 20)
        self.assertEqual(order.invoice_status, "no")

    # === ONCE ===#

    @freeze_time("2026-02-01")
    def test_a_period_is_billed_once(self):
        order = self.make_magazine()
        moves = self.invoice(order)
        self.assertEqual(len(moves), 2)
        self.assertEqual(order.create_subscription_invoices(), [])
        with self.assertRaisesRegex(UserError, "billed by"):
            order.create_period_invoice("2026-02-01")
        with self.assertRaisesRegex(ValidationError, "billed by"), self.cr.savepoint():
            moves[1].sudo().period_start = moves[0].period_start
        with self.assertRaisesRegex(UserError, "begins on 02/01/2026|begins on"):
            order.create_period_invoice("2026-01-15")

    @freeze_time("2026-03-01")
    def test_billed_again_on_purpose(self):
        order = self.make_magazine()
        january, february, march = self.invoice(order, post=True)
        self.credit(january)
        self.assertEqual(january.payment_state, "reversed")
        march.button_draft()
        march.button_cancel()
        self.assertEqual(order.create_subscription_invoices(), [])
        states = [row["state"] for row in order.get_subscription_periods("2026-03-31")]
        self.assertEqual(states, ["skipped", "posted", "skipped"])
        again = self.move(order.create_period_invoice("2026-01-01"))
        self.assertEqual(again.amount_total, 225.48)
        with self.assertRaisesRegex(UserError, "billed by"):
            order.create_period_invoice("2026-01-01")
        self.move(order.create_period_invoice("2026-03-01"))
        with self.assertRaises(ValidationError), self.cr.savepoint():
            march.button_draft()
        self.assertTrue(february)

    @freeze_time("2026-01-01")
    def test_credited_after_payment(self):
        """A credit note of a paid invoice settles nothing, yet the period isn't billed any more."""
        order = self.make_magazine()
        move = self.invoice(order, post=True)
        self.pay(move)
        self.credit(move)
        self.assertTrue(order.create_period_invoice("2026-01-01"))

    @freeze_time("2026-02-01")
    def test_a_deleted_draft_is_due_again(self):
        order = self.make_magazine()
        moves = self.invoice(order)
        moves[0].unlink()
        self.assertEqual(order.subscription_next_date, date(2026, 1, 1))
        self.assertEqual(self.starts(self.invoice(order)), ["2026-01-01"])

    @freeze_time("2026-01-01")
    def test_credit_note_and_replacement(self):
        order = self.make_magazine()
        move = self.invoice(order, post=True)
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id})
        )
        new = self.move(wizard.modify_moves()["res_id"])
        self.assertEqual(self.periods(new), [("2026-01-01", "2026-01-31")])
        self.assertEqual(new.subscription_order_id, order)
        credit = move.reversal_move_ids
        self.assertEqual(self.periods(credit), [("2026-01-01", "2026-01-31")])
        self.assertEqual(order.create_subscription_invoices(), [])

    def credit(self, move):
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id})
        )
        wizard.reverse_moves()
        move.reversal_move_ids.filtered(lambda credit: credit.state == "draft").action_post()

    # === ODOO'S OWN FIGURES ===#

    def test_what_odoo_says(self):
        with freeze_time("2026-01-01"):
            order = self.make_magazine(subscription_end="2026-02-28")
            line = order.order_line[0]
            self.assertEqual(order.invoice_status, "to invoice")
            self.assertEqual((line.qty_to_invoice, line.untaxed_amount_to_invoice), (1, 99.99))
            self.assertEqual(order.amount_to_invoice, 225.48)
            self.invoice(order, post=True)
            self.assertEqual(order.invoice_status, "no")
            self.assertEqual((line.qty_to_invoice, line.untaxed_amount_to_invoice), (0, 0))
            self.assertEqual(order.amount_to_invoice, 0)
        with freeze_time("2026-02-01"):
            self.env.invalidate_all()
            order._refresh_due_subscriptions()
            self.assertEqual(order.invoice_status, "to invoice")
            self.assertEqual(line.qty_to_invoice, 1)
            self.invoice(order, post=True)
            self.assertFalse(order.subscription_next_date)
            self.assertEqual(order.invoice_status, "invoiced")
            self.assertEqual(line.qty_invoiced, 2)
            self.assertEqual(line.untaxed_amount_invoiced, 199.98)
            recap = order.get_billing_recap()
            self.assertEqual(recap["contract_total"], 225.48)
            self.assertEqual(recap["invoiced_total"], 450.96)
            self.assertEqual(recap["to_invoice_total"], 0)
            self.assertEqual((order.billing_progress, order.is_ready_for_balance), (0, False))
            self.assertEqual((order.to_invoice_total, order.situation_percent), (0, 0))
            self.assertIsNone(order._get_portal_billing())
        with freeze_time("2026-03-01"):
            self.env.invalidate_all()
            self.assertEqual(order.subscription_state, "ended")

    @freeze_time("2026-02-01")
    def test_odoos_own_button_invoices_what_is_due(self):
        order = self.make_magazine()
        other = self.make_order(self.line("Walls", 1, 100))
        moves = (order | other)._create_invoices()
        periods = moves.filtered("subscription_order_id")
        self.assertEqual(self.starts(periods), ["2026-01-01", "2026-02-01"])
        self.assertEqual((moves - periods).amount_untaxed, 100)
        with self.assertRaisesRegex(UserError, "No period is due"):
            order._create_invoices(final=True)
        wizard = self.env["sale.advance.payment.inv"].create(
            {"sale_order_ids": [Command.set(order.ids)], "advance_payment_method": "delivered"}
        )
        with self.assertRaisesRegex(UserError, "No period is due"):
            wizard.create_invoices()
        nothing = order.with_context(raise_if_nothing_to_invoice=False)._create_invoices()
        self.assertFalse(nothing)
        wizard.write({"advance_payment_method": "percentage", "amount": 10})
        with self.assertRaisesRegex(UserError, "by its periods"):
            wizard.create_invoices()

    @freeze_time("2026-01-01")
    def test_other_ways_to_bill_are_refused(self):
        order = self.make_magazine()
        for method, args in (
            ("create_deposit_invoice", (10,)),
            ("create_situation_invoice", (10,)),
            ("preview_situation", (10,)),
            ("create_balance_invoice", ()),
            ("action_create_situation", ()),
            ("action_create_deposit", ()),
            ("action_create_balance", ()),
        ):
            with self.subTest(method=method), self.assertRaisesRegex(UserError, "by its periods"):
                getattr(order, method)(*args)
        self.assertFalse(order.invoice_ids)

    @freeze_time("2026-01-01")
    def test_becoming_a_subscription(self):
        order = self.make_order(self.line("Walls", 1, 100))
        with self.assertRaisesRegex(UserError, "no subscription"):
            order.create_subscription_invoices()
        self.deposit(order, 10)
        with self.assertRaisesRegex(ValidationError, "can't become"), self.cr.savepoint():
            order.is_subscription = True
        order.billing_document_ids.button_cancel()
        order.write({"is_subscription": True, "subscription_start": "2026-01-01"})
        self.invoice(order)
        with self.assertRaisesRegex(ValidationError, "stays a subscription"), self.cr.savepoint():
            order.is_subscription = False
        with self.assertRaisesRegex(UserError, "has begun"):
            order.subscription_start = "2026-02-01"
        with self.assertRaisesRegex(UserError, "can't end"):
            order.subscription_end = "2025-12-31"

    @freeze_time("2026-01-20")
    def test_start_and_refusals(self):
        order = self.subscribe(self.line("Rent", 1, 10), start=False)
        self.assertEqual(order.subscription_start, date(2026, 1, 20))
        quotation = self.subscribe(self.line("Rent", 1, 10), confirm=False)
        self.assertFalse(quotation.subscription_next_date)
        with self.assertRaisesRegex(UserError, "Confirm it first"):
            quotation.create_subscription_invoices()
        empty = self.subscribe(self.line("Rent", 0, 10))
        with self.assertRaisesRegex(UserError, "no line to bill"):
            empty.create_subscription_invoices()
        daily = self.subscribe(self.line("Rent", 1, 10), subscription_unit="day")
        with self.assertRaisesRegex(UserError, "more than 120"):
            daily.create_subscription_invoices("2026-12-31")
        with self.assertRaisesRegex(UserError, "too far"):
            daily.create_subscription_invoices("9999-12-31")
        with self.assertRaisesRegex(UserError, "too far"), self.cr.savepoint():
            daily.subscription_end = "9999-12-31"
        with self.assertRaisesRegex(UserError, "soon"):
            daily.create_subscription_invoices("soon")
        for values in (
            {"subscription_interval": 0},
            {"subscription_interval": 1000},
            {"subscription_end": "2025-12-31"},
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                daily.write(values)
            self.env.invalidate_all()

    # === STATES ===#

    def test_state_and_its_search(self):
        order = self.make_magazine(subscription_end="2026-12-31")
        for day, state in (
            ("2025-12-31", "not_begun"),
            ("2026-01-01", "running"),
            ("2026-12-31", "running"),
            ("2027-01-01", "ended"),
        ):
            with self.subTest(day=day), freeze_time(day):
                self.env.invalidate_all()
                self.assertEqual(order.subscription_state, state)
                for name in ("not_begun", "running", "stopped", "ended"):
                    found = order.search([("id", "=", order.id), ("subscription_state", "=", name)])
                    self.assertEqual(bool(found), name == state)

    # === STOP AND RESUME ===#

    @freeze_time("2026-01-01")
    def test_stop_and_resume(self):
        order = self.make_magazine()
        moves = self.invoice(order, "2026-05-01")
        moves[:2].auto_post = "no"
        moves[:2].action_post()
        with self.assertRaisesRegex(UserError, "why"):
            order.stop_subscription("2026-03-15", " ")
        with self.assertRaisesRegex(UserError, "isn't stopped"):
            order.resume_subscription("2026-03-15")
        self.assertTrue(order.stop_subscription("2026-03-15", "Moved out"))
        # March is under way, April and May are drafts.
        self.assertEqual(
            self.starts(order.subscription_document_ids.sorted("period_start")),
            [
                "2026-01-01",
                "2026-02-01",
                "2026-03-01",
            ],
        )
        self.assertFalse(order.subscription_next_date)
        self.assertEqual(order.subscription_state, "running")
        self.assertIn("Moved out", order.message_ids[0].body)
        self.assertIn("2 drafts", order.message_ids[0].body)
        with self.assertRaisesRegex(UserError, "04/01/2026"):
            order.resume_subscription("2026-03-31")
        self.assertTrue(order.resume_subscription("2026-06-01"))
        self.assertIn("From 04/01/2026 to 05/31/2026", order.message_ids[0].body)
        self.assertEqual(order.subscription_next_date, date(2026, 6, 1))
        self.assertEqual(
            self.starts(self.invoice(order, "2026-07-01")), ["2026-06-01", "2026-07-01"]
        )

    @freeze_time("2026-01-01")
    def test_stop_where_a_later_period_is_posted(self):
        order = self.make_magazine()
        moves = self.invoice(order, "2026-02-01")
        moves.auto_post = "no"
        moves.action_post()
        order.stop_subscription("2026-01-15", "Moved out")
        self.assertIn(moves[1].name, order.message_ids[0].body)
        with self.assertRaisesRegex(UserError, "03/01/2026"):
            order.resume_subscription("2026-02-01")
        order.resume_subscription("2026-03-10")
        self.assertEqual(
            self.periods(self.invoice(order, "2026-03-31")), [("2026-03-10", "2026-04-09")]
        )

    @freeze_time("2026-01-01")
    def test_a_numbered_draft_is_cancelled_by_the_stop(self):
        order = self.make_magazine()
        move = self.invoice(order, "2026-01-01", post=True)
        move.button_draft()
        order.stop_subscription("2025-12-31", "Never began")
        self.assertEqual(move.state, "cancel")
        order.resume_subscription("2026-01-01")
        self.assertEqual(self.starts(self.invoice(order)), ["2026-01-01"])

    @freeze_time("2026-02-01")
    def test_resume_keeps_the_day_of_the_month(self):
        order = self.subscribe(self.line("Rent", 1, 10), start="2026-01-31")
        order.stop_subscription("2026-01-31", "Holidays")
        order.resume_subscription("2026-04-30")
        self.assertEqual(
            self.starts(self.invoice(order, "2026-06-30")),
            ["2026-01-31", "2026-04-30", "2026-05-31", "2026-06-30"],
        )

    # === CHANGES ===#

    @freeze_time("2026-01-01")
    def test_change_of_lines(self):
        order = self.make_magazine()
        posted = self.invoice(order, post=True)
        drafts = self.invoice(order, "2026-03-01")
        hosting, magazine = order.order_line
        with self.assertRaisesRegex(UserError, "is posted"):
            order.change_subscription_lines([{"line_id": hosting.id, "quantity": 2}], "2026-01-01")
        with self.assertRaisesRegex(UserError, "no invoice yet"):
            order.change_subscription_lines([{"line_id": hosting.id, "quantity": 2}], "2026-05-01")
        for lines in (
            [],
            {},
            [{"line": 1}],
            [{"line_id": hosting.id, "quantity": -1}],
            [{"line_id": 0, "quantity": 1}],
            [{"product_id": 0}],
            [{"line_id": hosting.id, "price_unit": "7"}],
            [{"line_id": hosting.id, "price_unit": float("nan")}],
        ):
            with self.subTest(lines=lines), self.assertRaises(UserError):
                order.change_subscription_lines(lines)
        self.assertTrue(drafts.exists())
        # 2 × 100 at 20 % and 50 at 20 %: 250 + 50
        order.change_subscription_lines(
            [
                {"line_id": hosting.id, "quantity": 2, "price_unit": 100},
                {"line_id": magazine.id, "quantity": 0},
                {"product_id": self.work.id, "quantity": 1, "price_unit": 50, "name": "Backup"},
            ]
        )
        order.order_line.filtered(lambda line: line.name == "Backup").tax_ids = self.tax20
        self.assertFalse(drafts.exists())
        self.assertIn("225.48", order.message_ids[0].body)
        moves = self.invoice(order, "2026-03-01")
        self.assertEqual(self.starts(moves), ["2026-02-01", "2026-03-01"])
        self.assertEqual(moves.mapped("amount_total"), [300, 300])
        self.assertEqual(posted.amount_total, 225.48)

    @freeze_time("2026-01-01")
    def test_the_agreed_price_stays(self):
        """Odoo would ask the pricelist again for another quantity of what isn't invoiced yet."""
        order = self.make_magazine()
        order.change_subscription_lines([{"line_id": order.order_line[0].id, "quantity": 3}])
        self.assertEqual(order.order_line[0].price_unit, 99.99)
        self.assertEqual(order.amount_untaxed, 399.96)

    @freeze_time("2026-01-31")
    def test_change_of_period(self):
        order = self.subscribe(self.line("Rent", 1, 10), start="2026-01-31")
        self.invoice(order, post=True)
        self.invoice(order, "2026-03-31")
        self.assertEqual(order.subscription_period, "Every month")
        with self.assertRaisesRegex(UserError, "begins on"):
            order.change_subscription_period(1, "quarter", "2026-03-01")
        with self.assertRaisesRegex(UserError, "is posted"):
            order.change_subscription_period(1, "quarter", "2026-01-31")
        with self.assertRaisesRegex(UserError, "fortnight"):
            order.change_subscription_period(1, "fortnight")
        with self.assertRaisesRegex(UserError, "0"):
            order.change_subscription_period(0, "month")
        order.change_subscription_period(1, "quarter", "2026-02-28")
        self.assertEqual(order.subscription_period, "Every quarter")
        self.assertEqual(
            self.periods(self.invoice(order, "2026-08-31")),
            [
                ("2026-02-28", "2026-05-30"),
                ("2026-05-31", "2026-08-30"),
                ("2026-08-31", "2026-11-29"),
            ],
        )

    @freeze_time("2026-02-01")
    def test_a_credited_period_is_billed_within_a_longer_one(self):
        order = self.make_magazine()
        _january, february = self.invoice(order, post=True)
        self.credit(february)
        order.change_subscription_period(1, "quarter", "2026-02-01")
        self.assertEqual(self.periods(self.invoice(order)), [("2026-02-01", "2026-04-30")])

    @freeze_time("2026-03-15")
    def test_duplicate(self):
        order = self.make_magazine(subscription_end="2026-12-31")
        order.change_subscription_period(2, "month", "2026-03-01")
        copy = order.browse(order.action_duplicate_subscription()["res_id"])
        self.assertRecordValues(
            copy,
            [
                {
                    "state": "draft",
                    "is_subscription": True,
                    "subscription_start": date(2026, 5, 1),
                    "subscription_interval": 2,
                    "subscription_unit": "month",
                    "subscription_end": False,
                    "subscription_next_date": False,
                    "amount_total": 225.48,
                }
            ],
        )
        self.assertFalse(copy.subscription_document_ids)
        self.assertFalse(copy.subscription_event_ids)

    # === POSTING AND SENDING ===#

    def test_odoos_scheduler_posts_on_the_day(self):
        with freeze_time("2026-01-01"):
            order = self.make_magazine()
            moves = self.invoice(order, "2026-02-01")
        with freeze_time("2026-02-01"), self.enter_registry_test_mode():
            self.env.ref("account.ir_cron_auto_post_draft_entry").method_direct_trigger()
        self.assertEqual(moves.mapped("state"), ["posted", "posted"])
        self.assertEqual(str(moves[1].invoice_date), "2026-02-01")

    @freeze_time("2026-01-01")
    def test_posted_at_once_but_not_before_its_day(self):
        order = self.make_magazine()
        moves = self.invoice(order, "2026-02-01", post=True)
        self.assertEqual(moves.mapped("state"), ["posted", "draft"])
        self.assertEqual(moves[1].auto_post, "at_date")
        self.company.subscription_posting = "draft"
        self.assertEqual(self.invoice(order, "2026-03-01").auto_post, "no")

    @freeze_time("2026-01-01")
    def test_sent_when_posted(self):
        order = self.make_magazine(subscription_send_mail=True)
        move = self.invoice(order, post=True)
        self.assertIn("has no address", move.message_ids[0].body)
        self.customer.email = "customer@example.com"
        draft = self.invoice(order, "2026-02-01")
        self.assertFalse(draft.sending_data)
        draft.auto_post = "no"
        draft.action_post()
        self.assertTrue(draft.sending_data)
        with self.enter_registry_test_mode():
            self.env.ref("account.ir_cron_account_move_send").method_direct_trigger()
        self.env.invalidate_all()
        self.assertTrue(draft.is_move_sent)
        self.assertFalse(draft.sending_data)
        self.assertFalse(move.is_move_sent)

    @freeze_time("2026-02-01")
    def test_shown_to_the_customer(self):
        self.customer.lang = "en_US"
        order = self.make_magazine()
        moves = self.invoice(order, post=True)
        label = "Period from February 1, 2026 to February 28, 2026"
        self.assertEqual(moves[1]._get_billing_label(), label)
        html = self.env["ir.actions.report"]._render_qweb_html(
            "account.account_invoices", moves[1].ids
        )[0]
        text = " ".join(fromstring(html).text_content().split())
        self.assertIn("Period 02/01/2026 – 02/28/2026", text)
        self.assertIn(label, text)
        html = self.env["ir.actions.report"]._render_qweb_html(
            "sale.action_report_saleorder", order.ids
        )[0]
        text = " ".join(fromstring(html).text_content().split())
        self.assertIn("Subscription Every month from 01/01/2026", text)
        # The same amount on the same day, of another period.
        self.assertFalse(moves.duplicated_ref_ids)

    @freeze_time("2026-01-01")
    def test_only_the_first_invoice_bears_the_orders_payment(self):
        order = self.make_magazine(reference="PAID-1")
        moves = self.invoice(order, "2026-02-01")
        self.assertEqual(moves.mapped("payment_reference"), ["PAID-1", False])

    @freeze_time("2026-01-01")
    def test_retention(self):
        """A period's invoice takes the customer's terms: 5 % of 225.48 are 11.27."""
        term = self.make_term((95, 0), (5, None))
        order = self.make_magazine(payment_term_id=term.id)
        move = self.invoice(order, post=True)
        self.assertEqual(move.retention_amount, 11.27)

    # === MANY ORDERS ===#

    @freeze_time("2026-02-01")
    def test_batch_with_one_refused(self):
        orders = self.make_magazine() | self.make_magazine() | self.make_magazine()
        orders[1].order_line.product_uom_qty = 0
        wizard = self.env["sale.subscription.invoice.wizard"].browse(
            orders.action_invoice_periods()["res_id"]
        )
        self.assertEqual(wizard.until, date(2026, 2, 1))
        wizard.action_invoice()
        self.assertEqual(len(wizard.move_ids), 4)
        self.assertIn(orders[1].name, wizard.report)
        self.assertIn("no line to bill", wizard.report)
        self.assertFalse(orders[1].subscription_document_ids)
        # The second click makes nothing.
        wizard.action_invoice()
        self.assertEqual(len(orders.subscription_document_ids), 4)

    def test_scheduler(self):
        with freeze_time("2026-01-25"):
            orders = self.make_magazine() | self.make_magazine()
            orders[1].order_line.product_uom_qty = 0
            cron = self.env.ref("sale_situation_invoicing.ir_cron_invoice_subscriptions")
            with self.enter_registry_test_mode():
                cron.method_direct_trigger()
            self.assertFalse(orders.subscription_document_ids)
            self.company.write({"subscription_auto_invoice": True, "subscription_days_ahead": 7})
            for _again in range(2):
                with self.enter_registry_test_mode():
                    cron.method_direct_trigger()
                moves = orders[0].subscription_document_ids.sorted("period_start")
                self.assertEqual(self.starts(moves), ["2026-01-01", "2026-02-01"])
                self.assertEqual(str(moves[1].invoice_date), "2026-02-01")
                self.assertEqual(moves.mapped("auto_post"), ["at_date", "at_date"])
                self.assertEqual(len(orders[1].activity_ids), 1)
                self.assertIn("no line to bill", orders[1].activity_ids.note)

    @freeze_time("2026-01-01")
    def test_queries_dont_grow_with_the_lines(self):
        counts = []
        for count in (2, 2, 12):
            order = self.subscribe(*(self.line(f"Line {n}", 1, 10) for n in range(count)))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            order.create_subscription_invoices()
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[2] - counts[1], 5, counts)

    # === RIGHTS AND COMPANIES ===#

    def make_user(self, login, groups):
        return new_test_user(
            self.env,
            login,
            groups,
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )

    @freeze_time("2026-01-01")
    def test_rights(self):
        salesperson = self.make_user("sub-sales", "sales_team.group_sale_salesman")
        invoicing = self.make_user("sub-invoicing", "account.group_account_invoice")
        reader = self.make_user("sub-reader", "account.group_account_readonly")
        portal = self.make_user("sub-portal", "base.group_portal")
        order = self.make_magazine(user_id=salesperson.id)
        foreign = self.make_magazine(user_id=self.env.user.id)
        move_id = order.with_user(salesperson).create_subscription_invoices()[0]
        # Nobody posts by waiting what he may not post.
        self.assertEqual(self.move(move_id).auto_post, "no")
        own = self.make_magazine(user_id=salesperson.id)
        with self.assertRaises(AccessError), self.cr.savepoint():
            own.with_user(salesperson).create_subscription_invoices(post=True)
        self.assertFalse(own.subscription_document_ids)
        order.with_user(salesperson).stop_subscription("2026-01-31", "Moved out")
        order.with_user(salesperson).resume_subscription("2026-02-01")
        with self.assertRaises(AccessError):
            foreign.with_user(salesperson).create_subscription_invoices()
        move_id = foreign.with_user(invoicing).create_subscription_invoices(post=True)[0]
        self.assertEqual(self.move(move_id).state, "posted")
        # Odoo lets a billing user write on orders.
        foreign.with_user(invoicing).stop_subscription("2026-01-31", "Moved out")
        for user in (reader, portal):
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    foreign.with_user(user).create_subscription_invoices("2026-03-01")
                with self.assertRaises(AccessError):
                    foreign.with_user(user).stop_subscription("2026-01-31", "Moved out")
        # The screen shows what each may read, and opens for all of them.
        order.subscription_document_ids.invoice_user_id = self.env.user
        self.env.invalidate_all()
        for user in (salesperson, invoicing, reader):
            with self.subTest(user=user.login):
                own_view = order.with_user(user)
                form = own_view.web_read(
                    {
                        "subscription_move_ids": {"fields": {"name": {}, "period_start": {}}},
                        "subscription_event_ids": {"fields": {"kind": {}}},
                        "subscription_due_count": {},
                        "subscription_period": {},
                    }
                )[0]
                self.assertEqual(len(form["subscription_event_ids"]), 2)
                shown = 0 if user == salesperson else 1
                self.assertEqual(len(form["subscription_move_ids"]), shown)
        event = order.subscription_event_ids[0]
        with self.assertRaises(AccessError):
            event.with_user(salesperson).date = "2026-03-01"
        wizard = (
            self.env["sale.subscription.stop.wizard"]
            .with_user(salesperson)
            .browse(order.with_user(salesperson).action_stop_subscription()["res_id"])
        )
        with self.assertRaises(AccessError):
            wizard.with_user(invoicing).read(["date"])

    @freeze_time("2026-01-01")
    def test_companies(self):
        other = self.setup_other_company()["company"]
        order = self.make_magazine()
        order.stop_subscription("2026-03-31", "Moved out")
        event = order.subscription_event_ids
        user = self.make_user("sub-other", "sales_team.group_sale_manager")
        user.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        with self.assertRaises(AccessError):
            event.with_user(user).read(["date"])
        with self.assertRaises(AccessError):
            order.with_user(user).create_subscription_invoices()
        move = self.move(
            order.with_company(other)
            .with_context(allowed_company_ids=[other.id, self.company.id])
            .create_subscription_invoices()[0]
        )
        self.assertEqual(move.company_id, self.company)
        self.assertEqual(move.journal_id.company_id, self.company)
