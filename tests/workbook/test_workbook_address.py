"""Addresses of workbooks that name nothing: not found, whatever stands in them."""

from odoo.tests import tagged

from .test_workbook_access import WorkbookDownloads


@tagged("post_install", "-at_install")
class TestWorkbookAddress(WorkbookDownloads):
    def test_no_such_id(self):
        order, document = self.order.id, self.document.id
        for path in (
            "sale.order/0",
            "account.move/0",
            f"sale.order/{order},0",
            "sale.order/-1",
            f"sale.order/{order},{order}",
            f"account.move/{document},{document}",
            f"account.move/{document},{document + 1}",
            f"sale.order/{2**31}",
            f"sale.order/{2**63}",
            f"sale.order/{10**30}",
            f"account.move/{10**30}",
            "sale.order/" + "9" * 5000,
            f"sale.order/{order},{order + 9999}",
            f"sale.order/{order},",
            "sale.order/,",
            "sale.order/%20",
            "sale.order/1.0",
            "sale.order/1e3",
            "sale.order/²",
            "sale.order/None",
            "sale.order/[1]",
            "sale.order/" + ",".join(str(n) for n in range(1, 1200)),
            "sale.order.line/1",
            f"sale.order/{order}%00",
        ):
            with self.subTest(path=path[:60]):
                self.assertEqual(self.download(self.salesperson, path).status_code, 404)
        self.assertEqual(self.download(self.salesperson, f"sale.order/{order}").status_code, 200)
