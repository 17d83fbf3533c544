"""Prints of documents that an older version posted: their statement is frozen in the shape of that version."""

import doctest
import json
import re
from pathlib import Path

from lxml import html

from odoo.tests import tagged

from ...tools import statement as kernel
from ...tools.statement import FIRST_LAYOUT, completed
from ..common import SituationCommon

# As the versions of this name stored them, unchanged.
STATEMENTS = Path(__file__).parent / "statements"


@tagged("post_install", "-at_install")
class TestOldStatements(SituationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.lang = "en_US"
        cls.document = cls.situation(cls.make_house(), 50, post=True, invoice_date="2026-04-30")

    def freeze(self, version):
        """Let the posted situation be one of that version, and return what its version froze."""
        statement = json.loads((STATEMENTS / f"{version}.json").read_text())
        # sudo: what only posting writes
        self.document.sudo().billing_statement = statement
        return statement

    def render(self):
        """Return the print of the situation as a tree."""
        self.env.invalidate_all()
        content, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "account.account_invoices", self.document.ids
        )
        return html.fromstring(content)

    def table(self, tree, name):
        """Return the cells of each row of a table."""
        (found,) = tree.xpath(f"//*[@name='{name}']")
        return [
            [
                re.sub(r"\s+", " ", cell.text_content().replace("\ufeff", "")).strip()
                for cell in row.xpath("./td|./th")
            ]
            for row in found.xpath(".//tr")
        ]

    def test_every_old_shape_is_printed(self):
        versions = sorted(path.stem for path in STATEMENTS.glob("*.json"))
        self.assertGreaterEqual(len(versions), 3)
        for version in versions:
            with self.subTest(version):
                statement = self.freeze(version)
                tree = self.render()
                lines = [row["name"] for row in statement["rows"] if row["type"] == "line"]
                printed = [row[0] for row in self.table(tree, "situation_table")]
                self.assertTrue(lines)
                self.assertEqual([name for name in printed if name in lines], lines)
                self.assertTrue(tree.xpath("//*[@name='situation_recap']"))

    def test_figures_of_the_first_version(self):
        # Half of 20 497.44 at 20 % and of 9 832.78 at 10 %: 2 049.75 + 491.64; 30 % of deposit deducted
        # whole: 9 099.07 + 1 524.83; 5 % of 15 165.13 + 2 541.39 retained: 885.326.
        self.freeze("19.0.1.0.0")
        tree = self.render()
        rows = {row[0]: row[1:] for row in self.table(tree, "situation_table")}
        self.assertEqual(
            rows["Site"],
            ["1.00 Units", "3,333.33 €", "50.00 %", "1,666.67 €", "0.00 %", "0.00 €", "50.00 %", "1,666.67 €"],
        )  # fmt: skip
        self.assertEqual(
            rows["Total, untaxed"],
            ["30,330.22 €", "50.00 %", "15,165.13 €", "0.00 %", "0.00 €", "50.00 %", "15,165.13 €"],
        )
        self.assertEqual(
            self.table(tree, "situation_deductions")[1],
            ["This invoice before deductions", "15,165.13 €", "2,541.39 €", "17,706.52 €"],
        )
        self.assertEqual(
            self.table(tree, "situation_retention")[0],
            ["Retention of guarantee 5.00 %", "-885.33 €"],
        )

    def test_it_shows_the_blocks_that_it_showed(self):
        # Quantities and sections' progress came later: what was sent to the customer had none, whatever the
        # company prints now.
        self.company.write({"print_quantities": True, "print_section_progress": True})
        self.company.print_presentation = "period"
        self.freeze("19.0.1.0.0")
        tree = self.render()
        self.assertEqual(
            self.table(tree, "situation_table")[1], ["%", "Amount", "%", "Amount", "%", "Amount"]
        )
        self.assertFalse(tree.xpath("//*[@name='situation_section_progress']"))
        # A draft shows what the company prints now.
        self.document.button_draft()
        tree = self.render()
        self.assertEqual(self.table(tree, "situation_table")[1], ["%", "Qty", "%", "Qty", "Amount"])

    def test_a_subtotal_closes_its_own_section(self):
        statement = self.freeze("19.0.1.0.0")
        self.assertNotIn("level", statement["rows"][3])
        levels = {
            row["name"]: row["level"]
            for row in self.document._get_billing_statement()["rows"]
            if row["type"] == "subtotal"
        }
        self.assertEqual(levels, {"Structure": 1, "Envelope": 1, "Windows": 2})

    def test_what_is_frozen_today_stays_as_it_is(self):
        statement = self.document.billing_statement
        self.assertEqual(completed(statement), statement)
        self.assertEqual(statement["layout"].keys(), FIRST_LAYOUT.keys())

    def test_other_readers(self):
        self.freeze("19.0.1.0.0")
        self.assertEqual(self.document._format_progress_to_date(), "50")
        self.assertIsInstance(self.document._get_mentions(), list)

    def test_doctests(self):
        result = doctest.testmod(kernel)
        self.assertGreater(result.attempted, 0)
        self.assertFalse(result.failed)
