"""A loss that is undone where its credit note is locked: by hash, or by its period."""

from freezegun import freeze_time

from odoo.tests import tagged

from ..common import SituationCommon


@tagged("post_install", "-at_install")
class TestRetentionLossUndone(SituationCommon):
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
        cls.journal = cls.company_data["default_journal_sale"]

    def bill(self):
        """30 % of 10 800 and 1 100: 3 570, of which 178.50 are retained."""
        move = self.situation(self.order, 30, invoice_date="2026-03-12", post=True)
        self.assertEqual((move.amount_total, move.retention_amount), (3570, 178.5))
        return move

    def lose(self, move, amount=None, date="2026-08-20"):
        operation = self.env["account.retention.operation"].browse(
            self.order.lose_retention(amount, date)
        )
        credit = operation.credit_note_ids
        left = move._get_retention_lines().amount_residual
        self.assertAlmostEqual(left, 178.5 - credit.amount_total, 2)
        return operation, credit

    def balances(self):
        """Return what stands on each account, of all that is posted."""
        items = self.env["account.move.line"].search(
            [("company_id", "=", self.company.id), ("parent_state", "=", "posted")]
        )
        return {
            account: self.company.currency_id.round(sum(own.mapped("balance")))
            for account, own in items.grouped("account_id").items()
            if not self.company.currency_id.is_zero(sum(own.mapped("balance")))
        }

    def assertAsBefore(self, move, before, recap):
        self.env.invalidate_all()
        self.assertEqual(self.balances(), before)
        [row] = self.env["account.retention"].search([("order_id", "=", self.order.id)])
        self.assertEqual(row.move_id, move)
        self.assertEqual(
            (row.state, row.amount, row.held, row.lost, row.residual, row.paid),
            ("held", 178.5, 178.5, 0, 178.5, 0),
        )
        # Neither the credit note nor what reverses it is a retention.
        self.assertFalse(
            self.env["account.retention"].search(
                [("partner_id", "=", self.customer.id), ("move_id", "!=", move.id)]
            )
        )
        self.assertEqual(self.order.get_billing_recap(), recap)
        self.assertEqual(recap["retention_held"], 178.5)
        self.assertEqual(move.retention_residual, 178.5)
        self.assertTrue(move.can_be_cancelled)

    def assertReversed(self, credit, date):
        """The credit note stands, and an invoice of the same amounts settles it."""
        self.assertEqual(credit.state, "posted")
        back = credit.reversal_move_ids
        self.assertEqual(
            (back.move_type, back.state, str(back.date)), ("out_invoice", "posted", date)
        )
        self.assertEqual(
            (back.amount_untaxed, back.amount_tax), (credit.amount_untaxed, credit.amount_tax)
        )
        self.assertEqual((back.amount_residual, credit.amount_residual), (0, 0))
        for item in credit.line_ids:
            self.assertIn(item.account_id, back.line_ids.account_id)
        self.assertEqual(
            {line.tax_line_id: -line.balance for line in back.line_ids if line.tax_line_id},
            {line.tax_line_id: line.balance for line in credit.line_ids if line.tax_line_id},
        )
        return back

    def test_journal_locked_by_hash(self):
        self.journal.restrict_mode_hash_table = True
        move = self.bill()
        before, recap = self.balances(), self.order.get_billing_recap()
        operation, credit = self.lose(move)
        self.assertTrue(credit.inalterable_hash)
        self.assertFalse(move.can_be_cancelled)
        self.assertTrue(operation.action_undo())
        self.assertFalse(operation.exists())
        self.assertReversed(credit, "2026-08-20")
        self.assertAsBefore(move, before, recap)
        # What is held again can be lost again, and released.
        operation, credit = self.lose(move, 28.33)
        self.assertEqual(credit.amount_total, 28.33)
        operation.action_undo()
        self.assertReversed(credit, "2026-08-20")
        self.assertAsBefore(move, before, recap)
        self.order.release_retention()
        self.env.invalidate_all()
        [row] = self.env["account.retention"].search([("order_id", "=", self.order.id)])
        self.assertEqual((row.due, row.lost), (178.5, 0))

    def test_locked_period(self):
        """The month of the credit note is closed: it is reversed on the first of the next."""
        move = self.bill()
        before, recap = self.balances(), self.order.get_billing_recap()
        operation, credit = self.lose(move)
        self.assertFalse(credit.inalterable_hash)
        self.company.tax_lock_date = "2026-08-31"
        operation.action_undo()
        self.assertReversed(credit, "2026-09-01")
        self.assertAsBefore(move, before, recap)

    def test_open_period(self):
        """Nothing is locked: the credit note is cancelled, as ever."""
        move = self.bill()
        before, recap = self.balances(), self.order.get_billing_recap()
        operation, credit = self.lose(move)
        operation.action_undo()
        self.assertEqual(credit.state, "cancel")
        self.assertFalse(credit.reversal_move_ids)
        self.assertAsBefore(move, before, recap)

    def test_both_in_one_operation(self):
        """A loss of two documents, of which the first one's credit note stands in another journal."""
        first = self.bill()
        second = self.situation(self.order, 60, invoice_date="2026-04-12", post=True)
        before = self.balances()
        operation = self.env["account.retention.operation"].browse(self.order.lose_retention(200))
        credits = operation.credit_note_ids.sorted("amount_total")
        self.assertEqual(credits.mapped("amount_total"), [21.5, 178.5])
        self.journal.restrict_mode_hash_table = True
        operation.action_undo()
        self.assertEqual(self.balances(), before)
        for move in first | second:
            self.assertEqual(move.retention_residual, 178.5)

    def test_vat_on_payments(self):
        """4 800 of which 800 are VAT, 4 560 paid: 760 collected; the loss of 240 takes 40 away."""
        waiting = self.env["account.account"].create(
            {
                "name": "VAT pending",
                "code": "445778",
                "account_type": "liability_current",
                "reconcile": True,
            }
        )
        tax = self.make_tax(
            20, tax_exigibility="on_payment", cash_basis_transition_account_id=waiting.id
        )
        self.journal.restrict_mode_hash_table = True
        self.order = self.make_order(
            self.line("Works", 1, 4000.0, tax), payment_term_id=self.term.id
        )
        move = self.situation(self.order, 100, invoice_date="2026-03-12", post=True)
        action = move.action_register_payment()
        wizard = self.env[action["res_model"]].with_context(**action["context"]).create({})
        self.assertEqual(wizard.amount, 4560)
        wizard._create_payments()

        def figures():
            self.env.invalidate_all()
            items = self.env["account.move.line"].search(
                [("tax_line_id", "=", tax.id), ("parent_state", "=", "posted")]
            )
            collected = items.filtered(lambda item: item.account_id != waiting)
            pending = self.env["account.move.line"].search(
                [("account_id", "=", waiting.id), ("parent_state", "=", "posted")]
            )
            return tuple(
                self.company.currency_id.round(-sum(group.mapped("balance")))
                for group in (collected, pending)
            )

        self.assertEqual(figures(), (760, 40))
        before = self.balances()
        operation = self.env["account.retention.operation"].browse(
            self.order.lose_retention(None, "2026-08-20")
        )
        self.assertEqual(figures(), (760, 0))
        operation.action_undo()
        self.assertEqual(figures(), (760, 40))
        self.assertEqual(self.balances(), before)
        # The retention is paid in the end: 240, of which 40 are VAT.
        self.order.release_retention()
        action = move.action_register_payment()
        wizard = self.env[action["res_model"]].with_context(**action["context"]).create({})
        self.assertEqual(wizard.amount, 240)
        wizard._create_payments()
        self.assertEqual(figures(), (800, 0))
