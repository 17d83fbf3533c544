"""The retention of guarantee: what the customer keeps of a document until the works have proved good.

Computed once, rounded once: the same figure is posted, printed and exported.
"""

from decimal import Decimal
from typing import NamedTuple

from .money import HUNDRED, ZERO, exact, rounded

CENT = exact("0.01")


class Job(NamedTuple):
    """The other documents of an order, older than the one in question; credit notes negative.

    :param bases: ``{(rate in %, name of the base): what they retain of}``
    :param retained: what they did retain
    :param gone: what of it was paid, released or lost, but for what a bank guarantee replaced
    :param replaced: what of it a bank guarantee replaced
    :param cover: what the bank guarantees stand for
    """

    bases: dict
    retained: Decimal = ZERO
    gone: Decimal = ZERO
    replaced: Decimal = ZERO
    cover: Decimal = ZERO

    @property
    def held(self):
        """What the customer still has of it."""
        return self.retained - self.gone - self.replaced

    def with_document(self, rate, kind, base, retained=ZERO):
        """Return the job with one more document.

        :param rate: in %
        :param kind: name of the base
        """
        key = (rate, kind)
        bases = {**self.bases, key: self.bases.get(key, ZERO) + base}
        return self._replace(bases=bases, retained=self.retained + retained)


NO_JOB = Job({})


def retention_of(rate, base, step):
    """Return the retention of an amount.

    :param rate: in %

    >>> [str(retention_of(exact(5), exact(base), CENT)) for base in ("18443.96", "7257.31", "-100")]
    ['922.20', '362.87', '-5.00']
    """
    return rounded(rate * base / HUNDRED, step)


def retained_to_date(bases, step):
    """Return what documents are to retain together: each rate of all that it applies to, rounded once.

    Works to date of 1 502 831.25 at 5 % (certificate no. 4 of the American Institute of Architects'
    published example), and 3 % of the untaxed 333.35 of other documents:

    >>> bases = {(exact(5), "gross"): exact("1502831.25"), (exact(3), "untaxed"): exact("333.35")}
    >>> str(retained_to_date(bases, CENT))
    '75151.56'
    """
    return sum((retention_of(rate, base, step) for (rate, _kind), base in bases.items()), ZERO)


def retain(rate, kind, base, total, step, job=NO_JOB):
    """Return the retention of a document: what is retained to date with it, less what older ones do.

    As works are sliced, so is the retention: never rounded by itself. It is never more than the
    document; what it was too small for is carried to the next one.

    :param rate: in %
    :param kind: name of the base; documents of the same rate and base are rounded together
    :param base: what is retained of, negative on a credit note
    :param total: total of the document, tax included, after the deduction of deposits
    :param step: rounding of the currency

    5 % of 3 000, of which a deposit leaves 100 to be paid; the next document takes the rest:

    >>> five = exact(5)
    >>> first = retain(five, "gross", exact(3000), exact(100), CENT)
    >>> job = NO_JOB.with_document(five, "gross", exact(3000), first)
    >>> str(first), str(retain(five, "gross", exact(2000), exact(2000), CENT, job))
    ('100.00', '150.00')

    Three times 3.33 and the rest of 10 retain 0.17, 0.16, 0.17 and 0.00 of 0.50:

    >>> job = NO_JOB
    >>> for base in ("3.33", "3.33", "3.33", "0.01"):
    ...     amount = retain(five, "gross", exact(base), exact(base), CENT, job)
    ...     job = job.with_document(five, "gross", exact(base), amount)
    ...     print(amount, job.retained)
    0.17 0.17
    0.16 0.33
    0.17 0.50
    0.00 0.50

    A bank guarantee of 100 has replaced 50 that were held; of 3 000 more, 150, it covers 50:

    >>> job = NO_JOB.with_document(five, "gross", exact(1000), exact(50))
    >>> job = job._replace(replaced=exact(50), cover=exact(100))
    >>> str(retain(five, "gross", exact(3000), exact(3000), CENT, job))
    '100.00'
    """
    asked = retained_to_date(job.with_document(rate, kind, base).bases, step) - job.gone
    if job.cover:
        asked = max(asked - job.cover, ZERO)
    amount = asked - job.held
    low, high = sorted((ZERO, total))
    return rounded(min(max(amount, low), high), step)


def not_due(retained, date, today):
    """Return what of a retention is not to be paid yet: all of it before its date.

    >>> from datetime import date
    >>> [str(not_due(exact(18), date(2026, 11, day), date(2026, 11, 25))) for day in (25, 26)]
    ['0', '18']
    """
    return retained if date > today else ZERO


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
