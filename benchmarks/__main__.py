"""The command: measures the sections that are asked for, and prints them as Markdown."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from typing import Protocol

from benchmarks import families, generation, memory, peers, processes, proving
from benchmarks.report import Section
from benchmarks.worlds import Disk, disks


class Measurement(Protocol):
    """Measures a section."""

    def __call__(self, disks: Sequence[Disk], *, quick: bool) -> Section:
        """Return what was found on the disks; if quick, only see whether it runs."""


SECTIONS: Mapping[str, Measurement] = {
    "process": processes.measure_commands,
    "generate": generation.measure_generation,
    "check": generation.measure_check,
    "load": generation.measure_loading,
    "memory": memory.measure,
    "prove": proving.measure,
    "compare": families.measure,
    "peers": peers.measure,
}

READING = (
    "Each ratio is the median over rounds in which both ran one after the other, with the "
    "quartiles in parentheses and the baseline's median time beside it. What is in the last "
    "column is what the first ratio, or the figure, may come to."
)


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small and once: does it run at all?")
    parser.add_argument(
        "--only",
        action="append",
        choices=SECTIONS,
        metavar="SECTION",
        help=f"one of {', '.join(SECTIONS)}; may be repeated",
    )
    arguments = parser.parse_args()
    # What is installed is compiled; without this variable, so is what is measured here.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    machine = f"{platform.python_implementation()} {platform.python_version()}, {platform.system()}"
    print(f"{machine} {platform.machine()}. {READING}\n", flush=True)
    with disks() as found:
        for name in arguments.only or SECTIONS:
            print(f"measuring: {name}", file=sys.stderr)
            print(SECTIONS[name](found, quick=arguments.quick).as_markdown(), flush=True)


if __name__ == "__main__":
    main()
