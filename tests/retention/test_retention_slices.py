"""A retention is sliced as works are: after each document the job has retained its rate of all works to
date, rounded once."""

from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from ..common import SituationCommon


@tagged("post_install", "-at_install")
class TestRetentionSlices(SituationCommon):
    def make_retained_order(self, *lines, **term_values):
        term = self.make_term((95, 30), (5, None), **term_values)
        return self.make_order(*lines, payment_term_id=term.id)

    def post_amounts(self, order, *amounts):
        """Post a situation for each cumulative amount of the only line; return what they retain."""
        line = order._get_work_lines()
        return [
            self.situation(
                order, [{"line_id": line.id, "amount": amount}], post=True
            ).retention_amount
            for amount in amounts
        ]

    def test_a_published_certificate(self):
        """Certificate no. 4 of the American institute's example: 1 502 831.25 to date at 5 %."""
        order = self.make_retained_order(self.line("Works", 1, 2000000.0, self.env["account.tax"]))
        retained = self.post_amounts(order, 300000.10, 600000.00, 899746.49)
        # 15 000.005, 30 000.00 and 44 987.3245 to date.
        self.assertEqual(retained, [15000.01, 14999.99, 14987.32])
        line = order._get_work_lines()
        figures = order.preview_situation([{"line_id": line.id, "amount": 1502831.25}])
        self.assertEqual(figures["retention"], 30154.24)
        self.assertEqual(figures["amount_due_now"], 572930.52)
        [last] = self.post_amounts(order, 1502831.25)
        self.assertEqual(last, 30154.24)
        self.assertEqual(order.get_billing_recap()["retention_held"], 75141.56)

    def test_three_quarters_of_a_job(self):
        """3 × 33.30: 1.665, 3.33 and 4.995 to date, where each by itself would retain 1.67."""
        order = self.make_retained_order(self.line("Works", 1, 133.20, self.env["account.tax"]))
        self.assertEqual(self.post_amounts(order, 33.30, 66.60, 99.90), [1.67, 1.66, 1.67])
        self.assertEqual(order.get_billing_recap()["retention_held"], 5.00)

    def test_each_base_is_sliced(self):
        """20 % on 111: 26.64 of each 133.20, or 22.20 of 111 untaxed, retain 1.332 or 1.11."""
        for base, expected in (
            ("gross", [1.33, 1.33, 1.34, 1.33, 1.33]),
            ("total", [1.33, 1.33, 1.34, 1.33, 1.33]),
            ("untaxed", [1.11, 1.11, 1.11, 1.11, 1.11]),
        ):
            with self.subTest(base):
                order = self.make_retained_order(self.line("Works", 1, 111.0), retention_base=base)
                retained = [
                    self.situation(order, progress, post=True).retention_amount
                    for progress in (20, 40, 60, 80, 100)
                ]
                self.assertEqual(retained, expected)

    def test_another_rate_starts_its_own_sum(self):
        order = self.make_retained_order(self.line("Works", 1, 133.20, self.env["account.tax"]))
        self.post_amounts(order, 33.30)
        order.payment_term_id = self.make_term((97, 30), (3, None))
        # 5 % of 33.30 and 3 % of 66.60: 1.665 and 1.998, each rounded.
        self.assertEqual(self.post_amounts(order, 99.90), [2.00])

    def test_an_invoice_of_odoo_is_part_of_the_job(self):
        """Two invoices of Odoo's own and a situation: 1.665, 3.33, 4.995 to date."""
        free = self.env["account.tax"]
        order = self.make_retained_order(*(self.line(name, 1, 33.30, free) for name in "abc"))
        self.work.invoice_policy = "delivery"
        retained = []
        for line in order._get_work_lines()[:2]:
            line.qty_delivered = 1
            move = order._create_invoices()
            move.action_post()
            self.assertFalse(move.billing_kind)
            retained.append(move.retention_amount)
        retained.append(self.situation(order, 100, post=True).retention_amount)
        self.assertEqual(retained, [1.67, 1.66, 1.67])

    def test_an_invoice_of_odoo_retains_nothing_beside_a_guarantee(self):
        order = self.make_retained_order(self.line("Works", 1, 900.0))
        order.replace_retention("Bank")
        move = order._create_invoices()
        self.assertEqual((move.amount_total, move.retention_amount), (1080.00, 0.00))
        self.assertEqual(move.amount_due_now, 1080.00)

    def test_an_invoice_of_two_orders_stands_for_itself(self):
        term = self.make_term((95, 30), (5, None))
        free = self.env["account.tax"]
        orders = self.env["sale.order"]
        for _index in range(2):
            orders |= self.make_order(self.line("Works", 1, 33.30, free), payment_term_id=term.id)
        both = orders._create_invoices()
        self.assertEqual((len(both), both.amount_total, both.retention_amount), (1, 66.60, 3.33))

    def test_credit_notes(self):
        """A whole credit note gives back what its document retained, a part of it its share; the next
        document takes the cent."""
        order = self.make_retained_order(self.line("Works", 1, 133.20, self.env["account.tax"]))
        [first, second, third] = [
            self.situation(order, progress, post=True) for progress in (25, 50, 75)
        ]
        self.assertEqual(second.retention_amount, 1.66)
        whole = second._reverse_moves([{"invoice_date": second.invoice_date}])
        whole.action_post()
        self.assertEqual(whole.retention_amount, 1.66)
        part = third._reverse_moves([{"invoice_date": third.invoice_date}])
        self.billed_lines(part).write({"quantity": 1, "price_unit": 11.10})
        part.action_post()
        # A third of 1.67.
        self.assertEqual(part.retention_amount, 0.56)
        # 133.20 in all: 6.66; 1.67 + 1.66 + 1.67 − 1.66 − 0.56 = 2.78 are retained.
        balance = self.balance(order, post=True)
        self.assertEqual(balance.retention_amount, 3.88)
        self.assertEqual(order.get_billing_recap()["retention_held"], 6.66)

    def test_several_credit_notes_give_the_whole_back(self):
        """Three thirds of a retention of 1.67: 0.5567, 1.1133 and 1.67 to date."""
        order = self.make_retained_order(self.line("Works", 1, 33.30, self.env["account.tax"]))
        move = self.situation(order, 100, post=True)
        given_back = []
        for _index in range(3):
            part = move._reverse_moves([{"invoice_date": move.invoice_date}])
            self.billed_lines(part).price_unit = 11.10
            part.action_post()
            given_back.append(part.retention_amount)
        self.assertEqual(given_back, [0.56, 0.55, 0.56])
        self.assertEqual(order.get_billing_recap()["documents"][-1]["retention"], -0.56)

    def test_a_credit_note_of_what_retained_nothing(self):
        order = self.make_retained_order(self.line("Works", 1, 900.0))
        order.replace_retention("Bank")
        move = self.situation(order, 50, post=True)
        credit = move._reverse_moves([{"invoice_date": move.invoice_date}])
        credit.invoice_payment_term_id = order.payment_term_id
        credit.action_post()
        self.assertEqual((move.retention_amount, credit.retention_amount), (0, 0))

    def test_work_that_is_given_back(self):
        """A negative document gives back what it takes off; never more than it is itself."""
        order = self.make_retained_order(self.line("Works", 1, 1000.0, self.env["account.tax"]))
        self.situation(order, 50, post=True)
        back = self.situation(order, 40, post=True)
        self.assertEqual((back.move_type, back.amount_total), ("out_refund", 100))
        self.assertEqual(back.retention_amount, 5)
        share = back._get_retention_lines()
        self.assertEqual(share.amount_currency, -5)
        self.assertEqual(order.get_billing_recap()["retention_held"], 20)

    def test_after_the_guarantee_has_ended(self):
        """375 at 20 %, 80 %: 360.00, of which 18.00 would be retained; due at once 500 days later."""
        order = self.make_retained_order(self.line("Works", 1, 375.0))
        self.assertEqual(order.preview_situation(80)["amount_due_now"], 342.00)
        order.works_acceptance_date = fields.Date.context_today(order) - timedelta(days=500)
        figures = order.preview_situation(80)
        self.assertEqual((figures["retention"], figures["amount_due_now"]), (18.00, 360.00))
        move = self.situation(order, 80)
        self.assertEqual((move.retention_amount, move.amount_due_now), (18.00, 360.00))
        move.action_post()
        self.assertEqual(move.amount_due_now, 360.00)
        self.assertEqual(order.get_billing_recap()["documents"][0]["amount_due_now"], 360.00)

    def test_a_retention_that_no_document_bears_is_carried(self):
        """A deposit leaves 10.00 of a document of 600.00 to be paid: it retains no more, the next one
        the 20.00 that are missing besides its own 30.00."""
        order = self.make_retained_order(self.line("Works", 1, 1000.0))
        order.deduction_rule = "full"
        deposit = self.deposit(order, 590, amount_type="fixed", post=True)
        self.pay(deposit)
        first = self.situation(order, 50, post=True)
        self.assertEqual((first.amount_total, first.retention_amount), (10.00, 10.00))
        second = self.situation(order, 100, post=True)
        self.assertEqual((second.amount_total, second.retention_amount), (600.00, 50.00))

    def test_in_swiss_francs(self):
        """In steps of 0.05: 2.4975 of 49.95 to date are 2.50, 5.00 of 99.90 besides."""
        swiss = self.env.ref("base.CHF")
        swiss.write({"active": True, "rounding": 0.05})
        pricelist = self.env["product.pricelist"].create({"name": "CHF", "currency_id": swiss.id})
        order = self.make_order(
            self.line("Works", 1, 199.80, self.env["account.tax"]),
            payment_term_id=self.make_term((95, 30), (5, None)).id,
            pricelist_id=pricelist.id,
        )
        self.assertEqual(self.post_amounts(order, 49.95, 99.90, 199.80), [2.50, 2.50, 5.00])


@tagged("post_install", "-at_install")
class TestRoundingOfTheCompany(SituationCommon):
    def test_it_changes_while_an_order_is_open(self):
        """Three lines of 33.35 at 20 %: 20.01 of tax line by line and as a whole; of 33.33: 6.666 each,
        20.01 line by line, 20.00 as a whole. The contract is what the order says."""
        for before, after, tax in (
            ("round_per_line", "round_globally", 20.01),
            ("round_globally", "round_per_line", 20.00),
        ):
            with self.subTest(before):
                self.company.tax_calculation_rounding_method = before
                order = self.make_order(*(self.line(name, 1, 33.33) for name in "abc"))
                self.situation(order, 40, post=True)
                self.env.flush_all()
                self.company.tax_calculation_rounding_method = after
                self.env.invalidate_all()
                self.assertEqual(order.amount_tax, tax)
                balance = self.balance(order, post=True)
                recap = order.get_billing_recap()
                self.assertEqual(recap["invoiced_tax"], tax)
                self.assertEqual(recap["to_invoice_total"], 0)
                self.assertEqual(balance.billing_kind, "balance")
                for line in order.order_line:
                    self.assertEqual(line.untaxed_amount_to_invoice, 0)
                    self.assertEqual(line.amount_to_invoice, 0)

    def test_it_changes_beside_a_deposit(self):
        """Odoo writes on the order's down payment lines at each posting, and would price the whole order
        anew: 20.01 line by line stay 20.01."""
        self.company.tax_calculation_rounding_method = "round_per_line"
        order = self.make_order(*(self.line(name, 1, 33.33) for name in "abc"))
        self.deposit(order, 30, post=True)
        self.env.flush_all()
        self.company.tax_calculation_rounding_method = "round_globally"
        self.env.invalidate_all()
        self.situation(order, 60, post=True)
        self.balance(order, post=True)
        self.env.invalidate_all()
        self.assertEqual(order.amount_total, 120.00)
        self.assertJobTies(order)
        self.assertDepositsTie(order)

    def test_nothing_is_left_to_invoice_line_by_line(self):
        """3 × 33.33 at 20 % included are 83.33 untaxed, where the lines alone would be 27.78 each."""
        self.company.tax_calculation_rounding_method = "round_globally"
        included = self.make_tax(20, price_include_override="tax_included")
        order = self.make_order(
            *(
                self.line(name, quantity, 33.33, included, discount=discount)
                for name, quantity, discount in (("a", 1, 0), ("b", 7, 5), ("c", 0.07, 0))
            )
        )
        for progress in (12.34, 55.55):
            self.situation(order, progress, post=True)
        self.balance(order, post=True)
        for line in order.order_line:
            self.assertEqual(line.untaxed_amount_to_invoice, 0)
            self.assertEqual(line.amount_to_invoice, 0)
            self.assertEqual(line.untaxed_amount_invoiced, line.contract_amount)
        self.assertEqual(
            order.currency_id.round(sum(order.order_line.mapped("untaxed_amount_invoiced"))),
            order.amount_untaxed,
        )

    def test_an_order_with_a_plan_is_cancelled_and_confirmed_again(self):
        order = self.make_house()
        order.create_instalment_invoices(3, "2026-03-31")
        order._action_cancel()
        self.assertEqual(set(order.billing_document_ids.mapped("state")), {"cancel"})
        order.action_draft()
        order.action_confirm()
        order.write({"order_line": [Command.update(order.order_line[1].id, {"price_unit": 900.0})]})
        moves = self.move(order.create_instalment_invoices(2, "2026-03-31"))
        moves.sorted("id").action_post()
        self.assertEqual(order.get_billing_recap()["to_invoice_total"], 0)
