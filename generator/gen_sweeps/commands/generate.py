"""The main job, from a spec's path to a plan, made or only looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from importlib import import_module
from pathlib import Path

from gen_sweeps.errors import Problem
from gen_sweeps.output import known_good
from gen_sweeps.output.folder import OutputFolder
from gen_sweeps.output.manifest import MANIFEST
from gen_sweeps.output.planning import Plan
from gen_sweeps.output.planning import plan as whole
from gen_sweeps.output.writing import Planner
from gen_sweeps.output.writing import write as write_files
from gen_sweeps.proof.cores import standby
from gen_sweeps.proof.proving import Proof, Sample, judge, prove, shown_path
from gen_sweeps.rendering.renderer import Rendering, render
from gen_sweeps.spec.loading import load

SAMPLE = 1000
"""One in so many files that are to be written is shown to LibCST too."""


def rendering(path: Path, only: Sequence[str] = ()) -> tuple[Rendering, Planner]:
    """Return the files of the spec at `path`, not yet rendered, and what decides on the changes.

    Args:
        path: The spec.
        only: The strategies to look at, besides the control; if empty, all.

    Raises:
        GenSweepsError: The spec fails, or there is no such template or strategy.
    """
    spec = load(path)
    if not only:
        return render(spec), whole
    from gen_sweeps.output.selection import select  # noqa: PLC0415 - most runs are of all strategies

    selection = select(spec, only)
    return render(selection.narrowed), selection.plan


def proven(path: Path) -> Proof:
    """Return the proof of the files of the spec at `path`.

    Raises:
        GenSweepsError: The spec, a template or the proof fails.
    """
    return prove(render(load(path)))


def check(path: Path, only: Sequence[str] = (), *, paranoid: bool = False) -> Plan:
    """Return what would change on disk; change nothing.

    Args:
        path: The spec.
        only: The strategies to look at, besides the control; if empty, all.
        paranoid: Whether to show every file to LibCST too.

    Raises:
        GenSweepsError: The spec, a template or the proof fails, or a file can't be read.
    """
    files, planner = rendering(path, only)
    folder = OutputFolder(files.spec)
    with folder.locked(exclusive=False):
        proof = prove(files, judge_every=1 if paranoid else None, is_in_place=folder.holds)
        return planner(proof, folder)


def remember(path: Path, plan: Plan, said: str) -> None:
    """Remember that a check of the spec at `path` finds nothing, and what it says.

    Args:
        path: The spec, as the user named it.
        plan: A plan of all strategies that has nothing to change.
        said: What a check says.
    """
    rendering = plan.proof.rendering
    digests = {**plan.proof.digests, MANIFEST: plan.manifest.digest}
    known_good.remember(
        str(path),
        inputs={str(path): rendering.spec.digest, **rendering.folder.loaded},
        outputs={shown_path(rendering.spec, name): wanted for name, wanted in digests.items()},
        folders={**rendering.folder.listed, **plan.listed},
        said=said,
    )


def diffs(planned: Plan) -> Iterator[str]:
    """Yield a unified diff for each file that the plan would change."""
    from gen_sweeps.output import diff  # noqa: PLC0415 - difflib is only for those who ask

    return diff.diffs(planned, OutputFolder(planned.proof.rendering.spec))


def by_line(problems: Iterable[Problem], planned: Plan) -> Iterator[Problem]:
    """Yield problems of a plan's files at the lines where they differ on disk."""
    from gen_sweeps.output import changed  # noqa: PLC0415 - most runs have no problems

    return changed.by_line(problems, planned, OutputFolder(planned.proof.rendering.spec))


def write(
    path: Path, only: Sequence[str] = (), *, force: bool = False, paranoid: bool = False
) -> Plan:
    """Make the output folder what the spec says, and return what changed.

    Args:
        path: The spec.
        only: The strategies to look at, besides the control; if empty, all.
        force: Whether to replace and remove foreign files too.
        paranoid: Whether to show every file to LibCST, and not only one in a thousand.

    Raises:
        ForeignFileError: A foreign file is in the way and `force` is not set; nothing has been
            changed.
        GenSweepsError: The spec, a template or the proof fails (nothing has been changed), or
            writing does (each file is either as it was or as it should be).
    """
    with _judge_at_hand(path) as ask_judge:
        files, planner = rendering(path, only)
        every = 1 if paranoid else SAMPLE
        proof = prove(files, judge_every=every, ask_judge=ask_judge)
    return write_files(proof, force=force, planner=planner)


@contextmanager
def _judge_at_hand(path: Path) -> Iterator[Callable[[Sample], Callable[[], None]]]:
    """Have LibCST loaded while the spec is, if that may have enough strategies for a sample."""
    size = 0
    with suppress(OSError):  # load tells of it
        size = path.stat().st_size
    if size < SAMPLE * len("[strategies.a]\n"):
        yield lambda sample: partial(judge, sample)
    else:
        with standby(partial(import_module, "gen_sweeps.proof.explanation"), judge) as ask_judge:
            yield ask_judge
