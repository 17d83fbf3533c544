"""Exact amounts: decimals from Odoo's floats, rounding as Odoo does, spreading of cents."""

from decimal import ROUND_HALF_UP, Context, Decimal

ZERO = Decimal(0)
ONE = Decimal(1)
HUNDRED = Decimal(100)
# As many digits as a float may have: what somebody typed is to be read, be it of no use.
_WIDE = Context(prec=400)


def exact(number):
    """Return the decimal that is written like ``number``, not the float behind it.

    >>> exact(0.1), exact("12.50"), exact(3)
    (Decimal('0.1'), Decimal('12.50'), Decimal('3'))
    """
    return number if isinstance(number, Decimal) else Decimal(str(number))


def rounded(amount, step):
    """Round half away from zero to a multiple of ``step`` (`res.currency.round` in Odoo).

    >>> rounded(exact(1.005), exact(0.01)), rounded(exact(-1.005), exact(0.01))
    (Decimal('1.01'), Decimal('-1.01'))
    >>> rounded(exact(12.37), exact(0.05)), rounded(exact(1499.5), exact(1))
    (Decimal('12.35'), Decimal('1500'))
    >>> rounded(exact(1e300), exact(0.01)) == exact(1e300)
    True
    """
    return (amount / step).quantize(ONE, ROUND_HALF_UP, _WIDE) * step


def spread(amount, weights, step):
    """Share ``amount``, a multiple of ``step``, over ``weights`` without losing a step.

    Shares are proportional to the size of the weights; the steps that are left over go
    to the largest ones. Without any weight there is nothing to share with.

    >>> spread(exact(0.05), [exact(20), exact(-30)], exact(0.01))
    [Decimal('0.02'), Decimal('0.03')]
    >>> [str(share) for share in spread(exact(-0.01), [exact(10), exact(20)], exact(0.01))]
    ['0.00', '-0.01']
    >>> spread(exact(0.01), [], exact(0.01))
    []
    """
    if not weights:
        return []
    sizes = [abs(weight) for weight in weights]
    total = sum(sizes) or ONE
    steps = int(abs(amount) / step)
    counts = [int(steps * size / total) for size in sizes]
    by_size = sorted(range(len(sizes)), key=lambda index: -sizes[index])
    for turn in range(steps - sum(counts)):
        counts[by_size[turn % len(by_size)]] += 1
    sign = -step if amount < 0 else step
    return [count * sign if count else ZERO * step for count in counts]
