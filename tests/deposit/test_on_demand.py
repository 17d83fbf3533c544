"""Invoices without order: the retention and the prints work on them, and nothing else gets in."""

import re

from lxml import etree, html

from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from ...models.retention.account_payment_term import NO_DATE
from ..portal_common import PortalCommon
from .test_deposit_by_hand import DepositByHandCommon

PRINT = "account.account_invoices"


@tagged("post_install", "-at_install")
class TestOnDemand(DepositByHandCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.lang = "en_US"
        cls.term = cls.make_term((95, 30), (5, None))
        cls.lines = ((1000, cls.tax20), (500, cls.tax10))

    def shares(self, move):
        """Return ``[(code, amount, date)]`` of the receivable lines, the retention last."""
        lines = move.line_ids.filtered(lambda line: line.display_type == "payment_term")
        return [
            (line.account_id.code, line.amount_currency, str(line.date_maturity))
            for line in lines.sorted(lambda line: (line.is_retention, line.date_maturity))
        ]

    def print(self, move):
        """Return the print of an invoice as a tree."""
        content, _kind = self.env["ir.actions.report"]._render_qweb_html(PRINT, move.ids)
        return html.fromstring(content)

    def squeeze(self, text):
        text = text.replace("\N{NO-BREAK SPACE}", " ").replace("\ufeff", "")
        return re.sub(r"\s+", " ", text).strip()

    def rows(self, tree, table):
        (found,) = tree.xpath(f"//*[@name='{table}']")
        return [
            [self.squeeze(cell.text_content()) for cell in row.xpath("./td|./th")]
            for row in found.xpath(".//tr")
        ]

    # === RETENTION ===#

    def test_the_entry(self):
        move = self.bill(*self.lines, invoice_payment_term_id=self.term.id, post=True)
        # 1 750 in all, 5 % of them retained.
        self.assertEqual(
            self.shares(move),
            [("411100", 1662.5, "2026-05-10"), ("411700", 87.5, str(NO_DATE))],
        )
        self.assertEqual(str(move.invoice_date_due), "2026-05-10")
        self.assertEqual((move.retention_amount, move.amount_due_now), (87.5, 1662.5))
        self.assertFalse(move.billing_kind)
        self.assertFalse(move.billing_order_id)
        self.pay(move)
        self.assertTrue(move.is_paid_except_retention)
        self.assertEqual(move.amount_residual, 87.5)

    def test_credit_note(self):
        move = self.bill(*self.lines, invoice_payment_term_id=self.term.id, post=True)
        credit = move._reverse_moves([{"invoice_date": "2026-04-20"}])
        self.assertEqual(
            [row[:2] for row in self.shares(credit)], [("411100", -1662.5), ("411700", -87.5)]
        )
        # A credit note of the second line alone, 550: 5 % of it is given back.
        credit.invoice_line_ids.filtered(lambda line: line.price_unit == 1000).unlink()
        self.assertEqual(
            [row[:2] for row in self.shares(credit)], [("411100", -522.5), ("411700", -27.5)]
        )
        self.assertEqual(credit.retention_amount, 27.5)
        credit.action_post()
        retention = self.print(credit)
        self.assertEqual(
            self.rows(retention, "situation_retention")[0],
            ["Retention of guarantee 5.00 %", "-27.50 €"],
        )

    # === PRINT ===#

    def test_foot_with_retention(self):
        move = self.bill(*self.lines, invoice_payment_term_id=self.term.id, post=True)
        tree = self.print(move)
        self.assertEqual(
            self.rows(tree, "situation_retention"),
            [
                ["Retention of guarantee 5.00 %", "-87.50 €"],
                ["Net to pay by 05/10/2026", "1,662.50 €"],
            ],
        )
        self.pay(move)
        self.assertIn("Paid except the retention of guarantee, on", self.print(move).text_content())

    def test_foot_with_several_dates(self):
        term = self.make_term((45, 0), (50, 30), (5, None))
        move = self.bill((1000, self.tax20), invoice_payment_term_id=term.id)
        self.assertEqual(
            self.rows(self.print(move), "situation_retention"),
            [
                ["Retention of guarantee 5.00 %", "-60.00 €"],
                ["Net to pay", "1,140.00 €"],
                ["by 04/10/2026", "540.00 €"],
                ["by 05/10/2026", "600.00 €"],
            ],
        )

    def test_what_was_posted_is_printed(self):
        """Whatever becomes of the payment term: the amounts are those of the entry."""
        move = self.bill((1000, self.tax20), invoice_payment_term_id=self.term.id, post=True)
        self.term.line_ids.filtered("is_retention").value_amount = 3
        self.term.line_ids.filtered(lambda line: not line.is_retention).value_amount = 97
        retention = move._get_printed_retention()
        self.assertEqual((retention["amount"], retention["net"]), (60, 1140))

    def test_foot_of_a_situation_is_printed_once(self):
        order = self.make_order(self.line("A", 1, 1000), payment_term_id=self.term.id)
        tree = self.print(self.situation(order, 100, post=True))
        self.assertEqual(
            self.rows(tree, "situation_retention")[-1][0], "Retained on this job so far"
        )

    def test_deposits_by_hand_are_printed(self):
        deposit = self.deposit(self.make_house(), 30, invoice_date="2026-03-20", post=True)
        move = self.bill(*self.lines, invoice_payment_term_id=self.term.id)
        move.deduct_deposits([{"deposit_id": deposit.id, "amount": 1475}])
        move.action_post()
        tree = self.print(move)
        text = self.squeeze(tree.text_content())
        self.assertIn(f"Deduction of deposit {deposit.name} of 03/20/2026", text)
        self.assertIn("-1,000.00", text)
        # 275 less 5 % of the works of 1 750
        self.assertEqual(self.rows(tree, "situation_retention")[1][1], "187.50 €")

    def read_print(self, move):
        """Return the print, without what it has of white space only."""
        tree = self.print(move)
        for node in tree.iter():
            node.text = (node.text or "").strip()
            node.tail = (node.tail or "").strip()
        return etree.tostring(tree, encoding="unicode")

    def test_an_ordinary_print_is_odoos_own(self):
        self.company.mention_late_payment = False
        views = self.env.ref("sale_situation_invoicing.report_invoice_document")
        views += self.env.ref("sale_situation_invoicing.report_invoice")
        draft, posted = self.bill(*self.lines), self.bill(*self.lines, post=True)
        receipt = self.bill(*self.lines, move_type="out_receipt")
        credit = posted._reverse_moves()
        moves = draft + posted + receipt + credit
        ours = [self.read_print(move) for move in moves]
        views.active = False
        self.assertEqual([self.read_print(move) for move in moves], ours)
        self.assertTrue(all("payment_wording" not in page for page in ours))

    def test_paid_or_not_paid(self):
        """What is paid says so, what isn't where a setting asks for it."""
        move = self.bill(*self.lines, post=True)
        plain = self.read_print(move)
        self.assertFalse(move._get_payment_wording())
        self.company.print_unpaid = True
        self.assertEqual(move._get_payment_wording(), "Not paid")
        asked = self.read_print(move)
        self.assertEqual(re.sub(r'<p [^>]*name="payment_wording">Not paid</p>', "", asked), plain)
        self.pay(move)
        self.assertRegex(move._get_payment_wording(), r"^Paid on .*\(.+\)$")
        self.company.print_unpaid = False
        self.assertIn("Paid on", self.read_print(move))

    # === NOTHING GETS IN THE WAY ===#

    def test_nothing_of_ours_on_the_screen(self):
        """A bookkeeper bills, posts, is paid and credits without meeting a field or button of ours."""
        user = new_test_user(
            self.env,
            login="on-demand",
            groups="account.group_account_invoice",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        invoices = self.env["account.move"].with_user(user)
        ours = set(
            self.env["ir.model.fields"]
            .search([("model", "=", "account.move")])
            .filtered(lambda field: field.modules == "sale_situation_invoicing")
            .mapped("name")
        )
        self.assertIn("retention_amount", ours)
        # Odoo offers it once the invoice is posted; the tab of deposits is for who has deposits.
        self.advance(50)
        with Form(invoices.with_context(default_move_type="out_invoice")) as form:
            form.partner_id = self.customer
            with form.invoice_line_ids.new() as line:
                line.name = "Works"
                line.price_unit = 100
            shown = [
                name
                for name in ours & set(form._view["fields"])
                if not form._get_modifier(name, "invisible") or form._get_modifier(name, "required")
            ]
        # Those without a value, within what is hidden as a whole.
        self.assertLessEqual(set(shown), {"deposit_warning", "deposit_overview"})
        move = form.record
        values = {name: False for name in ours} | {"state": "draft", "move_type": "out_invoice"}
        arch = etree.fromstring(invoices.get_view(view_type="form")["arch"])
        for name in (
            "action_send_for_approval",
            "action_choose_deposits",
            "action_set_deposit_account",
        ):
            for button in arch.xpath(f"//button[@name='{name}']"):
                hidden = [node.get("invisible") for node in [button, *button.iterancestors()]]
                self.assertTrue(
                    any(
                        rule and safe_eval(rule, values)
                        for rule in hidden
                        if self.is_ours(rule, ours)
                    ),
                    name,
                )
        move.invoice_date = "2026-04-10"
        move.action_post()
        self.env["account.payment.register"].with_user(user).with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()
        self.assertIn(move.payment_state, ("paid", "in_payment"))
        self.assertEqual(move._reverse_moves().state, "draft")

    def is_ours(self, rule, ours):
        """Whether a rule speaks of nothing but our fields, and the state and type of the document."""
        names = set(re.findall(r"[A-Za-z_]+", re.sub(r"'[^']*'", "", rule or "")))
        return names <= ours | {"not", "or", "and", "in", "state", "move_type", "False"}


@tagged("post_install", "-at_install")
class TestOnDemandPortal(PortalCommon, DepositByHandCommon):
    def test_page(self):
        """1 200 of which 60 are retained: 1 140 are asked for, the retention is told apart."""
        self.log_in()
        move = self.bill((1000, self.tax20), invoice_payment_term_id=self.term.id, post=True)
        page = self.page(f"/my/invoices/{move.id}")
        self.assertEqual(self.money(page.xpath("//td[@name='retention']")), 60)
        self.assertEqual(self.money(page.xpath("//td[@name='due_now']")), 1140)
        [form] = page.xpath("//form[@id='o_payment_form']")
        self.assertEqual(float(form.get("data-amount")), 1140)
        self.assertFalse(page.xpath("//div[@name='billing_label']"))
        plain = self.bill((1000, self.tax20), post=True)
        page = self.page(f"/my/invoices/{plain.id}")
        self.assertFalse(page.xpath("//table[@name='invoice_retention']"))
