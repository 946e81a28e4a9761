"""Readers of what arms log: JSON lines, CSV, printed lines, MLflow and TensorBoard.

Each returns logs in the order in which they were written. What has been torn by a kill is left
out; what can't be read otherwise is a fault. No line of such a file is quoted in a message.
"""

from __future__ import annotations

import csv
import json
import math
import re
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from gen_sweeps.errors import GenSweepsError, Problem

STEP = "step"
"""The key, column or group that says at which step something was measured."""


class TrackerError(GenSweepsError):
    """What reads the logs of a tracker is not installed."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """What was measured at one step: the value of each metric by its name."""

    step: float
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Log:
    """What one attempt logged, or several that share a file.

    Attributes:
        path: The file, as the user would name it.
        measurements: What was measured, in the order in which it was written.
        faults: What in it can't be read.
    """

    path: Path
    measurements: tuple[Measurement, ...] = ()
    faults: tuple[Problem, ...] = ()


def read_json_lines(path: Path) -> Log:
    """Read a file with an object in each line; empty if there is none."""
    lines, faults = _lines(path)
    rows: list[Mapping[str, object]] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if isinstance(row, dict):
            rows.append(row)
        elif number < len(lines):  # the last line may be torn
            faults.append(Problem("is no JSON object; left out", str(path), number))
    return Log(path, tuple(_measurements(rows)), tuple(faults[:1]))


def read_csv(path: Path) -> Log:
    """Read a CSV file with a header; empty if there is none."""
    lines, faults = _lines(path)
    reader = csv.reader(lines)
    rows: list[Mapping[str, object]] = []
    header: list[str] | None = None
    while True:
        try:
            fields = next(reader, None)
        except csv.Error:
            faults.append(Problem("is no CSV; left out", str(path), reader.line_num))
            continue
        if fields is None:
            break
        if header is None:
            header = fields or None
        elif len(fields) == len(header):
            rows.append({name: text for name, text in zip(header, fields, strict=True) if text})
        elif fields and reader.line_num < len(lines):  # the last line may be torn
            message = f"has {len(fields)} fields instead of {len(header)}; left out"
            faults.append(Problem(message, str(path), reader.line_num))
    return Log(path, tuple(_measurements(rows)), tuple(faults[:1]))


def read_printed(path: Path, pattern: re.Pattern[str]) -> Log:
    """Read the lines of a file that a pattern finds something in; its groups name metrics."""
    lines, faults = _lines(path)
    rows = [
        {name: text for name, text in match.groupdict().items() if text is not None}
        for match in filter(None, map(pattern.search, lines))
    ]
    return Log(path, tuple(_measurements(rows)), tuple(faults))


def read_mlflow(path: Path) -> list[Log]:
    """Read a SQLite database of MLflow, a log for each run in it that is not deleted.

    The database is opened read-only, and in a way that makes no files beside it.
    """
    if not path.exists():
        return []
    in_use = any(Path(f"{path}{suffix}").exists() for suffix in ("-wal", "-journal"))
    address = f"file:{quote(str(path))}?mode=ro{'' if in_use else '&immutable=1'}"
    query = """
        select run_uuid, metrics.step, key, value, is_nan from metrics join runs using (run_uuid)
        where lifecycle_stage = 'active' order by start_time, run_uuid, metrics.step, timestamp
    """
    runs: dict[str, list[Measurement]] = {}
    try:
        with closing(sqlite3.connect(address, uri=True)) as database:
            for run, step, name, value, is_nan in database.execute(query):
                number = math.nan if is_nan else float(value)
                if abs(number) == sys.float_info.max:  # how MLflow writes an infinity
                    number = math.copysign(math.inf, number)
                runs.setdefault(run, []).append(Measurement(float(step), {name: number}))
    except (sqlite3.Error, ValueError, TypeError, OverflowError) as error:
        return [Log(path, faults=(Problem(f"is no database of MLflow: {error}", str(path)),))]
    return [Log(path, tuple(rows)) for rows in runs.values()]


def read_tensorboard(folder: Path) -> list[Log]:
    """Read the event files of a folder, a log for each, the oldest first.

    Raises:
        TrackerError: TensorBoard, an extra, is not installed.
    """
    paths = sorted(folder.glob("*tfevents*"))  # the time is in their names
    if not paths:
        below = sorted({path.parent.name for path in folder.glob("*/*tfevents*")})
        if not below:
            return []
        hint = f"name the folder in `run.metrics.tensorboard`: {', '.join(below)}"
        return [
            Log(folder, faults=(Problem("has event files only below", str(folder), hint=hint),))
        ]
    try:
        from tensorboard.backend.event_processing.event_file_loader import (  # noqa: PLC0415 - heavy
            EventFileLoader,
        )
        from tensorboard.util.tensor_util import make_ndarray  # noqa: PLC0415 - likewise
    except ImportError:
        raise TrackerError.at(
            "TensorBoard's event files need the package tensorboard",
            str(paths[0]),
            hint="install `gen-sweeps[tensorboard]`",
        ) from None
    logs = []
    for path in paths:
        rows: list[Measurement] = []
        scalars: set[str] = set()
        for event in EventFileLoader(str(path)).Load():
            for value in event.summary.value:
                if value.metadata.plugin_data.plugin_name == "scalars":
                    scalars.add(value.tag)  # only the first of each need say it
                if value.tag in scalars:
                    number = float(make_ndarray(value.tensor).item())
                    rows.append(Measurement(float(event.step), {value.tag: number}))
        logs.append(Log(path, tuple(rows)))
    return logs


def _lines(path: Path) -> tuple[list[str], list[Problem]]:
    """Return the lines of a file, and why it can't be read; it need not be there."""
    try:
        return path.read_text(encoding="utf-8-sig", errors="replace").split("\n"), []
    except (FileNotFoundError, NotADirectoryError):
        return [], []
    except OSError as error:
        return [], [Problem(f"can't be read: {error.strerror}", str(path))]


def _measurements(rows: Iterable[Mapping[str, object]]) -> Iterator[Measurement]:
    """Yield what is a number in each row.

    A row without a step belongs to the step of the row before it; without any, rows are counted
    from 0.
    """
    last: float | None = None
    for index, row in enumerate(rows):
        numbers = {name: number for name, it in row.items() if (number := _number(it)) is not None}
        step = numbers.pop(STEP, math.nan)
        if math.isfinite(step):
            last = step
        yield Measurement(float(index) if last is None else last, numbers)


def _number(value: object) -> float | None:
    """Return a value as a number; None if it is none.

    JSON has no NaN: what writes it strictly writes null instead.
    """
    if type(value) is float:
        return value
    if value is None:
        return math.nan
    if not isinstance(value, str | int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf
    except ValueError:
        return None
