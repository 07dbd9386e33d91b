"""The record's data load, keep to their own scales, and their intervals are computed as the sources' were."""

from __future__ import annotations

import datetime as dt

import pytest

from escalation import ladder
from escalation.history import record


def test_every_event_is_on_the_ladder_or_an_accident() -> None:
    events = record.events()
    assert len(events) > 80
    assert [event.date for event in events] == sorted(event.date for event in events)
    assert {event.rung for event in events} - {None} <= set(range(1, len(ladder.LADDER) + 1))
    assert {event.confidence for event in events} == {"verified", "verified-weak", "from-memory"}
    killed = [event.us_killed for event in events if event.us_killed is not None]
    assert min(killed) == 0


def test_what_is_said_to_be_verified_names_its_source() -> None:
    assert [event.date for event in record.events() if event.confidence == "verified" and not event.source_url] == []


def test_the_reply_to_the_strike_is_on_record() -> None:
    strike = next(event for event in record.events() if event.date == dt.date(2020, 1, 3))
    reply = next(event for event in record.events() if event.date == dt.date(2020, 1, 8) and event.rung is not None)
    assert (strike.rung, reply.rung, reply.us_killed) == (7, 7, 0)


def test_windows_of_attacks_have_the_length_they_say() -> None:
    for count in record.counts():
        assert count.start < count.end
        assert abs((count.end - count.start).days - count.days) <= 1, count
        low, high = count.interval
        assert low <= count.rate <= high


def test_targets_from_counts_and_windows_agree() -> None:
    windows = {(count.start, count.attacks): count for count in record.counts() if not count.naval}
    before, after = windows[dt.date(2019, 10, 28), 11], windows[dt.date(2020, 1, 3), 15]
    targets = record.targets()
    for name, count in (("attacks_before_strike", before), ("attacks_after_strike", after)):
        assert (targets[name].low, targets[name].high) == pytest.approx(count.interval)
    ratio = targets["attack_ratio"]
    assert ratio.low is not None
    assert ratio.high is not None
    assert ratio.low < after.rate / before.rate < ratio.high


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("attacks_before_strike", 2.8, 10.0),
        ("attacks_after_strike", 2.8, 8.4),
        ("attack_ratio", 0.39, 2.19),
        ("lethal_share", 0.005, 0.034),
        ("answered_without_deaths", 0.013, 0.119),
        ("answered_with_deaths", 0.40, 1.0),
        ("war_per_crisis", 0.033, 0.106),
    ],
)
def test_intervals_are_those_of_the_literature(name: str, low: float, high: float) -> None:
    target = record.targets()[name]
    assert (target.low, target.high) == pytest.approx((low, high), rel=0.02, abs=0.0006)


def test_every_target_is_sourced_and_has_something_to_compare_with() -> None:
    for target in record.targets().values():
        assert target.source
        assert target.what
        assert target.short
        assert target.as_of <= dt.date(2026, 6, 30)
        assert (target.low is None) == (target.high is None)
        assert target.low is not None or target.beside is not None
        if target.low is not None and target.high is not None:
            assert target.low < target.high


def test_exact_intervals_at_their_edges() -> None:
    assert record.poisson_rate(0, 365.25) == pytest.approx((0.0, 3.6889 / 12), rel=1e-4)
    assert record.share_interval(4, 4, "clopper-pearson")[1] == 1.0
    with pytest.raises(ValueError, match="clopper-pearson, wilson"):
        record.share_interval(1, 2, "wald")
    with pytest.raises(ValueError, match="days"):
        record.poisson_rate(1, 0)


def test_a_ratio_of_equal_counts_is_about_one() -> None:
    low, high = record.rate_ratio(50, 90, 50, 90)
    assert low * high == pytest.approx(1.0)


def test_ninety_days_cannot_tell_a_fall_of_forty_percent() -> None:
    assert record.power(1.0) <= 0.05
    assert record.power(1.0) < record.power(0.6) < record.power(0.4) < 0.5
    assert record.power(0.6) == pytest.approx(0.18, abs=0.03)
