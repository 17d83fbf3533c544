"""One progress for a whole order, brought to its lines: what a batch asks for in one figure."""

from .money import ONE, ZERO, exact
from .slices import CENT, billed_share

# Shares that differ by less stand alike: a thousandth, which is what rounding to cents leaves.
ALIKE = exact("0.001")


def advance(lines, target, step=CENT):
    """Return ``{key: cumulative share}`` that brings the lines, together, to ``target``.

    Lines that stand alike go to the target. Where they don't, what is left of each advances in the
    same proportion: none goes back, and together they stand at the target. A line that is billed
    whole isn't named.

    :param lines: :class:`~.slices.WorkLine` s
    :param target: cumulative share of the whole, 1 for all

    >>> from .slices import WorkLine
    >>> walls = WorkLine("walls", exact(3000), ONE)
    >>> paint = WorkLine("paint", exact(1000), ONE)
    >>> advance([walls, paint], exact("0.4"))
    {'walls': Decimal('0.4'), 'paint': Decimal('0.4')}
    >>> half = [walls._replace(billed=exact(2000)), paint]
    >>> {key: round(share, 4) for key, share in advance(half, exact("0.75")).items()}
    {'walls': Decimal('0.8333'), 'paint': Decimal('0.5000')}
    >>> advance([walls._replace(billed=exact(3000)), paint], exact("0.9"))
    {'paint': Decimal('0.6')}
    """
    whole = sum((line.amount for line in lines), ZERO)
    billed = sum((line.billed for line in lines), ZERO)
    open_lines = {line: billed_share(line) for line in lines if billed_share(line) < ONE}
    left = sum((line.amount - line.billed for line in open_lines), ZERO)
    wanted = target * whole - billed
    if _stand_alike(lines, billed, whole, step) or not ZERO < wanted <= left:
        return {line.key: target for line in lines}
    part = wanted / left
    return {line.key: share + (ONE - share) * part for line, share in open_lines.items()}


def _stand_alike(lines, billed, whole, step):
    """Whether all lines are billed to the same progress, but for rounding."""
    progress = billed / whole if whole else ZERO
    return all(
        abs(billed_share(line) - progress) <= ALIKE
        or (line.amount and abs(line.billed - progress * line.amount) <= step)
        for line in lines
    )
