"""How much of the deposits a document gives back: the rules, and what bounds them all.

A rule says how much of a deposit should have been deducted by the end of a document; the document
deducts that, minus what others have deducted. It is never rounded by itself, so that at the end a
deposit is deducted to the cent whatever the path was.

To add a rule, write its function, name it in :data:`RULES` and in the selections of `deduction_rule`;
another addon adds to the selections and extends `sale.order._get_deduction_function`.
"""

from decimal import Decimal
from typing import NamedTuple

from .money import ONE, ZERO, exact, rounded

CENT = exact("0.01")


class DepositState(NamedTuple):
    """A deposit, all amounts tax included, and where the order stands with the new document.

    :param worth: what the deposit is worth, credit notes taken off
    :param deducted: what documents have deducted of it
    :param progress: progress of the order with the document, as a share (1 = whole)
    :param start: progress at which the rule `threshold` begins, as a share
    :param end: progress at which it has deducted everything, as a share
    :param wanted: the amount that was asked for (rule `manual`)
    :param document: total of the document, before any deduction
    """

    worth: Decimal
    deducted: Decimal = ZERO
    progress: Decimal = ZERO
    start: Decimal = ZERO
    end: Decimal = ONE
    wanted: Decimal = ZERO
    document: Decimal = ZERO

    @property
    def left(self):
        return self.worth - self.deducted


def full(deposit):
    """As much as possible, at once.

    >>> full(DepositState(exact(100), deducted=exact(30)))
    Decimal('100')
    """
    return deposit.worth


def progressive(deposit):
    """Pro rata to the progress of the order.

    >>> [str(progressive(DepositState(exact(100), progress=exact(p)))) for p in ("0.3", "0.6", "1")]
    ['30.0', '60.0', '100']
    """
    return deposit.worth * deposit.progress


def threshold(deposit):
    """Nothing before a start, everything from an end on, in a straight line between them.

    It is how advances are recovered in French public works, from 65 % to 80 % (R2191-11).

    >>> advance = DepositState(exact(3150), start=exact("0.65"), end=exact("0.80"))
    >>> [str(threshold(advance._replace(progress=exact(p)))) for p in ("0.5", "0.725", "0.8", "1")]
    ['0', '1575.0', '3150', '3150']
    """
    if deposit.progress >= deposit.end:
        return deposit.worth
    if deposit.progress <= deposit.start:
        return ZERO
    return deposit.worth * (deposit.progress - deposit.start) / (deposit.end - deposit.start)


def manual(deposit):
    """The amount that was asked for.

    >>> manual(DepositState(exact(100), deducted=exact(30), wanted=exact(25)))
    Decimal('55')
    """
    return deposit.deducted + deposit.wanted


def final(deposit):
    """Nothing before the balance.

    >>> final(DepositState(exact(100), deducted=exact(30)))
    Decimal('30')
    """
    return deposit.deducted


RULES = {
    "full": full,
    "progressive": progressive,
    "threshold": threshold,
    "manual": manual,
    "final": final,
}


def deduct(rule, deposits, limit, step):
    """Return what a document deducts of each deposit, the oldest one being served first.

    Never more than what is left of a deposit, never more than the document in all; nothing is given
    back, neither by a lower progress nor by a negative document.

    :param rule: a key of :data:`RULES`, or a function of a :class:`DepositState` like those
    :param deposits: :class:`DepositState`, oldest first
    :param limit: total of the document, tax included
    :param step: rounding of the currency

    >>> deposits = [DepositState(exact(300), progress=exact("0.5")), DepositState(exact(100))]
    >>> [str(amount) for amount in deduct("progressive", deposits, exact(1000), CENT)]
    ['150.00', '0.00']
    >>> [str(amount) for amount in deduct("full", deposits, exact(350), CENT)]
    ['300.00', '50.00']
    >>> wanted = [deposit._replace(wanted=exact(310)) for deposit in deposits]
    >>> [str(amount) for amount in deduct("manual", wanted, exact(350), CENT)]
    ['300.00', '10.00']
    >>> deduct("full", deposits, exact(-50), CENT)
    [Decimal('0.00'), Decimal('0.00')]
    """
    function = rule if callable(rule) else RULES[rule]
    amounts = []
    taken = ZERO
    for deposit in deposits:
        deposit = deposit._replace(wanted=deposit.wanted - taken)
        wish = rounded(function(deposit), step) - deposit.deducted
        amount = max(min(wish, deposit.left, limit - taken), ZERO)
        amounts.append(rounded(amount, step))
        taken += amount
    return amounts
