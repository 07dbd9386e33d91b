"""Figures: odds with intervals. Matplotlib is imported only here, and only when a figure is drawn."""

from __future__ import annotations

import os
from pathlib import Path

from escalation.analysis.thesis import ThesisResult

_TITLES = {
    "accord": "Accord: the US never left",
    "nonresponse": "Non-response: no strike\nordered on 3 January",
    "strike": "Strike",
    "strike-no-errors": "Strike, no one errs",
}
_COLOURS = ("#1b7837", "#2166ac", "#b2182b", "#777777")
_MARKERS = ("s", "o", "D", "^")
_HORIZONS = {14: "14 days", 90: "90 days", 365: "1 year", 1460: "4 years"}


def odds_figure(result: ThesisResult, folder: Path) -> list[Path]:
    """Draw the odds of war by arm and horizon into ``folder`` as odds.svg, odds.png and odds.pdf.

    The dot is the mean over the plausible space with its Monte-Carlo interval (thick), the thin line the central
    95 % over that space. Colour, marker and order tell the arms apart.
    """
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    plt.rcParams["svg.hashsalt"] = "escalation"  # the same figure twice is the same file
    days = sorted({odds.horizon_days for odds in result.odds})
    cells = {(odds.arm, odds.horizon_days): odds for odds in result.odds}
    whole = [arm for arm in dict.fromkeys(odds.arm for odds in result.odds) if (arm, days[-1]) in cells]
    arms = [arm for arm in _TITLES if arm in whole] or whole[: len(_COLOURS)]
    figure, panels = plt.subplots(
        1, len(days), figsize=(2.9 * len(days) + 0.6, 3.9), sharey=True, layout="constrained", squeeze=False
    )
    for panel, day in zip(panels[0], days, strict=True):
        for place, arm in enumerate(arms):
            odds = cells[arm, day]
            noise = 1.96 * odds.monte_carlo_error
            y = len(arms) - place
            panel.plot([100 * max(odds.low, 0.0), 100 * min(odds.high, 1.0)], [y, y], color=_COLOURS[place], lw=1.2)
            low, high = 100 * max(odds.odds - noise, 0.0), 100 * (odds.odds + noise)
            panel.plot([low, high], [y, y], color=_COLOURS[place], lw=5, alpha=0.45, solid_capstyle="butt")
            panel.plot(100 * odds.odds, y, marker=_MARKERS[place], color=_COLOURS[place], ms=7)
            panel.annotate(
                f"{100 * odds.odds:.1f}",
                (100 * odds.odds, y),
                (0, 9),
                textcoords="offset points",
                ha="center",
                fontsize=9,
            )
        panel.set_title(f"within {_HORIZONS.get(day, f'{day} days')}", fontsize=10)
        panel.set_xlim(-3, 103)
        panel.set_xlabel("in 100 worlds")
        panel.spines[["top", "right", "left"]].set_visible(False)
        panel.grid(axis="x", lw=0.4, alpha=0.6)
        panel.tick_params(axis="y", length=0)
    panels[0][0].set_yticks(range(len(arms), 0, -1), [_TITLES.get(arm, arm) for arm in arms])
    panels[0][0].set_ylim(0.4, len(arms) + 0.8)
    figure.suptitle(
        "Odds of all-out war between the US and Iran, simulated from 2 January 2020", fontsize=12, x=0.01, ha="left"
    )
    figure.text(
        0.01,
        -0.02,
        f"Dot: mean over {result.draws} draws of the uncertain numbers; thick: its Monte-Carlo 95 % interval; thin: "
        "central 95 % over the draws. Simulated, not observed.",
        fontsize=8,
        va="top",
    )
    written = []
    for kind in ("svg", "png", "pdf"):
        path = folder / f"odds.{kind}"
        temporary = folder / f".odds.{os.getpid()}.{kind}"
        metadata = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}[kind]
        figure.savefig(temporary, dpi=150, bbox_inches="tight", metadata=metadata)
        temporary.replace(path)
        written.append(path)
    plt.close(figure)
    return written
