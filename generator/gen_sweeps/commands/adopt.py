"""`gen-sweeps adopt`: a spec and a template of the files that people have."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
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
from gen_sweeps.characters import on_one_line
from gen_sweeps.commands.outcome import Outcome
from gen_sweeps.console import summary
from gen_sweeps.console.formats import json_text
from gen_sweeps.errors import FileError, ForeignFileError, GenSweepsError, Problem
from gen_sweeps.output.diff import unified
from gen_sweeps.output.journal import JOURNAL
from gen_sweeps.output.single_files import (
    NotARegularFileError,
    create_file,
    read_regular_file,
    replace_file,
)
from gen_sweeps.output.writing import write
from gen_sweeps.progress import Progress, silent
from gen_sweeps.rendering.outputs import MANIFEST
from gen_sweeps.spec.digests import digest
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
        paths: Their paths as the user named them, by their names in it.
        siblings: What is in them.
        left: What is left alone, as the user named it.
    """

    folder: Path
    paths: Mapping[str, str]
    siblings: tuple[Sibling, ...]
    left: Sequence[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Mend:
    """A file that `--fix` changes: its path as the user named it, as it is and as it is to be."""

    path: str
    before: Sibling
    after: Sibling


def adopt(options: AdoptOptions, progress: Progress = silent) -> Outcome:
    """Write a spec and a template that make the files, byte for byte, and take them over.

    Args:
        options: What to do.
        progress: Is told how far it is.

    Raises:
        AdoptionError: The files can't be adopted; nothing was written.
        ForeignFileError: A file that would be written is there already; likewise.
        FileError: Reading or writing failed; what was written has been taken back, but for what
            its problems name.
    """
    originals = _read(options.files)
    folder = options.output or originals.folder
    request = AdoptionRequest(
        originals.siblings,
        originals.paths,
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
    pairs = zip(originals.siblings, adoption.request.siblings, strict=True)
    mends = [_Mend(originals.paths[old.name], old, new) for old, new in pairs if old != new]
    written = ""
    if not options.dry_run:
        written = _write(adoption, template, originals, mends, progress)
    return Outcome(
        result=_result(options, adoption, template, mends, written),
        notes=[f"left alone: {', '.join(originals.left)}"] if originals.left else (),
    )


# -- what is read --


def _read(files: Sequence[Path]) -> _Originals:
    """Read the files; everything that is wrong with them is said at once."""
    paths = list({_place(path): path for path in reversed(files)}.values())[::-1]
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
    problems += _unlike_endings(contents)
    common = Path(os.path.commonpath([_place(path).parent for path in paths]))
    # As the user has it in one of the paths: the messages name what is in it.
    above = (folder for path in paths for folder in path.parents)
    folder = next((it for it in above if _place(it / SPEC).parent == common), common)
    names = {path: _place(path).relative_to(common).as_posix() for path in paths}
    shown = {names[path]: str(path) for path in paths}
    siblings: tuple[Sibling, ...] = ()
    try:
        siblings = read_siblings({names[path]: data for path, data in contents.items()}, shown)
    except AdoptionError as error:
        problems += error.problems
    if problems:
        raise FileError(*problems)
    return _Originals(folder, shown, siblings, left)


def _place(path: Path) -> Path:
    """Return where a file is, whatever leads there; it may be a link itself."""
    return Path(os.path.realpath(path.parent), path.name)


def _content(path: Path) -> bytes | Problem:
    """Return the bytes of a regular file; else why there are none to be had."""
    shown, hint = str(path), None
    try:
        return read_regular_file(shown, MAX_BYTES)
    except NotARegularFileError as error:
        if path.is_symlink():
            hint = "name the file that it leads to"
        elif path.is_dir():
            hint = f"name the files in it: `gen-sweeps adopt {shlex.quote(shown)}/*.py`"
        return Problem(str(error), shown, hint=hint)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return Problem(f"can't be read: {reason}", shown)


def _unlike_endings(paths: Iterable[Path]) -> Iterator[Problem]:
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
    elsewhere = "name another folder for the spec, as in `-o sweep`, or move it away"
    taken = "gen-sweeps has written to this folder: go on with the spec that it names, or remove it"
    wanted = {
        folder / SPEC: elsewhere,
        folder / DEFAULT_TEMPLATES: elsewhere,
        family / MANIFEST: taken,
        family / JOURNAL: taken,
    }
    for above in (folder, *folder.parents):
        if os.path.lexists(above):
            if not above.is_dir():
                hint = "name another folder for the spec, as in `-o sweep`"
                raise ForeignFileError.at("is not a folder", str(above), hint=hint)
            break
    existing = [
        Problem("already exists; nothing was written", str(path), hint=hint)
        for path, hint in wanted.items()
        if os.path.lexists(path)
    ]
    if existing:
        raise ForeignFileError(*existing)


def _write(
    adoption: Adoption,
    template: Path,
    originals: _Originals,
    mends: Sequence[_Mend],
    progress: Progress,
) -> str:
    """Write everything, the files that people have last; return what the first run says.

    Whatever fails, what was written is taken back.
    """
    for sibling in originals.siblings:
        _check_unchanged(originals.paths[sibling.name], sibling)
    owned = {sibling.name: digest(sibling.data) for sibling in originals.siblings}
    left: list[Problem] = []
    try:
        with ExitStack() as undo:
            for folder in reversed([template.parent, *template.parent.parents]):
                if not os.path.lexists(folder):
                    undo.callback(_remove_folder, folder)
            for path, text in (
                (template, adoption.template),
                (adoption.request.spec, adoption.spec),
            ):
                create_file(str(path), text.encode())
                undo.callback(_remove, path, left)
            for mend in mends:
                undo.callback(_restore, mend, left)
            for name in (JOURNAL, MANIFEST):
                undo.callback(_remove, originals.folder / name, left)
            plan = write(adoption.proof, owned=owned, progress=progress)
            undo.pop_all()
    except GenSweepsError as error:
        if left:
            raise FileError(*error.problems, *left) from None
        raise
    return summary.written_text(plan)


def _check_unchanged(path: str, original: Sibling) -> None:
    try:
        is_same = read_regular_file(path, MAX_BYTES) == original.data
    except (OSError, NotARegularFileError):
        is_same = False
    if not is_same:
        message = "was edited in the meantime; nothing was written"
        raise ForeignFileError.at(message, path, hint="run the command again")


def _remove_folder(path: Path) -> None:
    with suppress(OSError):  # something else is in it by now, or it was not made
        path.rmdir()


def _remove(path: Path, left: list[Problem]) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        left.append(Problem(f"was left there: it can't be removed: {error.strerror}", str(path)))


def _restore(mend: _Mend, left: list[Problem]) -> None:
    """Give a file its former bytes again, if it was mended."""
    try:
        if read_regular_file(mend.path, MAX_BYTES) == mend.after.data:
            replace_file(mend.path, mend.before.data)
    except (OSError, NotARegularFileError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        left.append(Problem(f"is mended: it can't be written back: {reason}", mend.path))


def _result(
    options: AdoptOptions,
    adoption: Adoption,
    template: Path,
    mends: Sequence[_Mend],
    written: str,
) -> str:
    spec = adoption.request.spec
    if options.output_format == "json":
        paths = {"spec": str(spec), "template": str(template)}
        content = {
            **adoption_data(adoption, paths),
            "fixed": [mend.path for mend in mends],
            "written": not options.dry_run,
        }
        return json_text("adopt", 0, (), content)
    parts = [
        unified(f"a/{mend.path}", f"b/{mend.path}", mend.before.data, mend.after.data)
        for mend in mends
    ]
    parts.append(accidents_text(adoption))
    shown = [on_one_line(str(path)) for path in (spec, template)]
    if options.dry_run:
        texts = zip(shown, (adoption.spec, adoption.template), strict=True)
        parts += [f"{path}\n\n{text}\n" for path, text in texts]
        parts += [figures_text(adoption), "nothing was written\n"]
    else:
        parts += [written, figures_text(adoption), f"written: {', '.join(shown)}\n"]
    return "".join(parts)
