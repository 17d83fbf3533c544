"""The situation wizard, opened from a row of a batch."""

from odoo import fields, models

from ...models.billing.own_context import own_context


class SaleSituationWizard(models.TransientModel):
    _inherit = "sale.situation.wizard"

    batch_line_id = fields.Many2one(
        "sale.situation.batch.line",
        ondelete="cascade",
        help="The row of a batch that the document is created for.",
    )

    @own_context
    def action_create(self):
        # EXTENDS: what the detail of a batch's row creates is that row's document.
        row = self.batch_line_id
        if not row:
            return super().action_create()
        row.check_access("write")
        row._check_open()
        action = super().action_create()
        if row.order_id == self.order_id:
            row._note_created(action["res_id"])
        return {"type": "ir.actions.act_window_close"}
