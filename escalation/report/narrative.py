"""One world told week by week: who meant what, what happened, who saw what, and why the next move followed.

Nothing about any country is written here: names of actors, acts, weapons and events come from the scenario.
"""

from __future__ import annotations

from collections.abc import Iterator

from escalation.ladder import label
from escalation.model.layout import FORCE
from escalation.model.outcomes import ROUTE_MEANINGS
from escalation.report.layout import bold, dim, wrapped
from escalation.report.log import Move, Week, WorldLog
from escalation.report.motives import MOTIVES
from escalation.report.words import count, day, listed, of, opening, period, small, so_many

_LIVELY = 0.03
"""A change of belief smaller than this is not worth a sentence."""
_OWED = 1.0
"""Utils of revenge obligation below which nothing is said of it."""
_WORDS = (
    (0.1, "hardly thinkable"),
    (0.35, "doubted"),
    (0.65, "an open question"),
    (0.9, "likely"),
    (1.01, "taken for sure"),
)
_PEOPLE = ("civilians", "defender", "challenger", "proxies", "allies")


def narrate(log: WorldLog, colour: bool = False) -> str:
    """The whole story, at most 100 columns wide."""
    return "\n".join(Narrator(log, colour).lines())


class Narrator:
    """Tells one log."""

    def __init__(self, log: WorldLog, colour: bool) -> None:
        self.log = log
        self.colour = colour
        scenario = log.scenario
        self.titles = {actor.name: actor.title for actor in scenario.actors}
        self.acts = {(act.actor, act.name): act.title for acts in scenario.acts.values() for act in acts}
        self.tools = {tool.name: tool.title for tool in scenario.instruments}
        self.events = {event.name: event for event in scenario.events}
        self.defender, self.challenger = scenario.defender.title, scenario.challenger.title
        self.resolute, self.restrained = log.first_resolute, log.first_restrained

    # -- the frame ---------------------------------------------------------------------------------------------
    def lines(self) -> Iterator[str]:
        """Head, weeks, end."""
        log, scenario = self.log, self.log.scenario
        yield bold(f"{scenario.title}: world {log.world} of seed {log.seed}", self.colour)
        yield from wrapped(self._opening())
        quiet: list[Week] = []
        for week in log.weeks:
            if self._is_quiet(week):
                quiet.append(week)
                continue
            yield from self._quiet(quiet)
            quiet = []
            yield from self._week(week)
        yield from self._quiet(quiet)
        yield ""
        yield dim("How it ended", self.colour)
        for paragraph in self._ending():
            yield from wrapped(paragraph, "  ")

    def _opening(self) -> str:
        log = self.log
        first = log.scenario.start
        true = (
            f"In this world {'a resolute' if log.resolute else 'a weak'} leader governs {self.defender}, and "
            f"{self.challenger} is {'of the restrained kind' if log.restrained else 'not of the restrained kind'}; "
            "neither knows it of the other."
        )
        believed = (
            f"{opening(self.challenger)} gives it {_in_100(self.resolute)} that {self.defender} is "
            f"resolute; {self.defender} gives it {_in_100(self.restrained)} that {self.challenger} "
            "stays restrained."
        )
        stage = f"It is {day(first.date)}; the crisis stands on rung {first.rung} of 10 ({label(first.rung)})."
        return f"{stage} {true} {believed}"

    # -- quiet weeks -------------------------------------------------------------------------------------------
    def _is_quiet(self, week: Week) -> bool:
        """No dead on either side's forces, no force between the states, nothing scheduled, no slip, no end."""
        loud = any(
            move.executed != move.intended
            or move.forced
            or (move.executed_rung > FORCE and not self._through_proxies(move))
            for move in week.moves
        )
        soldiers = any(attack.dead for attack in week.attacks)
        return not (loud or soldiers or week.events or week.ally_strikes or week.accidents or week.ended)

    def _through_proxies(self, move: Move) -> bool:
        key = f"acts.{move.actor}.{move.executed}.via_proxies"
        return self.log.scenario.numbers[key].value > 0.5

    def _quiet(self, weeks: list[Week]) -> Iterator[str]:
        if not weeks:
            return
        yield ""
        first, last = weeks[0], weeks[-1]
        if first is last:
            yield dim(f"Week {first.week}, {day(first.date)}", self.colour)
        else:
            yield dim(f"Weeks {first.week}-{last.week}, {day(first.date)} to {day(last.date)}", self.colour)
        attacks = sum(attack.attacks for week in weeks for attack in week.attacks)
        if attacks:
            said = (
                f"Nothing but {count(attacks, 'harmless attack')} on {self.defender} by {self.challenger}'s partners."
            )
            said = said.replace(f"{self.challenger}'s", of(self.challenger))
        else:
            said = "All quiet."
        civilians = sum(week.dead.get("civilians", 0) for week in weeks)
        if civilians:
            said += f" {opening(count(civilians, 'civilian'))} died by stray fire."
        hit = dict.fromkeys(name for week in weeks for name in week.allies_hit)
        if hit:
            said += f" {opening(listed([self.titles[name] for name in hit]))} came under fire too."
        yield from wrapped(said, "  ")
        chosen = " ".join(filter(None, (self._chosen(weeks, role) for role in ("defender", "challenger"))))
        if chosen:
            yield from wrapped(chosen, "  ")
        beliefs = self._drift(last)
        if beliefs:
            yield from wrapped(beliefs, "  ")
        if last.rung != first.rung_before:
            yield from wrapped(f"The crisis {_moved(first.rung_before, last.rung)}.", "  ")

    def _chosen(self, weeks: list[Week], role: str) -> str:
        """What one side chose over quiet weeks, short of open force."""
        counted: dict[str, int] = {}
        for week in weeks:
            for move in week.moves:
                if move.role == role and move.executed_rung > 1:
                    title = self.acts[move.actor, move.executed]
                    counted[title] = counted.get(title, 0) + 1
        if not counted:
            return ""
        actor = self.defender if role == "defender" else self.challenger
        deeds = [f"“{title}”" + (f" ({times} times)" if times > 1 else "") for title, times in counted.items()]
        return f"{opening(actor)} chose {listed(deeds)}."

    def _drift(self, week: Week) -> str:
        """Beliefs that have moved since they were last spoken of; they count as spoken of now."""
        said = []
        if abs(week.resolute - self.resolute) >= _LIVELY:
            said.append(
                f"{of(opening(self.challenger))} belief that {self.defender} is resolute "
                f"{_went(self.resolute, week.resolute)}."
            )
            self.resolute = week.resolute
        if abs(week.restrained - self.restrained) >= _LIVELY:
            said.append(
                f"{of(opening(self.defender))} belief that {self.challenger} stays restrained "
                f"{_went(self.restrained, week.restrained)}."
            )
            self.restrained = week.restrained
        return " ".join(said)

    # -- a week ------------------------------------------------------------------------------------------------
    def _week(self, week: Week) -> Iterator[str]:
        yield ""
        yield dim(f"Week {week.week}, {day(week.date)}", self.colour)
        for name in week.events:
            event = self.events[name]
            if event.kind != "act":
                yield from wrapped(f"{opening(event.title)}.", "  ")
        attacks = self._attacks(week)
        if attacks:
            yield from wrapped(attacks, "  ")
        for move in week.moves:
            for sentence in self._defender(move, week) if move.role == "defender" else self._challenger(move):
                yield from wrapped(sentence, "  ")
        if week.ally_strikes:
            names = listed([self.titles[name] for name in week.ally_strikes])
            yield from wrapped(
                f"{opening(names)} struck {of(self.challenger)} territory over its nuclear programme.", "  "
            )
        if week.accidents:
            died = self._died(week.accident_dead)
            yield from wrapped(f"Forces on alert fired on the wrong target: {died or 'no one died'}.", "  ")
        tail = self._drift(week)
        if week.ended != "war" and week.rung != week.rung_before:
            tail = f"{tail} The crisis {_moved(week.rung_before, week.rung)}.".strip()
        if tail:
            yield from wrapped(tail, "  ")

    def _attacks(self, week: Week) -> str:
        said = []
        for attack in week.attacks:
            who, tool = opening(self.titles[attack.actor]), self.tools[attack.instrument]
            times = "once" if attack.attacks == 1 else "twice" if attack.attacks == 2 else f"{attack.attacks} times"
            line = f"{who} attacked {self.defender} {times} ({tool})"
            if attack.dead:
                line += f"; {count(attack.lethal, 'attack')} killed {attack.dead:,}"
            else:
                line += ", killing none of its forces"
            said.append(f"{line}.")
        if week.unauthorised:
            said.append("One lethal attack nobody had ordered.")
        if week.allies_hit:
            said.append(f"{opening(listed([self.titles[name] for name in week.allies_hit]))} came under fire too.")
        return " ".join(said)

    def _defender(self, move: Move, week: Week) -> Iterator[str]:
        faced = move.provocation
        if faced is not None and (move.turn == 0 or faced.accident):
            yield self._faced(move, week)
        yield self._did(move, faced is not None)
        if move.executed_rung < FORCE and not move.forced:
            return
        yield self._seen(move, self.challenger)

    def _faced(self, move: Move, week: Week) -> str:
        faced = move.provocation
        assert faced is not None
        who = opening(self.defender)
        seen = _rung(faced.perceived)
        what = f"rung {seen} ({label(seen)})"
        if faced.on_ally:
            return f"{who} saw the fire on its allies as {what}."
        slip = "" if seen == int(faced.true) else f"; it was rung {int(faced.true)}"
        said = f"{who} saw {what}{slip}"
        said += f", with {faced.dead:,} of its own dead" if faced.dead else ""
        if faced.accident:
            return f"{said}, and laid at {of(self.challenger)} door deaths that were an accident."
        if not week.attacks and faced.true < 7.0 and move.turn == 0:
            return f"{said}."
        if move.turn > 0 or faced.true >= 7.0:
            return f"{said}."
        if faced.blamed:
            right = "wrongly: nobody there had ordered it" if faced.misattributed else "rightly"
            return f"{said}, and laid it at {of(self.challenger)} door, {right}."
        ordered = any(attack.ordered for attack in week.attacks)
        right = f", although {self.challenger} had ordered it" if ordered else ""
        return f"{said}, and did not lay it at {of(self.challenger)} door{right}."

    def _challenger(self, move: Move) -> Iterator[str]:
        if move.faced_true > FORCE and move.obligation_before >= _OWED:
            yield (
                f"{opening(self.challenger)} owed its dead revenge worth {move.obligation_before:.0f} on a scale where "
                "its own defeat is 100."
            )
        yield self._did(move, move.faced_true > FORCE)
        if move.executed_rung > FORCE and not self._through_proxies(move):
            yield self._seen(move, self.defender)

    def _did(self, move: Move, provoked: bool) -> str:
        who, title = opening(self.titles[move.actor]), self.acts[move.actor, move.executed]
        if move.forced:
            event = next((e.title for e in self.events.values() if e.act == move.executed and e.kind == "act"), title)
            said = f"{opening(event)}: so the scenario has it ({title}, by {self.titles[move.actor]})."
        elif move.executed != move.intended:
            meant = self.acts[move.actor, move.intended]
            said = f"{who} meant “{meant}”; by an error of execution, what was done was “{title}”."
        elif move.executed_rung == 1:
            said = f"{who} held back." if provoked else f"{who} held."
        else:
            why = f"moved most by {MOTIVES[move.motive]}" if move.motive else "though nothing spoke for it but chance"
            said = f"{who} chose “{title}”, {why}."
        died = self._died(move.dead)
        chance = ""
        if move.war_chance >= 0.005 and move.executed_rung < 10:
            chance = f" It could have been all-out war: {_in_100(move.war_chance)} before the choice fell."
        return f"{said}{f' {opening(died)}.' if died else ''}{chance}"

    def _seen(self, move: Move, observer: str) -> str:
        """How the other side saw an act, and what it learned from it about the mover."""
        seen = _rung(move.perceived_rung)
        said = f"{opening(observer)} saw rung {seen} ({label(seen)})"
        said += "." if seen == move.executed_rung else f"; it was rung {move.executed_rung}."
        if abs(move.belief_after - move.belief_before) < _LIVELY:
            return said
        first, second = move.p_types
        kinds = ("a resolute", "a weak") if move.role == "defender" else ("a restrained", "an unrestrained")
        trait, actor = "is resolute" if move.role == "defender" else "stays restrained", self.titles[move.actor]
        if move.role == "defender":
            self.resolute = move.belief_after
        else:
            self.restrained = move.belief_after
        said += (
            f" {opening(kinds[0])} adversary would do such a thing in {_of_such(first)} such moments, {kinds[1]} one "
            f"in {_of_such(second)}: its belief that {actor} {trait} {_went(move.belief_before, move.belief_after)}."
        )
        return said

    def _died(self, dead: dict[str, int]) -> str:
        """``12 of Iran's partners and three civilians died``."""
        sides = {"defender": self.defender, "challenger": self.challenger}
        said = []
        for who in _PEOPLE:
            number = dead.get(who, 0)
            if not number:
                continue
            if who == "civilians":
                said.append(count(number, "civilian"))
            elif who in sides:
                said.append(f"{number:,} of {of(sides[who])} people")
            else:
                said.append(
                    f"{number:,} of {of(self.challenger if who == 'proxies' else self.defender)} {_GROUPS[who]}"
                )
        return f"{listed(said)} died" if said else ""

    # -- the end -----------------------------------------------------------------------------------------------
    def _ending(self) -> Iterator[str]:
        log = self.log
        last = log.weeks[-1]
        if log.ending == "war":
            meaning = ROUTE_MEANINGS[log.route]
            meaning = meaning.replace("the defender", self.defender).replace("the challenger", self.challenger)
            yield f"All-out war came in week {last.week}, through the route “{log.route}”: {meaning}."
            yield f"In that last week and the war that followed, {self._died(last.dead) or 'no one died'}."
        elif log.ending == "regime fell":
            yield f"In week {last.week} the government of {self.challenger} fell from within; there was no all-out war."
        else:
            peak = log.tallies["peak"]
            yield f"No all-out war within {period(log.horizon)}. The highest rung reached was {peak} ({label(peak)})."
        if log.ending != "war":
            yield self._why_not()
        yield self._counts()

    def _counts(self) -> str:
        told = self.log.tallies
        said = [count(told["attacks"], "attack") + f" on {self.defender}"]
        if told["attacks"]:
            said[0] += f", {small(told['lethal_attacks']).replace('no', 'none')} of them lethal"
        if told["lethal_weeks"]:
            weeks = count(told["lethal_weeks"], "week")
            said.append(
                f"{weeks} with dead from them, {small(told['lethal_answered']).replace('no', 'none')} answered by force"
            )
        said.append(count(told["strikes"], "act") + f" of rung 7 or more by {self.defender}")
        said.append(count(told["errors_executed"], "order") + " carried out wrongly")
        return f"In {count(told['weeks'], 'week')}: {'; '.join(said)}."

    def _why_not(self) -> str:
        moves = [(move.war_chance, week, move) for week in self.log.weeks for move in week.moves]
        if not moves or self.log.war_sum <= 0.0:
            return "No decision had any chance of ending in all-out war."
        chance, week, move = max(moves, key=lambda item: item[0])
        total = f"Added up, all decisions had a chance of all-out war of {so_many(self.log.war_sum)}."
        if chance < 1e-6:
            return total
        who, what = self.titles[move.actor], self.acts[move.actor, move.executed]
        return (
            f"{total} The most dangerous moment was in week {week.week}, when {who} decided what to do: "
            f"{so_many(chance)}. The choice fell on “{what}”."
        )


_GROUPS = {"proxies": "partners", "allies": "allies"}


def _rung(perceived: float) -> int:
    return min(max(round(perceived), 1), 10)


def _in_100(odds: float) -> str:
    if 0.0 < odds < 0.01:
        return so_many(odds)
    return f"{100 * odds:.0f} in 100"


def _of_such(odds: float) -> str:
    return "none of" if odds <= 0.0 else _in_100(odds).replace(" in ", " of ")


def _words(odds: float) -> str:
    return next(word for bound, word in _WORDS if odds < bound)


def _went(before: float, after: float) -> str:
    way = "rose" if after > before else "fell"
    return f"{way} from {100 * before:.0f} to {100 * after:.0f} in 100 ({_words(after)})"


def _moved(before: int, after: int) -> str:
    way = "climbed" if after > before else "cooled"
    return f"{way} from rung {before} to rung {after} ({label(after)})"
