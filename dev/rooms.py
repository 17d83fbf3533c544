"""Ask pylint-odoo's `consider-merging-classes-inherited` room by room.

The check knows one place for each model and addon; here a room is a place of its own, and a class over
some 400 lines may be several files, each of one idea. It doesn't see an addon that is a repository's
root either, so it is asked about a copy.

usage: python dev/rooms.py      exit code: 1 where a room has two classes of one model without need
"""

import ast
import json
import re
import shutil
import sys
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from pylint.lint import Run
from pylint.reporters.json_reporter import JSONReporter

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ("models", "wizards", "report")
CHECK = "consider-merging-classes-inherited"
LONGEST_CLASS = 400


def findings(room):
    """Return the messages of the check about the files of a room."""
    found = StringIO()
    options = [
        "--load-plugins=pylint_odoo",
        "--disable=all",
        f"--enable={CHECK}",
        "--rcfile=/dev/null",
    ]
    Run([*options, str(room)], reporter=JSONReporter(found), exit=False)
    return json.loads(found.getvalue())


def classes_of(model, room):
    """Yield ``(path, line, length)`` of each class of a room that extends a model.

    The check doesn't count those that inherit other models besides; their lines count here.
    """
    for path in sorted(room.rglob("*.py")):
        for node in ast.parse(path.read_text()).body:
            if not isinstance(node, ast.ClassDef):
                continue
            values = {
                target.id: ast.literal_eval(line.value)
                for line in node.body
                if isinstance(line, ast.Assign)
                for target in line.targets
                if isinstance(target, ast.Name) and target.id in ("_name", "_inherit")
            }
            inherited = values.get("_inherit", [])
            if values.get("_name", model) == model and model in (
                [inherited] if isinstance(inherited, str) else inherited
            ):
                yield path, node.lineno, node.end_lineno - node.lineno + 1


def asked_to_merge(copy):
    """Yield the model and the classes of it that a room would have in one class."""
    for room in sorted(path for floor in FLOORS for path in (copy / floor).iterdir()):
        for message in findings(room) if room.is_dir() else []:
            model = re.search(r'"([\w.]+)"', message["message"])[1]
            classes = list(classes_of(model, room))
            if sum(length for _path, _line, length in classes) <= LONGEST_CLASS:
                yield model, classes


def main():
    fallen = 0
    with TemporaryDirectory() as folder:
        copy = Path(folder).resolve() / "addon"
        for floor in FLOORS:
            shutil.copytree(
                ROOT / floor, copy / floor, ignore=shutil.ignore_patterns("__pycache__")
            )
        shutil.copy(ROOT / "__manifest__.py", copy)
        for model, classes in asked_to_merge(copy):
            fallen += 1
            places = ", ".join(
                f"{path.relative_to(copy)}:{line}" for path, line, _length in classes
            )
            sys.stdout.write(f"one class would do for {model}: {places} ({CHECK})\n")
    return bool(fallen)


if __name__ == "__main__":
    sys.exit(main())
