"""Whole processes: what a hook, a push or a terminal waits for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from benchmarks.report import Comparison, Section
from benchmarks.timing import Contender, interleaved
from benchmarks.worlds import Disk, on_disk

TYPER = "import typer, jinja2, pydantic"
JINJA = "import jinja2"
PASS = "pass"  # noqa: S105 - the statement

DIFFERS = 1
"""The exit code of a check that finds drift, and of a comparison."""

CHECK_BOUND = 1.2
"""What `--check` of a clean folder may take, in times of the imports of `TYPER`."""

PARSE = """
import sys, libcst, pathlib
for name in sys.argv[1:]:
    libcst.parse_module(pathlib.Path(name).read_bytes())
"""


def gen_sweeps(*arguments: str) -> list[str]:
    """Return the command line of gen-sweeps in this environment."""
    script = shutil.which("gen-sweeps", path=Path(sys.executable).parent)
    return [*([script] if script else [sys.executable, "-m", "gen_sweeps"]), *arguments]


def process(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    *,
    exit_code: int = 0,
) -> float:
    """Run a command in a folder, and return the seconds that its process took from start to end.

    Raises:
        RuntimeError: It ends with another exit code; a time would mean nothing.
    """
    start = time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - start
    if done.returncode != exit_code:
        raise RuntimeError(f"{command} ended with {done.returncode}:\n{done.stderr}")
    return seconds


def environment(home: Path) -> dict[str, str]:
    """Return an environment whose home is `home`, so that a tool's own caches start empty."""
    places = {"HOME": home, "XDG_CACHE_HOME": home / "cache", "XDG_STATE_HOME": home / "state"}
    return os.environ | {name: str(place) for name, place in places.items()}


def measure_commands(disks: Sequence[Disk], *, quick: bool) -> Section:
    """Measure checks, a first generation and --help beside Python and what it imports."""
    disk = disks[0]
    home = environment(disk.new_folder())
    clean, drifted, fresh = (disk.new_folder() for _ in range(3))
    for folder in (clean, drifted, fresh):
        on_disk(folder)
    for folder in (clean, drifted):
        process(gen_sweeps("spec.toml"), folder, home)
    _edit(drifted)

    def command(name: str, folder: Path, *arguments: str, exit_code: int = 0) -> Contender:
        run = partial(process, gen_sweeps(*arguments), folder, home, exit_code=exit_code)
        return Contender(name, run, partial(disk.clear, fresh / "generated"))

    check = ("spec.toml", "--check")
    commands = [
        command("`--check`, clean", clean, *check),
        command("`--check`, drift", drifted, *check, exit_code=DIFFERS),
        command("first generation", fresh, "spec.toml"),
        command("`--help`", clean, "--help"),
    ]
    imports = [
        Contender(code, partial(process, [sys.executable, "-c", code], clean, home))
        for code in (TYPER, JINJA, PASS)
    ]
    series = interleaved([*commands, *imports], 1 if quick else 21)
    baselines = {f"`{code}`": series[code] for code in (TYPER, JINJA, PASS)}
    rows = [
        Comparison(name, series[name], baselines, CHECK_BOUND if name == commands[0].name else None)
        for name in (command.name for command in commands)
    ]
    notes = ['Baselines: whole processes too, `python -c "..."`.']
    return Section("Whole processes, five strategies", rows, notes=notes)


def _edit(folder: Path) -> None:
    """Change one value in one generated file, as a hand would."""
    path = folder / "generated" / "sweep_identity.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("temperature=0.6", "temperature=0.7"), encoding="utf-8")
