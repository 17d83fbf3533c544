"""What is done with a retention: released, replaced by a guarantee, opposed, lost; and undone."""

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ...models.retention.account_payment_term import NO_DATE
from ..common import SituationCommon


@tagged("post_install", "-at_install")
class TestRetentionFollowUp(SituationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-09-15"))
        cls.term = cls.make_term((95, 30), (5, None))
        cls.order = cls.make_order(
            cls.line("Works", 1, 9000.0),
            cls.line("Trees", 1, 1000.0, cls.tax10),
            payment_term_id=cls.term.id,
        )
        # 10 800 + 1 100; of each 30 %: 3 570, 178.50 retained
        cls.first = cls.situation(cls.order, 30, invoice_date="2026-03-12", post=True)
        cls.second = cls.situation(cls.order, 60, invoice_date="2026-04-12", post=True)
        cls.Operation = cls.env["account.retention.operation"]

    def operation(self, operation_id):
        return self.Operation.browse(operation_id)

    def where(self, move):
        """Return the row of the list for a document's retention."""
        self.env.invalidate_all()
        return self.env["account.retention"].search([("move_id", "=", move.id)])

    def pay_all_but_the_retention(self, *moves):
        for move in moves:
            self.pay_next(move)
            self.assertTrue(move.is_paid_except_retention)

    def pay_next(self, move, **values):
        """Pay what the button "Pay" proposes; return it."""
        action = move.action_register_payment()
        wizard = self.env[action["res_model"]].with_context(**action["context"]).create(values)
        amount = wizard.amount
        wizard._create_payments()
        return amount

    def assertStands(self, move, state, **amounts):
        """The row's state and amounts, and that these are a partition of what is retained."""
        row = self.where(move)
        self.assertEqual(row.state, state)
        for name, amount in amounts.items():
            self.assertEqual(row.currency_id.round(row[name]), amount, name)
        paid = row.amount - row.lost - row.residual
        self.assertAlmostEqual(paid + row.due + row.held + row.opposed + row.lost, row.amount, 6)
        self.assertAlmostEqual(row.residual, row.due + row.held + row.opposed, 6)
        return row

    # === RELEASE ===#

    def test_held_by_itself(self):
        row = self.assertStands(self.first, "held", held=178.5, due=0, residual=178.5)
        self.assertEqual(
            (row.date, row.order_id, row.partner_id), (False, self.order, self.customer)
        )
        self.assertEqual(self.order.retention_held, 357)

    def test_release_the_whole(self):
        operation = self.operation(self.order.release_retention())
        self.assertEqual((operation.amount, operation.kind), (357, "release"))
        for move in (self.first, self.second):
            row = self.assertStands(move, "released", due=178.5, held=0, not_due=0)
            self.assertEqual(str(row.date), "2026-09-15")
            self.assertEqual(str(move._get_retention_lines().date_maturity), "2026-09-15")
            self.assertEqual(move.amount_due_now, move.amount_total)
        recap = self.order.get_billing_recap()
        self.assertEqual((recap["retention_held"], recap["retention_released"]), (0, 357))
        self.assertIn("357", self.order.message_ids[0].body)
        self.assertIn(self.first.name, self.order.message_ids[0].body)
        # nothing is left to be released a second time
        with self.assertRaisesRegex(UserError, "no retention"):
            self.order.release_retention()

    def test_release_a_part_the_oldest_first(self):
        self.order.release_retention(200)
        self.assertStands(self.first, "released", due=178.5, held=0)
        self.assertStands(self.second, "held", due=21.5, held=157, not_due=157)
        self.assertEqual(self.second.amount_due_now, 3570 - 157)
        self.pay_all_but_the_retention(self.first, self.second)
        self.assertEqual(self.second._get_invoice_next_payment_values()["amount_due"], 21.5)
        self.assertEqual(self.pay_next(self.second), 21.5)
        self.assertStands(self.second, "held", due=0, held=157, residual=157)
        self.assertEqual(self.second._get_invoice_next_payment_values()["amount_due"], 0)
        self.order.release_retention(57)
        self.assertStands(self.second, "held", due=57, held=100)
        self.order.release_retention()
        self.assertStands(self.second, "released", due=157, held=0)
        self.assertEqual(self.pay_next(self.second), 157)
        self.assertStands(self.second, "released", due=0, residual=0)

    def test_a_release_after_a_payment_ahead(self):
        self.pay_all_but_the_retention(self.first)
        self.pay_next(self.first, amount=100)
        self.assertStands(self.first, "held", residual=78.5, held=78.5)
        operation = self.operation(self.order.release_retention(78.5))
        self.assertEqual(operation.share_ids.paid_before, 100)
        self.assertStands(self.first, "released", due=78.5, held=0)
        operation.action_undo()
        self.assertStands(self.first, "held", due=0, held=78.5)

    def test_undo_while_unpaid(self):
        operation = self.operation(self.order.release_retention())
        operation.action_undo()
        self.assertFalse(operation.exists())
        self.assertStands(self.first, "held", due=0, held=178.5)
        self.assertEqual(self.first._get_retention_lines().date_maturity, NO_DATE)
        self.assertIn("Undone", self.order.message_ids[0].body)
        operation = self.operation(self.order.release_retention(20))
        self.pay_all_but_the_retention(self.first)
        self.pay_next(self.first)
        with self.assertRaisesRegex(UserError, "paid since"):
            operation.action_undo()
        # a later one of the same retention can be
        self.operation(self.order.release_retention(30)).action_undo()
        self.assertStands(self.first, "held", due=0, held=158.5)

    def test_the_date_comes_by_itself(self):
        self.order.works_acceptance_date = "2025-09-15"
        self.assertStands(self.first, "due", due=178.5, held=0)
        self.order.works_acceptance_date = "2025-09-16"
        self.assertStands(self.first, "held", due=0, held=178.5)
        # a release is earlier, and stays when the date moves
        self.order.release_retention()
        self.order.works_acceptance_date = "2026-09-16"
        self.assertStands(self.first, "released", due=178.5)
        self.assertEqual(str(self.where(self.first).date), "2026-09-15")

    def test_bad_input(self):
        for amount in (0, -5, 357.01, "much"):
            with self.assertRaises(UserError):
                self.order.release_retention(amount)
        with self.assertRaisesRegex(UserError, "not come yet"):
            self.order.release_retention(date="2026-09-16")
        with self.assertRaisesRegex(UserError, "not a date"):
            self.order.release_retention(date="soon")
        with self.assertRaisesRegex(UserError, "reason"):
            self.order.oppose_retention("")
        with self.assertRaisesRegex(UserError, "bank"):
            self.order.replace_retention("")
        self.assertFalse(self.order.retention_operation_ids)

    def test_it_stands_through_a_draft(self):
        self.order.release_retention()
        self.first.button_draft()
        self.first.action_post()
        self.assertStands(self.first, "released", due=178.5)
        self.assertEqual(str(self.first._get_retention_lines().date_maturity), "2026-09-15")

    # === BANK GUARANTEE ===#

    def test_a_guarantee_for_the_whole(self):
        operation = self.operation(self.order.replace_retention("BNP", reference="G-1"))
        # 5 % of 11 900
        self.assertEqual(operation.amount, 595)
        self.assertEqual(operation.details, "BNP, G-1")
        self.assertStands(self.first, "replaced", due=178.5, held=0)
        self.assertEqual(self.order.preview_situation(80)["retention"], 0)
        third = self.situation(self.order, 80, post=True)
        self.assertEqual(third.retention_amount, 0)
        self.assertEqual(self.balance(self.order, post=True).retention_amount, 0)
        operation.action_undo()
        self.assertStands(self.first, "held", due=0, held=178.5)

    def test_after_an_undone_guarantee_the_rest_is_caught_up(self):
        operation = self.operation(self.order.replace_retention("BNP"))
        self.situation(self.order, 80, post=True)
        operation.action_undo()
        balance = self.balance(self.order, post=True)
        self.assertEqual(balance.retention_amount, 238)
        self.assertEqual(self.order.get_billing_recap()["retention_held"], 595)

    def test_a_guarantee_for_a_part(self):
        self.order.replace_retention("BNP", 400)
        # 357 of it now, 43 of what comes
        self.assertStands(self.second, "replaced", due=178.5)
        third = self.situation(self.order, 80, post=True)
        self.assertEqual(third.retention_amount, 119 - 43)
        balance = self.balance(self.order, post=True)
        self.assertEqual(balance.retention_amount, 119)
        recap = self.order.get_billing_recap()
        self.assertEqual((recap["retention_held"], recap["retention_released"]), (195, 357))

    def test_a_guarantee_below_what_is_held(self):
        self.order.replace_retention("BNP", 100)
        self.assertStands(self.first, "held", due=100, held=78.5)
        self.assertEqual(self.situation(self.order, 80, post=True).retention_amount, 119)

    def test_a_guarantee_before_the_first_document(self):
        order = self.make_order(self.line("Works", 1, 1000.0), payment_term_id=self.term.id)
        order.replace_retention("BNP", 40)
        first = self.situation(order, 50, post=True)
        self.assertEqual(first.retention_amount, 0)
        self.assertEqual(self.balance(order, post=True).retention_amount, 20)

    def test_no_guarantee_where_nothing_is_retained(self):
        order = self.make_order(self.line("Works", 1, 1000.0))
        with self.assertRaisesRegex(UserError, "no retention"):
            order.replace_retention("BNP", 100)

    def test_a_guarantee_and_other_bases(self):
        for base, retained in (("total", 10), ("untaxed", 0)):
            term = self.make_term((95, 30), (5, None), retention_base=base)
            order = self.make_order(self.line("Works", 1, 1000.0), payment_term_id=term.id)
            order.replace_retention("BNP", 50)
            self.assertEqual(self.situation(order, 50, post=True).retention_amount, 0)
            self.assertEqual(self.balance(order, post=True).retention_amount, retained, base)

    def test_a_guarantee_after_a_release_that_was_paid(self):
        self.order.release_retention()
        self.pay_all_but_the_retention(self.first, self.second)
        for move in (self.first, self.second):
            self.pay_next(move)
        operation = self.operation(self.order.replace_retention("BNP"))
        # what is still to come: 595 − 357
        self.assertEqual(operation.amount, 238)
        self.assertEqual(self.balance(self.order, post=True).retention_amount, 0)

    # === OPPOSITION ===#

    def test_an_opposition(self):
        self.order.works_acceptance_date = "2025-06-01"
        self.assertStands(self.first, "due", due=178.5)
        operation = self.operation(
            self.order.oppose_retention("Leaking roof", 200, date="2026-05-20")
        )
        self.assertStands(self.first, "opposed", due=0, opposed=178.5, not_due=178.5)
        self.assertStands(self.second, "opposed", due=157, opposed=21.5)
        self.assertEqual(self.first._get_retention_lines().date_maturity, NO_DATE)
        self.assertEqual(self.second.amount_due_now, 3570 - 21.5)
        self.pay_all_but_the_retention(self.second)
        self.assertEqual(self.pay_next(self.second), 157)
        self.assertStands(self.second, "opposed", due=0, opposed=21.5, residual=21.5)
        self.assertIn("Leaking roof", self.order.message_ids[0].body)
        operation.action_undo()
        self.assertStands(self.first, "due", due=178.5)
        self.assertStands(self.second, "due", due=21.5)
        self.assertEqual(str(self.first._get_retention_lines().date_maturity), "2026-06-01")

    # === LOSS ===#

    def test_a_loss(self):
        self.pay_all_but_the_retention(self.first)
        operation = self.operation(self.order.lose_retention(178.5))
        credit = operation.credit_note_ids
        self.assertEqual((credit.move_type, credit.state), ("out_refund", "posted"))
        self.assertEqual(credit.reversed_entry_id, self.first)
        # 178.50 as the invoice: 162.00 at 20 %, 16.50 at 10 %
        self.assertEqual((credit.amount_untaxed, credit.amount_tax), (150, 28.5))
        taxes = {line.tax_line_id: line.balance for line in credit.line_ids if line.tax_line_id}
        self.assertEqual(taxes, {self.tax20: 27, self.tax10: 1.5})
        income = credit.invoice_line_ids.account_id
        self.assertEqual(income, self.first.invoice_line_ids.account_id)
        self.assertEqual(
            credit.line_ids.filtered(lambda line: line.display_type == "payment_term").account_id,
            self.company.retention_account_id,
        )
        self.assertStands(self.first, "lost", lost=178.5, residual=0)
        self.assertEqual((self.first.amount_residual, credit.amount_residual), (0, 0))
        self.assertIn(self.first.payment_state, ("paid", "in_payment"))
        self.assertStands(self.second, "held", held=178.5)
        # the order stays billed as it was
        recap = self.order.get_billing_recap()
        self.assertEqual(recap["invoiced_total"], 7140)
        self.assertEqual((recap["retention_held"], recap["retention_released"]), (178.5, 0))
        self.assertEqual(self.order.billing_progress, 60)
        balance = self.balance(self.order, post=True)
        self.assertEqual(balance.retention_amount, 238)
        self.assertJobTies(self.order)

    def test_a_loss_of_a_part_is_undone(self):
        operation = self.operation(self.order.lose_retention(28.33))
        credit = operation.credit_note_ids
        self.assertEqual(credit.amount_total, 28.33)
        self.assertStands(self.first, "held", lost=28.33, held=150.17)
        self.order.release_retention()
        self.assertStands(self.first, "released", lost=28.33, due=150.17)
        operation.action_undo()
        self.assertEqual(credit.state, "cancel")
        self.assertStands(self.first, "held", lost=0, due=150.17, held=28.33)

    def test_a_loss_settles_an_opposition(self):
        self.order.works_acceptance_date = "2025-06-01"
        self.order.oppose_retention("Leaking roof", 50)
        self.order.lose_retention(50)
        self.assertStands(self.first, "due", lost=50, opposed=0, due=128.5)

    def test_a_loss_by_a_credit_note_that_is_cancelled_by_hand(self):
        operation = self.operation(self.order.lose_retention(178.5))
        credit = operation.credit_note_ids
        # Odoo keeps a draft reconciled.
        credit.button_draft()
        self.assertStands(self.first, "lost", lost=178.5, residual=0)
        credit.button_cancel()
        self.assertStands(self.first, "held", lost=0, held=178.5)
        credit.button_draft()
        credit.action_post()
        self.assertStands(self.first, "lost", lost=178.5, residual=0)

    def test_a_loss_of_what_a_deposit_was_deducted_from(self):
        order = self.make_order(self.line("Works", 1, 1000.0), payment_term_id=self.term.id)
        self.deposit(order, 30, post=True)
        move = self.balance_after(order)
        self.assertEqual((move.amount_total, move.retention_amount), (840, 60))
        operation = self.operation(order.lose_retention())
        credit = operation.credit_note_ids
        self.assertEqual((credit.amount_untaxed, credit.amount_tax), (50, 10))
        self.assertNotIn(self.company.downpayment_account_id, credit.line_ids.account_id)

    def balance_after(self, order):
        return self.situation(order, 100, deduction_rule="full", post=True)

    def test_a_loss_with_vat_on_payment(self):
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
        self.pay_next(move)
        order.lose_retention()
        self.assertEqual(move.amount_residual, 0)
        items = self.env["account.move.line"].search(
            [("tax_line_id", "=", tax.id), ("parent_state", "=", "posted")]
        )
        due = items.filtered(lambda item: item.account_id != account)
        self.assertEqual(order.currency_id.round(-sum(due.mapped("balance"))), 760)
        pending = self.env["account.move.line"].search([("account_id", "=", account.id)])
        self.assertEqual(order.currency_id.round(sum(pending.mapped("balance"))), 0)

    def test_an_opposition_after_a_loss_stands(self):
        self.order.lose_retention(50)
        operation = self.operation(self.order.oppose_retention("Leaking roof", 100))
        self.assertStands(self.first, "opposed", lost=50, opposed=100)
        self.order.works_acceptance_date = "2025-06-01"
        self.assertStands(self.first, "opposed", due=28.5)
        self.order.lose_retention(30)
        self.assertStands(self.first, "opposed", lost=80, opposed=70, due=28.5)
        # an opposition that a loss has settled is forgotten with it
        operation.action_undo()
        self.assertStands(self.first, "due", lost=80, opposed=0, due=98.5)
        self.order.oppose_retention("Again", 40)
        self.assertStands(self.first, "opposed", lost=80, opposed=40, due=58.5)

    def test_what_is_released_and_opposed_is_not_asked_for(self):
        self.order.release_retention(178.5)
        self.order.oppose_retention("Leaking roof", 178.5)
        self.assertStands(self.first, "opposed", due=0, released=0, not_due=178.5)
        self.assertEqual(self.first.amount_due_now, 3391.5)
        recap = self.order.get_billing_recap()
        self.assertEqual((recap["retention_held"], recap["retention_released"]), (357, 0))

    def test_what_is_lost_is_not_asked_for(self):
        self.assertEqual(self.first.amount_due_now, 3391.5)
        self.order.lose_retention(100)
        self.assertEqual(self.first.amount_due_now, 3391.5)
        self.order.release_retention(78.5)
        self.assertEqual(self.first.amount_due_now, 3470)

    def test_a_loss_is_reversed(self):
        credit = self.operation(self.order.lose_retention(178.5)).credit_note_ids
        back = credit._reverse_moves([{"invoice_date": "2026-09-15"}])
        back.action_post()
        self.assertEqual(back.amount_total, 178.5)
        terms = back.line_ids.filtered(lambda line: line.display_type == "payment_term")
        self.assertEqual(terms.account_id, self.company.retention_account_id)

    # === CREDIT NOTES ===#

    def credit(self, move):
        credit = move._reverse_moves([{"invoice_date": "2026-06-01"}])
        credit.action_post()
        return credit

    def test_a_guarantee_after_a_credit_note(self):
        self.credit(self.second)
        self.assertFalse(self.where(self.second))
        self.assertEqual(self.operation(self.order.replace_retention("BNP")).amount, 595)
        self.assertEqual(self.balance(self.order, post=True).retention_amount, 0)

    def test_a_credit_note_after_a_guarantee(self):
        self.order.replace_retention("BNP")
        self.credit(self.second)
        self.situation(self.order, 60, post=True)
        self.assertEqual(self.balance(self.order, post=True).retention_amount, 0)

    def test_a_credit_note_is_no_payment(self):
        operation = self.operation(self.order.release_retention())
        self.credit(self.second)
        recap = self.order.get_billing_recap()
        self.assertEqual((recap["retention_held"], recap["retention_released"]), (0, 178.5))
        operation.action_undo()
        recap = self.order.get_billing_recap()
        self.assertEqual((recap["retention_held"], recap["retention_released"]), (178.5, 0))

    def test_payments_ahead_are_handed_over_and_forgotten(self):
        self.pay_all_but_the_retention(self.first)
        self.pay_next(self.first, amount=100)
        first = self.operation(self.order.release_retention(20))
        self.order.release_retention(30)
        self.assertStands(self.first, "held", due=50, held=28.5)
        first.action_undo()
        self.assertStands(self.first, "held", due=30, held=48.5)
        # the payment bounces
        self.first._get_retention_lines().remove_move_reconcile()
        self.assertStands(self.first, "held", due=30, held=148.5)

    def test_pay_several_invoices_each_by_itself(self):
        self.pay_all_but_the_retention(self.first, self.second)
        self.order.release_retention(200)
        moves = self.first | self.second
        action = moves.action_register_payment()
        for group in (False, True):
            wizard = self.env[action["res_model"]].with_context(**action["context"])
            self.assertEqual(wizard.create({"group_payment": group}).amount, 200)
        payments = wizard.create({"group_payment": False})._create_payments()
        self.assertEqual(sorted(payments.mapped("amount")), [21.5, 178.5])
        self.assertStands(self.second, "held", residual=157)

    def test_pay_a_part_that_is_due_with_an_open_invoice(self):
        self.pay_all_but_the_retention(self.first)
        self.order.release_retention(50)
        moves = self.first | self.second
        action = moves.action_register_payment()
        wizard = self.env[action["res_model"]].with_context(**action["context"]).create({})
        payments = wizard._create_payments()
        self.assertEqual(sorted(payments.mapped("amount")), [50, 3391.5])

    # === THE LIST ===#

    def test_the_list_by_state(self):
        Retention = self.env["account.retention"]
        self.order.release_retention(178.5)
        self.order.oppose_retention("Leaking roof", 178.5)
        # the opposition falls on the oldest one that is unpaid
        domain = [("order_id", "=", self.order.id)]
        groups = Retention._read_group(
            domain, ["state"], ["residual_company:sum", "held_company:sum"]
        )
        self.assertEqual(groups, [("held", 178.5, 178.5), ("opposed", 178.5, 0)])
        self.assertEqual(Retention.search([*domain, ("state", "=", "held")]).move_id, self.second)
        for group in ("partner_id", "order_id", "user_id", "date:month"):
            total = sum(row[1] for row in Retention._read_group(domain, [group], ["amount:sum"]))
            self.assertEqual(total, 357)

    def test_a_credit_note_takes_its_part(self):
        credit = self.second._reverse_moves([{"invoice_date": "2026-06-01"}])
        credit.action_post()
        rows = self.env["account.retention"].search([("order_id", "=", self.order.id)])
        self.assertEqual(sum(rows.mapped("amount")), 178.5)
        self.assertEqual(sum(rows.mapped("held")), 178.5)
        operation = self.operation(self.order.release_retention())
        self.assertEqual(operation.amount, 178.5)

    def test_an_invoice_without_order(self):
        move = self.first.copy({"invoice_date": "2026-05-01"})
        move.action_post()
        self.assertFalse(move.billing_order_id)
        wizard = self.open(self.where(move), "action_release")
        self.assertEqual((wizard.available, wizard.amount), (178.5, 178.5))
        wizard.amount = 100
        wizard.action_confirm()
        self.assertStands(move, "held", due=100, held=78.5)
        self.assertIn("100", move.message_ids[0].body)
        row = self.where(move)
        row.operation_ids.action_undo()
        self.assertStands(move, "held", due=0)

    def test_retentions_of_several_orders(self):
        other = self.make_order(self.line("Works", 1, 1000.0), payment_term_id=self.term.id)
        third = self.situation(other, 50, post=True)
        rows = self.where(self.first) | self.where(third)
        wizard = self.open(rows, "action_release")
        self.assertFalse(wizard.currency_id)
        wizard.action_confirm()
        self.assertStands(self.first, "released", due=178.5)
        self.assertStands(third, "released", due=30)
        self.assertStands(self.second, "held")
        self.assertEqual(other.retention_operation_ids.amount, 30)
        with self.assertRaisesRegex(UserError, "left that can be changed"):
            rows.action_release()
        with self.assertRaisesRegex(UserError, "Choose"):
            self.env["account.retention"].action_release()

    def open(self, rows, name):
        action = getattr(rows, name)()
        return rows.env[action["res_model"]].browse(action["res_id"])

    def test_from_the_order(self):
        wizard = self.open(self.order, "action_oppose_retention")
        self.assertEqual((wizard.kind, wizard.available), ("opposition", 357))
        with self.assertRaisesRegex(UserError, "reason"):
            wizard.action_confirm()
        wizard.reason = "Leaking roof"
        wizard.action_confirm()
        self.assertStands(self.second, "opposed", opposed=178.5)
        order = self.make_order(self.line("Works", 1, 1000.0), payment_term_id=self.term.id)
        wizard = self.open(order, "action_replace_retention")
        self.assertEqual(wizard.amount, 60)
        wizard.bank = "BNP"
        wizard.action_confirm()
        self.assertEqual(order.retention_operation_ids.amount, 60)

    # === ANNOUNCEMENT, LETTER ===#

    def test_an_activity_once_it_is_due(self):
        Retention = self.env["account.retention"]
        salesman = new_test_user(self.env, "rita", groups="sales_team.group_sale_salesman")
        self.order.user_id = salesman
        Retention._cron_announce_due()
        self.assertFalse(self.order.activity_ids)
        self.order.works_acceptance_date = "2025-09-15"
        Retention._cron_announce_due()
        Retention._cron_announce_due()
        activity = self.order.activity_ids
        self.assertEqual((len(activity), activity.user_id), (1, salesman))
        self.assertIn(self.second.name, activity.note)
        self.order.release_retention()
        self.assertFalse(self.order.activity_ids)

    def test_what_is_opposed_in_part_is_announced(self):
        self.order.works_acceptance_date = "2025-09-15"
        self.order.oppose_retention("Leaking roof", 10)
        self.env["account.retention"]._cron_announce_due()
        self.assertIn("168.50", self.order.activity_ids.note)

    def test_opposed_ones_are_not_announced(self):
        self.order.works_acceptance_date = "2025-09-15"
        self.order.oppose_retention("Leaking roof")
        self.env["account.retention"]._cron_announce_due()
        self.assertFalse(self.order.activity_ids)

    def test_the_letter(self):
        letter = self.order._get_release_letter()
        self.assertEqual((letter["is_due"], letter["total"]), (False, 357))
        self.order.write({"works_acceptance_date": "2025-06-01", "works_reserves": "Gutter"})
        self.order.oppose_retention("Leaking roof", 100)
        letter = self.order._get_release_letter()
        self.assertEqual((letter["is_due"], letter["total"], letter["opposed"]), (True, 257, 100))
        self.assertEqual([row["amount"] for row in letter["rows"]], [78.5, 178.5])
        report = self.env["ir.actions.report"]
        for name, record in (
            ("action_report_retention_letter", self.order),
            ("action_report_retention_letter_invoice", self.second),
        ):
            html, _type = report._render_qweb_html(f"sale_situation_invoicing.{name}", record.ids)
            text = html.decode()
            self.assertIn("71-584", text)
            self.assertIn("Gutter", text)
            self.assertIn(self.second.name, text)
            self.assertIn("178.50", text)

    def test_a_letter_about_nothing(self):
        order = self.make_order(self.line("Works", 1, 1000.0), payment_term_id=self.term.id)
        draft = self.situation(order, 10)
        report = self.env["ir.actions.report"]
        for name, record in (
            ("action_report_retention_letter", order | self.order),
            ("action_report_retention_letter_invoice", draft),
        ):
            html, _type = report._render_qweb_html(f"sale_situation_invoicing.{name}", record.ids)
            self.assertIn("Nothing of it is left", html.decode())
        with self.assertRaisesRegex(UserError, "left to be paid"):
            order.action_send_release_letter()

    def test_the_mail(self):
        self.order.works_acceptance_date = "2025-06-01"
        self.customer.email = "customer@example.com"
        action = self.order.action_send_release_letter()
        composer = self.env[action["res_model"]].with_context(**action["context"]).create({})
        self.assertIn("357", composer.body)
        self.assertIn(self.order.name, composer.subject)
        composer._action_send_mail()
        message = self.order.message_ids[0]
        self.assertIn(self.customer, message.partner_ids)
        self.assertEqual(len(message.attachment_ids), 1)
        self.assertIn(self.order.name, message.attachment_ids.name)

    # === RIGHTS ===#

    def test_who_may(self):
        salesman = new_test_user(
            self.env, "sam", groups="sales_team.group_sale_salesman", company_id=self.company.id
        )
        other = new_test_user(
            self.env, "olga", groups="sales_team.group_sale_salesman", company_id=self.company.id
        )
        accountant = new_test_user(
            self.env, "ann", groups="account.group_account_invoice", company_id=self.company.id
        )
        reader = new_test_user(
            self.env, "rob", groups="account.group_account_readonly", company_id=self.company.id
        )
        self.order.user_id = salesman
        mine = self.order.with_user(salesman)
        wizard = self.open(mine, "action_release_retention")
        wizard.amount = 10
        wizard.action_confirm()
        self.assertEqual(mine.retention_operation_ids.amount, 10)
        self.assertEqual(mine.retention_due, 10)
        mine.retention_operation_ids.action_undo()
        mine.oppose_retention("Leaking roof", 20)
        with self.assertRaises(AccessError):
            mine.lose_retention()
        with self.assertRaises(AccessError):
            self.order.with_user(other).release_retention()
        for user in (other, reader):
            with self.assertRaises(AccessError):
                self.order.with_user(user).action_send_release_letter()
        with self.assertRaises(AccessError):
            self.order.with_user(reader).release_retention()
        operation = self.order.retention_operation_ids
        with self.assertRaises(AccessError):
            operation.with_user(reader).action_undo()
        with self.assertRaises(AccessError):
            operation.with_user(other).read(["amount"])
        with self.assertRaises(AccessError):
            operation.with_user(accountant).write({"amount": 5})
        with self.assertRaises(AccessError):
            self.env["account.retention"].with_user(salesman).search([])
        theirs = self.order.with_user(accountant)
        theirs.lose_retention(5)
        self.env["account.retention"].with_user(accountant).search([]).read()
        self.env["account.retention"].with_user(reader).search([]).read()
        self.env["account.retention.operation"].with_user(reader).search([]).read()

    def test_another_company(self):
        other = self.env["res.company"].create({"name": "Another company"})
        user = new_test_user(
            self.env, "otto", groups="account.group_account_invoice", company_id=other.id
        )
        self.order.release_retention(5)
        for name in ("account.retention", "account.retention.operation", "account.retention.share"):
            if name != "account.retention.share":
                self.assertTrue(self.env[name].search([]))
            self.assertFalse(self.env[name].with_user(user).search([]), name)

    # === SPEED ===#

    def test_a_constant_number_of_queries(self):
        counts = []
        for count in (3, 3, 12):  # the first one warms the caches
            order = self.make_order(self.line("Works", 1, 10000.0), payment_term_id=self.term.id)
            for number in range(1, count + 1):
                self.situation(order, number, invoice_date="2026-03-12", post=True)
            order.release_retention(9)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            order.get_billing_recap()
            self.assertEqual(order.retention_due + order.retention_held, count * 6)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])
