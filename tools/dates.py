"""Dates counted from a first one: a month too short for the day doesn't shift the dates after it."""

from calendar import monthrange
from datetime import date, timedelta

DAYS = {"day": 1, "week": 7}
MONTHS = {"month": 1, "quarter": 3, "year": 12}


def nth_date(first, n, interval, unit):
    """Return the date that is ``n`` times ``interval`` units after ``first``.

    It is counted from the first date, never from the one before it, so that dates don't drift. Where a
    month is too short, it is the month's last day.

    :param date first: the date of n = 0
    :param int n: may be negative
    :param int interval: number of units between two dates
    :param unit: `day`, `week`, `month`, `quarter` or `year`

    >>> [str(nth_date(date(2026, 1, 31), n, 1, "month")) for n in range(4)]
    ['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30']
    >>> [str(nth_date(date(2024, 2, 29), n, 1, "year")) for n in (0, 1, 4, -1)]
    ['2024-02-29', '2025-02-28', '2028-02-29', '2023-02-28']
    >>> str(nth_date(date(2026, 11, 30), 1, 1, "quarter")), str(nth_date(date(2026, 12, 28), 2, 2, "week"))
    ('2027-02-28', '2027-01-25')
    """
    if unit in DAYS:
        return first + timedelta(days=n * interval * DAYS[unit])
    year, month = divmod(first.year * 12 + first.month - 1 + n * interval * MONTHS[unit], 12)
    return date(year, month + 1, min(first.day, monthrange(year, month + 1)[1]))
