"""The examples of doc/integrator.rst, run as they stand there."""

import io
import json
import re
from contextlib import redirect_stdout
from pathlib import Path
from urllib.parse import urlsplit

from odoo.fields import Command
from odoo.tests import get_db_name, tagged
from odoo.tools import mute_logger

from ..rpc_clients import RpcClients

GUIDE = Path(__file__).resolve().parents[2] / "doc/integrator.rst"
TITLE = re.compile(r"^(\S.*)\n=+$", re.MULTILINE)
EXAMPLE = re.compile(r"^\.\. code-block:: (\w+)\n\n((?:    .*\n|\n)+)", re.MULTILINE)
CURL = re.compile(r"curl https://odoo\.example\.com/json/2/(\S+)/(\S+) .*-d '(.*)'", re.DOTALL)


def read_guide():
    """Return ``{title: [(language, code), …]}`` of the sections that have examples."""
    _start, *parts = TITLE.split(GUIDE.read_text(encoding="utf-8"))
    examples = {}
    for title, text in zip(parts[::2], parts[1::2], strict=True):
        found = [
            (language, re.sub(r"^    ", "", code, flags=re.MULTILINE))
            for language, code in EXAMPLE.findall(text)
        ]
        if found:
            examples[title] = found
    return examples


@tagged("post_install", "-at_install")
class TestIntegratorGuide(RpcClients):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.examples = read_guide()
        cls.customer.email = "customer@example.com"
        cls.term = cls.make_term((95, 0), (5, None))
        # Taxes of an order's line are for whoever sells.
        cls.invoicing.group_ids += cls.env.ref("sales_team.group_sale_salesman_all_leads")

    def make_job(self):
        """Return an order of 1 500.00 untaxed, 5 % of it retained."""
        return self.make_order(
            self.section("House"),
            self.line("Doors", 8, 125),
            self.line("Paint", 40, 12.5, self.tax10),
            payment_term_id=self.term.id,
        )

    def make_payment_item(self):
        """Return the open journal item of a payment of the customer."""
        payment = self.env["account.payment"].create(
            {"partner_id": self.customer.id, "amount": 100.0, "payment_type": "inbound"}
        )
        payment.action_post()
        return payment.move_id.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )

    def make_invoice(self):
        return self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Repair",
                            "price_unit": 500.0,
                            "tax_ids": [Command.set(self.tax20.ids)],
                        }
                    )
                ],
            }
        )

    def make_records(self):
        """Return what stands for the ids that the guide names."""
        order, other = self.make_job(), self.make_job()
        section, doors, _paint = order.order_line
        deposit = self.deposit(self.make_job(), 30, post=True)
        return {
            4210: order,
            4211: other,
            5301: section,
            5307: doors,
            5308: other.order_line[1],
            6112: deposit,
            6177: self.make_invoice(),
            7345: self.make_payment_item(),
            8107: self.customer,
            9010: self.tax10,
        }

    def put_in(self, code, records):
        """Return an example with this server, this user and these records in it."""
        url = urlsplit(self.base_url())
        code = re.sub(
            r"\b[4-9]\d{3}\b(?!-)",
            lambda found: str(records[int(found[0])].id) if int(found[0]) in records else found[0],
            code,
        )
        for told, own in (
            ("https://odoo.example.com", self.base_url()),
            ("odoo.example.com", url.hostname),
            ('protocol="jsonrpc+ssl", port=443', f'port={url.port}, version="19.0"'),
            ("prod", get_db_name()),
            ("me@example.com", self.invoicing.login),
            ("API key", self.key),
        ):
            code = code.replace(told, own)
        return code

    def run_python(self, code, names):
        self.cr.flush()
        self.cr.clear()
        with (
            self.allow_requests(all_requests=True),
            mute_logger(
                "odoo.addons.rpc.controllers.xmlrpc", "odoo.addons.rpc.controllers.jsonrpc"
            ),
            redirect_stdout(io.StringIO()) as told,
        ):
            exec(compile(code, GUIDE.name, "exec"), names)
        self.env.invalidate_all()
        return told.getvalue()

    def run_curl(self, code, records):
        model, method, body = CURL.search(code).groups()
        return self.json2(model, method, **json.loads(self.put_in(body, records)))

    def run_section(self, title):
        """Run the examples of a section on records of its own.

        :return: what they print, the records, what the last curl got
        """
        records = self.make_records()
        names, told, answer = {}, "", None
        [connect, *_others] = self.examples["Connect"]
        self.run_python(self.put_in(connect[1], records), names)
        for language, code in self.examples[title]:
            if language == "python":
                told += self.run_python(self.put_in(code, records), names)
            else:
                answer = self.run_curl(code, records)
        return told, records, answer

    # === SECTIONS ===#

    def test_every_section_is_run(self):
        own = Path(__file__).read_text(encoding="utf-8")
        for title in self.examples:
            self.assertIn(f'"{title}"', own)

    def test_connect(self):
        _told, records, answer = self.run_section("Connect")
        situation = self.move(answer)
        # 45 % of 500.00 of paint; 4.5 of 8 doors at 125.00
        self.assertEqual(situation.amount_untaxed, 225.0 + 562.5)
        self.assertEqual(situation.billing_order_id, records[4210])

    def test_deposit_to_balance(self):
        told, records, _answer = self.run_section("Deposit, situations, balance")
        # 1 000 × 1.2 + 500 × 1.1 = 1 750.00; 30 % of it is 525.00, 45 % of that 236.25.
        self.assertEqual(told.split()[0], "236.25")
        order = records[4210]
        self.assertEqual(
            order.billing_document_ids.sorted("id").mapped("billing_kind"),
            ["deposit", "situation", "situation", "balance"],
        )
        self.assertJobTies(order)
        self.assertDepositsTie(order)

    def test_approval(self):
        _told, records, recap = self.run_section(
            "Have a situation approved, cancel it, take it to a spreadsheet"
        )
        self.assertEqual(recap["invoiced_total"], 0.0)
        self.assertEqual(len(records[4210].billing_document_ids), 2)

    def test_another_tax(self):
        _told, records, _answer = self.run_section("Another tax")
        document = records[4210].billing_document_ids.sorted("id")[-1]
        # 500.00 of doors, billed at 20 %, are now at 10 %.
        self.assertEqual((document.amount_untaxed, document.amount_total), (0.0, 50.0))
        self.assertEqual(document.move_type, "out_refund")

    def test_partial_and_instalments(self):
        _told, records, ids = self.run_section("Partial invoices and instalments")
        self.assertEqual(len(ids), 12)
        kinds = records[4210].billing_document_ids.sorted("id").mapped("billing_kind")
        self.assertEqual(kinds, ["partial", "instalment", "balance"])
        self.assertJobTies(records[4210])

    def test_retention(self):
        _told, records, _answer = self.run_section("Retention of guarantee")
        order = records[4210]
        # 5 % of 1 750.00
        self.assertEqual(order.billing_document_ids[-1].retention_amount, 87.5)
        operations = self.env["account.retention.operation"].search([("order_id", "=", order.id)])
        # What was lost is undone.
        self.assertEqual(len(operations), 3)

    def test_batch(self):
        told, records, answer = self.run_section("Situations of many orders")
        self.assertIn(str(records[4210].id), told)
        self.assertEqual(set(answer["created"]), {str(records[key].id) for key in (4210, 4211)})
        self.assertEqual(
            [records[key].billing_progress for key in (4210, 4211)],
            [80.0, 85.0],
        )

    def test_deposits_by_hand(self):
        _told, records, deducted = self.run_section(
            "Deposits and payments on an invoice of its own"
        )
        self.assertEqual(deducted, 60.0)
        self.assertEqual(records[6177].amount_total, 540.0)

    def test_customer(self):
        told, records, summary = self.run_section("A customer's figures, reminders")
        self.assertIn(records[4210].name, told)
        self.assertEqual(summary["customer"], self.customer.name)
        self.assertIn(records[4210].id, [row["id"] for row in summary["orders"]])

    def test_subscriptions(self):
        _told, records, _ids = self.run_section("Subscriptions, with odoorpc")
        starts = records[4211].subscription_document_ids.mapped("period_start")
        self.assertEqual(starts.count(min(starts)), 1)
        self.assertTrue(records[4211].is_subscription)
