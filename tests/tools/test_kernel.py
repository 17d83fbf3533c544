import doctest
import importlib
import pkgutil
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ... import tools
from ...tools import retention
from ...tools.deductions import RULES, DepositState, deduct
from ...tools.money import ONE, ZERO, rounded, spread
from ...tools.position import NOTHING, Amounts, Billed, LinePosition, split_amount, take_part
from ...tools.slices import (
    CENT,
    FINISHED,
    HUNDREDTH,
    Target,
    WorkLine,
    line_shape,
    slice_line,
    slice_taxes,
)

# The same examples in every run, however slow the machine.
settings.register_profile("kernel", deadline=None, derandomize=True, max_examples=200)
settings.load_profile("kernel")

amounts = st.decimals(-99999, 99999, places=2, allow_nan=False)
quantities = st.decimals("0.01", 9999, places=2, allow_nan=False)
progresses = st.decimals(0, 100, places=4, allow_nan=False)
paths = st.lists(progresses, max_size=8)
steps = st.sampled_from([Decimal("0.01"), Decimal("1"), Decimal("0.001"), Decimal("0.05")])


def walk(line, targets, step=CENT):
    """Bill a line along cumulative targets; return the slices."""
    result = []
    for target in targets:
        part = slice_line(line, target, step, HUNDREDTH)
        line = line._replace(
            billed=line.billed + part.amount,
            billed_quantity=line.billed_quantity + part.quantity,
        )
        result.append(part)
    return result


def progress(value):
    return Target("progress", value)


@tagged("post_install", "-at_install")
class TestKernel(BaseCase):
    def test_doctests(self):
        attempted = set()
        for info in pkgutil.iter_modules(tools.__path__, f"{tools.__name__}."):
            result = doctest.testmod(importlib.import_module(info.name))
            self.assertFalse(result.failed, info.name)
            if result.attempted:
                attempted.add(info.name.rpartition(".")[2])
        self.assertLessEqual(
            {
                "advance",
                "deductions",
                "entries",
                "money",
                "plan",
                "position",
                "retention",
                "slices",
            },
            attempted,
        )

    @given(amounts, paths, steps)
    def test_any_path_to_the_end_sums_to_the_whole(self, amount, path, step):
        amount = rounded(amount, step)
        line = WorkLine("a", amount, ONE)
        parts = walk(line, [*map(progress, path), FINISHED], step)
        self.assertEqual(sum(part.amount for part in parts), amount)

    @given(amounts, progresses)
    def test_the_same_target_twice_bills_nothing(self, amount, value):
        parts = walk(WorkLine("a", amount, ONE), [progress(value)] * 2)
        self.assertFalse(parts[1])

    @given(amounts, paths, progresses)
    def test_only_the_last_step_counts(self, amount, path, last):
        line = WorkLine("a", amount, ONE)
        long_way = walk(line, [*map(progress, path), progress(last)])
        (at_once,) = walk(line, [progress(last)])
        self.assertEqual(sum(part.amount for part in long_way), at_once.amount)

    @given(amounts, progresses, progresses)
    def test_a_lower_target_gives_back(self, amount, one, other):
        up, down = walk(
            WorkLine("a", amount, ONE), [progress(max(one, other)), progress(min(one, other))]
        )
        self.assertLessEqual(down.amount * (1 if amount >= 0 else -1), 0)
        self.assertEqual(up.amount + down.amount, rounded(amount * min(one, other) / 100, CENT))

    @given(quantities, st.lists(progresses, max_size=5))
    def test_a_free_line_is_billed_by_quantity(self, quantity, path):
        line = WorkLine("free", ZERO, quantity)
        parts = walk(line, [*map(progress, path), FINISHED])
        self.assertEqual(sum(part.quantity for part in parts), quantity)

    @given(amounts, quantities, st.decimals(0, 1, places=2))
    def test_targets_agree(self, amount, quantity, part):
        by_quantity = slice_line(
            WorkLine("a", amount, quantity), Target("quantity", quantity * part), CENT, CENT
        )
        by_progress = slice_line(WorkLine("a", amount, quantity), progress(part * 100), CENT, CENT)
        self.assertEqual(by_quantity.amount, by_progress.amount)

    @given(st.integers(-500, 500), st.lists(amounts, min_size=1, max_size=12))
    def test_spreading_loses_nothing(self, cents, weights):
        parts = spread(cents * CENT, weights, CENT)
        self.assertEqual(sum(parts), cents * CENT)

    @given(
        st.lists(st.tuples(amounts, st.lists(progresses, min_size=3, max_size=3)), max_size=6),
        st.booleans(),
    )
    def test_taxes_close(self, lines, per_line):
        lines = dict(enumerate(lines))
        contract = {
            key: {"vat": rounded(amount / 5, CENT), "eco": rounded(amount / 300, CENT)}
            for key, (amount, _path) in lines.items()
        }
        whole = {key: amount for key, (amount, _path) in lines.items()}
        works = {key: WorkLine(key, amount, ONE) for key, amount in whole.items()}
        billed = {"vat": ZERO, "eco": ZERO}
        for turn in range(4):
            parts = [
                slice_line(
                    work,
                    FINISHED if turn == 3 else progress(lines[key][1][turn]),
                    CENT,
                    CENT,
                )
                for key, work in works.items()
            ]
            taxes = slice_taxes(contract, parts, billed, CENT, per_line, whole)
            for part in parts:
                work = works[part.key]
                works[part.key] = work._replace(
                    billed=part.cumulative,
                    billed_quantity=work.billed_quantity + part.quantity,
                )
                for tax, amount in taxes.get(part.key, {}).items():
                    billed[tax] += amount
        for tax, amount in billed.items():
            self.assertEqual(amount, sum(row[tax] for row in contract.values()))

    @given(
        st.decimals("0.01", 99999, places=4),
        quantities,
        st.decimals(0, 90, places=2),
        progresses,
        st.booleans(),
    )
    def test_a_line_shows_its_exact_amount(self, price, quantity, discount, value, taxed):
        amount = rounded(price * quantity * (1 - discount / 100), CENT)
        line = WorkLine("a", amount, quantity)
        part = slice_line(line, progress(value), CENT, HUNDREDTH)
        if not part.amount:
            return
        shown_quantity, shown_price, shown_discount = line_shape(
            part, line, part.amount, price, discount, HUNDREDTH, CENT, taxed
        )
        shown = shown_quantity * shown_price * (1 - shown_discount / 100)
        self.assertEqual(rounded(shown, CENT), part.amount)
        if not taxed:
            self.assertEqual(shown, part.amount)
        self.assertEqual(rounded(shown_quantity, HUNDREDTH), shown_quantity)


@tagged("post_install", "-at_install")
class TestDeductions(BaseCase):
    @given(
        st.sampled_from(sorted(RULES)),
        st.lists(
            st.tuples(
                st.decimals(0, 9999, places=2),
                st.decimals(0, 9999, places=2),
                progresses,
                progresses,
            ),
            max_size=4,
        ),
        amounts,
        st.decimals(0, 9999, places=2),
        steps,
    )
    def test_never_more_than_what_is_left_nor_than_the_document(
        self, rule, deposits, limit, wanted, step
    ):
        start, end = Decimal("0.65"), Decimal("0.8")
        limit = rounded(limit, step)
        states = [
            DepositState(
                rounded(worth, step), rounded(done, step), progress / 100, start, end, wanted
            )
            for worth, done, progress, _other in deposits
        ]
        result = deduct(rule, states, limit, step)
        self.assertLessEqual(sum(result), max(limit, ZERO))
        for state, amount in zip(states, result, strict=True):
            self.assertGreaterEqual(amount, 0)
            self.assertLessEqual(amount, max(state.left, ZERO))
            self.assertEqual(amount, rounded(amount, step))

    @given(
        st.sampled_from(["full", "progressive", "threshold"]),
        st.decimals("0.01", 9999, places=2),
        st.lists(progresses, max_size=6),
        st.lists(st.decimals(0, 5000, places=2), min_size=6, max_size=6),
    )
    def test_any_path_to_the_end_deducts_the_deposit(self, rule, worth, path, limits):
        state = DepositState(worth, start=Decimal("0.65"), end=Decimal("0.8"))
        for progress, limit in zip([*path], limits, strict=False):
            state = state._replace(progress=progress / 100)
            [amount] = deduct(rule, [state], limit, CENT)
            state = state._replace(deducted=state.deducted + amount)
        [rest] = deduct(rule, [state._replace(progress=ONE)], worth, CENT)
        self.assertEqual(state.deducted + rest, worth)


@tagged("post_install", "-at_install")
class TestRetention(BaseCase):
    @given(
        st.lists(st.decimals(1, 9999, places=2), min_size=1, max_size=6),
        st.decimals(1, 5, places=1),
        st.decimals(0, 3000, places=2),
        st.integers(0, 6),
        steps,
    )
    def test_a_guarantee_leaves_what_it_does_not_cover(self, bases, rate, cover, when, step):
        """Whenever it comes, and whatever was given back before, at the end the customer holds the
        rate of the whole, less what is gone, less the guarantee."""
        bases = [rounded(base, step) for base in bases]
        cover = rounded(cover, step)
        whole = sum(bases)
        job = retention.NO_JOB
        for index, base in enumerate(bases):
            if index == when and cover:
                gone = rounded(job.retained / 3, step)
                job = job._replace(gone=gone)
                job = job._replace(cover=cover, replaced=min(cover, job.held))
            amount = retention.retain(rate, "gross", base, base, step, job)
            self.assertTrue(0 <= amount <= base)
            job = job.with_document(rate, "gross", base, amount)
        due = retention.retention_of(rate, whole, step)
        self.assertEqual(job.held, max(due - job.gone - job.cover, ZERO))

    @given(
        st.lists(
            st.tuples(
                st.sampled_from((ONE * 5, ONE * 3)),
                st.sampled_from(("gross", "untaxed")),
                st.decimals(-500, 9999, places=2),
                st.decimals(0, 1, places=2),
            ),
            min_size=1,
            max_size=9,
        ),
        steps,
    )
    def test_a_retention_is_sliced_as_works_are(self, documents, step):
        """After each document the job has retained each rate of all that it applies to, rounded once,
        unless the document is too small; what is missing then comes with the next."""
        job = retention.NO_JOB
        for rate, kind, base, payable in documents:
            base = rounded(base, step)
            total = rounded(base * payable, step)
            amount = retention.retain(rate, kind, base, total, step, job)
            self.assertTrue(min(total, ZERO) <= amount <= max(total, ZERO))
            job = job.with_document(rate, kind, base, amount)
            due = sum(
                rounded(rate * whole / 100, step) for (rate, _kind), whole in job.bases.items()
            )
            if min(total, ZERO) < amount < max(total, ZERO):
                self.assertEqual(job.retained, due)

    @given(st.decimals(0, 9999, places=2), st.lists(st.decimals(0, 5000, places=2), max_size=6))
    def test_an_amount_falls_on_the_first_places(self, amount, lefts):
        amount = min(amount, sum(lefts))
        parts = retention.allot(amount, lefts)
        self.assertEqual(sum(parts), amount)
        for index, (part, left) in enumerate(zip(parts, lefts, strict=True)):
            self.assertTrue(0 <= part <= left)
            if part < left:
                self.assertFalse(any(parts[index + 1 :]))


@tagged("post_install", "-at_install")
class TestPosition(BaseCase):
    """What is billed at taxes that the order's line doesn't bear any more (`tools.position`)."""

    def make_position(self, parts, now):
        """Return the position of a line; ``parts`` are (untaxed, tax), the latest first."""
        earlier = tuple(
            Billed(
                (index + 1,),
                Amounts(untaxed, {index + 1: tax}, {index + 1: untaxed}, untaxed + tax),
                100 - index,
            )
            for index, (untaxed, tax) in enumerate(parts)
            if untaxed
        )
        billed = now + sum((part.amounts.untaxed for part in earlier), ZERO)
        work = WorkLine("line", amount=Decimal(1000), quantity=ONE, billed=billed)
        return LinePosition(work, {}, {}, Decimal(1000), earlier, 50 if now else 0)

    @given(
        st.lists(
            st.tuples(
                st.decimals(0, 999, places=2), st.decimals(0, 200, places=2, allow_nan=False)
            ),
            max_size=4,
        ),
        st.decimals(0, 999, places=2),
        st.decimals(-3000, 3000, places=2),
    )
    def test_nothing_is_lost_and_what_was_billed_last_goes_first(self, parts, now, amount):
        position = self.make_position(parts, now)
        at_present, back = split_amount(position, amount)
        self.assertEqual(at_present + sum(returned.untaxed for _part, returned in back), amount)
        if amount >= 0 or not position.work.billed:
            self.assertEqual((at_present, back), (amount, ()))
            return
        for part, returned in back:
            self.assertLessEqual(-returned.untaxed, part.amounts.untaxed)
            for tax, taken in returned.taxes.items():
                self.assertLessEqual(-taken, part.amounts.taxes[tax])
                self.assertLessEqual(0, -taken)
        # Each but the last one goes whole.
        for (part, returned), _next in zip(back, back[1:], strict=False):
            self.assertEqual(returned, part.amounts.negative())
        self.assertEqual([part for part, _amounts in back], list(position.earlier[: len(back)]))

    @given(
        st.decimals(1, 9999, places=2),
        st.decimals(0, 2000, places=2),
        st.lists(st.integers(1, 100), min_size=1, max_size=6),
    )
    def test_parts_that_take_everything_take_every_cent(self, untaxed, tax, weights):
        rest = whole = Amounts(untaxed, {1: tax}, {1: untaxed}, untaxed + tax)
        taken = NOTHING
        for weight in weights:
            part = rounded(rest.untaxed * weight / 100, CENT)
            taken += take_part(rest, part)
            rest = whole + taken.negative()
            if not rest.untaxed:
                break
        self.assertEqual(taken + take_part(rest, rest.untaxed), whole)
