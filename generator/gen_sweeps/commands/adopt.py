"""`gen-sweeps adopt`: a spec and a template of the files that people have."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gen_sweeps.adopt import (
    MAX_BYTES,
    MAX_SIBLINGS,
    Adoption,
    AdoptionError,
    AdoptionRequest,
    Answers,
    Sibling,
    accidents_text,
    adopt_family,
    adoption_data,
    figures_text,
    is_private,
    read_siblings,
)
from gen_sweeps.commands.outcome import Outcome
from gen_sweeps.console import summary
from gen_sweeps.console.formats import json_text
from gen_sweeps.errors import FileError, ForeignFileError, Problem
from gen_sweeps.output.diff import unified
from gen_sweeps.output.replacing import replace_file
from gen_sweeps.output.writing import write
from gen_sweeps.progress import Progress, silent
from gen_sweeps.proof.proving import prove
from gen_sweeps.rendering.outputs import MANIFEST
from gen_sweeps.rendering.renderer import render
from gen_sweeps.spec.loading import load
from gen_sweeps.spec.schema import DEFAULT_TEMPLATES

SPEC = "spec.toml"
"""What the spec is called."""

_FEW_HINT = "name two or more files, as in `gen-sweeps adopt configs/*.py`"


@dataclass(frozen=True, slots=True)
class AdoptOptions:
    """What to adopt, and where to.

    Attributes:
        files: The files.
        output: The folder for the spec and its template; None for that of the files.
        name: What to call the experiment; empty to have it called like the files.
        dry_run: Whether to show everything and write nothing.
        fix: Variables to mend before, `NAME` or `NAME=VALUE`.
        keep: Variables that are meant as they are.
        output_format: "text" or "json".
    """

    files: tuple[Path, ...]
    output: Path | None = None
    name: str = ""
    dry_run: bool = False
    fix: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    output_format: str = "text"


@dataclass(frozen=True, slots=True)
class _Originals:
    """The files to adopt, as they are on disk.

    Attributes:
        folder: The folder that all of them are in.
        paths: Their paths, by their names in it.
        contents: Their bytes, likewise.
        left: What is left alone, as the user named it.
    """

    folder: Path
    paths: Mapping[str, Path]
    contents: Mapping[str, bytes]
    left: Sequence[str] = field(default_factory=list)


def adopt(options: AdoptOptions, progress: Progress = silent) -> Outcome:
    """Write a spec and a template that make the files, byte for byte, and take them over.

    Args:
        options: What to do.
        progress: Is told how far it is.

    Raises:
        AdoptionError: The files can't be adopted; nothing was written.
        ForeignFileError: A file that would be written is there already; likewise.
        FileError: Reading or writing failed.
    """
    originals = _read(options.files)
    folder = options.output or originals.folder
    siblings = read_siblings(
        originals.contents, {name: str(path) for name, path in originals.paths.items()}
    )
    request = AdoptionRequest(
        siblings,
        {name: str(path) for name, path in originals.paths.items()},
        folder / SPEC,
        _relative(originals.folder, folder),
        Path(os.path.realpath(originals.folder)).name,
        options.name,
        _answers(options),
    )
    if not options.dry_run:
        _refuse_existing(folder, originals.folder)
    adoption = adopt_family(request, progress)
    template = folder / DEFAULT_TEMPLATES / adoption.template_name
    changed = [
        (original, sibling)
        for original, sibling in zip(siblings, adoption.request.siblings, strict=True)
        if original.text != sibling.text
    ]
    written = ""
    if not options.dry_run:
        written = _write(adoption, template, originals, changed, progress)
    return Outcome(
        result=_result(options, adoption, template, originals, changed, written),
        notes=[f"left alone: {', '.join(originals.left)}"] if originals.left else (),
    )


# -- what is read --


def _read(files: Sequence[Path]) -> _Originals:
    """Read the files; everything that is wrong with them is said at once."""
    paths = list({os.path.normpath(path): path for path in reversed(files)}.values())[::-1]
    left = [str(path) for path in paths if is_private(path.name)]
    paths = [path for path in paths if not is_private(path.name)]
    if len(paths) < 2:  # noqa: PLR2004 - one file is no family
        given = f"only {paths[0]}" if paths else "no file"
        raise AdoptionError.at(f"there is nothing to adopt: {given} was given", hint=_FEW_HINT)
    if len(paths) > MAX_SIBLINGS:
        message = f"{len(paths)} files were given; a family has at most {MAX_SIBLINGS}"
        raise AdoptionError.at(message, hint="adopt some of them at a time")
    problems: list[Problem] = []
    contents: dict[Path, bytes] = {}
    for path in paths:
        found = _content(path)
        if isinstance(found, Problem):
            problems.append(found)
        else:
            contents[path] = found
    problems += _unlike_endings(paths)
    if problems:
        raise FileError(*problems)
    folder = Path(os.path.commonpath([os.path.normpath(path.parent) for path in paths]))
    names = {Path(os.path.normpath(path)).relative_to(folder).as_posix(): path for path in paths}
    return _Originals(folder, names, {name: contents[path] for name, path in names.items()}, left)


def _content(path: Path) -> bytes | Problem:
    """Return the bytes of a regular file; else why there are none to be had."""
    shown = str(path)
    try:
        mode = path.lstat()
        if stat.S_ISLNK(mode.st_mode):
            return Problem("is a symbolic link", shown, hint="name the file that it leads to")
        if stat.S_ISDIR(mode.st_mode):
            hint = f"name the files in it: `gen-sweeps adopt {shlex.quote(shown.rstrip('/'))}/*.py`"
            return Problem("is a folder", shown, hint=hint)
        if not stat.S_ISREG(mode.st_mode):
            return Problem("is not a regular file", shown)
        if mode.st_size > MAX_BYTES:
            message = f"has {mode.st_size:,} bytes; a file to adopt has at most {MAX_BYTES:,}"
            return Problem(message, shown)
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return Problem(f"can't be read: {reason}", shown)


def _unlike_endings(paths: Sequence[Path]) -> Iterator[Problem]:
    """Yield a problem if files are of several kinds."""
    by_ending: dict[str, list[str]] = {}
    for path in paths:
        by_ending.setdefault(path.suffix, []).append(str(path))
    if len(by_ending) > 1:
        first = max(by_ending.values(), key=len)
        others = [path for group in by_ending.values() if group is not first for path in group]
        message = f"{', '.join(others[:3])}{' …' if len(others) > 3 else ''} has another ending"  # noqa: PLR2004 - enough to see it
        yield Problem(f"{message} than {first[0]}", hint="adopt the files of one kind at a time")


def _relative(folder: Path, start: Path) -> str:
    """Return the path of a folder from another one, as a spec has it."""
    relative = os.path.relpath(os.path.realpath(folder), os.path.realpath(start))
    return Path(relative).as_posix()


def _answers(options: AdoptOptions) -> Answers:
    fix: dict[str, str | None] = {}
    for answer in options.fix:
        name, equals, value = answer.partition("=")
        fix[name] = value if equals else None
    both = sorted(fix.keys() & {*options.keep})
    if both:
        raise AdoptionError.at(f"{both[0]} can't be both fixed and kept", hint="say one of the two")
    return Answers(fix, frozenset(options.keep))


# -- what is written --


def _refuse_existing(folder: Path, family: Path) -> None:
    """Check that nothing is in the way, not even a link that leads nowhere.

    Raises:
        ForeignFileError: Has a problem for each file or folder that is there.
    """
    wanted = (folder / SPEC, folder / DEFAULT_TEMPLATES, family / MANIFEST)
    existing = [path for path in wanted if os.path.lexists(path)]
    hint = "name another folder for the spec, as in `-o sweep`, or move it away"
    if existing:
        raise ForeignFileError(
            *(Problem("already exists; nothing was written", str(it), hint=hint) for it in existing)
        )


def _write(
    adoption: Adoption,
    template: Path,
    originals: _Originals,
    changed: Sequence[tuple[Sibling, Sibling]],
    progress: Progress,
) -> str:
    """Write everything, the files that people have last; return what the first run says."""
    for original, _ in changed:
        _check_unchanged(originals.paths[original.name], original)
    spec = adoption.request.spec
    _create(template, adoption.template)
    try:
        _create(spec, adoption.spec)
    except FileError:
        template.unlink(missing_ok=True)
        raise
    for original, sibling in changed:
        replace_file(originals.paths[original.name], sibling.data)
    plan = write(prove(render(load(spec), progress), progress=progress), progress=progress)
    return summary.written_text(plan)


def _check_unchanged(path: Path, original: Sibling) -> None:
    try:
        is_same = path.read_bytes() == original.data
    except OSError:
        is_same = False
    if not is_same:
        message = "was edited in the meantime"
        raise ForeignFileError.at(message, str(path), hint="run the command again")


def _create(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(text.encode())
    except OSError as error:
        raise FileError.at(f"can't be written: {error.strerror}", str(path)) from None


def _result(  # noqa: PLR0913, PLR0917 - all that there is to say
    options: AdoptOptions,
    adoption: Adoption,
    template: Path,
    originals: _Originals,
    changed: Sequence[tuple[Sibling, Sibling]],
    written: str,
) -> str:
    spec = adoption.request.spec
    if options.output_format == "json":
        paths = {"spec": str(spec), "template": str(template)}
        content = {
            **adoption_data(adoption, paths),
            "fixed": [str(originals.paths[original.name]) for original, _ in changed],
            "written": not options.dry_run,
        }
        return json_text("adopt", 0, (), content)
    parts = [
        unified(f"a/{path}", f"b/{path}", original.data, sibling.data)
        for original, sibling in changed
        for path in [originals.paths[original.name]]
    ]
    parts.append(accidents_text(adoption))
    if options.dry_run:
        parts += [f"{spec}\n\n{adoption.spec}\n", f"{template}\n\n{adoption.template}\n"]
        parts += [figures_text(adoption), "nothing was written\n"]
    else:
        parts += [written, figures_text(adoption), f"written: {spec}, {template}\n"]
    return "".join(parts)
