"""Workbooks, read back and calculated again: every formula ties, with what is stored and the recap."""

import base64
import doctest
import json
import random

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ...report.workbook import sheet as sheet_module
from ..random_jobs import RandomJobs
from ..workbook_reader import Reader

PROGRESS, RECAP, RETENTIONS = "Progress", "Recap", "Retentions"
WORKS = "Works, untaxed"


@tagged("post_install", "-at_install")
class TestWorkbook(RandomJobs):
    def open(self, record):
        """Return the reader of a workbook, as an RPC client gets it; every formula is checked."""
        self.env.flush_all()
        self.env.invalidate_all()
        result = json.loads(json.dumps(record.get_billing_workbook()))
        self.assertEqual(sorted(result), ["content", "filename"])
        self.assertRegex(result["filename"], r"^[\w.-]+-\d{4}-\d\d-\d\d\.xlsx$")
        reader = Reader(base64.b64decode(result["content"]))
        self.assertEqual(reader.stored.sheetnames, [PROGRESS, RECAP, RETENTIONS])
        self.assertFormulas(reader)
        return reader

    def assertFormulas(self, reader, message=None):
        """Each formula comes to the value that it was stored with."""
        formulas = reader.get_formulas()
        self.assertTrue(formulas)
        for sheet, address, formula, stored in formulas:
            value = reader.calculate(sheet, address)
            where = f"{sheet}!{address} {formula} {message or ''}"
            self.assertIsInstance(stored, int | float, where)
            self.assertAlmostEqual(value, stored, 6, where)

    def assertTies(self, order, message=None):
        """The workbook says what `get_billing_recap` and the order say."""
        reader = self.open(order)
        recap = order.get_billing_recap()
        alive = [document for document in recap["documents"] if document["state"] != "cancel"]
        self.assertRecap(reader, recap, alive, message)
        self.assertProgress(reader, order, recap, alive, message)
        retained = any(document["retention"] for document in alive)
        self.assertEqual("Held" in reader[RETENTIONS][2], retained, message)
        if retained:
            for name in ("held", "released"):
                label = {"held": "Retention held", "released": "Retention released or paid"}[name]
                row = reader.find(RECAP, label)
                self.assertAlmostEqual(
                    row[reader.column(RECAP, "Total")], recap[f"retention_{name}"], 6, message
                )
        return reader

    def assertRecap(self, reader, recap, alive, message):
        heads = {
            "Untaxed": "untaxed",
            "Tax": "tax",
            "Total": "total",
            "Deposits deducted": "deduction",
            "Retention": "retention",
            "Due now": "amount_due_now",
        }
        rows = reader[RECAP]
        first = next(index for index, row in enumerate(rows) if row[0] == "Number") + 1
        shown = rows[first : first + len(alive)]
        for head, name in heads.items():
            if head not in rows[5]:
                self.assertFalse(any(document[name] for document in recap["documents"]), message)
                continue
            column = reader.column(RECAP, head)
            self.assertEqual(
                [row[column] for row in shown], [row[name] for row in alive], f"{message} {head}"
            )
        total = reader.find(RECAP, "Total")
        for label, prefix in (
            ("Contract", "contract"),
            ("Invoiced, deposits included", "invoiced"),
            ("Left to invoice", "to_invoice"),
        ):
            row = reader.find(RECAP, label)
            for name in ("Untaxed", "Tax", "Total"):
                key = f"{prefix}_{name.lower()}"
                value = row[reader.column(RECAP, name)]
                if key in recap:
                    self.assertEqual(value, recap[key], f"{message} {key}")
        column = reader.column(RECAP, "Total")
        self.assertEqual(total[column], recap["invoiced_total"], message)
        if recap["deposit_invoiced"] or recap["deposit_deducted"]:
            row = reader.find(RECAP, "Deposits left to deduct")
            self.assertEqual(row[column], recap["deposit_remaining"], message)

    def assertProgress(self, reader, order, recap, alive, message):
        works = [document for document in alive if document["kind"] != "deposit"]
        totals = {
            label: reader.find(PROGRESS, label) for label in (WORKS, "Untaxed amount", "Total")
        }
        self.assertEqual(totals[WORKS][5], recap["contract_untaxed"], message)
        self.assertEqual(totals["Total"][5], recap["contract_total"], message)
        for index, document in enumerate(works):
            column = 7 + 2 * index
            self.assertEqual(totals["Untaxed amount"][column], document["untaxed"], message)
            self.assertEqual(totals["Total"][column], document["total"], message)
        billed = order.order_line._get_billed_amounts()
        done = 7 + 2 * len(works)
        # Those of the same name stand for each other.
        for line in order._get_work_lines():
            rows = [row for row in reader[PROGRESS] if row[0] == line.name and row[3] is not None]
            expected = (
                line.contract_amount,
                billed[line.id],
                order.currency_id.round(line.contract_amount - billed[line.id]),
            )
            shown = [(row[5], row[done], row[done + 1]) for row in rows]
            self.assertIn(expected, shown, f"{message} {line.name}")

    def make_job(self):
        """Return an order in sections, of two rates, with a deposit, two situations, one of them
        credited, a draft and a cancelled one."""
        order = self.make_order(
            self.line("Site", 1, 3333.33),
            self.section("Walls"),
            self.section("Ground", "line_subsection"),
            self.line("Digging", 120, 38.5),
            self.line("Concrete", 45, 212.75, discount=5),
            self.section("Masonry", "line_subsection"),
            self.line("Blocks", 310, 54.2),
            self.section("Inside"),
            self.line("Plaster", 95, 31.0, self.tax10),
            Command.create({"display_type": "line_note", "name": "Scaffold included"}),
        )
        self.deposit(order, 20, post=True)
        self.situation(order, 30, post=True)
        second = self.situation(order, 55.55, post=True)
        second._reverse_moves().action_post()
        self.situation(order, 60, post=True)
        self.situation(order, 70).button_cancel()
        self.situation(order, 80)
        return order

    def test_doctests(self):
        result = doctest.testmod(sheet_module)
        self.assertTrue(result.attempted)
        self.assertFalse(result.failed)

    # === PROGRESS ===#

    def test_job(self):
        order = self.make_job()
        reader = self.assertTies(order)
        subtotals = {
            row[0]: row[5] for row in reader[PROGRESS] if str(row[0]).startswith("Subtotal")
        }
        amounts = {line.name: line.contract_amount for line in order.order_line}
        ground = round(amounts["Digging"] + amounts["Concrete"], 2)
        self.assertEqual(
            subtotals,
            {
                "Subtotal Ground": ground,
                "Subtotal Masonry": amounts["Blocks"],
                "Subtotal Walls": round(ground + amounts["Blocks"], 2),
                "Subtotal Inside": amounts["Plaster"],
            },
        )
        row = reader.find(PROGRESS, "Digging")
        # 4 620.00: 30 %, 55.55 % and its credit note, 60 %, 80 %
        self.assertEqual(row[1:6], ["Units", 120, 38.5, None, 4620])
        self.assertEqual(row[7:17:2], [1386, 1180.41, -1180.41, 1386, 924])
        self.assertEqual(
            [round(share, 6) for share in row[6:17:2]], [0.3, 0.5555, 0.3, 0.6, 0.8, 0.8]
        )
        self.assertEqual(row[17:19], [3696, 924])
        heads = [value for value in reader[PROGRESS][4] if value]
        self.assertEqual(
            heads,
            [
                "Situation 1",
                "Situation 2",
                "Situation 2 – credit note",
                "Situation 3",
                "Situation 5",
                "To date",
            ],
        )
        self.assertEqual(reader[PROGRESS][6][14], "Draft")
        cancelled = reader.find(RECAP, "Situation 4", 1)
        self.assertEqual(cancelled[3], "Cancelled")

    def test_layout(self):
        reader = self.open(self.make_job())
        sheet = reader.formulas[PROGRESS]
        self.assertEqual(sheet.freeze_panes, "B9")
        levels = {
            row[0].value: sheet.row_dimensions[row[0].row].outlineLevel
            for row in sheet.iter_rows(min_row=9)
        }
        self.assertEqual(
            {name: levels[name] for name in ("Site", "Walls", "Digging", "Plaster")},
            {"Site": 0, "Walls": 1, "Digging": 2, "Plaster": 1},
        )
        self.assertEqual(levels["Subtotal Ground"], 1)
        self.assertEqual(levels["Subtotal Walls"], 0)
        self.assertEqual(levels[WORKS], 0)
        digging = next(row for row in sheet.iter_rows() if row[0].value == "Digging")
        self.assertEqual(digging[5].number_format, "#,##0.00")
        self.assertEqual(digging[6].number_format, '0.00%;-0.00%;"–"')
        self.assertEqual(digging[6].value.count("IF("), 1)
        total = next(row for row in sheet.iter_rows() if row[0].value == WORKS)
        self.assertTrue(str(total[5].value).startswith("=SUBTOTAL(9,F9:F"))
        self.assertEqual(reader.formulas[RECAP].freeze_panes, "B7")

    def test_nothing_billed(self):
        order = self.make_house()
        reader = self.assertTies(order)
        self.assertEqual(reader.find(PROGRESS, "Walls")[5:9], [10000, 0, 0, 10000])
        self.assertEqual(reader[RETENTIONS][2][0], "Nothing is retained.")

    def test_a_deposit_alone(self):
        order = self.make_house()
        self.deposit(order, 30, post=True)
        reader = self.assertTies(order)
        self.assertEqual(reader.find(PROGRESS, WORKS)[5:9], [12500, 0, 0, 12500])
        self.assertEqual(reader.find(RECAP, "Deposits invoiced")[7], 4425)

    def test_lines_without_amount(self):
        order = self.make_order(self.line("Works", 1, 1000), self.line("Free", 10, 0))
        free = self.work_line(order, "Free")
        self.situation(order, [{"line_id": free.id, "quantity": 4}, *self.all_at(order, 25)[:1]])
        reader = self.assertTies(order)
        row = reader.find(PROGRESS, "Free")
        self.assertEqual(row[5:11], [0, 0.4, 0, 0.4, 0, 0])

    def all_at(self, order, progress):
        return [{"line_id": line.id, "progress": progress} for line in order._get_work_lines()]

    def test_lines_that_are_not_of_the_order(self):
        order = self.make_house()
        move = self.situation(order, 40)
        move.invoice_line_ids = [
            Command.create({"name": "By hand", "quantity": 1, "price_unit": 77.7, "tax_ids": False})
        ]
        reader = self.assertTies(order)
        self.assertEqual(reader.find(PROGRESS, "Other lines")[7], 77.7)
        self.assertEqual(reader.find(PROGRESS, WORKS)[7], 5000)

    def test_a_reinvoiced_cost(self):
        order = self.make_order(
            self.line("Works", 1, 1000.0), self.line("Cost", 1, 100.0, is_expense=True)
        )
        order.order_line.filtered("is_expense").qty_delivered = 1
        self.situation(order, 50, post=True)
        self.balance(order)
        reader = self.assertTies(order)
        self.assertEqual(reader.find(PROGRESS, "Cost")[7:11:2], [0, 100])

    def test_odoo_s_own_invoice(self):
        order = self.make_house()
        order._create_invoices()
        reader = self.assertTies(order)
        self.assertEqual(reader[PROGRESS][4][6], "Invoice")

    def test_an_invoice_of_two_orders(self):
        first, second = self.make_house(), self.make_house()
        move = (first | second)._create_invoices()
        self.assertEqual(len(move), 1)
        move.action_post()
        self.pay(move)
        for order in (first, second):
            reader = self.assertTies(order)
            total = reader.find(RECAP, "Total")
            self.assertEqual(total[reader.column(RECAP, "Paid")], 14750)
            self.assertEqual(total[reader.column(RECAP, "Left to pay")], 0)
        with self.assertRaises(UserError):
            move.get_billing_workbook()

    def test_a_document_in_another_currency(self):
        dollar = self.setup_other_currency("USD", rates=[("2020-01-01", 2.0)])
        order = self.make_house()
        move = self.situation(order, 40)
        move.currency_id = dollar
        self.assertTies(order)

    def test_texts_are_not_formulas(self):
        names = ("=1+1", "+A1", "https://example.com/", "a\x0bb", "x" * 33000, "two\nlines")
        order = self.make_order(*(self.line(name, 1, 10) for name in names))
        order.client_order_ref = "=2+2"
        self.situation(order, 50)
        reader = self.open(order)
        shown = [row[0] for row in reader[PROGRESS] if row[5] == 10]
        self.assertEqual(shown[:3], list(names[:3]))
        self.assertEqual(len(shown[4]), 32767)
        self.assertEqual(reader.formulas[PROGRESS]["A9"].data_type, "s")
        self.assertFalse(reader.formulas[PROGRESS]["A11"].hyperlink)

    # === RETENTION ===#

    def test_retention(self):
        order = self.make_order(
            self.line("Works", 1, 10000.0), payment_term_id=self.make_term((95, 30), (5, None)).id
        )
        first = self.situation(order, 40, post=True)
        self.pay(first)
        self.situation(order, 70, post=True)
        self.situation(order, 100)
        reader = self.assertTies(order)
        total = reader.find(RETENTIONS, "Total")
        self.assertEqual(total[5:13], [600, 0, 0, 600, 0, 600, 0, 0])
        order.works_acceptance_date = "2020-01-01"
        order.oppose_retention("Leak", 20)
        order.lose_retention(30)
        order.release_retention(100)
        reader = self.assertTies(order)
        total = reader.find(RETENTIONS, "Total")
        recap = order.get_billing_recap()
        self.assertEqual((total[5], total[6]), (600, 30))
        self.assertEqual(total[7], recap["retention_released"])
        self.assertEqual(total[8], recap["retention_held"])
        operations = [row[0] for row in reader[RETENTIONS] if row[0] in ("Release", "Loss")]
        self.assertEqual(sorted(operations), ["Loss", "Release"])
        row = reader.find(RECAP, first.name)
        values = dict(zip(reader[RECAP][5], row, strict=True))
        self.assertEqual(
            (values["Total"], values["Paid"], values["Retention lost"], values["Left to pay"]),
            (4800, 4560, 30, 210),
        )
        foot = reader.find(PROGRESS, "Total without the retention")
        self.assertEqual(foot[7], 4560)

    # === CURRENCIES, CHANCE ===#

    def test_decimals(self):
        for name, decimals, number_format in (("JPY", 0, "#,##0"), ("KWD", 3, "#,##0.000")):
            currency = self.currencies.filtered(lambda row, name=name: row.name == name)
            self.assertEqual(currency.decimal_places, decimals)
            pricelist = self.env["product.pricelist"].create(
                {"name": name, "currency_id": currency.id}
            )
            order = self.make_order(self.line("Works", 3, 333.333), pricelist_id=pricelist.id)
            self.deposit(order, 10, post=True)
            self.situation(order, 33.33)
            reader = self.assertTies(order)
            row = next(row for row in reader.formulas[PROGRESS] if row[0].value == "Works")
            self.assertEqual(row[5].number_format, number_format)
            self.assertIn(f"Amounts in {name}", reader[PROGRESS][2][0])

    def test_random_jobs(self):
        self.know_the_tables()
        term = self.make_term((95, 30), (5, None))
        for seed in range(8):
            rng = random.Random(seed)
            order = self.random_order(rng)
            if not order._get_work_lines() or order.amount_total <= 0:
                continue
            if rng.random() < 0.5:
                order.payment_term_id = term
            if rng.random() < 0.6:
                self.deposit(order, rng.choice((10, 30)), post=True)
            for _turn in range(rng.randint(1, 4)):
                try:
                    move = self.situation(order, self.random_entries(rng, order))
                except UserError:
                    continue
                accident = rng.random()
                if accident < 0.5:
                    move.action_post()
                if accident < 0.15:
                    move._reverse_moves().action_post()
                elif accident > 0.85:
                    move.button_cancel()
            self.assertTies(order, f"seed {seed}")

    # === ONE DOCUMENT ===#

    def test_up_to_a_document(self):
        order = self.make_job()
        first, second = order.billing_document_ids.filtered(
            lambda move: move.billing_kind == "situation"
        ).sorted("id")[:2]
        reader = self.open(first)
        self.assertEqual(reader[PROGRESS][4][6:], ["Situation 1", None, "To date", None, None])
        self.assertEqual(reader.find(PROGRESS, "Digging")[7:11], [1386, 0.3, 1386, 3234])
        self.assertEqual(reader.find(PROGRESS, "Up to: Situation 1")[0], "Up to: Situation 1")
        total = reader.find(RECAP, "Total")
        deposit = order.billing_document_ids.filtered(lambda move: move.billing_kind == "deposit")
        self.assertEqual(
            total[reader.column(RECAP, "Total")],
            order.currency_id.round(deposit.amount_total + first.amount_total),
        )
        self.assertEqual(reader.find(RECAP, "Progress of the works")[7], 0.3)
        reader = self.open(second)
        self.assertEqual(reader.find(PROGRESS, "Digging")[7:11:2], [1386, 1180.41])
        self.assertIn("Situation-2", second.get_billing_workbook()["filename"])

    def test_a_document_that_bills_no_order(self):
        move = self.init_invoice("out_invoice", amounts=[100])
        bill = self.init_invoice("in_invoice", amounts=[100])
        for document in (move, bill, move | bill, self.env["account.move"]):
            for name in ("get_billing_workbook", "action_download_workbook"):
                with self.assertRaises(UserError):
                    getattr(document, name)()

    def test_one_order(self):
        orders = self.make_house() | self.make_house()
        for records in (orders, orders.browse()):
            with self.assertRaises(UserError):
                records.get_billing_workbook()

    # === SPEED ===#

    def test_queries(self):
        self.count(self.order_of(2))
        counts = [self.count(self.order_of(100)), self.count(self.order_of(1000))]
        # Odoo reads a thousand lines at a time: title rows and sections make the order one more.
        self.assertLessEqual(counts[1] - counts[0], 10, counts)

    def order_of(self, lines):
        order = self.make_order(
            *(self.line(f"Line {index}", 1 + index % 5, 10.01 + index) for index in range(lines))
        )
        self.situation(order, 20)
        self.situation(order, 45)
        return order

    def count(self, order):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        order.get_billing_workbook()
        return self.cr.sql_log_count - before
