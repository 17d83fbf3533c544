"""Reads a workbook as a spreadsheet program does: it calculates every formula again."""

import re
from io import BytesIO

from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*)"
    r"|(?P<cell>(?:'[^']+'!|\w+!)?\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?)"
    r"|(?P<name>[A-Z]+)(?=\()|(?P<operator>[-+*/=(),]))"
)


class Reader:
    """A workbook with its formulas, and the values that it was stored with.

    :param bytes content: of the file
    """

    def __init__(self, content):
        self.formulas = load_workbook(BytesIO(content))
        self.stored = load_workbook(BytesIO(content), data_only=True)
        self._values = {}

    def __getitem__(self, name):
        """Return the stored values of a sheet, as rows."""
        return [[cell.value for cell in row] for row in self.stored[name].iter_rows()]

    def get_formulas(self):
        """Return ``[(sheet name, address, formula, stored value)]``."""
        return [
            (
                sheet.title,
                cell.coordinate,
                cell.value,
                self.stored[sheet.title][cell.coordinate].value,
            )
            for sheet in self.formulas
            for row in sheet.iter_rows()
            for cell in row
            if cell.data_type == "f"
        ]

    def calculate(self, sheet, address):
        """Return what a cell comes to, by its formula and those behind it."""
        key = (sheet, address)
        if key not in self._values:
            value = self.formulas[sheet][address].value
            if isinstance(value, str) and value.startswith("="):
                value = Formula(self, sheet, value[1:]).evaluate()
            self._values[key] = value
        return self._values[key]

    def find(self, sheet, text, column=0):
        """Return the stored row that bears a text in a column."""
        return next(row for row in self[sheet] if row[column] == text)

    def column(self, sheet, head):
        """Return the index of the column with this head."""
        return next(row.index(head) for row in self[sheet] if head in row)


class Formula:
    """A formula in front of the functions and operators that the workbooks use."""

    def __init__(self, reader, sheet, text):
        self.reader, self.sheet, self.text = reader, sheet, text
        self.tokens, position = [], 0
        while position < len(text):
            match = TOKEN.match(text, position)
            if not match:
                raise ValueError(f"{text!r} at {position}")
            self.tokens.append((match.lastgroup, match.group(match.lastgroup)))
            position = match.end()
        self.index = 0

    def evaluate(self):
        value = self.comparison()
        if self.index != len(self.tokens):
            raise ValueError(self.text)
        return value

    def peek(self):
        return self.tokens[self.index][1] if self.index < len(self.tokens) else None

    def take(self, expected=None):
        kind, value = self.tokens[self.index]
        if expected and value != expected:
            raise ValueError(f"{self.text!r}: {expected} expected")
        self.index += 1
        return kind, value

    def comparison(self):
        value = self.sum()
        if self.peek() == "=":
            self.take()
            return value == self.sum()
        return value

    def sum(self):
        value = self.product()
        while self.peek() in ("+", "-"):
            _kind, operator = self.take()
            other = self.product()
            value = value + other if operator == "+" else value - other
        return value

    def product(self):
        value = self.factor()
        while self.peek() in ("*", "/"):
            _kind, operator = self.take()
            other = self.factor()
            value = value * other if operator == "*" else value / other
        return value

    def factor(self):
        kind, value = self.take()
        if kind == "number":
            return float(value)
        if kind == "cell":
            sheet, cells = self.cells(value)
            return self.reader.calculate(sheet, cells[0]) or 0
        if kind == "name":
            self.take("(")
            result = getattr(self, f"call_{value.lower()}")()
            self.take(")")
            return result
        if value == "(":
            result = self.comparison()
            self.take(")")
            return result
        if value == "-":
            return -self.factor()
        raise ValueError(self.text)

    # === FUNCTIONS ===#

    def call_if(self):
        condition = self.comparison()
        self.take(",")
        # The branch that isn't taken may divide by nought.
        branches = []
        for _turn in range(2):
            try:
                branches.append(self.comparison())
            except ZeroDivisionError:
                self.skip()
                branches.append(None)
            if self.peek() == ",":
                self.take()
        return branches[0] if condition else branches[1]

    def skip(self):
        depth = 0
        while depth or self.peek() not in (",", ")"):
            _kind, value = self.take()
            depth += {"(": 1, ")": -1}.get(value, 0)

    def call_sum(self):
        return sum(self.numbers(*self.cells(self.take()[1])))

    def call_subtotal(self):
        self.take("9")
        self.take(",")
        sheet, cells = self.cells(self.take()[1])
        formulas = self.reader.formulas[sheet]
        return sum(
            self.numbers(
                sheet, [cell for cell in cells if "SUBTOTAL(" not in str(formulas[cell].value)]
            )
        )

    def call_sumif(self):
        sheet, heads = self.cells(self.take()[1])
        self.take(",")
        _sheet, (criterion,) = self.cells(self.take()[1])
        self.take(",")
        _sheet, cells = self.cells(self.take()[1])
        wanted = self.reader.calculate(sheet, criterion)
        chosen = [
            cell
            for head, cell in zip(heads, cells, strict=True)
            if self.reader.calculate(sheet, head) == wanted
        ]
        return sum(self.numbers(sheet, chosen))

    def numbers(self, sheet, cells):
        values = [self.reader.calculate(sheet, cell) for cell in cells]
        return [value for value in values if isinstance(value, int | float)]

    def cells(self, reference):
        """Return the sheet and the addresses that a reference stands for."""
        sheet, _mark, area = reference.rpartition("!")
        sheet = sheet.strip("'") or self.sheet
        left, top, right, bottom = range_boundaries(area.replace("$", ""))
        rows = self.reader.formulas[sheet].iter_rows(top, bottom, left, right)
        return sheet, [cell.coordinate for row in rows for cell in row]
