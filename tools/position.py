"""Where a line of work stands: what it is worth, what is billed of it, and at which taxes.

Of a line whose taxes changed in the middle of a job, what was billed stays at its taxes; the new ones
hold for the rest, and work that is given back goes at the taxes at which it was billed, the latest
first (Directive 2006/112/EC, art. 63 and 93: the rate of a supply is the one of its chargeable event).

1 000.00, of which 500.00 were billed at 20 % before the line's rate became 10 %:

>>> old = Billed((20,), Amounts(Decimal(500), {20: Decimal(100)}, {20: Decimal(500)}, Decimal(600)), 7)
>>> roof = WorkLine("roof", amount=Decimal(1000), quantity=Decimal(1), billed=Decimal(500))
>>> position = LinePosition(roof, {10: Decimal(50)}, {10: Decimal(500)}, Decimal(500), (old,))
>>> position.billed_now
Decimal('0')
>>> now, back = split_amount(position, Decimal(250))
>>> now, back
(Decimal('250'), ())
>>> now, [(earlier, returned)] = split_amount(position, Decimal(-200))
>>> now, returned.untaxed, returned.taxes
(Decimal('0'), Decimal('-200'), {20: Decimal('-40.00')})
"""

from decimal import Decimal
from typing import NamedTuple

from .money import ZERO, rounded
from .slices import CENT, WorkLine


class Amounts(NamedTuple):
    """Amounts of a base line of the tax engine, taxes and their bases by tax id."""

    untaxed: Decimal
    taxes: dict
    bases: dict
    total: Decimal

    def __add__(self, other):
        return Amounts(
            self.untaxed + other.untaxed,
            _add_by_key(self.taxes, other.taxes),
            _add_by_key(self.bases, other.bases),
            self.total + other.total,
        )

    def __bool__(self):
        return bool(self.untaxed or self.total or any(self.taxes.values()))

    def negative(self):
        """Return what takes these amounts back."""
        return Amounts(
            -self.untaxed,
            {tax: -amount for tax, amount in self.taxes.items()},
            {tax: -base for tax, base in self.bases.items()},
            -self.total,
        )

    def gross(self, included):
        """Return the untaxed amount with the taxes that the price includes.

        :param included: ids of those taxes
        """
        return self.untaxed + sum((self.taxes.get(tax, ZERO) for tax in included), ZERO)


NOTHING = Amounts(ZERO, {}, {}, ZERO)


def _add_by_key(first, second):
    return {key: first.get(key, ZERO) + second.get(key, ZERO) for key in {**first, **second}}


class Billed(NamedTuple):
    """What documents bill of a line at taxes that the order's line doesn't bear now.

    :param tax_ids: ids of the taxes, sorted
    :param amounts: :class:`Amounts`, credit notes taken off
    :param latest: id of the last document
    """

    tax_ids: tuple
    amounts: Amounts
    latest: int


class LinePosition(NamedTuple):
    """Where a line of work stands, in the order's currency.

    :param work: the line with all that is billed of it, whatever the taxes (:class:`WorkLine`)
    :param taxes: ``{tax id: amount}`` of what the line is worth at the order's present taxes
    :param bases: ``{tax id: base}``, likewise
    :param carrier: untaxed amount that carries these taxes: the whole line, the part of it that isn't
        billed at other taxes, or one unit where nothing is ordered any more
    :param earlier: what is billed at other taxes (:class:`Billed`), the latest first
    :param latest: id of the last document at the present taxes; 0 for none
    """

    work: WorkLine
    taxes: dict
    bases: dict
    carrier: Decimal
    earlier: tuple = ()
    latest: int = 0

    @property
    def billed_now(self):
        """Untaxed amount that is billed at the order's present taxes."""
        return self.work.billed - sum((part.amounts.untaxed for part in self.earlier), ZERO)


def take_part(amounts, untaxed, step=CENT):
    """Return the part of amounts with this untaxed amount: what is left keeps the rounded rest, so that
    parts which take everything take every cent.

    >>> third = Amounts(Decimal(100), {1: Decimal("5.55")}, {1: Decimal(100)}, Decimal("105.55"))
    >>> take_part(third, Decimal("33.33")).taxes
    {1: Decimal('1.85')}
    >>> take_part(third, Decimal(100)) == third
    True
    """
    if untaxed == amounts.untaxed:
        return amounts

    def part(amount):
        if amount == amounts.untaxed:
            return untaxed
        rest = rounded(amount * (amounts.untaxed - untaxed) / amounts.untaxed, step)
        return amount - rest

    taxes = {tax: part(amount) for tax, amount in amounts.taxes.items()}
    bases = {tax: part(base) for tax, base in amounts.bases.items()}
    # Of a reverse charge the total has nothing.
    carried = rounded(
        (amounts.total - amounts.untaxed) * untaxed / amounts.untaxed if amounts.untaxed else ZERO,
        step,
    )
    if amounts.total - amounts.untaxed == sum(amounts.taxes.values()):
        carried = sum(taxes.values())
    return Amounts(untaxed, taxes, bases, untaxed + carried)


def split_amount(position, amount, step=CENT):
    """Split the untaxed amount of a slice by the taxes at which it goes.

    :param position: :class:`LinePosition`
    :param amount: of the slice
    :return: amount at the order's present taxes, and ``((Billed, Amounts), …)`` of what is given back
        at others
    """
    billed = position.work.billed
    if not position.earlier or not amount or amount * billed >= 0:
        return amount, ()
    now, back = ZERO, []
    stack = [(part.latest, part, part.amounts.untaxed) for part in position.earlier]
    stack.append((position.latest, None, position.billed_now))
    for _latest, part, untaxed in sorted(stack, key=lambda row: -row[0]):
        if untaxed * amount >= 0:
            continue
        taken = -untaxed if abs(untaxed) < abs(amount) else amount
        amount -= taken
        if part is None:
            now += taken
        elif taken:
            returned = take_part(part.amounts, -taken, step)
            back.append((part, returned.negative()))
    return now + amount, tuple(back)
