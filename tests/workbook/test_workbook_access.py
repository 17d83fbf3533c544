"""Who gets a workbook: whoever may read the recap, with rights of his own; over RPC and HTTP."""

from io import BytesIO

from openpyxl import load_workbook

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ...report.workbook.workbook import MIMETYPE, ROUTE, get_download_action
from ..common import SituationCommon


class WorkbookUsers(SituationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesperson = cls.make_user("salesperson", "sales_team.group_sale_salesman")
        cls.colleague = cls.make_user("colleague", "sales_team.group_sale_salesman")
        cls.invoicing = cls.make_user("invoicing", "account.group_account_invoice")
        cls.auditor = cls.make_user("auditor", "account.group_account_readonly")
        cls.internal = cls.make_user("internal", "base.group_user")
        cls.portal = cls.make_user("customer", "base.group_portal", partner_id=cls.customer.id)
        cls.order = cls.make_order(
            cls.line("Walls", 1, 1000),
            user_id=cls.salesperson.id,
            payment_term_id=cls.make_term((95, 30), (5, None)).id,
        )
        cls.deposit(cls.order, 20, post=True)
        cls.document = cls.situation(cls.order, 50, post=True)
        cls.document.invoice_user_id = cls.salesperson
        cls.other = cls.make_order(cls.line("Roof", 1, 500), user_id=cls.salesperson.id)

    @classmethod
    def make_user(cls, login, groups, **values):
        return new_test_user(
            cls.env,
            login=login,
            groups=groups,
            password=login,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            **values,
        )


class WorkbookDownloads(HttpCase, WorkbookUsers):
    def download(self, user, path):
        self.authenticate(user.login, user.login)
        with mute_logger("odoo.http"):
            return self.url_open(f"{ROUTE}/{path}")


@tagged("post_install", "-at_install")
class TestWorkbookAccess(WorkbookUsers):
    def as_user(self, record, user):
        self.env.flush_all()
        self.env.invalidate_all()
        return record.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)

    def test_who_reads_the_recap_gets_the_workbook(self):
        for user in (self.salesperson, self.invoicing, self.auditor):
            with self.subTest(user=user.login):
                self.assertTrue(self.as_user(self.order, user).get_billing_workbook()["content"])
                self.assertTrue(self.as_user(self.document, user).get_billing_workbook()["content"])
                orders = self.order | self.other
                self.assertTrue(self.as_user(orders, user).get_work_in_progress_workbook())
                action = self.as_user(self.order, user).action_download_workbook()
                self.assertEqual(action["url"], f"{ROUTE}/sale.order/{self.order.id}")

    def test_nobody_else(self):
        for user in (self.colleague, self.internal, self.portal):
            for record, name in (
                (self.order, "get_billing_workbook"),
                (self.order, "action_download_workbook"),
                (self.order | self.other, "get_work_in_progress_workbook"),
                (self.document, "get_billing_workbook"),
                (self.document, "action_download_workbook"),
            ):
                with self.subTest(user=user.login, name=name), self.assertRaises(AccessError):
                    getattr(self.as_user(record, user), name)()

    def test_a_document_that_isn_t_the_salesperson_s(self):
        self.document.invoice_user_id = self.colleague
        with self.assertRaises(AccessError):
            self.as_user(self.document, self.salesperson).get_billing_workbook()
        self.assertTrue(self.as_user(self.order, self.salesperson).get_billing_workbook())

    def test_menu(self):
        """Whoever may not write gets it, too."""
        for user in (self.salesperson, self.auditor):
            for name, records in (
                ("action_order_workbook", self.order),
                ("action_work_in_progress", self.order | self.other),
                ("action_invoice_workbook", self.document),
            ):
                action = self.env.ref(f"sale_situation_invoicing.{name}")
                result = (
                    self.as_user(action, user)
                    .with_context(active_model=records._name, active_ids=records.ids)
                    .run()
                )
                ids = ",".join(map(str, records.ids))
                self.assertEqual(result["url"], f"{ROUTE}/{records._name}/{ids}")

    def test_none_and_too_many(self):
        orders = self.env["sale.order"]
        for name in ("action_download_workbook", "get_work_in_progress_workbook"):
            with self.assertRaises(UserError):
                getattr(orders, name)()
        with self.assertRaises(UserError):
            get_download_action(orders.browse(range(1, 1002)))
        self.assertTrue(get_download_action(orders.browse(range(1, 1001))))


@tagged("post_install", "-at_install")
class TestWorkbookDownload(WorkbookDownloads):
    def test_download(self):
        ids = f"{self.order.id},{self.other.id}"
        for path, sheets, name in (
            (f"sale.order/{self.order.id}", ["Progress", "Recap", "Retentions"], self.order.name),
            (
                f"account.move/{self.document.id}",
                ["Progress", "Recap", "Retentions"],
                "Situation-1",
            ),
            (f"sale.order/{ids}", ["Work in progress"], "Work-in-progress"),
        ):
            response = self.download(self.salesperson, path)
            self.assertEqual(response.status_code, 200)
            self.assertEqual(response.headers["Content-Type"], MIMETYPE)
            self.assertIn(name, response.headers["Content-Disposition"])
            self.assertIn("attachment", response.headers["Content-Disposition"])
            self.assertEqual(load_workbook(BytesIO(response.content)).sheetnames, sheets)

    def test_refused(self):
        for user, path, status in (
            (self.portal, f"sale.order/{self.order.id}", 403),
            (self.portal, f"account.move/{self.document.id}", 403),
            (self.colleague, f"sale.order/{self.order.id}", 403),
            (self.colleague, f"sale.order/{self.order.id},{self.other.id}", 403),
            (self.salesperson, f"sale.order/{self.order.id + 9999}", 404),
            (self.salesperson, "sale.order/x", 404),
            (self.salesperson, "sale.order/1,,2", 404),
            (self.salesperson, f"res.users/{self.salesperson.id}", 404),
        ):
            with self.subTest(user=user.login, path=path):
                self.assertEqual(self.download(user, path).status_code, status)

    def test_nobody_without_login(self):
        response = self.url_open(f"{ROUTE}/sale.order/{self.order.id}", allow_redirects=False)
        self.assertEqual(response.status_code, 303)
        self.assertIn("/web/login", response.headers["Location"])
