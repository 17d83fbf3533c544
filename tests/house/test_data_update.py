"""What an update of the addon leaves to administrators, and what it corrects."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from odoo.tests import TransactionCase, tagged

ADDON = "sale_situation_invoicing"
ADMINISTERED = {
    "account.billing.reminder.level",
    "account.payment.term",
    "ir.cron",
    "mail.activity.type",
    "mail.template",
}
MIGRATION = Path(__file__).parent.parent.parent / "migrations" / "19.0.1.5.0" / "pre-migration.py"


@tagged("post_install", "-at_install")
class TestDataUpdate(TransactionCase):
    def data(self, *models):
        return self.env["ir.model.data"].search(
            [("module", "=", ADDON), ("model", "in", models)], order="name"
        )

    def test_administrators_keep_what_they_change(self):
        found = self.data(*ADMINISTERED)
        self.assertEqual(set(found.mapped("model")), ADMINISTERED)
        self.assertFalse(found.filtered(lambda row: not row.noupdate).mapped("name"))

    def test_what_is_ours_is_corrected(self):
        found = self.data("ir.rule", "ir.model.access", "ir.ui.view", "ir.actions.report")
        self.assertTrue(found)
        self.assertFalse(found.filtered("noupdate").mapped("name"))

    def test_older_databases_are_told(self):
        found = self.data(*ADMINISTERED)
        names = [
            f"{row.name}_ir_actions_server"
            for row in found.filtered(lambda r: r.model == "ir.cron")
        ]
        servers = self.data("ir.actions.server").filtered(lambda row: row.name in names)
        self.assertEqual(len(servers), len(names))
        others = self.data("ir.rule", "ir.actions.server") - servers
        found.noupdate = servers.noupdate = False
        spec = spec_from_file_location("pre_migration", MIGRATION)
        migration = module_from_spec(spec)
        spec.loader.exec_module(migration)
        migration.migrate(self.env.cr, "19.0.1.4.0")
        self.env.invalidate_all()
        self.assertTrue(all((found | servers).mapped("noupdate")))
        self.assertFalse(any(others.mapped("noupdate")))
