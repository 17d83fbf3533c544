"""The dates of documents that follow each other at an interval."""

from datetime import date

from dateutil.relativedelta import relativedelta

# What a unit is, in days or in months.
DAYS = {"day": 1, "week": 7}
MONTHS = {"month": 1, "quarter": 3, "year": 12}
UNITS = (*DAYS, *MONTHS)
# Years of documents and decisions: terms and delays are added to their dates, and end before 9999.
FIRST_YEAR, LAST_YEAR = 1900, 2999


def is_of_this_time(day):
    """Whether a date is one that something can be counted from.

    >>> from datetime import date
    >>> is_of_this_time(date(2026, 1, 31)), is_of_this_time(date.max), is_of_this_time(date.min)
    (True, False, False)
    """
    return FIRST_YEAR <= day.year <= LAST_YEAR


def add_months(day, months):
    """Return a day so many months later; the last day that there is where that is beyond it.

    >>> from datetime import date
    >>> str(add_months(date(2026, 1, 31), 1)), add_months(date(2026, 1, 31), 200000) == date.max
    ('2026-02-28', True)
    """
    try:
        return day + relativedelta(months=months)
    except (OverflowError, ValueError):
        return date.max


def nth_date(first, number, interval=1, unit="month"):
    """Return the date of document ``number``, 0 being the first one and −1 the one before, counted from ``first``.

    Counted from the first, a date that a shorter month pulls back returns where it was.

    :param date first: date of document 0
    :param int number: 0, 1, 2…; may be negative
    :param int interval: units between two documents
    :param unit: one of :data:`UNITS`
    :raise OverflowError, ValueError: beyond the year 9999

    >>> from datetime import date
    >>> [str(nth_date(date(2026, 1, 31), number)) for number in range(3)]
    ['2026-01-31', '2026-02-28', '2026-03-31']
    >>> [str(nth_date(date(2024, 2, 29), number, 1, "year")) for number in (0, 1, 4, -1)]
    ['2024-02-29', '2025-02-28', '2028-02-29', '2023-02-28']
    >>> str(nth_date(date(2026, 11, 30), 1, 1, "quarter"))
    '2027-02-28'
    """
    count = interval * number
    if unit in DAYS:
        return first + relativedelta(days=count * DAYS[unit])
    return first + relativedelta(months=count * MONTHS[unit])
