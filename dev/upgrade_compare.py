"""Compare what an older version said of its documents with what today's says of them.

usage: python dev/upgrade_compare.py VERSION BEFORE.json AFTER.json

Nothing may differ but what is declared in `upgrade_intended.py`: figures never.
"""

import difflib
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from upgrade_intended import brought_back, brought_forward, is_added, is_corrected  # noqa: E402

# Where a key that only today's version has is a document, an item or a line too many; elsewhere it is
# a figure that the older version didn't tell yet.
DOES_NOT_PRINT = "This document does not print:"
CLOSED = {("moves",), ("moves", "*", "items"), ("orders",), ("orders", "*", "lines")}
SHOWN = 40


class Comparison:
    """The differences of two snapshots, as ``(path, before, after)``; None stands for nothing."""

    def __init__(self, version, before, after):
        self.version, self.before = version, before
        self.references = {order["name"]: name for name, order in before["orders"].items()}
        self.found = list(self._differences(before, after))

    def _differences(self, before, after, path=()):
        if isinstance(before, dict) and isinstance(after, dict):
            names = before.keys() | (after.keys() if _pattern(path) in CLOSED else ())
            for name in sorted(names):
                if name == "print":
                    yield from self._print_differences(before, after, (*path, name))
                else:
                    old, new = before.get(name), after.get(name)
                    yield from self._differences(old, new, (*path, name))
        elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
            for index, (old, new) in enumerate(zip(before, after, strict=True)):
                yield from self._differences(old, new, (*path, index))
        elif before != after and not self._is_corrected(path, before, after):
            yield path, before, after

    def _is_corrected(self, path, before, after):
        order = path[1]
        if path[0] == "moves":
            name = self.before["moves"][path[1]]["order"]
            order = self.references.get(name)
        return is_corrected(path, before, after, order, self.version)

    def _print_differences(self, before, after, path):
        """Yield the lines of a print that aren't the same, but for what is intended."""
        version = self.version
        old_lines = brought_forward(before["print"], after["print"], version, before)
        new_lines = after["print"]
        if before["state"] == "draft":
            new_lines = brought_back(new_lines, before["print"], version)
        matcher = difflib.SequenceMatcher(None, old_lines, new_lines, autojunk=False)
        for kind, old_start, old_end, new_start, new_end in matcher.get_opcodes():
            if kind == "equal":
                continue
            old = old_lines[old_start:old_end]
            new = [
                line for line in new_lines[new_start:new_end] if not is_added(line, version, before)
            ]
            for index in range(max(len(old), len(new))):
                yield (
                    path,
                    old[index] if index < len(old) else None,
                    new[index] if index < len(new) else None,
                )


def _pattern(path):
    """Return a path in which what varies from document to document is a star."""
    return tuple("*" if index % 2 else name for index, name in enumerate(path))


def main(version, before_path, after_path):
    before, after = (json.loads(Path(name).read_text()) for name in (before_path, after_path))
    prints = [move["print"] for move in before["moves"].values() if "print" in move]
    found = Comparison(version, before, after).found
    broken = [lines[0] for lines in prints if lines[0].startswith(DOES_NOT_PRINT)]
    for line in broken:
        print(f"    before the update: {line}")
    last = None
    for path, old, new in found[:SHOWN]:
        if path != last:
            print(f"    {_name_of(path, before)}")
            last = path
        print(f"      - {old}\n      + {new}")
    if len(found) > SHOWN:
        print(f"    … and {len(found) - SHOWN} more")
    print(
        f"    {len(before['moves'])} entries, {len(before['orders'])} orders, {len(prints)} prints, "
        f"{len(before['administered'])} records of administrators: {len(found)} differences"
    )
    return 1 if found or broken else 0


def _name_of(path, before):
    """Return a path in words: the document's order, name and kind before its number."""
    words = "/".join(map(str, path))
    if path[0] != "moves" or path[1] not in before["moves"]:
        return words
    move = before["moves"][path[1]]
    names = (move["order"], move.get("billing_kind"), move["name"], move["state"])
    return f"{words} ({', '.join(name for name in names if name)})"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
