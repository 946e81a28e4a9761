"""The command: measures the sections that are asked for, and prints them as Markdown."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks import checking, comparing, generation, peers, processes, proving
from benchmarks.report import Section
from benchmarks.scale import FULL, QUICK, Scale

SECTIONS: Mapping[str, Callable[[Scale], Section]] = {
    "process": processes.measure,
    "generate": generation.measure,
    "check": checking.measure,
    "prove": proving.measure,
    "compare": comparing.measure,
    "peers": peers.measure,
}

READING = (
    "Each ratio is the median over rounds in which both ran one after the other, with the "
    "quartiles in parentheses and the baseline's median time beside it."
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
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    arguments = parser.parse_args()
    # What is installed is compiled; without this variable, so is what is measured here.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    scale = QUICK if arguments.quick else FULL
    machine = f"{platform.python_implementation()} {platform.python_version()}, {platform.system()}"
    found: dict[str, Section] = {}
    print(f"{machine} {platform.machine()}. {READING}\n", flush=True)
    for name in arguments.only or SECTIONS:
        print(f"measuring: {name}", file=sys.stderr)
        found[name] = SECTIONS[name](scale)
        print(found[name].as_markdown(), flush=True)
    if arguments.json:
        sections = {name: section.as_json() for name, section in found.items()}
        document = {"machine": machine, "quick": arguments.quick, "sections": sections}
        arguments.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
