"""The periods of a subscription: without gap or overlap, on dates that never drift.

A subscription begins with a rhythm, as every month from 31 January. It is stopped, resumed, changed to
another rhythm; each decision is an `Event`, and `get_rhythms` reads what is left of them.

>>> from datetime import date
>>> rhythms = get_rhythms(date(2026, 1, 31), 1, "month", [Event("stop", date(2026, 3, 15))])
>>> for period in iter_periods(rhythms):
...     print(period.start, period.end)
2026-01-31 2026-02-27
2026-02-28 2026-03-30
"""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple

from .dates import DAYS, MONTHS, nth_date

ONE_DAY = timedelta(days=1)


class Period(NamedTuple):
    """Both days are within the period."""

    start: date
    end: date


class Event(NamedTuple):
    """A decision about a subscription.

    :param kind: `stop` (no period begins after the date), `resume` (the date begins a period) or
        `period` (the date begins a period of another length)
    :param interval: with ``unit``, the length of a period from then on; of `period` only
    """

    kind: str
    date: date
    interval: int = 0
    unit: str = ""


@dataclass(frozen=True)
class Rhythm:
    """Periods of one length, one after the other.

    :param first: the day that the first one begins
    :param day: of the month that they begin on, where the month has it; see `carried_day`
    :param last: no period begins after this day; None for open
    """

    first: date
    day: int
    interval: int
    unit: str
    last: date | None = None

    def get_start(self, n):
        """Return the day that the n-th period begins, from 0.

        >>> february = Rhythm(date(2026, 2, 28), 31, 1, "month")
        >>> [str(february.get_start(n)) for n in range(3)]
        ['2026-02-28', '2026-03-31', '2026-04-30']
        """
        if self.unit in DAYS:
            return nth_date(self.first, n, self.interval, self.unit)
        month = nth_date(self.first.replace(day=1), n, self.interval, self.unit)
        return month.replace(day=min(self.day, monthrange(month.year, month.month)[1]))

    def get_period(self, n):
        return Period(self.get_start(n), self.get_start(n + 1) - ONE_DAY)

    def find(self, day):
        """Return the number of the period that a day is in; negative before the first one.

        >>> rhythm = Rhythm(date(2026, 1, 31), 31, 1, "month")
        >>> [rhythm.find(date(2026, *day)) for day in ((1, 30), (1, 31), (2, 27), (2, 28), (12, 31))]
        [-1, 0, 0, 1, 11]
        """
        if self.unit in DAYS:
            return (day - self.first).days // (self.interval * DAYS[self.unit])
        months = (day.year - self.first.year) * 12 + day.month - self.first.month
        n = months // (self.interval * MONTHS[self.unit])
        return n - 1 if self.get_start(n) > day else n

    def begins(self, day):
        """Whether one of its dates is this day, `last` aside."""
        return day >= self.first and self.get_start(self.find(day)) == day

    def __iter__(self):
        n = 0
        while self.last is None or self.get_start(n) <= self.last:
            yield self.get_period(n)
            n += 1


def carried_day(rhythm, first, unit):
    """Return the day of the month that periods from ``first`` on begin on: the one of the rhythm
    before, where that had to take a shorter month's last day.

    >>> carried_day(Rhythm(date(2026, 1, 31), 31, 1, "month"), date(2026, 2, 28), "quarter")
    31
    >>> carried_day(Rhythm(date(2026, 1, 31), 31, 1, "month"), date(2026, 2, 15), "quarter")
    15
    """
    keeps = unit in MONTHS and rhythm.unit in MONTHS and rhythm.begins(first)
    return rhythm.day if keeps else first.day


def get_rhythms(start, interval, unit, events=(), end=None):
    """Return the rhythms of a subscription, in their order.

    :param start: the day that the first period begins
    :param events: in the order in which they were decided; a second stop takes the place of the first
    :param end: no period begins after this day; None for open

    >>> for rhythm in get_rhythms(
    ...     date(2026, 1, 1),
    ...     1,
    ...     "month",
    ...     [
    ...         Event("stop", date(2026, 3, 31)),
    ...         Event("resume", date(2026, 6, 1)),
    ...         Event("period", date(2026, 9, 1), 1, "quarter"),
    ...     ],
    ...     date(2026, 12, 31),
    ... ):
    ...     print(rhythm.first, rhythm.interval, rhythm.unit, rhythm.last)
    2026-01-01 1 month 2026-03-31
    2026-06-01 1 month 2026-08-31
    2026-09-01 1 quarter 2026-12-31
    """
    rhythms = [Rhythm(start, start.day, interval, unit)]
    for event in events:
        last = rhythms[-1]
        if event.kind == "stop":
            rhythms[-1] = replace(last, last=event.date)
        elif event.kind == "resume":
            day = carried_day(last, event.date, last.unit)
            rhythms.append(replace(last, first=event.date, day=day, last=None))
        else:
            rhythms[-1] = replace(last, last=event.date - ONE_DAY)
            day = carried_day(last, event.date, event.unit)
            rhythms.append(Rhythm(event.date, day, event.interval, event.unit))
    if end:
        rhythms = [
            replace(rhythm, last=end if rhythm.last is None else min(end, rhythm.last))
            for rhythm in rhythms
        ]
    return rhythms


def iter_periods(rhythms):
    """Yield the periods of rhythms in their order; without end where the last one is open."""
    for rhythm in rhythms:
        yield from rhythm


def find_period(rhythms, start):
    """Return the period that begins on a day; None where none does.

    >>> year = get_rhythms(date(2026, 1, 1), 1, "year", end=date(2027, 12, 31))
    >>> str(find_period(year, date(2027, 1, 1)).end)
    '2027-12-31'
    >>> find_period(year, date(2026, 7, 1)), find_period(year, date(2028, 1, 1))
    (None, None)
    """
    for rhythm in rhythms:
        if rhythm.begins(start) and (rhythm.last is None or start <= rhythm.last):
            return rhythm.get_period(rhythm.find(start))
    return None


def get_last_end(rhythms):
    """Return the last day of the last period of rhythms that are stopped; None where there is none.

    >>> str(get_last_end(get_rhythms(date(2026, 1, 1), 1, "month", [Event("stop", date(2026, 3, 15))])))
    '2026-03-31'
    >>> get_last_end(get_rhythms(date(2026, 1, 1), 1, "month", [Event("stop", date(2025, 12, 31))]))
    """
    for rhythm in reversed(rhythms):
        if rhythm.last >= rhythm.first:
            return rhythm.get_period(rhythm.find(rhythm.last)).end
    return None


def get_next_start(rhythms, day):
    """Return the first date of the last rhythm, its stop aside, that is not before a day.

    >>> str(get_next_start(get_rhythms(date(2026, 1, 31), 1, "month"), date(2026, 3, 1)))
    '2026-03-31'
    """
    rhythm = rhythms[-1]
    if day <= rhythm.first:
        return rhythm.first
    return rhythm.get_start(rhythm.find(day - ONE_DAY) + 1)
