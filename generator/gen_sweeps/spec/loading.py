"""Reads a spec file into a `Spec`; everything that is wrong with it is reported at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from gen_sweeps.errors import FileError, Problem, SpecError
from gen_sweeps.spec.building import build
from gen_sweeps.spec.checking import check
from gen_sweeps.spec.findings import Finding
from gen_sweeps.spec.model import Spec, SpelledFloat
from gen_sweeps.spec.names import UNSEEN

_TO_ESCAPE = re.compile(f'["\\\\{UNSEEN}]')


def load(path: str | Path) -> Spec:
    """Return the experiment that the spec file at `path` describes.

    Raises:
        FileError: The file can't be read.
        SpecError: It is not a valid spec; has a problem for each thing that is wrong, in the
            order in which they stand in the file.
    """
    path = Path(path)
    source = _read(path)
    document = _parse(source, path)
    spec, findings = build(document, path)
    if errors := [*check(document), *findings.errors]:
        raise SpecError(*_located(errors, source, path))
    return replace(
        spec,
        digest=sha256(source, usedforsecurity=False).hexdigest(),
        sources=(path,),
        warnings=tuple(_located(findings.warnings, source, path)) if findings.warnings else (),
    )


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


def _parse(source: bytes, path: Path) -> dict[str, object]:
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
        message, line, column = _decode_error(str(fault), text)
        raise error(f"is not TOML: {message}", line, column, None) from None
    except RecursionError:
        raise error("is not a spec: its values are nested too deeply", None, None, None) from None
    except ValueError as fault:
        # An integer of more than 4300 digits, a date such as 2024-02-31: tomllib lets through
        # what int() and date() say, without a position.
        raise error(f"is not TOML: {fault}", None, None, None) from None


def _decode_error(message: str, text: str) -> tuple[str, int, int]:
    """Split tomllib's message into what is wrong, and the 1-based line and column of it."""
    if match := re.fullmatch(r"(.*) \(at line ([0-9]+), column ([0-9]+)\)", message, re.DOTALL):
        return match[1], int(match[2]), int(match[3])
    lines = text.split("\n")
    return message.removesuffix(" (at end of document)"), len(lines), len(lines[-1]) + 1


def _located(findings: Iterable[Finding], source: bytes, path: Path) -> list[Problem]:
    from gen_sweeps.spec.locations import positions  # noqa: PLC0415 - tree-sitter is for reports only

    places = positions(source)
    problems = []
    for finding in findings:
        place = places.find(finding.where, value=finding.at_value)
        where = ".".join(_key(part) for part in finding.where)
        message = f"{where}: {finding.message}" if where else finding.message
        problems.append(Problem(message, str(path), place.line, place.column, finding.hint))
    return sorted(problems, key=lambda found: (found.line or 0, found.column or 0))


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
