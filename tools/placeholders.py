"""Texts with placeholders such as ``{number}``: checked when saved, filled in, never evaluated.

>>> fill("Situation no. {number} of {order}", {"number": 3, "order": "S00012"})
'Situation no. 3 of S00012'
>>> unknown_placeholders("{number} {colour} {order.partner_id}", {"number", "order"})
['colour', 'order.partner_id']
>>> fill("{order.__class__} {number", {"order": "S00012", "number": 1})
'{order.__class__} {number'
"""

import re

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def unknown_placeholders(template, known):
    """Return the names in braces that are not among the ``known`` ones, in their order."""
    return [name for name in PLACEHOLDER.findall(template or "") if name not in known]


def has_stray_brace(template):
    """Whether a brace is left once the placeholders are taken out.

    >>> has_stray_brace("{number} of {order"), has_stray_brace("{number}")
    (True, False)
    """
    rest = PLACEHOLDER.sub("", template or "")
    return "{" in rest or "}" in rest


def fill(template, values):
    """Put the ``values`` in the place of their names; anything else in braces stays as it is."""

    def value_of(match):
        name = match.group(1)
        return str(values[name]) if name in values else match.group(0)

    return PLACEHOLDER.sub(value_of, template)
