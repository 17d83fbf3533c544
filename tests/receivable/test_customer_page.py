"""A customer's page: billed, due, overdue, retained, deposits open, orders in progress."""

from datetime import date

from freezegun import freeze_time
from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from ..common import SituationCommon

FIGURES = ("billed", "due", "overdue", "retained", "deposits_open")


@tagged("post_install", "-at_install")
class TestCustomerPage(SituationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.retained = cls.make_term((95, 30), (5, None))

    def make_job(self, deposit=30, **values):
        """Return an order of 12 000 with 5 % retained: a deposit, and 40 % of the works.

        ================  ======  ========  ======  ==========
        document           total  retained  to pay          by
        ================  ======  ========  ======  ==========
        deposit 30 %       3 600         0   3 600  10 January
        situation 40 %     3 360       240   3 120    3 March
        ================  ======  ========  ======  ==========
        """
        order = self.make_order(
            self.line("Works", 1, 10000.0), **{"payment_term_id": self.retained.id, **values}
        )
        if deposit:
            self.deposit(order, deposit, invoice_date="2026-01-10", post=True)
        self.situation(order, 40, invoice_date="2026-02-01", post=True)
        return order

    def figures(self, partner, user=None, company=None):
        """Return the five figures of a customer's form, and check that RPC says the same."""
        self.env.flush_all()
        self.env.invalidate_all()
        partner = partner.with_user(user or self.env.user)
        if company:
            partner = partner.with_context(allowed_company_ids=company.ids)
        summary = partner.get_billing_summary()
        figures = tuple(partner[f"billing_{name}"] for name in FIGURES)
        self.assertEqual(tuple(summary[name] for name in FIGURES), figures)
        self.assertEqual([row["id"] for row in summary["orders"]], partner.billing_order_ids.ids)
        return figures

    def listed(self, action):
        """Return the records that a link opens."""
        return self.env[action["res_model"]].search(action["domain"])

    # === FIGURES ===#

    @freeze_time("2026-02-20")
    def test_figures_by_hand(self):
        self.assertEqual(self.figures(self.customer), (0, 0, 0, 0, 0))
        order = self.make_job()
        # half of the deposit is deducted by 40 % of the works: 1 440
        self.assertEqual(self.figures(self.customer), (6960, 6720, 3600, 240, 2160))
        deposit, situation = order.billing_document_ids.sorted("id")
        self.pay(deposit)
        self.assertEqual(self.figures(self.customer), (6960, 3120, 0, 240, 2160))
        with freeze_time("2026-03-04"):
            self.assertEqual(self.figures(self.customer), (6960, 3120, 3120, 240, 2160))
            order.release_retention(100, "2026-03-03")
            self.assertEqual(self.figures(self.customer), (6960, 3220, 3220, 140, 2160))
            order.oppose_retention("Leak", 40)
            self.assertEqual(self.figures(self.customer), (6960, 3220, 3220, 140, 2160))
        self.situation(order, 50)
        # a draft deducts, and is no more than that: 12 000 × 10 % less 360
        self.assertEqual(self.figures(self.customer), (6960, 3220, 0, 140, 1800))
        self.assertEqual(order.get_billing_recap()["deposit_remaining"], 1800)
        situation._reverse_moves([{"invoice_date": date(2026, 2, 20)}]).action_post()
        self.assertEqual(self.figures(self.customer)[0], 3600)
        self.assertEqual(self.figures(self.customer)[4], 3240)

    @freeze_time("2026-02-20")
    def test_deposits_open_are_those_of_the_orders(self):
        orders = self.make_job() | self.make_job(deposit=10) | self.make_job(deposit=None)
        self.deposit(orders[2], 20)
        expected = sum(
            float(deposit.remaining) for order in orders for deposit in order._get_deposits()
        )
        # the draft deposit isn't open yet
        self.assertEqual(expected, 2160 + 720)
        self.assertEqual(self.figures(self.customer)[4], 2880)
        orders[2]._get_draft_deposits().action_post()
        self.assertEqual(self.figures(self.customer)[4], 2880 + 2400)
        self.balance(orders[0], post=True)
        self.assertEqual(self.figures(self.customer)[4], 720 + 2400)
        # Odoo's own down payment counts
        plain = self.make_order(self.line("Works", 1, 1000.0))
        wizard = self.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": plain.ids,
                "advance_payment_method": "percentage",
                "amount": 50,
            }
        )
        wizard._create_invoices(plain)
        self.assertEqual(self.figures(self.customer)[4], 3120)
        plain.invoice_ids.action_post()
        self.assertEqual(self.figures(self.customer)[4], 3720)

    @freeze_time("2026-02-20")
    def test_orders_in_progress(self):
        begun = self.make_job()
        waiting = self.make_order(self.line("Works", 1, 100.0))
        self.make_order(self.line("Works", 1, 100.0), confirm=False)
        closed = self.make_order(self.line("Works", 1, 100.0), payment_term_id=self.retained.id)
        self.situation(closed, 100, post=True)
        self.assertEqual(set(self.customer.billing_order_ids), {begun, waiting})
        closed.release_retention()
        self.customer.invalidate_recordset()
        self.assertEqual(set(self.customer.billing_order_ids), {begun, waiting, closed})
        row = next(
            row for row in self.customer.get_billing_summary()["orders"] if row["id"] == begun.id
        )
        self.assertEqual(
            row,
            {
                "id": begun.id,
                "name": begun.name,
                "currency": "EUR",
                "progress": 40,
                "total": 12000,
                "billed": 6960,
                "to_invoice": 5040,
                "due": 6720,
            },
        )

    @freeze_time("2026-02-20")
    def test_a_company_and_its_contacts(self):
        self.customer.is_company = True
        contact, address = self.env["res.partner"].create(
            [
                {"name": "Contact", "parent_id": self.customer.id},
                {"name": "Works", "parent_id": self.customer.id, "type": "invoice"},
            ]
        )
        self.make_job(partner_id=contact.id)
        self.make_job(partner_invoice_id=address.id)
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        for partner in (self.customer, contact, address):
            self.assertEqual(self.figures(partner), (13920, 13440, 7200, 480, 4320))
            self.assertEqual(len(partner.billing_order_ids), 2)
            self.assertEqual(partner.get_billing_summary()["customer"], "Customer")
        self.assertEqual(self.figures(stranger), (0, 0, 0, 0, 0))
        self.assertEqual((contact | stranger).mapped("has_billing"), [True, False])

    @freeze_time("2026-02-20")
    def test_currencies_and_companies(self):
        currency = self.setup_other_currency("USD", rates=[("2026-01-01", 2.0)])
        pricelist = self.env["product.pricelist"].create(
            {"name": "Dollars", "currency_id": currency.id}
        )
        order = self.make_job(pricelist_id=pricelist.id)
        self.assertEqual(order.currency_id, currency)
        self.assertEqual(self.figures(self.customer), (3480, 3360, 1800, 120, 1080))
        # the rate of the day when all is deducted leaves nothing behind
        self.env["res.currency.rate"].create(
            {
                "name": "2026-02-10",
                "rate": 4.0,
                "currency_id": currency.id,
                "company_id": self.company.id,
            }
        )
        self.balance(order, invoice_date="2026-02-15", post=True)
        self.assertEqual(self.figures(self.customer)[4], 0)
        other = self.setup_other_company()["company"]
        self.env.user.company_ids |= other
        sale = (
            self.env["account.move"]
            .with_company(other)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.customer.id,
                    "invoice_date": "2026-02-01",
                    "company_id": other.id,
                    "invoice_line_ids": [
                        Command.create({"name": "x", "price_unit": 100, "tax_ids": []})
                    ],
                }
            )
        )
        sale.action_post()
        alone = self.figures(self.customer, company=self.company)[0]
        both = self.figures(self.customer, company=self.company | other)[0]
        self.assertEqual(both - alone, self.in_euro(other, 100))
        self.assertEqual(self.figures(self.customer, company=other)[0], 100)

    def in_euro(self, company, amount):
        euro = self.company.currency_id
        return company.currency_id._convert(amount, euro, self.company, date(2026, 2, 20))

    # === LINKS ===#

    @freeze_time("2026-02-20")
    def test_links_open_what_the_figures_are_of(self):
        order = self.make_job()
        paid = self.make_job(deposit=None)
        self.pay(paid.billing_document_ids)
        deposit, situation = order.billing_document_ids.sorted("id")
        customer = self.customer
        self.assertEqual(
            set(self.listed(customer.action_view_billed())),
            set(deposit | situation | paid.billing_document_ids),
        )
        self.assertEqual(set(self.listed(customer.action_view_due())), {deposit, situation})
        self.assertEqual(self.listed(customer.action_view_overdue()), deposit)
        retained = self.listed(customer.action_view_retained())
        self.assertEqual(retained.move_id, situation | paid.billing_document_ids)
        self.assertEqual(sum(retained.mapped("held")), self.figures(customer)[3])
        opened = self.listed(customer.action_view_open_deposits())
        self.assertEqual(set(opened), {deposit, situation})
        self.assertEqual(set(self.listed(customer.action_view_billing_orders())), {order, paid})
        # the same tables on a contact's page
        contact = self.env["res.partner"].create({"name": "C", "parent_id": customer.id})
        self.assertEqual(self.listed(contact.action_view_overdue()), deposit)

    # === RIGHTS ===#

    @freeze_time("2026-02-20")
    def test_who_sees_what(self):
        def user(login, groups):
            return new_test_user(
                self.env,
                login=login,
                groups=groups,
                company_id=self.company.id,
                company_ids=[Command.set(self.company.ids)],
            )

        seller = user("page-seller", "sales_team.group_sale_salesman")
        self.make_job(user_id=seller.id)
        self.make_job(user_id=self.env.user.id)
        self.assertEqual(self.figures(self.customer)[0], 13920)
        self.assertEqual(self.figures(self.customer, seller), (6960, 6720, 3600, 240, 2160))
        self.assertEqual(len(self.customer.with_user(seller).billing_order_ids), 1)
        action = self.customer.with_user(seller).action_view_retained()
        self.assertEqual(action["res_model"], "account.move")
        for login, groups in (
            ("page-biller", "account.group_account_invoice"),
            ("page-reader", "account.group_account_readonly"),
        ):
            self.assertEqual(self.figures(self.customer, user(login, groups))[0], 13920)
        employee = user("page-employee", "base.group_user")
        self.assertNotIn("billing_billed", self.customer.with_user(employee).fields_get())
        customer = new_test_user(
            self.env, login="page-portal", groups="base.group_portal", partner_id=self.customer.id
        )
        for refused in (employee, customer):
            with self.assertRaises(AccessError):
                self.customer.with_user(refused).get_billing_summary()
        with self.assertRaisesRegex(UserError, "Name one contact; 0 were given"):
            self.env["res.partner"].get_billing_summary()

    # === SCREEN ===#

    @freeze_time("2026-02-20")
    def test_the_form(self):
        with Form(self.customer) as form:
            self.assertFalse(form.has_billing)
        self.make_job()
        self.customer.invalidate_recordset()
        form = Form(self.customer)
        self.assertTrue(form.has_billing)
        self.assertEqual((form.billing_billed, form.billing_deposits_open), (6960, 2160))
        self.assertFalse(Form(self.env["res.partner"]).has_billing)

    @freeze_time("2026-02-20")
    def test_so_many_queries_whatever_the_documents(self):
        customers = self.customer | self.env["res.partner"].create({"name": "Second"})
        names = [f"billing_{name}" for name in FIGURES] + ["has_billing"]
        specification = {
            **{name: {} for name in names},
            "billing_order_ids": {
                "fields": {
                    name: {} for name in ("name", "billing_progress", "billed_total", "due_amount")
                }
            },
        }
        for customer, number in zip(customers, (2, 7), strict=True):
            for _number in range(number):
                self.make_job(partner_id=customer.id)
        counts = []
        for customer in (*customers, *customers):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            [row] = customer.web_read(specification)
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(len(row["billing_order_ids"]), 7)
        self.assertEqual(row["billing_billed"], 7 * 6960)
        self.assertLessEqual(counts[3], counts[2], counts)
        self.assertLess(counts[3], 45, counts)

    def test_lists_of_contacts_ask_for_nothing(self):
        for kind in ("list", "kanban", "search"):
            arch = self.env["res.partner"].get_view(view_type=kind)["arch"]
            names = {node.get("name") or "" for node in etree.fromstring(arch).iter("field")}
            asked = {name for name in names if name.startswith("billing_")} | names & {
                "has_billing"
            }
            self.assertFalse(asked)
