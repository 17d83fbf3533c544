"""The workbooks: what is in which, and how they reach somebody."""

import base64
import re

from odoo import fields
from odoo.exceptions import UserError

from . import workbook_progress, workbook_recap, workbook_retentions, workbook_work_in_progress
from .sheet import Book

ROUTE = "/sale_situation_invoicing/workbook"
MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Common web servers refuse longer addresses.
MAX_RECORDS = 1000


def write_billing(env, figures):
    """Return the bytes of an order's workbook, in the environment's language.

    :param figures: of `sale.order._get_workbook_figures`
    """
    book = Book(figures["decimals"])
    names = (env._("Progress"), env._("Recap"), env._("Retentions"))
    progress, recap, retentions = (book.add_sheet(name) for name in names)
    works = workbook_progress.write(env, progress, figures)
    retained = workbook_retentions.write(env, retentions, figures)
    workbook_recap.write(env, recap, figures, works, retained)
    return book.close()


def write_work_in_progress(env, groups):
    """Return the bytes of the statement of work in progress, in the environment's language.

    :param groups: of `sale.order._get_work_in_progress`
    """
    book = Book()
    workbook_work_in_progress.write(env, book.add_sheet(env._("Work in progress")), groups)
    return book.close()


def get_filename(env, name):
    """Return a file name of today, without anything that a file system refuses."""
    today = fields.Date.to_string(fields.Date.context_today(env.user))
    name = re.sub(r"[^\w.]+", "-", name).strip("-")
    return f"{name}-{today}.xlsx"


def to_rpc(filename, content):
    """Return a workbook as plain JSON values."""
    return {"filename": filename, "content": base64.b64encode(content).decode()}


def get_download_action(records):
    """Return the action that downloads the workbook of records.

    :raise UserError: for none, or for more than an address can name
    """
    if not records:
        raise UserError(records.env._("Choose an order first."))
    if len(records) > MAX_RECORDS:
        raise UserError(
            records.env._(
                "%(count)s orders are too many at once: choose %(limit)s at most.",
                count=len(records),
                limit=MAX_RECORDS,
            )
        )
    ids = ",".join(map(str, records.ids))
    return {
        "type": "ir.actions.act_url",
        "url": f"{ROUTE}/{records._name}/{ids}",
        "target": "self",
    }
