"""What the customer sees of his job on the portal, by login and by token."""

from freezegun import freeze_time

from odoo.tests import tagged

from ..portal_common import PortalCommon


@tagged("post_install", "-at_install")
class TestPortal(PortalCommon):
    def test_billing_block(self):
        order = self.make_job()
        self.log_in()
        page = self.page(f"/my/orders/{order.id}")
        self.assertEqual(
            self.figures(page),
            {
                "contract": 12000,
                "invoiced": 8880,
                "paid": 6720,
                "due_now": 1770,
                "retention_held": 390,
                "to_invoice": 3120,
            },
        )
        held = self.text(page.xpath("//div[@name='retention_held']"))
        self.assertIn("after the acceptance of the works", held)
        self.assertIn(
            "65.00 %", self.text(page.xpath("//section[@id='billing']//*[@name='progress']"))
        )
        self.assertEqual(
            list(self.rows(page).values()),
            [
                self.row("Deposit", None, 3600, None, 0, "Paid"),
                self.row("Situation no. 1", 40, 3360, 240, 0, "Paid except retention"),
                self.row("Situation no. 2", 70, 2520, 180, 2340, "Not paid"),
                self.row("Situation no. 3 (credit note)", 65, -600, -30, -570, "To your credit"),
            ],
        )
        self.assertNotIn("Last Invoices", self.text(page))

    def row(self, label, progress, total, retention, due_now, state):
        return {
            "label": label,
            "progress": progress,
            "total": total,
            "retention": retention,
            "due_now": due_now,
            "state": state,
        }

    def test_it_says_what_the_recap_says(self):
        order = self.make_job()
        recap = order.get_billing_recap()
        self.log_in()
        rows = self.rows(self.page(f"/my/orders/{order.id}"))
        posted = [row for row in recap["documents"] if row["state"] == "posted"]
        self.assertEqual(list(rows), [row["id"] for row in posted])
        for row in posted:
            shown = rows[row["id"]]
            self.assertEqual(shown["total"], row["total"])
            self.assertEqual(shown["retention"] or 0, row["retention"])
            self.assertEqual(shown["progress"] or 0, row["progress"])
        billing = order._get_portal_billing()
        parts = ("paid", "lost", "due_now", "retention_held")
        self.assertEqual(billing["invoiced"], sum(billing[name] for name in parts))

    def test_a_draft_is_nowhere(self):
        order = self.make_contract()
        self.situation(order, 40)
        cancelled = self.situation(order, 60)
        cancelled.button_cancel()
        self.log_in()
        page = self.page(f"/my/orders/{order.id}")
        self.assertFalse(page.xpath("//section[@id='billing']"))
        self.situation(order, 70, post=True)
        page = self.page(f"/my/orders/{order.id}")
        # 30 % only: what the draft bills is the company's own affair.
        self.assertEqual(self.figures(page)["invoiced"], 3600)
        self.assertIn(
            "30.00 %", self.text(page.xpath("//section[@id='billing']//*[@name='progress']"))
        )

    def test_other_orders_are_as_they_were(self):
        order = self.make_contract()
        order._create_invoices().action_post()
        self.log_in()
        page = self.page(f"/my/orders/{order.id}")
        self.assertFalse(page.xpath("//section[@id='billing']"))
        self.assertFalse(page.xpath("//*[@name='sidebar_due_now' or @name='sidebar_pay_due']"))
        self.assertTrue(page.xpath("//div[@id='sale_invoices']"))

    def test_documents_open_and_download(self):
        order = self.make_job()
        self.log_in()
        page = self.page(f"/my/orders/{order.id}")
        links = page.xpath("//table[@name='billing_documents']//a/@href")
        self.assertEqual(len(links), 8)
        for link in links:
            response = self.open(link)
            if "download" in link:
                self.assertIn(".pdf", response.headers["Content-Disposition"])

    def test_token(self):
        order = self.make_job()
        self.authenticate(None, None)
        page = self.page(order.get_portal_url())
        self.assertEqual(self.figures(page)["due_now"], 1770)
        for link in page.xpath("//table[@name='billing_documents']//a/@href"):
            self.assertIn("access_token=", link)
        situation = order.billing_document_ids.filtered(lambda move: move.situation_number == 2)
        [link] = page.xpath(f"//tr[@data-document-id='{situation.id}']/td[1]/a/@href")
        self.assertIn("Situation no. 2", self.text(self.page(link)))
        [link] = page.xpath("//section[@id='billing']//a[@name='pay_due']/@href")
        self.assertEqual(self.money(self.page(link).xpath("//td[@name='total']")), 1770)

    def test_nobody_else(self):
        order = self.make_job()
        routes = (f"/my/orders/{order.id}", f"/my/orders/{order.id}/due")
        wrong = [f"{route}?access_token=wrong" for route in routes]
        self.authenticate(None, None)
        for route in (*routes, *wrong):
            self.assertNotIn("1,770.00", self.url_open(route).text)
        stranger = self._create_new_portal_user(login="stranger")
        self.authenticate(stranger.login, stranger.login)
        for route in (*routes, *wrong):
            response = self.url_open(route, allow_redirects=False)
            self.assertEqual(response.status_code, 303)
            self.assertTrue(response.headers["Location"].endswith("/my"))

    def test_dates_of_the_retention(self):
        with freeze_time("2026-06-10"):
            order = self.make_job()
            order.works_acceptance_date = "2026-06-01"
        self.log_in()
        page = self.page(f"/my/orders/{order.id}")
        held = self.text(page.xpath("//div[@name='retention_held']"))
        self.assertIn("due on 06/01/2027", held)
        order.oppose_retention("Leaking roof", 100.0)
        held = self.text(self.page(f"/my/orders/{order.id}").xpath("//div[@name='retention_held']"))
        self.assertIn("release opposed: 100.00", held)

    def test_what_is_lost_is_not_paid(self):
        order = self.make_contract()
        self.pay(self.situation(order, 100, post=True))
        order.lose_retention(200.0)
        self.log_in()
        page = self.page(f"/my/orders/{order.id}")
        self.assertEqual(
            self.figures(page),
            {
                "contract": 12000,
                "invoiced": 12000,
                "paid": 11400,
                "due_now": 0,
                "retention_held": 400,
                "lost": 200,
                "to_invoice": 0,
            },
        )

    def test_queries_do_not_grow_with_the_documents(self):
        counts = []
        self.log_in()
        for documents in (3, 12):
            order = self.make_contract()
            for number in range(1, documents + 1):
                move = self.situation(order, number * 5, post=True)
                if number % 2:
                    self.pay(move)
            url = f"/my/orders/{order.id}"
            self.open(url)
            self.env.flush_all()
            start = self.cr.sql_log_count
            self.open(url)
            counts.append(self.cr.sql_log_count - start)
        self.assertGreater(counts[0], 20)
        self.assertEqual(*counts)
