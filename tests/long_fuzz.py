"""The long fuzzer, run by hand: random attacks on the whole command, one after the other.

    uv run python tests/long_fuzz.py --count 100000 --seed 0

Each attack has a number, which is all that is needed to run it again (`--seed N --count 1`). It
makes a project in a temporary folder (in memory, where there is /dev/shm), runs the command in
this process, and looks at the exit code, at what was said, and at the files; see
`tests/fuzzing.py` for what is attacked. What fails is printed with its number, and makes
the exit code 1. About 20 attacks a second.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import CodeType
from typing import TypeVar

import typer
from fuzzing import attack

from gen_sweeps.rendering.sandbox import Sandbox

T = TypeVar("T")

MAX_FAILURES = 20

MAX_KEPT = 1000
"""Templates whose code is kept."""


def _kept(compiled: Callable[..., CodeType]) -> Callable[..., CodeType]:
    kept: dict[object, CodeType] = {}

    def compile_once(self: Sandbox, *source: object, **names: object) -> CodeType:
        key = (*source, *names.items())
        if key not in kept:
            if len(kept) > MAX_KEPT:
                kept.clear()
            kept[key] = compiled(self, *source, **names)
        return kept[key]

    return compile_once


def _kept_command(made: Callable[[typer.Typer], T]) -> Callable[[typer.Typer], T]:
    kept: dict[object, T] = {}

    def make_once(app: typer.Typer) -> T:
        callback = app.registered_commands[0].callback
        if callback not in kept:
            kept[callback] = made(app)
        return kept[callback]

    return make_once


def main() -> int:
    """Run the attacks that the command line asks for; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000, help="attacks to run")
    parser.add_argument("--seed", type=int, default=0, help="number of the first one")
    options = parser.parse_args()
    shared = Path("/dev/shm")  # noqa: S108 - a folder of our own is made there
    # Most attacks have the same templates and all the same command: these are made once.
    setattr(Sandbox, "compile", _kept(Sandbox.compile))  # noqa: B010 - mypy would not have it else
    setattr(typer.main, "get_command", _kept_command(typer.main.get_command))  # noqa: B010 - too
    started = time.monotonic()
    codes: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as folder:
        for seed in range(options.seed, options.seed + options.count):
            try:
                codes[f"exit {attack(seed, Path(folder, 'project'))}"] += 1
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt):
                    raise
                codes["failures"] += 1
                sys.stdout.write(f"attack {seed} failed:\n{traceback.format_exc(limit=-6)}\n")
                if codes["failures"] >= MAX_FAILURES:
                    break
            if seed % 1000 == 0:
                sys.stdout.flush()
    took = time.monotonic() - started
    sys.stdout.write(f"{codes.total()} attacks in {took:.0f} s: {dict(codes)}\n")
    return 1 if codes["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
