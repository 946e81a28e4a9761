"""Whole processes on the project's own five strategies: what a hook or a push waits for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Container, Mapping, Sequence
from functools import partial
from pathlib import Path

from benchmarks.report import Section, compared
from benchmarks.scale import Scale
from benchmarks.timing import Contender, Sample, interleaved
from benchmarks.worlds import own_experiment, scratch

TYPER = "import typer, jinja2, pydantic"
JINJA = "import jinja2"
PASS = "pass"  # noqa: S105 - the statement

DIFFERS = 1
"""The exit code of a check that finds drift."""


def gen_sweeps(*arguments: str) -> list[str]:
    """Return the command line of gen-sweeps in this environment."""
    script = shutil.which("gen-sweeps", path=Path(sys.executable).parent)
    return [*([script] if script else [sys.executable, "-m", "gen_sweeps"]), *arguments]


def process(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    *,
    exit_codes: Container[int] = (0,),
) -> Sample:
    """Run a command in a folder, and return how long its process took from start to end.

    Raises:
        RuntimeError: It ends with another exit code; a time would mean nothing.
    """
    start = time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - start
    if done.returncode not in exit_codes:
        raise RuntimeError(f"{command} ended with {done.returncode}:\n{done.stderr}")
    return Sample(seconds)


def environment(home: Path) -> dict[str, str]:
    """Return an environment whose home is `home`, so that a tool's own caches start empty."""
    places = {"HOME": home, "XDG_CACHE_HOME": home / "cache", "XDG_STATE_HOME": home / "state"}
    return os.environ | {name: str(place) for name, place in places.items()}


def measure(scale: Scale) -> Section:
    """Measure checks, a first generation and --help beside Python and what it imports."""
    with scratch() as folder:
        home = folder / "home"
        home.mkdir()
        own = environment(home)
        clean, drifted, fresh = (_world(folder / name) for name in ("clean", "drift", "fresh"))
        for made in (clean, drifted):
            process(gen_sweeps("spec.toml"), made, own)
        _edit(drifted)

        def command(
            name: str, arguments: Sequence[str], at: Path, exit_codes: Container[int] = (0,)
        ) -> Contender:
            run = partial(process, gen_sweeps(*arguments), at, own, exit_codes=exit_codes)
            return Contender(name, run)

        check = ("spec.toml", "--check")
        jobs = [
            command("`--check`, clean", check, clean),
            command("`--check`, drift", check, drifted, exit_codes=(DIFFERS,)),
            Contender(
                "first generation",
                partial(process, gen_sweeps("spec.toml"), fresh, own),
                partial(shutil.rmtree, fresh / "generated", ignore_errors=True),
            ),
            command("`--help`", ("--help",), clean),
        ]
        imports = [
            Contender(code, partial(process, [sys.executable, "-c", code], folder, own))
            for code in (TYPER, JINJA, PASS)
        ]
        series = interleaved([*jobs, *imports], scale.process_rounds)
    baselines = {f"`{code}`": series[code] for code in (TYPER, JINJA, PASS)}
    rows = [compared(series[job.name], baselines) for job in jobs]
    notes = ['Baselines: whole processes too, `python -c "..."`.']
    return Section("Whole processes, five strategies", rows, notes=notes)


def _world(folder: Path) -> Path:
    folder.mkdir()
    own_experiment(folder)
    return folder


def _edit(folder: Path) -> None:
    """Change one value in one generated file, as a hand would."""
    path = folder / "generated" / "sweep_identity.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("temperature=0.6", "temperature=0.7"), encoding="utf-8")
