"""Comparing files that nobody generated: `compare`, against LibCST's parse of the same files.

`python -m benchmarks.families FILE...` compares files and prints the peak in KiB.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.processes import DIFFERS, PARSE, PASS, environment, gen_sweeps, process
from benchmarks.report import AT_MOST, Comparison, Section
from benchmarks.timing import Contender, Series, clocked, interleaved
from benchmarks.worlds import PROJECT, Disk
from gen_sweeps.compare import ComparisonReport, View, compare_files, report_text

BY_LIBCST = "parse by LibCST only"
IN_PROCESS_BOUND = 0.25
"""What reading, comparing and reporting may take, in times of LibCST's parse."""

WHOLE_BOUND = 0.5
"""The same of whole processes."""

PEAK_BOUND = 80
"""MiB that a process that compares `_MANY` files may have resident."""

_MANY = 400
_LINES = 485
_COMMAND_FILES = 3, 5, 12

NOTE = (
    f"Each file has {_LINES} lines: the same calls and dictionaries, of which every file sets two "
    "values of its own and every tenth a third. `compare` reads, merges, looks for slips and makes "
    "the text. Of a few files, what takes the time is Python's own start."
)


def family(count: int) -> dict[str, bytes]:
    """Return the sources of siblings, by their names."""
    blocks = "".join(
        f"block_{n} = Block(\n"
        f'    name="block {n}",\n'
        f"    width={64 + n},\n"
        "    rate=3e-4,\n"
        f'    options={{"depth": {n % 7}, "act": \'gelu\', "betas": (0.9, 0.999)}},\n'
        f"    layers=[Layer(size={n}, bias=True), Layer(size={n + 1}, bias=False)],\n"
        ")\n"
        for n in range((_LINES - 9) // 7)
    )
    found = {}
    for number in range(count):
        lines = [
            '"""A run."""',
            "",
            "from sdk import Block, Layer, Run",
            "",
            f"SEED = {number}",
            blocks.rstrip("\n"),
            f'run = Run(name="run_{number:03}", seed=SEED, steps={10 if number % 10 else 20})',
        ]
        source = "\n".join(lines) + "\n"
        source += "# end\n" * (_LINES - source.count("\n"))
        found[f"run_{number:03}.py"] = source.encode()
    return found


def measure(disks: Sequence[Disk], *, quick: bool) -> Section:
    """Measure families of several sizes, in this process and as commands."""
    disk, rounds = disks[0], 1 if quick else 7
    size = 5 if quick else 100
    sources = family(size)
    series = interleaved(
        [
            Contender("compare", clocked(partial(_compare, sources))),
            Contender(BY_LIBCST, clocked(partial(_parse, sources))),
        ],
        rounds,
    )
    name = f"{size} files, in process"
    rows = [_row(name, series, (BY_LIBCST, PASS), IN_PROCESS_BOUND)]
    home = environment(disk.new_folder())
    for count in (5,) if quick else (*_COMMAND_FILES, size):
        folder = disk.new_folder()
        names = _write(folder, count)
        run = partial(process, folder=folder, environment=home)
        contenders = [
            Contender("compare", partial(run, gen_sweeps("compare", *names), exit_code=DIFFERS)),
            Contender(BY_LIBCST, partial(run, [sys.executable, "-c", PARSE, *names])),
            Contender(PASS, partial(run, [sys.executable, "-c", PASS])),
        ]
        bound = WHOLE_BOUND if count == size else None
        found = interleaved(contenders, rounds)
        rows.append(_row(f"`compare`, {count} files", found, (BY_LIBCST, PASS), bound))
    figures = {f"the whole process, {_MANY} files": _memory(disk, quick=quick)}
    return Section("Files that nobody generated", rows, figures=figures, notes=[NOTE])


def _row(
    name: str, series: Mapping[str, Series], baselines: Sequence[str], at_most: float | None
) -> Comparison:
    beside = {f"`{b}`" if b == PASS else b: series[b] for b in baselines if b in series}
    return Comparison(name, series["compare"], beside, at_most)


def _write(folder: Path, count: int) -> list[str]:
    sources = family(count)
    for name, source in sources.items():
        (folder / name).write_bytes(source)
    return list(sources)


def _compare(sources: Mapping[str, bytes]) -> str:
    found, _ = compare_files(sources)
    if found is None:
        raise RuntimeError("the files can't be read")
    return report_text(ComparisonReport(found), View())


def _parse(sources: Mapping[str, bytes]) -> None:
    import libcst  # noqa: PLC0415 - not in the process whose memory is measured

    for source in sources.values():
        libcst.parse_module(source)


def _memory(disk: Disk, *, quick: bool) -> dict[str, str]:
    """Return the peak of a process that compares many files."""
    if sys.platform != "linux":
        return {"peak": "-"}
    folder = disk.new_folder()
    names = _write(folder, 5 if quick else _MANY)
    files = [str(folder / name) for name in names]
    command = [sys.executable, "-m", "benchmarks.families", *files]
    peaks = [
        int(subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout)
        for _ in range(1 if quick else 3)
    ]
    return {"peak": f"{median(peaks) / 1024:.0f} MiB", AT_MOST: f"{PEAK_BOUND} MiB"}


def main() -> None:
    """Run the command, and print the peak."""
    from gen_sweeps.commands.compare import CompareOptions, compare  # noqa: PLC0415 - what is measured

    compare(CompareOptions(tuple(sys.argv[1:])))
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    (peak,) = re.findall(r"^VmHWM:\s+([0-9]+) kB$", status, re.MULTILINE)
    print(peak)


if __name__ == "__main__":
    main()
