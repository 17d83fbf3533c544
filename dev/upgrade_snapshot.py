"""What users read of each document of a database, as figures and texts: taken before and after an update."""

import json
import re
from pathlib import Path

from lxml import html

COMPANY = "Upgraded"
ADDON = "sale_situation_invoicing"
# Of the addon's data, what administrators make their own.
ADMINISTERED = {
    "ir.cron": ("active", "interval_number", "interval_type", "nextcall"),
    "mail.template": ("name", "subject", "body_html"),
    "mail.activity.type": ("name", "summary", "delay_count"),
    "account.payment.term": ("name", "note"),
    "account.billing.reminder.level": ("name", "delay", "active"),
}
BLOCKS = {
    "div",
    "p",
    "table",
    "thead",
    "tbody",
    "tr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "ul",
    "li",
    "br",
}
CELLS = {"td", "th"}
DOES_NOT_PRINT = "This document does not print:"


def plain(value):
    return str(value) if value and not isinstance(value, (str, int, float)) else value


def read(record, *names):
    """Return the values of those fields that this version has."""
    return {name: plain(record[name]) for name in names if name in record._fields}


def text_of(node):
    """Return the lines of a print's text, the cells of a row side by side."""
    parts = []

    def say(text):
        parts.append(re.sub(r"\s+", " ", text or ""))

    def walk(element, in_cell=False):
        if element.tag in CELLS:
            before, after = "\t", ""
        elif element.tag in BLOCKS and not in_cell:
            before = after = "\n"
        else:
            before = after = " " if element.tag in BLOCKS else ""
        parts.append(before)
        # What a template comments out is nobody's to read.
        if isinstance(element.tag, str) and element.tag not in ("style", "script"):
            say(element.text)
            for child in element:
                walk(child, in_cell or element.tag in CELLS)
                say(child.tail)
        parts.append(after)

    walk(node)
    lines = []
    for line in "".join(parts).replace("\ufeff", "").split("\n"):
        cells = [" ".join(cell.split()) for cell in line.split("\t")]
        # What stands before the first cell of a row is nothing; an empty cell tells which column is.
        line = " | ".join(cells[1:] if len(cells) > 1 and not cells[0] else cells)
        if line.strip(" |"):
            lines.append(line)
    return lines


def print_of(env, move):
    """Return the text of an invoice's print, without its page's header and footer; what went wrong
    where it doesn't print."""
    try:
        return text_of(rendered(env, move))
    except Exception as error:  # pylint: disable=broad-except
        return [f"{DOES_NOT_PRINT} {error}"]


def rendered(env, move):
    content, _kind = env["ir.actions.report"]._render_qweb_html(
        "account.account_invoices", move.ids
    )
    [article] = html.fromstring(content).xpath("//div[contains(@class, 'article')]")
    return article


def snapshot_of(env, move):
    entry = {
        **read(
            move,
            "name", "move_type", "state", "payment_state", "auto_post", "invoice_date", "invoice_date_due",
            "amount_untaxed", "amount_tax", "amount_total", "amount_residual", "billing_kind",
            "situation_number", "retention_amount", "retention_residual", "amount_due_now", "deposit_deduction",
            "period_start", "period_end",
        ),
        "order": move.billing_order_id.name,
        "items": {
            str(item.id): {
                "account": item.account_id.code,
                **read(
                    item,
                    "name", "display_type", "quantity", "price_unit", "discount", "debit", "credit",
                    "amount_currency", "amount_residual", "date_maturity", "is_retention", "previous_progress",
                    "progress", "is_downpayment",
                ),
                "taxes": item.tax_ids.mapped("name"),
                "tags": item.tax_tag_ids.mapped("name"),
                "order_lines": item.sale_line_ids.ids,
            }
            for item in move.line_ids.sorted("id")
        },
    }  # fmt: skip
    if move.is_invoice():
        entry["print"] = print_of(env, move)
    return entry


def company_of(env):
    """Return the environment of the company whose documents `upgrade_documents.py` makes."""
    company = env["res.company"].search([("name", "=", COMPANY)])
    return env(context={"lang": "en_US", "allowed_company_ids": company.ids})


def snapshot(env):
    """Return the documents, orders and administered data of the company."""
    company = env.company
    moves = env["account.move"].search([("company_id", "=", company.id)], order="id")
    orders = env["sale.order"].search([("company_id", "=", company.id)], order="id")
    administered = {}
    for data in env["ir.model.data"].search([("module", "=", ADDON)]):
        if data.model in ADMINISTERED:
            record = env[data.model].browse(data.res_id)
            administered[data.name] = read(record, *ADMINISTERED[data.model])
            if data.model == "mail.template":
                french = record.with_context(lang="fr_FR")
                administered[data.name]["french"] = read(french, "subject", "body_html")
    return {
        "moves": {str(move.id): snapshot_of(env, move) for move in moves},
        "orders": {
            order.client_order_ref: {
                **read(
                    order,
                    "name", "invoice_status", "amount_untaxed", "amount_tax", "amount_total",
                    "amount_to_invoice", "amount_invoiced", "billing_progress", "deposit_percent",
                    "situation_percent", "deduction_rule", "works_acceptance_date", "next_period_start",
                ),
                "recap": order.get_billing_recap(),
                "lines": {
                    str(line.id): read(
                        line,
                        "name", "qty_invoiced", "qty_to_invoice", "untaxed_amount_invoiced",
                        "untaxed_amount_to_invoice", "amount_invoiced", "amount_to_invoice", "invoice_status",
                    )
                    for line in order.order_line
                },
            }
            for order in orders
        },
        "administered": administered,
    }  # fmt: skip


def save(env, path):
    """Write the snapshot as JSON."""
    env.invalidate_all()
    text = json.dumps(snapshot(env), indent=1, default=str, ensure_ascii=False, sort_keys=True)
    Path(path).write_text(text)
