"""What a caller asks of a situation, turned into one cumulative target a line.

``entries`` is a number (cumulative % of every line) or a list of dicts with one target, `line_id` or
`section_id`, and one value, `progress`, `quantity` or `amount`. Bad input raises :class:`EntryError`,
whose code and values the caller words in the user's language.

>>> order = [Node(1, "section"), Node(2, "line", 1, exact(100), exact(4)),
...          Node(3, "line", 1, exact(50), exact(1))]
>>> targets = resolve_entries([{"section_id": 1, "progress": 40}, {"line_id": 3, "amount": 50}], order)
>>> {key: (target.kind, str(target.value)) for key, target in targets.items()}
{2: ('progress', '40'), 3: ('amount', '50')}
"""

from decimal import Decimal, InvalidOperation
from numbers import Real
from typing import NamedTuple

from .money import HUNDRED, ZERO, exact
from .slices import Target

TARGETS = ("line_id", "section_id")
VALUES = ("progress", "quantity", "amount")
# Above it a float has no cents left.
LARGEST = 10**13


class EntryError(Exception):
    """An entry can't be used: ``code`` says why, ``key`` which line, ``value`` what was given."""

    def __init__(self, code, key=None, value=None):
        super().__init__(code, key, value)
        self.code, self.key, self.value = code, key, value


class Node(NamedTuple):
    """A row of the order, and the row that it stands under.

    Its kind is `line`, `section`, or `bundle`: a line that stands for those under it.
    """

    key: int
    kind: str
    parent: int | None = None
    amount: Decimal = ZERO
    quantity: Decimal = ZERO


def number(value, key=None):
    """Return a finite number as a decimal.

    >>> number(12.5)
    Decimal('12.5')
    >>> number(float("nan"))  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    ...
    EntryError: ('not_a_number', None, nan)
    """
    if isinstance(value, bool) or not isinstance(value, Real | Decimal):
        raise EntryError("not_a_number", key, value)
    if not abs(value) < LARGEST:
        raise EntryError("not_a_number", key, value)
    try:
        return exact(value)
    except InvalidOperation:
        raise EntryError("not_a_number", key, value) from None


def check_target(node, target, over_billing):
    """Refuse a target that the line can't have: below nothing, above the whole, of a wrong sign."""
    kind, value = target
    if kind == "progress":
        part, whole = value, HUNDRED
    elif kind == "quantity":
        part, whole = value, node.quantity
    else:
        part, whole = value, node.amount
    if not whole and part:
        raise EntryError(f"nothing_ordered_{kind}", node.key, value)
    if part and (part > 0) != (whole > 0):
        raise EntryError(f"below_zero_{kind}", node.key, value)
    if abs(part) > abs(whole) and not over_billing:
        raise EntryError(f"above_whole_{kind}", node.key, value)


def _read_entry(entry):
    """Return (target name, key, value name, value) of one dict."""
    if not isinstance(entry, dict):
        raise EntryError("not_an_entry", None, entry)
    unknown = sorted(str(name) for name in entry if name not in TARGETS + VALUES)
    if unknown:
        key = entry.get("line_id", entry.get("section_id"))
        raise EntryError("unknown_name", key, ", ".join(unknown))
    targets = [name for name in TARGETS if name in entry]
    values = [name for name in VALUES if name in entry]
    if len(targets) != 1:
        raise EntryError("one_target", None, entry)
    key = entry[targets[0]]
    if isinstance(key, bool) or not isinstance(key, int):
        raise EntryError("unknown_line", None, key)
    if len(values) != 1:
        raise EntryError("one_value", key, entry)
    return targets[0], key, values[0], entry[values[0]]


def resolve_entries(entries, nodes, over_billing=False):
    """Return ``{line key: Target}`` for the lines that the entries name.

    A line's own entry wins over its section's, the nearest section's over a wider one's.

    :param entries: a number or a list of dicts, as above
    :param nodes: every :class:`Node` of the order
    :param over_billing: accept values above the whole line
    :raise EntryError: with the line and the value that can't be used
    """
    rows = {node.key: node for node in nodes}
    lines = [node for node in nodes if node.kind == "line"]
    if not isinstance(entries, list | tuple):
        value = number(entries)
        target = Target("progress", value)
        check_target(Node(None, "line"), target, over_billing)
        return {node.key: target for node in lines}
    if not entries:
        raise EntryError("empty")
    own, sections = {}, {}
    for entry in entries:
        name, key, kind, value = _read_entry(entry)
        wanted = "line" if name == "line_id" else "section"
        if key not in rows or rows[key].kind not in (wanted, "bundle"):
            raise EntryError(f"unknown_{wanted}", None, key)
        found = own if rows[key].kind == "line" else sections
        if found is sections and kind != "progress":
            raise EntryError("section_progress", key, kind)
        if key in found:
            raise EntryError("twice", key, value)
        found[key] = Target(kind, number(value, key))
        check_target(rows[key], found[key], over_billing)
    targets = {}
    for node in lines:
        if node.key in own:
            targets[node.key] = own[node.key]
            continue
        parent = node.parent
        while parent is not None:
            if parent in sections:
                targets[node.key] = sections[parent]
                break
            parent = rows[parent].parent
    if not targets:
        raise EntryError("empty_section", next(iter(sections)))
    return targets
