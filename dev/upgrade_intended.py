"""What today's prints say otherwise than those of older versions, on purpose: each in its own words, with the
version that brought it and why. Whatever is not declared here is a fault, and no figure may be."""

import re

MONEY = r"(?:\$ )?-?[\d,]+\.\d\d(?: €)?"
PERCENT = r"-?[\d,]+\.\d\d %"
QUANTITY = r"(?:-?[\d,]+\.\d\d)?"
DOCUMENT = r"(?:Deposit|Situation no\. \d+|Balance|Partial invoice|Instalment|Invoice)(?: \(credit note\))?"
OWN = r"This (?:situation|balance|invoice)"
LATE_PAYMENT = (
    "En cas de retard de paiement, seront exigibles une pénalité calculée au taux de trois fois le "
    "taux d’intérêt légal et, entre professionnels, une indemnité forfaitaire pour frais de "
    "recouvrement de 40 €. Pas d’escompte pour paiement anticipé, sauf mention contraire."
)


def anywhere(move):
    return True


def draft(move):
    """A draft's print is of the day, whichever version made it."""
    return move["state"] == "draft"


def plain(move):
    """An invoice that bills no order."""
    return not move.get("billing_kind")


# (version that brought it, where, pattern of a whole line of an older print, what it says today)
REWORDED = [
    # The works to date stand first, as French public works read them.
    (
        "19.0.1.3.0",
        anywhere,
        r"Description \| Ordered \| Contract \| Previous \| To date \| This period",
        "Description | Ordered | Contract | To date | Earlier | This period",
    ),
    (
        "19.0.1.3.0",
        anywhere,
        rf"(.+ \| {MONEY}) \| ({PERCENT} \| {MONEY}) \| ({PERCENT} \| {MONEY}) \| ({PERCENT} \| {MONEY})",
        r"\1 | \3 | \2 | \4",
    ),
    # A document's number stands under its kind, and what it deducts behind its total.
    (
        "19.0.1.3.0",
        anywhere,
        r"Document \| Number \| Date \| Progress( \| Deposits deducted)? \| Untaxed \| Tax \| Total",
        r"Document | Date | Progress | Untaxed | Tax | Total\1",
    ),
    (
        "19.0.1.3.0",
        anywhere,
        rf"({DOCUMENT}) \| (\S+) \| (\S+ \| {PERCENT})(?:( \| (?:{MONEY})?))?((?: \| {MONEY}){{3}})",
        r"\1 \2 | \3\5\4",
    ),
    (
        "19.0.1.3.0",
        anywhere,
        rf"({OWN} \| {PERCENT})(?:( \| (?:{MONEY})?))?((?: \| {MONEY}){{3}})",
        r"\1\3\2",
    ),
    # A draft is what is sent for approval.
    (
        "19.0.1.3.0",
        draft,
        r"(Situation no\. \d+|Balance invoice) \(draft\)",
        r"\1 – draft for approval",
    ),
    # Where there are several shares, each has its own date under the sum.
    ("19.0.1.3.0", draft, rf"Net to pay by \S+ \| ({MONEY})", r"Net to pay | \1"),
    # A credit note gives a retention back, at no rate of its own.
    (
        "19.0.1.3.0",
        anywhere,
        rf"Retention of guarantee 0\.00 % \| ({MONEY})",
        r"Retention of guarantee | \1",
    ),
]

# Columns that today's print of a draft has more: (version that brought them, title of a column that tells that the
# older print had them, pattern of a whole line, what is left of it)
LATER_COLUMNS = [
    # The quantity that each progress stands for.
    ("19.0.1.3.0", "Qty", r"% \| Qty \| Amount(?: \| % \| Qty \| Amount){2}", "% | Amount | % | Amount | % | Amount"),
    (
        "19.0.1.3.0",
        "Qty",
        rf"(.+ \| {MONEY} \| {PERCENT}) \| {QUANTITY} \| ({MONEY} \| {PERCENT}) \| {QUANTITY} \| "
        rf"({MONEY} \| {PERCENT}) \| {QUANTITY} \| ({MONEY})",
        r"\1 | \2 | \3 | \4",
    ),
    # What is paid of each document, and what is left to pay.
    ("19.0.1.3.0", "Left to pay", r"(Document \| Date .+) \| Paid \| Left to pay", r"\1"),
    ("19.0.1.3.0", "Left to pay", rf"((?:{DOCUMENT} .+|{OWN}) \| {PERCENT} .+) \| {MONEY} \| {MONEY}", r"\1"),
    # What is retained of each document.
    ("19.0.1.3.0", "Retention", r"(Document \| Date .+) \| Retention", r"\1"),
    ("19.0.1.3.0", "Retention", rf"((?:{DOCUMENT} .+|{OWN}) \| {PERCENT} .+) \| (?:{MONEY})?", r"\1"),
]  # fmt: skip

# (version that brought it, where, pattern of a whole line that today's print has more)
ADDED = [
    # The progress of each section, as a bar.
    ("19.0.1.3.0", draft, r"Progress by section"),
    ("19.0.1.3.0", draft, rf".+ \| {PERCENT}"),
    # What the law asks for under every customer invoice, where nothing was printed (and frozen) yet.
    ("19.0.1.3.0", anywhere, re.escape(LATE_PAYMENT)),
    # Whether it is paid is of the day of the print.
    ("19.0.1.3.0", anywhere, r"Settled by credit note"),
    (
        "19.0.1.3.0",
        anywhere,
        r"Paid (?:except the retention of guarantee, )?on \S+ \(Manual Payment\)",
    ),
    # Each share of what is to be paid.
    ("19.0.1.3.0", draft, rf"by \S+ \| {MONEY}"),
    # What is retained of an invoice that bills no order.
    ("19.0.1.4.0", plain, rf"Retention of guarantee {PERCENT} \| {MONEY}"),
    ("19.0.1.4.0", plain, rf"Net to pay by \S+ \| {MONEY}"),
]

# Figures that an older version told wrong: (version that mended it, order, name of the figure, what today's is more)
CORRECTED = [
    # What is lost of a retention is credited: nobody has to pay it now.
    ("19.0.1.3.0", "lost", "amount_due_now", -150.0),
]


def number(version):
    return tuple(int(part) for part in version.split("."))


def brought_forward(lines, today, version, move):
    """Return an older print's lines as today's print says them, where it doesn't say them as they were."""
    rules = _applying(REWORDED, version, move)
    return [line if line in today else _rewritten(line, rules) for line in lines]


def brought_back(lines, before, version):
    """Return today's lines without the columns that the older print didn't have yet."""
    titles, old_titles = (
        "\n".join(line for line in text if line.startswith(("Document | ", "% | ")))
        for text in (lines, before)
    )
    for since, title, pattern, replacement in LATER_COLUMNS:
        later = title in titles and title not in old_titles
        if later and number(version) < number(since):
            lines = [_rewritten(line, [(pattern, replacement)]) for line in lines]
    return lines


def is_added(line, version, move):
    """Whether today's print has this line more on purpose."""
    return any(re.fullmatch(pattern, line) for (pattern,) in _applying(ADDED, version, move))


def is_corrected(path, before, after, order, version):
    """Whether today's version tells this figure right, on purpose.

    :param order: the order that the figure belongs to, by its reference
    """
    return any(
        (order, path[-1]) == (own, name) and round(after - before, 6) == difference
        for since, own, name, difference in CORRECTED
        if number(version) < number(since)
    )


def _applying(rules, version, move):
    return [
        rest for since, where, *rest in rules if number(version) < number(since) and where(move)
    ]


def _rewritten(line, rules):
    for pattern, replacement in rules:
        if re.fullmatch(pattern, line):
            line = re.sub(pattern, replacement, line)
    return line
