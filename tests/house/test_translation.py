"""French is complete: every term of the addon has its translation."""

from pathlib import Path

import polib

from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import TranslationModuleReader

FOLDER = Path(__file__).parent.parent.parent / "i18n"


@tagged("post_install", "-at_install")
class TestTranslation(TransactionCase):
    def current_terms(self):
        reader = TranslationModuleReader(self.env.cr, modules=["sale_situation_invoicing"])
        return {row[4] for row in reader}

    def test_template_is_current(self):
        terms = {entry.msgid for entry in polib.pofile(FOLDER / "sale_situation_invoicing.pot")}
        self.assertEqual(self.current_terms() - terms, set(), "missing from the .pot")

    def test_french_is_complete(self):
        french = polib.pofile(FOLDER / "fr.po")
        translated = {entry.msgid for entry in french if entry.msgstr and not entry.fuzzy}
        self.assertEqual(self.current_terms() - translated, set())

    def test_french_keeps_the_placeholders(self):
        import re

        pattern = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
        for entry in polib.pofile(FOLDER / "fr.po"):
            self.assertEqual(
                sorted(set(pattern.findall(entry.msgid))),
                sorted(set(pattern.findall(entry.msgstr))),
                entry.msgid,
            )
