"""What Odoo's schedulers do with a document of an order: nothing that nobody asked for in its own words."""

from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _prepare_invoice(self):
        # EXTENDS sale: documents are created with more rights than their user's. The defaults of his
        # context aren't to have them posted or sent; who may post sets that (`_may_post`).
        return {"auto_post": "no", "send_when_posted": False, **super()._prepare_invoice()}
