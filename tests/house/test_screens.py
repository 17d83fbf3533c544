"""Screens, prints and data keep the floors as the code does: a room shows nothing that a higher one declares."""

import ast
import re
from pathlib import Path

from lxml import etree

from odoo.tests import TransactionCase, tagged

ADDON = "sale_situation_invoicing"
ROOT = Path(__file__).parent.parent.parent
FOLDERS = ("views", "wizards", "report", "data")
# A name of one word says nothing about who declares it.
NAME = re.compile(r"[A-Za-z0-9]*_[A-Za-z0-9_]+")

# Keys of the recap and of Odoo's payment values, arguments of public methods: fields of higher rooms have
# the same names.
SAME_WORDS = {
    "amount_due_now",
    "deduction_rule",
    "due_date",
    "to_invoice_total",
    "to_invoice_untaxed",
}


@tagged("post_install", "-at_install")
class TestScreens(TransactionCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tree = ast.parse((ROOT / "models" / "__init__.py").read_text())
        cls.rooms = [alias.name for node in tree.body for alias in node.names]
        cls.files = {
            path: etree.parse(str(path))
            for folder in FOLDERS
            for room in cls.rooms
            for path in sorted((ROOT / folder / room).glob("*.xml"))
        }

    def get_floor(self, path):
        return self.rooms.index(path.parent.name)

    def get_owners(self):
        """Return ``{name: floor}`` of the fields, methods, models and records that only our rooms have."""
        owners, foreign = {}, set()
        for model, model_class in self.env.registry.items():
            bases = [cls for cls in model_class.mro() if "pool" not in vars(cls)]
            floors = {}
            for cls in bases:
                parts = cls.__module__.split(".")
                if ADDON not in parts:
                    foreign |= {*vars(cls), model if model == getattr(cls, "_name", None) else ""}
                elif parts[3] == "models":
                    floors[cls] = self.rooms.index(parts[4])
            for cls, floor in floors.items():
                for name in [*vars(cls), *([model] if len(floors) == len(bases) else [])]:
                    owners[name] = min(owners.get(name, floor), floor)
        for path, tree in self.files.items():
            for node in tree.iter("record", "template", "menuitem"):
                owners[node.get("id")] = self.get_floor(path)
        return {
            name: floor
            for name, floor in owners.items()
            if name not in foreign | SAME_WORDS and ("." in name or NAME.fullmatch(name))
        }

    def test_no_screen_knows_a_higher_room(self):
        owners = self.get_owners()
        self.assertGreater(len(owners), 900)
        upwards = []
        for path, tree in self.files.items():
            for node in tree.iter(etree.Element):
                texts = [value for name, value in node.attrib.items() if name != "id"]
                texts.append(node.text or "" if node.tag == "field" else "")
                for name in {word for text in texts for word in (text, *NAME.findall(text))}:
                    if owners.get(name, 0) > self.get_floor(path):
                        upwards.append(f"{path.relative_to(ROOT)}:{node.sourceline} {name}")
        self.assertEqual(upwards, [])

    def test_what_a_room_shows_is_loaded_after_what_it_extends(self):
        """Each file is named in the manifest, and no file refers to a record of a later one."""
        manifest = ast.literal_eval((ROOT / "__manifest__.py").read_text())
        order = [ROOT / name for name in manifest["data"] if name.endswith(".xml")]
        self.assertEqual(set(self.files) - set(order), set())
        later = {}
        for index, path in enumerate(order):
            for node in etree.parse(str(path)).iter("record", "template", "menuitem"):
                later[node.get("id")] = index
        for index, path in enumerate(order):
            for node in etree.parse(str(path)).iter(etree.Element):
                for attribute in ("ref", "inherit_id"):
                    name = (node.get(attribute) or "").removeprefix(f"{ADDON}.")
                    self.assertLessEqual(later.get(name, 0), index, f"{path.name}: {name}")
