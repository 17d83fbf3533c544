"""Random payments of random invoices with a retention: what is open is what was invoiced less what came."""

import random

from odoo.tests import tagged

from .test_retention_settlement import SettlementCommon

SEEDS = range(5)
STEPS = 9


@tagged("post_install", "-at_install")
class TestWholePaymentExactness(SettlementCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.terms = (
            cls.term,
            cls.make_term((50, 0), (45, 30), (5, None)),
            cls.make_term((97, 0), (3, None)),
        )
        cls.taxes = (cls.tax20, cls.tax10, cls.make_tax(5.5))

    def random_invoice(self, rng):
        order = self.make_order(
            *(
                self.line(f"Line {index}", 1, round(rng.uniform(1, 900), 2), rng.choice(self.taxes))
                for index in range(rng.randint(1, 3))
            ),
            payment_term_id=rng.choice(self.terms).id,
        )
        move = self.situation(order, 100, invoice_date="2026-03-12", post=True)
        if rng.random() < 0.3:
            order.release_retention(round(move.retention_amount * rng.random(), 2) or None)
        return move

    def random_amount(self, rng, open_now, retained):
        """Return an amount below, at and above what isn't retained, and above all."""
        return round(
            rng.choice(
                (
                    open_now * rng.random(),
                    open_now,
                    open_now + retained * rng.random(),
                    open_now + retained,
                    open_now + retained + rng.uniform(0.01, 50),
                )
            ),
            2,
        )

    def pay_by_dialog(self, rng):
        moves = self.moves.filtered("amount_residual")
        if not moves:
            return
        moves = moves.browse(rng.sample(moves.ids, rng.randint(1, len(moves))))
        wizard = self.dialog(moves, group_payment=True)
        if not wizard.can_edit_wizard:
            return
        retained = sum(moves.mapped("retention_residual"))
        wizard.amount = self.random_amount(
            rng, sum(moves.mapped("amount_residual")) - retained, retained
        )
        if not wizard.amount:
            return
        payment = wizard._create_payments()
        self.payments |= payment
        self.assertEqual(len(payment), 1)
        if any(line.amount_residual < 0 for line in self.credit(payment.move_id)):
            self.assertFalse(sum(moves.mapped("retention_residual")), "a credit beside a retention")

    def pay_beside(self, rng):
        moves = self.moves.filtered(
            lambda move: move.amount_residual and not move.is_paid_except_retention
        )
        if moves:
            move = rng.choice(moves)
            amount = self.random_amount(
                rng, move.amount_residual - move.retention_residual, move.retention_residual
            )
            if amount:
                _move, payment = self.overpay(amount, move)
                self.payments |= payment

    def settle(self, rng):
        moves = self.moves.filtered("is_paid_except_retention")
        moves.invalidate_recordset(["retention_credit"])
        moves = moves.filtered("retention_credit")
        if moves:
            move = rng.choice(moves)
            before, possible = move.retention_residual, move.retention_credit
            move.action_settle_retention()
            self.assertAlmostEqual(move.retention_residual, before - possible, 2)

    def undo(self, rng):
        payments = self.payments.filtered(lambda payment: payment.move_id.state == "posted")
        if payments:
            payment = rng.choice(payments)
            if rng.random() < 0.3:
                payment.move_id.line_ids.remove_move_reconcile()
            else:
                payment.action_cancel()

    def assertBooksTie(self, message):
        posted = self.payments.filtered(lambda payment: payment.move_id.state == "posted")
        open_411, open_4117 = self.open_amounts()
        owed = sum(self.moves.mapped("amount_total")) - sum(posted.mapped("amount"))
        self.assertAlmostEqual(open_411 + open_4117, owed, 2, message)
        retained = sum(self.moves.mapped("retention_residual"))
        # What payments brought for retentions that they were taken off stays where it is.
        apart = posted.move_id.line_ids.filtered(
            lambda line: line.account_id == self.retention_account
        )
        self.assertAlmostEqual(
            open_4117, retained + sum(apart.mapped("amount_residual")), 2, message
        )
        figures = self.env["account.retention"]._get_by_move(self.moves)
        for move in self.moves:
            row = figures[move.id]
            self.assertAlmostEqual(row["due"] + row["held"], move.retention_residual, 2, message)
            self.assertAlmostEqual(row["paid"] + row["residual"], move.retention_amount, 2, message)
            self.assertGreaterEqual(move.amount_residual, 0, message)

    def test_random_payments(self):
        for seed in SEEDS:
            rng = random.Random(seed)
            self.customer = self.env["res.partner"].create({"name": f"Customer {seed}"})
            type(self).customer = self.customer
            self.moves = self.env["account.move"]
            self.payments = self.env["account.payment"]
            for _index in range(rng.randint(1, 3)):
                self.moves |= self.random_invoice(rng)
            for step in range(STEPS):
                action = rng.choice(
                    (
                        self.pay_by_dialog,
                        self.pay_by_dialog,
                        self.pay_beside,
                        self.settle,
                        self.undo,
                    )
                )
                action(rng)
                self.assertBooksTie(f"seed {seed}, step {step}: {action.__name__}")
