"""Sheet "Progress": every line of the order, a group of columns for each document that bills work."""

from odoo.tools import format_date

from .sheet import SUBTOTAL, cell, fixed, total

NAME, UNIT, QUANTITY, PRICE, DISCOUNT, CONTRACT, FIRST = range(7)
HEAD = 7


class ProgressSheet:
    """The sheet while it is written; columns and rows are counted from 0."""

    def __init__(self, env, sheet, figures):
        self.env, self.sheet, self.figures = env, sheet, figures
        self.works = figures["works"]
        # A share and an amount a document, then the same to date, and what is left.
        self.done = FIRST + 2 * len(self.works)
        self.left = self.done + 2
        # Where each row of the figures stands.
        self.top = HEAD + 1

    def amount_column(self, index):
        return FIRST + 2 * index + 1

    def fill(self):
        """Write the sheet; return the address of the contract's total, for other sheets."""
        self.write_title()
        self.write_head()
        for row in self.figures["rows"]:
            self.write_row(row)
            self.sheet.row += 1
        works_row = self.sheet.row - 1
        self.write_foot(works_row)
        return f"{self.sheet.reference}!{fixed(works_row, CONTRACT)}"

    # === TOP ===#

    def write_title(self):
        env, sheet, figures = self.env, self.sheet, self.figures
        sheet.set_widths(48, 9, 11, 13, 9, 15)
        last = max(FIRST, self.done - 2)
        if last > FIRST:
            # The documents before the last one fold away.
            sheet.file.set_column(FIRST, last - 1, 14, None, {"level": 1})
        sheet.file.set_column(last, self.left, 14)
        sheet.file.freeze_panes(self.top, NAME + 1)
        sheet.file.repeat_rows(HEAD - 3, HEAD)
        sheet.file.repeat_columns(NAME)
        if len(self.works) <= 4:
            sheet.file.fit_to_pages(1, 0)
        title = env._("Billing progress of order %(order)s", order=figures["order"])
        sheet.text(NAME, title, "title")
        sheet.row += 1
        sheet.text(NAME, " – ".join(filter(None, (figures["customer"], figures["reference"]))))
        sheet.row += 1
        notice = env._(
            "Amounts in %(currency)s, lines untaxed. Drafts are counted, cancelled documents aren't.",
            currency=figures["currency"],
        )
        sheet.text(NAME, notice, "muted")
        if figures["subject"]:
            sheet.row += 1
            sheet.text(NAME, env._("Up to: %(document)s", document=figures["subject"]), "bold")

    def write_head(self):
        env, sheet = self.env, self.sheet
        style = sheet.book.style(("head",), sheet.decimals)
        groups = [*self.works, None]
        for offset, values in enumerate(
            (
                [document["label"] for document in self.works] + [env._("To date")],
                [document["name"] or "–" for document in self.works] + [""],
                [self.get_day(document) for document in self.works] + [""],
            )
        ):
            sheet.row = HEAD - 3 + offset
            for index, (group, value) in enumerate(zip(groups, values, strict=True)):
                first = FIRST + 2 * index
                last = first + 1 if group else self.left
                sheet.file.merge_range(sheet.row, first, sheet.row, last, "", style)
                sheet.text(first, value, "head")
        sheet.row = HEAD
        heads = [
            env._("Description"),
            env._("Unit"),
            env._("Quantity"),
            env._("Unit price"),
            env._("Discount"),
            env._("Contract"),
        ]
        heads += [env._("Cumulative %"), env._("Amount")] * len(self.works)
        sheet.texts([*heads, env._("To date %"), env._("To date"), env._("Left to bill")], "head")
        sheet.row = self.top

    def get_day(self, document):
        """Return the date of a document; a draft is marked."""
        if document["state"] == "draft":
            return document["state_label"]
        return format_date(self.env, document["date"])

    # === ROWS ===#

    def write_row(self, row):
        sheet, kind = self.sheet, row["type"]
        is_section = kind == "section"
        if is_section or row["level"]:
            style = sheet.book.style(("section",), sheet.decimals) if is_section else None
            sheet.file.set_row(sheet.row, None, style, {"level": row["level"]})
        indent = (f"indent{row['level']}",) if row["level"] else ()
        if is_section:
            sheet.text(NAME, row["name"], "section", *indent)
        elif kind == "note":
            sheet.text(NAME, row["name"], "italic", "wrap", *indent)
        elif kind == "line":
            sheet.text(NAME, row["name"], "wrap", "top", *indent)
            sheet.text(UNIT, row["unit"], "top")
            sheet.number(QUANTITY, row["quantity"], "quantity", "top")
            sheet.number(PRICE, row["price_unit"], "price", "top")
            if row["discount"]:
                sheet.number(DISCOUNT, row["discount"] / 100, "percent", "top")
            sheet.number(CONTRACT, row["amount"], "amount", "top")
            self.write_amounts(row, None, "top")
        else:
            self.write_sum(row)

    def write_sum(self, row):
        """Write a subtotal, or the total of the works."""
        sheet, env = self.sheet, self.env
        style = "sum" if row["type"] == "subtotal" else "double"
        name = env._("Works, untaxed")
        if row["type"] == "subtotal":
            name = env._("Subtotal %(section)s", section=row["name"].split("\n")[0])
        indent = (f"indent{row['level']}",) if row["level"] else ()
        sheet.text(NAME, name, style, *indent)
        sheet.blanks(UNIT, DISCOUNT, style)
        first, last = self.top + row["first"], sheet.row - 1
        formula = total(CONTRACT, first, last, SUBTOTAL)
        sheet.formula(CONTRACT, formula, row["amount"], "amount", style)
        self.write_amounts(row, lambda column: total(column, first, last, SUBTOTAL), style)

    def write_amounts(self, row, formula, *styles):
        """Write what the documents bill of a row, and what that comes to.

        :param formula: function that returns the sum of a column; None for a line, which has amounts
        """
        sheet = self.sheet
        contract = f"${cell(sheet.row, CONTRACT)}"
        before = ""
        for index, (share, amount) in enumerate(row["parts"]):
            column = self.amount_column(index)
            part = f"{before}{cell(sheet.row, column)}/{contract}"
            self.write_share(column - 1, contract, part, share, row, styles)
            before = f"{cell(sheet.row, column - 1)}+"
            if formula:
                sheet.formula(column, formula(column), amount, "amount", *styles)
            else:
                sheet.number(column, amount, "part", *styles)
        share = row["parts"][-1][0] if row["parts"] else 0.0
        to_date = cell(sheet.row, self.done + 1)
        self.write_share(self.done, contract, f"{to_date}/{contract}", share, row, styles)
        self.write_to_date(row["to_date"], *styles)
        left = f"{cell(sheet.row, CONTRACT)}-{to_date}"
        sheet.formula(self.left, left, row["left"], "amount", *styles)

    def write_share(self, column, contract, formula, share, row, styles):
        """Write a share of the contract; of a line that is worth nothing it has no formula."""
        if row["amount"]:
            formula = f"IF({contract}=0,0,{formula})"
            self.sheet.formula(column, formula, share, "share", *styles)
        else:
            self.sheet.number(column, share, "share", *styles)

    def write_to_date(self, value, *styles):
        """Write the sum of a row over the documents: of the columns with the same head as theirs."""
        sheet = self.sheet
        column = self.done + 1
        if not self.works:
            sheet.number(column, value, "amount", *styles)
            return
        first, last = FIRST, self.done - 1
        heads = f"{fixed(HEAD, first)}:{fixed(HEAD, last)}"
        cells = f"{cell(sheet.row, first)}:{cell(sheet.row, last)}"
        formula = f"SUMIF({heads},{fixed(HEAD, self.amount_column(0))},{cells})"
        sheet.formula(column, formula, value, "amount", *styles)

    # === FOOT ===#

    def write_foot(self, works_row):
        """Write how each document comes from its works to its total, and the contract beside."""
        env, recap = self.env, self.figures["recap"]
        names = {
            "other": env._("Other lines"),
            "deducted": env._("Deposits deducted, untaxed"),
            "untaxed": env._("Untaxed amount"),
            "tax": env._("Tax"),
            "total": env._("Total"),
            "retention": env._("Retention of guarantee"),
            "net": env._("Total without the retention"),
        }
        contract = {
            "untaxed": recap["contract_untaxed"],
            "tax": recap["contract_tax"],
            "total": recap["contract_total"],
        }
        rows = {}
        start = works_row
        for foot in self.figures["foot"]:
            key = foot["key"]
            rows[key] = self.sheet.row
            formula = None
            if key in ("untaxed", "total", "net"):
                # From the last sum down to the row above.
                formula = self.get_foot_formula(start)
                start = self.sheet.row
            style = ("sum",) if formula else ()
            self.sheet.text(NAME, names[key], *style)
            if formula:
                self.sheet.blanks(UNIT, DISCOUNT, *style)
            if key in contract:
                self.write_contract(key, contract[key], works_row, rows, style)
            elif formula:
                self.sheet.blanks(CONTRACT, CONTRACT, *style)
            for index, amount in enumerate(foot["amounts"]):
                column = self.amount_column(index)
                if formula:
                    self.sheet.blanks(column - 1, column - 1, *style)
                    self.sheet.formula(column, formula(column), amount, "amount", *style)
                else:
                    self.sheet.number(column, amount, "amount", *style)
            if formula:
                self.sheet.blanks(self.done, self.done, *style)
                self.sheet.blanks(self.left, self.left, *style)
            self.write_to_date(foot["to_date"], *style)
            self.sheet.row += 1

    def get_foot_formula(self, start):
        last = self.sheet.row - 1
        return lambda column: total(column, start, last)

    def write_contract(self, key, value, works_row, rows, style):
        """Write the contract's part of the foot."""
        sheet = self.sheet
        if key == "untaxed":
            sheet.formula(CONTRACT, cell(works_row, CONTRACT), value, "amount", *style)
        elif key == "total":
            formula = f"{cell(rows['untaxed'], CONTRACT)}+{cell(rows['tax'], CONTRACT)}"
            sheet.formula(CONTRACT, formula, value, "amount", *style)
        else:
            sheet.number(CONTRACT, value, "amount", *style)


def write(env, sheet, figures):
    """Write the sheet.

    :param figures: of `sale.order._get_workbook_figures`
    :return: the address of the contract's untaxed total, as formulas of other sheets write it
    """
    return ProgressSheet(env, sheet, figures).fill()
