"""Figures in print that solvers and fits are held against, each with where it stands."""

from __future__ import annotations

from typing import Final

KENKEL_SIGNORINO: Final[tuple[dict[str, float], ...]] = (
    {
        "capcont": -0.4525,
        "lreserves": 0.2292,
        "overval": -0.4413,
        "creditgrow": -0.0648,
        "USinterest": -0.0505,
        "service": -0.0288,
        "contagion": -0.1159,
        "prioratt": -0.1218,
    },
    {"1": -3.6648},
    {"1": -3.1385},
    {
        "1": 0.4269,
        "unifgov": -0.3568,
        "lexports": -0.1997,
        "preelec": 1.6632,
        "postelec": 1.0623,
        "rightgov": -0.9358,
        "realinterest": 1.7955,
        "capcont": 0.0656,
        "lreserves": 0.3099,
    },
)
"""Kenkel and Signorino (2014), Estimating extensive form games in R, Journal of Statistical Software 56(8), section
3.3, summary(leb1), read in the authors' copy: utilities of no attack, devaluation and defense to the market, and of
defense to the country."""

GOEREE_LOUIS: Final[dict[str, dict[str, float]]] = {
    "ds1": {"ds2": -616.0, "nl": -543.5, "km": -203.2},
    "ds2": {"ds1": -527.3, "nl": -527.3, "km": -263.7},
    "nl": {"ds1": -501.4, "ds2": -540.5, "km": -250.8},
    "km": {"ds1": -480.3, "ds2": -678.2, "nl": -582.9},
    "pooled": {"ds1": -490.4, "ds2": -550.8, "nl": -499.9, "km": -243.1},
}
"""Goeree and Louis (2021), table 4, as quoted in a public replication (openICPSR 145561): log-likelihood of the choices
in one game (inner name) at the lambda fitted to another (outer name), or to all (pooled: lambda 0.0125, -1784.3)."""

CAMERER_HO_CHONG: Final[dict[str, tuple[tuple[float, ...], float, float]]] = {
    "costa-gomes": ((0.82, 0.06, 0.06, 0.06, 0.55, 0.45), 1.46, 1.73),
    "binmore": ((0.25, 0.25, 0.50, 0.08, 0.08, 0.84), 1.43, 1.48),
}
"""Camerer, Ho and Chong (2004), tables VI and VII, read in a transcript: shares that the hierarchy predicts, rows
first, then columns; the mean number of steps at which they come out; and the paper's estimate for the group of
games, at which they are said to stand and do not."""
