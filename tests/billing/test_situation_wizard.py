"""The screen: three cumulative values that move together, sections, the live recap."""

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..common import SituationCommon


@tagged("post_install", "-at_install")
class TestSituationWizard(SituationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.make_order(
            cls.section("House"),
            cls.line("Walls", 40, 25),
            cls.section("Roof", "line_subsection"),
            cls.line("Tiles", 1, 500, cls.tax10),
            cls.section("Garden"),
            cls.line("Fence", 1, 300),
        )

    def open_wizard(self, order=None):
        action = (order or self.order).action_create_situation()
        self.assertEqual(action["res_model"], "sale.situation.wizard")
        return self.env["sale.situation.wizard"].browse(action["res_id"])

    def row(self, wizard, name):
        return wizard.line_ids.filtered(lambda line: line.name == name)

    def test_opens_on_what_is_billed(self):
        self.situation(self.order, 10)
        wizard = self.open_wizard()
        self.assertRecordValues(
            wizard.line_ids,
            [
                {"name": "House", "display_type": "line_section", "amount": 1500, "progress": 10},
                {"name": "Walls", "display_type": False, "amount": 1000, "progress": 10},
                {"name": "Roof", "display_type": "line_subsection", "amount": 500, "progress": 10},
                {"name": "Tiles", "display_type": False, "amount": 500, "progress": 10},
                {"name": "Garden", "display_type": "line_section", "amount": 300, "progress": 10},
                {"name": "Fence", "display_type": False, "amount": 300, "progress": 10},
            ],
        )
        self.assertEqual(self.row(wizard, "Walls").quantity, 4)
        self.assertIn("180.00", wizard.recap, "already billed")

    def test_one_value_moves_the_two_others(self):
        wizard = self.open_wizard()
        with Form(wizard) as form:
            with form.line_ids.edit(1) as line:
                line.progress = 45
                self.assertEqual(line.quantity, 18)
                self.assertEqual(line.cumulative_amount, 450)
                line.quantity = 10
                self.assertEqual(line.progress, 25)
                self.assertEqual(line.cumulative_amount, 250)
                line.cumulative_amount = 333.33
                self.assertEqual(line.quantity, 13.33)
                self.assertAlmostEqual(line.progress, 33.333, 6)
                self.assertEqual(line.slice_amount, 333.33)
            # 333.33 and 20 % of it
            self.assertIn("333.33", form.recap)
            self.assertIn("66.67", form.recap)
            self.assertIn("400.00", form.recap)
        self.assertEqual(
            wizard._get_entries(),
            [{"line_id": self.work_line(self.order, "Walls").id, "amount": 333.33}],
        )

    def test_section_gives_its_progress_to_its_lines(self):
        wizard = self.open_wizard()
        with Form(wizard) as form:
            with form.line_ids.edit(0) as section:
                section.progress = 40
        self.assertEqual(wizard.line_ids.mapped("progress"), [40, 40, 40, 40, 0, 0])
        self.assertEqual(self.row(wizard, "House").slice_amount, 600)
        move = self.move(wizard.action_create()["res_id"])
        self.assertEqual(move.amount_untaxed, 600)

    def test_a_progress_for_all_lines(self):
        wizard = self.open_wizard()
        with Form(wizard) as form:
            form.apply_progress = 30
        self.assertEqual(set(wizard.line_ids.mapped("progress")), {30})
        move = self.move(wizard.action_create()["res_id"])
        self.assertEqual(move.amount_untaxed, 540)
        self.assertEqual(move.situation_number, 1)

    def test_buttons_to_the_end(self):
        wizard = self.open_wizard()
        self.row(wizard, "Walls").action_finish()
        self.row(wizard, "Garden").action_finish()
        self.assertEqual(
            wizard._get_work_lines().mapped("progress"), [100, 0, 100], "line and section"
        )
        action = wizard.action_finish_all()
        self.assertEqual(action["res_id"], wizard.id, "the screen stays open")
        self.move(wizard.action_create()["res_id"])
        self.assertJobTies(self.order)

    def test_nothing_changed_is_said(self):
        wizard = self.open_wizard()
        with self.assertRaisesRegex(UserError, "nothing changed"):
            wizard.action_create()
        self.assertFalse(self.order.billing_document_ids)

    def test_bad_value_shows_in_the_recap(self):
        wizard = self.open_wizard()
        with Form(wizard) as form:
            with form.line_ids.edit(1) as line:
                line.progress = 140
            self.assertIn("Walls", form.recap)
            self.assertIn("140", form.recap)
        with self.assertRaisesRegex(UserError, "Walls.*140"):
            wizard.action_create()

    def test_the_second_click_bills_nothing_twice(self):
        first, second = self.open_wizard(), self.open_wizard()
        for wizard in (first, second):
            wizard.action_finish_all()
        first.action_create()
        with self.assertRaisesRegex(UserError, "Nothing to bill"):
            second.action_create()
        self.assertEqual(self.order.situation_count, 1)

    def test_title_and_texts(self):
        self.company.situation_title = "Situation {number} du chantier {reference}"
        self.order.client_order_ref = "Les Tilleuls"
        wizard = self.open_wizard()
        self.assertTrue(wizard.has_own_texts)
        wizard.action_finish_all()
        self.row(wizard, "Walls").text = "Walls, first floor only"
        move = self.move(wizard.action_create()["res_id"])
        names = move.invoice_line_ids.sorted("sequence").mapped("name")
        self.assertEqual(names[0], "Situation 1 du chantier Les Tilleuls")
        self.assertIn("Walls, first floor only", names)

    def test_only_on_confirmed_orders_with_work(self):
        draft = self.make_order(self.line("A", 1, 100), confirm=False)
        with self.assertRaisesRegex(UserError, draft.name):
            draft.action_create_situation()
        empty = self.make_order(self.section("Nothing"))
        with self.assertRaisesRegex(UserError, empty.name):
            empty.action_create_situation()
        finished = self.make_order(self.line("A", 1, 100))
        self.situation(finished, 100)
        with self.assertRaisesRegex(UserError, finished.name):
            finished.action_create_situation()

    def test_smart_button(self):
        first, second = self.situation(self.order, 10), self.situation(self.order, 20)
        self.assertEqual(self.order.situation_count, 2)
        action = self.order.action_view_situations()
        [(name, operator, ids)] = action["domain"]
        self.assertEqual((name, operator, sorted(ids)), ("id", "in", (first + second).ids))
