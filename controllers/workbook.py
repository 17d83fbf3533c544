from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import content_disposition, request

from ..models.billing.reading import is_id
from ..report.workbook.workbook import MAX_RECORDS, MIMETYPE, ROUTE

DIGITS = 10


class WorkbookController(http.Controller):
    @http.route(f"{ROUTE}/<string:model>/<string:ids>", type="http", auth="user", methods=["GET"])
    def download_workbook(self, model, ids):
        """Answer with the workbook of an order or a document, or with the statement of several orders.

        It is made with the caller's own rights.

        :param model: `sale.order` or `account.move`
        :param ids: separated by commas
        """
        records = self._get_records(model, ids)
        if len(records) > 1:
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

    def _get_records(self, model, ids):
        """Return the records that an address names.

        :raise NotFound: where it names none, one that there isn't, one twice, or several documents
        """
        if model not in ("sale.order", "account.move"):
            raise NotFound()
        numbers = ids.split(",")
        # No id has more digits; Python refuses to read a number of thousands of them.
        if not all(number.isdecimal() and len(number) <= DIGITS for number in numbers):
            raise NotFound()
        found = set(map(int, numbers))
        most = MAX_RECORDS if model == "sale.order" else 1
        if (
            0 in found
            or not all(map(is_id, found))
            or len(found) != len(numbers)
            or len(found) > most
        ):
            raise NotFound()
        records = request.env[model].browse(map(int, numbers))
        if len(records.exists()) != len(records):
            raise NotFound()
        return records
