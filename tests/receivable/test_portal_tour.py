"""The browser, as the customer: from his orders to the documents and to their payment."""

from odoo.tests import tagged

from ..portal_common import PortalCommon


@tagged("post_install", "-at_install")
class TestPortalTour(PortalCommon):
    def test_billing(self):
        self.make_job()
        self.start_tour("/my/orders", "sale_portal_billing", login=self.portal_user.login)

    def test_pay_what_is_due(self):
        order = self.make_job()
        self.start_tour(
            f"/my/orders/{order.id}", "sale_portal_pay_due", login=self.portal_user.login
        )
