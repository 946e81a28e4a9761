"""`gen-sweeps compare` of files whoever wrote them, against LibCST's parse of the same files."""

from __future__ import annotations

import subprocess
import sys
from functools import partial

from benchmarks.processes import DIFFERS, environment, gen_sweeps, process
from benchmarks.report import Section, compared
from benchmarks.scale import Scale
from benchmarks.timing import Contender, interleaved
from benchmarks.worlds import experiment, scratch

TITLE = "Compare any files"

PARSE = (
    "import sys, libcst, pathlib\n"
    "for name in sys.argv[1:]:\n"
    "    libcst.parse_module(pathlib.Path(name).read_bytes())\n"
)


def measure(scale: Scale) -> Section:
    """Measure comparisons of generated files, as whole processes."""
    with scratch() as folder:
        plain = environment(folder)
        if not _exists():
            return Section(TITLE, notes=["Skipped: this version has no `gen-sweeps compare`."])
        rows = []
        for count in scale.compared:
            world = folder / str(count)
            world.mkdir()
            experiment(world, count)
            process(gen_sweeps("spec.toml"), world, plain)
            names = [path.name for path in sorted((world / "generated").glob("sweep_*.py"))]
            files = [f"generated/{name}" for name in names]
            contenders = [
                Contender(
                    "compare",
                    partial(
                        process,
                        gen_sweeps("compare", *files),
                        world,
                        plain,
                        exit_codes=(0, DIFFERS),
                    ),
                ),
                Contender(
                    "parse", partial(process, [sys.executable, "-c", PARSE, *files], world, plain)
                ),
            ]
            series = interleaved(contenders, scale.large_rounds)
            baselines = {"parse by LibCST only": series["parse"]}
            rows.append(compared(series["compare"], baselines, name=f"`compare`, {count} files"))
    return Section(TITLE, rows, notes=["Whole processes. The files differ in their treatment."])


def _exists() -> bool:
    """Say whether this version has the command: otherwise the word is taken for a spec."""
    command = gen_sweeps("compare", "--help")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "gen-sweeps compare" in done.stdout.partition("\n")[0]
