from odoo import models


class AccountChartTemplate(models.AbstractModel):
    _inherit = "account.chart.template"

    def _post_load_data(self, template_code, company, template_data):
        # EXTENDS account: Odoo keeps the chart's down payment account as a default for companies to
        # come, and leaves the one that the chart is loaded for without.
        res = super()._post_load_data(template_code, company, template_data)
        company = company or self.env.company
        company._set_missing_accounts()
        company._set_missing_mentions()
        return res
