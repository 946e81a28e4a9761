"""Reads a spec file into a `Spec`; everything that is wrong with it is reported at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from gen_sweeps.errors import FileError, Problem, SpecError
from gen_sweeps.spec.building import build
from gen_sweeps.spec.checking import check
from gen_sweeps.spec.digests import digest
from gen_sweeps.spec.extending import MAX_FILES, MergedSpec, SpecFile, extended_path
from gen_sweeps.spec.findings import Finding
from gen_sweeps.spec.model import Spec, SpelledFloat
from gen_sweeps.spec.names import UNSEEN
from gen_sweeps.spec.schema import DOCUMENT
from gen_sweeps.spec.toml_hints import toml_hint

_TO_ESCAPE = re.compile(f'["\\\\{UNSEEN}]')


def load(path: str | Path) -> Spec:
    """Return the experiment that the spec file at `path` describes.

    Raises:
        FileError: The file can't be read.
        SpecError: It is not a valid spec; has a problem for each thing that is wrong, in the
            order in which they stand in the file.
    """
    return load_source(_read(Path(path)), Path(path))


def load_source(source: bytes, path: Path) -> Spec:
    """Return the experiment that a spec describes which is, or is to be, the file at `path`.

    Raises:
        FileError: A file that it extends can't be read.
        SpecError: As of `load`.
    """
    first = SpecFile(path, source, _parse(source, path))
    files, problems = _extended(first)
    if problems:  # what is not there may be all that is missing
        raise SpecError(*problems)
    merged = MergedSpec.of(files)
    spec, findings = build(merged.document, path)
    if errors := [*check(merged.document), *findings.errors]:
        raise SpecError(*sorted(_located(errors, merged), key=partial(_place, first)))
    return replace(
        spec,
        digest=_digest(files),
        sources=tuple(file.path for file in files),
        warnings=tuple(
            sorted(_located(findings.warnings, merged), key=partial(_place, first))
            if findings.warnings
            else ()
        ),
    )


def located(spec: Spec, findings: Iterable[Finding]) -> list[Problem]:
    """Return what was found wrong with a spec that has been loaded, each with its place.

    Raises:
        FileError: The spec can't be read any more.
        SpecError: It is not TOML any more.
    """
    files = [SpecFile(path, source := _read(path), _parse(source, path)) for path in spec.sources]
    return _located(findings, MergedSpec.of(files))


def _place(first: SpecFile, problem: Problem) -> tuple[bool, str, int, int]:
    """Return where a problem stands, the spec itself before the files that it extends."""
    path = problem.path or ""
    return (path != str(first.path), path, problem.line or 0, problem.column or 0)


def _digest(files: Sequence[SpecFile]) -> str:
    digests = [digest(file.source) for file in files]
    return digests[0] if len(digests) == 1 else digest("".join(digests).encode())


def _extended(first: SpecFile) -> tuple[list[SpecFile], list[Problem]]:
    """Return a spec and the files that it extends, the nearest first, and what is wrong there.

    A file that is no part of a spec is named, but nothing of it is quoted.
    """
    files = [first]
    while True:
        sweep = files[-1].document.get("sweep")
        text = sweep.get("extends") if isinstance(sweep, dict) else None
        if not isinstance(text, str) or not text:
            return files, []
        path, fault = extended_path(files[-1].path, text)
        if not fault and any(path.samefile(file.path) for file in files):
            fault = "extends itself"
        elif not fault and len(files) == MAX_FILES:
            fault = f"is one file too many: a spec has at most {MAX_FILES}"
        if not fault:
            try:
                source = _read(path)
                file = SpecFile(path, source, _parse(source, path, is_own=False))
            except (FileError, SpecError) as error:
                return files, [*error.problems]
            if file.document.keys() <= {key.name for key in DOCUMENT.keys}:
                files.append(file)
                continue
            fault = "is no part of a spec: it has other tables"
        finding = Finding(("sweep", "extends"), f"{path}: {fault}", at_value=True)
        return files, _located([finding], MergedSpec.of(files[-1:]))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        hint = "name a spec file, as in `gen-sweeps spec.toml`"
        raise FileError.at("no such file", str(path), hint=hint) from None
    except IsADirectoryError:
        hint = f"name the spec in it, as in `gen-sweeps {path / 'spec.toml'}`"
        raise FileError.at("is a folder, not a spec file", str(path), hint=hint) from None
    except OSError as error:
        raise FileError.at(f"can't be read: {error.strerror}", str(path)) from None


def _parse(source: bytes, path: Path, *, is_own: bool = True) -> dict[str, object]:
    """Parse a file.

    Args:
        source: Its bytes.
        path: The file.
        is_own: Whether it is the spec that the user named; of another, nothing is quoted.
    """

    def error(message: str, line: int | None, column: int | None, hint: str | None) -> SpecError:
        return SpecError(Problem(message, str(path), line, column, hint))

    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        before = source[: fault.start]
        line = before.count(b"\n") + 1
        column = len(before.rpartition(b"\n")[2].decode(errors="replace")) + 1
        message = f"is not UTF-8: byte 0x{source[fault.start]:02x}"
        raise error(message, line, column, "save the file as UTF-8") from None
    try:
        return tomllib.loads(text, parse_float=SpelledFloat)
    except tomllib.TOMLDecodeError as fault:
        message, line, column = decode_error(str(fault), text)
        if not is_own:
            raise error("is not TOML", line, column, None) from None
        hint = toml_hint(text, line, column)
        raise error(f"is not TOML: {message}", line, column, hint) from None
    except RecursionError:
        raise error("is not a spec: its values are nested too deeply", None, None, None) from None
    except ValueError as fault:
        # An integer of more than 4300 digits, a date such as 2024-02-31: tomllib lets through
        # what int() and date() say, without a position.
        raise error(f"is not TOML: {fault}", None, None, None) from None


def decode_error(message: str, text: str) -> tuple[str, int, int]:
    """Split tomllib's message into what is wrong, and the 1-based line and column of it."""
    if match := re.fullmatch(r"(.*) \(at line ([0-9]+), column ([0-9]+)\)", message, re.DOTALL):
        return match[1], int(match[2]), int(match[3])
    lines = text.split("\n")
    return message.removesuffix(" (at end of document)"), len(lines), len(lines[-1]) + 1


def _located(findings: Iterable[Finding], spec: MergedSpec) -> list[Problem]:
    from gen_sweeps.spec.locations import positions  # noqa: PLC0415 - tree-sitter is for reports only

    places = {}
    problems = []
    for finding in findings:
        file = spec.file_of(finding.where)
        if file.path not in places:
            places[file.path] = positions(file.source)
        place = places[file.path].find(finding.where, value=finding.at_value)
        column = place.column
        if finding.offset:
            column += places[file.path].offset_in_text(place, finding.offset)
        where = ".".join(_key(part) for part in finding.where)
        message = f"{where}: {finding.message}" if where else finding.message
        problems.append(Problem(message, str(file.path), place.line, column, finding.hint))
    return problems


def _key(part: str | int) -> str:
    """Return a part of a path as TOML writes keys."""
    if isinstance(part, int) or re.fullmatch("[A-Za-z0-9_-]+", part):
        return str(part)
    return f'"{_TO_ESCAPE.sub(_escape, part)}"'


def _escape(character: re.Match[str]) -> str:
    text = character[0]
    if text in '"\\':
        return f"\\{text}"
    return f"\\u{ord(text):04x}" if text <= "\uffff" else f"\\U{ord(text):08x}"
