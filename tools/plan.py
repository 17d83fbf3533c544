"""The plan of a document: what it will bill, to the cent, before anything is written.

A plan holds keys and decimals alone, no records: ids of order lines, of taxes and of deposits, and
amounts in the order's currency. Every figure of a document that isn't made yet is a property of it.

A roof of 1 000.00 and a door of 500.00 at 20 %; the roof is half done:

>>> from dataclasses import replace
>>> from .money import ONE, exact
>>> from .position import Amounts, LinePosition
>>> from .slices import FINISHED, Target, WorkLine
>>> roof = LinePosition(
...     WorkLine("roof", exact(1000), ONE), {20: exact(200)}, {20: exact(1000)}, exact(1000))
>>> door = LinePosition(
...     WorkLine("door", exact(500), ONE), {20: exact(100)}, {20: exact(500)}, exact(500))
>>> position = {"roof": roof, "door": door}
>>> plan = plan_targets(position, {"roof": Target("progress", exact(50))}, {}, CENTS)
>>> [str(amount) for amount in (plan.works_untaxed, plan.works_total)]
['500.00', '600.00']
>>> str(round(plan.progress, 2)), list(plan.parts)
('33.33', ['roof'])

The next plan starts from where this one ends:

>>> taxes = plan.get_taxes_after({})
>>> rest = plan_targets(
...     plan.get_position_after(), dict.fromkeys(position, FINISHED), taxes, CENTS)
>>> str(rest.works_untaxed), str(rest.works_total), str(plan.works_total + rest.works_total)
('1000.00', '1200.00', '1800.00')

With 360.00 of a deposit to deduct:

>>> part = Amounts(exact(300), {20: exact(60)}, {20: exact(300)}, exact(360))
>>> less = replace(rest, deductions=(Deduction(7, {"deposit": part}, {"deposit": (20,)}),))
>>> [str(amount) for amount in (less.untaxed, less.tax, less.total, less.deducted.total)]
['700.00', '140.00', '840.00', '360']
"""

from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from .money import ZERO
from .position import NOTHING, split_amount
from .slices import CENT, HUNDREDTH, slice_line, slice_taxes, weighted_progress


class Rounding(NamedTuple):
    """How a document is rounded.

    :param step: of amounts
    :param quantity_step: of quantities
    :param per_line: round the tax of each line; else the tax of the whole is rounded once
    """

    step: Decimal
    quantity_step: Decimal
    per_line: bool = False


CENTS = Rounding(CENT, HUNDREDTH)


class Deduction(NamedTuple):
    """What a document takes off for what was paid in advance.

    :param source: id of the deposit's invoice; 0 where that was deleted
    :param parts: ``{id of a down payment line of the order: Amounts}``
    :param taxes: ``{id of that line: ids of the taxes that the deposit bears}``
    """

    source: Any
    parts: dict
    taxes: dict

    @property
    def amounts(self):
        return sum(self.parts.values(), NOTHING)


class OtherLine(NamedTuple):
    """A line that is no work and that the document bills with it; :param key: of the order line."""

    key: Any
    untaxed: Decimal
    total: Decimal


@dataclass(frozen=True)
class BillingPlan:
    """What a document will bill.

    :param position: ``{line: LinePosition}`` of the lines of work, in the order's sequence
    :param slices: ``{line: Slice}``: what the document bills of each, at whatever taxes
    :param now: likewise, what of it goes at the order's present taxes
    :param taxes: ``{line: {tax: amount}}`` of ``now``, for the lines that bill something
    :param returned: ``{line: ((Billed, Amounts), …)}``: what is given back at the taxes of then
    :param neutral_taxes: ids of the taxes that add nothing to a total, as a reverse charge
    :param deductions: :class:`Deduction` s
    :param others: :class:`OtherLine` s
    :param title: of the document, where it isn't the one of its kind
    :param texts: ``{line: description}`` where somebody has worded it himself
    """

    position: dict
    slices: dict
    now: dict
    taxes: dict
    returned: dict
    neutral_taxes: frozenset = frozenset()
    deductions: tuple = ()
    others: tuple = ()
    title: str = ""
    texts: dict = field(default_factory=dict)

    # === WHAT IS BILLED ===#

    @cached_property
    def parts(self):
        """The slices that bill something, by line."""
        return {
            key: part
            for key, part in self.slices.items()
            if part or self.now[key] or self.returned[key]
        }

    @property
    def bills_something(self):
        return bool(self.parts or self.deductions or self.others)

    @cached_property
    def taxes_billed(self):
        """``{tax: amount}`` of the works, what is given back taken off."""
        amounts = {}
        given_back = (part.taxes for parts in self.returned.values() for _earlier, part in parts)
        for taxes in (*self.taxes.values(), *given_back):
            for tax, amount in taxes.items():
                amounts[tax] = amounts.get(tax, ZERO) + amount
        return amounts

    # === THE WORKS ===#

    @property
    def works_untaxed(self):
        """Untaxed amount of the works, before any deduction."""
        return sum((part.amount for part in self.slices.values()), ZERO)

    @property
    def works_taxes(self):
        """``{tax: amount}`` of the works that the customer pays."""
        return {
            tax: amount
            for tax, amount in self.taxes_billed.items()
            if tax not in self.neutral_taxes
        }

    @property
    def works_total(self):
        """Total of the works, tax included, before any deduction."""
        return self.works_untaxed + sum(self.works_taxes.values(), ZERO)

    @property
    def previous_progress(self):
        """Progress of the order before the document, in %, not rounded."""
        return weighted_progress((at.work.billed, at.work.amount) for at in self.position.values())

    @property
    def progress(self):
        """Progress of the order with the document, in %, not rounded."""
        return weighted_progress(
            (self.slices[key].cumulative, at.work.amount) for key, at in self.position.items()
        )

    # === THE DOCUMENT ===#

    @property
    def deducted(self):
        """:class:`Amounts` of all deductions."""
        return sum((deduction.amounts for deduction in self.deductions), NOTHING)

    @property
    def untaxed(self):
        """Untaxed amount of the document."""
        others = sum((line.untaxed for line in self.others), ZERO)
        return self.works_untaxed + others - self.deducted.untaxed

    @property
    def total(self):
        """Total of the document, tax included, deductions taken off."""
        others = sum((line.total for line in self.others), ZERO)
        return self.works_total + others - self.deducted.total

    @property
    def tax(self):
        """What taxes add to the document."""
        return self.total - self.untaxed

    # === WHAT COMES NEXT ===#

    def get_position_after(self):
        """Return where the lines stand once the document is made."""
        after = {}
        for key, at in self.position.items():
            part = self.slices[key]
            work = at.work._replace(
                billed=part.cumulative, billed_quantity=at.work.billed_quantity + part.quantity
            )
            returned = {earlier.tax_ids: amounts for earlier, amounts in self.returned[key]}
            earlier = (
                before._replace(amounts=before.amounts + returned.get(before.tax_ids, NOTHING))
                for before in at.earlier
            )
            after[key] = at._replace(
                work=work, earlier=tuple(before for before in earlier if before.amounts)
            )
        return after

    def get_taxes_after(self, billed):
        """Return ``{tax: amount}`` of all documents once this one is made.

        :param billed: that of the documents before
        """
        after = dict(billed)
        for tax, amount in self.taxes_billed.items():
            after[tax] = after.get(tax, ZERO) + amount
        return after


def plan_targets(position, targets, billed, rounding, neutral_taxes=frozenset()):
    """Return the plan that brings the lines of ``targets`` there, the others staying.

    :param position: ``{line: LinePosition}``
    :param targets: ``{line: Target}``
    :param billed: ``{tax: amount}`` of the works that all documents bill
    :param rounding: :class:`Rounding`
    :param neutral_taxes: see :class:`BillingPlan`
    """
    slices = {
        key: slice_line(at.work, targets.get(key), rounding.step, rounding.quantity_step)
        for key, at in position.items()
    }
    split = {
        key: split_amount(at, slices[key].amount, rounding.step)
        for key, at in position.items()
        if at.earlier
    }
    return close_plan(position, slices, split, billed, rounding, neutral_taxes)


def close_plan(position, slices, split, billed, rounding, neutral_taxes=frozenset()):
    """Return the plan of slices, with the taxes that close on what documents bill.

    :param split: ``{line: (amount at the present taxes, what is given back at others)}`` of the lines
        that are billed at other taxes; see :func:`split_amount`
    :param billed: see :func:`plan_targets`, like the others
    """
    own = dict(billed)
    now = {}
    for key, at in position.items():
        part = slices[key]
        if key in split:
            part = part._replace(previous=at.billed_now, cumulative=at.billed_now + split[key][0])
            if not at.carrier:
                part = part._replace(before=ZERO, after=ZERO)
        now[key] = part
        for earlier in at.earlier:
            for tax, amount in earlier.amounts.taxes.items():
                own[tax] = own.get(tax, ZERO) - amount
    taxes = slice_taxes(
        {key: at.taxes for key, at in position.items()},
        now.values(),
        own,
        rounding.step,
        rounding.per_line,
        {key: at.carrier for key, at in position.items()},
    )
    returned = {key: split.get(key, (ZERO, ()))[1] for key in position}
    return BillingPlan(dict(position), slices, now, taxes, returned, frozenset(neutral_taxes))
