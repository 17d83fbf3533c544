"""Slices of rounded cumulatives: what a situation bills of each line of work, and of each tax.

A line's slice is ``round(progress × line amount) − what its documents already bill``: a slice is
never rounded by itself, so at 100 % the slices sum to the line whatever the path was.

>>> line = WorkLine("roof", amount=exact("3333.33"), quantity=exact(1))
>>> first = slice_line(line, Target("progress", exact("33.3333")), CENT, HUNDREDTH)
>>> first.amount
Decimal('1111.11')
>>> rest = slice_line(line._replace(billed=first.amount), FINISHED, CENT, HUNDREDTH)
>>> first.amount + rest.amount
Decimal('3333.33')
"""

from decimal import Decimal
from typing import Any, NamedTuple

from .money import HUNDRED, ONE, ZERO, exact, rounded, spread

CENT = HUNDREDTH = exact("0.01")


class WorkLine(NamedTuple):
    """A line of the order with what its documents already bill.

    :param key: whatever identifies the line
    :param amount: untaxed amount of the order line
    :param quantity: ordered quantity
    :param billed: untaxed amount of its documents, credit notes negative
    :param billed_quantity: quantity of its documents; it counts on lines without amount only
    """

    key: Any
    amount: Decimal
    quantity: Decimal
    billed: Decimal = ZERO
    billed_quantity: Decimal = ZERO


class Target(NamedTuple):
    """A cumulative value to reach: ``kind`` is `progress` (%), `quantity` or `amount` (untaxed)."""

    kind: str
    value: Decimal


FINISHED = Target("progress", HUNDRED)


class Slice(NamedTuple):
    """What a document bills of a line; ``before`` and ``after`` are cumulative shares (1 = whole)."""

    key: Any
    previous: Decimal
    cumulative: Decimal
    quantity: Decimal
    before: Decimal
    after: Decimal

    @property
    def amount(self):
        return self.cumulative - self.previous

    def __bool__(self):
        return bool(self.amount or self.quantity)


def share(part, whole):
    """Return ``part / whole``; of nothing, anything is the whole and nothing is nothing.

    >>> share(exact(25), exact(100)), share(exact(5), ZERO), share(ZERO, ZERO)
    (Decimal('0.25'), Decimal('1'), Decimal('0'))
    """
    if whole:
        return part / whole
    return ONE if part else ZERO


def billed_share(line):
    """Return the cumulative share of a line that its documents bill: of its amount, or of its
    quantity where it has no amount.

    >>> billed_share(WorkLine("a", exact(200), exact(4), billed=exact(50)))
    Decimal('0.25')
    >>> billed_share(WorkLine("free", ZERO, exact(4), billed_quantity=exact(3)))
    Decimal('0.75')
    """
    if line.amount or line.billed:
        return share(line.billed, line.amount)
    return share(line.billed_quantity, line.quantity)


def target_share(line, target):
    """Return the cumulative share of a line that a target asks for; None keeps what is billed.

    >>> line = WorkLine("a", exact(200), exact(4), billed=exact(50))
    >>> target_share(line, Target("quantity", exact(3))), target_share(line, None)
    (Decimal('0.75'), Decimal('0.25'))
    """
    if target is None:
        return billed_share(line)
    if target.kind == "progress":
        return target.value / HUNDRED
    whole = line.quantity if target.kind == "quantity" else line.amount
    return share(target.value, whole)


def slice_line(line, target, step, quantity_step):
    """Return the slice of ``line`` that brings it to ``target``.

    :param target: a :class:`Target`, or None to keep what is billed
    :param step: rounding of the currency
    :param quantity_step: rounding of quantities, for the lines that have no amount

    >>> free = WorkLine("free", ZERO, exact(1), billed_quantity=exact("0.33"))
    >>> slice_line(free, FINISHED, CENT, HUNDREDTH).quantity
    Decimal('0.67')
    """
    before = billed_share(line)
    after = target_share(line, target)
    if target is None:
        return Slice(line.key, line.billed, line.billed, ZERO, before, after)
    if target.kind == "amount":
        cumulative = rounded(target.value, step)
    else:
        cumulative = rounded(after * line.amount, step)
    quantity = ZERO
    if not line.amount and not line.billed:
        quantity = rounded(after * line.quantity, quantity_step) - line.billed_quantity
    return Slice(line.key, line.billed, cumulative, quantity, before, after)


def weighted_progress(pairs):
    """Return the progress of a whole in %, weighted by value; ``pairs`` are (done, amount).

    Where the amounts cancel each other out, their sizes weigh.

    >>> weighted_progress([(exact(450), exact(900)), (exact(-50), exact(-100))])
    Decimal('50.0')
    >>> weighted_progress([(exact(50), exact(100)), (ZERO, exact(-100))])
    Decimal('25.00')
    >>> weighted_progress([])
    Decimal('0')
    """
    pairs = list(pairs)
    whole = sum(amount for _done, amount in pairs)
    if whole:
        return sum(done for done, _amount in pairs) / whole * HUNDRED
    sizes = sum(abs(amount) for _done, amount in pairs)
    if not sizes:
        return ZERO
    return sum(abs(done) for done, _amount in pairs) / sizes * HUNDRED


def slice_taxes(contract, slices, billed, step, per_line, whole_amounts):
    """Return ``{line key: {tax: amount}}`` for the slices of a document, closed tax by tax.

    The tax of the document is ``round(tax of the works to date) − tax that documents already bill``;
    each line gets its part, the last step going where it weighs most.

    :param contract: ``{line key: {tax: amount on the whole line}}``, for all lines of the order
    :param slices: the slices of all lines, also those that bill nothing
    :param billed: ``{tax: amount that all documents of the order bill}``
    :param per_line: round the tax of each line, as a company does that rounds per line;
        else the tax of the whole is rounded once
    :param whole_amounts: ``{line key: untaxed amount that carries these contract taxes}``: the whole
        line, or one unit of it where nothing is ordered any more

    Three lines of 33.35 at 20 % are 100.05 and 20.01 of tax; half of them:

    >>> lines = [WorkLine(key, exact("33.35"), ONE) for key in "abc"]
    >>> half = [slice_line(line, Target("progress", exact(50)), CENT, HUNDREDTH) for line in lines]
    >>> [str(part.amount) for part in half]
    ['16.68', '16.68', '16.68']
    >>> contract = {key: {"vat": exact("6.67")} for key in "abc"}
    >>> whole = {key: exact("33.35") for key in "abc"}
    >>> taxes = slice_taxes(contract, half, {}, CENT, False, whole)
    >>> str(sum(tax["vat"] for tax in taxes.values()))
    '10.01'
    >>> lines = [line._replace(billed=part.amount) for line, part in zip(lines, half)]
    >>> rest = [slice_line(line, FINISHED, CENT, HUNDREDTH) for line in lines]
    >>> taxes = slice_taxes(contract, rest, {"vat": exact("10.01")}, CENT, False, whole)
    >>> str(sum(tax["vat"] for tax in taxes.values()))
    '10.00'
    """
    shares = {}
    for part in slices:
        whole = whole_amounts[part.key]
        if whole:
            shares[part.key] = (part.previous / whole, part.cumulative / whole)
        else:
            shares[part.key] = (part.before, part.after)
    taxes = dict.fromkeys(tax for amounts in contract.values() for tax in amounts)
    result = {part.key: {} for part in slices if part}
    for tax in taxes:
        to_date = ZERO
        wishes = {}
        for part in slices:
            amount = contract.get(part.key, {}).get(tax)
            if amount is None:
                continue
            before, after = (amount * value for value in shares[part.key])
            if per_line:
                before, after = rounded(before, step), rounded(after, step)
            to_date += after
            if part:
                wishes[part.key] = rounded(after - before, step)
        if not wishes:
            continue
        due = rounded(to_date, step) - billed.get(tax, ZERO)
        missing = due - sum(wishes.values())
        corrections = spread(missing, list(wishes.values()), step)
        for (key, wish), correction in zip(wishes.items(), corrections, strict=True):
            result[key][tax] = wish + correction
    return result


def line_shape(part, line, gross, price, discount, quantity_step, step, taxed):
    """Return the (quantity, unit price, discount) with which an invoice line shows a slice.

    The ordered unit price is kept where quantity × price gives the exact amount, else the line is
    1 × the exact amount: quantities are stored with two decimals, unit prices are not rounded.

    :param gross: amount of the slice with the taxes that the unit price includes
    :param taxed: the tax engine stores the exact amounts beside; a line without tax has only its
        quantity and price, so that these must not leave anything to round

    >>> door = WorkLine("door", exact(1000), exact(8))
    >>> half = slice_line(door, Target("progress", exact(50)), CENT, HUNDREDTH)
    >>> [str(n) for n in line_shape(half, door, half.amount, exact(125), ZERO, HUNDREDTH, CENT, True)]
    ['4.00', '125', '0']
    >>> lump = WorkLine("lump", exact("3333.33"), ONE)
    >>> third = slice_line(lump, Target("progress", exact("33.3333")), CENT, HUNDREDTH)
    >>> [str(n) for n in line_shape(
    ...     third, lump, third.amount, exact("3333.33"), ZERO, HUNDREDTH, CENT, True)]
    ['1', '1111.11', '0']
    """
    if not part.amount:
        return part.quantity, price, discount
    if line.amount:
        quantity = rounded(part.amount / line.amount * line.quantity, quantity_step)
        shown = quantity * price * (ONE - discount / HUNDRED)
        if shown == gross or (taxed and rounded(shown, step) == gross):
            return quantity, price, discount
    sign = ONE if (gross > 0) == (line.amount >= 0) else -ONE
    return sign, gross * sign, ZERO
