# Run inside `odoo shell` by dev/translate.
import sys

import polib

from odoo.tools.translate import trans_export

MODULE = "sale_situation_invoicing"
with open(f"i18n/{MODULE}.pot", "wb") as target:
    trans_export(False, [MODULE], target, "po", env)  # noqa: F821 (the shell's environment)
template = polib.pofile(f"i18n/{MODULE}.pot")
for name in ("POT-Creation-Date", "PO-Revision-Date"):
    template.metadata.pop(name, None)
template.save()
try:
    known = {entry.msgid: entry.msgstr for entry in polib.pofile("i18n/fr.po")}
except OSError:
    known = {}
french = polib.POFile()
french.metadata = {**template.metadata, "Language": "fr", "Plural-Forms": ""}
for entry in template:
    entry.msgstr = known.get(entry.msgid, "")
    french.append(entry)
french.save("i18n/fr.po")
for entry in french.untranslated_entries():
    sys.stdout.write(f"left: {entry.msgid!r}\n")
