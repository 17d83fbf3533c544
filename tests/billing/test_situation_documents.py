"""The document itself: an ordinary invoice of the order, its number, its credit notes, its recap."""

from odoo import fields
from odoo.tests import Form, tagged

from ..common import SituationCommon


@tagged("post_install", "-at_install")
class TestSituationDocuments(SituationCommon):
    def test_an_ordinary_invoice_with_the_orders_values(self):
        plan = self.env["account.analytic.plan"].create({"name": "Sites"})
        site = self.env["account.analytic.account"].create({"name": "Site", "plan_id": plan.id})
        address = self.customer.copy({"name": "Invoices", "parent_id": self.customer.id})
        site_address = self.customer.copy({"name": "Site", "parent_id": self.customer.id})
        order = self.make_order(
            self.line("A", 1, 1000, analytic_distribution={str(site.id): 100}),
            partner_invoice_id=address.id,
            partner_shipping_id=site_address.id,
            client_order_ref="PO 77",
            payment_term_id=self.pay_terms_b.id,
            user_id=self.env.user.id,
        )
        move = self.situation(order, 30, invoice_date="2026-03-12")
        self.assertRecordValues(
            move,
            [
                {
                    "move_type": "out_invoice",
                    "state": "draft",
                    "billing_kind": "situation",
                    "billing_order_id": order.id,
                    "situation_number": 1,
                    "partner_id": address.id,
                    "partner_shipping_id": site_address.id,
                    "ref": "PO 77",
                    "invoice_origin": order.name,
                    "invoice_date": fields.Date.to_date("2026-03-12"),
                    "invoice_payment_term_id": self.pay_terms_b.id,
                    "invoice_user_id": self.env.user.id,
                    "currency_id": order.currency_id.id,
                    "company_id": self.company.id,
                    "journal_id": self.company_data["default_journal_sale"].id,
                    "amount_untaxed": 300,
                    "amount_tax": 60,
                }
            ],
        )
        line = self.billed_lines(move)
        self.assertEqual(line.analytic_distribution, {str(site.id): 100})
        self.assertEqual(line.account_id.account_type, "income")
        self.assertEqual((line.previous_progress, line.progress), (0, 30), "progress on the line")
        self.assertFalse(move._is_downpayment())
        move.action_post()
        twin = self.make_order(self.line("A", 1, 1000))._create_invoices()
        twin.invoice_date = "2026-03-12"
        twin.action_post()
        self.assertEqual(move.name.split("/")[:-1], twin.name.split("/")[:-1])

    def test_entry_is_the_one_odoo_would_make(self):
        order = self.make_order(self.line("A", 2, 1000), self.line("B", 1, 500, self.tax10))
        twin = self.make_order(self.line("A", 1, 1000), self.line("B", 0.5, 500, self.tax10))
        ours, native = self.situation(order, 50), twin._create_invoices()
        columns = ("account_id", "balance", "amount_currency", "tax_line_id", "display_type")

        def entry(move):
            return sorted(
                str([item[name] for name in columns] + item.tax_tag_ids.ids)
                for item in move.line_ids
                if item.display_type not in ("line_note", "line_section")
            )

        self.assertEqual(entry(ours), entry(native))

    def test_fiscal_position_maps_the_taxes(self):
        position = self.env["account.fiscal.position"].create({"name": "Site abroad"})
        self.tax10.write({"fiscal_position_ids": position.ids, "original_tax_ids": self.tax20.ids})
        self.work.taxes_id = self.tax20
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "fiscal_position_id": position.id,
                "order_line": [(0, 0, {"product_id": self.work.id, "price_unit": 1000})],
            }
        )
        order.action_confirm()
        move = self.situation(order, 50)
        self.assertEqual(move.fiscal_position_id, position)
        self.assertEqual(self.billed_lines(move).tax_ids, self.tax10)
        self.assertEqual(move.amount_tax, 50)

    def test_numbers_count_and_come_back(self):
        order = self.make_order(self.line("A", 1, 1000))
        first, second = self.situation(order, 10), self.situation(order, 20)
        self.assertEqual((first + second).mapped("situation_number"), [1, 2])
        second.unlink()
        self.assertEqual(self.situation(order, 25).situation_number, 2)
        first.button_cancel()
        third = self.situation(order, 30)
        self.assertEqual(third.situation_number, 3)
        self.assertEqual(third.amount_untaxed, 150, "a cancelled one leaves no progress")
        other = self.make_order(self.line("A", 1, 1000))
        self.assertEqual(self.situation(other, 10).situation_number, 1)

    def test_lower_progress_is_a_negative_line(self):
        order = self.make_order(self.line("A", 1, 1000), self.line("B", 1, 1000))
        self.situation(order, 50)
        one, two = order.order_line
        move = self.situation(
            order,
            [{"line_id": one.id, "progress": 30}, {"line_id": two.id, "progress": 90}],
        )
        self.assertEqual(move.move_type, "out_invoice")
        self.assertEqual(self.billed_lines(move).mapped("price_subtotal"), [-200, 400])
        self.assertEqual(self.billed_lines(move).mapped("progress"), [30, 90])

    def test_a_negative_whole_is_a_credit_note(self):
        order = self.make_order(self.line("A", 1, 1000))
        self.situation(order, 50, post=True)
        move = self.situation(order, 30, post=True)
        self.assertEqual(move.move_type, "out_refund")
        self.assertEqual((move.amount_untaxed, move.amount_tax), (200, 40))
        self.assertEqual(self.billed_lines(move).progress, 30)
        self.assertEqual(order.billing_progress, 30)
        self.situation(order, 100, post=True)
        self.assertJobTies(order)

    def test_credit_note_gives_the_progress_back(self):
        order = self.make_order(self.line("A", 1, 3333.33))
        move = self.situation(order, 33.3333, post=True, invoice_date="2026-03-01")
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id, "date": "2026-03-02"})
        )
        refund = self.move(wizard.refund_moves()["res_id"])
        self.assertEqual(refund.billing_kind, "situation")
        self.assertEqual(refund.billing_order_id, order)
        refund.action_post()
        self.assertEqual(order.billing_progress, 0)
        self.assertEqual(self.billed_lines(refund).progress, 0)
        self.situation(order, 100)
        self.assertJobTies(order)

    def test_credit_and_new_draft_is_the_same_situation(self):
        order = self.make_order(self.line("A", 1, 1000))
        move = self.situation(order, 40, post=True, invoice_date="2026-03-01")
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id, "date": "2026-03-02"})
        )
        new = self.move(wizard.modify_moves()["res_id"])
        self.assertEqual((new.billing_kind, new.situation_number), ("situation", 1))
        self.assertEqual(order.billing_progress, 40)

    def test_edited_by_hand_is_taken_as_it_is(self):
        order = self.make_order(
            self.line("A", 1, 1000), self.line("B", 1, 500), self.line("C", 1, 250)
        )
        move = self.situation(order, 40)
        with Form(move) as form:
            with form.invoice_line_ids.edit(1) as line:
                line.price_unit = 750
            form.invoice_line_ids.remove(3)
        self.assertEqual(self.billed_lines(move).mapped("progress"), [30, 40])
        move.action_post()
        figures = order.preview_situation(50)
        # 500 − 300, 250 − 200, 125 − 0
        self.assertEqual([line["amount"] for line in figures["lines"]], [200, 50, 125])
        self.situation(order, 100)
        self.assertJobTies(order)

    def test_tax_corrected_by_hand_heals(self):
        order = self.make_order(self.line("A", 1, 1000))
        move = self.situation(order, 40)
        tax_line = move.line_ids.filtered("tax_line_id")
        receivable = move.line_ids.filtered(lambda item: item.display_type == "payment_term")
        move.write(
            {
                "line_ids": [
                    (1, tax_line.id, {"amount_currency": -80.03, "balance": -80.03}),
                    (1, receivable.id, {"amount_currency": 480.03, "balance": 480.03}),
                ]
            }
        )
        self.assertEqual(move.amount_tax, 80.03)
        rest = self.situation(order, 100)
        self.assertEqual(rest.amount_tax, 119.97)
        self.assertJobTies(order)

    def test_drafts_follow_what_happens_before_them(self):
        order = self.make_order(self.line("A", 1, 1000))
        first, second = self.situation(order, 30), self.situation(order, 60)
        self.assertEqual(self.billed_lines(second).previous_progress, 30)
        first.button_cancel()
        self.assertEqual(self.billed_lines(second).previous_progress, 0)
        self.assertEqual(self.billed_lines(second).progress, 30)

    def test_recap_lists_every_document(self):
        order = self.make_order(self.line("A", 1, 1000), self.line("B", 1, 500, self.tax10))
        first = self.situation(order, 20, post=True, invoice_date="2026-03-01")
        cancelled = self.situation(order, 30)
        cancelled.button_cancel()
        third = self.situation(order, 50)
        recap = order.get_billing_recap()
        self.assertEqual(recap["order"], order.name)
        self.assertEqual(recap["currency"], "EUR")
        self.assertEqual(recap["contract_untaxed"], 1500)
        self.assertEqual(recap["contract_tax"], 250)
        self.assertEqual(recap["invoiced_untaxed"], 750)
        self.assertEqual(recap["invoiced_tax"], 125)
        self.assertEqual(recap["to_invoice_total"], 875)
        self.assertEqual(recap["progress"], 50)
        self.assertEqual(
            [document["id"] for document in recap["documents"]],
            [first.id, cancelled.id, third.id],
        )
        self.assertEqual(
            recap["documents"][0],
            {
                "id": first.id,
                "name": first.name,
                "kind": "situation",
                "number": 1,
                "date": "2026-03-01",
                "state": "posted",
                "untaxed": 300,
                "tax": 50,
                "total": 350,
                "deduction": 0,
                "retention": 0,
                "amount_due_now": 350,
                "progress": 20,
            },
        )
        self.assertEqual([document["progress"] for document in recap["documents"]], [20, 20, 50])

    def test_recap_counts_odoos_documents_too(self):
        order = self.make_order(self.line("A", 1, 1000))
        self.situation(order, 20, post=True)
        other = self.make_order(self.line("Other", 1, 70))
        (order + other)._create_invoices()
        recap = order.get_billing_recap()
        # One invoice of Odoo's bills both orders: only this order's part counts.
        self.assertEqual([document["untaxed"] for document in recap["documents"]], [200, 800])
        self.assertEqual(recap["invoiced_total"], 1200)
        self.assertEqual(other.get_billing_recap()["invoiced_total"], 84)

    def test_document_in_another_currency(self):
        dollar = self.setup_other_currency("USD", rates=[("2020-01-01", 2.0)])
        order = self.make_order(self.line("A", 1, 1000))
        move = self.situation(order, 30, invoice_date="2026-03-01")
        move.currency_id = dollar
        self.billed_lines(move).price_unit = 2000
        # 0.3 × 2 000 dollars are 300 euros.
        (line,) = order.preview_situation(50)["lines"]
        self.assertEqual((line["previous_amount"], line["amount"]), (300, 200))
        (document,) = order.get_billing_recap()["documents"]
        self.assertEqual((document["untaxed"], document["progress"]), (300, 30))
        self.assertEqual(move._get_billing_statement()["rows"][0]["period"], 300)

    def test_duplicating_an_order_or_an_invoice_starts_afresh(self):
        order = self.make_order(self.line("A", 1, 1000))
        move = self.situation(order, 20)
        self.assertFalse(order.copy().billing_document_ids)
        self.assertFalse(move.copy().billing_kind)
        self.assertEqual(order.billing_progress, 20)
