"""``escalation check``."""

from __future__ import annotations

import click

from escalation.cli import options
from escalation.cli.shell import BAD_USAGE, DONE, emit_json, note


@click.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@options.as_json
def command(files: tuple[str, ...], as_json: bool) -> int:
    """Report every fault of scenario and thesis files at once, as file:line: key: fault; what is legal.

    Exit code 0 if all are sound, 2 if not. A shipped scenario's name will do for a file.
    """
    from escalation.scenario.faults import ScenarioFault

    reports = []
    sound = True
    for file in files:
        try:
            said = _sound(file)
        except ScenarioFault as fault:
            sound = False
            reports.append({"file": file, "sound": False, "faults": [str(one) for one in fault.faults]})
            if not as_json:
                note(str(fault))
        else:
            reports.append({"file": file, "sound": True, "faults": []})
            if not as_json:
                click.echo(f"{file}: sound: {said}")
    if as_json:
        emit_json({"sound": sound, "files": reports})
    return DONE if sound else BAD_USAGE


def _sound(file: str) -> str:
    """What a sound file holds, in a few words. Raises ScenarioFault."""
    from escalation.scenario.experiments import is_thesis

    if is_thesis(file):
        from escalation.analysis.thesis_file import read_thesis

        thesis = read_thesis(file)
        return f"a thesis of {len(thesis.claims)} claims and {len(thesis.arms)} arms"
    from escalation.analysis.prepare import prepared

    scenario = prepared(file, abstract=True)
    judged = sum(number.is_judgement for number in scenario.numbers.values())
    return f"{len(scenario.numbers)} numbers, {judged} of them judgement"
