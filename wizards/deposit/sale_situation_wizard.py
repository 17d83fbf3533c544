from odoo import models


class SaleSituationWizard(models.TransientModel):
    _inherit = "sale.situation.wizard"

    def _get_recap_values(self):
        # EXTENDS: what is left of the deposits, and those that can't be deducted yet.
        values = super()._get_recap_values()
        if self.has_deposits:
            order = self.order_id
            values["deposits_left"] = sum(
                float(max(deposit.remaining, 0)) for deposit in order._get_deposits()
            )
            values["draft_deposits"] = order._get_draft_deposits()
        return values
