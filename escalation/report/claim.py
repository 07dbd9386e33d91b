"""What ``claim`` prints: a verdict in a sentence, and the figures under it."""

from __future__ import annotations

from escalation.analysis.claim import ClaimAnswer
from escalation.report.layout import bold, columns, wrapped
from escalation.report.thesis import within

_SAID = {
    "supported": "Supported: {} holds in {}.",
    "contradicted": "Contradicted: {} holds in only {}.",
    "undecided": "Undecided: {} holds in {}, which is neither nearly all nor nearly none of it.",
}


def claim_text(answer: ClaimAnswer, colour: bool = False) -> str:
    """The verdict, over which share of what is plausible, how large the thing itself is, and at what size of run."""
    space = f"{_percent(answer.share)} of the plausible parameter space"
    first = wrapped(_SAID[answer.verdict].format(f'"{answer.claim}" ({_of(answer)})', space))
    first[0] = bold(first[0], colour)
    interval = f"{_percent(answer.share_low)} to {_percent(answer.share_high)}"
    low, high = _size(answer, answer.effect.low), _size(answer, answer.effect.high)
    noise = _size(answer, 1.96 * answer.effect.monte_carlo_error, plus=False)
    central = f"{_size(answer, answer.central_low)} to {_size(answer, answer.central_high)}"
    rows = [
        ("holds in", _percent(answer.share), f"of the space as the priors weigh it (95 % interval {interval})"),
        ("", _percent(answer.share_of_ranges), "with every uncertain number spread evenly over its plausible range"),
        (
            "size",
            _size(answer, answer.effect.value),
            f"over the priors (± {noise} of Monte-Carlo noise; central 95 % of the space {low} to {high})",
        ),
        ("", _size(answer, answer.central), f"at the central values (Monte-Carlo interval {central})"),
    ]
    unit = "in 100" if _in_100(answer) else answer.effect.unit
    last = (
        f"Size: {answer.effect.quantity}, {unit}. Supported from 90 % of the space, contradicted from 10 % down, "
        f"Monte-Carlo noise taken out. {answer.draws} draws of the uncertain numbers x {answer.worlds_per_draw} "
        f"worlds; seed {answer.seed}; rule {answer.rule}. Simulated, not observed."
    )
    return "\n".join([*first, "", *columns(rows, left=3), "", *wrapped(last)])


def _of(answer: ClaimAnswer) -> str:
    beside = f" beside {answer.against}" if answer.against and answer.against != answer.scenario else ""
    return f"{answer.scenario}{beside}, {within(answer.horizon_days)}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _in_100(answer: ClaimAnswer) -> bool:
    return answer.effect.unit in ("in 100", "probability")


def _size(answer: ClaimAnswer, value: float, plus: bool = True) -> str:
    sign = "+" if answer.against and plus else ""
    return f"{100 * value:{sign}.1f}" if _in_100(answer) else f"{value:{sign}.2f}"
