"""The house: which room may know which, one class a room and a model, and the order of what is overridden.

The rooms stand on floors, in the order in which `models/__init__.py` names them, the lowest first. A
room imports from, calls and reads fields of rooms below it, or its own; what it adds to a lower one it
adds by `super()`.
"""

import ast
import re
from collections import defaultdict
from pathlib import Path

from odoo.tests import TransactionCase, tagged

ROOT = Path(__file__).parent.parent.parent
PACKAGE = "odoo.addons.sale_situation_invoicing."
FOLDERS = ("models", "wizards", "report")
# A class is split by idea only where it is longer.
LONGEST_CLASS = 400
# What Odoo and Python call so as well; a name of one word says nothing about who declares it.
WORD = re.compile(r"[a-z0-9]*_*[a-z0-9]+_[a-z0-9_]+|_[a-z0-9_]+")
DOTTED = re.compile(r"[a-z_0-9]+(\.[a-z_0-9]+)*(:[a-z_]+)?")

# Methods that several rooms override, outermost first: what runs first is what stands highest.
OVERRIDES = {
    # Odoo's posting is extended once, by two hooks.
    ("account.move", "_post"): ["billing"],
    # Own work first, then what stands below: a retention follows the deductions, these the works.
    ("account.move", "_before_posting"): ["retention", "deposit", "billing"],
    # Below first: the statement is frozen before payments settle anything, instalments come last.
    ("account.move", "_after_posting"): [
        "subscription",
        "instalment",
        "retention",
        "deposit",
        "billing",
    ],
    ("account.move", "_follow_billing_of"): ["retention", "billing"],
    ("account.move", "_get_advance_accounts"): ["retention", "deposit"],
    ("account.move", "_get_billing_identity"): ["subscription", "billing"],
    ("account.move", "_get_billing_label"): ["subscription", "receivable"],
    ("account.move", "_is_downpayment"): ["deposit", "billing"],
    ("account.move", "_reverse_moves"): ["retention", "billing"],
    # The books of a cancelled document are settled before its retention is dated again.
    ("account.move", "button_cancel"): ["retention", "deposit", "billing"],
    ("account.move", "button_draft"): ["retention", "deposit", "billing"],
    ("account.move", "copy"): ["deposit", "billing"],
    ("account.move", "unlink"): ["deposit", "billing"],
    # A payment is told once, whatever accounts it goes to.
    ("payment.transaction", "_create_payment"): ["reminder", "retention"],
    ("account.move", "_get_deducting_documents"): ["deposit", "billing"],
    ("account.move", "_get_payment_wording"): ["retention", "billing"],
    ("account.move", "_shares_the_rest"): ["instalment", "billing"],
    ("account.move", "_get_payable_shares"): ["retention", "deposit"],
    ("account.payment.register", "_reconcile_payments"): ["reminder", "retention"],
    ("sale.order", "_check_can_be_closed"): ["deposit", "billing"],
    ("sale.order", "_get_customer_figures"): ["subscription", "deposit", "billing"],
    ("sale.order", "_get_deduction_title"): ["deposit", "billing"],
    ("sale.order", "_gather_figures"): ["retention", "billing"],
    ("sale.order", "_get_own_figures"): ["retention", "billing"],
    ("sale.order", "_get_line_template"): ["instalment", "partial", "billing"],
    ("sale.order", "_get_plan_figures"): ["retention", "billing"],
    ("sale.order", "_get_printed_documents"): ["subscription", "billing"],
    ("sale.order", "_get_situation_statement"): ["retention", "billing"],
    ("sale.order", "_get_title"): ["partial", "billing"],
    ("sale.order", "_is_closed_with"): ["subscription", "billing"],
    ("sale.order", "_is_deducted_on"): ["deposit", "billing"],
    ("sale.order", "_leave_targets"): ["partial", "billing"],
    ("sale.order", "_plan_deductions"): ["deposit", "billing"],
    ("sale.order", "_prepare_deduction_lines"): ["deposit", "billing"],
    ("sale.order", "_prepare_rest_values"): ["deposit", "billing"],
    ("sale.order", "_rewrite_planned_drafts"): ["instalment", "billing"],
    ("sale.order.line", "_is_kept_as_billed"): ["partial", "billing"],
    ("sale.advance.payment.inv", "action_create_draft"): ["partial", "deposit"],
    ("sale.situation.wizard", "_get_recap_values"): ["deposit", "billing"],
    # Each room adds the accounts of its own settings.
    ("res.company", "_find_missing_accounts"): ["retention", "deposit", "billing"],
    ("res.company", "_get_print_layout"): ["partial", "billing"],
    ("sale.order", "_check_can_be_billed"): ["subscription", "billing"],
    ("sale.order", "_compute_billing_progress"): ["subscription", "billing"],
    ("sale.order", "_compute_is_ready_for_balance"): ["subscription", "billing"],
    ("sale.order", "_compute_job_figures"): ["subscription", "receivable"],
    ("sale.order", "_create_invoices"): ["subscription", "billing"],
    ("sale.order", "_get_recap"): ["subscription", "billing"],
    ("sale.order", "_plan_final_deductions"): ["deposit", "billing"],
    ("sale.order", "write"): ["subscription", "retention", "billing"],
    ("sale.order.line", "_compute_amount_to_invoice"): ["subscription", "billing"],
    ("sale.order.line", "_compute_qty_to_invoice"): ["subscription", "billing"],
    ("sale.order.line", "_compute_untaxed_amount_to_invoice"): ["subscription", "billing"],
    ("sale.order.line", "_is_changed_by"): ["partial", "billing"],
    ("sale.order.line", "write"): ["partial", "billing"],
    ("sale.advance.payment.inv", "create_invoices"): ["subscription", "partial", "deposit"],
    ("sale.situation.wizard", "action_create"): ["batch", "billing"],
}

# Keys of plain values that a higher room names a field after: what RPC promises, or what Odoo's own are.
SAME_WORDS = {
    "amount_due_now",
    "billed_total",
    "deduction_rule",
    "due_date",
    "retention_held",
    "to_invoice_total",
    "to_invoice_untaxed",
}

# Where a room still knows a higher one: a debt that only shrinks.
DEBTS = {}


def get_rooms():
    tree = ast.parse((ROOT / "models" / "__init__.py").read_text())
    return [alias.name for node in tree.body for alias in getattr(node, "names", ())]


def get_model(node):
    """Return the model that a class extends or makes; None for any other class."""
    name = None
    for statement in node.body:
        if isinstance(statement, ast.Assign):
            target = getattr(statement.targets[0], "id", "")
            if target == "_name" or (target == "_inherit" and name is None):
                value = ast.literal_eval(statement.value)
                name = value[0] if isinstance(value, list) else value
    return name


def calls_super(function):
    return any(
        isinstance(node, ast.Attribute)
        and node.attr == function.name
        and isinstance(node.value, ast.Call)
        and getattr(node.value.func, "id", "") == "super"
        for node in ast.walk(function)
    )


@tagged("post_install", "-at_install")
class TestFloors(TransactionCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rooms = get_rooms()
        cls.sources = {
            path: ast.parse(path.read_text())
            for folder in FOLDERS
            for room in cls.rooms
            for path in sorted((ROOT / folder / room).glob("*.py"))
        }

    def get_floor(self, path):
        return self.rooms.index(path.parent.name)

    def get_classes(self):
        """Yield (path, class, model) of all classes of models."""
        for path, tree in self.sources.items():
            for node in tree.body:
                if isinstance(node, ast.ClassDef) and (model := get_model(node)):
                    yield path, node, model

    def test_the_rooms(self):
        self.assertEqual(
            self.rooms,
            [
                "billing",
                "deposit",
                "retention",
                "receivable",
                "partial",
                "instalment",
                "subscription",
                "batch",
                "reminder",
                "workbook",
            ],
        )
        for folder in ("models", "wizards", "report", "views", "data"):
            loose = [path.name for path in (ROOT / folder).iterdir() if path.is_file()]
            self.assertLessEqual(set(loose), {"__init__.py"}, folder)
            found = {
                path.name
                for path in (ROOT / folder).iterdir()
                if path.is_dir() and not path.name.startswith("__")
            }
            self.assertLessEqual(found, set(self.rooms), folder)

    def test_no_room_imports_from_a_higher_one(self):
        upwards = []
        for path, tree in self.sources.items():
            package = path.relative_to(ROOT).with_suffix("").parts
            for node in ast.walk(tree):
                if not isinstance(node, ast.ImportFrom) or not node.level:
                    continue
                target = [*package[: -node.level], *(node.module or "").split(".")]
                rooms = [part for part in target[1:2] if part in self.rooms]
                if target[0] in FOLDERS and rooms:
                    if self.rooms.index(rooms[0]) > self.get_floor(path):
                        upwards.append(f"{path.relative_to(ROOT)}:{node.lineno}")
        self.assertEqual(upwards, [])

    def get_owned(self):
        """Return ``{name: floor}`` of the fields and methods that rooms declare and Odoo hasn't."""
        owned = {}
        for path, node, _model in self.get_classes():
            if path.parent.parent.name == "wizards":
                continue
            for statement in node.body:
                names = []
                if isinstance(statement, ast.FunctionDef) and not calls_super(statement):
                    names = [statement.name]
                elif isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call):
                    names = [getattr(target, "id", "") for target in statement.targets]
                for name in names:
                    if WORD.fullmatch(name) and not name.startswith("__"):
                        floor = self.get_floor(path)
                        owned[name] = min(owned.get(name, floor), floor)
        odoos = {
            name
            for cls in self.env.registry.values()
            for base in cls.mro()
            # The registry's own class has the fields of all.
            if not base.__module__.startswith(PACKAGE) and getattr(base, "pool", None) is None
            for name in vars(base)
        }
        return {name: floor for name, floor in owned.items() if name not in odoos}

    def test_no_room_reads_or_calls_a_higher_one(self):
        owned = self.get_owned()
        self.assertGreater(len(owned), 700)
        found = defaultdict(set)
        for path, tree in self.sources.items():
            floor = self.get_floor(path)
            for node in ast.walk(tree):
                names = []
                if isinstance(node, ast.Attribute):
                    names = [node.attr]
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    if DOTTED.fullmatch(node.value):
                        names = node.value.split(":")[0].split(".")
                elif isinstance(node, ast.keyword) and node.arg:
                    names = [node.arg]
                for name in names:
                    if owned.get(name, 0) > floor and name not in SAME_WORDS:
                        found[str(path.relative_to(ROOT))].add(name)
        new = {path: names - DEBTS.get(path, set()) for path, names in found.items()}
        paid = {path: names - found.get(path, set()) for path, names in DEBTS.items()}
        self.assertEqual({path: names for path, names in new.items() if names}, {}, "new")
        self.assertEqual({path: names for path, names in paid.items() if names}, {}, "paid")

    def test_one_class_a_room_and_a_model(self):
        lengths = defaultdict(list)
        for path, node, model in self.get_classes():
            key = (path.parent.parent.name, path.parent.name, model)
            lengths[key].append(node.end_lineno - node.lineno + 1)
        needless = {
            key: counts
            for key, counts in lengths.items()
            if len(counts) > 1 and sum(counts) <= LONGEST_CLASS
        }
        self.assertEqual(needless, {})

    def test_odoo_finds_every_test(self):
        tree = ast.parse((ROOT / "tests" / "__init__.py").read_text())
        bound = {
            f"{node.module}/{alias.name}"
            for node in tree.body
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        found = {f"{path.parent.name}/{path.stem}" for path in (ROOT / "tests").glob("*/test_*.py")}
        self.assertEqual(found, bound)
        self.assertEqual(list((ROOT / "tests").glob("test_*.py")), [])

    def test_overrides_run_from_the_highest_floor_down(self):
        found = {}
        for model, cls in self.env.registry.items():
            chains = defaultdict(list)
            for base in cls.mro():
                if not base.__module__.startswith(PACKAGE):
                    continue
                _folder, room, *_file = base.__module__.removeprefix(PACKAGE).split(".")
                for name, member in vars(base).items():
                    if callable(member) and not name.startswith("__"):
                        if room not in chains[name][-1:]:
                            chains[name].append(room)
            for name, rooms in chains.items():
                if len(rooms) > 1 or (model, name) in OVERRIDES:
                    found[model, name] = rooms
        for key, rooms in found.items():
            floors = [self.rooms.index(room) for room in rooms]
            self.assertEqual(floors, sorted(floors, reverse=True), key)
        # What a mixin of the billing room adds to every model of other rooms is no override.
        pinned = {
            key: rooms
            for key, rooms in found.items()
            if key in OVERRIDES or not (set(rooms[1:]) == {"billing"} and self.is_mixin(*key))
        }
        self.assertEqual(pinned, OVERRIDES)

    def is_mixin(self, model, name):
        """Whether the lowest class that has this method is one of our abstract models."""
        *_others, lowest = [
            base
            for base in self.env.registry[model].mro()
            if base.__module__.startswith(PACKAGE) and name in vars(base)
        ]
        return lowest.__module__.endswith(("billing_guard", "named_access", "billing_internal"))
