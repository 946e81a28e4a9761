"""One job in a process of its own, so that its memory is its own and nothing is warm.

`python -m benchmarks.child JOB FOLDER COUNT` prints the seconds that the job took, from when
everything is imported.
"""

from __future__ import annotations

import gc
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.timing import Sample
from benchmarks.worlds import PROJECT, arms

WRITE = "write"
CHECK = "check"
RENDER = "render"
RENDER_AND_WRITE = "render-and-write"
READ_AND_COMPARE = "read-and-compare"
PARSE_SPEC = "parse-spec"


def measured(job: str, folder: Path, count: int) -> Sample:
    """Run a job on the experiment in `folder` in a new process, and return what it took.

    Args:
        job: One of the jobs of this module.
        folder: The folder of the spec; files go to, or are in, `generated` in it.
        count: The number of strategies.

    Raises:
        RuntimeError: The job failed; a time would mean nothing.
    """
    done = subprocess.run(
        command(job, folder, count), cwd=PROJECT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{job} of {count} in {folder} failed:\n{done.stderr}")
    return Sample(float(done.stdout))


def command(job: str, folder: Path, count: int) -> list[str]:
    """Return what runs a job in a new process, from the folder of the project."""
    return [sys.executable, "-m", "benchmarks.child", job, str(folder), str(count)]


def _tool(folder: Path, *, check: bool) -> Callable[[], object]:
    from gen_sweeps.commands.generate import (  # noqa: PLC0415 - a job is measured without what others import
        GenerateOptions,
        generate,
    )

    options = GenerateOptions(folder / "spec.toml", check=check, quiet=True)

    def run() -> None:
        if generate(options).exit_code:
            raise RuntimeError("gen-sweeps found something wrong")

    return run


def _bare(job: str, folder: Path, count: int) -> Callable[[], object]:
    from benchmarks import bare  # noqa: PLC0415 - likewise

    if job == PARSE_SPEC:
        return lambda: bare.parse_spec(folder / "spec.toml")
    output = folder / "generated"
    if job == READ_AND_COMPARE:
        expected = {path: path.read_bytes() for path in output.iterdir() if path.is_file()}
        return lambda: bare.read_and_compare(expected)
    pages = bare.contexts(arms(count))
    if job == RENDER:
        return lambda: bare.render_only(pages)
    return lambda: bare.render_and_write(pages, output)


def main() -> None:
    """Do the job that the arguments name, and print what it took."""
    job, folder, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    ours = job in (WRITE, CHECK)
    if ours:
        gc.disable()  # as the command does
    work = _tool(folder, check=job == CHECK) if ours else _bare(job, folder, count)
    start = time.perf_counter()
    work()
    sys.stdout.write(str(time.perf_counter() - start))


if __name__ == "__main__":
    main()
