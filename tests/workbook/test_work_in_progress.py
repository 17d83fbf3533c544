"""The statement of many orders: a row each, the same figures as their recaps."""

import base64

from odoo.fields import Command
from odoo.tests import tagged

from ..random_jobs import RandomJobs
from ..workbook_reader import Reader

SHEET = "Work in progress"


@tagged("post_install", "-at_install")
class TestWorkInProgress(RandomJobs):
    def open(self, orders):
        """Return the reader of the statement, and ``{order name: {head: value}}``."""
        self.env.flush_all()
        self.env.invalidate_all()
        reader = Reader(base64.b64decode(orders.get_work_in_progress_workbook()["content"]))
        for sheet, address, formula, stored in reader.get_formulas():
            self.assertAlmostEqual(reader.calculate(sheet, address), stored, 6, formula)
        heads = reader[SHEET][3]
        rows = {row[1]: dict(zip(heads, row, strict=True)) for row in reader[SHEET][4:] if row[1]}
        return reader, rows

    def assertRow(self, order, row):
        recap = order.get_billing_recap()
        for head, name in (
            ("Contract, untaxed", "contract_untaxed"),
            ("Contract", "contract_total"),
            ("Deposits invoiced", "deposit_invoiced"),
            ("Deposits deducted", "deposit_deducted"),
            ("Deposits left to deduct", "deposit_remaining"),
            ("Retention held", "retention_held"),
            ("Invoiced, deposits included", "invoiced_total"),
        ):
            self.assertEqual(row[head], recap[name], f"{order.name} {head}")
        self.assertAlmostEqual(row["Progress"] * 100, recap["progress"], 6)
        works = sum(
            order.order_line._get_billed_amounts()[line.id] for line in order._get_work_lines()
        )
        self.assertEqual(
            row["Billed without deposits, untaxed"], order.currency_id.round(works), order.name
        )

    def make_orders(self):
        """Return orders of three states: half billed with a deposit and a retention, finished and
        paid, not begun."""
        half = self.make_house()
        half.partner_id = self.env["res.partner"].create({"name": "A first one"})
        half.payment_term_id = self.make_term((95, 30), (5, None))
        self.deposit(half, 30, post=True)
        self.pay(self.situation(half, 50, post=True))
        self.situation(half, 60).button_cancel()
        finished = self.make_house()
        self.situation(finished, 80, post=True)
        self.balance(finished, post=True)
        for move in self.documents(finished):
            self.pay(move)
        return half, finished, self.make_house()

    def test_rows(self):
        half, finished, new = self.make_orders()
        orders = new | finished | half
        reader, rows = self.open(orders)
        for order in orders:
            self.assertRow(order, rows[order.name])
        row = rows[half.name]
        self.assertEqual(row["Customer"], "A first one")
        self.assertEqual(row["Billed without deposits, untaxed"], 6250)
        self.assertEqual(row["Left to bill, untaxed"], 6250)
        # 7 375 less 2 212.50 of the deposit, and 368.75 of it retained.
        self.assertEqual(row["Retention held"], 368.75)
        self.assertEqual(row["Paid"], 4793.75)
        # The deposit and the retention.
        self.assertEqual(row["Invoiced and not paid"], 4425 + 368.75)
        row = rows[finished.name]
        self.assertEqual((row["Left to bill, untaxed"], row["Invoiced and not paid"]), (0, 0))
        row = rows[new.name]
        self.assertEqual((row["Progress"], row["Left to bill, untaxed"]), (0, 12500))
        self.assertEqual(
            [row[1] for row in reader[SHEET][4:7]], [o.name for o in (half, finished, new)]
        )
        total = reader.find(SHEET, "Total")
        values = dict(zip(reader[SHEET][3], total, strict=True))
        self.assertEqual(values["Contract, untaxed"], 37500)
        self.assertEqual(values["Progress"], 0.5)
        self.assertTrue(reader.formulas[SHEET].auto_filter.ref.startswith("A4:"))
        self.assertEqual(reader.formulas[SHEET].freeze_panes, "C5")

    def test_a_lost_retention(self):
        order = self.make_house()
        order.payment_term_id = self.make_term((95, 30), (5, None))
        self.pay(self.situation(order, 100, post=True))
        order.lose_retention(100)
        _reader, rows = self.open(order)
        row = rows[order.name]
        self.assertRow(order, row)
        self.assertEqual(
            (row["Paid"], row["Retention lost"], row["Invoiced and not paid"]),
            (14012.5, 100, 637.5),
        )

    def test_currencies(self):
        orders = self.env["sale.order"]
        for currency in self.currencies:
            pricelist = self.env["product.pricelist"].create(
                {"name": currency.name, "currency_id": currency.id}
            )
            for _turn in range(2):
                orders |= self.make_order(self.line("Works", 3, 333.333), pricelist_id=pricelist.id)
        for order in orders:
            self.deposit(order, 10, post=True)
            self.situation(order, 33.33)
        reader, rows = self.open(orders)
        for order in orders:
            self.assertRow(order, rows[order.name])
        names = [row[0] for row in reader[SHEET][4:] if row[0] in ("EUR", "JPY", "KWD")]
        self.assertEqual(names, ["EUR", "JPY", "KWD"])
        self.assertEqual(sum(row[0] == "Total" for row in reader[SHEET]), 3)
        formats = [
            row[4].number_format
            for row in reader.formulas[SHEET].iter_rows(min_row=5)
            if row[1].value
        ]
        self.assertEqual(formats, ["#,##0.00"] * 2 + ["#,##0"] * 2 + ["#,##0.000"] * 2)

    def test_an_invoice_of_two_orders(self):
        first, second = self.make_house(), self.make_house()
        (first | second)._create_invoices()
        _reader, rows = self.open(first | second)
        for order in (first, second):
            self.assertRow(order, rows[order.name])

    def test_lines_by_hand_are_billed_without_being_ordered(self):
        order = self.make_house()
        move = self.situation(order, 40)
        move.invoice_line_ids = [
            Command.create({"name": "By hand", "quantity": 1, "price_unit": 77.7, "tax_ids": False})
        ]
        _reader, rows = self.open(order)
        self.assertEqual(rows[order.name]["Billed without deposits, untaxed"], 5077.7)

    def test_queries(self):
        def make():
            order = self.make_house()
            order.payment_term_id = term
            self.deposit(order, 30, post=True)
            self.situation(order, 50, post=True)
            self.situation(order, 60)
            return order

        term = self.make_term((95, 30), (5, None))
        few = self.env["sale.order"].union(*(make() for _turn in range(2)))
        many = self.env["sale.order"].union(*(make() for _turn in range(10)))
        counts = []
        for orders in (few, few, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            orders.get_work_in_progress_workbook()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[2] - counts[1], 1, counts)
