"""The print: what the customer reads, frozen when the document is posted."""

import re

from lxml import html

from odoo.fields import Command
from odoo.tests import tagged

from ..common import SituationCommon


@tagged("post_install", "-at_install")
class TestSituationPrint(SituationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.lang = "en_US"
        cls.order = cls.make_order(
            cls.section("House"),
            cls.line("Walls", 40, 25),
            cls.line("Tiles", 1, 500, cls.tax10),
            cls.section("Garden"),
            cls.section("Only in spring", "line_note"),
            cls.line("Fence", 1, 300),
        )
        cls.first = cls.situation(cls.order, 10, post=True, invoice_date="2026-03-01")
        cls.second = cls.situation(
            cls.order,
            [{"section_id": cls.order.order_line[0].id, "progress": 50}],
            invoice_date="2026-04-01",
        )

    def rows(self, move, table="situation_table"):
        """Return the cells of each row of a table of the print."""
        content, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "account.account_invoices", move.ids
        )
        tree = html.fromstring(content)
        (found,) = tree.xpath(f"//*[@name='{table}']")
        self.text = self.squeeze(tree.text_content())
        return [
            [self.squeeze(cell.text_content()) for cell in row.xpath("./td|./th")]
            for row in found.xpath(".//tr")
        ]

    def squeeze(self, text):
        text = text.replace("\N{NO-BREAK SPACE}", " ")
        return re.sub(r"\s+", " ", text.replace("\ufeff", "")).strip()

    def test_table_of_the_second_situation(self):
        rows = self.rows(self.second)
        self.assertEqual(
            rows[2:],
            [
                ["House"],
                ["Walls", "40.00 Units", "1,000.00 €", "50.00 %", "20.00", "500.00 €",
                 "10.00 %", "4.00", "100.00 €", "40.00 %", "16.00", "400.00 €"],
                ["Tiles", "1.00 Units", "500.00 €", "50.00 %", "0.50", "250.00 €",
                 "10.00 %", "0.10", "50.00 €", "40.00 %", "0.40", "200.00 €"],
                ["Subtotal House", "1,500.00 €", "50.00 %", "", "750.00 €",
                 "10.00 %", "", "150.00 €", "40.00 %", "", "600.00 €"],
                ["Garden"],
                ["Only in spring"],
                ["Fence", "1.00 Units", "300.00 €", "10.00 %", "0.10", "30.00 €",
                 "10.00 %", "0.10", "30.00 €", "0.00 %", "0.00", "0.00 €"],
                ["Subtotal Garden", "300.00 €", "10.00 %", "", "30.00 €",
                 "10.00 %", "", "30.00 €", "0.00 %", "", "0.00 €"],
                ["Total, untaxed", "1,800.00 €", "43.33 %", "", "780.00 €",
                 "10.00 %", "", "180.00 €", "33.33 %", "", "600.00 €"],
            ],
        )  # fmt: skip
        self.assertIn("Situation no. 2 – draft for approval", self.text)
        self.assertIn(self.order.name, self.text)

    def test_recap_of_the_second_situation(self):
        rows = self.rows(self.second, "situation_recap")
        # VAT: 20 % of 1 300 and 10 % of 500; 20 % of 130 and 10 % of 50; 80 and 20
        self.assertEqual(
            rows[1:],
            [
                ["Contract", "1,800.00 €", "310.00 €", "2,110.00 €"],
                [f"Situation no. 1 {self.first.name}", "03/01/2026", "10.00 %",
                 "180.00 €", "31.00 €", "211.00 €", "0.00 €", "211.00 €"],
                ["This situation", "43.33 %", "600.00 €", "100.00 €", "700.00 €",
                 "0.00 €", "700.00 €"],
                ["Left to bill", "1,020.00 €", "179.00 €", "1,199.00 €"],
            ],
        )  # fmt: skip

    def test_reprint_shows_what_it_showed(self):
        self.second.action_post()
        before = self.rows(self.second), self.rows(self.second, "situation_recap")
        self.assertIn("Situation no. 2", self.text)
        third = self.situation(self.order, 100, post=True)
        self.work_line(self.order, "Walls").write({"product_uom_qty": 50, "name": "Taller"})
        after = self.rows(self.second), self.rows(self.second, "situation_recap")
        self.assertEqual(before, after)
        self.assertEqual(self.rows(third)[-1][1], "1,800.00 €")

    def test_reset_to_draft_shows_the_day_again(self):
        self.second.action_post()
        self.second.button_draft()
        self.work_line(self.order, "Fence").product_uom_qty = 2
        self.assertEqual(self.rows(self.second)[-1][1], "2,100.00 €")

    def test_credit_note_and_lines_added_by_hand(self):
        self.second.action_post()
        refund = self.second._reverse_moves()
        refund.invoice_line_ids = [
            (0, 0, {"name": "Goodwill", "quantity": 1, "price_unit": 12, "tax_ids": []})
        ]
        rows = self.rows(refund)
        self.assertIn("Situation no. 2 (draft credit note)", self.text)
        self.assertEqual(rows[-1][-1], "-600.00 €")
        self.assertEqual(self.rows(refund, "situation_other_lines")[1:], [["Goodwill", "-12.00 €"]])

    def test_title_and_notes_added_by_hand_are_printed(self):
        self.second.invoice_line_ids = [
            (0, 0, {"display_type": "line_note", "name": "Weather stopped us", "sequence": 99})
        ]
        self.rows(self.second)
        self.assertIn(f"Situation no. 2 – order {self.order.name}", self.text)
        self.assertIn("Weather stopped us", self.text)

    def test_other_invoices_keep_odoos_print(self):
        invoice = self.make_order(self.line("A", 1, 100))._create_invoices()
        self.assertEqual(invoice._get_name_invoice_report(), "account.report_invoice_document")
        self.assertTrue(self.rows(invoice, "invoice_line_table"))

    def test_every_company_layout(self):
        for layout in self.env["report.layout"].search([]):
            self.company.external_report_layout_id = layout.view_id
            self.assertEqual(self.rows(self.second)[-1][-1], "600.00 €", layout.name)

    def test_portal_shows_the_same_table(self):
        self.second.action_post()
        content = self.second.with_user(self.env.ref("base.public_user")).sudo()
        report = content._get_name_invoice_report()
        self.assertEqual(report, "sale_situation_invoicing.report_situation_document")

    def make_job_with_deposit(self):
        """A deposit of 20 %, a situation of 50 %, the balance: 1 200 + 110 in all."""
        order = self.make_order(self.line("Walls", 10, 100), self.line("Tiles", 1, 100, self.tax10))
        deposit = self.deposit(order, 20, invoice_date="2026-03-12", post=True)
        situation = self.situation(order, 50, invoice_date="2026-04-30", post=True)
        self.pay(deposit)
        balance = self.balance(order, invoice_date="2026-05-31", post=True)
        return order, deposit, situation, balance

    def test_deductions_stand_under_the_table(self):
        order, deposit, situation, _balance = self.make_job_with_deposit()
        title = f"Deduction of deposit {deposit.name} of 03/12/2026"
        self.assertEqual(
            self.rows(situation, "situation_deductions"),
            [
                ["", "Untaxed", "Tax", "Total"],
                ["This invoice before deductions", "550.00 €", "105.00 €", "655.00 €"],
                [title, "-110.00 €", "-21.00 €", "-131.00 €"],
            ],
        )
        rows = self.rows(situation)
        # The order's own line and title for down payments are no works.
        self.assertEqual([row[0] for row in rows[2:]], ["Walls", "Tiles", "Total, untaxed"])
        self.assertNotIn("Other lines", self.text)
        self.assertIn("524.00 €", self.text)
        self.assertEqual(order.currency_id.name, "EUR")

    def test_what_an_older_version_froze_is_printed(self):
        _order, _deposit, situation, _balance = self.make_job_with_deposit()
        statement = dict(situation.billing_statement)
        for name in ("deductions", "before_deductions", "retention"):
            del statement[name]
        for part in (statement["recap"], *statement["documents"]):
            part.pop("deduction", None)
        situation.sudo().billing_statement = statement
        self.assertEqual([row[0] for row in self.rows(situation)[2:4]], ["Walls", "Tiles"])

    def test_balance_lists_every_earlier_document(self):
        order, deposit, situation, balance = self.make_job_with_deposit()
        self.assertEqual(
            self.rows(balance, "situation_recap"),
            [
                ["Document", "Date", "Progress", "Untaxed", "Tax", "Total",
                 "Deposits deducted", "Paid", "Left to pay"],
                ["Contract", "1,100.00 €", "210.00 €", "1,310.00 €"],
                [f"Deposit {deposit.name}", "03/12/2026", "0.00 %",
                 "220.00 €", "42.00 €", "262.00 €", "", "262.00 €", "0.00 €"],
                [f"Situation no. 1 {situation.name}", "04/30/2026", "50.00 %",
                 "440.00 €", "84.00 €", "524.00 €", "-131.00 €", "0.00 €", "524.00 €"],
                ["This balance", "100.00 %", "440.00 €", "84.00 €", "524.00 €", "-131.00 €",
                 "0.00 €", "524.00 €"],
                ["Left to bill", "0.00 €", "0.00 €", "0.00 €"],
            ],
        )  # fmt: skip
        self.assertIn(f"Balance invoice {balance.name}", self.text)
        self.assertIn(f"Balance invoice of order {order.name} of", self.text)

    def test_retention_stands_under_the_total(self):
        term = self.make_term((95, 30), (5, None))
        order = self.make_order(self.line("Works", 1, 4000), payment_term_id=term.id)
        self.situation(order, 25, invoice_date="2026-03-12", post=True)
        second = self.situation(order, 75, invoice_date="2026-04-12", post=True)
        self.assertEqual(
            self.rows(second, "situation_retention"),
            [
                ["Retention of guarantee 5.00 %", "-120.00 €"],
                ["Net to pay by 05/12/2026", "2,280.00 €"],
                ["Retained on this job so far", "180.00 €"],
            ],
        )
        self.assertIn("release of the guarantee", self.text)
        self.assertNotIn("9999", self.text)

    def test_deposit_bears_its_name_and_the_order(self):
        order, deposit, _situation, _balance = self.make_job_with_deposit()
        self.rows(deposit, "invoice_line_table")
        self.assertIn(f"Deposit invoice {deposit.name}", self.text)
        self.assertIn(f"Deposit of 20 % on order {order.name} of", self.text)
        credit = deposit._reverse_moves([{}])
        self.rows(credit, "invoice_line_table")
        self.assertIn("Deposit invoice (draft credit note)", self.text)

    def test_this_period_only(self):
        self.company.write({"print_presentation": "period", "print_quantities": False})
        third = self.situation(
            self.order, [{"line_id": self.work_line(self.order, "Fence").id, "progress": 50}]
        )
        self.assertEqual(
            self.rows(third)[2:],
            [
                ["Garden"],
                ["Only in spring"],
                ["Fence", "1.00 Units", "300.00 €", "50.00 %", "40.00 %", "120.00 €"],
                ["Subtotal Garden", "300.00 €", "50.00 %", "40.00 %", "120.00 €"],
                ["Total, untaxed", "1,800.00 €", "50.00 %", "6.67 %", "120.00 €"],
            ],
        )

    def test_blocks_are_switched_off_and_frozen(self):
        self.second.action_post()
        self.rows(self.second, "situation_section_progress")
        self.company.write(
            {
                "print_section_progress": False,
                "print_recap": False,
                "mention_insurance": "Insured since",
            }
        )
        # what was posted before shows what it showed
        self.rows(self.second, "situation_recap")
        self.assertIn("Progress by section", self.text)
        self.assertNotIn("Insured since", self.text)
        third = self.situation(self.order, 60, post=True)
        self.rows(third)
        self.assertNotIn("Progress by section", self.text)
        self.assertNotIn("Billing recap", self.text)
        self.assertIn("Insured since", self.text)

    def test_progress_of_sections(self):
        self.assertEqual(
            self.rows(self.second, "situation_section_progress"),
            [["House", "", "50.00 %"], ["Garden", "", "10.00 %"]],
        )

    def test_change_orders_stand_apart(self):
        self.order.order_line = [
            self.line("Pool", 2, 100),
            self.section("Cellar"),
            self.line("Shelf", 1, 50),
        ]
        self.assertEqual(
            self.order.order_line.filtered("is_change_order").mapped("name"),
            ["Pool", "Shelf"],
        )
        third = self.situation(self.order, 50, post=True)
        rows = self.rows(third)
        self.assertEqual(
            [row[0] for row in rows[2:]],
            ["House", "Walls", "Tiles", "Subtotal House", "Garden", "Only in spring", "Fence",
             "Subtotal Garden", "Change orders", "Pool", "Cellar", "Shelf", "Subtotal Cellar",
             "Subtotal Change orders", "Total, untaxed"],
        )  # fmt: skip
        self.assertEqual(rows[-2][1:3], ["250.00 €", "50.00 %"])
        self.assertEqual(
            self.rows(third, "situation_contract")[1:],
            [
                ["Initial contract", "1,800.00 €", "2,110.00 €"],
                ["Change orders", "250.00 €", "300.00 €"],
                ["Amended contract", "2,050.00 €", "2,410.00 €"],
            ],
        )
        self.second.action_post()
        self.balance(self.order, post=True)
        self.assertJobTies(self.order)

    def test_a_title_and_a_note_are_no_change_orders(self):
        fence = self.work_line(self.order, "Fence")
        self.order.order_line = [
            Command.create(
                {"display_type": "line_section", "name": "Roof garden", "sequence": fence.sequence}
            ),
            Command.create(
                {"display_type": "line_note", "name": "By crane", "sequence": fence.sequence + 1}
            ),
        ]
        self.assertFalse(self.order.order_line.filtered("is_change_order"))
        names = [row[0] for row in self.rows(self.situation(self.order, 50))]
        self.assertIn("Roof garden", names)
        self.assertIn("By crane", names)
        self.assertNotIn("Change orders", names)

    def test_a_line_added_in_quotation_is_a_change_order(self):
        self.order._action_cancel()
        self.order.action_draft()
        self.order.order_line = [self.line("Pool", 2, 100)]
        self.order.action_confirm()
        self.assertTrue(self.work_line(self.order, "Pool").is_change_order)

    def test_the_contract_of_a_deposit_made_by_odoos_wizard(self):
        order = self.make_order(self.line("Walls", 1, 100))
        wizard = (
            self.env["sale.advance.payment.inv"]
            .with_context(active_model="sale.order", active_ids=order.ids)
            .create({"advance_payment_method": "percentage", "amount": 10})
        )
        wizard.create_invoices()
        self.assertEqual(order.initial_amount_total, 120)
        order.order_line = [self.line("More", 1, 100)]
        self.assertEqual(order._get_contract_figures()["changes_total"], 120)

    def test_a_branch_has_its_companys_mentions(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        self.company.mention_insurance = "Insured"
        self.assertIn("Insured", self.second.new({"company_id": branch.id})._read_mentions())

    def test_the_credit_note_tells_the_rate(self):
        order = self.make_order(
            self.line("Works", 1, 4000), payment_term_id=self.make_term((95, 30), (5, None)).id
        )
        move = self.situation(order, 25, invoice_date="2026-03-12", post=True)
        credit = move._reverse_moves([{"invoice_date": "2026-06-01"}], cancel=True)
        rows = self.rows(credit, "situation_retention")
        self.assertEqual(rows[0], ["Retention of guarantee 5.00 %", "60.00 €"])
        self.assertFalse(credit._get_payment_wording())
        self.assertEqual(move._get_payment_wording(), "Settled by credit note")

    def test_each_date_of_the_net_to_pay(self):
        term = self.make_term((50, 30), (45, 60), (5, None))
        order = self.make_order(self.line("Works", 1, 1000), payment_term_id=term.id)
        move = self.situation(order, 50, invoice_date="2026-01-01", post=True)
        self.assertEqual(
            self.rows(move, "situation_retention"),
            [
                ["Retention of guarantee 5.00 %", "-30.00 €"],
                ["Net to pay", "570.00 €"],
                ["by 01/31/2026", "300.00 €"],
                ["by 03/02/2026", "270.00 €"],
                ["Retained on this job so far", "30.00 €"],
            ],
        )

    def test_this_period_only_has_no_empty_sections(self):
        self.company.print_presentation = "period"
        order = self.make_order(
            self.section("A"),
            self.line("First", 1, 100),
            self.section("A1", "line_subsection"),
            self.line("Second", 1, 100),
            self.section("B"),
            self.section("Later", "line_note"),
            self.line("Third", 1, 100),
        )
        move = self.situation(order, [{"line_id": order.order_line[1].id, "progress": 50}])
        self.assertEqual(
            [row[0] for row in self.rows(move)[2:]], ["A", "First", "Subtotal A", "Total, untaxed"]
        )

    def test_a_changed_quantity_amends_the_contract(self):
        self.work_line(self.order, "Fence").product_uom_qty = 2
        third = self.situation(self.order, 50, post=True)
        self.assertEqual(
            self.rows(third, "situation_contract")[2], ["Change orders", "300.00 €", "360.00 €"]
        )
        self.assertNotIn("Change orders", [row[0] for row in self.rows(third)])

    def test_an_order_whose_documents_are_gone_begins_again(self):
        order = self.make_order(self.line("Walls", 1, 100))
        first = self.situation(order, 50)
        self.assertEqual(order.initial_amount_total, 120)
        order.order_line = [self.line("More", 1, 100)]
        first.button_cancel()
        self.situation(order, 50)
        self.assertEqual(order.initial_amount_total, 240)

    def test_paid_and_not_paid(self):
        _order, deposit, situation, _balance = self.make_job_with_deposit()
        self.rows(deposit, "invoice_line_table")
        self.assertIn("Paid on", self.text)
        self.rows(situation)
        self.assertNotIn("Not paid", self.text)
        self.company.print_unpaid = True
        self.rows(situation)
        self.assertIn("Not paid", self.text)
        self.pay(situation)
        self.rows(situation)
        self.assertNotIn("Not paid", self.text)
        self.assertIn("Paid on", self.text)

    def test_paid_except_the_retention(self):
        order = self.make_order(
            self.line("Works", 1, 4000), payment_term_id=self.make_term((95, 30), (5, None)).id
        )
        move = self.situation(order, 25, invoice_date="2026-03-12", post=True)
        self.pay(move)
        self.rows(move)
        self.assertIn("Paid except the retention of guarantee, on", self.text)

    def test_mentions(self):
        self.assertIn("40 €", self.company.mention_late_payment)
        self.company.mention_reduced_rate = "Older than two years"
        self.rows(self.second)
        self.assertIn("indemnité forfaitaire", self.text)
        self.assertIn("Older than two years", self.text)
        full_rate = self.make_order(self.line("A", 1, 100))._create_invoices()
        self.rows(full_rate, "invoice_line_table")
        self.assertIn("indemnité forfaitaire", self.text)
        self.assertNotIn("Older than two years", self.text)

    def test_the_total_in_words(self):
        self.rows(self.second)
        self.assertNotIn("even hundred", self.text)
        self.company.display_invoice_amount_total_words = True
        self.rows(self.second)
        self.assertIn("Seven hundred euros", self.text)
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        self.rows(self.second)
        self.assertIn("Sept cents euros", self.text)
        # figures, where a language has no words
        self.env["res.lang"]._activate_lang("pl_PL")
        self.customer.lang = "pl_PL"
        self.assertIn("700", self.second.amount_total_words)

    def test_customers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        self.rows(self.second)
        self.assertIn("Situation n° 2 – projet à approuver", self.text)
        self.assertIn("Sous-total House", self.text)
        self.assertIn("Récapitulatif de facturation", self.text)

    def test_pdf(self):
        if not self.env["ir.actions.report"].get_wkhtmltopdf_state() == "ok":
            self.assertIn(
                self.env["ir.actions.report"].get_wkhtmltopdf_state(), ("upgrade", "broken")
            )
        content, kind = (
            self.env["ir.actions.report"]
            .with_context(force_report_rendering=True)
            ._render_qweb_pdf("account.account_invoices", self.second.ids)
        )
        self.assertEqual(kind, "pdf")
        self.assertTrue(content.startswith(b"%PDF"))
