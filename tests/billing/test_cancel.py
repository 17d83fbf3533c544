"""Cancelling a document of an order in one step: what it did goes back, to the cent."""

import random

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, new_test_user, tagged

from ..common import SituationCommon


@tagged("post_install", "-at_install")
class TestCancel(SituationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.make_order(
            cls.line("Walls", 10, 100.0), cls.line("Roof", 1, 500.0, cls.tax10)
        )

    def cancel(self, move, reason="Wrong progress", **values):
        return self.move(self.order.cancel_document(move.id, reason, **values))

    def make_wizard(self, move):
        action = move.action_cancel_posted_document()
        return self.env[action["res_model"]].browse(action["res_id"])

    def assertRecap(self, **expected):
        recap = self.order.get_billing_recap()
        self.assertEqual({name: recap[name] for name in expected}, expected)

    # === WHAT GOES BACK ===#

    def test_a_draft(self):
        draft = self.situation(self.order, 40)
        self.assertTrue(draft.can_be_cancelled)
        self.assertEqual(draft.action_cancel_draft_document(), True)
        self.assertEqual((draft.state, self.order.billing_progress), ("cancel", 0))
        self.assertFalse(draft.can_be_cancelled)
        other = self.situation(self.order, 40)
        self.assertEqual(self.order.cancel_document(other.id), other.id)
        self.assertEqual(other.state, "cancel")

    def test_progress_deposits_and_recap(self):
        deposit = self.deposit(self.order, 30, post=True)
        first = self.situation(self.order, 20, post=True)
        second = self.situation(self.order, 60, post=True)
        # 1 750 in all; 525 of deposit, 30 % of what is billed
        self.assertRecap(progress=60, deposit_deducted=315, deposit_remaining=210)
        credit = self.cancel(second)
        self.assertRecordValues(
            credit,
            [
                {
                    "state": "posted",
                    "move_type": "out_refund",
                    "billing_kind": "situation",
                    "amount_total": second.amount_total,
                    "amount_residual": 0,
                }
            ],
        )
        self.assertIn("Wrong progress", credit.ref)
        self.assertEqual((second.payment_state, second.amount_residual), ("reversed", 0))
        # 525 + 20 % of 1 750 less 105: the first situation alone
        self.assertRecap(
            progress=20, invoiced_total=525 + 245, deposit_deducted=105, deposit_remaining=420
        )
        self.assertEqual(self.order.situation_percent, 14)
        self.assertFalse(second.can_be_cancelled or credit.can_be_cancelled)
        again = self.situation(self.order, 60, post=True)
        self.assertEqual((again.amount_total, again.deposit_deduction), (490, 210))
        self.balance(self.order, post=True)
        self.assertJobTies(self.order)
        self.assertDepositsTie(self.order)
        self.assertEqual(first.payment_state, "not_paid")
        self.assertTrue(deposit.can_be_cancelled)

    def test_a_draft_made_on_top_of_it(self):
        first = self.situation(self.order, 20, post=True)
        self.assertFalse(self.make_wizard(first).later_drafts)
        draft = self.situation(self.order, 60)
        self.assertEqual(self.make_wizard(first).later_drafts, "draft Situation 2")
        self.cancel(first)
        # The draft has its 40 %, what was cancelled is to be billed again.
        self.assertEqual(self.order.billing_progress, 40)
        draft.action_post()
        self.assertEqual(self.situation(self.order, 100, post=True).amount_untaxed, 900)
        self.assertJobTies(self.order)

    def test_a_deposit(self):
        deposit = self.deposit(self.order, 30, post=True)
        self.cancel(deposit, "Order reduced")
        self.assertRecap(deposit_invoiced=0, deposit_remaining=0, invoiced_total=0)
        self.assertEqual(self.situation(self.order, 50).deposit_deduction, 0)

    def test_a_deposit_that_is_deducted(self):
        deposit = self.deposit(self.order, 30, post=True)
        situation = self.situation(self.order, 50)
        for post in (False, True):
            if post:
                situation.action_post()
            for call in (deposit.action_cancel_posted_document, lambda: self.cancel(deposit)):
                with self.assertRaisesRegex(UserError, "deducted by"):
                    call()
        deposit.button_draft()
        with self.assertRaisesRegex(UserError, "deducted by"):
            deposit.action_cancel_draft_document()
        deposit.action_post()
        self.cancel(situation)
        self.cancel(deposit)
        self.assertRecap(deposit_remaining=0, invoiced_total=0, progress=0)

    def test_a_balance_reopens_the_order(self):
        self.situation(self.order, 50, post=True)
        balance = self.balance(self.order, post=True)
        self.assertEqual(self.order.invoice_status, "invoiced")
        self.cancel(balance)
        self.assertEqual(self.order.billing_progress, 50)
        self.assertTrue(self.order.is_ready_for_balance)
        self.balance(self.order, post=True)
        self.assertJobTies(self.order)

    def test_odoo_s_own_invoice(self):
        invoice = self.order._create_invoices()
        invoice.action_post()
        self.cancel(invoice)
        self.assertEqual(invoice.payment_state, "reversed")
        self.assertEqual(self.order.get_billing_recap()["invoiced_total"], 0)

    def test_retention(self):
        self.order.payment_term_id = self.make_term((95, 30), (5, None))
        first = self.situation(self.order, 40, post=True)
        second = self.situation(self.order, 100, post=True)
        # 5 % of 700 and of 1 050
        self.assertEqual((first.retention_amount, second.retention_amount), (35, 52.5))
        credit = self.cancel(second)
        self.assertEqual(credit.retention_amount, 52.5)
        self.assertEqual((second.retention_residual, credit.retention_residual), (0, 0))
        self.assertEqual((second.amount_residual, credit.amount_residual), (0, 0))
        self.assertRecap(retention_held=35, retention_released=0)
        retentions = self.env["account.retention"].search([("order_id", "=", self.order.id)])
        self.assertEqual(retentions.move_id, first)
        self.assertEqual(self.situation(self.order, 100).retention_amount, 52.5)

    def test_random_cancellings_tie(self):
        for seed in range(3):
            rng = random.Random(seed)
            self.order = self.make_order(
                *(
                    self.line(
                        f"Line {n}",
                        rng.choice([1, 3]),
                        rng.randrange(1, 99999) / 100,
                        rng.choice([self.tax10, self.tax20]),
                    )
                    for n in range(4)
                ),
                payment_term_id=self.make_term((95, 30), (5, None)).id,
            )
            self.deposit(self.order, rng.randrange(5, 40), post=True)
            for target in (30, 70):
                before = self.order.get_billing_recap()
                move = self.situation(self.order, target + rng.random() * 20, post=True)
                if rng.random() < 0.6:
                    self.cancel(move)
                    after = self.order.get_billing_recap()
                    for name in set(before) - {"documents"}:
                        self.assertEqual(after[name], before[name], (seed, name))
            self.balance(self.order, post=True) if self.order.billing_progress else self.situation(
                self.order, 100, deduction_rule="full", post=True
            )
            self.assertJobTies(self.order, seed)

    # === PAYMENTS ===#

    def test_a_payment_stays_as_credit(self):
        account = self.company_data["default_account_receivable"].copy({"name": "Outstanding"})
        account.write({"account_type": "asset_current", "reconcile": True})
        method = self.company_data["default_journal_bank"].inbound_payment_method_line_ids[0]
        method.payment_account_id = account
        situation = self.situation(self.order, 40, post=True)
        payment = self.pay(situation)
        self.assertEqual(situation.amount_residual, 0)
        wizard = self.make_wizard(situation)
        self.assertEqual(wizard.paid_amount, 700)
        wizard.reason = "Wrong progress"
        self.assertEqual(wizard.action_cancel_document()["type"], "ir.actions.act_window_close")
        credit = situation.reversal_move_ids
        self.assertEqual((situation.payment_state, credit.amount_residual), ("reversed", 0))
        [item] = payment.move_id.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        self.assertEqual((payment.state, item.amount_residual), ("in_process", -700))
        # It pays the next document.
        again = self.situation(self.order, 40, post=True)
        again.js_assign_outstanding_line(item.id)
        self.assertEqual(again.amount_residual, 0)

    def test_a_payment_in_part(self):
        situation = self.situation(self.order, 40, post=True)
        bank = self.company_data["default_journal_bank"].default_account_id
        receivable = situation.line_ids.filtered(lambda line: line.display_type == "payment_term")
        entry = self.env["account.move"].create(
            {
                "line_ids": [
                    Command.create({"account_id": bank.id, "debit": 200}),
                    Command.create(
                        {
                            "account_id": receivable.account_id.id,
                            "credit": 200,
                            "partner_id": self.customer.id,
                        }
                    ),
                ]
            }
        )
        entry.action_post()
        paid = entry.line_ids[1]
        (paid | receivable).reconcile()
        self.assertEqual(situation.amount_residual, 500)
        self.cancel(situation)
        self.assertEqual((situation.amount_residual, paid.amount_residual), (0, -200))

    # === REFUSALS ===#

    def test_what_is_refused(self):
        situation = self.situation(self.order, 40, post=True)
        other = self.situation(self.make_house(), 10)
        for reason in (None, False, "", "  "):
            with self.subTest(reason=reason), self.assertRaisesRegex(UserError, "reason"):
                self.cancel(situation, reason)
        tomorrow = fields.Date.add(fields.Date.today(), days=1)
        with self.assertRaisesRegex(UserError, "to come"):
            self.cancel(situation, date=str(tomorrow))
        with self.assertRaisesRegex(UserError, "date"):
            self.cancel(situation, date="soon")
        for value in (other.id, 0, "x", None, [situation.id]):
            with self.subTest(value=value), self.assertRaisesRegex(UserError, "no document"):
                self.order.cancel_document(value, "Wrong")
        with self.assertRaisesRegex(UserError, "no draft"):
            situation.action_cancel_draft_document()
        self.env.flush_all()
        self.assertFalse(situation.reversal_move_ids)
        self.assertEqual(self.order.billing_progress, 40)

    def test_the_second_click(self):
        situation = self.situation(self.order, 40, post=True)
        wizard = self.make_wizard(situation)
        wizard.reason = "Wrong"
        wizard.action_cancel_document()
        with self.assertRaisesRegex(UserError, "credited already"):
            wizard.action_cancel_document()
        with self.assertRaisesRegex(UserError, "credited already"):
            situation.action_cancel_posted_document()
        with self.assertRaisesRegex(UserError, "no invoice"):
            situation.reversal_move_ids.action_cancel_posted_document()
        draft = self.situation(self.order, 10)
        draft.action_cancel_draft_document()
        with self.assertRaisesRegex(UserError, "no draft"):
            draft.action_cancel_draft_document()

    def test_a_draft_credit_note_of_it(self):
        situation = self.situation(self.order, 40, post=True)
        credit = situation._reverse_moves([{}])
        self.assertFalse(situation.can_be_cancelled)
        with self.assertRaisesRegex(UserError, "credited already"):
            self.cancel(situation)
        credit.unlink()
        self.assertTrue(situation.can_be_cancelled)

    def test_the_wizard_asks_for_the_reason(self):
        situation = self.situation(self.order, 40, post=True)
        wizard = self.make_wizard(situation)
        form = Form(wizard)
        with self.assertRaisesRegex(AssertionError, "reason"):
            form.save()
        form.reason = "Wrong progress"
        form.save()
        ordinary = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=situation.ids
        )
        Form(ordinary).save()

    @freeze_time("2026-06-15")
    def test_a_locked_period(self):
        situation = self.situation(self.order, 40, invoice_date="2026-03-31", post=True)
        self.company.fiscalyear_lock_date = "2026-04-30"
        credit = self.cancel(situation, date="2026-04-15")
        # Odoo books it on the first day that is open.
        self.assertEqual(str(credit.invoice_date), "2026-04-15")
        self.assertGreater(str(credit.date), "2026-04-30")
        self.assertEqual(str(situation.date), "2026-03-31")
        self.assertEqual(situation.payment_state, "reversed")

    # === RIGHTS ===#

    def make_user(self, login, groups):
        return new_test_user(
            self.env,
            login=login,
            groups=groups,
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )

    def test_rights(self):
        draft = self.situation(self.order, 20)
        posted = self.situation(self.order, 40, post=True)
        for login, groups in (
            ("cancel-sales", "sales_team.group_sale_manager"),
            ("cancel-auditor", "account.group_account_readonly"),
            ("cancel-portal", "base.group_portal"),
        ):
            user = self.make_user(login, groups)
            for move in (draft, posted):
                self.env.flush_all()
                self.env.invalidate_all()
                order = self.order.with_user(user)
                with self.subTest(user=login, move=move.state), self.assertRaises(AccessError):
                    order.cancel_document(move.id, "Wrong")
        billing = self.make_user("cancel-billing", "account.group_account_invoice")
        order = self.order.with_user(billing)
        self.assertEqual(order.cancel_document(draft.id), draft.id)
        self.assertEqual(self.move(order.cancel_document(posted.id, "Wrong")).state, "posted")
        self.assertEqual(self.order.billing_progress, 0)

    def test_buttons_are_for_who_may(self):
        user = self.make_user("cancel-sales", "sales_team.group_sale_manager")
        self.situation(self.order, 20)
        name = "action_cancel_draft_document"
        arch = self.order.with_user(user).get_view(view_type="form")["arch"]
        self.assertNotIn(name, arch)
        self.assertIn(name, self.order.get_view(view_type="form")["arch"])
