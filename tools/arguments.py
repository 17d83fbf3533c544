"""What no argument of a public method may hold, wherever it stands: what the database can't store, and
what Python can't write.

>>> find_unusable(["a", {"b": [1, 2.5, None, True]}])
>>> find_unusable({"reason": "A\\0B"})
'A\\x00B'
>>> find_unusable([1, [10**400]]), find_unusable([1, [10**5000]]) == 10**5000
(None, True)
>>> find_unusable([1e308]), find_unusable([1.5, 1e308], numbers=True)
(None, 1e+308)
"""

from .entries import LARGEST

# Of more digits, Python writes nothing. Whoever reads an id or a number refuses what is less, by name.
LARGEST_INTEGER = 10**4000
# What a database can hold.
LARGEST_STORED = 2**63 - 1
# Lists and dicts in each other; entries have two.
DEEPEST = 8


def find_unusable(value, numbers=False, depth=0):
    """Return the first part of a value that nothing can be done with; None where there is none.

    It is a text with a NUL character, an integer of thousands of digits, or what is nested too deep.

    :param bool numbers: neither with a float that has no cents left, or is none, nor an integer that no
        database holds
    """
    if isinstance(value, str):
        return value if "\0" in value else None
    if isinstance(value, int):
        return value if abs(value) > (LARGEST_STORED if numbers else LARGEST_INTEGER) else None
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
