"""What no argument of a public method may hold, wherever it stands: what the database can't store, and
what Python can't write.

>>> find_unusable(["a", {"b": [1, 2.5, None, True]}])
>>> find_unusable({"reason": "A\\0B"})
'A\\x00B'
>>> find_unusable([1, [10**400]]) == 10**400
True
>>> find_unusable([1e308]), find_unusable([1.5, 1e308], numbers=True)
(None, 1e+308)
"""

from .entries import LARGEST

# Ids and numbers are far below it; a database's largest integer has as many bits.
LARGEST_INTEGER = 2**63 - 1
# Lists and dicts in each other; entries have two.
DEEPEST = 8


def find_unusable(value, numbers=False, depth=0):
    """Return the first part of a value that nothing can be done with; None where there is none.

    It is a text with a NUL character, an integer of more than 64 bits, or what is nested too deep.

    :param bool numbers: neither with a float that has no cents left, or is none
    """
    if isinstance(value, str):
        return value if "\0" in value else None
    if isinstance(value, int):
        return value if abs(value) > LARGEST_INTEGER else None
    if isinstance(value, float):
        return value if numbers and not abs(value) < LARGEST else None
    if isinstance(value, dict):
        parts = [*value, *value.values()]
    elif isinstance(value, list | tuple | set | frozenset):
        parts = value
    else:
        return None
    if depth == DEEPEST:
        return value
    for part in parts:
        found = find_unusable(part, numbers, depth + 1)
        if found is not None:
            return found
    return None
