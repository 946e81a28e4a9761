"""The manifest, `manifest.json`: lists the generated files that are beside it.

It is JSON, in version 1, with a line for each file and each strategy:

    version     1
    generator   "gen-sweeps"
    spec        the spec's path, relative to the manifest's folder
    sweep       the experiment's name
    control     the control's name
    treatment   {"call": …, "vary": […], "shared": {argument: value}}
    base        {constant: value}
    files       {path: sha256 of the file}
    strategies  {name: {"title": …, "files": [path], "args": {argument: value}}}
    checksum    sha256 of all above: of the manifest's text up to and with the line before it

A value is what JSON makes of it; `{"base": NAME}` refers to a constant, `{"float": "nan"}` (or
"inf", "-inf") is a number that JSON does not have.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from gen_sweeps.output.line_endings import normalized
from gen_sweeps.spec.model import Reference, Spec, Value
from gen_sweeps.spec.names import file_fault

VERSION = 1


class UnreadableManifestError(Exception):
    """The manifest is not one that gen-sweeps wrote; says why."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a manifest says of the files beside it.

    Attributes:
        spec: The spec that they were made from, relative to the manifest's folder, with `/`.
        digests: The sha256 of each file, in hexadecimal, by its path.
    """

    spec: str
    digests: Mapping[str, str]


def spec_name(spec: Spec) -> str:
    """Return the spec's path as the manifest names it: relative to the output folder."""
    return os.path.relpath(spec.path, spec.output_folder).replace(os.sep, "/")


def written(
    spec: Spec, digests: Mapping[str, str], paths_of: Callable[[str], Sequence[str]]
) -> bytes:
    """Return the manifest of a spec, as it stands on disk.

    Args:
        spec: The spec.
        digests: The sha256 of each file, in hexadecimal, by its path.
        paths_of: Returns the paths of a strategy's files, by its name.
    """
    head = {
        "version": VERSION,
        "generator": "gen-sweeps",
        "spec": spec_name(spec),
        "sweep": spec.name,
        "control": spec.control,
        "treatment": {
            "call": spec.treatment.call,
            "vary": spec.treatment.vary,
            "shared": _plain(spec.treatment.shared),
        },
    }
    tables = {
        "base": (
            (constant.name, _plain(constant.value))
            for section in spec.base
            for constant in section.constants
        ),
        "files": ((path, digests[path]) for path in sorted(digests)),
        "strategies": (
            (s.name, {"title": s.title, "files": paths_of(s.name), "args": _plain(s.args)})
            for s in spec.strategies
        ),
    }
    return _text(head, tables)


def merged(old: bytes | None, new: bytes, names: Collection[str], order: Sequence[str]) -> bytes:
    """Return the manifest `new` with what `old` says of other strategies and their files.

    Args:
        old: The manifest that is to be replaced, which `read` accepts; None if there is none.
        new: The manifest of some strategies' files.
        names: The strategies of `new` that count.
        order: The strategies of the spec, in the order in which they are to stand.
    """
    content = json.loads(new)
    previous = json.loads(old) if old is not None else {"files": {}, "strategies": {}}
    files = previous["files"] | content["files"]
    strategies = previous["strategies"] | {
        name: entry for name, entry in content["strategies"].items() if name in names
    }
    ordered = dict.fromkeys(name for name in (*order, *strategies) if name in strategies)
    tables = {
        "base": content["base"].items(),
        "files": sorted(files.items()),
        "strategies": [(name, strategies[name]) for name in ordered],
    }
    head = {key: content[key] for key in content if key not in {*tables, "checksum"}}
    return _text(head, tables)


def read(data: bytes) -> Manifest:
    """Return what a manifest says.

    Raises:
        UnreadableManifestError: It is damaged, edited, or of another version.
    """
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        conflict = b"<<<<<<<" in data
        what = "has merge conflict markers" if conflict else "is not JSON"
        raise UnreadableManifestError(what) from None
    match content:
        case {"generator": "gen-sweeps", "version": int(version)}:
            pass
        case _:
            raise UnreadableManifestError("is not a gen-sweeps manifest")
    if version != VERSION:
        message = f"has version {version}; this gen-sweeps writes version {VERSION}"
        raise UnreadableManifestError(message)
    # A checkout may have changed the line endings; that is drift, but no other content.
    text = normalized(data)
    above = text[: text.rfind(b'  "checksum": "')]
    if content.get("checksum") != _checksum(above):
        raise UnreadableManifestError("was edited: its checksum does not match its content")
    match content:
        case {"spec": str(spec), "files": dict(digests)}:
            pass
        case _:
            raise UnreadableManifestError("was edited: it does not name a spec and its files")
    if any(file_fault(path) for path in digests):
        raise UnreadableManifestError("names files outside its folder")
    if not all(isinstance(found, str) for found in digests.values()):
        raise UnreadableManifestError("was edited: it does not list the digests of its files")
    return Manifest(spec, digests)


def _text(head: Mapping[str, object], tables: Mapping[str, Iterable[tuple[str, object]]]) -> bytes:
    """Return a manifest, in which each entry of a table has a line."""
    text = bytearray()
    for part in _parts(head, tables):
        text += part.encode()
    return bytes(text) + f'  "checksum": "{_checksum(text)}"\n}}\n'.encode()


def _parts(
    head: Mapping[str, object], tables: Mapping[str, Iterable[tuple[str, object]]]
) -> Iterator[str]:
    yield "{\n"
    for key, value in head.items():
        yield f"  {json.dumps(key)}: {json.dumps(value)},\n"
    for key, entries in tables.items():
        before, after = f"  {json.dumps(key)}: {{", "},\n"
        for name, entry in entries:
            yield f"{before}\n    {json.dumps(name)}: {json.dumps(entry)}"
            before, after = ",", "\n  },\n"
        yield after if before == "," else before + after


def _plain(value: Value) -> object:
    """Return a value in the types that JSON has."""
    if isinstance(value, Reference):
        return {"base": value.name}
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": str(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _checksum(text: bytes | bytearray) -> str:
    return sha256(text, usedforsecurity=False).hexdigest()
