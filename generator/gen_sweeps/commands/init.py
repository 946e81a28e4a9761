"""`gen-sweeps init`: copies a starter, and generates its files.

A starter is a folder of files as they are to be: `starters/` has one for each, apart from the
project's own sweep, which the wheel takes from the repository's root; in a checkout it is read
from there.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from gen_sweeps.characters import on_one_line
from gen_sweeps.commands.outcome import Outcome
from gen_sweeps.console import summary
from gen_sweeps.errors import ForeignFileError, Problem
from gen_sweeps.output.single_files import create_file
from gen_sweeps.output.writing import write
from gen_sweeps.progress import Progress, silent
from gen_sweeps.proof.proving import prove
from gen_sweeps.rendering.outputs import MANIFEST
from gen_sweeps.rendering.renderer import render
from gen_sweeps.spec.loading import load

SPEC = "spec.toml"
"""What a starter's spec is called."""

SCHEMA = "spec.schema.json"
"""The schema that a starter's spec names in its first line, for editors."""


@dataclass(frozen=True, slots=True)
class InitOptions:
    """What to start from, and where.

    Attributes:
        folder: Where to; created if it is not there. What it has besides is left alone.
        starter: `training` or `reward-shaping`.
    """

    folder: Path
    starter: str


def init(options: InitOptions, progress: Progress = silent) -> Outcome:
    """Write a starter's files and what its spec generates.

    Args:
        options: What to start from, and where.
        progress: Is told how far it is.

    Raises:
        ForeignFileError: A file that would be written is there already; nothing was written.
        FileError: Reading or writing failed.
    """
    folder, source = options.folder, _source(options.starter)
    copied = [path.relative_to(source) for path in _files(source)]
    proof = prove(render(load(source / SPEC)))
    output = Path(proof.rendering.spec.output)
    made = [output / path for path in (*proof.digests, MANIFEST)]
    _refuse_existing(folder, [*copied, Path(SCHEMA), *made])
    contents = {path: (source / path).read_bytes() for path in copied}
    from gen_sweeps.spec.json_schema import schema_text  # noqa: PLC0415 - for this command

    contents[Path(SCHEMA)] = schema_text().encode()
    for path, content in contents.items():
        create_file(str(folder / path), content)
    rendering = render(load(folder / SPEC), progress=progress)
    plan = write(prove(rendering, progress=progress), progress=progress)
    return Outcome(result=summary.written_text(plan) + _next_steps(folder))


def _next_steps(folder: Path) -> str:
    """Return what to do with what was written to a folder, as commands that a shell runs."""
    steps = {
        f"gen-sweeps {SPEC}": f"after each change of {SPEC} or templates/",
        f"gen-sweeps {SPEC} --check": "in CI",
        f"gen-sweeps run {SPEC}": "run every arm that is not done",
    }
    width = max(map(len, steps))
    enter = [] if folder == Path() else [f"cd {shlex.quote(on_one_line(str(folder)))}"]
    lines = [*enter, *(f"{step:{width}}  # {when}" for step, when in steps.items())]
    return "\nnext:\n" + "".join(f"  {line}\n" for line in lines)


def _source(starter: str) -> Path:
    """Return the folder that has a starter's files."""
    package = Path(__file__).parents[1]
    folder = package / "starters" / starter
    return folder if folder.is_dir() else package.parents[1]


def _files(source: Path) -> list[Path]:
    """Return the files of a starter; of a checkout's root, those that are the sweep's."""
    templates = sorted((source / "templates").rglob("*.jinja"))
    if (source / "pyproject.toml").exists():
        return [source / SPEC, *templates]
    beside = sorted(path for path in source.iterdir() if path.is_file())
    return [path for path in beside if path.name != SCHEMA] + templates


def _refuse_existing(folder: Path, paths: list[Path]) -> None:
    """Check that nothing is in the way, not even a link that leads nowhere.

    Raises:
        ForeignFileError: Has a problem for each file that is there.
    """
    existing = [path for path in paths if (folder / path).exists() or (folder / path).is_symlink()]
    hint = "name a folder without such files, as in `gen-sweeps init my_sweep`"
    if existing:
        problems = (
            Problem("already exists; nothing was written", str(folder / path), hint=hint)
            for path in existing
        )
        raise ForeignFileError(*problems)
