"""What a caller gave, said back to him in a few words, whatever it is.

>>> shown("12,5"), shown([1, 2]), shown({"a": None})
('12,5', '[1, 2]', "{'a': None}")
>>> shown("x" * 1000) == "x" * 449 + "…"
True
>>> shown("two\\nlines\\0")
'two lines�'
>>> shown(10**10000), shown([10**10000])
('an integer of some 10001 digits', 'a list of 1 values')
"""

from math import log10

# Characters of a value that a message says back: enough to recognise it.
LONGEST = 450


def shown(value):
    """Return a value as text for a message: in one line, `LONGEST` characters at most."""
    if isinstance(value, str):
        # Neither copied nor looked at further than it is shown.
        text = value[: LONGEST + 1]
    else:
        text = _write(value)
    text = "".join(map(_clean, text[: LONGEST + 1]))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _clean(character):
    if character.isspace():
        return " "
    return character if character.isprintable() else "\N{REPLACEMENT CHARACTER}"


def _write(value):
    """Return any other value as Python writes it, where Python can."""
    try:
        return str(value)
    except (ValueError, RecursionError):
        # Of an integer above some thousands of digits, Python says nothing.
        if isinstance(value, int):
            digits = int(value.bit_length() * log10(2)) + 1
            return f"an integer of some {digits} digits"
        return f"a {type(value).__name__} of {len(value)} values"
