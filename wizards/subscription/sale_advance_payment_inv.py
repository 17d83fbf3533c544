from odoo import models


class SaleAdvancePaymentInv(models.TransientModel):
    _inherit = "sale.advance.payment.inv"

    def create_invoices(self):
        # EXTENDS sale: a subscription has no down payment.
        if self.advance_payment_method != "delivered":
            for order in self.sale_order_ids.filtered("is_subscription"):
                order._check_can_be_billed()
        return super().create_invoices()
