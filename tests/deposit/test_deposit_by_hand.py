"""Deposits chosen on an invoice that no order makes: amounts by hand, by chance, refusals, payments."""

import random
from collections import defaultdict

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from ...tools.money import exact
from ..common import SituationCommon
from ..random_jobs import RandomJobs


class DepositByHandCommon(SituationCommon):
    def bill(self, *lines, post=False, **values):
        """Return an invoice of Odoo's own of (untaxed amount, tax), on the deposits' customer."""
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2026-04-10",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": f"Works {index}",
                            "price_unit": amount,
                            "quantity": 1,
                            "tax_ids": [Command.set(taxes.ids)],
                        }
                    )
                    for index, (amount, taxes) in enumerate(lines)
                ],
                **values,
            }
        )
        if post:
            move.action_post()
        return move

    def advance(self, amount, customer=None):
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": (customer or self.customer).id,
                "amount": amount,
                "journal_id": self.company_data["default_journal_bank"].id,
            }
        )
        payment.action_post()
        return payment.move_id.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )

    def deduction_lines(self, move):
        """Return ``[(base, tax)]`` that a document deducts, largest first."""
        lines = move.invoice_line_ids.filtered(
            lambda line: line.is_downpayment and line.display_type == "product"
        )
        return sorted(
            (-line.price_subtotal, round(line.price_subtotal - line.price_total, 2))
            for line in lines
        )[::-1]


@tagged("post_install", "-at_install")
class TestDepositByHand(DepositByHandCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.house = cls.make_house()
        # 30 % of 12 000 and 2 750: 3 000 + 600 and 750 + 75
        cls.first = cls.deposit(cls.house, 30, invoice_date="2026-03-20", post=True)

    def works(self, **values):
        """Return an invoice of 1 000 at 20 % and 500 at 10 %: 1 750 in all."""
        return self.bill((1000, self.tax20), (500, self.tax10), **values)

    # === AMOUNTS ===#

    def test_a_part(self):
        move = self.works()
        # A third of the deposit: 1 000 + 200 and 250 + 25.
        total = move.deduct_deposits([{"deposit_id": self.first.id, "amount": 1475}])
        self.assertEqual(total, 1475)
        self.assertEqual(self.deduction_lines(move), [(1000, 200), (250, 25)])
        self.assertEqual((move.amount_untaxed, move.amount_tax, move.amount_total), (250, 25, 275))
        self.assertEqual(move.deposit_deduction, 1475)
        lines = self.deduction_items(move)
        self.assertEqual(lines.account_id, self.billed_lines(self.first).account_id)
        self.assertEqual(lines.account_id.code, "419100")
        self.assertFalse(move._is_downpayment())
        self.assertFalse(move.billing_kind)
        titles = move.invoice_line_ids.filtered(lambda line: line.display_type == "line_section")
        self.assertEqual(len(titles), 1)
        self.assertIn(self.first.name, titles.name)

    def deduction_items(self, move):
        return self.billed_lines(move).filtered("is_downpayment")

    def test_all_that_is_possible(self):
        move = self.works()
        self.assertEqual(move.deduct_deposits([{"deposit_id": self.first.id}]), 1750)
        self.assertEqual(move.amount_total, 0)
        move.action_post()
        large = self.bill((10000, self.tax20))
        self.assertEqual(large.deduct_deposits([{"deposit_id": self.first.id}]), 4425 - 1750)
        large.deduct_deposits([])
        self.assertEqual(large.amount_total, 12000)
        move.button_draft()
        move.unlink()
        # Whole: the VAT of the deduction is that of the deposit, rate by rate.
        self.assertEqual(large.deduct_deposits([{"deposit_id": self.first.id}]), 4425)
        self.assertEqual(self.deduction_lines(large), [(3000, 600), (750, 75)])
        self.assertEqual(large.amount_total, 7575)

    def test_chosen_again(self):
        move = self.works()
        move.deduct_deposits([{"deposit_id": self.first.id, "amount": 1475}])
        count = len(move.invoice_line_ids)
        # What it deducts itself is free again: 4 425 less nothing.
        move.deduct_deposits([{"deposit_id": self.first.id, "amount": 1750}])
        self.assertEqual(len(move.invoice_line_ids), count)
        self.assertEqual(move.amount_total, 0)
        self.assertEqual(move.deduct_deposits([]), 0)
        self.assertEqual(len(move.invoice_line_ids), 2)
        self.assertEqual(move.amount_total, 1750)
        [deposit] = self.house._get_deposits()
        self.assertEqual(deposit.remaining, 4425)

    def test_two_deposits_of_two_orders(self):
        barn = self.make_order(self.line("Barn", 1, 1000))
        second = self.deposit(barn, 50, post=True)
        move = self.works()
        total = move.deduct_deposits(
            [{"deposit_id": second.id}, {"deposit_id": self.first.id, "amount": 100.01}]
        )
        self.assertEqual(total, 700.01)
        self.assertEqual(move.amount_total, 1049.99)
        self.assertEqual(
            [row["deducted"] for row in move._get_deposit_rows()], [exact(100.01), 600]
        )
        move.action_post()
        for order, left in ((self.house, exact(4324.99)), (barn, 0)):
            [deposit] = order._get_deposits()
            self.assertEqual(deposit.remaining, left)
        self.assertEqual(barn.get_billing_recap()["deposit_remaining"], 0)

    def test_given_back_once(self):
        """Drafts of other invoices count."""
        self.works().deduct_deposits([{"deposit_id": self.first.id}])
        large = self.bill((10000, self.tax20))
        with self.assertRaisesRegex(UserError, "2,675.01.*2,675.00"):
            large.deduct_deposits([{"deposit_id": self.first.id, "amount": 2675.01}])
        self.assertEqual(large.deduct_deposits([{"deposit_id": self.first.id}]), 2675)
        with self.assertRaisesRegex(UserError, "Nothing is left"):
            self.works().deduct_deposits([{"deposit_id": self.first.id}])

    def test_included_taxes_rounded_together(self):
        """Odoo would round the works otherwise beside lines of other taxes: they keep their amounts."""
        self.company.tax_calculation_rounding_method = "round_globally"
        yen = (
            self.env["res.currency"].with_context(active_test=False).search([("name", "=", "JPY")])
        )
        yen.active = True
        pricelist = self.env["product.pricelist"].create({"name": "JPY", "currency_id": yen.id})
        order = self.make_order(
            self.line("A", 1, 3890, self.tax20), self.line("B", 1, 670), pricelist_id=pricelist.id
        )
        deposit = self.deposit(order, 50, post=True)
        included = self.make_tax(10, price_include_override="tax_included")
        # 495 and 50, where Odoo's lines would be 496 and 50 beside those of the deduction.
        move = self.bill((545.4531, included), currency_id=yen.id)
        self.assertEqual((move.amount_untaxed, move.amount_total), (495, 545))
        self.assertEqual(move.deduct_deposits([{"deposit_id": deposit.id}]), 545)
        self.assertEqual(move.amount_total, 0)
        # Changed later: the tax is rounded beside the deduction until the invoice is posted.
        works = move.invoice_line_ids.filtered(lambda line: line.name == "Works 0")
        works.price_unit = 645.4531
        move.action_post()
        self.assertEqual((move.amount_total, move.deposit_deduction), (100, 545))
        again = self.bill((545.4531, included), currency_id=yen.id)
        again.deduct_deposits([{"deposit_id": deposit.id, "amount": 5}])
        again.deduct_deposits([])
        self.assertEqual((again.amount_untaxed, again.amount_total), (495, 545))
        self.assertFalse(any(again.invoice_line_ids.mapped("extra_tax_data")))

    # === THE DEPOSIT'S ORDER ===#

    def test_the_order_closes(self):
        move = self.works()
        move.deduct_deposits([{"deposit_id": self.first.id, "amount": 1475}])
        recap = self.house.get_billing_recap()
        self.assertEqual(recap["deposit_invoiced"], 4425)
        self.assertEqual(recap["deposit_deducted"], 1475)
        self.assertEqual(recap["deposit_remaining"], 2950)
        # Of the invoice nothing but the deduction is the order's.
        self.assertEqual(recap["invoiced_total"], 2950)
        self.assertEqual(recap["to_invoice_total"], 11800)
        [_deposit, row] = recap["documents"]
        self.assertEqual((row["untaxed"], row["tax"], row["total"]), (-1250, -225, -1475))
        self.assertEqual((row["deduction"], row["retention"]), (1475, 0))
        self.assertFalse(row["kind"])
        self.assertEqual(self.house.deposit_percent, 30)
        self.assertEqual(self.house.situation_percent, -10)
        move.action_post()
        price = self.house._get_down_payment_lines().mapped("price_unit")
        self.assertEqual(sorted(price), [750, 3000])
        # A situation of half: 7 375, pro rata half of the deposit, of which a third is gone.
        half = self.situation(self.house, 50, deduction_rule="progressive", post=True)
        self.assertEqual(half.deposit_deduction, 737.5)
        statement = half._get_billing_statement()
        self.assertEqual([row["total"] for row in statement["documents"]], [4425, -1475])
        balance = self.balance(self.house, post=True)
        self.assertEqual(balance.deposit_deduction, 2212.5)
        self.assertEqual(self.house.situation_percent, 70)
        recap = self.house.get_billing_recap()
        self.assertEqual(recap["invoiced_total"], 14750)
        self.assertEqual(recap["invoiced_tax"], 2250)
        self.assertEqual(recap["to_invoice_total"], 0)
        self.assertEqual(recap["deposit_remaining"], 0)
        self.assertEqual(recap["progress"], 100)
        self.assertDepositsTie(self.house)
        self.assertEqual(self.house.invoice_status, "invoiced")
        self.assertFalse(self.house.is_ready_for_balance)

    def test_deducted_whole(self):
        """A balance has nothing left to deduct; Odoo's down payment lines agree."""
        large = self.bill((10000, self.tax20))
        large.deduct_deposits([{"deposit_id": self.first.id}])
        large.action_post()
        self.assertDepositsTie(self.house)
        balance = self.balance(self.house, post=True)
        self.assertEqual(balance.deposit_deduction, 0)
        self.assertEqual(balance.amount_total, 14750)
        self.assertEqual(self.house.get_billing_recap()["invoiced_total"], 14750)
        self.assertFalse(self.house.is_ready_for_balance)

    def test_the_analysis_has_the_deduction_only(self):
        move = self.works()
        move.deduct_deposits([{"deposit_id": self.first.id, "amount": 1475}])
        self.env.flush_all()
        rows = self.env["sale.situation.analysis"].search([("move_id", "=", move.id)])
        self.assertEqual(sorted(rows.mapped("amount")), [-1000, -250])
        self.assertEqual(set(rows.mapped("billing_kind")), {"deposit"})
        everything = self.env["sale.situation.analysis"].search([("order_id", "=", self.house.id)])
        self.assertEqual(
            sum(everything.mapped("amount")), self.house.get_billing_recap()["invoiced_untaxed"]
        )

    def test_portal_and_workbook_of_the_order(self):
        move = self.works(post=False)
        move.deduct_deposits([{"deposit_id": self.first.id, "amount": 1475}])
        move.action_post()
        page = self.house._get_portal_billing()
        row = page["documents"][-1]
        self.assertEqual((row["total"], row["paid"], row["due_now"]), (-1475, -1475, 0))
        self.assertEqual(page["to_invoice"], 11800)
        self.assertEqual(page["amount_payable"], 4425 + 275)
        [group] = self.house._get_work_in_progress()
        [row] = group["rows"]
        self.assertEqual((row["billed"], row["deposit_left"], row["paid"]), (0, 2950, -1475))
        self.assertEqual(row["unpaid"], 4425)

    def test_credit_note_gives_it_back(self):
        move = self.works()
        move.deduct_deposits([{"deposit_id": self.first.id, "amount": 1475}])
        move.action_post()
        credit = move._reverse_moves()
        self.assertEqual(credit.deposit_deduction, -1475)
        self.assertFalse(credit._is_downpayment())
        [deposit] = self.house._get_deposits()
        self.assertEqual(deposit.remaining, 4425)
        self.assertEqual(self.house.get_billing_recap()["invoiced_total"], 4425)
        credit.action_post()
        self.assertEqual(self.house.get_billing_recap()["deposit_remaining"], 4425)
        prices = self.house._get_down_payment_lines().mapped("price_unit")
        self.assertEqual(sorted(prices), [750, 3000])
        self.assertFalse(credit.deposit_overview)
        self.balance(self.house, post=True)
        self.assertDepositsTie(self.house)

    def test_copies(self):
        """A duplicate deducts nothing; Odoo's “Reverse and Create Invoice” deducts the same."""
        move = self.works()
        move.deduct_deposits([{"deposit_id": self.first.id, "amount": 1475}])
        move.action_post()
        copy = move.copy()
        self.assertEqual(copy.amount_total, 1750)
        self.assertFalse(copy.invoice_line_ids.filtered("is_downpayment"))
        self.assertEqual(sum(copy.line_ids.mapped("balance")), 0)
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id})
        )
        again = self.move(wizard.modify_moves()["res_id"])
        self.assertEqual(again.deposit_deduction, 1475)
        [deposit] = self.house._get_deposits()
        self.assertEqual(deposit.remaining, 2950)

    def test_odoo_invoice_of_another_order(self):
        """An invoice of Odoo's own for one order may deduct a deposit of another."""
        barn = self.make_order(self.line("Barn", 1, 1000))
        move = barn._create_invoices()
        move.deduct_deposits([{"deposit_id": self.first.id, "amount": 442.5}])
        self.assertEqual(move.amount_total, 757.5)
        move.action_post()
        recaps = [order.get_billing_recap() for order in (barn, self.house)]
        self.assertEqual([recap["invoiced_total"] for recap in recaps], [1200, 3982.5])
        self.assertEqual(
            sorted(self.house._get_down_payment_lines().mapped("price_unit")), [750, 3000]
        )
        self.balance(self.house, post=True)
        self.assertDepositsTie(self.house)

    def test_retention_and_gross_base(self):
        """The retention is of the works, before the deduction: 5 % of 1 750."""
        term = self.make_term((95, 30), (5, None))
        move = self.works(invoice_payment_term_id=term.id)
        move.deduct_deposits([{"deposit_id": self.first.id, "amount": 1475}])
        self.assertEqual(move.retention_amount, 87.5)
        self.assertEqual(move.amount_due_now, 187.5)
        self.assertEqual(self.house.get_billing_recap()["retention_held"], 0)

    # === REFUSALS ===#

    def test_refusals(self):
        move = self.works()
        other = self.env["res.partner"].create({"name": "Other"})
        foreign = self.deposit(self.make_order(self.line("A", 1, 100), partner_id=other.id), 50)
        foreign.action_post()
        draft = self.deposit(self.make_order(self.line("B", 1, 100)), 50)
        first = self.first.id
        for choices, text in (
            (12, "12.*no list"),
            ([12], "12.*no choice"),
            ([{"deposit_id": first, "sum": 3}], "sum.*no choice"),
            ([{"amount": 3}], "no choice"),
            ([{"deposit_id": first, "amount": "3"}], f"{self.first.name}.*“3” is not a number"),
            ([{"deposit_id": first, "amount": 0}], f"{self.first.name}.*amount of 0 .*above 0"),
            ([{"deposit_id": first, "amount": -5}], f"{self.first.name}.*-5"),
            ([{"deposit_id": first, "amount": 4425.01}], "4,425.01.*4,425.00"),
            ([{"deposit_id": first, "amount": 1750.01}], "1,750.01.*1,750.00"),
            ([{"deposit_id": first}, {"deposit_id": first}], "chosen twice"),
            ([{"deposit_id": foreign.id}], f"{foreign.name}.*Other, not of Customer"),
            ([{"deposit_id": draft.id}], "not posted"),
            ([{"deposit_id": move.id}], "no deposit of an order"),
            ([{"deposit_id": 0}], "no deposit 0"),
        ):
            with self.subTest(choices=choices), self.assertRaisesRegex(UserError, text):
                move.deduct_deposits(choices)
            self.assertEqual(move.amount_total, 1750)
        with self.assertRaisesRegex(UserError, "bills nothing yet"):
            self.bill().deduct_deposits([{"deposit_id": first}])
        with self.assertRaisesRegex(UserError, "deposit itself"):
            draft.deduct_deposits([])
        situation = self.situation(self.house, 10)
        with self.assertRaisesRegex(UserError, "by the order's rule"):
            situation.deduct_deposits([])
        bill = self.env["account.move"].create({"move_type": "in_invoice"})
        with self.assertRaisesRegex(UserError, "no customer invoice"):
            bill.deduct_deposits([])
        with self.assertRaisesRegex(UserError, "2 were given"):
            (move + bill).deduct_deposits([])
        nobody = self.bill((100, self.tax20), partner_id=False)
        with self.assertRaisesRegex(UserError, "customer of the invoice first"):
            nobody.action_choose_deposits()

    def test_other_currency(self):
        currency = self.env.ref("base.USD")
        currency.active = True
        move = self.works(currency_id=currency.id)
        self.assertFalse(move.deposit_overview)
        with self.assertRaisesRegex(UserError, "EUR, this invoice in USD"):
            move.deduct_deposits([{"deposit_id": self.first.id}])

    def test_paid_deposits_only(self):
        self.company.deduct_paid_deposits_only = True
        move = self.works()
        self.assertFalse(move._get_deposit_rows())
        with self.assertRaisesRegex(UserError, "not paid yet"):
            move.deduct_deposits([{"deposit_id": self.first.id}])
        self.pay(self.first)
        self.assertEqual(move.deduct_deposits([{"deposit_id": self.first.id}]), 1750)

    def test_frozen_once_posted(self):
        move = self.works()
        move.deduct_deposits([{"deposit_id": self.first.id, "amount": 1475}])
        self.assertIn(
            "Choose",
            move._get_view(view_type="form")[0].xpath("//page[@name='deposits']//button/@string")[
                0
            ],
        )
        move.action_post()
        for call in (
            lambda: move.deduct_deposits([]),
            lambda: move.choose_advances([]),
            move.action_choose_deposits,
        ):
            with self.assertRaisesRegex(UserError, "no draft any more"):
                call()
        self.assertIn("1,475.00", move.deposit_overview)
        self.assertEqual(self.works(post=True).deposit_overview, False)

    def test_what_changes_later(self):
        move = self.works()
        move.deduct_deposits([{"deposit_id": self.first.id, "amount": 1475}])
        self.assertFalse(move.deposit_warning)
        move.invoice_line_ids.filtered(lambda line: line.name == "Works 0").quantity = 0.5
        self.assertIn("above what this invoice bills", move.deposit_warning)
        # 600 + 550 are left of the works.
        with self.assertRaisesRegex(UserError, "1,475.00.*1,150.00"):
            move.action_post()
        move.deduct_deposits([{"deposit_id": self.first.id}])
        self.assertEqual(move.deposit_deduction, 1150)
        move.partner_id = self.env["res.partner"].create({"name": "Other"})
        with self.assertRaisesRegex(UserError, "of Customer, not of Other"):
            move.action_post()
        move.partner_id = self.customer
        self.first.button_draft()
        with self.assertRaisesRegex(UserError, "worth less"):
            move.action_post()
        self.first.action_post()
        move.action_post()
        self.assertEqual(move.amount_total, 0)

    def test_rights(self):
        values = {"company_id": self.company.id, "company_ids": [Command.set(self.company.ids)]}
        bookkeeper = new_test_user(
            self.env, login="hand-billing", groups="account.group_account_invoice", **values
        )
        salesperson = new_test_user(
            self.env, login="hand-sales", groups="sales_team.group_sale_salesman", **values
        )
        reader = new_test_user(
            self.env, login="hand-reader", groups="account.group_account_readonly", **values
        )
        move = self.works()
        choices = [{"deposit_id": self.first.id, "amount": 1475}]
        for user in (salesperson, reader):
            with self.assertRaises(AccessError):
                move.with_user(user).deduct_deposits(choices)
            with self.assertRaises(AccessError):
                move.with_user(user).choose_advances([])
        self.assertEqual(move.with_user(bookkeeper).deduct_deposits(choices), 1475)
        self.assertIn("1,475.00", move.with_user(reader).deposit_overview)
        move.with_user(bookkeeper).action_post()
        self.assertEqual(move.state, "posted")

    # === SCREEN ===#

    def test_tab_of_a_draft_not_saved(self):
        form = Form(self.env["account.move"].with_context(default_move_type="out_invoice"))
        self.assertFalse(form.deposit_overview)
        form.partner_id = self.customer
        self.assertIn(self.first.name, form.deposit_overview)

    def test_dialog(self):
        move = self.works()
        wizard = self.env["account.deposit.choice"].browse(move.action_choose_deposits()["res_id"])
        with Form(wizard) as form:
            self.assertEqual((form.total, form.deducted, form.amount_left), (1750, 0, 1750))
            with form.line_ids.edit(0) as line:
                self.assertEqual((line.total, line.left), (4425, 4425))
                line.is_chosen = True
            with form.line_ids.edit(0) as line:
                self.assertEqual(line.amount, 1750)
                line.amount = 1475
            self.assertEqual((form.deducted, form.amount_left), (1475, 275))
        wizard.action_apply()
        self.assertEqual(move.amount_total, 275)
        self.assertIn("1,475.00", move.deposit_overview)
        again = self.env["account.deposit.choice"].browse(move.action_choose_deposits()["res_id"])
        self.assertEqual(again.line_ids.mapped("amount"), [1475])
        with Form(again) as form, form.line_ids.edit(0) as line:
            line.is_chosen = False
        self.assertEqual(again.line_ids.amount, 0)
        again.action_apply()
        self.assertEqual(move.amount_total, 1750)

    def test_queries_do_not_grow_with_lines(self):
        counts = []
        for count in (2, 40):
            move = self.bill(*[(100, self.tax20)] * count)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            move._get_deposit_rows()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])

    # === ADVANCES ===#

    def test_advance(self):
        paid = self.advance(1000)
        move = self.works()
        self.assertEqual(move.choose_advances(paid.ids), 1000)
        move.deduct_deposits([{"deposit_id": self.first.id, "amount": 1475}])
        self.assertIn(paid.move_id.name, move.deposit_overview)
        self.assertEqual(move.amount_residual, 275)
        move.action_post()
        self.assertIn(move.payment_state, ("paid", "in_payment"))
        self.assertEqual(paid.amount_residual, -725)
        # What is left of it settles the next one.
        again = self.works()
        again.choose_advances(paid.ids)
        again.action_post()
        self.assertEqual((again.amount_residual, paid.reconciled), (1025, True))
        late = self.works()
        with self.assertRaisesRegex(UserError, f"{paid.id}.*no open payment of Customer"):
            late.choose_advances(paid.ids)
        for value in ("1", [True], 3):
            with self.assertRaisesRegex(UserError, "no list of payments"):
                late.choose_advances(value)

    def test_advance_never_pays_the_retention(self):
        """1 750 less 5 % of them: 1 662.50 are settled, and the rest of the payment stays open."""
        term = self.make_term((95, 30), (5, None))
        for account in (self.company.retention_account_id, None):
            if not account:
                # Even where retentions stand on the same account.
                self.company.retention_account_id = self.company_data["default_account_receivable"]
            paid = self.advance(2000)
            move = self.works(invoice_payment_term_id=term.id)
            move.choose_advances(paid.ids)
            move.action_post()
            self.assertEqual(move.retention_residual, 87.5)
            self.assertEqual(move.amount_residual, 87.5)
            self.assertTrue(move.is_paid_except_retention)
            self.assertEqual(paid.amount_residual, -337.5)

    def test_advance_used_meanwhile(self):
        paid = self.advance(1000)
        move, other = self.works(), self.works()
        move.choose_advances(paid.ids)
        other.action_post()
        other.js_assign_outstanding_line(paid.id)
        move.action_post()
        self.assertEqual(move.amount_residual, 1750)
        self.assertIn(paid.move_id.name, "".join(move.message_ids.mapped("body")))

    def test_advance_in_the_dialog(self):
        paid = self.advance(1000)
        stranger = self.advance(500, self.env["res.partner"].create({"name": "Other"}))
        move = self.works()
        wizard = self.env["account.deposit.choice"].browse(move.action_choose_deposits()["res_id"])
        self.assertEqual(wizard.line_ids.advance_line_id, paid)
        self.assertNotIn(stranger, wizard.line_ids.advance_line_id)
        with Form(wizard) as form:
            for index in (0, 1):
                with form.line_ids.edit(index) as line:
                    line.is_chosen = True
                    if not index:
                        line.amount = 1475
            self.assertEqual((form.deducted, form.advances, form.amount_left), (1475, 275, 0))
        wizard.action_apply()
        self.assertEqual(move.advance_line_ids, paid)
        self.assertEqual(move.amount_total, 275)


@tagged("post_install", "-at_install")
class TestDepositByHandExactness(RandomJobs, DepositByHandCommon):
    def test_random(self):
        """Deposits of several orders, deducted in parts over several invoices: the parts sum to each
        deposit, tax by tax; each invoice is its works less its deductions."""
        for seed in range(3):
            with self.subTest(seed=seed), self.env.cr.savepoint():
                self.check_random(random.Random(seed))

    def check_random(self, rng):
        orders = []
        currency = rng.choice(self.currencies)
        while len(orders) < 3:
            order = self.random_order(rng)
            if order.amount_total > currency.rounding * 50:
                orders.append(order)
        currencies = self.env["res.currency"].union(*(order.currency_id for order in orders))
        deposits = [
            self.deposit(order, round(rng.uniform(5, 60), 2), post=True) for order in orders
        ]
        worth = {deposit: exact(deposit.amount_total) for deposit in deposits}
        parts = defaultdict(int)
        for _round in range(5):
            for currency in currencies:
                mine = [d for d in deposits if d.currency_id == currency]
                lines = []
                for _n in range(rng.randint(1, 4)):
                    taxes = self.random_taxes(rng)
                    # Odoo has no place for the exact amount of a line without tax.
                    digits = rng.choice((0, 2, 4)) if taxes else 0
                    lines.append((round(rng.uniform(1, 900), digits), taxes))
                move = self.bill(*lines, currency_id=currency.id)
                works = exact(currency.round(move.amount_total))
                choices, limit = [], works
                for deposit in rng.sample(mine, rng.randint(1, len(mine))):
                    left = worth[deposit] - parts[deposit]
                    most = min(left, limit)
                    if most <= 0:
                        continue
                    amount = exact(currency.round(float(most) * rng.choice((1, rng.random()))))
                    if amount > most or amount <= 0:
                        continue
                    choices.append({"deposit_id": deposit.id, "amount": float(amount)})
                    parts[deposit] += amount
                    limit -= amount
                total = move.deduct_deposits(choices)
                chosen = sum(exact(choice["amount"]) for choice in choices)
                self.assertEqual(exact(total), chosen)
                self.assertTrue(currency.is_zero(float(exact(move.amount_total) - works + chosen)))
                self.assertTrue(currency.is_zero(move.deposit_deduction - float(chosen)))
                if rng.random() < 0.3:
                    move.action_post()
        # What is left goes on one large invoice, or on the balance.
        for order, deposit in zip(orders, deposits, strict=True):
            [state] = order._get_deposits()
            self.assertEqual(state.remaining, worth[deposit] - parts[deposit])
            self.assertGreaterEqual(state.remaining, 0)
            if state.remaining and rng.random() < 0.5:
                large = self.bill((1000000, self.tax20), currency_id=order.currency_id.id)
                large.deduct_deposits([{"deposit_id": deposit.id}])
            balance = self.balance(order)
            drafts = order._get_billing_documents().filtered(lambda m: m.state == "draft")
            drafts.filtered(lambda m: m.amount_total >= 0).action_post()
            self.assertDepositsTie(order)
            self.assertTrue(balance)
            recap = order.get_billing_recap()
            self.assertEqual(recap["to_invoice_total"], 0)
            self.assertEqual(recap["invoiced_tax"], recap["contract_tax"])
