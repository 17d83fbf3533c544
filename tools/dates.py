"""The dates of documents that follow each other at an interval."""

from dateutil.relativedelta import relativedelta

UNITS = {
    "day": {"days": 1},
    "week": {"weeks": 1},
    "month": {"months": 1},
    "quarter": {"months": 3},
    "year": {"years": 1},
}


def nth_date(first, number, interval=1, unit="month"):
    """Return the date of document ``number``, 0 being the first one, counted from ``first``.

    Counted from the first, a date that a shorter month pulls back returns where it was.

    :param date first: date of document 0
    :param int number: 0, 1, 2…
    :param int interval: units between two documents
    :param unit: a name of :data:`UNITS`
    :raise OverflowError, ValueError: beyond the year 9999

    >>> from datetime import date
    >>> [str(nth_date(date(2026, 1, 31), number)) for number in range(3)]
    ['2026-01-31', '2026-02-28', '2026-03-31']
    """
    (name, count), *_rest = UNITS[unit].items()
    return first + relativedelta(**{name: count * interval * number})
