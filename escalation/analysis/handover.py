"""A run folder's table handed on: as Parquet for data frames, as NetCDF for gridded results.

A run gives one row a world (``worlds.csv``), a sweep one row a point (``results.csv``). What a sweep's keys are, their
roles, units and meanings, comes from the resolved scenario in the folder. Both need a library that is an extra, pyarrow
(``[parquet]``) and xarray (``[grid]``); NetCDF is written in its third form, through SciPy, which every reader takes.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from escalation.analysis.gridded import ExtraMissing, dataset, shape_of
from escalation.scenario.loader import load
from escalation.worlds.folder import write_bytes
from escalation.worlds.runs import RESULTS, WORLDS, NoRun, manifest_of, names_of

SUFFIXES: Final = {"parquet": ".parquet", "netcdf": ".nc"}
SCENARIO: Final = "scenario.toml"
ABOUT: Final = ("seed", "horizon_weeks", "worlds", "rule", "priors", "digest", "started", "finished")


def export(folder: Path, form: str, to: Path | None = None) -> Path:
    """Write the table of a run folder as ``parquet`` or ``netcdf``, into the folder unless told where; the file.

    It is written under a temporary name and renamed, so that a reader sees a whole file. Raises ``NoRun`` for a folder
    that is not a run's or has no such table, ``ExtraMissing`` where a library is not installed, ScenarioFault where the
    folder's scenario cannot be read, and ``OSError``.
    """
    held = manifest_of(folder)
    source = next((folder / name for name in (WORLDS, RESULTS) if (folder / name).is_file()), None)
    if source is None:
        raise NoRun(f"there is neither {WORLDS} nor {RESULTS}")
    keys = held.get("keys")
    if form == "parquet":
        data = _parquet(source, _about(held))
    elif isinstance(keys, list):
        data = _netcdf(folder, source, keys, _about(held))
    else:
        raise NoRun("NetCDF is for sweeps, whose points may lie on a grid; export a run with --format parquet")
    return write_bytes(to or folder / f"{source.stem}{SUFFIXES[form]}", data)


def _about(held: Mapping[str, Any]) -> dict[str, Any]:
    """What the manifest says that a reader of the table alone has to know."""
    about = {name: held[name] for name in ABOUT if isinstance(held.get(name), (int, float, str))}
    # NetCDF's attributes know no switches.
    about = {name: int(value) if isinstance(value, bool) else value for name, value in about.items()}
    program = f"escalation {held['versions']['escalation']}"
    return {"scenario": " ".join(names_of(held.get("scenarios"))), **about, "program": program}


def _parquet(source: Path, about: Mapping[str, Any]) -> bytes:
    try:
        import pyarrow
        from pyarrow import csv as reader
        from pyarrow import parquet
    except ImportError:
        raise ExtraMissing("pyarrow", "parquet") from None
    table = reader.read_csv(source)
    # A column of which nothing is known has no type of its own.
    nothing = pyarrow.types.is_null
    known = [pyarrow.field(f.name, pyarrow.float64()) if nothing(f.type) else f for f in table.schema]
    metadata = {f"escalation.{name}": str(value) for name, value in about.items()}
    stream = pyarrow.BufferOutputStream()
    parquet.write_table(table.cast(pyarrow.schema(known)).replace_schema_metadata(metadata), stream)
    return bytes(stream.getvalue())


def _netcdf(folder: Path, source: Path, keys: Sequence[str], about: Mapping[str, Any]) -> bytes:
    with source.open(encoding="utf-8", newline="") as stream:
        rows = [{name: _value(cell) for name, cell in row.items()} for row in csv.DictReader(stream)]
    if not rows:
        raise NoRun(f"{source.name} holds no points")
    told = {name: value if _fits(value) else str(value) for name, value in about.items()}
    held = dataset(load(folder / SCENARIO), keys, rows, shape_of(keys, rows), told)
    return bytes(held.to_netcdf(engine="scipy", format="NETCDF3_64BIT"))


def _fits(value: object) -> bool:
    """Whether the third form of NetCDF has a number for it: its whole numbers have 32 bits, a seed may have 63."""
    return not isinstance(value, int) or -(2**31) <= value < 2**31


def _value(cell: str) -> object:
    """A cell of a table as it was before it was written: None, a whole number, a number, a switch, or a word."""
    if cell in ("", "True", "False"):
        return {"": None, "True": True, "False": False}[cell]
    for kind in (int, float):
        try:
            return kind(cell)
        except ValueError:
            continue
    return cell
