"""The retention of guarantee: what the customer keeps of a document until the works have proved good.

Computed once, rounded once: the same figure is posted, printed and exported.
"""

from decimal import Decimal
from typing import NamedTuple

from .money import HUNDRED, ZERO, exact, rounded

CENT = exact("0.01")


class Job(NamedTuple):
    """The other documents of an order, older than the one in question; credit notes negative.

    :param due: what they should have retained
    :param retained: what they did retain
    :param base: what they should have retained of
    :param whole: the base of the whole order; None where the documents don't retain alike
    :param gone: what of it was paid, released or lost, but for what a bank guarantee replaced
    :param replaced: what of it a bank guarantee replaced
    :param cover: what the bank guarantees stand for
    """

    due: Decimal = ZERO
    retained: Decimal = ZERO
    base: Decimal = ZERO
    whole: Decimal | None = None
    gone: Decimal = ZERO
    replaced: Decimal = ZERO
    cover: Decimal = ZERO

    @property
    def held(self):
        """What the customer still has of it."""
        return self.retained - self.gone - self.replaced


NO_JOB = Job()


def retention_of(rate, base, step):
    """Return the retention of an amount.

    :param rate: in %

    >>> [str(retention_of(exact(5), exact(base), CENT)) for base in ("18443.96", "7257.31", "-100")]
    ['922.20', '362.87', '-5.00']
    """
    return rounded(rate * base / HUNDRED, step)


def retain(rate, base, total, step, job=NO_JOB):
    """Return the retention of a document: its own, and what older ones were too small for.

    Never more than the document. With the document that completes the order, the whole job has
    retained the rate of the order's total, to the cent.

    :param rate: in %
    :param base: what is retained of, negative on a credit note
    :param total: total of the document, tax included, after the deduction of deposits
    :param step: rounding of the currency

    5 % of 3 000, of which a deposit leaves 100 to be paid; the next document takes the rest:

    >>> first = retain(exact(5), exact(3000), exact(100), CENT)
    >>> job = Job(due=exact(150), retained=first, base=exact(3000), whole=exact(6000))
    >>> str(first), str(retain(exact(5), exact(2000), exact(2000), CENT, job))
    ('100.00', '150.00')

    Three times 3.33 and the rest of 10 retain 0.17, 0.17 and 0.16 of 0.50:

    >>> job = Job(due=exact("0.34"), retained=exact("0.34"), base=exact("6.66"), whole=exact(10))
    >>> str(retain(exact(5), exact("3.34"), exact("3.34"), CENT, job))
    '0.16'

    A bank guarantee of 100 has replaced 50 that were held; of 3 000 more, 150, it covers 50:

    >>> job = Job(due=exact(50), retained=exact(50), replaced=exact(50), cover=exact(100))
    >>> str(retain(exact(5), exact(3000), exact(3000), CENT, job))
    '100.00'
    """
    due = job.due + retention_of(rate, base, step)
    if job.whole is not None and job.base + base == job.whole:
        due = retention_of(rate, job.whole, step)
    asked = due - job.gone
    if job.cover:
        asked = max(asked - job.cover, ZERO)
    amount = asked - job.held
    low, high = sorted((ZERO, total))
    return rounded(min(max(amount, low), high), step)


def allot(amount, lefts):
    """Return the parts of an amount that fall on what is left in each place, the first ones first.

    >>> [str(part) for part in allot(exact(130), [exact(100), exact(50), exact(70)])]
    ['100', '30', '0']
    """
    parts = []
    for left in lefts:
        part = min(amount, left)
        parts.append(part)
        amount -= part
    return parts
