"""Instalments: the rest of an order as a row of documents that close it, each posted at its date."""

from datetime import date

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import SituationCommon


@tagged("post_install", "-at_install")
class TestInstalment(SituationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.make_house()
        _title, cls.walls, cls.roof = cls.order.order_line

    def instalments(self, *args, order=None, **values):
        order = order or self.order
        return self.env["account.move"].browse(order.create_instalment_invoices(*args, **values))

    def plan(self, *rows, order=None, **values):
        rows = [{"date": when, "percent": percent} for when, percent in rows]
        return self.env["account.move"].browse(
            (order or self.order).create_instalment_plan(rows, **values)
        )

    def run_cron(self, name):
        with self.enter_registry_test_mode():
            self.env.ref(name).method_direct_trigger()

    # === AMOUNTS AND DATES ===#

    def test_equal_instalments(self):
        moves = self.instalments(3, "2027-01-31")
        self.assertEqual(moves.mapped("billing_kind"), ["instalment", "instalment", "balance"])
        self.assertEqual(
            moves.mapped("invoice_date"), [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31)]
        )
        self.assertEqual(set(moves.mapped("state")), {"draft"})
        self.assertEqual(set(moves.mapped("auto_post")), {"at_date"})
        # A third of 10 000 and of 2 500 is 3 333.33 and 833.33; two thirds are 6 666.67 and 1 666.67.
        self.assertEqual(moves.mapped("amount_untaxed"), [4166.66, 4166.68, 4166.66])
        # VAT to date: 666.67 + 83.33, then 1 333.33 + 166.67, then 2 000 + 250
        self.assertEqual(moves.mapped("amount_tax"), [750.0, 750.0, 750.0])
        self.assertEqual(sum(moves.mapped("amount_total")), 14750.0)
        self.assertEqual(self.order.invoice_status, "invoiced")
        self.assertJobTies(self.order)

    def test_units(self):
        for unit, interval, third in (
            ("day", 10, date(2027, 2, 20)),
            ("week", 2, date(2027, 2, 28)),
            ("month", 1, date(2027, 3, 31)),
            ("quarter", 1, date(2027, 7, 31)),
            ("year", 2, date(2031, 1, 31)),
        ):
            with self.subTest(unit=unit):
                dates = self.order._get_instalment_dates(3, "2027-01-31", interval, unit)
                self.assertEqual(dates[2], third)

    def test_free_dates_and_shares(self):
        moves = self.plan(("2027-06-30", 50), ("2027-01-15", 20), ("2027-03-01", 30.0))
        self.assertEqual(
            moves.mapped("invoice_date"), [date(2027, 1, 15), date(2027, 3, 1), date(2027, 6, 30)]
        )
        self.assertEqual(moves.mapped("amount_untaxed"), [2500.0, 3750.0, 6250.0])
        self.assertEqual(moves.mapped("instalment_percent"), [20.0, 30.0, 50.0])
        self.assertJobTies(self.order)

    def test_the_rest_of_what_is_billed_already(self):
        self.situation(self.order, [{"line_id": self.walls.id, "progress": 40}])
        moves = self.instalments(2, "2027-01-31")
        # half of 6 000 and half of 2 500
        self.assertEqual(moves.mapped("amount_untaxed"), [4250.0, 4250.0])
        first = self.billed_lines(moves[0])
        self.assertEqual(first.mapped("previous_progress"), [40.0, 0.0])
        self.assertEqual(first.mapped("progress"), [70.0, 50.0])
        self.assertJobTies(self.order)

    def test_partial_lines_are_left_alone(self):
        self.order.create_partial_invoice(self.roof.ids)
        moves = self.instalments(4, "2027-01-31")
        self.assertEqual(moves.mapped("amount_untaxed"), [2500.0] * 4)
        self.assertEqual(self.billed_lines(moves[0]).sale_line_ids, self.walls)

    def test_deposit_and_retention(self):
        self.order.payment_term_id = self.make_term((95, 0), (5, None))
        self.order.deduction_rule = "progressive"
        self.deposit(self.order, 20.0, post=True)
        moves = self.instalments(4, "2027-01-31")
        # 14 750 in four; a quarter of the deposit of 2 950
        self.assertEqual(moves.mapped("deposit_deduction"), [737.5] * 4)
        self.assertEqual(moves.mapped("amount_total"), [2950.0] * 4)
        # 184.375, 368.75, 553.125 and 737.50 to date
        retained = [184.38, 184.37, 184.38, 184.37]
        self.assertEqual(
            [round(amount, 2) for amount in moves.mapped("retention_amount")], retained
        )
        self.assertJobTies(self.order)
        self.assertDepositsTie(self.order)

    # === POSTING ===#

    def test_scheduler_posts_each_at_its_date(self):
        moves = self.instalments(3, "2027-01-31")
        with freeze_time("2027-02-28"):
            self.run_cron("account.ir_cron_auto_post_draft_entry")
        self.assertEqual(moves.mapped("state"), ["posted", "posted", "draft"])
        self.assertEqual(moves[1].invoice_date, date(2027, 2, 28))
        with freeze_time("2027-04-01"):
            self.run_cron("account.ir_cron_auto_post_draft_entry")
        self.assertEqual(moves[2].state, "posted")
        listed = moves[2]._get_billing_statement()["documents"]
        self.assertEqual([row["name"] for row in listed], moves[:2].mapped("name"))

    def test_posted_at_once(self):
        moves = self.instalments(3, "2027-01-31", post=True)
        self.assertEqual(set(moves.mapped("state")), {"posted"})
        self.assertEqual(moves.mapped("name"), sorted(moves.mapped("name")))
        self.assertEqual(moves[2].invoice_date, date(2027, 3, 31))
        self.assertEqual(moves[2].invoice_date_due, date(2027, 3, 31))

    def test_sent_once_posted(self):
        moves = self.order._create_instalments(
            [(date(2027, 1, 31), 1), (date(2027, 2, 28), 1)], send=True
        )
        self.assertFalse(any(moves.mapped("sending_data")))
        self.order.partner_id.email = "customer@example.com"
        with freeze_time("2027-01-31"):
            self.run_cron("account.ir_cron_auto_post_draft_entry")
        self.assertTrue(moves[0].sending_data)
        self.assertFalse(moves[1].sending_data)
        self.run_cron("account.ir_cron_account_move_send")
        self.assertTrue(moves[0].is_move_sent)
        self.assertFalse(moves[0].sending_data)

    # === CHANGING AND CANCELLING THE PLAN ===#

    def test_cancelled_instalment_is_spread_over_the_rest(self):
        moves = self.instalments(4, "2027-01-31")
        moves[0].auto_post = "no"
        moves[0].action_post()
        moves[1].button_cancel()
        # 12 500 − 3 125 over two
        self.assertEqual(moves[2:].mapped("amount_untaxed"), [4687.5, 4687.5])
        self.assertJobTies(self.order)

    def test_deleted_balance_leaves_another_one(self):
        moves = self.instalments(4, "2027-01-31")
        moves[3].unlink()
        self.assertEqual(moves[:3].mapped("billing_kind"), ["instalment", "instalment", "balance"])
        self.assertEqual(moves[:3].mapped("amount_tax"), [750.0, 750.0, 750.0])
        self.assertJobTies(self.order)

    def test_credited_instalment_is_spread_over_the_rest(self):
        moves = self.instalments(3, "2027-01-31")
        moves[0].auto_post = "no"
        moves[0].action_post()
        moves[0]._reverse_moves([{"invoice_date": moves[0].invoice_date}], cancel=True)
        self.assertEqual(moves[1:].mapped("amount_untaxed"), [6250.0, 6250.0])
        self.assertJobTies(self.order)

    def post(self, move):
        move.auto_post = "no"
        move.action_post()

    def reverse(self, move, method):
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        wizard = wizard.create({"journal_id": move.journal_id.id})
        getattr(wizard, method)()
        return wizard.new_move_ids

    def test_replaced_document_is_not_billed_twice(self):
        moves = self.instalments(3, "2027-01-31")
        self.post(moves[0])
        self.reverse(moves[0], "modify_moves")
        self.assertEqual(self.order.instalment_gap, 0.0)
        self.assertEqual(self.order.get_billing_recap()["to_invoice_total"], 0.0)
        self.assertJobTies(self.order)

    def test_credit_note_that_is_changed_before_posting(self):
        moves = self.instalments(3, "2027-01-31")
        self.post(moves[0])
        credit = self.reverse(moves[0], "refund_moves")
        self.billed_lines(credit)[0].price_unit /= 2
        credit.action_post()
        self.assertEqual(self.order.instalment_gap, 0.0)
        self.assertJobTies(self.order)

    def test_ordinary_invoice_that_falls_out(self):
        invoice = self.order._create_invoices()
        invoice.invoice_line_ids.filtered(lambda line: line.sale_line_ids == self.roof).unlink()
        moves = self.instalments(2, "2027-01-31")
        self.assertEqual(moves.mapped("amount_untaxed"), [1250.0, 1250.0])
        invoice.unlink()
        self.assertEqual(moves.mapped("amount_untaxed"), [6250.0, 6250.0])
        self.assertJobTies(self.order)

    def test_nothing_left_deletes_the_drafts(self):
        moves = self.instalments(4, "2027-01-31")
        for move in moves[:2]:
            self.post(move)
        self.walls.price_unit = 100.0
        self.order.respread_instalments()
        self.assertEqual(moves.exists(), moves[:2])
        with self.assertRaisesRegex(UserError, "billed beyond its lines"):
            self.order.create_instalment_invoices(2, "2027-05-31")
        # 1 000 + 2 500, of which 6 250 are billed
        balance = self.balance(self.order)
        self.assertEqual((balance.move_type, balance.amount_untaxed), ("out_refund", 2750.0))
        self.assertJobTies(self.order)

    def test_draft_deposits_hold_nothing_up(self):
        deposits = self.deposit(self.order, 10.0, post=True)
        deposits += self.deposit(self.order, 10.0, post=True)
        moves = self.instalments(3, "2027-01-31")
        deposits.button_draft()
        moves[1].button_cancel()
        deposits[0].button_cancel()
        with self.assertRaisesRegex(UserError, "draft. Post or delete"):
            self.order.respread_instalments()
        deposits[1].button_cancel()
        self.assertEqual(self.order.instalment_gap, 0.0)
        self.assertJobTies(self.order)

    def test_retention_after_a_credit(self):
        self.order.payment_term_id = self.make_term((95, 0), (5, None))
        self.order.deduction_rule = "full"
        self.deposit(self.order, 30.0, post=True)
        moves = self.instalments(4, "2026-01-31")
        for move in moves[:2]:
            self.post(move)
        self.order.cancel_document(moves[1].id, "Wrong")
        for move in moves[2:]:
            self.post(move)
        documents = self.order.billing_document_ids
        retained = sum(-move.direction_sign * move.retention_amount for move in documents)
        self.assertAlmostEqual(retained, 737.5)
        self.assertJobTies(self.order)
        self.assertDepositsTie(self.order)

    def test_lines_added_by_hand_stay(self):
        moves = self.instalments(3, "2027-01-31")
        moves[0].write(
            {"invoice_line_ids": [Command.create({"name": "Extra", "price_unit": 50.0})]}
        )
        moves[2].unlink()
        self.assertIn("Extra", moves[0].invoice_line_ids.mapped("name"))
        self.assertEqual(moves[:2].mapped("amount_untaxed"), [6300.0, 6250.0])

    def test_changed_plan_is_sent_as_before(self):
        self.order._create_instalments([(date(2027, 1, 31), 1), (date(2027, 2, 28), 1)], send=True)
        rows = [{"date": "2027-05-01", "percent": 100}]
        with self.assertRaisesRegex(UserError, "give 2 to 240"):
            self.order.change_instalment_plan(rows)
        rows = [{"date": f"2027-0{month}-01", "percent": 50} for month in (5, 6)]
        changed = self.env["account.move"].browse(self.order.change_instalment_plan(rows))
        self.assertEqual(changed.mapped("send_when_posted"), [True, True])

    def test_changed_plan_keeps_what_is_posted(self):
        moves = self.instalments(4, "2027-01-31")
        moves[0].auto_post = "no"
        moves[0].action_post()
        rows = [{"date": "2027-05-01", "percent": 60}, {"date": "2027-06-01", "percent": 40}]
        changed = self.env["account.move"].browse(self.order.change_instalment_plan(rows))
        self.assertEqual(moves.exists(), moves[0])
        # 9 375 are left
        self.assertEqual(changed.mapped("amount_untaxed"), [5625.0, 3750.0])
        self.assertIn("2 of 3", self.titles(changed[0])[0])
        self.assertJobTies(self.order)

    def test_cancelled_plan_leaves_the_order_open(self):
        moves = self.instalments(4, "2027-01-31")
        moves[0].auto_post = "no"
        moves[0].action_post()
        self.order.cancel_instalment_plan()
        self.assertEqual(moves.exists(), moves[0])
        self.assertEqual(self.order.billing_progress, 25.0)
        with self.assertRaisesRegex(UserError, "no instalment to cancel"):
            self.order.cancel_instalment_plan()
        self.assertEqual(self.instalments(3, "2027-02-28")[0].amount_untaxed, 3125.0)

    def test_changed_order_is_told_and_spread_again(self):
        moves = self.instalments(2, "2027-01-31")
        self.assertEqual(self.order.draft_instalment_count, 2)
        self.assertEqual(self.order.instalment_gap, 0.0)
        self.order.write({"order_line": [self.line("Stairs", 1, 1000.0)]})
        self.assertEqual(self.order.instalment_gap, 1200.0)
        self.order.respread_instalments()
        self.assertEqual(self.order.instalment_gap, 0.0)
        self.assertEqual(moves.mapped("amount_untaxed"), [6750.0, 6750.0])
        self.assertJobTies(self.order)

    def titles(self, move):
        return [line.name for line in move.invoice_line_ids if line.display_type == "line_note"]

    def test_wording(self):
        moves = self.instalments(3, "2027-01-31")
        date_ = "03/12/2026"
        self.assertEqual(
            self.titles(moves[1]), [f"Instalment 2 of 3 – order {self.order.name} of {date_}"]
        )
        self.assertEqual(
            self.billed_lines(moves[1])[0].name, "Work\nWalls\nBilled: 66.67 % (previously 33.33 %)"
        )
        self.assertEqual(
            self.titles(moves[2]), [f"Balance invoice of order {self.order.name} of {date_}"]
        )

    # === REFUSALS ===#

    def test_refusals(self):
        good = (3, "2027-01-31", 1, "month")
        for index, value, reason in (
            (0, 1, "“1” is not a value of count"),
            (0, 241, "“241”"),
            (0, 2.5, "“2.5”"),
            (0, "3", "“3”"),
            (0, True, "“True”"),
            (1, None, "give the date"),
            (1, "31/01/2027", "“31/01/2027” is not a date"),
            (2, 0, "“0” is not a value of interval"),
            (2, -1, "“-1”"),
            (3, "fortnight", "“fortnight”"),
            (3, None, "“None”"),
        ):
            args = [*good]
            args[index] = value
            with self.subTest(args=args), self.assertRaisesRegex(UserError, reason):
                self.order.create_instalment_invoices(*args)
        with self.assertRaisesRegex(UserError, "year 9999"):
            self.order.create_instalment_invoices(240, "2027-01-31", 100, "year")
        self.assertFalse(self.order._get_billing_documents())

    def test_refused_plans(self):
        for rows, reason in (
            ([("2027-01-31", 50), ("2027-02-28", 49.99)], "99.99 %"),
            ([("2027-01-31", 100)], "give 2 to 240"),
            ([("2027-01-31", 110), ("2027-02-28", -10)], "-10 %"),
            ([("2027-01-31", 50), (None, 50)], "has no date"),
            ([("2027-01-31", "half"), ("2027-02-28", 50)], "“half” is not a number"),
        ):
            with self.subTest(rows=rows), self.assertRaisesRegex(UserError, reason):
                self.plan(*rows)
        for rows in ("all", [7], [{"date": "2027-01-31"}]):
            with self.subTest(rows=rows), self.assertRaisesRegex(UserError, "not a list of inst"):
                self.order.create_instalment_plan(rows)

    def test_second_plan_is_refused(self):
        self.instalments(3, "2027-01-31")
        with self.assertRaisesRegex(UserError, "3 instalments are not posted"):
            self.order.create_instalment_invoices(3, "2027-01-31")

    def test_order_that_is_too_small(self):
        order = self.make_order(self.line("Nail", 1, 0.02))
        with self.assertRaisesRegex(UserError, "too small"):
            order.create_instalment_invoices(12, "2027-01-31")

    def test_billed_order_is_refused(self):
        self.situation(self.order, 100)
        with self.assertRaisesRegex(UserError, "every line is billed whole"):
            self.order.create_instalment_invoices(2, "2027-01-31")

    def test_draft_deposit_is_refused(self):
        self.deposit(self.order, 10.0)
        with self.assertRaisesRegex(UserError, "draft. Post or delete"):
            self.order.create_instalment_invoices(2, "2027-01-31")
