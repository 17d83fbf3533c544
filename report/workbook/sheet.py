"""A workbook as the reports write it: a sheet from top to bottom, formulas with their value.

Rows go to disk as they are written (``constant_memory``), so that an order of any size fits. Formulas
are stored with what they come to, for viewers that don't calculate.
"""

import re
from datetime import date
from functools import cache
from io import BytesIO

import xlsxwriter
from xlsxwriter.utility import quote_sheetname, xl_col_to_name

# Excel's own limits.
MAX_TEXT = 32767
MAX_SHEET_NAME = 31
A4 = 9
# Parts that a cell's format is made of; `amount`, `part` and `price` follow the currency's decimals.
STYLES = {
    "title": {"bold": True, "font_size": 14},
    "bold": {"bold": True},
    "italic": {"italic": True},
    "muted": {"italic": True, "font_color": "#707070"},
    "strike": {"font_strikeout": True, "font_color": "#707070"},
    "head": {
        "bold": True,
        "bg_color": "#D9D9D9",
        "border": 1,
        "text_wrap": True,
        "align": "center",
        "valign": "vcenter",
    },
    "section": {"bold": True, "bg_color": "#EDEDED"},
    "sum": {"bold": True, "top": 1},
    "double": {"bold": True, "top": 1, "bottom": 6},
    "wrap": {"text_wrap": True},
    "top": {"valign": "top"},
    "indent1": {"indent": 1},
    "indent2": {"indent": 2},
    "percent": {"num_format": "0.00%"},
    "share": {"num_format": '0.00%;-0.00%;"–"'},
    "quantity": {"num_format": "#,##0.00"},
    "date": {"num_format": 14, "align": "left"},
}


class Book:
    """A workbook in memory.

    :param decimals: of its amounts; a row may have others (`Sheet.decimals`)
    """

    def __init__(self, decimals=2):
        self._stream = BytesIO()
        self.file = xlsxwriter.Workbook(self._stream, {"constant_memory": True})
        self.decimals = decimals
        self._formats = {}

    def add_sheet(self, name):
        """Add a sheet, and return it; its name is cut to what Excel takes."""
        return Sheet(self, re.sub(r"[\[\]:*?/\\]", " ", name).strip("' ")[:MAX_SHEET_NAME])

    def style(self, names, decimals):
        """Return the format that these parts come to."""
        key = (names, decimals)
        if key not in self._formats:
            fraction = f".{'0' * decimals}" if decimals else ""
            amount = f"#,##0{fraction}"
            amounts = {
                "amount": {"num_format": amount},
                # Nought as a dash: most documents bill a few of many lines.
                "part": {"num_format": f'{amount};-{amount};"–"'},
                # The decimals that a unit price has beyond the currency's are shown, too.
                "price": {"num_format": f"#,##0{fraction or '.'}{'#' * (6 - decimals)}"},
            }
            values = {}
            for name in names:
                values.update(amounts[name] if name in amounts else STYLES[name])
            self._formats[key] = self.file.add_format(values)
        return self._formats[key]

    def close(self):
        """Return the bytes of the workbook."""
        self.file.close()
        return self._stream.getvalue()


class Sheet:
    """A sheet that is written row by row, downwards only.

    :ivar row: index of the row that is written now
    :ivar reference: its name as formulas write it
    """

    def __init__(self, book, name):
        self.book = book
        self.file = book.file.add_worksheet(name)
        self.reference = quote_sheetname(name)
        self.decimals = book.decimals
        self.row = 0
        self.file.set_paper(A4)
        self.file.set_landscape()
        self.file.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        self.file.set_footer("&L&8&F&C&8&A&R&8&P / &N")

    def set_widths(self, *widths):
        """Set the width of the columns from the first one on, in characters."""
        for column, width in enumerate(widths):
            self.file.set_column(column, column, width)

    def text(self, column, value, *styles):
        """Write a text, which is never read as a formula or an address."""
        self.file.write_string(self.row, column, str(value or "")[:MAX_TEXT], self._style(styles))

    def texts(self, values, *styles):
        """Write texts side by side, from the first column on."""
        for column, value in enumerate(values):
            self.text(column, value, *styles)

    def number(self, column, value, *styles):
        self.file.write_number(self.row, column, value, self._style(styles))

    def date(self, column, value, *styles):
        """Write a date, given as ISO string; a blank cell where there is none."""
        style = self._style(("date", *styles))
        if value:
            self.file.write_datetime(self.row, column, date.fromisoformat(value), style)
        else:
            self.file.write_blank(self.row, column, None, style)

    def formula(self, column, formula, value, *styles):
        """Write a formula, without its equals sign, with what it comes to."""
        self.file.write_formula(self.row, column, f"={formula}", self._style(styles), value)

    def blanks(self, first, last, *styles):
        for column in range(first, last + 1):
            self.file.write_blank(self.row, column, None, self._style(styles))

    def _style(self, names):
        return self.book.style(names, self.decimals)


# === ADDRESSES ===#


@cache
def _column_name(column):
    return xl_col_to_name(column)


def cell(row, column):
    """Return the address of a cell.

    >>> cell(8, 5)
    'F9'
    """
    return f"{_column_name(column)}{row + 1}"


def fixed(row, column):
    """Return the address of a cell that stays the same wherever the formula is copied.

    >>> fixed(8, 5)
    '$F$9'
    """
    return f"${_column_name(column)}${row + 1}"


def span(column, first, last):
    """Return the address of rows of a column.

    >>> span(5, 8, 20)
    'F9:F21'
    """
    return f"{cell(first, column)}:{cell(last, column)}"


def total(column, first, last, function="SUM({})"):
    """Return the formula that sums up rows of a column; of no rows, nought.

    >>> total(5, 8, 20), total(5, 8, 7)
    ('SUM(F9:F21)', '0')
    """
    return function.format(span(column, first, last)) if last >= first else "0"


# Sums that leave out what is a subtotal itself, and what a filter hides.
SUBTOTAL = "SUBTOTAL(9,{})"
