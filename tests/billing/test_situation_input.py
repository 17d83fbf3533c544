"""Bad input: refused by name and value, in the caller's language, and nothing is left behind."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..common import SituationCommon

NAN, INFINITY = float("nan"), float("inf")


@tagged("post_install", "-at_install")
class TestSituationInput(SituationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.allow_over_billing = False
        cls.order = cls.make_order(
            cls.section("House"),
            cls.line("Doors\nsolid oak, varnished", 8, 125),
            cls.line("Paint", 40, 12.5, cls.tax10),
            cls.section("Credits"),
            cls.line("Old doors taken back", -8, 25),
            cls.section("Keys are handed over at the end", "line_note"),
        )
        cls.house, cls.doors, cls.paint, cls.credits, cls.returned, cls.note = cls.order.order_line

    # === CHECKS ===#

    def read_state(self, order):
        """Return what a refused call might have changed, as the database has it."""
        self.env.flush_all()
        self.env.invalidate_all()
        order = order.with_env(self.env)
        lines = order.order_line
        return {
            "counts": [
                self.env[name].search_count([])
                for name in ("account.move", "account.move.line", "mail.message")
            ],
            "order": order.read([name for name in order._fields if order._fields[name].store]),
            "lines": lines.read([name for name in lines._fields if lines._fields[name].store]),
        }

    def get_refusal(self, method, *args, error=UserError, **kwargs):
        """Return the message of a refused call, whose transaction goes on; nothing is written.

        The errors are caught by hand: `assertRaises` would undo what the call has written.
        """
        order = method.__self__
        before = self.read_state(order)
        try:
            method(*args, **kwargs)
        except error as refusal:
            message = str(refusal)
        else:
            self.fail(f"{method.__name__}{args} {kwargs} was accepted")
        self.assertEqual(self.read_state(order), before, "something was written")
        return message

    def assertRefused(self, entries, *texts, order=None):
        """Both the preview and the situation are refused, in words that hold all the texts."""
        order = self.order if order is None else order
        for method in (order.preview_situation, order.create_situation_invoice):
            message = self.get_refusal(method, entries)
            for text in texts:
                self.assertIn(str(text), message, f"{method.__name__} {entries}")

    def entry(self, line, **value):
        return {"line_id": line.id, **value}

    # === TARGETS ===#

    def test_unknown_line(self):
        unknown = self.env["sale.order.line"].search([], order="id desc", limit=1).id + 7
        self.assertRefused([{"line_id": unknown, "progress": 45}], unknown, self.order.name)

    def test_line_of_another_order(self):
        other = self.make_order(self.line("Fence", 1, 300)).order_line
        self.assertRefused([self.entry(other, progress=45)], other.id, self.order.name)

    def test_line_of_another_order_is_named(self):
        other = self.make_order(self.line("Fence", 1, 300)).order_line
        self.assertRefused([self.entry(other, progress=45)], "Fence")

    def test_row_that_is_no_work(self):
        for row in (self.house, self.note):
            with self.subTest(row=row.name):
                self.assertRefused([self.entry(row, progress=45)], row.id)

    def test_row_that_is_no_work_is_named(self):
        for row in (self.house, self.note):
            with self.subTest(row=row.name):
                self.assertRefused([self.entry(row, progress=45)], row.name)

    def test_section_that_is_none(self):
        other = self.make_order(self.section("Garden"), self.line("Fence", 1, 300))
        for row in (self.doors, self.note, other.order_line[0]):
            with self.subTest(row=row.name):
                self.assertRefused(
                    [{"section_id": row.id, "progress": 45}], row.id, self.order.name
                )

    def test_section_that_is_none_is_named(self):
        other = self.make_order(self.section("Garden"), self.line("Fence", 1, 300))
        for row in (self.doors, self.note, other.order_line[0]):
            name = row.name.split("\n")[0]
            with self.subTest(row=name):
                self.assertRefused([{"section_id": row.id, "progress": 45}], name)

    def test_line_that_is_no_id(self):
        for key, text in (
            ("twelve", "twelve"),
            (12.5, "12.5"),
            (True, "True"),
            (None, "None"),
            ([self.doors.id], self.doors.id),
            ({"id": 7041}, "7041"),
        ):
            for name in ("line_id", "section_id"):
                with self.subTest(key=key, name=name):
                    self.assertRefused([{name: key, "progress": 45}], text)

    def test_no_target_or_two(self):
        self.assertRefused([{"progress": 45.25}], "45.25")
        self.assertRefused(
            [self.entry(self.doors, section_id=self.house.id, progress=45.25)],
            self.doors.id,
            "45.25",
        )

    def test_what_is_no_entry(self):
        for entry, text in (
            ("Doors", "Doors"),
            (45.25, "45.25"),
            (None, "None"),
            ([45.25], "45.25"),
        ):
            with self.subTest(entry=entry):
                self.assertRefused([entry], text)

    def test_section_without_work(self):
        order = self.make_order(self.section("Garden"), self.line("Fence", 1, 300))
        order.order_line = [self.section("Nothing yet")]
        empty = order.order_line[-1]
        self.assertRefused([{"section_id": empty.id, "progress": 45}], "Nothing yet", order=order)

    # === VALUES ===#

    def test_progress_below_zero(self):
        for line, name in ((self.doors, "Doors"), (self.returned, "Old doors")):
            self.assertRefused([self.entry(line, progress=-12.5)], name, "-12.5")
        self.assertRefused([{"section_id": self.house.id, "progress": -12.5}], "House", "-12.5")
        self.assertRefused(-12.5, "-12.5")
        self.assertRefused(-1e-9, "-")

    def test_not_a_number(self):
        for value, text in (
            ("45.5", "45.5"),
            ("half", "half"),
            ("", "“”"),
            (None, "None"),
            (True, "True"),
            ([45.5], "45.5"),
            ({"progress": 45.5}, "45.5"),
        ):
            for kind in ("progress", "quantity", "amount"):
                with self.subTest(value=value, kind=kind):
                    self.assertRefused([self.entry(self.doors, **{kind: value})], "Doors", text)

    def test_entries_that_are_no_number(self):
        for entries, text in (
            ("45.5", "45.5"),
            (None, "None"),
            (False, "False"),
            (True, "True"),
            (self.entry(self.doors, progress=45.5), "45.5"),
        ):
            with self.subTest(entries=entries):
                self.assertRefused(entries, text)

    def test_not_finite(self):
        for value, text in ((NAN, "nan"), (INFINITY, "inf"), (-INFINITY, "-inf")):
            for kind in ("progress", "quantity", "amount"):
                with self.subTest(value=value, kind=kind):
                    self.assertRefused([self.entry(self.doors, **{kind: value})], "Doors", text)
            self.assertRefused([{"section_id": self.house.id, "progress": value}], "House", text)
            self.assertRefused(value, text)

    def test_above_the_whole(self):
        for value in ({"progress": 120.5}, {"quantity": 8.01}, {"amount": 1000.01}):
            with self.subTest(value=value):
                self.assertRefused([self.entry(self.doors, **value)], "Doors", *value.values())
        self.assertRefused([self.entry(self.returned, amount=-200.01)], "Old doors", "-200.01")
        self.assertRefused([{"section_id": self.house.id, "progress": 120.5}], "House", "120.5")
        self.assertRefused(120.5, "120.5")

    def test_wrong_sign(self):
        for line, name, sign in (
            (self.doors, "Doors", -1),
            (self.returned, "Old doors", 1),
        ):
            self.assertRefused([self.entry(line, quantity=3.5 * sign)], name, 3.5 * sign)
            self.assertRefused([self.entry(line, amount=99.5 * sign)], name, 99.5 * sign)
        # With the sign of the order it bills: 3 of −8 doors at 25.
        move = self.situation(self.order, [self.entry(self.returned, quantity=-3)])
        self.assertEqual(move.move_type, "out_refund")
        self.assertEqual(move.amount_untaxed, 75)

    def test_line_without_amount_or_quantity(self):
        order = self.make_order(
            self.line("Work", 1, 100),
            self.line("Gift", 3, 0),
            self.line("Option", 0, 50),
        )
        gift, option = self.work_line(order, "Gift"), self.work_line(order, "Option")
        self.assertRefused([self.entry(gift, amount=45.25)], "Gift", "45.25", order=order)
        self.assertRefused([self.entry(option, quantity=1.5)], "Option", "1.5", order=order)
        self.assertRefused([self.entry(option, amount=45.25)], "Option", "45.25", order=order)

    def test_two_values_or_none_for_a_line(self):
        self.assertRefused([self.entry(self.doors, progress=45.25, quantity=3)], "Doors", "45.25")
        self.assertRefused([self.entry(self.doors)], "Doors")

    def test_two_entries_for_a_line(self):
        twice = [
            self.entry(self.doors, progress=10),
            self.entry(self.doors, quantity=4.5),
        ]
        self.assertRefused(twice, "Doors", "4.5")
        twice = [{"section_id": self.house.id, "progress": value} for value in (10, 20.5)]
        self.assertRefused(twice, "House", "20.5")

    def test_a_section_takes_progress_only(self):
        for kind in ("quantity", "amount"):
            self.assertRefused([{"section_id": self.house.id, kind: 1}], "House", kind)

    def test_unknown_keys(self):
        self.assertRefused([self.entry(self.doors, progres=45)], "Doors", "progres")
        self.assertRefused([self.entry(self.doors, progress=45, price=3)], "Doors", "price")

    def test_unknown_keys_of_a_section(self):
        self.assertRefused([{"section_id": self.house.id, "progres": 45}], "House", "progres")

    def test_unknown_keys_of_what_is_no_line(self):
        for key in (12.5, True, "twelve", [self.doors.id], {"id": 3}):
            with self.subTest(key=key):
                self.assertRefused([{"line_id": key, "progres": 45}], "progres")

    def test_one_bad_entry_refuses_them_all(self):
        good, bad = (
            self.entry(self.doors, progress=45),
            self.entry(self.paint, progress=120.5),
        )
        for entries in ([good, bad], [bad, good]):
            self.assertRefused(entries, "Paint", "120.5")

    def test_numbers_beyond_reason(self):
        self.assertRefused([self.entry(self.doors, amount=1e300)], "Doors", "1e+300")
        self.company.allow_over_billing = True
        for value in ({"progress": 1e300}, {"quantity": 1e300}, {"amount": 1e300}):
            with self.subTest(value=value):
                self.assertRefused([self.entry(self.doors, **value)], "Doors", "1e+300")

    # === NOTHING TO BILL ===#

    def test_empty_entries(self):
        for entries in ([], ()):
            self.assertRefused(entries, self.order.name)

    def test_nothing_to_bill(self):
        def refusal(entries):
            return self.get_refusal(self.order.create_situation_invoice, entries)

        self.assertIn(self.order.name, refusal(0))
        self.situation(self.order, 45)
        self.assertIn(self.order.name, refusal(45))
        self.assertIn(self.order.name, refusal([self.entry(self.doors, quantity=3.6)]))
        self.situation(self.order, 100, post=True)
        self.assertIn(self.order.name, refusal(100))
        figures = self.order.preview_situation(100)
        self.assertEqual((figures["total"], figures["progress"]), (0, 100))

    # === OVER-BILLING ===#

    def test_over_billing_where_the_company_allows_it(self):
        self.company.allow_over_billing = True
        order = self.make_order(self.line("Lump sum", 1, 1000))
        figures = order.preview_situation(120)
        self.assertEqual((figures["untaxed"], figures["total"]), (1200, 1440))
        move = self.situation(order, 120)
        self.assertEqual((move.amount_untaxed, move.amount_total), (1200, 1440))
        self.assertEqual(self.billed_lines(move).progress, 120)
        self.assertEqual(order.billing_progress, 100)
        # What is too much comes back.
        back = self.situation(order, 100)
        self.assertEqual((back.move_type, back.amount_untaxed), ("out_refund", 200))
        self.assertEqual(order.billing_progress, 100)
        self.assertJobTies(order)

    def test_over_billing_by_quantity_and_amount(self):
        self.company.allow_over_billing = True
        move = self.situation(
            self.order,
            [self.entry(self.doors, quantity=10), self.entry(self.paint, amount=600)],
        )
        # 10 doors at 125 for 8 ordered; 600 of 500
        self.assertEqual(self.billed_lines(move).mapped("price_subtotal"), [1250, 600])
        self.assertLessEqual(self.order.billing_progress, 100)

    def test_over_billing_never_goes_below_zero(self):
        self.company.allow_over_billing = True
        self.assertRefused([self.entry(self.doors, progress=-12.5)], "Doors", "-12.5")
        self.assertRefused([self.entry(self.returned, quantity=9.5)], "Old doors", "9.5")

    # === ORDER ===#

    def test_order_that_is_not_confirmed(self):
        order = self.make_order(self.line("Fence", 1, 300), confirm=False)
        states = dict(order._fields["state"]._description_selection(self.env))
        for state in ("draft", "sent", "cancel"):
            order.state = state
            with self.subTest(state=state):
                self.assertRefused(45, order.name, states[state], order=order)

    def test_order_without_work(self):
        order = self.make_order(self.section("House"))
        self.assertRefused(45, order.name, order=order)

    def test_order_of_another_company(self):
        other = self.setup_other_company(name="Other works")["company"]
        order = (
            self.env["sale.order"]
            .with_company(other)
            .create(
                {
                    "partner_id": self.customer.id,
                    "company_id": other.id,
                    "order_line": [self.line("Fence", 1, 300, self.env["account.tax"])],
                }
            )
        )
        order.action_confirm()
        stranger = new_test_user(
            self.env,
            login="works",
            groups="sales_team.group_sale_manager,account.group_account_invoice",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        theirs = order.with_user(stranger)
        for method in (theirs.preview_situation, theirs.create_situation_invoice):
            self.get_refusal(method, 45, error=AccessError)
        self.get_refusal(theirs.get_billing_recap, error=AccessError)

    def test_several_orders_at_once(self):
        both = self.order + self.make_order(self.line("Fence", 1, 300))
        self.assertRefused(45, "2", order=both)
        self.assertRefused(45, "0", order=self.order.browse())

    def test_integer_beyond_reason(self):
        self.assertRefused([self.entry(self.doors, amount=10**400)], "Doors", 10**400)

    # === OTHER ARGUMENTS ===#

    def test_date_that_is_none(self):
        for value, text in (
            ("12/03/2026", "12/03/2026"),
            ("2026-02-30", "2026-02-30"),
            ("soon", "soon"),
            (20260312, "20260312"),
            (True, "True"),
            (["2026-03-12"], "2026-03-12"),
            ({"day": "2026-03-12"}, "2026-03-12"),
        ):
            with self.subTest(value=value):
                message = self.get_refusal(
                    self.order.create_situation_invoice, 45, invoice_date=value
                )
                self.assertIn(text, message)

    def test_date_with_something_behind_it(self):
        for value in ("2026-03-12!", "2026-03-123", "2026-03-12 or later"):
            with self.subTest(value=value):
                message = self.get_refusal(
                    self.order.create_situation_invoice, 45, invoice_date=value
                )
                self.assertIn(value, message)

    def test_deduction_that_can_t_be_made(self):
        for rule, amount, text in (
            ("manual", 500, "500"),
            ("manual", "500", "500"),
            ("manual", None, "amount"),
            ("nonsense", None, "nonsense"),
            (["final"], None, "final"),
            (None, 512.5, "512.5"),
            (None, NAN, "nan"),
        ):
            for method in (
                self.order.preview_situation,
                self.order.create_situation_invoice,
            ):
                with self.subTest(rule=rule, amount=amount, method=method.__name__):
                    message = self.get_refusal(
                        method, 45, deduction_rule=rule, deduction_amount=amount
                    )
                    self.assertIn(text, message)

    # === LANGUAGE ===#

    def test_refusals_in_french_name_line_and_value(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        order = self.order.with_context(lang="fr_FR")
        for entry, texts in (
            (self.entry(self.doors, progress=120.5), ("Doors", "120.5")),
            (self.entry(self.returned, quantity=3.5), ("Old doors taken back", "3.5")),
            (self.entry(self.paint, progress="half"), ("Paint", "half")),
        ):
            with self.subTest(entry=entry):
                self.assertRefused([entry], *texts, order=order)
        message = self.get_refusal(order.create_situation_invoice, 45, invoice_date="bientôt")
        self.assertIn("bientôt", message)
