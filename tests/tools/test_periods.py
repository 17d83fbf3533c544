"""The kernel of subscriptions: dates that never drift, periods without gap or overlap."""

import doctest
from datetime import date, timedelta
from itertools import islice, pairwise

from dateutil.relativedelta import relativedelta
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...tools import dates, periods
from ...tools.dates import nth_date
from ...tools.periods import (
    ONE_DAY,
    Event,
    find_period,
    get_last_end,
    get_next_start,
    get_rhythms,
    iter_periods,
)

# The same examples in every run, however slow the machine.
settings.register_profile("periods", deadline=None, derandomize=True, max_examples=100)
settings.load_profile("periods")

days = st.dates(date(2019, 12, 25), date(2032, 3, 5))
units = st.sampled_from(["day", "week", "month", "quarter", "year"])
intervals = st.integers(1, 18)
LENGTHS = {
    "day": {"days": 1},
    "week": {"weeks": 1},
    "month": {"months": 1},
    "quarter": {"months": 3},
    "year": {"years": 1},
}


def after(first, count, unit):
    """Return the date some units later, by another library."""
    return first + relativedelta(**{name: count * length for name, length in LENGTHS[unit].items()})


@st.composite
def subscriptions(draw):
    """Return start, interval, unit and decisions, each of which was allowed when it was made."""
    start, interval, unit = draw(days), draw(intervals), draw(units)
    events = []
    for kind in draw(st.lists(st.sampled_from(["stop", "period"]), max_size=4)):
        rhythms = get_rhythms(start, interval, unit, events)
        later = draw(st.integers(0, 400))
        if kind == "period":
            first = get_next_start(rhythms, rhythms[-1].first + timedelta(days=later))
            events.append(Event("period", first, draw(intervals), draw(units)))
            continue
        stop = rhythms[-1].first + timedelta(days=later - 20)
        events.append(Event("stop", stop))
        free = [stop, get_last_end(get_rhythms(start, interval, unit, events)) or stop]
        first = max(free) + timedelta(days=draw(st.integers(1, 300)))
        if draw(st.booleans()):
            first = get_next_start(get_rhythms(start, interval, unit, events), first)
        events.append(Event("resume", first))
    return start, interval, unit, events


@tagged("post_install", "-at_install")
class TestPeriods(BaseCase):
    test_module = "sale_situation_invoicing"

    def test_doctests(self):
        for module in (dates, periods):
            result = doctest.testmod(module)
            self.assertTrue(result.attempted, module.__name__)
            self.assertFalse(result.failed, module.__name__)

    @given(days, st.integers(0, 60), intervals, units)
    def test_dates_are_counted_from_the_first(self, first, n, interval, unit):
        self.assertEqual(nth_date(first, n, interval, unit), after(first, n * interval, unit))

    @given(days, intervals, units, st.integers(0, 4000))
    def test_every_day_is_in_one_period(self, start, interval, unit, later):
        day = start + timedelta(days=later)
        [rhythm] = get_rhythms(start, interval, unit)
        period = rhythm.get_period(rhythm.find(day))
        self.assertTrue(period.start <= day <= period.end)
        self.assertEqual(rhythm.begins(day), period.start == day)

    @given(subscriptions())
    def test_no_gap_no_overlap_no_drift(self, subscription):
        start, interval, unit, events = subscription
        rhythms = get_rhythms(start, interval, unit, events)
        resumed = {event.date for event in events if event.kind == "resume"}
        found = list(islice(iter_periods(rhythms), 300))
        for period, following in pairwise(found):
            self.assertLess(period.end, following.start)
            if following.start not in resumed:
                self.assertEqual(following.start, period.end + ONE_DAY)
        for rhythm in rhythms:
            # Counted by another library, from a month that has the day.
            month_long = rhythm.unit not in ("day", "week")
            for n, period in enumerate(islice(rhythm, 30)):
                expected = after(rhythm.first, n * rhythm.interval, rhythm.unit)
                if month_long:
                    expected = expected + relativedelta(day=rhythm.day)
                self.assertEqual(period.start, expected)
                self.assertEqual(find_period([rhythm], period.start), period)

    @given(subscriptions(), days)
    def test_an_end_takes_periods_from_the_end_only(self, subscription, end):
        start, interval, unit, events = subscription
        whole = get_rhythms(start, interval, unit, events)
        cut = list(islice(iter_periods(get_rhythms(start, interval, unit, events, end)), 300))
        kept = [period for period in islice(iter_periods(whole), 300) if period.start <= end]
        self.assertEqual(cut, kept)
