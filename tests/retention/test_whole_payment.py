"""A customer pays the retention with the rest: one payment, whose entry bears both shares."""

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import html2plaintext

from ..portal_common import PortalCommon


class WholePaymentCommon(PortalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.expense = cls.company_data["default_account_expense"]
        cls.discount = {
            "early_discount": True,
            "discount_percentage": 2,
            "discount_days": 10,
            "early_pay_discount_computation": "included",
        }
        for name in ("loss", "gain"):
            cls.company[f"account_journal_early_pay_discount_{name}_account_id"] = cls.expense

    @classmethod
    def make_invoice(cls, amount=500.0, date="2026-03-12", **values):
        """Return a situation of 600.00, tax included, with 30.00 retained."""
        values = {"payment_term_id": cls.term.id, **values}
        order = cls.make_order(cls.line("Works", 1, amount), **values)
        return cls.situation(order, 100, invoice_date=date, post=True)

    def make_currency(self, rate=3.0):
        return self.env["res.currency"].create(
            {
                "name": "TRI",
                "symbol": "3",
                "rate_ids": [Command.create({"name": "2020-01-01", "rate": rate})],
            }
        )

    def make_foreign_invoice(self, currency, **values):
        pricelist = self.env["product.pricelist"].create(
            {"name": "TRI", "currency_id": currency.id}
        )
        return self.make_invoice(pricelist_id=pricelist.id, **values)

    def dialog(self, moves, **values):
        """Return the dialog as the button "Pay" opens it."""
        action = moves.action_register_payment()
        wizard = self.env[action["res_model"]].with_context(**action["context"])
        return wizard.create({"payment_date": "2026-03-20", **values})

    def pay_amount(self, moves, amount, **values):
        wizard = self.dialog(moves, amount=amount, **values)
        return wizard._create_payments()

    def receivables(self, entry):
        """Return ``[(account's is a retention's, amount, is reconciled)]`` of an entry, sorted."""
        lines = entry.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        return sorted(
            (line.account_id == self.retention_account, line.amount_currency, line.reconciled)
            for line in lines
        )

    def state(self, move):
        """Return the state of the only retention of a document."""
        return self.env["account.retention"].search([("move_id", "=", move.id)]).state

    def open_amounts(self):
        """Return what is open of the customer's accounts: 411, 4117, in the company's currency."""
        lines = self.env["account.move.line"].search(
            [
                ("partner_id", "=", self.customer.id),
                ("company_id", "=", self.company.id),
                ("parent_state", "=", "posted"),
                ("account_type", "=", "asset_receivable"),
            ]
        )
        retained = lines.filtered(lambda line: line.account_id == self.retention_account)
        return (
            round(sum((lines - retained).mapped("amount_residual")), 2),
            round(sum(retained.mapped("amount_residual")), 2),
        )


@tagged("post_install", "-at_install")
class TestWholePayment(WholePaymentCommon):
    # === THE DIALOG ===#

    def test_the_whole(self):
        move = self.make_invoice()
        self.assertEqual((move.amount_total, move.retention_amount), (600, 30))
        wizard = self.dialog(move)
        self.assertEqual((wizard.amount, wizard.retention_paid), (570, 0))
        wizard.amount = 600
        self.assertEqual((wizard.retention_paid, wizard.payment_difference), (30, 0))
        self.assertFalse(wizard.show_payment_difference)
        payment = wizard._create_payments()
        self.assertEqual(len(payment), 1)
        self.assertEqual(
            self.receivables(payment.move_id), [(False, -570, True), (True, -30, True)]
        )
        self.assertEqual((payment.amount, payment.amount_signed), (600, 600))
        self.assertEqual(payment.amount_company_currency_signed, 600)
        self.assertIn(payment.state, ("in_process", "paid"))
        self.assertTrue(payment.is_reconciled)
        self.assertEqual(payment.reconciled_invoice_ids, move)
        self.assertEqual((move.amount_residual, move.retention_residual), (0, 0))
        self.assertIn(move.payment_state, ("paid", "in_payment"))
        self.assertFalse(move.is_paid_except_retention)
        self.assertEqual(self.open_amounts(), (0, 0))
        self.assertEqual(self.state(move), "released")
        figures = self.env["account.retention"]._get_by_move(move)[move.id]
        self.assertEqual(
            (figures["paid"], figures["released"], figures["due"], figures["held"]), (30, 30, 0, 0)
        )
        recap = move.billing_order_id.get_billing_recap()
        self.assertEqual((recap["retention_held"], recap["retention_released"]), (0, 30))

    def test_on_screen(self):
        move = self.make_invoice()
        action = move.action_register_payment()
        form = Form(self.env[action["res_model"]].with_context(**action["context"]))
        self.assertEqual(form.amount, 570)
        form.amount = 580
        self.assertEqual((form.retention_paid, form.payment_difference), (10, 0))
        form.amount = 610
        self.assertEqual((form.retention_paid, form.payment_difference), (30, -10))
        form.amount = 500
        self.assertEqual((form.retention_paid, form.payment_difference), (0, 70))
        form.amount = 600
        form.payment_date = "2026-03-21"
        self.assertEqual((form.amount, form.retention_paid), (600, 30))
        form.save()._create_payments()
        self.assertEqual(self.open_amounts(), (0, 0))

    def test_a_part_of_the_retention(self):
        move = self.make_invoice()
        payment = self.pay_amount(move, 580)
        self.assertEqual(
            self.receivables(payment.move_id), [(False, -570, True), (True, -10, True)]
        )
        self.assertEqual((move.amount_residual, move.retention_residual), (20, 20))
        self.assertTrue(move.is_paid_except_retention)
        self.assertEqual(self.state(move), "held")
        self.pay_amount(move, 20)
        self.assertEqual(self.open_amounts(), (0, 0))

    def test_after_a_part(self):
        move = self.make_invoice()
        self.pay_amount(move, 400)
        payment = self.pay_amount(move, 195)
        self.assertEqual(
            self.receivables(payment.move_id), [(False, -170, True), (True, -25, True)]
        )
        self.assertEqual(move.retention_residual, 5)

    def test_too_much_is_kept_open(self):
        move = self.make_invoice()
        wizard = self.dialog(move, amount=615)
        self.assertEqual((wizard.retention_paid, wizard.payment_difference), (30, -15))
        payment = wizard._create_payments()
        self.assertEqual(
            self.receivables(payment.move_id), [(False, -585, False), (True, -30, True)]
        )
        self.assertEqual(self.open_amounts(), (-15, 0))

    def test_too_much_is_written_off(self):
        move = self.make_invoice()
        payment = self.pay_amount(
            move,
            615,
            payment_difference_handling="reconcile",
            writeoff_account_id=self.expense.id,
        )
        self.assertEqual(
            self.receivables(payment.move_id), [(False, -570, True), (True, -30, True)]
        )
        lines = payment.move_id.line_ids
        written_off = lines.filtered(lambda line: line.account_id == self.expense)
        self.assertEqual(written_off.balance, -15)
        self.assertEqual(payment.amount, 615)

    def test_the_whole_leaves_nothing_to_write_off(self):
        move = self.make_invoice()
        payment = self.pay_amount(
            move,
            600,
            payment_difference_handling="reconcile",
            writeoff_account_id=self.expense.id,
        )
        self.assertFalse(
            payment.move_id.line_ids.filtered(lambda line: line.account_id == self.expense)
        )
        self.assertEqual(self.open_amounts(), (0, 0))

    def test_a_release_in_part_is_no_limit(self):
        move = self.make_invoice()
        self.pay(move)
        move.billing_order_id.release_retention(10)
        wizard = self.dialog(move)
        self.assertEqual(wizard.amount, 10)
        wizard.amount = 25
        self.assertEqual(wizard.payment_difference, 0)
        wizard.amount = 34
        self.assertEqual(wizard.payment_difference, -4)
        wizard.amount = 30
        wizard._create_payments()
        self.assertEqual(self.open_amounts(), (0, 0))

    def test_several_invoices_oldest_first(self):
        first = self.make_invoice(date="2026-03-12")
        second = self.make_invoice(1000.0, date="2026-04-12")
        first.billing_order_id.works_acceptance_date = "2026-06-30"
        second.billing_order_id.works_acceptance_date = "2026-05-31"
        moves = first | second
        # 570 + 1 140; the second one's 60 are due on 31 May 2027, the first one's 30 a month later
        wizard = self.dialog(moves, group_payment=True, amount=1780)
        self.assertEqual((wizard.retention_paid, wizard.payment_difference), (70, 0))
        payment = wizard._create_payments()
        self.assertEqual(
            self.receivables(payment.move_id),
            [(False, -1710, True), (True, -60, True), (True, -10, True)],
        )
        self.assertEqual(moves.mapped("retention_residual"), [20, 0])
        self.assertEqual(payment.reconciled_invoice_ids, moves)
        self.assertTrue(payment.is_reconciled)

    def test_what_is_due_comes_first(self):
        first, second = self.make_invoice(), self.make_invoice()
        first.billing_order_id.works_acceptance_date = "2026-06-30"
        second.billing_order_id.release_retention(20)
        self.pay_amount(first | second, 1160, group_payment=True)
        self.assertEqual((first.retention_residual, second.retention_residual), (30, 10))

    def test_a_payment_for_each_invoice(self):
        moves = self.make_invoice() | self.make_invoice()
        payments = self.dialog(moves)._create_payments()
        self.assertEqual(payments.mapped("amount"), [570, 570])
        self.assertEqual(moves.mapped("retention_residual"), [30, 30])

    def test_with_an_invoice_of_which_the_retention_is_left(self):
        first, second = self.make_invoice(), self.make_invoice()
        self.pay(first)
        payment = self.pay_amount(first | second, 630, group_payment=True)
        self.assertEqual(
            self.receivables(payment.move_id),
            [(False, -570, True), (True, -30, True), (True, -30, True)],
        )
        self.assertEqual(self.open_amounts(), (0, 0))

    def test_no_retention_of_another_customer(self):
        move = self.make_invoice()
        other = self.make_invoice(partner_id=self.env["res.partner"].create({"name": "Other"}).id)
        wizard = self.dialog(
            move, retention_line_ids=[Command.set(other._get_retention_lines().ids)], amount=650
        )
        self.assertEqual((wizard.retention_paid, wizard.payment_difference), (30, -50))

    def test_several_shares(self):
        term = self.make_term((50, 0), (45, 30), (5, None))
        move = self.make_invoice(payment_term_id=term.id)
        wizard = self.dialog(move, payment_date="2026-03-12")
        self.assertEqual((wizard.amount, wizard.retention_paid), (300, 0))
        wizard.amount = 590
        self.assertEqual((wizard.retention_paid, wizard.payment_difference), (20, 0))
        payment = wizard._create_payments()
        self.assertEqual(
            self.receivables(payment.move_id), [(False, -570, True), (True, -20, True)]
        )

    def test_a_share_that_is_not_chosen_comes_before(self):
        term = self.make_term((50, 0), (45, 30), (5, None))
        move = self.make_invoice(payment_term_id=term.id)
        share = move.line_ids.sorted("date_maturity").filtered(
            lambda line: line.display_type == "payment_term"
        )[0]
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move.line", active_ids=share.ids)
            .create({"payment_date": "2026-03-12", "amount": 400})
        )
        self.assertEqual((wizard.retention_paid, wizard.payment_difference), (0, -100))
        wizard.amount = 580
        self.assertEqual((wizard.retention_paid, wizard.payment_difference), (10, -270))

    def test_a_credit_note_is_paid_back_whole(self):
        move = self.make_invoice()
        self.pay_amount(move, 600)
        credit_note = move._reverse_moves([{"invoice_date": "2026-03-20"}])
        credit_note.action_post()
        self.assertEqual(credit_note.retention_residual, 30)
        payment = self.pay_amount(credit_note, 600)
        self.assertEqual(payment.payment_type, "outbound")
        self.assertEqual(self.receivables(payment.move_id), [(False, 570, True), (True, 30, True)])
        self.assertEqual(self.open_amounts(), (0, 0))

    # === EARLY-PAYMENT DISCOUNT, CURRENCIES ===#

    def bill_with_discount(self):
        term = self.make_term((95, 30), (5, None), **self.discount)
        return self.make_invoice(1000.0, payment_term_id=term.id)

    def test_with_the_discount(self):
        # 1 200 of which 60 are retained; 2 % are 24: 1 116 and 60
        move = self.bill_with_discount()
        self.assertEqual(self.dialog(move).amount, 1116)
        wizard = self.dialog(move, amount=1176)
        self.assertTrue(wizard.early_payment_discount_mode)
        self.assertEqual((wizard.retention_paid, wizard.payment_difference), (60, 24))
        payment = wizard._create_payments()
        self.assertEqual(payment.amount, 1176)
        self.assertEqual(
            self.receivables(payment.move_id), [(False, -1140, True), (True, -60, True)]
        )
        self.assertEqual((move.amount_residual, self.open_amounts()), (0, (0, 0)))

    def test_without_the_discount(self):
        move = self.bill_with_discount()
        wizard = self.dialog(move, amount=1200)
        self.assertFalse(wizard.early_payment_discount_mode)
        self.assertEqual((wizard.retention_paid, wizard.payment_difference), (60, 0))
        payment = wizard._create_payments()
        self.assertEqual(
            self.receivables(payment.move_id), [(False, -1140, True), (True, -60, True)]
        )
        late = self.bill_with_discount()
        wizard = self.dialog(late, payment_date="2026-04-30", amount=1200)
        self.assertEqual((wizard.retention_paid, wizard.payment_difference), (60, 0))

    def test_the_discount_and_what_is_due_of_the_retention(self):
        move = self.bill_with_discount()
        move.billing_order_id.release_retention(25)
        wizard = self.dialog(move, amount=1141)
        self.assertTrue(wizard.early_payment_discount_mode)
        self.assertEqual((wizard.retention_paid, wizard.payment_difference), (25, 24))
        wizard._create_payments()
        self.assertEqual((move.amount_residual, move.retention_residual), (35, 35))
        # What is neither is paid without the discount.
        move = self.bill_with_discount()
        wizard = self.dialog(move, amount=1160)
        self.assertFalse(wizard.early_payment_discount_mode)
        self.assertEqual((wizard.retention_paid, wizard.payment_difference), (20, 0))

    def test_a_foreign_currency(self):
        currency = self.make_currency()
        move = self.make_foreign_invoice(currency)
        self.assertEqual(move.currency_id, currency)
        payment = self.pay_amount(move, 590)
        self.assertEqual(payment.currency_id, currency)
        self.assertEqual(
            self.receivables(payment.move_id), [(False, -570, True), (True, -20, True)]
        )
        lines = payment.move_id.line_ids.filtered(
            lambda line: line.account_id == self.retention_account
        )
        self.assertEqual(lines.balance, -6.67)
        self.assertEqual(move.retention_residual, 10)

    def test_a_foreign_invoice_is_paid_in_the_companys_currency(self):
        currency = self.make_currency()
        move = self.make_foreign_invoice(currency)
        # 600 at 3 are 200, 570 are 190
        wizard = self.dialog(move, currency_id=self.company.currency_id.id)
        self.assertEqual(wizard.amount, 190)
        wizard.amount = 200
        self.assertEqual((wizard.retention_paid, wizard.payment_difference), (10, 0))
        payment = wizard._create_payments()
        self.assertEqual(
            self.receivables(payment.move_id), [(False, -190, True), (True, -10, True)]
        )
        self.assertEqual((move.amount_residual, move.retention_residual), (0, 0))

    def test_a_rate_that_moved(self):
        currency = self.make_currency()
        move = self.make_foreign_invoice(currency)
        currency.rate_ids = [Command.create({"name": "2026-03-15", "rate": 2.0})]
        payment = self.pay_amount(move, 600)
        self.assertEqual(
            self.receivables(payment.move_id), [(False, -570, True), (True, -30, True)]
        )
        self.assertEqual(sum(payment.move_id.line_ids.mapped("balance")), 0)
        self.assertEqual(payment.amount_company_currency_signed, 300)
        self.assertEqual((move.amount_residual, self.open_amounts()), (0, (0, 0)))

    # === UNDOING ===#

    def test_cancelled(self):
        move = self.make_invoice()
        payment = self.pay_amount(move, 600)
        payment.action_cancel()
        self.assertEqual((move.amount_residual, move.retention_residual), (600, 30))
        self.assertEqual((self.open_amounts(), self.state(move)), ((570, 30), "held"))
        self.pay_amount(move, 600)
        self.assertEqual(self.open_amounts(), (0, 0))

    def test_unreconciled(self):
        move = self.make_invoice()
        payment = self.pay_amount(move, 600)
        payment.move_id.line_ids.remove_move_reconcile()
        self.assertEqual((move.amount_residual, move.retention_residual), (600, 30))
        self.assertFalse(payment.is_reconciled)

    def test_reset_and_changed(self):
        move = self.make_invoice()
        payment = self.pay_amount(move, 600)
        payment.action_draft()
        payment.amount = 590
        self.assertEqual((move.amount_residual, move.retention_residual), (600, 30))
        payment.action_post()
        self.assertEqual(
            self.receivables(payment.move_id), [(False, -560, False), (True, -30, False)]
        )
        self.assertEqual(payment.amount, 590)

    def test_reset_with_a_discount(self):
        move = self.bill_with_discount()
        payment = self.pay_amount(move, 1176)
        payment.action_draft()
        payment.memo = "Another one"
        payment.date = "2026-03-21"
        self.assertEqual(
            [row[:2] for row in self.receivables(payment.move_id)], [(False, -1140), (True, -60)]
        )

    def test_matched_with_the_bank(self):
        move = self.make_invoice()
        payment = self.pay_amount(move, 600)
        journal = self.company_data["default_journal_bank"]
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": journal.id,
                "payment_ref": "Transfer",
                "amount": 600,
                "date": "2026-03-22",
                "partner_id": self.customer.id,
            }
        )
        liquidity, _counterpart, _write_off = payment._seek_for_lines()
        _liquidity, suspense, _other = line._seek_for_lines()
        suspense.account_id = liquidity.account_id
        (suspense + liquidity).reconcile()
        self.assertTrue(payment.is_matched)
        self.assertEqual((payment.state, move.payment_state), ("paid", "paid"))
        self.assertEqual(payment.reconciled_statement_line_ids, line)

    # === ONLINE ===#

    def test_online(self):
        move = self.make_invoice()
        self.log_in()
        transaction = self.pay_online(move.get_portal_url(), amount=600.0)
        self.assertEqual(transaction.amount, 600)
        payment = transaction.payment_id
        self.assertEqual(
            self.receivables(payment.move_id), [(False, -570, True), (True, -30, True)]
        )
        self.assertEqual((move.amount_residual, self.state(move)), (0, "released"))
        self.assertTrue(payment.is_reconciled)

    def test_online_a_part_and_too_much(self):
        for amount, retained, credit in ((580.0, -10, 0), (615.0, -30, -15)):
            move = self.make_invoice()
            transaction = self._create_transaction(
                "direct",
                reference=f"{move.name} {amount}",
                amount=amount,
                currency_id=move.currency_id.id,
                partner_id=self.customer.id,
                invoice_ids=[Command.set(move.ids)],
            )
            transaction._set_done()
            transaction._post_process()
            entry = transaction.payment_id.move_id
            self.assertEqual(
                self.receivables(entry),
                [(False, -570 + credit, not credit), (True, retained, True)],
            )
            self.assertEqual(move.retention_residual, 30 + retained)
            self.assertEqual(transaction.payment_id.amount, amount)
            transaction.payment_id.action_cancel()
            self.assertEqual((move.amount_residual, move.retention_residual), (600, 30))

    # === WHAT IS TOLD ===#

    @freeze_time("2026-03-20")
    def test_it_is_told_once(self):
        seller = self.env["res.users"].create(
            {
                "name": "Seller",
                "login": "whole-seller",
                "notification_type": "inbox",
                "company_id": self.company.id,
                "company_ids": [Command.set(self.company.ids)],
                "group_ids": [Command.link(self.env.ref("sales_team.group_sale_salesman").id)],
            }
        )
        move = self.make_invoice(user_id=seller.id)
        self.pay_amount(move, 600)
        told = self.env["mail.message"].search(
            [
                ("message_type", "=", "user_notification"),
                ("notified_partner_ids", "in", seller.partner_id.ids),
            ]
        )
        self.assertEqual(len(told), 1)
        text = html2plaintext(told.body).replace("\xa0", " ")
        self.assertIn("has paid 600.00 € of", text)
        self.assertIn("Nothing is left to pay now.", text)
        self.assertNotIn("Retained", text)
