"""Real clients over HTTP: XML-RPC, odoorpc and /json/2, with plain values in and out."""

import json
import unittest
import xmlrpc.client
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from odoo.fields import Command
from odoo.tests import HttpCase, get_db_name, new_test_user, tagged
from odoo.tools import mute_logger

from ..common import SituationCommon

try:
    import odoorpc
except ImportError:
    odoorpc = None

FIGURES = {
    "untaxed": float,
    "tax": float,
    "total": float,
    "deduction": float,
    "retention": float,
    "amount_due_now": float,
    "progress": float,
    "lines": list,
}
FIGURES_OF_A_LINE = {
    "line_id": int,
    "previous_progress": float,
    "progress": float,
    "previous_amount": float,
    "amount": float,
    "cumulative_amount": float,
}
RECAP = {
    "order": str,
    "currency": str,
    "contract_untaxed": float,
    "contract_tax": float,
    "contract_total": float,
    "progress": float,
    "invoiced_untaxed": float,
    "invoiced_tax": float,
    "invoiced_total": float,
    "to_invoice_untaxed": float,
    "to_invoice_total": float,
    "deposit_invoiced": float,
    "deposit_deducted": float,
    "deposit_remaining": float,
    "retention_held": float,
    "retention_released": float,
    "documents": list,
}
DOCUMENT = {
    "id": int,
    "name": str,
    "kind": str,
    "number": int,
    "date": str,
    "state": str,
    "untaxed": float,
    "tax": float,
    "total": float,
    "deduction": float,
    "retention": float,
    "amount_due_now": float,
    "progress": float,
}
WARNING, ACCESS_ERROR = 2, 4


class SituationRpcCommon(SituationCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.allow_over_billing = False
        cls.invoicing = cls.make_user("rpc-invoicing", "account.group_account_invoice")
        cls.salesperson = cls.make_user("rpc-sales", "sales_team.group_sale_salesman")
        cls.order = cls.make_order(
            cls.section("House"),
            cls.line("Doors", 8, 125),
            cls.line("Paint", 40, 12.5, cls.tax10),
            user_id=cls.salesperson.id,
        )
        cls.house, cls.doors, cls.paint = cls.order.order_line

    @classmethod
    def make_user(cls, login, groups):
        return new_test_user(
            cls.env,
            login=login,
            password=login,
            groups=groups,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    # === CHECKS ===#

    def call(self, method, *args, user=None, **kwargs):
        """Call a method of the order as a client does; to be written by each client."""
        raise NotImplementedError

    def assertRefused(self, texts, method, *args, **kwargs):
        """As `assertRefusedInAnyState`, on an order of which nothing is billed."""
        self.assertRefusedInAnyState(texts, method, *args, **kwargs)
        self.assertEqual(self.order.billing_progress, 0)

    def assertRefusedInAnyState(self, texts, method, *args, **kwargs):
        """The client meets an error of the user's, which holds the texts; nothing is written."""
        before = self.count_documents()
        with mute_logger("odoo.http", "odoo.sql_db"):
            message = self.get_refusal(method, *args, **kwargs)
        for text in texts:
            self.assertIn(str(text), message)
        self.assertNotIn("Traceback", message)
        self.assertEqual(self.count_documents(), before)

    def count_documents(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return [self.env[name].search_count([]) for name in ("account.move", "account.move.line")]

    def assertPlain(self, values, expected, where=""):
        """Names and types are those of the contract; a whole number may come as an integer."""
        self.assertEqual(set(values), set(expected), where)
        for name, kind in expected.items():
            kinds = (int, float) if kind is float else kind
            self.assertIsInstance(values[name], kinds, f"{where} {name}")
            self.assertNotIsInstance(values[name], bool, f"{where} {name}")

    def read_document(self, move_id):
        """Return the figures of a document as `preview_situation` names them."""
        self.env.flush_all()
        self.env.invalidate_all()
        move = self.move(move_id)
        self.assertEqual(move.billing_order_id, self.order)
        return {
            "untaxed": move.amount_untaxed,
            "tax": move.amount_tax,
            "total": move.amount_total,
            "lines": {
                line.sale_line_ids.id: (
                    line.price_subtotal,
                    line.previous_progress,
                    line.progress,
                )
                for line in self.billed_lines(move)
            },
        }

    def assertPreviewIsTheDocument(self, figures, move_id):
        document = self.read_document(move_id)
        lines = {
            line["line_id"]: (
                line["amount"],
                line["previous_progress"],
                line["progress"],
            )
            for line in figures["lines"]
            if line["amount"]
        }
        self.assertEqual(
            document,
            {name: figures[name] for name in ("untaxed", "tax", "total")} | {"lines": lines},
        )

    # === WHAT EVERY CLIENT DOES ===#

    def check_number(self):
        figures = self.call("preview_situation", 30)
        self.assertPlain(figures, FIGURES)
        for line in figures["lines"]:
            self.assertPlain(line, FIGURES_OF_A_LINE)
        # 30 % of 1 000 at 20 % and of 500 at 10 %
        self.assertEqual((figures["untaxed"], figures["tax"]), (450, 75))
        self.assertEqual(self.call("get_billing_recap")["documents"], [])
        move_id = self.call("create_situation_invoice", 30)
        self.assertIs(type(move_id), int)
        self.assertPreviewIsTheDocument(figures, move_id)
        self.assertEqual(self.move(move_id).state, "draft")

    def check_entries(self):
        first = [{"section_id": self.house.id, "progress": 10}]
        second = [
            {"section_id": self.house.id, "progress": 40},
            {"line_id": self.doors.id, "quantity": 3.5},
        ]
        third = [{"line_id": self.paint.id, "amount": 333.33}]
        amounts = []
        for entries in (first, second, third):
            figures = self.call("preview_situation", entries)
            move_id = self.call("create_situation_invoice", entries)
            self.assertPreviewIsTheDocument(figures, move_id)
            amounts.append(figures["untaxed"])
        # 100 + 50; 437.50 − 100 and 200 − 50; 333.33 − 200
        self.assertEqual(amounts, [150, 487.5, 133.33])

    def check_date_and_posting(self):
        move_id = self.call("create_situation_invoice", 45, invoice_date="2026-03-12", post=True)
        self.env.invalidate_all()
        move = self.move(move_id)
        self.assertEqual((move.state, str(move.invoice_date)), ("posted", "2026-03-12"))

    def check_recap(self):
        empty = self.call("get_billing_recap")
        self.assertPlain(empty, RECAP)
        self.assertEqual((empty["documents"], empty["to_invoice_total"]), ([], 1750))
        draft = self.call("create_situation_invoice", 30)
        posted = self.call("create_situation_invoice", 100, invoice_date="2026-03-12", post=True)
        recap = self.call("get_billing_recap")
        self.assertPlain(recap, RECAP)
        self.assertEqual(recap["order"], self.order.name)
        self.assertEqual(recap["currency"], "EUR")
        self.assertEqual(recap["invoiced_total"], recap["contract_total"])
        self.assertEqual((recap["contract_total"], recap["to_invoice_total"]), (1750, 0))
        self.assertEqual(recap["progress"], 100)
        self.assertEqual([row["id"] for row in recap["documents"]], [draft, posted])
        for row in recap["documents"]:
            self.assertPlain(row, DOCUMENT, row["state"])
        self.assertEqual([row["number"] for row in recap["documents"]], [1, 2])
        self.assertEqual([row["total"] for row in recap["documents"]], [525, 1225])
        last = recap["documents"][1]
        self.assertEqual((last["kind"], last["state"]), ("situation", "posted"))
        self.assertEqual(last["date"], "2026-03-12")

    def check_deposit_to_balance(self):
        # 1 200 and 550: a deposit of 30 % is 525; half of the works 875, less half of it.
        deposit = self.call(
            "create_deposit_invoice", amount=30, invoice_date="2026-03-12", post=True
        )
        figures = self.call("preview_situation", entries=50)
        self.assertPlain(figures, FIGURES)
        self.assertEqual((figures["total"], figures["deduction"]), (612.5, 262.5))
        manual = {"entries": 50, "deduction_rule": "manual", "deduction_amount": 100.0}
        self.assertEqual(self.call("preview_situation", **manual)["total"], 775)
        situation = self.call("create_situation_invoice", **manual, post=True)
        second = self.call("create_deposit_invoice", amount=75.5, amount_type="fixed", post=True)
        balance = self.call("create_balance_invoice", invoice_date="2026-05-31", post=True)
        for move_id in (deposit, situation, second, balance):
            self.assertIs(type(move_id), int)
        recap = self.call("get_billing_recap")
        self.assertPlain(recap, RECAP)
        for row in recap["documents"]:
            self.assertPlain(row, DOCUMENT, row["kind"])
        self.assertEqual(
            [(row["id"], row["kind"], row["total"]) for row in recap["documents"]],
            [
                (deposit, "deposit", 525),
                (situation, "situation", 775),
                (second, "deposit", 75.5),
                (balance, "balance", 374.5),
            ],
        )
        self.assertEqual(recap["deposit_invoiced"], 600.5)
        self.assertEqual(recap["deposit_deducted"], 600.5)
        self.assertEqual(recap["deposit_remaining"], 0)
        self.assertEqual(recap["to_invoice_total"], 0)

    def check_retention(self):
        self.order.payment_term_id = self.make_term((95, 30), (5, None))
        self.call("create_situation_invoice", 50, post=True)
        # 5 % of 1 750 is 87.50: 3.75 are released, 10 lost, a guarantee stands for 50
        operation = self.call("release_retention", amount=3.75)
        self.assertIs(type(operation), int)
        recap = self.call("get_billing_recap")
        self.assertEqual((recap["retention_held"], recap["retention_released"]), (40, 3.75))
        operations = [
            self.call("replace_retention", bank="Bank", amount=50.0, reference="G-1"),
            self.call("oppose_retention", reason="Leak", amount=10, date="2026-03-12"),
            self.call("lose_retention", amount=10, reason="Leak"),
        ]
        recap = self.call("get_billing_recap")
        self.assertEqual((recap["retention_held"], recap["retention_released"]), (0, 33.75))
        self.call("create_balance_invoice", post=True)
        self.assertEqual(self.call("get_billing_recap")["retention_held"], 23.75)
        self.assertEqual(
            sorted(self.order.retention_operation_ids.mapped("kind")),
            ["guarantee", "loss", "opposition", "release"],
        )
        self.assertTrue(all(type(number) is int for number in operations))
        for method, values, texts in (
            ("release_retention", {"amount": 500}, ("500.00", "23.75", self.order.name)),
            ("release_retention", {"amount": "half"}, ("half",)),
            ("release_retention", {"date": "2999-01-01"}, ("2999",)),
            ("replace_retention", {"bank": ""}, ("bank",)),
            ("oppose_retention", {"reason": ""}, ("reason",)),
            ("lose_retention", {"amount": 0}, ("0.00",)),
        ):
            with self.subTest(method=method, values=values):
                self.assertRefusedInAnyState(texts, method, **values)

    def check_partial_and_instalments(self):
        partial = self.call("create_partial_invoice", line_ids=self.paint.ids, post=True)
        self.assertIs(type(partial), int)
        ids = self.call("create_instalment_invoices", count=3, first_date="2027-01-31")
        self.assertTrue(all(type(number) is int for number in ids))
        recap = self.call("get_billing_recap")
        self.assertPlain(recap, RECAP)
        self.assertEqual(
            [(row["id"], row["kind"], row["date"], row["total"]) for row in recap["documents"]][1:],
            [
                (ids[0], "instalment", "2027-01-31", 400),
                (ids[1], "instalment", "2027-02-28", 400),
                (ids[2], "balance", "2027-03-31", 400),
            ],
        )
        rows = [{"date": "2027-06-30", "percent": 25}, {"date": "2027-07-31", "percent": 75.0}]
        changed = self.call("change_instalment_plan", instalments=rows)
        self.assertEqual([self.read_document(number)["total"] for number in changed], [300, 900])
        self.assertIs(self.call("respread_instalments"), True)
        self.assertIs(self.call("cancel_instalment_plan"), True)
        self.assertEqual(len(self.call("create_instalment_plan", instalments=rows)), 2)
        self.assertEqual(self.call("get_billing_recap")["to_invoice_total"], 0)
        for method, values, texts in (
            ("create_partial_invoice", {"line_ids": self.doors.ids}, ("Doors",)),
            ("create_partial_invoice", {}, (self.order.name,)),
            ("create_instalment_invoices", {"count": 1, "first_date": "2027-01-31"}, ("1", "240")),
            ("create_instalment_invoices", {"count": 3, "first_date": "soon"}, ("soon",)),
            ("change_instalment_plan", {"instalments": rows[:1]}, ("25",)),
        ):
            with self.subTest(method=method, values=values):
                self.assertRefusedInAnyState(texts, method, **values)

    def check_bad_deposits(self):
        for values, texts in (
            ({"amount": 0}, ("0",)),
            ({"amount": "third"}, ("third",)),
            ({"amount": 120.5}, ("2,108.75", "1,750.00")),
            ({"amount": 30, "amount_type": "share"}, ("share", "fixed")),
            ({"amount": 30, "detail": ["lines"]}, ("lines", "single")),
            ({"amount": 30, "invoice_date": "soon"}, ("soon",)),
        ):
            with self.subTest(values=values):
                self.assertRefused(texts, "create_deposit_invoice", **values)
        self.assertRefused((self.order.name,), "create_balance_invoice")

    def check_bad_input(self):
        unknown = self.env["sale.order.line"].search([], order="id desc", limit=1).id + 7
        for entries, texts in (
            ([{"line_id": self.doors.id, "progress": -12.5}], ("Doors", "-12.5")),
            ([{"line_id": self.doors.id, "quantity": 8.5}], ("Doors", "8.5")),
            ([{"line_id": self.paint.id, "amount": "half"}], ("Paint", "half")),
            ([{"line_id": unknown, "progress": 45}], (unknown, self.order.name)),
            ([{"section_id": self.doors.id, "progress": 45}], (self.doors.id,)),
            ([{"line_id": self.doors.id, "progres": 45}], ("Doors", "progres")),
            (
                [
                    {"line_id": self.paint.id, "progress": 45},
                    {"line_id": self.doors.id, "progress": 120.5},
                ],
                ("Doors", "120.5"),
            ),
            ("45.5", ("45.5",)),
            ([], (self.order.name,)),
            (float("nan"), ("nan",)),
            ([{"line_id": self.doors.id, "progress": float("inf")}], ("Doors", "inf")),
        ):
            for method in ("preview_situation", "create_situation_invoice"):
                with self.subTest(method=method, entries=entries):
                    self.assertRefused(texts, method, entries)
        self.assertRefused(("soon",), "create_situation_invoice", 45, invoice_date="soon")
        self.assertRefused((self.order.name,), "create_situation_invoice", 0)


@tagged("post_install", "-at_install")
class TestSituationXmlRpc(SituationRpcCommon):
    def setUp(self):
        super().setUp()
        # Odoo's own server proxy, `xmlrpc.client` with the cookie that tests need.
        self.assertIsInstance(self.xmlrpc_object, xmlrpc.client.ServerProxy)

    def call(self, method, *args, user=None, **kwargs):
        user = user or self.invoicing
        with mute_logger("odoo.addons.rpc.controllers.xmlrpc"):
            result = self.xmlrpc_object.execute_kw(
                get_db_name(),
                user.id,
                user.login,
                "sale.order",
                method,
                [self.order.ids, *args],
                kwargs,
            )
        self.env.invalidate_all()
        return result

    def get_refusal(self, method, *args, code=WARNING, **kwargs):
        with self.assertRaises(xmlrpc.client.Fault) as fault:
            self.call(method, *args, **kwargs)
        self.assertEqual(fault.exception.faultCode, code, fault.exception.faultString)
        return fault.exception.faultString

    def test_number(self):
        self.check_number()

    def test_entries(self):
        self.check_entries()

    def test_date_and_posting(self):
        self.check_date_and_posting()

    def test_recap(self):
        self.check_recap()

    def test_deposit_to_balance(self):
        self.check_deposit_to_balance()

    def test_partial_and_instalments(self):
        self.check_partial_and_instalments()

    def test_retention(self):
        self.check_retention()
        operation = self.order.retention_operation_ids.filtered(lambda op: op.kind == "loss")
        undone = self.xmlrpc_object.execute_kw(
            get_db_name(),
            self.invoicing.id,
            self.invoicing.login,
            operation._name,
            "action_undo",
            [operation.ids],
        )
        self.env.invalidate_all()
        self.assertTrue(undone)
        self.assertFalse(operation.exists())

    def test_bad_input(self):
        self.check_bad_input()
        self.check_bad_deposits()

    def test_optional_arguments_left_empty(self):
        """XML-RPC has no null: what isn't given comes as False."""
        figures = self.call("preview_situation", 30, False, False)
        move_id = self.call("create_situation_invoice", 30, False, False, False, False)
        self.assertPreviewIsTheDocument(figures, move_id)
        self.assertTrue(self.call("create_deposit_invoice", 10, False, False, False, True))
        self.assertTrue(self.call("create_balance_invoice", False, False))

    def test_rights(self):
        self.assertRefused(
            (),
            "create_situation_invoice",
            45,
            post=True,
            user=self.salesperson,
            code=ACCESS_ERROR,
        )
        self.assertTrue(self.call("create_situation_invoice", 45, user=self.salesperson))


@tagged("post_install", "-at_install")
class TestSituationJson2(SituationRpcCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keys = {
            user: cls.env(user=user)["res.users.apikeys"]._generate(
                scope="rpc",
                name="test",
                expiration_date=datetime.now() + timedelta(hours=6),
            )
            for user in cls.invoicing + cls.salesperson
        }

    def post(self, method, user=None, ids=None, **kwargs):
        """Return the response of the server."""
        body = {"ids": self.order.ids if ids is None else ids, **kwargs}
        response = self.url_open(
            f"/json/2/sale.order/{method}",
            data=json.dumps(body),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {self.keys[user or self.invoicing]}",
                "X-Odoo-Database": get_db_name(),
            },
        )
        self.env.invalidate_all()
        return response

    def name_arguments(self, args, kwargs):
        """`/json/2` takes keyword arguments only."""
        return {**dict(zip(("entries",), args, strict=False)), **kwargs}

    def call(self, method, *args, user=None, **kwargs):
        response = self.post(method, user, **self.name_arguments(args, kwargs))
        self.assertEqual(response.status_code, 200, response.text)
        return response.json()

    def get_refusal(self, method, *args, user=None, status=422, **kwargs):
        response = self.post(method, user, **self.name_arguments(args, kwargs))
        self.assertEqual(response.status_code, status, response.text)
        return response.json()["message"]

    def test_number(self):
        self.check_number()

    def test_entries(self):
        self.check_entries()

    def test_date_and_posting(self):
        self.check_date_and_posting()

    def test_recap(self):
        self.check_recap()

    def test_deposit_to_balance(self):
        self.check_deposit_to_balance()

    def test_partial_and_instalments(self):
        self.check_partial_and_instalments()

    def test_retention(self):
        self.check_retention()

    def test_bad_input(self):
        self.check_bad_input()
        self.check_bad_deposits()

    def test_null(self):
        self.assertRefused(("None",), "preview_situation", None)
        figures = self.call("preview_situation", 30, deduction_rule=None)
        move_id = self.call(
            "create_situation_invoice",
            30,
            deduction_rule=None,
            deduction_amount=None,
            invoice_date=None,
            post=False,
        )
        self.assertPreviewIsTheDocument(figures, move_id)

    def test_rights(self):
        self.assertRefused(
            (),
            "create_situation_invoice",
            45,
            post=True,
            user=self.salesperson,
            status=403,
        )
        self.assertTrue(self.call("create_situation_invoice", 45, user=self.salesperson))

    def test_an_order_that_is_gone(self):
        gone = self.make_order(self.line("Fence", 1, 300), confirm=False)
        gone_id = gone.id
        gone.unlink()
        for method in ("preview_situation", "create_situation_invoice"):
            with self.subTest(method=method), mute_logger("odoo.http"):
                response = self.post(method, ids=[gone_id], entries=45)
                self.assertEqual(response.status_code, 404, response.text)

    def test_private_methods_stay_private(self):
        for method in ("_plan_situation", "_create_document", "_lock_for_billing"):
            with self.subTest(method=method), mute_logger("odoo.http"):
                response = self.post(method, entries=45)
                self.assertIn(response.status_code, (403, 404), response.text)


@unittest.skipUnless(odoorpc, "odoorpc is not installed")
@tagged("post_install", "-at_install")
class TestSituationOdooRpc(SituationRpcCommon):
    def call(self, method, *args, user=None, **kwargs):
        user = user or self.invoicing
        url = urlsplit(self.base_url())
        self.cr.flush()
        self.cr.clear()
        with (
            self.allow_requests(all_requests=True),
            mute_logger("odoo.addons.rpc.controllers.jsonrpc"),
        ):
            client = odoorpc.ODOO(url.hostname, port=url.port, version="19.0")
            client.login(get_db_name(), user.login, user.login)
            result = client.execute_kw("sale.order", method, [self.order.ids, *args], kwargs)
        self.env.invalidate_all()
        return result

    def get_refusal(self, method, *args, **kwargs):
        with self.assertRaises(odoorpc.error.RPCError) as refusal:
            self.call(method, *args, **kwargs)
        return str(refusal.exception)

    def test_number(self):
        self.check_number()

    def test_recap(self):
        self.check_recap()

    def test_bad_input(self):
        texts = ("Doors", "-12.5")
        entries = [{"line_id": self.doors.id, "progress": -12.5}]
        self.assertRefused(texts, "create_situation_invoice", entries)

    def test_deposit_to_balance(self):
        self.check_deposit_to_balance()

    def test_partial_and_instalments(self):
        self.check_partial_and_instalments()

    def test_retention(self):
        self.check_retention()

    def test_order_as_a_python_object(self):
        """odoorpc's records: methods are called on the order itself."""
        url = urlsplit(self.base_url())
        entries = [{"line_id": self.doors.id, "progress": 45}]
        self.cr.flush()
        self.cr.clear()
        with (
            self.allow_requests(all_requests=True),
            mute_logger("odoo.addons.rpc.controllers.jsonrpc"),
        ):
            client = odoorpc.ODOO(url.hostname, port=url.port, version="19.0")
            client.login(get_db_name(), self.invoicing.login, self.invoicing.login)
            order = client.env["sale.order"].browse(self.order.id)
            figures = order.preview_situation(entries)
            move_id = order.create_situation_invoice(entries)
        self.assertEqual(figures["total"], 540)
        self.assertPreviewIsTheDocument(figures, move_id)
