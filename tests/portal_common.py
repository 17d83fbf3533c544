"""A customer with a login, a job that is half billed, a means of payment, and what a page shows."""

import re

from lxml import html

from odoo.addons.account_payment.tests.common import AccountPaymentCommon
from odoo.addons.payment.tests.http_common import PaymentHttpCommon

from .common import SituationCommon


class PortalCommon(SituationCommon, AccountPaymentCommon, PaymentHttpCommon):
    COLUMNS = ("progress", "total", "retention", "due_now", "state")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.portal_user.partner_id
        cls.customer.country_id = cls.env.ref("base.fr")
        cls.term = cls.make_term((95, 30), (5, None))
        cls.retention_account = cls.company.retention_account_id

    # === BUILDERS ===#

    @classmethod
    def make_contract(cls, **values):
        """Return an order of 12 000, tax included, with 5 % retained."""
        return cls.make_order(
            cls.line("Works", 1, 10000.0), **{"payment_term_id": cls.term.id, **values}
        )

    def make_job(self):
        """Return such an order, deposit and situation 1 paid, situation 2 not, 5 % credited, and a draft.

        ==============  ======  =========  ======  =====
        document         total  retention  to pay   paid
        ==============  ======  =========  ======  =====
        deposit 30 %     3 600          0       0  3 600
        situation 40 %   3 360        240       0  3 120
        situation 70 %   2 520        180   2 340      0
        situation 65 %    -600        -30    -570      0
        draft 90 %
        ==============  ======  =========  ======  =====
        """
        order = self.make_contract()
        self.pay(self.deposit(order, 30, invoice_date="2026-03-01", post=True))
        self.pay(self.situation(order, 40, invoice_date="2026-04-01", post=True))
        self.situation(order, 70, invoice_date="2026-05-01", post=True)
        self.situation(order, 65, invoice_date="2026-05-15", post=True)
        self.situation(order, 90)
        return order

    def pay_online(self, url, **changes):
        """Pay what a page asks for, as its form does; return the transaction, done and booked."""
        context = self._get_payment_context(self.open(url))
        return self.pay_by_form(context, **changes)

    def pay_by_form(self, context, done=True, **changes):
        """Send a payment form; `done` says that the bank has the money, else it is under way."""
        route = context["transaction_route"]
        values = {
            "provider_id": self.provider.id,
            "payment_method_id": self.payment_method_id,
            "token_id": None,
            "amount": context["amount"],
            "flow": "direct",
            "tokenization_requested": False,
            "landing_route": context["landing_route"],
            **{
                name: context[name]
                for name in ("access_token", "payment_reference")
                if context.get(name)
            },
            **changes,
        }
        processing = self._get_processing_values(tx_route=route, **values)
        transaction = self._get_tx(processing["reference"])
        if done:
            transaction._set_done()
            transaction._post_process()
        else:
            transaction._set_pending()
        return transaction

    # === PAGES ===#

    def log_in(self):
        self.authenticate(self.portal_user.login, self.portal_user.login)

    def open(self, url):
        response = self.url_open(url)
        self.assertEqual(response.status_code, 200, url)
        for never in ("9999-12-31", "12/31/9999"):
            self.assertNotIn(never, response.text, url)
        return response

    def page(self, url):
        """Return a page as a tree."""
        return html.fromstring(self.open(url).text)

    @staticmethod
    def text(node):
        """Return a node's text in one line."""
        node = node[0] if isinstance(node, list) else node
        for script in node.xpath(".//script"):
            script.drop_tree()
        return re.sub(r"\s+", " ", node.text_content()).strip()

    def money(self, node):
        """Return the amount that a node shows, as a float; None without one."""
        text = self.text(node).replace("\u2011", "-").replace("\ufeff", "")
        found = re.search(r"-?[\d,]+\.\d\d", text)
        return found and float(found.group().replace(",", ""))

    def figures(self, page):
        """Return ``{name: amount}`` of the block of the billing."""
        names = (
            "contract",
            "invoiced",
            "paid",
            "due_now",
            "retention_held",
            "lost",
            "to_invoice",
        )
        found = {
            name: page.xpath(f"//section[@id='billing']//div[@name='{name}']") for name in names
        }
        return {name: self.money(nodes) for name, nodes in found.items() if nodes}

    def rows(self, page):
        """Return ``{document id: {column: amount or text}}`` of the block of the billing."""
        rows = {}
        for row in page.xpath("//table[@name='billing_documents']//tr[@data-document-id]"):
            columns = {name: row.xpath(f"./td[@name='{name}']") for name in self.COLUMNS}
            rows[int(row.get("data-document-id"))] = {
                "label": self.text(row.xpath("./td[1]/a")),
                "state": self.text(columns.pop("state")),
                **{name: cell and self.money(cell) for name, cell in columns.items()},
            }
        return rows
