"""The retention of guarantee in the books: its line, its account, its amount, whatever is edited."""

from odoo.exceptions import RedirectWarning, UserError, ValidationError
from odoo.fields import Command, Date
from odoo.tests import Form, tagged

from ...models.retention.account_payment_term import NO_DATE
from ..common import SituationCommon

FIGURES = {
    18443.96: 922.20,
    4064.32: 203.22,
    19443.56: 972.18,
    7257.31: 362.87,
    16116.14: 805.81,
    8986.09: 449.30,
    23484.84: 1174.24,
}


@tagged("post_install", "-at_install")
class TestRetention(SituationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls.company.retention_account_id
        cls.receivable = cls.company_data["default_account_receivable"]
        cls.term = cls.make_term((95, 30), (5, None))
        cls.no_tax = cls.env["account.tax"]

    def bill(self, total, term=None, **values):
        """Return a draft invoice of Odoo's own making, without order."""
        return self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2026-03-12",
                "invoice_payment_term_id": (term or self.term).id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.work.id,
                            "price_unit": total,
                            "quantity": 1,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
                **values,
            }
        )

    def shares(self, move):
        """Return ``[(code, amount, date)]`` of the receivable lines, the retention last."""
        lines = move.line_ids.filtered(lambda line: line.display_type == "payment_term")
        lines = lines.sorted(lambda line: (line.is_retention, line.date_maturity))
        return [
            (line.account_id.code, line.amount_currency, str(line.date_maturity)) for line in lines
        ]

    def assertRetained(self, move, retention, message=None):
        """One line, flagged, on its account, with this amount; the shares sum to the invoice."""
        lines = move.line_ids.filtered("is_retention")
        self.assertEqual(len(lines), 1, message)
        sign = -move.direction_sign
        self.assertEqual(move.currency_id.round(sign * lines.amount_currency), retention, message)
        self.assertEqual(lines.account_id, self.account, message)
        shares = move.line_ids.filtered(lambda line: line.display_type == "payment_term")
        others = shares - lines
        self.assertTrue(others, message)
        self.assertNotIn(self.account, others.account_id, message)
        total = sum(shares.mapped("amount_currency"))
        self.assertEqual(move.currency_id.round(sign * total), move.amount_total, message)
        self.assertEqual(
            move.company_id.currency_id.round(sum(move.line_ids.mapped("balance"))), 0, message
        )
        self.assertEqual(move.retention_amount, abs(retention), message)

    # === CHECK-FIGURES ===#

    def test_five_percent_rounded_once(self):
        for total, retention in FIGURES.items():
            move = self.bill(total)
            self.assertRetained(move, retention)
            self.assertEqual(move.amount_due_now, move.currency_id.round(total - retention))

    def test_the_entry(self):
        order = self.make_order(self.line("Works", 1, 4000.0), payment_term_id=self.term.id)
        move = self.situation(order, 100, invoice_date="2026-03-12", post=True)
        self.assertEqual(self.account.code, "411700")
        self.assertEqual(
            self.shares(move),
            [("411100", 4560, "2026-04-11"), ("411700", 240, str(NO_DATE))],
        )
        self.assertEqual(str(move.invoice_date_due), "2026-04-11")
        self.assertRetained(move, 240)

    def test_several_shares_split_the_rest(self):
        # 5 % of 1 000; 40, 40 and 15 of the 95 left.
        term = self.make_term((40, 0), (40, 30), (15, 60), (5, None))
        move = self.bill(1000.0, term)
        self.assertEqual(
            self.shares(move),
            [
                ("411100", 400, "2026-03-12"),
                ("411100", 400, "2026-04-11"),
                ("411100", 150, "2026-05-11"),
                ("411700", 50, str(NO_DATE)),
            ],
        )

    def test_vat_on_payment(self):
        account = self.env["account.account"].create(
            {
                "name": "VAT pending",
                "code": "445779",
                "account_type": "liability_current",
                "reconcile": True,
            }
        )
        tax = self.make_tax(
            20, tax_exigibility="on_payment", cash_basis_transition_account_id=account.id
        )
        order = self.make_order(self.line("Works", 1, 4000.0, tax), payment_term_id=self.term.id)
        move = self.situation(order, 100, post=True)
        self.pay(move)
        entries = self.env["account.move"].search([("tax_cash_basis_origin_move_id", "=", move.id)])
        due = [abs(sum(e.line_ids.filtered("tax_line_id").mapped("balance"))) for e in entries]
        self.assertEqual(due, [760])
        self.assertEqual(move.retention_residual, 240)
        self.pay(move)
        entries = self.env["account.move"].search([("tax_cash_basis_origin_move_id", "=", move.id)])
        due = [abs(sum(e.line_ids.filtered("tax_line_id").mapped("balance"))) for e in entries]
        self.assertEqual(sorted(due), [40, 760])
        self.assertEqual(move.retention_residual, 0)

    # === BASE AND CARRIED ===#

    def test_the_base(self):
        for base, retention in (("gross", 60), ("total", 42), ("untaxed", 35)):
            self.term.retention_base = base
            order = self.make_order(self.line("Works", 1, 1000.0), payment_term_id=self.term.id)
            deposit = self.deposit(order, 30, post=True)
            self.assertFalse(deposit.line_ids.filtered("is_retention"))
            move = self.situation(order, 100, post=True)
            self.assertEqual(move.amount_total, 840)
            self.assertRetained(move, retention, base)

    def test_the_whole_job_retains_the_rate_of_the_contract(self):
        order = self.make_order(
            self.line("A", 3, 33.33),
            self.line("B", 7, 11.11, self.tax10),
            payment_term_id=self.term.id,
        )
        self.deposit(order, 30, post=True)
        moves = self.env["account.move"]
        for progress in (10, 20, 33.33, 67):
            moves += self.situation(order, progress, post=True)
        moves += self.balance(order, post=True)
        for move in moves:
            self.assertRetained(move, move.retention_amount)
        self.assertEqual(
            order.currency_id.round(sum(moves.mapped("retention_amount"))),
            order.currency_id.round(order.amount_total * 0.05),
        )
        recap = order.get_billing_recap()
        self.assertEqual(
            recap["retention_held"], order.currency_id.round(order.amount_total * 0.05)
        )

    def test_a_document_that_is_too_small_carries_to_the_next(self):
        order = self.make_order(self.line("Works", 1, 10000.0), payment_term_id=self.term.id)
        self.deposit(order, 30, post=True)
        order.deduction_rule = "full"
        # 3 600 of works, all deducted: nothing can be retained; then 180 + 60.
        first = self.situation(order, 30, post=True)
        self.assertEqual((first.amount_total, first.retention_amount), (0, 0))
        figures = order.preview_situation(40)
        self.assertEqual((figures["total"], figures["retention"]), (1200, 240))
        self.assertEqual(figures["amount_due_now"], 960)
        second = self.situation(order, 40, post=True)
        self.assertRetained(second, 240)
        self.assertEqual(self.balance(order, post=True).retention_amount, 360)

    def test_a_draft_follows_the_documents_before_it(self):
        order = self.make_order(self.line("Works", 1, 10000.0), payment_term_id=self.term.id)
        self.deposit(order, 30, post=True)
        order.deduction_rule = "full"
        first = self.situation(order, 30)
        second = self.situation(order, 40)
        self.assertRetained(second, 240)
        first.button_cancel()
        second.action_post()
        self.assertRetained(second, 60)
        self.assertEqual(self.balance(order, post=True).retention_amount, 540)

    # === EDITS ===#

    def test_every_edit_of_a_draft(self):
        move = self.bill(1000.0)
        self.assertRetained(move, 50)
        move.invoice_line_ids.price_unit = 2000
        self.assertRetained(move, 100)
        move.invoice_date = "2026-05-01"
        self.assertEqual(self.shares(move)[0][2], "2026-05-31")
        self.assertRetained(move, 100)
        # Odoo takes the new partner's own payment term.
        move.partner_id = self.env["res.partner"].create(
            {"name": "Another", "property_payment_term_id": self.term.id}
        )
        self.assertRetained(move, 100)
        term = self.make_term((50, 0), (47, 60), (3, None))
        move.invoice_payment_term_id = term
        self.assertRetained(move, 60)
        self.assertEqual(len(self.shares(move)), 3)
        plain = self.env.ref("account.account_payment_term_30days")
        move.invoice_payment_term_id = plain
        self.assertEqual(self.shares(move), [("411100", 2000, "2026-05-31")])
        self.assertFalse(move.line_ids.filtered("is_retention"))
        move.invoice_payment_term_id = self.term
        self.assertRetained(move, 100)
        move.invoice_payment_term_id = False
        self.assertEqual([share[:2] for share in self.shares(move)], [("411100", 2000)])
        move.invoice_payment_term_id = self.term
        move.action_post()
        self.assertRetained(move, 100)
        move.button_draft()
        self.assertRetained(move, 100)
        move.invoice_line_ids.price_unit = 1000
        move.action_post()
        self.assertRetained(move, 50)

    def test_edits_in_the_form(self):
        move = self.bill(1000.0)
        with Form(move) as form:
            with form.invoice_line_ids.edit(0) as line:
                line.price_unit = 3000
        self.assertRetained(move, 150)
        with Form(move) as form:
            form.invoice_payment_term_id = self.env.ref("account.account_payment_term_30days")
        self.assertFalse(move.line_ids.filtered("is_retention"))
        self.assertEqual(self.shares(move)[0][0], "411100")
        with Form(move) as form:
            form.invoice_payment_term_id = self.term
        self.assertRetained(move, 150)

    def test_a_foreign_currency(self):
        currency = self.env["res.currency"].create(
            {
                "name": "TWO",
                "symbol": "2",
                "rate_ids": [Command.create({"name": "2020-01-01", "rate": 3.0})],
            }
        )
        move = self.bill(1000.01)
        move.currency_id = currency
        self.assertRetained(move, 50)
        self.assertEqual(move.line_ids.filtered("is_retention").balance, 16.67)
        move.action_post()
        self.assertRetained(move, 50)

    def test_cash_rounding(self):
        rounding = self.env["account.cash.rounding"].create(
            {
                "name": "5 cents",
                "rounding": 0.05,
                "strategy": "biggest_tax",
                "rounding_method": "HALF-UP",
            }
        )
        move = self.bill(1000.02)
        move.invoice_line_ids.tax_ids = self.tax20
        move.invoice_cash_rounding_id = rounding
        shares = [share[1] for share in self.shares(move)]
        self.assertEqual(move.currency_id.round(sum(shares)), move.amount_total)
        for share in shares:
            self.assertAlmostEqual(share / 0.05, round(share / 0.05), 6)

    def test_early_payment_discount(self):
        term = self.make_term(
            (95, 30), (5, None), early_discount=True, discount_percentage=2, discount_days=10
        )
        move = self.bill(1000.0, term)
        move.action_post()
        self.assertRetained(move, 50)
        main = move.line_ids.filtered(
            lambda line: line.display_type == "payment_term" and not line.is_retention
        )
        # 2 % of 1 000, off the 950 that are not retained
        self.assertEqual((main.amount_currency, main.discount_amount_currency), (950, 930))

    def test_a_credit_note_mirrors_it(self):
        order = self.make_order(self.line("Works", 1, 4000.0), payment_term_id=self.term.id)
        move = self.situation(order, 50, post=True)
        credit = move._reverse_moves([{"invoice_date": "2026-06-01"}], cancel=True)
        self.assertRetained(credit, 120)
        self.assertEqual(credit.retention_amount, 120)
        self.assertEqual((move.amount_residual, move.retention_residual), (0, 0))
        self.assertEqual(order.get_billing_recap()["retention_held"], 0)

    def test_a_credit_note_follows_the_document_not_the_term(self):
        order = self.make_order(self.line("Works", 1, 10000.0), payment_term_id=self.term.id)
        order.deduction_rule = "full"
        self.deposit(order, 30, post=True)
        first = self.situation(order, 31, post=True)
        second = self.situation(order, 45, post=True)
        # 186 of which 120 could be retained; 84, and the 66 that were left
        self.assertEqual((first.retention_amount, second.retention_amount), (120, 150))
        self.term.line_ids[0].unlink()
        self.term.write({"line_ids": [Command.create({"value": "percent", "value_amount": 95})]})
        credit = second._reverse_moves([{"invoice_date": "2026-06-01"}], cancel=True)
        self.assertRetained(credit, 150)
        self.assertEqual((second.amount_residual, credit.amount_residual), (0, 0))
        third = self.situation(order, 45, post=True)
        self.assertEqual(third.retention_amount, 150)

    def test_a_posted_document_stands(self):
        move = self.bill(1000.0)
        move.action_post()
        other = self.account.copy({"code": "411799"})
        self.term.write(
            {
                "line_ids": [
                    Command.update(self.term.line_ids[0].id, {"value_amount": 97}),
                    Command.update(self.term.line_ids[1].id, {"value_amount": 3}),
                ]
            }
        )
        self.company.retention_account_id = other
        credit = move._reverse_moves([{"invoice_date": "2026-06-01"}], cancel=True)
        self.assertEqual(
            [share[:2] for share in self.shares(move)], [("411100", 950), ("411700", 50)]
        )
        self.assertEqual(
            [share[:2] for share in self.shares(credit)], [("411100", -950), ("411700", -50)]
        )
        self.assertEqual((move.amount_residual, credit.amount_residual), (0, 0))

    def test_a_partial_credit_note(self):
        move = self.bill(1000.0)
        move.action_post()
        credit = move._reverse_moves([{"invoice_date": "2026-06-01"}])
        credit.invoice_line_ids.price_unit = 600
        self.assertRetained(credit, 30)
        credit.action_post()
        self.assertRetained(credit, 30)

    def test_a_copy_with_another_term(self):
        move = self.bill(1000.0)
        move.action_post()
        for term in (
            self.env.ref("account.account_payment_term_30days"),
            self.env["account.payment.term"],
        ):
            copy = move.copy({"invoice_payment_term_id": term.id})
            self.assertEqual([share[:2] for share in self.shares(copy)], [("411100", 1000)])
        self.assertRetained(move.copy(), 50)

    # === TERMS ===#

    def test_checks_of_a_term(self):
        for shares, words in (
            (((5, None), (5, None), (90, 0)), "only one"),
            (((100, None),), "only share"),
            (((94, 0), (6, None)), "limit of 5"),
        ):
            with self.assertRaisesRegex(ValidationError, words):
                self.make_term(*shares)
        with self.assertRaises(ValidationError):
            self.make_term((90, 0), (5, None))
        for shares in ((40, 30, 25), (10, 15, 70), (5, 20, 70)):
            self.assertTrue(self.make_term(*((share, 0) for share in shares), (5, None)))
        self.company.retention_limit = 10
        self.assertTrue(self.make_term((90, 0), (10, None)))

    def test_the_shipped_terms(self):
        for name, shares in (
            ("payment_term_30_days_retention", [950, 50]),
            ("payment_term_40_40_15_retention", [400, 400, 150, 50]),
        ):
            term = self.env.ref(f"sale_situation_invoicing.{name}")
            self.assertEqual([share[1] for share in self.shares(self.bill(1000.0, term))], shares)

    def test_the_preview(self):
        self.term.example_amount = 1000
        self.assertIn("950.00", self.term.example_preview)
        self.assertIn("50.00", self.term.example_preview)
        self.assertIn("release", self.term.example_preview)

    def test_it_asks_for_its_account(self):
        self.company.retention_account_id = False
        move = self.bill(1000.0)
        with self.assertRaises(RedirectWarning):
            move.action_post()
        self.company.retention_account_id = self.account
        move.action_post()
        self.assertRetained(move, 50)

    def test_vendor_bills_have_none(self):
        move = self.bill(1000.0, move_type="in_invoice")
        self.assertFalse(move.line_ids.filtered("is_retention"))
        self.assertEqual(sum(share[1] for share in self.shares(move)), -1000)

    # === DATES ===#

    def test_acceptance_dates_all_retentions(self):
        order = self.make_order(self.line("Works", 1, 4000.0), payment_term_id=self.term.id)
        first = self.situation(order, 50, invoice_date="2026-03-12", post=True)
        draft = self.situation(order, 60, invoice_date="2026-04-12")
        order.works_acceptance_date = "2028-02-29"
        for move in (first, draft):
            self.assertEqual(self.shares(move)[-1][2], "2029-02-28")
            self.assertRetained(move, move.retention_amount)
        self.assertEqual(first.invoice_date_due, Date.to_date("2026-04-11"))
        later = self.situation(order, 100, post=True)
        self.assertEqual(self.shares(later)[-1][2], "2029-02-28")
        order.works_acceptance_date = False
        self.assertEqual(self.shares(first)[-1][2], str(NO_DATE))
        first.button_draft()
        first.button_cancel()
        order.works_acceptance_date = "2028-02-29"
        first.button_draft()
        first.action_post()
        self.assertEqual(self.shares(first)[-1][2], "2029-02-28")
        self.company.retention_months = 6
        order.works_acceptance_date = "2026-08-31"
        self.assertEqual(self.shares(first)[-1][2], "2027-02-28")

    def test_the_action_accepts_the_works(self):
        order = self.make_order(self.line("Works", 1, 4000.0), payment_term_id=self.term.id)
        move = self.situation(order, 50, post=True)
        action = order.action_accept_works()
        Wizard = self.env[action["res_model"]].with_context(**action["context"])
        with Form(Wizard) as form:
            form.acceptance_date = "2026-08-31"
            form.reserves = "The gutter leaks."
        form.record.action_accept()
        self.assertEqual(order.works_reserves, "The gutter leaks.")
        self.assertEqual(str(order.retention_date), "2027-08-31")
        self.assertEqual(self.shares(move)[-1][2], "2027-08-31")
        quotation = self.make_order(self.line("Works", 1, 4000.0), confirm=False)
        with self.assertRaisesRegex(UserError, "confirmed"):
            quotation.action_accept_works()

    def test_two_companies_have_their_own_account(self):
        other = self.setup_other_company(name="Other works")["company"]
        self.assertEqual(other.retention_account_id.with_company(other).code, "411700")
        self.assertNotEqual(other.retention_account_id, self.account)
        with self.assertRaises(ValidationError):
            self.company.retention_account_id = self.company.downpayment_account_id

    def test_it_never_merges_with_another_share_of_its_date(self):
        order = self.make_order(self.line("Works", 1, 4000.0), payment_term_id=self.term.id)
        self.company.retention_months = 0
        order.works_acceptance_date = "2026-04-11"
        move = self.situation(order, 100, invoice_date="2026-03-12", post=True)
        self.assertEqual(
            self.shares(move), [("411100", 4560, "2026-04-11"), ("411700", 240, "2026-04-11")]
        )
        self.assertRetained(move, 240)
