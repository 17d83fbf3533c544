"""Installing the addon computes nothing for what is there already, but where there may be something."""

from odoo.tests import TransactionCase, tagged
from odoo.tools.sql import column_exists

from ...hooks import COLUMNS, pre_init_hook

ADDON = "sale_situation_invoicing"
# What installing does compute: orders that Odoo has billed may have each of these.
COMPUTED = {
    "sale_order": {
        "billing_progress",
        "deduction_rule",
        "deposit_percent",
        "is_ready_for_balance",
        "situation_percent",
    },
}


@tagged("post_install", "-at_install")
class TestColumns(TransactionCase):
    def test_each_stored_figure_is_made_empty_or_meant_to_be_computed(self):
        """A field of ours that Odoo would compute for each row of its own tables is named."""
        stored = {}
        for model in self.env.registry.values():
            if model._abstract or model._transient or model._original_module == ADDON:
                continue
            for field in model._fields.values():
                if field._module == ADDON and field.compute and field.store and field.column_type:
                    stored.setdefault(model._table, {})[field.name] = field.column_type[0]
        for table, columns in stored.items():
            with self.subTest(table):
                named = COLUMNS.get(table, {})
                self.assertEqual(columns.keys() - named.keys(), COMPUTED.get(table, set()))
                for name in columns.keys() & named.keys():
                    self.assertEqual(named[name], columns[name], name)

    def test_columns_are_made_empty(self):
        """The hook makes what is missing, without a value, and leaves what is there."""
        company = self.env["res.partner"].create({"name": "Customer"})
        order = self.env["sale.order"].create({"partner_id": company.id})
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE sale_order DROP COLUMN subscription_next_start")
        self.env.cr.execute("UPDATE sale_order SET subscription_stop_date = '2026-01-31'")
        pre_init_hook(self.env)
        self.assertTrue(column_exists(self.env.cr, "sale_order", "subscription_next_start"))
        self.env.cr.execute(
            "SELECT subscription_next_start, subscription_stop_date::text FROM sale_order WHERE id = %s",
            [order.id],
        )
        self.assertEqual(self.env.cr.fetchone(), (None, "2026-01-31"))
