"""Odoo's own pages of invoices, where something is retained of them."""

from freezegun import freeze_time

from odoo.tests import tagged

from ..portal_common import PortalCommon


@tagged("post_install", "-at_install")
class TestPortalInvoices(PortalCommon):
    def make_invoice(self, date="2026-03-12", term=None):
        """Return a posted situation of 1 200 with 60 retained."""
        order = self.make_order(
            self.line("Works", 1, 1000.0), payment_term_id=(term or self.term).id
        )
        return self.situation(order, 100, invoice_date=date, post=True)

    def shown(self, move):
        """Return what the page of an invoice shows and asks for."""
        page = self.page(f"/my/invoices/{move.id}")
        sidebar = page.xpath("//div[contains(@class, 'o_portal_invoice_sidebar')]")
        dates = sidebar[0].xpath(".//span[contains(@class, 'o_portal_sidebar_timeago')]/@datetime")
        form = page.xpath("//form[@id='o_payment_form']")
        return {
            "label": self.text(page.xpath("//div[@name='billing_label']")),
            "retention": self.money(page.xpath("//td[@name='retention']")),
            "due_now": self.money(page.xpath("//td[@name='due_now']")),
            "date": dates[0] if dates else None,
            "asked": float(form[0].get("data-amount")) if form else None,
        }

    def in_list(self, move):
        """Return what the list of invoices shows of one."""
        page = self.page("/my/invoices?sortby=duedate")
        [row] = page.xpath(f"//table//tr[.//a[@title='{move.name}']]")
        later = row.xpath(".//div[@name='retained_later']")
        return {
            "label": self.text(row.xpath(".//div[@name='billing_label']")),
            "date": self.text(row.xpath("./td[3]")),
            "late": "text-danger" in row.xpath("./td[3]/@class")[0],
            "amount": self.money(row.xpath("./td[@name='invoice_amount']/span")),
            "later": later and self.text(later),
            "pay": bool(row.xpath(".//a[@title='Pay Now']")),
        }

    def test_before_the_acceptance(self):
        move = self.make_invoice()
        self.log_in()
        self.assertEqual(
            self.shown(move),
            {
                "label": "Situation no. 1",
                "retention": 60,
                "due_now": 1140,
                "date": "2026-04-11",
                "asked": 1140,
            },
        )
        row = self.in_list(move)
        self.assertEqual((row["label"], row["amount"], row["pay"]), ("Situation no. 1", 1140, True))
        self.assertEqual(row["later"], "+ 60.00 € retained")
        self.assertIn("04/11/2026", row["date"])
        self.pay(move)
        self.assertEqual(
            self.shown(move),
            {
                "label": "Situation no. 1",
                "retention": 60,
                "due_now": 0,
                "date": None,
                "asked": None,
            },
        )
        row = self.in_list(move)
        self.assertEqual((row["amount"], row["pay"], row["late"]), (0, False, False))
        self.assertEqual(row["date"], "after the acceptance")
        page = self.page(f"/my/invoices/{move.id}?payment=True")
        self.assertIn("Nothing is due now", self.text(page.xpath("//div[@id='pay_with']")))

    def test_after_the_acceptance(self):
        move = self.make_invoice()
        self.pay(move)
        move.billing_order_id.works_acceptance_date = "2026-06-01"
        self.log_in()
        self.assertEqual(self.shown(move)["asked"], None)
        row = self.in_list(move)
        self.assertEqual((row["date"], row["late"], row["amount"]), ("06/01/2027", False, 0))
        move.billing_order_id.works_acceptance_date = "2025-06-01"
        shown = self.shown(move)
        self.assertEqual((shown["asked"], shown["due_now"], shown["date"]), (60, 60, "2026-06-01"))
        row = self.in_list(move)
        self.assertEqual((row["amount"], row["pay"], row["late"]), (60, True, True))

    def test_released_in_part(self):
        move = self.make_invoice()
        order = move.billing_order_id
        order.release_retention(40.0, "2026-07-01")
        self.log_in()
        shown = self.shown(move)
        self.assertEqual((shown["due_now"], shown["asked"]), (1180, 1180))
        self.pay(move)
        shown = self.shown(move)
        self.assertEqual((shown["due_now"], shown["asked"], shown["date"]), (40, 40, "2026-07-01"))
        row = self.in_list(move)
        self.assertEqual((row["amount"], row["later"]), (40, "+ 20.00 € retained"))
        self.assertIn("07/01/2026", row["date"])

    def test_opposed(self):
        move = self.make_invoice()
        self.pay(move)
        order = move.billing_order_id
        order.works_acceptance_date = "2025-06-01"
        order.oppose_retention("Leaking roof", 20.0)
        self.log_in()
        shown = self.shown(move)
        self.assertEqual((shown["due_now"], shown["asked"]), (40, 40))
        overdue = self.page("/my/invoices/overdue")
        self.assertEqual(self.overdue_amount(overdue), 40)
        self.pay(move)
        self.assertEqual((move.amount_residual, self.shown(move)["asked"]), (20, None))
        self.assertEqual(self.count_overdue(), 0)
        self.assertEqual(self.shown(move)["due_now"], 0)

    def test_early_payment_discount(self):
        term = self.make_term(
            (95, 30), (5, None), early_discount=True, discount_percentage=2, discount_days=8
        )
        with freeze_time("2026-03-12"):
            move = self.make_invoice(term=term)
            # 2 % of 1 200, off the 1 140 that are not retained
            values = move._get_invoice_next_payment_values()
            self.assertEqual(values["amount_due"], 1116)
            self.assertEqual(values["next_amount_to_pay"], 1140)
            move.billing_order_id.release_retention(40.0)
            values = move._get_invoice_next_payment_values()
            self.assertEqual((values["amount_due"], values["next_amount_to_pay"]), (1156, 1180))
        move = self.make_invoice(date=None, term=term)
        self.log_in()
        self.assertEqual(self.shown(move)["asked"], 1116)
        self.pay_online(move.get_portal_url())
        self.assertEqual((move.amount_residual, move.retention_residual), (60, 60))

    def test_overdue(self):
        move, other = self.make_invoice(), self.make_invoice()
        self.log_in()
        self.assertEqual(self.count_overdue(), 2)
        self.assertEqual(self.overdue_amount(self.page("/my/invoices/overdue")), 2280)
        self.pay(other)
        self.assertEqual(self.count_overdue(), 1)
        transaction = self.pay_online("/my/invoices/overdue")
        self.assertEqual(transaction.amount, 1140)
        self.assertEqual((move.amount_residual, other.amount_residual), (60, 60))
        self.assertEqual(self.count_overdue(), 0)

    def overdue_amount(self, page):
        [form] = page.xpath("//form[@id='o_payment_form']")
        return float(form.get("data-amount"))

    def count_overdue(self):
        counters = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["overdue_invoice_count"]}
        )
        return counters["overdue_invoice_count"]

    def test_links_by_mail(self):
        move = self.make_invoice()
        self.pay(move)
        move.billing_order_id.release_retention(40.0)
        action = self.env["payment.link.wizard"].with_context(
            active_model="account.move", active_id=move.id
        )
        wizard = action.create({})
        self.assertEqual((wizard.amount, wizard.amount_max), (40, 40))
        self.authenticate(None, None)
        context = self._get_payment_context(self.open(wizard.link))
        self.assertEqual(context["amount"], 40)

    def test_other_invoices_are_as_they_were(self):
        move = self.init_invoice("out_invoice", self.customer, amounts=[100.0], post=True)
        self.log_in()
        page = self.page(f"/my/invoices/{move.id}")
        self.assertFalse(page.xpath("//*[@name='billing_label' or @name='invoice_retention']"))
        page = self.page("/my/invoices")
        self.assertFalse(page.xpath("//*[@name='billing_label' or @name='retained_later']"))
