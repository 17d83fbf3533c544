"""A posted payment left a credit beside an open retention: it is offered, settled, and undone."""

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .test_whole_payment import WholePaymentCommon


class SettlementCommon(WholePaymentCommon):
    def pay_on_account(self, amount, date="2026-03-20", **values):
        """Post a payment of the customer, for nothing yet."""
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.customer.id,
                "amount": amount,
                "date": date,
                "journal_id": self.company_data["default_journal_bank"].id,
                **values,
            }
        )
        payment.action_post()
        return payment

    def credit(self, entry):
        """Return the line of a payment's or a bank's entry on the customer's account."""
        return entry.line_ids.filtered(
            lambda line: (
                line.account_type == "asset_receivable"
                and line.account_id != self.retention_account
            )
        )

    def shares(self, move):
        lines = move.line_ids.filtered(lambda line: line.display_type == "payment_term")
        return lines - move._get_retention_lines()

    def overpay(self, amount=600.0, move=None, **values):
        """Return an invoice of 600.00 and a payment that was made on the customer's account."""
        move = move or self.make_invoice()
        payment = self.pay_on_account(amount, **values)
        (self.credit(payment.move_id) + self.shares(move)).reconcile()
        return move, payment

    def settlement(self, move):
        """Return the entry that settles the retention."""
        return self.env["account.retention.settlement"].search([("move_id", "=", move.id)]).entry_id

    def assertOpenAgain(self, move, entry, amount=30):
        """The retention is open again, and the entry and what undid it are nothing together."""
        self.assertEqual(move.retention_residual, amount)
        self.assertFalse(self.settlement(move))
        if entry.exists() and entry.state == "posted":
            reversal = entry.reversal_move_ids
            self.assertEqual((len(reversal), reversal.state), (1, "posted"))
            lines = (entry | reversal).line_ids
            self.assertTrue(all(lines.mapped("reconciled")))
            for account in lines.account_id:
                of_it = lines.filtered(lambda line, account=account: line.account_id == account)
                self.assertEqual(sum(of_it.mapped("balance")), 0)


@tagged("post_install", "-at_install")
class TestRetentionSettlement(SettlementCommon):
    # === THE ENTRY ===#

    def test_a_payment_on_account(self):
        move, payment = self.overpay()
        self.assertEqual((move.amount_residual, self.open_amounts()), (30, (-30, 30)))
        self.assertEqual(move.retention_credit, 30)
        self.assertIn(payment.move_id.name, move.retention_credit_message)
        self.assertFalse(move.retention_credit_warning)
        self.assertFalse(self.settlement(move), "offered only")
        entry = self.move(move.settle_retention())
        self.assertEqual(self.settlement(move), entry)
        self.assertEqual((entry.state, entry.move_type), ("posted", "entry"))
        self.assertEqual(entry.journal_id.type, "general")
        self.assertEqual(entry.date, fields.Date.to_date("2026-03-20"))
        self.assertRecordValues(
            entry.line_ids.sorted("balance"),
            [
                {
                    "account_id": self.retention_account.id,
                    "partner_id": self.customer.id,
                    "balance": -30.0,
                    "reconciled": True,
                },
                {
                    "account_id": self.shares(move).account_id.id,
                    "partner_id": self.customer.id,
                    "balance": 30.0,
                    "reconciled": True,
                },
            ],
        )
        self.assertEqual((move.amount_residual, move.retention_residual), (0, 0))
        self.assertIn(move.payment_state, ("paid", "in_payment"))
        self.assertEqual((self.open_amounts(), self.state(move)), ((0, 0), "released"))
        self.assertTrue(payment.is_reconciled)
        move.invalidate_recordset()
        self.assertEqual((move.retention_credit, move.retention_credit_message), (0, False))
        with self.assertRaises(UserError):
            move.settle_retention()

    def make_bank_line(self, amount, date="2026-03-22"):
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "payment_ref": "Transfer",
                "amount": amount,
                "date": date,
                "partner_id": self.customer.id,
            }
        )

    def match(self, bank_line, lines):
        """Match a bank transaction with shares, as a reconciliation on screen does."""
        _liquidity, suspense, _other = bank_line._seek_for_lines()
        suspense.account_id = lines.account_id
        (suspense + lines).reconcile()
        return suspense

    def test_a_bank_transaction(self):
        move = self.make_invoice()
        line = self.make_bank_line(600)
        self.match(line, self.shares(move))
        self.assertEqual((move.amount_residual, move.retention_credit), (30, 30))
        move.action_settle_retention()
        entry = self.settlement(move)
        self.assertEqual(entry.date, fields.Date.to_date("2026-03-22"))
        self.assertEqual((move.payment_state, self.open_amounts()), ("paid", (0, 0)))
        line.action_undo_reconciliation()
        self.assertOpenAgain(move, entry)
        self.assertEqual((move.amount_residual, move.payment_state), (600, "not_paid"))

    def test_a_part(self):
        move, _payment = self.overpay(580)
        self.assertEqual(move.retention_credit, 10)
        move.action_settle_retention()
        self.assertEqual((move.retention_residual, self.open_amounts()), (20, (0, 20)))
        self.assertEqual(self.state(move), "held")

    def test_an_amount(self):
        move, payment = self.overpay(700)
        self.assertEqual(move.retention_credit, 30)
        for amount in (0, -1, 30.01, "much", float("nan"), [1]):
            with self.assertRaises(UserError, msg=amount):
                move.settle_retention(amount=amount)
        with self.assertRaises(UserError):
            move.settle_retention(line_id=self.shares(move).id)
        with self.assertRaises(UserError):
            move.settle_retention(line_id=[1])
        first = move.settle_retention(self.credit(payment.move_id).id, 12.5)
        self.assertIsInstance(first, int)
        self.assertEqual((move.retention_residual, self.open_amounts()), (17.5, (-117.5, 17.5)))
        move.settle_retention()
        self.assertEqual(self.open_amounts(), (-100, 0))
        payment.action_cancel()
        self.assertEqual((move.retention_residual, self.open_amounts()), (30, (570, 30)))

    def test_several_payments_those_of_the_invoice_first(self):
        older = self.pay_on_account(15, date="2026-02-01")
        move, payment = self.overpay(590)
        self.assertEqual(move.retention_credit, 30)
        move.action_settle_retention()
        entries = self.settlement(move).sorted("date")
        self.assertEqual(
            [(str(entry.date), entry.amount_total) for entry in entries],
            [("2026-02-01", 10.0), ("2026-03-20", 20.0)],
        )
        self.assertEqual(self.open_amounts(), (-5, 0))
        payment.action_cancel()
        self.assertEqual(move.retention_residual, 20, "the other one stands")
        older.action_cancel()
        self.assertEqual((move.retention_residual, self.open_amounts()), (30, (570, 30)))

    def test_a_locked_day(self):
        move, _payment = self.overpay()
        self.company.fiscalyear_lock_date = "2026-03-31"
        entry = self.move(move.settle_retention())
        self.assertEqual(entry.date, fields.Date.to_date("2026-04-01"))
        self.assertEqual(self.open_amounts(), (0, 0))

    def test_a_foreign_currency(self):
        currency = self.make_currency()
        move = self.make_foreign_invoice(currency)
        currency.rate_ids = [Command.create({"name": "2026-03-15", "rate": 2.0})]
        _move, _payment = self.overpay(move=move, currency_id=currency.id)
        self.assertEqual(move.retention_credit, 30)
        entry = self.move(move.settle_retention())
        # 30 at 2, the rate of the payment
        self.assertEqual(sorted(entry.line_ids.mapped("balance")), [-15, 15])
        self.assertEqual(sorted(entry.line_ids.mapped("amount_currency")), [-30, 30])
        self.assertEqual((move.amount_residual, self.open_amounts()), (0, (0, 0)))

    def test_a_payment_in_another_currency(self):
        currency = self.make_currency()
        move = self.make_foreign_invoice(currency)
        self.overpay(200, move=move)
        self.assertEqual(move.retention_credit, 30)
        entry = self.move(move.settle_retention())
        self.assertEqual(sorted(entry.line_ids.mapped("balance")), [-10, 10])
        self.assertEqual(sorted(entry.line_ids.mapped("amount_currency")), [-30, 10])
        self.assertEqual((move.amount_residual, self.open_amounts()), (0, (0, 0)))

    # === WHEN IT IS OFFERED ===#

    def test_not_while_something_else_is_unpaid(self):
        move = self.make_invoice()
        self.pay_on_account(600)
        self.assertFalse(move.retention_credit_message)
        with self.assertRaisesRegex(UserError, "Something else"):
            move.settle_retention()

    def test_not_with_what_is_no_payment(self):
        move = self.make_invoice()
        self.pay(move)
        credit_note = self.init_invoice(
            "out_refund", self.customer, invoice_date="2026-03-20", amounts=[50.0], post=True
        )
        self.assertTrue(credit_note.amount_residual)
        self.assertFalse(move.retention_credit)
        other = self.env["res.partner"].create({"name": "Other"})
        self.pay_on_account(50, partner_id=other.id)
        move.invalidate_recordset()
        self.assertFalse(move.retention_credit)
        with self.assertRaises(UserError):
            move.settle_retention()
        draft = self.situation(
            self.make_order(self.line("Works", 1, 500.0), payment_term_id=self.term.id), 100
        )
        with self.assertRaisesRegex(UserError, "not a posted invoice"):
            draft.settle_retention()
        with self.assertRaisesRegex(UserError, "not a posted invoice"):
            credit_note.settle_retention()

    def test_a_warning_while_another_invoice_is_due(self):
        other = self.make_invoice(date="2020-01-01")
        move, _payment = self.overpay()
        self.assertIn(other.name, move.retention_credit_warning)
        self.pay(other)
        move.invalidate_recordset()
        self.assertTrue(move.retention_credit_message)
        self.assertFalse(move.retention_credit_warning)

    def test_who_may(self):
        move, _payment = self.overpay()
        names = {
            "settle-seller": "sales_team.group_sale_manager",
            "settle-reader": "account.group_account_readonly",
        }
        for login, group in names.items():
            user = new_test_user(
                self.env,
                login=login,
                groups=group,
                company_id=self.company.id,
                company_ids=[Command.set(self.company.ids)],
            )
            own = move.with_user(user)
            self.assertFalse(own.retention_credit)
            with self.assertRaises(AccessError):
                own.settle_retention()
            with self.assertRaises(AccessError):
                own.with_context(
                    hold_payment_notices=True, skip_account_move_synchronization=True
                ).action_settle_retention()
        user = new_test_user(
            self.env,
            login="settle-invoicing",
            groups="account.group_account_invoice",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        own = move.with_user(user)
        self.assertEqual(own.retention_credit, 30)
        own.settle_retention()
        settlement = self.env["account.retention.settlement"].search([("move_id", "=", move.id)])
        with self.assertRaises(AccessError):
            settlement.with_user(user).unlink()
        with self.assertRaises(AccessError):
            settlement.with_user(user).write({"entry_id": move.id})
        payment = settlement.credit_line_id.move_id.origin_payment_id
        payment.with_user(user).action_draft()
        self.assertOpenAgain(move, self.env["account.move"])

    def test_the_banner(self):
        move, _payment = self.overpay()
        with Form(move) as form:
            self.assertIn("30.00", form.retention_credit_message)

    # === UNDOING ===#

    def settled(self):
        move, payment = self.overpay()
        return move, payment, self.move(move.settle_retention())

    def test_the_payment_is_cancelled(self):
        move, payment, entry = self.settled()
        payment.action_cancel()
        self.assertOpenAgain(move, entry)
        self.assertEqual((self.open_amounts(), self.state(move)), ((570, 30), "held"))

    def test_the_payment_is_reset_and_posted_again(self):
        move, payment, entry = self.settled()
        payment.action_draft()
        self.assertOpenAgain(move, entry)
        payment.action_post()
        self.assertEqual(self.open_amounts(), (-30, 30))
        move.settle_retention()
        self.assertEqual(self.open_amounts(), (0, 0))

    def test_the_payment_is_deleted(self):
        move, payment, entry = self.settled()
        payment.action_draft()
        payment.unlink()
        self.assertOpenAgain(move, entry)
        self.assertEqual(self.open_amounts(), (570, 30))

    def test_the_payment_is_taken_off_the_invoice(self):
        move, payment, entry = self.settled()
        partial = self.shares(move).matched_credit_ids
        move.js_remove_outstanding_partial(partial.id)
        self.assertOpenAgain(move, entry)
        self.assertEqual(self.credit(payment.move_id).amount_residual, -600)
        self.assertEqual(self.open_amounts(), (-30, 30))

    def test_the_payment_is_unreconciled(self):
        move, payment, entry = self.settled()
        payment.move_id.line_ids.remove_move_reconcile()
        self.assertOpenAgain(move, entry)
        self.assertEqual(self.credit(payment.move_id).amount_residual, -600)

    def test_the_retention_is_unreconciled(self):
        move, payment, entry = self.settled()
        move._get_retention_lines().remove_move_reconcile()
        self.assertOpenAgain(move, entry)
        self.assertEqual(self.credit(payment.move_id).amount_residual, -30)

    def test_the_entry_is_reset(self):
        move, payment, entry = self.settled()
        entry.button_draft()
        self.assertOpenAgain(move, entry)
        self.assertEqual((entry.state, self.open_amounts()), ("draft", (-30, 30)))
        entry.unlink()
        move.settle_retention()
        self.assertEqual(self.open_amounts(), (0, 0))

    def test_the_entry_is_cancelled(self):
        move, payment, entry = self.settled()
        entry.button_cancel()
        self.assertOpenAgain(move, entry)
        self.assertEqual((entry.state, self.open_amounts()), ("cancel", (-30, 30)))

    def test_the_entry_is_reversed(self):
        move, payment, entry = self.settled()
        entry._reverse_moves([{"date": "2026-03-25"}], cancel=True)
        self.assertOpenAgain(move, entry)
        self.assertEqual(self.open_amounts(), (-30, 30))

    def test_the_invoice_is_cancelled(self):
        move, payment, entry = self.settled()
        move.button_draft()
        move.button_cancel()
        self.assertFalse(self.settlement(move))
        self.assertEqual(self.open_amounts(), (-600, 0))

    def test_undone_in_a_locked_period(self):
        move, payment, entry = self.settled()
        self.company.fiscalyear_lock_date = "2026-03-31"
        move._get_retention_lines().remove_move_reconcile()
        self.assertOpenAgain(move, entry)
        self.assertEqual(entry.reversal_move_ids.date, fields.Date.to_date("2026-04-01"))

    # === WHAT IS TOLD ===#

    def test_it_is_no_second_payment(self):
        seller = new_test_user(
            self.env,
            login="settle-notice",
            groups="sales_team.group_sale_salesman",
            notification_type="inbox",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        move, _payment = self.overpay(move=self.make_invoice(user_id=seller.id))
        domain = [
            ("message_type", "=", "user_notification"),
            ("notified_partner_ids", "in", seller.partner_id.ids),
        ]
        told = self.env["mail.message"].search(domain)
        self.assertEqual(len(told), 1)
        move.settle_retention()
        self.assertEqual(self.env["mail.message"].search(domain), told)


@tagged("post_install", "-at_install")
class TestSettlementVat(SettlementCommon):
    """VAT on payments: collected once, as the money comes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.tax_exigibility = True
        cls.waiting = cls.company_data["default_account_tax_sale"].copy(
            {"name": "VAT waiting", "reconcile": True}
        )
        cls.tax20 = cls.make_tax(
            20,
            tax_exigibility="on_payment",
            cash_basis_transition_account_id=cls.waiting.id,
        )

    def vat(self):
        """Return what was collected of the VAT, and what waits."""
        lines = self.env["account.move.line"].search(
            [("company_id", "=", self.company.id), ("parent_state", "=", "posted")]
        )
        waiting = lines.filtered(lambda line: line.account_id == self.waiting)
        collected = lines.filtered(
            lambda line: line.tax_line_id == self.tax20 and line.account_id != self.waiting
        )
        return (
            round(-sum(collected.mapped("balance")), 2),
            round(-sum(waiting.mapped("balance")), 2),
        )

    def test_by_one_payment(self):
        move = self.make_invoice()
        self.assertEqual(self.vat(), (0, 100))
        payment = self.pay_amount(move, 600)
        self.assertEqual(self.vat(), (100, 0))
        payment.action_cancel()
        self.assertEqual(self.vat(), (0, 100))
        self.pay_amount(move, 580)
        # 580 of 600
        self.assertEqual(self.vat(), (96.67, 3.33))

    def test_by_a_settlement(self):
        move, payment = self.overpay()
        self.assertEqual(self.vat(), (95, 5))
        entry = self.move(move.settle_retention())
        self.assertEqual(self.vat(), (100, 0))
        collecting = self.env["account.move"].search(
            [("tax_cash_basis_origin_move_id", "=", move.id)]
        )
        self.assertEqual({str(caba.date) for caba in collecting}, {"2026-03-20"})
        self.assertEqual(len(collecting), 2)
        move._get_retention_lines().remove_move_reconcile()
        self.assertOpenAgain(move, entry)
        self.assertEqual(self.vat(), (95, 5))
        move.settle_retention()
        self.assertEqual(self.vat(), (100, 0))
        payment.action_draft()
        self.assertEqual(self.vat(), (95, 5), "as Odoo: a draft keeps what it paid")
        payment.action_cancel()
        self.assertEqual(self.vat(), (0, 100))


@tagged("post_install", "-at_install")
class TestFreedPayment(SettlementCommon):
    def test_the_document_is_cancelled(self):
        """600.00 paid at once, the retention of 30.00 with it; the credit of the customer is 600.00 on one
        account once the document is cancelled, and nothing is left on the retention's."""
        order = self.make_order(
            self.line("Works", 1, 500), payment_term_id=self.make_term((95, 30), (5, None)).id
        )
        move = self.situation(order, 100, invoice_date="2026-03-01", post=True)
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        payment = wizard.create({"amount": 600.0, "payment_date": "2026-03-20"})._create_payments()
        self.assertEqual((move.amount_residual, move.retention_residual), (0, 0))
        order.cancel_document(move.id, "Mistake", "2026-03-25")
        self.assertEqual(self.open_amounts(), (-600, 0))
        entry = self.settlement(move)
        self.assertEqual((entry.state, entry.date), ("posted", fields.Date.context_today(entry)))
        payment.action_draft()
        payment.action_cancel()
        self.assertEqual(self.open_amounts(), (0, 0))
