"""Door 1, a deduction rule: its name in the selections of company, order and wizard…"""

from odoo import fields, models

RULE = ("share", "A share of each situation")


class ResCompany(models.Model):
    _inherit = "res.company"

    deduction_rule = fields.Selection(selection_add=[RULE], ondelete={"share": "set default"})
