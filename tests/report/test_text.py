"""The printed reports: plain sentences, narrow lines, and commands that exist."""

from __future__ import annotations

import datetime as dt

import pytest

from escalation.analysis.compare import compare
from escalation.analysis.odds import RunResult, run
from escalation.report.layout import WIDTH, columns
from escalation.report.scenario_text import describe_text
from escalation.report.text import compare_text, headline, run_text
from escalation.report.words import (
    between,
    count,
    day,
    days,
    listed,
    of,
    opening,
    percent,
    period,
    signed_tenths,
    so_many,
    tenths,
)
from escalation.scenario.loader import load, shipped


@pytest.fixture(scope="module")
def result() -> RunResult:
    return run("strike", 300, horizon=13)


def test_a_run_opens_with_one_plain_sentence(result: RunResult) -> None:
    said = headline(result)
    assert said.startswith(f"{result.war.count:,} of 300 crises became all-out war: ")
    assert said.endswith("within 90 days of 2 January 2020.")
    assert "95 % interval" in said


def test_no_war_is_said_with_an_upper_bound_and_the_weighed_odds() -> None:
    said = headline(run("strike-no-errors", 50, horizon=2))
    assert said.startswith("None of 50 crises became all-out war within 14 days of 2 January 2020: ")
    assert "below" in said
    assert "weighing" in said


def test_a_wide_weighed_interval_is_explained() -> None:
    few = run_text(run("strike-no-errors", 50, horizon=2)).replace("\n", " ")
    assert "is wide above because wars are few: 50 worlds cannot rule out" in few
    assert "--rare goes further" in few
    assert "wars are few" not in run_text(run("strike", 2000, horizon=13))


def test_rare_odds_are_told_with_what_they_rest_on() -> None:
    text = run_text(run("strike-no-errors", 2500, horizon=5, rare=True))
    table = text[text.index("by splitting") :].splitlines()
    assert "within 14 days" in table[1]
    assert "within 5 weeks" in table[2]
    assert "2,500 worlds, copied on the way to war" in text
    assert "--rare goes further" not in text
    assert max(map(len, text.splitlines())) <= WIDTH


@pytest.mark.parametrize("name", shipped())
def test_reports_are_at_most_a_hundred_wide(name: str) -> None:
    for text in (run_text(run(name, 40, horizon=4)), describe_text(load(name))):
        assert max(map(len, text.splitlines())) <= WIDTH
        assert "\x1b" not in text


def test_a_comparison_of_long_names_is_at_most_a_hundred_wide() -> None:
    text = compare_text(compare("strike-no-control-loss", "strike-no-learning", "accord", worlds=300, horizon=26))
    assert "What to try next" in text
    assert max(map(len, text.splitlines())) <= WIDTH


def test_a_report_names_what_the_contract_asks_for(result: RunResult) -> None:
    text = run_text(result)
    for words in ("within 14 days", "Highest rung reached", "How the crises stood", "a month", "from data alone"):
        assert words in text
    dead = text[text.index("Mean dead") :].splitlines()[1:]
    assert dead[0].split()[0] == "civilians"


def test_colour_is_only_on_request(result: RunResult) -> None:
    assert "\x1b[1m" in run_text(result, colour=True)


def test_what_to_try_next_repeats_the_options(result: RunResult) -> None:
    text = run_text(result, given="my.toml", again="--horizon 13")
    assert "escalation explain my.toml --world " in text
    assert "--horizon 13" in text


def test_a_comparison_tells_averted_from_caused() -> None:
    text = compare_text(compare("nonresponse", "strike-no-errors", worlds=300, horizon=26))
    assert "averted" in text
    assert "caused" in text
    assert "strike-no-errors less nonresponse" in text


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (between(0.1162, 0.1101, 0.1226), "11.6 in 100 (95 % interval 11.0 to 12.3)"),
        (so_many(0.0004), "4.0 in 10,000"),
        (period(52), "one year"),
        (period(26), "26 weeks"),
        (days(1460), "4 years"),
        (day(dt.date(2020, 1, 2)), "2 January 2020"),
        (percent(0.0004), "< 0.1 %"),
        (tenths(6.75), "6.8"),
        (tenths(0.05), "0.1"),
        (tenths(0.0312), "0.031"),
        (tenths(0.00036), "0.00036"),
        (tenths(0.00000036), "< 0.0001"),
        (tenths(0.0), "0"),
        (signed_tenths(-0.0123), "−0.012"),
        (signed_tenths(0.25), "+0.2"),
        (signed_tenths(0.0), "0.0"),
        (count(2, "attack"), "two attacks"),
        (count(1, "attack"), "one attack"),
        (listed(["a", "b", "c"]), "a, b and c"),
        (of("the United States"), "the United States'"),
        (opening("iran"), "Iran"),
    ],
)
def test_numbers_are_said_as_a_reader_would(said: str, words: str) -> None:
    assert said == words


def test_columns_line_up() -> None:
    assert columns([("a", "1.0"), ("long", "10.0")]) == ["  a      1.0", "  long  10.0"]
