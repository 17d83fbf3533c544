from odoo import fields, models

from .res_company import RULE


class SaleSituationWizard(models.TransientModel):
    _inherit = "sale.situation.wizard"

    deduction_rule = fields.Selection(selection_add=[RULE], ondelete={"share": "cascade"})
