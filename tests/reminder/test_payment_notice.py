"""Payments are told to the salesperson: who, how much, what is left, what is retained; once, and no more."""

from datetime import date

from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import html2plaintext

from ..portal_common import PortalCommon


@tagged("post_install", "-at_install")
class TestPaymentNotice(PortalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.name = "Customer"
        cls.seller = new_test_user(
            cls.env,
            login="notice-seller",
            groups="sales_team.group_sale_salesman",
            notification_type="inbox",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.retained = cls.make_term((95, 30), (5, None))

    @classmethod
    def make_invoice(cls, amount=10000.0, post=True, **values):
        """Return a situation of 12 000 with 600 retained."""
        order = cls.make_order(
            cls.line("Works", 1, amount),
            **{"payment_term_id": cls.retained.id, "user_id": cls.seller.id, **values},
        )
        return cls.situation(order, 100, invoice_date="2026-01-10", post=post)

    def notices(self, user=None):
        return self.env["mail.message"].search(
            [
                ("message_type", "=", "user_notification"),
                ("notified_partner_ids", "in", (user or self.seller).partner_id.ids),
            ]
        )

    def text(self, message):
        return " ".join(html2plaintext(message.body).replace("\xa0", " ").split())

    def assertTold(self, messages, move, *parts):
        self.assertEqual(len(messages), 1, messages.mapped("body"))
        self.assertEqual((messages.model, messages.res_id), ("account.move", move.id))
        text = self.text(messages)
        for part in parts:
            self.assertIn(part, text)

    def register(self, moves, amount=None, **values):
        """Register a payment of the amount, or of what is proposed; return what was told of it."""
        before = self.notices()
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=moves.ids
        )
        values = {"payment_date": "2026-02-01", **values}
        if amount:
            values["amount"] = amount
        wizard.create(values)._create_payments()
        return self.notices() - before

    # === WHAT IS TOLD ===#

    def test_in_part_then_the_rest_then_the_retention(self):
        move = self.make_invoice()
        told = self.register(move, 5000)
        self.assertTold(
            told,
            move,
            f"Customer has paid 5,000.00 € of {move.name} on 02/01/2026.",
            "Left to pay now: 6,400.00 €.",
            "Retained as a guarantee, not due: 600.00 €.",
        )
        self.assertEqual(told.subject, f"Payment received: {move.name} – Customer")
        self.assertEqual(told.notification_ids.notification_type, "inbox")
        # Odoo calls this one paid in part still: the retention is held
        told = self.register(move)
        self.assertEqual(move.payment_state, "partial")
        self.assertTold(told, move, "paid 6,400.00 €", "Nothing is left to pay now.", "600.00 €")
        move.billing_order_id.release_retention(250)
        told = self.register(move)
        self.assertTold(
            told, move, "paid 250.00 €", "Nothing is left to pay now.", "not due: 350.00 €"
        )

    def test_undone_and_done_again(self):
        move = self.make_invoice()
        self.register(move, 5000)
        before = self.notices()
        lines = move.line_ids.filtered(lambda line: line.matched_credit_ids)
        partial = lines.matched_credit_ids
        payment_line = partial.credit_move_id
        partial.unlink()
        self.assertEqual(self.notices(), before)
        # another reconciliation is another message, with what is left now
        (lines + payment_line).reconcile()
        self.assertTold(self.notices() - before, move, "paid 5,000.00 €", "6,400.00 €")

    def test_several_invoices_by_one_payment(self):
        moves = self.make_invoice(1000.0) | self.make_invoice(2000.0)
        told = self.register(moves, group_payment=True)
        self.assertEqual(len(told), 2)
        # 1 140 and 2 280
        for move, paid in zip(moves, ("1,140.00 €", "2,280.00 €"), strict=True):
            self.assertTold(
                told.filtered(lambda message, move=move: message.res_id == move.id),
                move,
                "has paid 3,420.00 €",
                f"{paid} of {move.name} are settled by it",
                "Nothing is left to pay now.",
            )

    def test_two_shares_by_one_payment(self):
        move = self.make_invoice(payment_term_id=self.make_term((55, 30), (40, 60), (5, None)).id)
        payment = self.env["account.payment"].create(
            {
                "partner_id": self.customer.id,
                "payment_type": "inbound",
                "amount": 7000,
                "date": "2026-02-01",
                "journal_id": self.company_data["default_journal_bank"].id,
                "payment_method_line_id": self.inbound_payment_method_line.id,
            }
        )
        payment.action_post()
        lines = (payment.move_id + move).line_ids.filtered(
            lambda line: (
                line.account_id.account_type == "asset_receivable" and not line.is_retention
            )
        )
        lines.reconcile()
        self.assertTold(self.notices(), move, "paid 7,000.00 €", "Left to pay now: 4,400.00 €.")

    def test_early_payment_discount(self):
        term = self.make_term(
            (95, 30), (5, None), early_discount=True, discount_percentage=2, discount_days=30
        )
        move = self.make_invoice(payment_term_id=term.id)
        told = self.register(move, payment_date="2026-01-20")
        # 240 of discount on 12 000, off the 11 400
        self.assertTold(
            told,
            move,
            "Customer has paid 11,160.00 €",
            f"11,400.00 € of {move.name} are settled",
            "Nothing is left",
        )

    def test_write_off(self):
        move = self.make_invoice()
        told = self.register(
            move,
            11390,
            payment_difference_handling="reconcile",
            writeoff_account_id=self.company_data["default_account_expense"].id,
        )
        self.assertTold(
            told,
            move,
            "Customer has paid 11,390.00 €",
            f"11,400.00 € of {move.name} are settled",
            "Nothing is left",
        )

    def test_bank_statement(self):
        move = self.make_invoice()
        journal = self.company_data["default_journal_bank"]
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": journal.id,
                "payment_ref": "Transfer",
                "amount": 3000,
                "date": "2026-02-03",
                "partner_id": self.customer.id,
            }
        )
        _liquidity, suspense, _other = line._seek_for_lines()
        share = move.line_ids.filtered(
            lambda item: item.display_type == "payment_term" and not item.is_retention
        )
        suspense.account_id = share.account_id
        (suspense + share).reconcile()
        self.assertTold(
            self.notices(), move, "paid 3,000.00 €", "on 02/03/2026", "Left to pay now: 8,400.00 €."
        )

    def test_in_another_currency(self):
        currency = self.setup_other_currency("USD", rates=[("2026-01-01", 2.0)])
        pricelist = self.env["product.pricelist"].create(
            {"name": "Dollars", "currency_id": currency.id}
        )
        move = self.make_invoice(pricelist_id=pricelist.id)
        told = self.register(move, 1000, currency_id=currency.id)
        self.assertTold(told, move, "paid $ 1,000.00 of", "Left to pay now: $ 10,400.00.")

    def test_in_the_salespersons_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.seller.lang = "fr_FR"
        told = self.register(self.make_invoice(), 5000)
        self.assertIn("5 000,00 €", self.text(told).replace("\u202f", " "))

    def test_a_share_and_its_retention_by_one_payment(self):
        move = self.make_invoice(1000.0)
        move.billing_order_id.release_retention(40)
        self.log_in()
        transaction = self.pay_online(move.get_portal_url())
        # 1 140 and the 40, on two accounts
        self.assertEqual(transaction.amount, 1180)
        self.assertEqual((move.amount_residual, move.retention_residual), (20, 20))
        told = self.notices()
        self.assertTold(
            told,
            move,
            "has paid 1,180.00 € of",
            "Nothing is left to pay now.",
            "Retained as a guarantee, not due: 20.00 €.",
        )

    # === WHAT IS NOT ===#

    def test_what_is_no_payment(self):
        move = self.make_invoice()
        move._reverse_moves([{"invoice_date": date(2026, 2, 1)}]).action_post()
        self.assertEqual(move.amount_residual, 0)
        other = self.make_invoice()
        share = other.line_ids.filtered(
            lambda item: item.display_type == "payment_term" and not item.is_retention
        )
        loss = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": "2026-02-01",
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": self.customer.id,
                            "debit": debit,
                            "credit": credit,
                        }
                    )
                    for account, debit, credit in (
                        (self.company_data["default_account_expense"], 100, 0),
                        (share.account_id, 0, 100),
                    )
                ],
            }
        )
        loss.action_post()
        (share + loss.line_ids).filtered(
            lambda item: item.account_id == share.account_id
        ).reconcile()
        self.assertEqual(share.amount_residual, 11300)
        other.billing_order_id.lose_retention(100)
        self.assertFalse(self.notices())

    def test_who_is_told(self):
        own = self.make_invoice(user_id=self.env.user.id)
        self.register(own, 100)
        self.assertFalse(self.notices(self.env.user))
        nobody = self.make_invoice()
        nobody.invoice_user_id = False
        self.assertFalse(self.register(nobody, 100))
        self.company.notify_payments = False
        self.assertFalse(self.register(self.make_invoice(), 100))
        self.company.notify_payments = True
        invoice = self.init_invoice("out_invoice", self.customer, amounts=[100.0], post=True)
        invoice.invoice_user_id = self.seller
        self.assertFalse(self.register(invoice, 50))
        self.company.follow_all_invoices = True
        self.assertTold(self.register(invoice, 50), invoice, "50.00 €", "Nothing is left")
