"""Days of a named zone, daylight saving included."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from forexai_saas.billing.periods import day_around, moment_text
from forexai_saas.settings import MeterSettings

HOUR_NS = 3_600 * 10**9


def ns(text):
    return int(datetime.fromisoformat(text).timestamp()) * 10**9


@pytest.mark.parametrize(
    ("zone", "now", "start", "hours"),
    [
        ("UTC", "2026-03-10T00:00:00+00:00", "2026-03-10T00:00:00+00:00", 24),
        ("UTC", "2026-03-10T23:59:59+00:00", "2026-03-10T00:00:00+00:00", 24),
        ("Asia/Jakarta", "2026-03-10T16:59:00+00:00", "2026-03-09T17:00:00+00:00", 24),
        ("Asia/Jakarta", "2026-03-10T17:00:00+00:00", "2026-03-10T17:00:00+00:00", 24),
        ("America/New_York", "2026-03-08T12:00:00+00:00", "2026-03-08T05:00:00+00:00", 23),
        ("America/New_York", "2026-11-01T12:00:00+00:00", "2026-11-01T04:00:00+00:00", 25),
        # in Santiago the clock skips midnight itself: the day begins at one
        ("America/Santiago", "2026-09-06T12:00:00+00:00", "2026-09-06T04:00:00+00:00", 23),
    ],
)
def test_a_day_runs_from_midnight_to_midnight(zone, now, start, hours):
    first, after = day_around(ns(now), ZoneInfo(zone))
    assert (first, after - first) == (ns(start), hours * HOUR_NS)


@given(st.integers(0, 4_000_000_000), st.sampled_from(["UTC", "Asia/Jakarta", "America/New_York", "America/Santiago"]))
def test_every_instant_lies_in_one_day_and_days_join(seconds, name):
    zone = ZoneInfo(name)
    time_ns = seconds * 10**9 + 5
    first, after = day_around(time_ns, zone)
    assert first <= time_ns < after
    assert day_around(first, zone) == (first, after)
    assert day_around(after, zone)[0] == after
    assert 22 * HOUR_NS <= after - first <= 26 * HOUR_NS


def test_a_moment_is_told_on_the_zones_clock():
    assert moment_text(ns("2026-03-10T17:00:00+00:00"), ZoneInfo("Asia/Jakarta")) == "2026-03-11 00:00 Asia/Jakarta"
    assert moment_text(0, ZoneInfo("UTC")) == f"{datetime.fromtimestamp(0, UTC):%Y-%m-%d %H:%M} UTC"


@pytest.mark.parametrize(
    "settings", [{"zone": "Mars/Olympus"}, {"zone": ""}, {"plan": "gold"}, {"plans": {"x": "gold"}}, {"wait_s": 0}]
)
def test_settings_are_checked_when_they_are_made(settings):
    with pytest.raises(ValidationError):
        MeterSettings(**settings)
