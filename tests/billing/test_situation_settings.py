"""Titles and texts of situations: placeholders, checked when saved, in the customer's language."""

from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from ..common import SituationCommon


@tagged("post_install", "-at_install")
class TestSituationSettings(SituationCommon):
    def texts(self, move):
        return move.invoice_line_ids.sorted("sequence").mapped("name")

    def test_standard_texts(self):
        order = self.make_order(self.line("Walls", 1, 1000), date_order="2026-03-12 10:00:00")
        order.date_order = "2026-03-12 10:00:00"
        self.situation(order, 30)
        title, line = self.texts(self.situation(order, 45.5))
        self.assertEqual(title, f"Situation no. 2 – order {order.name} of 03/12/2026")
        self.assertTrue(line.endswith("Progress: 45.5 % (previously 30 %)"), line)
        self.assertIn("Walls", line)

    def test_own_texts(self):
        self.company.write(
            {
                "situation_title": "{number}|{order}|{customer}|{progress}|{previous_progress}",
                "situation_line_description": "{section}: {description} {quantity}/"
                "{ordered_quantity} {unit}, {amount} of {cumulative_amount}",
            }
        )
        order = self.make_order(self.section("House"), self.line("Walls", 40, 25))
        self.situation(order, 10)
        title, _section, line = self.texts(self.situation(order, 25))
        self.assertEqual(title, f"2|{order.name}|Customer|25|10")
        self.assertIn("House: ", line)
        self.assertIn("10.00/40.00 Units", line)
        self.assertIn("150.00", line)
        self.assertIn("250.00", line)

    def test_customers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.company.situation_title = "Progress claim {number}"
        self.company.with_context(lang="fr_FR").situation_title = "Décompte no {number}"
        self.customer.lang = "fr_FR"
        order = self.make_order(self.line("Walls", 1, 1000))
        title, line = self.texts(self.situation(order, 12.5))
        self.assertEqual(title, "Décompte no 1")
        self.assertIn("12,5 %", line)
        self.assertIn("Avancement", line)

    def test_unknown_placeholder_is_refused_with_the_known_ones(self):
        for template in ("{numbre}", "{order.partner_id}", "{0}", "{}", "{number!r}"):
            with self.assertRaises(ValidationError) as refusal:
                self.company.situation_title = template
            self.assertIn(template, str(refusal.exception))
            self.assertIn("{number}, {order}", str(refusal.exception))
        with self.assertRaisesRegex(ValidationError, "brace"):
            self.company.situation_line_description = "{description"
        with self.assertRaisesRegex(ValidationError, "description"):
            self.company.situation_title = "{description}"

    def test_text_is_never_evaluated(self):
        order = self.make_order(self.line("{amount} {order.__class__}", 1, 1000))
        line = self.texts(self.situation(order, 10))[1]
        self.assertIn("{amount} {order.__class__}", line)

    def test_settings_screen(self):
        with Form(self.env["res.config.settings"]) as form:
            form.situation_title = "Situation {number}"
            form.allow_over_billing = True
        form.record.execute()
        self.assertEqual(self.company.situation_title, "Situation {number}")
        self.assertTrue(self.company.allow_over_billing)

    def test_texts_are_each_companys_own(self):
        self.company.situation_title = "Ours {number}"
        other = self.setup_other_company()["company"]
        self.assertFalse(other.situation_title)
