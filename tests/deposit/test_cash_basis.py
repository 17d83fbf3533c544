"""VAT on payments (`on_payment`): documents of nought are collected as the deposits that they deduct
are paid."""

from odoo.fields import Command, Date
from odoo.tests import new_test_user, tagged

from ..cash_basis_common import CashBasisCommon


@tagged("post_install", "-at_install")
class TestCashBasis(CashBasisCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.make_job()
        cls.first = cls.deposit(cls.order, 60, post=True)
        # 1 200.00 deducted: 626.09 with 104.35 of VAT at 20 %, 573.91 with 52.17 at 10 %
        cls.nought = cls.bill_nought(cls.order)

    def test_the_example(self):
        self.nought.button_draft()
        self.assertEqual(self.first.amount_total, 1380)
        self.assertVat(0, 0, 180)
        self.pay(self.first)
        self.assertVat(120, 60, 0)
        self.nought.action_post()
        self.assertEqual((self.nought.amount_total, self.nought.deposit_deduction), (0, 1200))
        self.assertVat(215.65, 7.83, 0)
        balance = self.balance(self.order, post=True)
        # 1 100.00 less 180.00
        self.assertEqual(balance.amount_total, 920)
        self.assertVat(215.65, 7.83, 76.52)
        self.pay(balance)
        self.assertVat(200, 100, 0)

    def make_customer(self):
        return self.env["res.partner"].create({"name": "Other"})

    def other_job(self, **values):
        """Return the same order of another customer, who is looked at from now on."""
        self.customer = self.make_customer()
        return self.make_job(partner_id=self.customer.id, **values)

    # === BEFORE, AFTER, IN PARTS ===#

    def entries(self, move):
        """Return the cash basis entries of a document that stand."""
        return move.tax_cash_basis_created_move_ids.filtered(
            lambda entry: not (entry.reversed_entry_id or entry.reversal_move_ids)
        )

    def test_a_deposit_that_is_paid_later_in_parts(self):
        # the deposit's 180.00 and the document's 43.48
        self.assertVat(0, 0, 223.48)
        share = self.shares(self.first)
        first = self.bank(share, 690)
        # half of 120.00 + 95.65 and of 60.00 − 52.17, each rounded
        self.assertVat(107.83, 3.91, 111.74)
        self.bank(share)
        self.assertVat(215.65, 7.83, 0)
        first.line_ids.remove_move_reconcile()
        self.assertVat(107.82, 3.92, 111.74)
        (first.line_ids + share).filtered(
            lambda line: line.account_id == share.account_id
        ).reconcile()
        self.assertVat(215.65, 7.83, 0)

    def test_a_payment_that_is_still_a_draft(self):
        self.nought.button_draft()
        share = self.shares(self.first)
        entry = self.bank(share, 690)
        entry.button_draft()
        self.nought.action_post()
        # Odoo keeps what the payment collected of the deposit.
        self.assertVat(60, 30, 133.48)
        entry.action_post()
        self.assertVat(107.83, 3.91, 111.74)
        entry.button_draft()
        self.assertVat(107.83, 3.91, 111.74)
        entry.action_post()
        self.bank(share)
        self.assertVat(215.65, 7.83, 0)

    def test_several_deposits(self):
        order = self.other_job()
        # 460.00 and 690.00 are 40 % and 60 % of what is deducted
        deposits = [self.deposit(order, percent, post=True) for percent in (20, 30)]
        line = self.work_line(order, "A")
        move = self.situation(order, [{"line_id": line.id, "amount": 958.33}], post=True)
        self.assertEqual((move.amount_total, move.deposit_deduction), (0, 1150))
        # 191.67 − 100.00 and −50.00
        vat = {item.tax_line_id: -item.balance for item in move.line_ids.filtered("tax_line_id")}
        self.assertEqual(vat, {self.vat20: 91.67, self.vat10: -50})
        self.bank(self.shares(deposits[1]))
        # 60.00 + 55.00 (60 % of 91.67), 30.00 − 30.00
        self.assertVat(115, 0, 76.67)
        self.bank(self.shares(deposits[0]))
        self.assertVat(191.67, 0, 0)

    def test_the_day(self):
        order = self.other_job()
        deposit = self.deposit(order, 60, invoice_date="2026-01-10", post=True)
        share = self.shares(deposit)
        self.bank(share, 690, "2026-01-20")
        move = self.bill_nought(order, invoice_date="2026-03-12")
        self.assertEqual(self.entries(move).mapped("date"), [Date.to_date("2026-03-12")])
        self.bank(share, date="2026-04-02")
        self.assertEqual(
            self.entries(move).sorted("date").mapped("date"),
            [Date.to_date("2026-03-12"), Date.to_date("2026-04-02")],
        )
        # What is locked stands; it is taken back in the first open month.
        self.company.fiscalyear_lock_date = "2026-04-30"
        entries = self.entries(move)
        share.remove_move_reconcile()
        self.assertVat(0, 0, 223.48)
        self.assertFalse(self.entries(move))
        for entry in entries.reversal_move_ids:
            self.assertGreater(entry.date, Date.to_date("2026-04-30"))

    # === TAKEN BACK ===#

    def test_a_document_that_is_taken_back(self):
        move, share = self.nought, self.shares(self.first)
        self.bank(share)
        for _time in range(2):
            move.button_draft()
            self.assertVat(120, 60, 0)
            move.action_post()
            self.assertVat(215.65, 7.83, 0)
            self.assertEqual(len(self.entries(move)), 1)
        # What was taken back isn't taken back again with the payment.
        share.remove_move_reconcile()
        self.assertVat(0, 0, 223.48)
        self.bank(share)
        move.button_cancel()
        self.assertVat(120, 60, 0)
        self.assertFalse(self.entries(move))

    def test_its_credit_note(self):
        share = self.shares(self.first)
        self.bank(share, 690)
        credit_note = self.nought._reverse_moves([{}])
        credit_note.action_post()
        self.assertVat(60, 30, 90)
        self.bank(share)
        self.assertVat(120, 60, 0)
        credit_note.button_draft()
        self.assertVat(215.65, 7.83, 0)
        credit_note.action_post()
        self.assertVat(120, 60, 0)

    def test_its_cancelling(self):
        for paid in (None, 690, 1380):
            with self.subTest(paid=paid), self.cr.savepoint() as savepoint:
                move, deposit = self.nought, self.first
                if paid:
                    self.bank(self.shares(deposit), paid)
                wizard = self.env["account.move.reversal"]._create_to_cancel(move)
                wizard.reason = "Error"
                wizard._cancel_document()
                vat20, vat10 = 120 * (paid or 0) / 1380, 60 * (paid or 0) / 1380
                self.assertVat(vat20, vat10, 180 - vat20 - vat10)
                if paid != 1380:
                    self.bank(self.shares(deposit))
                    self.assertVat(120, 60, 0)
                self.assertFalse(self.entries(move))
                savepoint.rollback()

    def test_its_deposit_is_credited(self):
        order, deposit = self.order, self.first
        deposit._reverse_moves([{}]).action_post()
        self.assertEqual(deposit.payment_state, "reversed")
        # Nobody will pay the deposit any more: what it covered is due with the rest of the order.
        self.assertVat(95.65, -52.17, 0)
        balance = self.balance(order, post=True)
        self.assertEqual(balance.amount_total, 2300)
        self.pay(balance)
        self.assertVat(200, 100, 0)

    def test_its_deposit_is_replaced(self):
        deposit = self.first
        self.pay(deposit)
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=deposit.ids)
            .create({"journal_id": deposit.journal_id.id})
        )
        new = self.move(wizard.modify_moves()["res_id"])
        new.action_post()
        self.assertVat(0, 0, 223.48)
        self.bank(self.shares(new))
        self.assertVat(215.65, 7.83, 0)

    def test_its_deposit_is_cancelled(self):
        deposit = self.first
        self.bank(self.shares(deposit))
        deposit.button_draft()
        # Odoo keeps a draft's payment, and what was collected with it.
        deposit.button_cancel()
        self.assertVat(95.65, -52.17, 0)
        deposit.button_draft()
        self.assertVat(0, 0, 43.48)
        deposit.action_post()
        self.assertVat(0, 0, 223.48)
        self.bank(self.shares(deposit))
        self.assertVat(215.65, 7.83, 0)

    # === DOCUMENTS THAT ARE SMALL BESIDE WHAT THEY DEDUCT ===#

    def bill_rest(self, order, deduction, **values):
        """Bill the first line, of which the deposit covers an amount."""
        line = self.work_line(order, "A")
        return self.situation(
            order,
            [{"line_id": line.id, "progress": 100}],
            deduction_rule="manual",
            deduction_amount=deduction,
            post=True,
            **values,
        )

    def test_a_credit_note_takes_each_tax_back(self):
        order = self.other_job()
        deposit = self.deposit(order, 60, post=True)
        self.pay(deposit)
        move = self.bill_rest(order, 1000)
        self.assertEqual(move.amount_total, 200)
        # 1 000.00 deducted: 521.74 with 86.96, 478.26 with 43.48
        self.assertVat(120, 60, 69.56)
        self.bank(self.shares(move), 50)
        self.assertVat(148.26, 49.13, 52.17)
        self.bank(self.shares(move))
        self.assertVat(233.04, 16.52, 0)
        credit_note = move._reverse_moves([{}])
        credit_note.action_post()
        self.assertVat(233.04, 16.52, -69.56)
        self.bank(self.shares(credit_note))
        self.assertVat(120, 60, 0)

    def test_the_credit_note_of_a_cancelled_document_is_cancelled(self):
        # 1 000.00 at 20 %, -500.00 at 10 %: a payment collects both, 200.00 and -50.00.
        others = self.waiting()
        order = self.make_order(
            self.line("A", 1, 1000.0, self.vat20), self.line("B", 1, -500.0, self.vat10)
        )
        move = self.situation(order, 100, post=True)
        credit_note = self.env["account.move"].browse(order.cancel_document(move.id, "Error"))
        self.assertVat(0, 0, others)
        credit_note.button_draft()
        credit_note.button_cancel()
        self.assertVat(0, 0, others + 150)
        self.bank(self.shares(move), 65)
        self.assertVat(20, -5, others + 135)
        self.bank(self.shares(move))
        self.assertVat(200, -50, others)

    def test_a_total_of_a_cent(self):
        order = self.other_job()
        self.pay(self.deposit(order, 60, post=True))
        move = self.bill_rest(order, 1199.99)
        vat = move.amount_tax
        self.assertVat(120, 60, vat)
        self.bank(self.shares(move))
        self.assertEqual(self.waiting(), 0)
        self.assertEqual(round(sum(self.collected().values()), 2), 180 + vat)

    def test_a_total_that_is_all_retained(self):
        order = self.other_job(payment_term_id=self.make_term((95, 30), (5, None)).id)
        self.pay(self.deposit(order, 60, post=True))
        # 5 % of 1 200.00
        move = self.bill_rest(order, 1140)
        self.assertEqual((move.amount_total, move.retention_amount), (60, 60))
        vat = move.amount_tax
        self.assertVat(120, 60, vat)
        self.bank(self.shares(move).filtered("is_retention"))
        self.assertEqual(self.waiting(), 0)
        self.assertEqual(round(sum(self.collected().values()), 2), 180 + vat)

    def test_an_early_discount_of_the_deposit(self):
        for name in ("loss", "gain"):
            self.company[f"account_journal_early_pay_discount_{name}_account_id"] = (
                self.company_data["default_account_expense"]
            )
        term = self.make_term(
            (100, 30), early_discount=True, discount_percentage=2, discount_days=10
        )
        order = self.other_job(payment_term_id=term.id)
        deposit = self.deposit(order, 60, post=True)
        move = self.bill_nought(order)
        self.assertEqual(self.pay(deposit).amount, 1352.4)
        self.assertEqual(deposit.amount_residual, 0)
        self.assertEqual(self.waiting(), 0)
        # The discount lowers the deposit's VAT by 2 %, not that of the works that it covers.
        self.assertVat(213.25, 6.63, 0)
        self.assertEqual(len(self.entries(move)), 1)

    # === OTHER DOCUMENTS OF NOUGHT ===#

    def make_invoice(self, *lines, **values):
        return self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2026-03-12",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.work.id,
                            "price_unit": price,
                            "tax_ids": [Command.set(tax.ids)],
                        }
                    )
                    for price, tax in lines
                ],
                **values,
            }
        )

    def test_without_deposits(self):
        self.customer = self.make_customer()
        move = self.make_invoice((1100, self.vat20), (-1200, self.vat10))
        self.assertEqual(move.amount_total, 0)
        move.action_post()
        self.assertVat(220, -120, 0)
        entry = self.entries(move)
        self.assertEqual(entry.date, move.date)
        # Odoo's tax report counts it, and so its bases.
        self.assertTrue(entry.always_tax_exigible)
        self.assertEqual(
            {
                tax: -sum(items.mapped("balance"))
                for tax, items in entry.line_ids.grouped("tax_ids").items()
                if tax
            },
            {self.vat20: 1100, self.vat10: -1200},
        )
        credit_note = move._reverse_moves([{}])
        credit_note.action_post()
        self.assertVat(0, 0, 0)
        credit_note.button_draft()
        credit_note.button_cancel()
        self.assertVat(220, -120, 0)
        move.button_draft()
        self.assertVat(0, 0, 0)
        # With a total it waits for its payment again.
        move.invoice_line_ids[0].price_unit = 1300
        move.action_post()
        self.assertVat(0, 0, 140)
        self.pay(move)
        self.assertVat(260, -120, 0)

    def test_taxes_that_cancel_out(self):
        move = self.make_invoice((1000, self.vat20), (-1000, self.vat20))
        move.action_post()
        self.assertFalse(move.tax_cash_basis_created_move_ids)

    def test_deposits_by_hand(self):
        order = self.other_job()
        deposit = self.deposit(order, 60, post=True)
        self.bank(self.shares(deposit), 690)
        move = self.make_invoice((1000, self.vat20))
        move.deduct_deposits([{"deposit_id": deposit.id, "amount": 1200}])
        self.assertEqual(move.amount_total, 0)
        move.action_post()
        self.assertVat(107.83, 3.91, 111.74)
        self.bank(self.shares(deposit))
        self.assertVat(215.65, 7.83, 0)

    def test_odoos_own_deduction(self):
        order = self.other_job()
        wizard = self.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": order.ids,
                "advance_payment_method": "fixed",
                "fixed_amount": 1200,
            }
        )
        deposit = wizard._create_invoices(order)
        deposit.action_post()
        move = order._create_invoices(final=True)
        line_b = self.work_line(order, "B")
        move.invoice_line_ids.filtered(lambda item: item.sale_line_ids == line_b).unlink()
        self.assertEqual(move.amount_total, 0)
        move.action_post()
        vat = {item.tax_line_id: -item.balance for item in move.line_ids.filtered("tax_line_id")}
        self.assertVat(0, 0, 200)
        self.pay(deposit)
        self.assertEqual(vat, {self.vat20: 95.65, self.vat10: -52.17})
        self.assertVat(200, 0, 0)

    def test_a_retention(self):
        order = self.other_job(payment_term_id=self.make_term((95, 30), (5, None)).id)
        deposit = self.deposit(order, 60, post=True)
        move = self.bill_nought(order)
        self.assertEqual(move.retention_amount, 0)
        self.pay(deposit)
        self.assertVat(215.65, 7.83, 0)
        balance = self.balance(order, post=True)
        retained = balance.retention_amount
        self.assertTrue(retained)
        for share in self.shares(balance).filtered(lambda share: not share.is_retention):
            self.bank(share)
        order.lose_retention()
        self.assertEqual(self.waiting(), 0)
        loss = balance.reversal_move_ids
        self.assertEqual(loss.amount_total, retained)
        self.assertEqual(round(sum(self.collected().values()), 2), 300 - loss.amount_tax)

    def test_a_foreign_currency(self):
        currency = self.env["res.currency"].create(
            {
                "name": "TRI",
                "symbol": "3",
                "rate_ids": [
                    Command.create({"name": "2020-01-01", "rate": 3.0}),
                    Command.create({"name": "2026-03-20", "rate": 4.0}),
                ],
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "TRI", "currency_id": currency.id}
        )
        order = self.other_job(pricelist_id=pricelist.id)
        deposit = self.deposit(order, 60, invoice_date="2026-03-01", post=True)
        move = self.bill_nought(order, invoice_date="2026-03-12")
        share = self.shares(deposit)
        self.bank(share, 690, "2026-03-15")
        self.bank(share, date="2026-03-25")
        vat = {
            tax: sum(
                -item.amount_currency
                for item in self.entries(move).line_ids
                if item.tax_line_id == tax
            )
            for tax in (self.vat20, self.vat10)
        }
        self.assertEqual(vat, {self.vat20: 95.65, self.vat10: -52.17})
        # Its company amounts are the document's own: 95.65 / 3 and 52.17 / 3
        balances = [
            round(sum(-i.balance for i in self.entries(move).line_ids if i.tax_line_id == tax), 2)
            for tax in (self.vat20, self.vat10)
        ]
        self.assertEqual(balances, [31.88, -17.39])
        self.assertEqual(self.waiting(), 0)

    # === WHO, AND WHAT IT COSTS ===#

    def test_an_accountant_without_sales(self):
        user = new_test_user(
            self.env,
            login="biller",
            groups="account.group_account_invoice",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        deposit = self.first
        self.nought.with_user(user).button_draft()
        self.nought.with_user(user).action_post()
        # A caller's context can't say what is collected.
        wizard = (
            self.env["account.payment.register"]
            .with_user(user)
            .with_context(
                active_model="account.move",
                active_ids=deposit.ids,
                prepared_cash_basis={"values": {}},
            )
        )
        wizard.create({})._create_payments()
        self.assertVat(215.65, 7.83, 0)

    def test_it_costs_nothing_elsewhere(self):
        order = self.make_order(self.line("A", 1, 1000.0), deduction_rule="full")
        deposit = self.deposit(order, 60, post=True)
        move = self.situation(order, 50, post=True)
        self.assertEqual(move.amount_total, 0)
        self.company.tax_exigibility = False
        moves = deposit | move
        moves.mapped("state")
        with self.assertQueryCount(0):
            moves._get_deducting_moves()
            moves._get_settled_moves()
            moves._collect_as_deposits_are_paid()
