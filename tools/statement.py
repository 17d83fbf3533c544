"""The frozen statement of a print, as older versions of the addon stored it."""

# What every print showed before the layout was frozen with its figures (up to 19.0.1.2.0).
FIRST_LAYOUT = {
    "print_presentation": "cumulative",
    "print_quantities": False,
    "print_section_progress": False,
    "print_recap": True,
}
# What came later, and is empty on a document that was posted before.
LATER = {"title": "", "deductions": [], "other_lines": [], "retention": {}, "contract": {}}


def completed(statement):
    """Return a frozen statement with what its version didn't freeze yet, so that every reader may
    count on all of it and the print says what it said then.

    :param statement: of `sale.order._get_situation_statement`, of any version; stays as it is

    >>> completed({"rows": []})["layout"]["print_quantities"]
    False
    >>> completed({"rows": [], "layout": {"print_quantities": True}})["layout"]["print_quantities"]
    True
    """
    layout = {**FIRST_LAYOUT, **(statement.get("layout") or {})}
    return {**LATER, **statement, "layout": layout, "rows": _with_levels(statement["rows"])}


def _with_levels(rows):
    """Return rows whose subtotals say the level of the section that they close.

    >>> section = {"type": "section", "level": 1, "name": "A"}
    >>> inner = {"type": "section", "level": 2, "name": "B"}
    >>> closing = [{"type": "subtotal", "name": "B"}, {"type": "subtotal", "name": "A"}]
    >>> [row["level"] for row in _with_levels([section, inner, *closing])]
    [1, 2, 2, 1]
    """
    levelled, open_sections = [], []
    for row in rows:
        if row["type"] == "section":
            while open_sections and open_sections[-1]["level"] >= row["level"]:
                open_sections.pop()
            open_sections.append(row)
        elif row["type"] == "subtotal":
            # A section without lines has no subtotal: it stays open until an outer one closes.
            while len(open_sections) > 1 and open_sections[-1]["name"] != row["name"]:
                open_sections.pop()
            level = open_sections.pop()["level"] if open_sections else 1
            row = {"level": level, **row}
        levelled.append(row)
    return levelled
