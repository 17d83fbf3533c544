from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import content_disposition, request

from ..report.workbook import MIMETYPE, ROUTE


class WorkbookController(http.Controller):
    @http.route(f"{ROUTE}/<string:model>/<string:ids>", type="http", auth="user", methods=["GET"])
    def download_workbook(self, model, ids):
        """Answer with the workbook of an order or a document, or with the statement of several orders.

        It is made with the caller's own rights.

        :param model: `sale.order` or `account.move`
        :param ids: separated by commas
        """
        numbers = ids.split(",")
        if model not in ("sale.order", "account.move") or not all(
            number.isdecimal() for number in numbers
        ):
            raise NotFound()
        records = request.env[model].browse(map(int, numbers))
        if model == "sale.order" and len(records) > 1:
            filename, content = records._get_work_in_progress_workbook()
        else:
            filename, content = records._get_billing_workbook()
        headers = [
            ("Content-Type", MIMETYPE),
            ("Content-Length", len(content)),
            ("Content-Disposition", content_disposition(filename)),
            ("Cache-Control", "no-store"),
        ]
        return request.make_response(content, headers)
