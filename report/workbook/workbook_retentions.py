"""Sheet "Retentions": the retention of each document, and what was done with them."""

from .sheet import cell, fixed, total

DOCUMENT, KIND, DATE, DUE_ON, STATE = range(5)
RETAINED, LOST, RELEASED, HELD, PAID, LEFT, DUE, OPPOSED = range(5, 13)
AMOUNTS = {
    RETAINED: "retained",
    LOST: "lost",
    RELEASED: "released",
    PAID: "paid",
    DUE: "due",
    OPPOSED: "opposed",
}
# What is left once those are taken off: neither lost nor released; neither lost nor paid.
DIFFERENCES = {HELD: ("held", (LOST, RELEASED)), LEFT: ("left", (LOST, PAID))}


def write(env, sheet, figures):
    """Write the sheet.

    :param figures: of `sale.order._get_workbook_figures`
    :return: dict of the addresses of the totals `held` and `released`, as formulas of other sheets
        write them; empty where nothing is retained
    """
    rows = figures["retentions"]
    sheet.set_widths(22, 18, 12, 12, 22, *[14] * 8)
    sheet.file.fit_to_pages(1, 0)
    title = env._("Retentions of guarantee of order %(order)s", order=figures["order"])
    sheet.text(DOCUMENT, title, "title")
    sheet.row = 2
    if not rows:
        sheet.text(DOCUMENT, env._("Nothing is retained."), "muted")
        return {}
    addresses = _write_rows(env, sheet, rows, figures["retention_totals"])
    if figures["operations"]:
        _write_operations(env, sheet, figures["operations"])
    return addresses


def _write_rows(env, sheet, rows, totals):
    heads = (
        env._("Document"),
        env._("Kind"),
        env._("Date"),
        env._("Due on"),
        env._("Status"),
        env._("Retained"),
        env._("Lost"),
        env._("Released or paid"),
        env._("Held"),
        env._("Paid"),
        env._("Left to pay"),
        env._("Due now"),
        env._("Opposed"),
    )
    sheet.texts(heads, "head")
    sheet.row += 1
    sheet.file.freeze_panes(sheet.row, 1)
    first = sheet.row
    for row in rows:
        sheet.text(DOCUMENT, row["document"] or "–")
        sheet.text(KIND, row["label"])
        sheet.date(DATE, row["document_date"])
        sheet.date(DUE_ON, row["date"])
        sheet.text(STATE, row["state"])
        for column, name in AMOUNTS.items():
            sheet.number(column, row[name], "amount")
        for column, (name, less) in DIFFERENCES.items():
            formula = "-".join(cell(sheet.row, other) for other in (RETAINED, *less))
            sheet.formula(column, formula, row[name], "amount")
        sheet.row += 1
    sheet.text(DOCUMENT, env._("Total"), "double")
    sheet.blanks(KIND, STATE, "double")
    for column in range(RETAINED, OPPOSED + 1):
        name = AMOUNTS[column] if column in AMOUNTS else DIFFERENCES[column][0]
        formula = total(column, first, sheet.row - 1)
        sheet.formula(column, formula, totals[name], "amount", "double")
    return {
        "held": f"{sheet.reference}!{fixed(sheet.row, HELD)}",
        "released": f"{sheet.reference}!{fixed(sheet.row, RELEASED)}",
    }


def _write_operations(env, sheet, operations):
    sheet.row += 2
    sheet.text(0, env._("What was done with them"), "bold")
    sheet.row += 1
    sheet.texts((env._("Operation"), env._("Details"), env._("Date")), "head")
    # The amounts stand where those of the retentions do.
    sheet.text(RETAINED, env._("Amount"), "head")
    for operation in operations:
        sheet.row += 1
        sheet.text(DOCUMENT, operation["kind"])
        sheet.text(KIND, operation["details"])
        sheet.date(DATE, operation["date"])
        sheet.number(RETAINED, operation["amount"], "amount")
