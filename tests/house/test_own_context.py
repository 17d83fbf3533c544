"""What a caller puts into the context: it steers no money, and gets around no check."""

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import SituationCommon


@tagged("post_install", "-at_install")
class TestOwnContext(SituationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.term = cls.make_term((95, 30), (5, None))
        # 1 200.00, of which 480.00 are billed.
        cls.order = cls.make_order(cls.line("Walls", 1, 1000), payment_term_id=cls.term.id)
        cls.first = cls.situation(cls.order, 40, invoice_date="2026-05-31", post=True)

    def call(self, **context):
        """Return the order as a caller of RPC has it."""
        self.env.flush_all()
        self.env.invalidate_all()
        return self.order.with_context(**context)

    def test_a_day_up_to_which_documents_count(self):
        order = self.call(accrual_entry_date="2026-01-31")
        self.assertEqual(order.preview_situation(60)["total"], 240)
        self.assertEqual(self.move(order.create_situation_invoice(60)).amount_total, 240)
        order = self.call(accrual_entry_date="2026-01-31")
        self.assertEqual(order.get_billing_recap()["invoiced_total"], 720)
        self.assertEqual(self.move(order.create_balance_invoice()).amount_total, 480)
        self.assertEqual(self.order.order_line.qty_invoiced, 1)
        self.assertJobTies(self.order)

    def test_odoos_own_invoice_on_such_a_day(self):
        move = self.call(accrual_entry_date="2026-01-31")._create_invoices()
        self.assertEqual(move.amount_total, 720)
        self.assertJobTies(self.order)

    def test_what_is_stored_on_such_a_day(self):
        """Whoever makes Odoo compute with it stores what is billed all the same."""
        order = self.call(accrual_entry_date="2026-01-31")
        order.order_line.modified(["contract_amount", "qty_invoiced"])
        self.first.with_context(accrual_entry_date="2026-01-31").line_ids.modified(
            ["amount_currency", "quantity"]
        )
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.order.billing_progress, 40)
        self.assertEqual(self.order.order_line.qty_invoiced, 0.4)

    def test_a_line_of_a_partial_invoice_stays_locked(self):
        self.order.create_partial_invoice(invoice_date="2026-05-31")
        line = self.call(accrual_entry_date="2026-01-31").order_line
        with self.assertRaisesRegex(UserError, "can't be changed"):
            line.price_unit = 1

    def test_accruals_of_odoo_ask_for_the_day(self):
        line = self.call(accrual_entry_date="2026-01-31").order_line
        self.assertEqual(line.qty_invoiced_at_date, 0)
        line = self.call(accrual_entry_date="2026-05-31").order_line
        self.assertEqual(line.qty_invoiced_at_date, 0.4)

    def test_defaults(self):
        journal = self.company_data["default_journal_sale"].copy({"code": "OTHER"})
        order = self.call(
            default_move_type="out_refund",
            default_journal_id=journal.id,
            default_billing_kind="deposit",
            default_billing_order_id=False,
            default_currency_id=self.env.ref("base.USD").id,
            default_invoice_date="2020-01-01",
            default_price_unit=1.0,
            default_quantity=7.0,
            default_discount=50.0,
            default_is_retention=True,
            default_auto_post="at_date",
            move_reverse_cancel=True,
            check_move_validity=False,
            skip_invoice_sync=True,
        )
        move = self.move(order.create_situation_invoice(60, invoice_date="2026-06-30"))
        self.assertRecordValues(
            move,
            [
                {
                    "move_type": "out_invoice",
                    "journal_id": self.first.journal_id.id,
                    "billing_kind": "situation",
                    "billing_order_id": self.order.id,
                    "currency_id": self.order.currency_id.id,
                    "amount_total": 240,
                    "retention_amount": 12,
                    "auto_post": "no",
                }
            ],
        )
        self.assertEqual(sum(move.line_ids.mapped("balance")), 0)

    def test_keys_of_our_own(self):
        """They count as objects that no client can make."""
        line = self.order.order_line
        order = self.call(
            situation_texts={"title": "Mine", line.id: "Mine", str(line.id): "Mine"},
            situation_rest_values={self.order.id: {line.id: {"price_unit": 1.0}}},
            retention_case={"none": True},
            deposit_total=1.0,
            hold_payment_notices=True,
            payment_destination_account_id=1,
        )
        move = self.move(order.create_situation_invoice(60))
        self.assertNotIn("Mine", "".join(move.invoice_line_ids.mapped("name")))
        self.assertEqual((move.amount_total, move.retention_amount), (240, 12))
        deposit = self.move(order.create_deposit_invoice(10))
        self.assertEqual(deposit.amount_total, 120)
        wizard = self.env["sale.advance.payment.inv"].with_context(deposit_total=1.0)
        wizard = wizard.create(
            {
                "sale_order_ids": [Command.set(self.order.ids)],
                "advance_payment_method": "fixed",
                "fixed_amount": 60,
            }
        )
        wizard.create_invoices()
        self.assertEqual(max(self.order.billing_document_ids, key=lambda m: m.id).amount_total, 60)
        move = order._create_invoices()
        self.assertEqual(move.amount_total, 480)

    def test_a_credit_note_alone_copies_deductions(self):
        deposit = self.deposit(self.order, 10, post=True)
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "By hand",
                            "price_unit": 500,
                            "tax_ids": [Command.set(self.tax20.ids)],
                        }
                    )
                ],
            }
        )
        invoice.deduct_deposits([{"deposit_id": deposit.id, "amount": 60.0}])
        copy = invoice.with_context(include_business_fields=True).copy()
        self.assertEqual((invoice.amount_total, copy.amount_total), (540, 600))
        self.assertFalse(copy.invoice_line_ids.filtered("is_downpayment"))

    def test_language_stays(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        order = self.call(lang="fr_FR", accrual_entry_date="2026-01-31")
        with self.assertRaisesRegex(UserError, "YYYY-MM-DD|AAAA-MM-JJ"):
            order.create_situation_invoice(60, invoice_date="soon")

    def test_markup_that_users_typed(self):
        typed = "<b onclick='x'>Bold</b>"
        self.order._tell_refused_invoice(UserError(typed))
        note = self.order.activity_ids.filtered(lambda a: a.summary == "Subscription not invoiced")
        self.assertIn("&lt;b", note.note)
        self.order._tell_refused_invoice(UserError(typed + "again"))
        self.assertIn("again", note.note)
        self.assertNotIn("<b", note.note)
        self.first._schedule_reminder_activity("Reminder not sent", typed)
        [activity] = self.first.activity_ids
        self.assertIn("&lt;b", activity.note)
