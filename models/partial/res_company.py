from odoo import models


class ResCompany(models.Model):
    _inherit = "res.company"

    def _get_print_layout(self, kind):
        # EXTENDS: a partial invoice shows the lines that it bills.
        layout = super()._get_print_layout(kind)
        if kind == "partial":
            layout["print_presentation"] = "period"
        return layout
