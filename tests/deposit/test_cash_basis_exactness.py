"""Random jobs with VAT on payments: after every step what is collected is Σ tax × paid share, by tax, and
what isn't waits; once everything is paid nothing does."""

import random

from odoo.exceptions import UserError
from odoo.tests import tagged

from ...tools.deductions import RULES
from ..cash_basis_common import CashBasisCommon
from ..random_jobs import RandomJobs


@tagged("post_install", "-at_install")
class TestCashBasisExactness(CashBasisCommon, RandomJobs):
    seeds = range(4, 7)

    def random_job(self, rng):
        self.company.tax_calculation_rounding_method = rng.choice(
            ("round_per_line", "round_globally")
        )
        shares = rng.choice((((100, 30),), ((95, 30), (5, None)), ((40, 0), (55, 30), (5, None))))
        discount = rng.random() < 0.3 and len(shares) < 3
        term = self.make_term(*shares, **(self.discount if discount else {}))
        lines = [
            self.line(
                f"Line {index}",
                rng.choice((1, 3, 7)),
                round(rng.uniform(1, 2000), 2) * (-0.2 if rng.random() < 0.1 else 1),
                rng.choice((self.vat20, self.vat10, self.vat10, self.vat5)),
            )
            for index in range(rng.randint(2, 5))
        ]
        return self.make_order(*lines, payment_term_id=term.id)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vat5 = cls.vat10.copy({"name": "VAT 5.5", "amount": 5.5})
        cls.discount = {
            "early_discount": True,
            "discount_percentage": 2,
            "discount_days": 10,
        }
        for name in ("loss", "gain"):
            cls.company[f"account_journal_early_pay_discount_{name}_account_id"] = cls.company_data[
                "default_account_expense"
            ]

    # === STEPS ===#

    def bill_deposit(self, rng, order):
        left = order.get_billing_recap()["to_invoice_total"]
        amount = order.currency_id.round(left * rng.choice((0.3, 0.6, rng.random())))
        if amount > 0:
            self.deposit(order, amount, amount_type="fixed", post=rng.random() < 0.9)

    def bill_covered(self, rng, order):
        """Bill a part of a line that the deposits cover: a document of nought."""
        line = rng.choice(order._get_work_lines().filtered(lambda line: line.price_subtotal > 0))
        left = order.get_billing_recap()["deposit_remaining"] / 1.2
        billed = float(line._get_billed_amounts()[line.id])
        amount = min(billed + left * rng.uniform(0.2, 0.9), line.contract_amount)
        amount = order.currency_id.round(amount)
        entries = [{"line_id": line.id, "amount": amount}]
        self.situation(order, entries, deduction_rule="full", post=rng.random() < 0.9)

    def bill_situation(self, rng, order):
        rule = rng.choice(("full", "full", "progressive", *RULES))
        left = order.get_billing_recap()["deposit_remaining"]
        amount = order.currency_id.round(left * rng.random()) if rule == "manual" else None
        entries = self.random_entries(rng, order)
        self.situation(
            order, entries, deduction_rule=rule, deduction_amount=amount, post=rng.random() < 0.9
        )

    def pay_early(self, rng, order):
        """Pay the whole of an invoice in Odoo's dialog, less the discount."""
        moves = self.open_shares(order).move_id.filtered(
            lambda move: move.move_type == "out_invoice"
        )
        if moves:
            action = rng.choice(moves).action_register_payment()
            wizard = self.env[action["res_model"]].with_context(**action["context"]).create({})
            wizard._create_payments()

    def pay_some(self, rng, order):
        shares = self.open_shares(order)
        if shares:
            share = rng.choice(shares)
            part = rng.choice((1, 1, 0.5, rng.random()))
            amount = share.currency_id.round(abs(share.amount_residual_currency) * part)
            if amount:
                self.bank(share, amount)

    def undo_payment(self, rng, order):
        shares = self.shares(order.billing_document_ids)
        partials = shares.matched_debit_ids | shares.matched_credit_ids
        if partials:
            partial = rng.choice(partials)
            if rng.random() < 0.5:
                partial.unlink()
            else:
                (partial.debit_move_id | partial.credit_move_id).remove_move_reconcile()

    def change_document(self, rng, order):
        moves = order.billing_document_ids.filtered(lambda move: move.state != "cancel")
        if not moves:
            return
        move, kind = rng.choice(moves), rng.random()
        if move.state == "draft":
            move.action_post()
        elif kind < 0.35:
            move.button_draft()
            if not move.amount_total:
                # Odoo keeps what was collected of others, whose payment it keeps.
                self.assertVatFollowsPayments("as a draft")
            if rng.random() < 0.3:
                move.button_cancel()
            else:
                move.action_post()
        elif kind < 0.7:
            credit_note = move._reverse_moves([{"invoice_date": move.invoice_date}])
            if rng.random() < 0.3:
                for line in self.billed_lines(credit_note):
                    line.price_unit = round(line.price_unit * rng.uniform(0.1, 0.9), 2)
            credit_note.action_post()
        elif kind < 0.85:
            wizard = self.env["account.move.reversal"]._create_to_cancel(move)
            wizard.reason = "Error"
            wizard._cancel_document()
        else:
            order.lose_retention()

    def open_shares(self, order):
        return self.shares(
            order.billing_document_ids.filtered(lambda move: move.state == "posted")
        ).filtered(lambda share: not share.reconciled)

    def open_payments(self):
        items = self.posted(
            ("move_id.move_type", "=", "entry"),
            ("account_id.account_type", "=", "asset_receivable"),
            ("reconciled", "=", False),
        )
        return items.move_id

    def run_job(self, seed):
        rng = random.Random(seed)
        order = self.random_job(rng)
        if order.amount_total <= 0:
            return 0
        self.know_the_tables()
        self.bill_deposit(rng, order)
        steps = [self.bill_situation, self.bill_deposit] + [self.bill_covered] * 3
        steps += [self.pay_early] + [self.pay_some] * 3
        steps += [self.undo_payment, self.change_document]
        for turn in range(rng.randint(6, 12)):
            step = rng.choice(steps)
            try:
                with self.cr.savepoint():
                    step(rng, order)
            except UserError:
                continue
            self.assertVatFollowsPayments(f"seed {seed}, turn {turn}, {step.__name__}")
        order.billing_document_ids.filtered(lambda move: move.state == "draft").action_post()
        try:
            self.balance(order, post=True)
        except UserError as error:
            self.assertRegex(str(error), "no balance yet|closed by|[Nn]othing")
        self.assertVatFollowsPayments(f"seed {seed}, balance")
        for share in self.open_shares(order):
            self.bank(share)
            self.assertVatFollowsPayments(f"seed {seed}, paid")
        # A payment that was undone, less a discount, bears VAT of its own.
        self.open_payments().button_draft()
        self.assertEqual(self.waiting(), 0, seed)
        return sum(
            move.move_type == "out_invoice"
            and not move.amount_total
            and bool(move.tax_cash_basis_created_move_ids)
            for move in order.billing_document_ids
        )

    def test_random_jobs(self):
        nought = 0
        for seed in self.seeds:
            with self.subTest(seed=seed), self.cr.savepoint():
                nought += self.run_job(seed)
        self.assertGreater(nought, 0)
