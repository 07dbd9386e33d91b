"""A world's log as compact text, one fact a line: what the golden transcripts hold (tests/goldens)."""

from __future__ import annotations

from collections.abc import Iterator

from escalation.report.log import Move, Week, WorldLog


def transcript(log: WorldLog) -> list[str]:
    """The log line by line; weeks in which nothing was done have one line. Beliefs and chances to four digits."""
    kinds = f"{'resolute' if log.resolute else 'weak'}, {'restrained' if log.restrained else 'unrestrained'}"
    lines = [f"types {kinds}; belief resolute {log.first_resolute:.4g}, restrained {log.first_restrained:.4g}"]
    for week in log.weeks:
        lines += _week(week)
    told = [f"{name}={value}" for name, value in log.tallies.items() if value]
    dead = [f"{name}={value}" for name, value in log.civilians.items() if value]
    lines += [f"end {log.ending}, route {log.route}, war_sum {log.war_sum:.4g}", f"tallies {' '.join(told)}"]
    return lines + ([f"civilians {' '.join(dead)}"] if dead else [])


def _week(week: Week) -> Iterator[str]:
    ended = f" {week.ended}" if week.ended else ""
    yield (
        f"{week.week} {week.date} rung {week.rung_before}>{week.rung}{ended} | resolute {week.resolute:.4g} restrained "
        f"{week.restrained:.4g} threat {week.survival_threat:.4g} owed {week.obligation:.4g}"
    )
    for name in week.events:
        yield f"  event {name}"
    for attack in week.attacks:
        ordered = " ordered" if attack.ordered else ""
        killed = f" lethal {attack.lethal} dead {attack.dead}" if attack.lethal else ""
        yield f"  {attack.actor} attacks {attack.attacks} {attack.instrument}{killed}{ordered}"
    if week.unauthorised:
        yield "  unauthorised"
    if week.allies_hit:
        yield f"  hit {' '.join(week.allies_hit)}"
    for move in week.moves:
        if move.intended_rung > 1 or move.executed_rung > 1 or move.provocation is not None:
            yield _move(move)
    if week.ally_strikes:
        yield f"  strike by {' '.join(week.ally_strikes)}"
    if week.accidents:
        yield f"  accidents {week.accidents}{_dead(week.accident_dead)}"


def _move(move: Move) -> str:
    faced = move.provocation
    cause = ""
    if faced is not None:
        flags = [
            name
            for name, on in (
                ("blamed", faced.blamed),
                ("wrongly", faced.misattributed),
                ("accident", faced.accident),
                ("ally", faced.on_ally),
            )
            if on
        ]
        cause = f" faced {faced.true:g} seen {faced.perceived:.4g} dead {faced.dead} {' '.join(flags)}".rstrip()
    elif move.faced_true > 1.0:
        cause = f" faced {move.faced_true:g} seen {move.faced_perceived:.4g}"
    slip = "" if move.executed == move.intended else f" done {move.executed}({move.executed_rung})"
    forced = " forced" if move.forced else ""
    return (
        f"  {move.actor}.{move.turn}{cause}: {move.intended}({move.intended_rung}){slip}{forced}"
        f" [{move.motive or 'chance'}] taken for {move.perceived_rung:.4g}, types {move.p_types[0]:.4g} "
        f"{move.p_types[1]:.4g}, belief {move.belief_before:.4g}>{move.belief_after:.4g}, war {move.war_chance:.4g}"
        f"{_dead(move.dead)}"
    )


def _dead(dead: dict[str, int]) -> str:
    return f", dead {' '.join(f'{who}={number}' for who, number in dead.items())}" if dead else ""
