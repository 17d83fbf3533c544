"""The plan of a document, by random orders and random ways of billing them."""

from dataclasses import fields, replace
from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...tools.money import ONE, ZERO, rounded
from ...tools.plan import CENTS, BillingPlan, Deduction, OtherLine, plan_targets
from ...tools.position import NOTHING, Amounts, Billed, LinePosition
from ...tools.slices import FINISHED, Target, WorkLine
from .test_kernel import amounts, progresses

RATES = {1: Decimal("0.2"), 2: Decimal("0.055"), 3: Decimal("-0.2")}
# Of a reverse charge the customer pays nothing: what 1 brings, 3 takes.
NEUTRAL = frozenset({3})

jobs = st.lists(
    st.tuples(amounts, st.sampled_from([(), (1,), (2,), (1, 3)])), min_size=1, max_size=5
)
steps_of_jobs = st.lists(st.lists(st.none() | progresses, min_size=5, max_size=5), max_size=5)


def at_rates(amount, taxes):
    """Return the amounts of a line, its taxes rounded."""
    own = {tax: rounded(amount * RATES[tax], CENTS.step) for tax in taxes}
    paid = sum((value for tax, value in own.items() if tax not in NEUTRAL), ZERO)
    return Amounts(amount, own, dict.fromkeys(taxes, amount), amount + paid)


def place(key, amount, taxes):
    """Return where a line stands of which nothing is billed."""
    whole = at_rates(amount, taxes)
    return LinePosition(WorkLine(key, amount, ONE), whole.taxes, whole.bases, amount)


def bill(position, targets, taxes, per_line=False):
    return plan_targets(position, targets, taxes, CENTS._replace(per_line=per_line), NEUTRAL)


def walk(job, steps, per_line=False):
    """Bill a job step by step, then the rest; yield each plan, with what was billed before."""
    position = {key: place(key, *line) for key, line in enumerate(job)}
    taxes = {}
    for values in [*steps, None]:
        targets = dict.fromkeys(position, FINISHED)
        if values is not None:
            targets = {
                key: Target("progress", value)
                for key, value in zip(position, values, strict=False)
                if value is not None
            }
        plan = bill(position, targets, taxes, per_line)
        yield plan
        position, taxes = plan.get_position_after(), plan.get_taxes_after(taxes)


@tagged("post_install", "-at_install")
class TestPlan(BaseCase):
    @given(jobs, steps_of_jobs, st.booleans())
    def test_any_documents_come_to_the_order(self, job, steps, per_line):
        whole = sum((at_rates(*line) for line in job), NOTHING)
        plans = list(walk(job, steps, per_line))
        self.assertEqual(sum(plan.works_untaxed for plan in plans), whole.untaxed)
        for tax, amount in whole.taxes.items():
            billed = sum(plan.taxes_billed.get(tax, ZERO) for plan in plans)
            self.assertEqual(billed, amount, tax)
        paid = sum(amount for tax, amount in whole.taxes.items() if tax not in NEUTRAL)
        self.assertEqual(sum(plan.works_total for plan in plans), whole.untaxed + paid)
        after = plans[-1].get_position_after()
        self.assertEqual([at.work.billed for at in after.values()], [line[0] for line in job])

    @given(jobs, steps_of_jobs)
    def test_figures_agree(self, job, steps):
        progress = ZERO
        for plan in walk(job, steps):
            self.assertEqual(plan.previous_progress, progress)
            progress = plan.progress
            self.assertEqual(plan.untaxed + plan.tax, plan.total)
            self.assertEqual(plan.total, plan.works_total)
            parts = sum((part.amount for part in plan.parts.values()), ZERO)
            self.assertEqual(plan.works_untaxed, parts)
            self.assertLessEqual({*plan.works_taxes}, {1, 2})
            self.assertEqual(plan.bills_something, bool(plan.parts))

    @given(jobs, amounts, amounts)
    def test_deductions_and_other_lines_count_once(self, job, deducted, other):
        plan = bill({key: place(key, *line) for key, line in enumerate(job)}, {}, {})
        self.assertFalse(plan.bills_something)
        [first, second] = [at_rates(deducted, (tax,)) for tax in (1, 2)]
        deductions = (
            Deduction(70, {4: first, 5: second}, {4: (1,), 5: (2,)}),
            Deduction(0, {6: first}, {6: (1,)}),
        )
        others = (OtherLine(8, other, other), OtherLine(9, ONE, ONE * 2))
        full = replace(plan, deductions=deductions, others=others)
        self.assertTrue(full.bills_something)
        self.assertEqual(full.deducted.untaxed, 3 * deducted)
        self.assertEqual(full.untaxed, other + 1 - 3 * deducted)
        self.assertEqual(full.total, other + 2 - 2 * first.total - second.total)
        self.assertEqual(full.works_total, ZERO)

    @given(amounts, amounts, amounts, progresses)
    def test_what_goes_at_which_tax_comes_to_the_slice(self, amount, earlier, now, value):
        """Billed at 20 % first, at 5.5 % since; then somewhere else."""
        before = Billed((1,), at_rates(earlier, (1,)), 10)
        rest = at_rates(amount - earlier, (2,))
        at = LinePosition(
            WorkLine("a", amount, ONE, billed=earlier + now),
            rest.taxes,
            rest.bases,
            rest.untaxed,
            (before,) if before.amounts else (),
            20,
        )
        billed = {1: before.amounts.taxes[1], 2: rounded(now * RATES[2], CENTS.step)}
        plan = bill({"a": at}, {"a": Target("progress", value)}, billed)
        back = sum((part for _earlier, part in plan.returned["a"]), NOTHING)
        self.assertEqual(plan.now["a"].amount + back.untaxed, plan.slices["a"].amount)
        # The earlier tax goes back with its own base, if at all.
        self.assertEqual(plan.taxes_billed.get(1, ZERO), back.taxes.get(1, ZERO))
        left = sum((part.amounts for part in plan.get_position_after()["a"].earlier), NOTHING)
        self.assertEqual(left.untaxed, before.amounts.untaxed + back.untaxed)

    @given(amounts, amounts, amounts, amounts)
    def test_an_order_whose_tax_changed_ends_at_what_was_billed_and_the_rest(
        self, amount, earlier, now, other
    ):
        """Of one line a part was billed at 20 %, the rest goes at 5.5 %; another line stays at 20 %."""
        assume(earlier)
        before = Billed((1,), at_rates(earlier, (1,)), 10)
        rest = at_rates(amount - earlier, (2,))
        work = WorkLine("a", amount, ONE, billed=earlier + now)
        position = {
            "a": LinePosition(work, rest.taxes, rest.bases, rest.untaxed, (before,), 20),
            "b": place("b", other, (1,)),
        }
        billed = {1: before.amounts.taxes[1], 2: rounded(now * RATES[2], CENTS.step)}
        plan = bill(position, dict.fromkeys(position, FINISHED), billed)
        after = plan.get_taxes_after(billed)
        back = sum((part for _earlier, part in plan.returned["a"]), NOTHING)
        kept = before.amounts.taxes[1] + back.taxes.get(1, ZERO)
        self.assertEqual(after[1], kept + position["b"].taxes[1])
        if not back and rest.untaxed and plan.now["a"]:
            self.assertEqual(after[2], rest.taxes[2])

    def test_a_plan_holds_no_records(self):
        """1 000.00 at 20 %, of which 300.00 are billed; the rest, less a deposit of 120.00."""
        at = place("a", Decimal(1000), (1,))
        at = at._replace(work=at.work._replace(billed=Decimal(300)))
        plan = bill({"a": at}, {"a": FINISHED}, {1: Decimal(60)})
        deposit = at_rates(Decimal(100), (1,))
        plan = replace(plan, deductions=(Deduction(5, {9: deposit}, {9: (1,)}),))
        self.assertEqual((plan.works_untaxed, plan.works_total), (700, 840))
        self.assertEqual((plan.untaxed, plan.tax, plan.total), (600, 120, 720))
        self.assertEqual((plan.previous_progress, plan.progress), (30, 100))
        self.assertEqual(
            {field.name for field in fields(BillingPlan)},
            {
                "position",
                "slices",
                "now",
                "taxes",
                "returned",
                "neutral_taxes",
                "deductions",
                "others",
                "title",
                "texts",
            },
        )
        with self.assertRaises(AttributeError):
            plan.title = "Another"
