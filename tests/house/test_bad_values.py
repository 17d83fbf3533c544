"""Bad values: each is refused in a few words, whichever argument of whichever method it comes as."""

import doctest
from contextlib import suppress
from functools import partial

from odoo.exceptions import RedirectWarning, UserError, ValidationError
from odoo.fields import Command, Date
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...tools import arguments, echo
from ...tools.echo import LONGEST, shown
from ..every_method import EveryMethodCommon, find_public_methods

DEEP = [1]
for _level in range(60):
    DEEP = [DEEP]
VALUES = {
    "ten thousand digits": 10**10000,
    "beyond 64 bits": 2**64,
    "beyond 32 bits": 2**32,
    "large": 1e308,
    "below": -1e308,
    "no number": float("nan"),
    "NUL": "A\0B",
    "megabyte": "x" * 10**6,
    "list": [1, 2],
    "dict": {"a": 1},
    "deep": DEEP,
    "last day": "9999-12-31",
    "first day": "0001-01-01",
    "negative": -1,
}
# Of arguments that are lists or dicts.
STRUCTURES = {
    "long list": ["x" * 10**6],
    "long dict": {"9" * 5000: 50.0},
    "entries": [{"line_id": 2**40, "progress": 1e308}],
    "choices": [{"deposit_id": 2**40, "amount": 1e308}],
    "instalments": [{"date": "9999-12-31", "percent": 100}],
}
STRUCTURED = ("advance_ids", "choices", "entries", "instalments", "line_ids", "lines", "progress")
# Whether it is posted is tried with other values.
LEFT_OUT = ("post",)


class _Undo(Exception):
    """Takes back what a call did."""


@tagged("post_install", "-at_install")
class TestBadValues(EveryMethodCommon):
    def try_call(self, call):
        """Call, take back what was done, and return the refusal; None where there is none."""
        error = None
        with suppress(_Undo), self.env.cr.savepoint():
            try:
                call()
            except (UserError, RedirectWarning) as refusal:
                error = refusal
            raise _Undo
        return error

    def assertRefusedInWords(self, call, *texts):
        error = self.try_call(call)
        self.assertIsNotNone(error, "this was taken")
        for text in texts:
            self.assertIn(text, str(error))
        self.assertLess(len(str(error)), 1000)

    def check_model(self, *models):
        for (model, name), valid in self.get_arguments().items():
            if model not in models:
                continue
            # All other arguments are good, so that each comes to where it is read.
            self.assertIsNone(self.try_call(self.get_call(model, name, self.env)), (model, name))
            target = self.get_target(model, name)(self.env)
            for argument in valid:
                if argument in LEFT_OUT:
                    continue
                values = {**VALUES, **(STRUCTURES if argument in STRUCTURED else {})}
                for title, value in values.items():
                    with (
                        self.subTest(method=name, argument=argument, value=title),
                        mute_logger("odoo.models.unlink"),
                    ):
                        call = partial(getattr(target, name), **{**valid, argument: value})
                        self.assertLess(len(str(self.try_call(call))), 1000)

    def test_orders(self):
        self.check_model("sale.order")

    def test_documents_and_batches(self):
        self.check_model("account.move", "sale.situation.batch")

    def test_arguments_are_those_of_the_methods(self):
        """An argument that is added is tried, too."""
        for model, name in find_public_methods(self.env):
            method = getattr(type(self.env[model]), name).__wrapped__
            names = method.__code__.co_varnames[1 : method.__code__.co_argcount]
            known = self.get_arguments().get((model, name), {})
            self.assertEqual(set(names), set(known), (model, name))

    # === WHAT IS SAID BACK ===#

    def test_doctests(self):
        for module in (arguments, echo):
            self.assertEqual(doctest.testmod(module).failed, 0, module.__name__)

    def test_what_is_said_back(self):
        for value in (*VALUES.values(), *STRUCTURES.values()):
            self.assertLessEqual(len(shown(value)), LONGEST)
        self.assertRefusedInWords(
            lambda: self.order.create_situation_invoice("x" * 10**6), "“xxxx", "x…”"
        )
        self.assertRefusedInWords(
            lambda: self.order.cancel_document(10**10000), "an integer of some 10001 digits"
        )

    def test_texts(self):
        for value in ([1, 2], {"a": 1}, 5, True):
            for call in (
                lambda value=value: self.order.oppose_retention(value),
                lambda value=value: self.order.replace_retention(value),
                lambda value=value: self.order.replace_retention("Bank", reference=value),
                lambda value=value: self.order.lose_retention(reason=value),
                lambda value=value: self.order.cancel_document(self.document.id, value),
                lambda value=value: self.subscription.stop_subscription("2026-06-30", value),
            ):
                self.assertRefusedInWords(call, f"“{value}” is not a text")
        for text in ("A\0B", "x" * 6000):
            self.assertRefusedInWords(lambda text=text: self.order.oppose_retention(text))

    # === DATES AND DELAYS ===#

    def test_far_dates_with_a_retention(self):
        for day in ("9999-12-31", "0001-01-01", "1899-12-31", Date.to_date("9999-12-31")):
            self.assertRefusedInWords(
                lambda day=day: self.order.create_situation_invoice(60, invoice_date=day),
                "too far away",
            )
        draft = self.situation(self.order, 60, invoice_date="2999-12-31")
        self.assertEqual(str(draft.invoice_date_due), "3000-01-30")

    def test_acceptance_on_a_far_date(self):
        with self.assertRaisesRegex(UserError, "too far away"), self.cr.savepoint():
            self.order.works_acceptance_date = "9999-12-31"
        wizard = self.env["sale.works.acceptance.wizard"].create(
            {"order_id": self.order.id, "acceptance_date": "9999-12-31"}
        )
        with self.assertRaisesRegex(UserError, "too far away"), self.cr.savepoint():
            wizard.action_accept()

    def test_delay_of_retentions(self):
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.company.retention_months = 200000
        self.company.retention_months = 600
        self.order.works_acceptance_date = "2026-01-31"
        self.assertEqual(str(self.order.retention_date), "2076-01-31")

    # === LARGE AMOUNTS ===#

    def test_an_order_that_no_float_has_the_cents_of(self):
        """Odoo takes it; it can be read, and is refused where it is to be billed."""
        order = self.make_order(self.line("Moon", 1, 1e200, self.env["account.tax"]))
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(order.order_line.contract_amount, order.order_line.price_subtotal)
        self.assertEqual(order.billing_progress, 0)
        self.assertEqual(order.get_billing_recap()["invoiced_total"], 0)
        for call in (
            lambda: order.create_situation_invoice(50),
            lambda: order.preview_situation(50),
            lambda: order.create_deposit_invoice(10),
            lambda: order.create_instalment_invoices(2, "2027-01-31"),
            order.action_create_situation,
        ):
            self.assertRefusedInWords(call, "Moon", "too large")
        # One that became so while it was billed.
        self.order.write({"order_line": [self.line("Moon", 1e30, 1e30)]})
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertLess(self.order.billing_progress, 1)
        self.assertTrue(self.order.get_billing_recap())
        self.assertRefusedInWords(lambda: self.order._create_invoices(), "Moon", "too large")

    def test_prices_of_subscriptions(self):
        line = self.subscription.order_line
        for change in ({"price_unit": 1e308}, {"price_unit": 1e12, "quantity": 1e12}):
            self.assertRefusedInWords(
                lambda change=change: self.subscription.change_subscription_lines(
                    [{"line_id": line.id, **change}]
                )
            )

    # === DIALOGS ===#

    def test_values_of_dialogs(self):
        order = {"order_id": self.order.id}
        for model, values in (
            ("account.retention.wizard", {**order, "kind": "release", "amount": 1e308}),
            ("account.retention.wizard", {**order, "kind": "release", "reason": "A\0B"}),
            ("sale.situation.wizard", {**order, "deduction_amount": float("inf")}),
            ("sale.situation.wizard", {**order, "title": "A\0B"}),
            ("sale.advance.payment.inv", {"fixed_amount": 1e308}),
            (
                "sale.situation.wizard",
                {
                    **order,
                    "line_ids": [
                        Command.create(
                            {"order_line_id": self.order.order_line[1].id, "entry_value": 1e308}
                        )
                    ],
                },
            ),
        ):
            self.assertRefusedInWords(
                lambda model=model, values=values: self.env[model].create(values), "can't be used"
            )
        wizard = self.env["sale.balance.wizard"].create(order)
        self.assertRefusedInWords(lambda: wizard.write({"order_id": 2**70}), "can't be used")
