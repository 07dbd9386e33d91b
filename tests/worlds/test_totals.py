"""Totals add up in any order, and their fingerprint tells one set of worlds from another."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.model.layout import TALLIES
from escalation.worlds.outcomes import Outcomes
from escalation.worlds.totals import Layout, Totals, blank, digest_of, fingerprints, tell

LAYOUT = Layout.of(20, ("here", "there"))


def outcomes(seed: int, worlds: int) -> Outcomes:
    """Outcomes drawn at random within what the tallies can be."""
    from escalation.worlds.outcomes import Snapshot

    rng = np.random.default_rng(seed)
    at = {}
    for week in LAYOUT.weeks:
        tallies = rng.integers(0, 1000, (len(TALLIES), worlds))
        for name, most in (("ending", 3), ("route", 15), ("peak", 11), ("reply_rung", 11), ("limited_week", 2)):
            tallies[TALLIES.index(name)] = rng.integers(0, most, worlds)
        at[week] = Snapshot(tallies, rng.random(worlds) ** 8)
    return Outcomes("made up", 0, 0, 20, LAYOUT.countries, at, rng.integers(0, 10**6, (2, worlds)))


def told(all_worlds: Outcomes, chosen: np.ndarray, owner: np.ndarray | None = None, points: int = 1) -> np.ndarray:
    from escalation.worlds.outcomes import Snapshot

    into = LAYOUT.blank(points)
    at = {week: Snapshot(x.tallies[:, chosen], x.war_sum[chosen]) for week, x in all_worlds.at.items()}
    owner = np.zeros(len(chosen), dtype=np.int64) if owner is None else owner
    tell(LAYOUT, at, all_worlds.civilians[:, chosen], chosen.astype(np.int64), owner, into)
    return into


def totals(all_worlds: Outcomes, chosen: np.ndarray) -> Totals:
    return Totals(LAYOUT, told(all_worlds, chosen)[0])


@given(seed=st.integers(0, 2**32), cuts=st.tuples(st.integers(1, 40), st.integers(1, 40), st.integers(1, 40)))
def test_merging_is_associative_and_commutative_and_has_a_zero(seed: int, cuts: tuple[int, int, int]) -> None:
    worlds = outcomes(seed, sum(cuts))
    order = np.random.default_rng(seed).permutation(sum(cuts))
    a, b, c = (totals(worlds, part) for part in np.split(order, np.cumsum(cuts)[:2]))
    assert (a + b) + c == a + (b + c)
    assert a + b == b + a
    assert a + blank(LAYOUT) == a
    assert a + b + c == totals(worlds, np.arange(sum(cuts)))
    assert (a == a + b) is False


def test_totals_are_what_they_are_called() -> None:
    worlds = outcomes(1, 500)
    found = totals(worlds, np.arange(500))
    end = worlds.end
    assert found.n == 500
    for week, snapshot in worlds.at.items():
        assert found.wars[week] == snapshot.war.sum()
        assert found.limited[week] == snapshot.limited_war.sum()
        assert found.war_sum[week] == pytest.approx(snapshot.war_sum.sum(), abs=500 * 2.0**-51)
        assert found.war_sum_sq[week] == pytest.approx((snapshot.war_sum**2).sum(), abs=500 * 2.0**-51)
    assert found.tallies["attacks"] == end.tally("attacks").sum()
    assert sum(found.routes.values()) == end.war.sum()
    assert found.routes["revenge"] == (end.war & (end.tally("route") == 11)).sum()
    assert found.endings == {name: (end.tally("ending") == i).sum() for i, name in enumerate(found.endings)}
    assert found.peak[7] == (end.tally("peak") == 7).sum()
    assert found.reply[10] == (end.tally("reply_rung") == 10).sum()
    assert list(found.civilians.values()) == worlds.civilians.sum(axis=1).tolist()


def test_a_block_may_hold_several_points() -> None:
    worlds = outcomes(2, 60)
    together = told(worlds, np.arange(60), np.repeat([3, 0, 1], [10, 20, 30]), points=5)
    np.testing.assert_array_equal(together[3], told(worlds, np.arange(10))[0])
    np.testing.assert_array_equal(together[0], told(worlds, np.arange(10, 30))[0])
    np.testing.assert_array_equal(together[1], told(worlds, np.arange(30, 60))[0])
    assert (together[[2, 4]] == 0).all()


def test_the_fingerprint_sees_every_outcome_and_the_worlds_number() -> None:
    worlds = outcomes(3, 8)
    numbers = np.arange(8, dtype=np.int64)
    before = fingerprints(worlds.end.tallies, worlds.civilians, numbers)
    changed = [fingerprints(worlds.end.tallies, worlds.civilians, numbers + 1)]
    for tally in range(len(TALLIES)):
        tallies = worlds.end.tallies.copy()
        tallies[tally] += 1
        changed.append(fingerprints(tallies, worlds.civilians, numbers))
    for country in range(2):
        civilians = worlds.civilians.copy()
        civilians[country] += 1
        changed.append(fingerprints(worlds.end.tallies, civilians, numbers))
    for after in changed:
        assert (before != after).all()
    assert len({lane for lanes in before for lane in lanes.tolist()}) == 4 * 8


def test_worlds_that_swap_outcomes_or_trade_them_have_another_fingerprint() -> None:
    worlds = outcomes(4, 2)
    both = np.arange(2)
    swapped = fingerprints(worlds.end.tallies[:, ::-1], worlds.civilians[:, ::-1], both).sum(axis=1)
    assert (swapped != fingerprints(worlds.end.tallies, worlds.civilians, both).sum(axis=1)).all()


def test_the_sum_of_many_chances_keeps_its_last_places() -> None:
    one = totals(outcomes(5, 1), np.arange(1))
    many = Totals(LAYOUT, one.sums * 2**30)
    assert many.war_sum[20] == one.war_sum[20] * 2**30


def test_layouts_do_not_mix() -> None:
    with pytest.raises(ValueError, match="do not add up"):
        blank(LAYOUT) + blank(Layout.of(20, ("here",)))


def test_the_digest_sees_points_and_order() -> None:
    a, b = totals(outcomes(6, 3), np.arange(3)), blank(LAYOUT)
    digests = {digest_of("p", [a, b]), digest_of("p", [b, a]), digest_of("q", [a, b]), digest_of("p", [a])}
    assert len(digests) == 4
