"""`manifest.json`: what stands beside the generated files and names them.

Its form, version 1, is JSON with a line for each file and each strategy:

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
from functools import cached_property, partial
from hashlib import sha256
from json.encoder import encode_basestring_ascii
from types import MappingProxyType

from gen_sweeps.output.line_endings import canonical, encoded
from gen_sweeps.spec.model import Reference, Spec
from gen_sweeps.spec.names import file_fault

MANIFEST = "manifest.json"
"""The manifest's name in the output folder; no template can make a file of that name."""

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


class Text:
    """The text of a manifest, made whenever it is asked for, so that nobody need keep it.

    Args:
        pieces: Makes the text, in pieces.
    """

    def __init__(self, pieces: Callable[[], Iterator[bytes]]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        """Iterate over the text in pieces."""
        return self._pieces()

    def __bytes__(self) -> bytes:
        """Return the text as a whole."""
        return b"".join(self)

    @cached_property
    def digest(self) -> str:
        """The sha256 of the text, in hexadecimal."""
        state = sha256(usedforsecurity=False)
        for piece in self:
            state.update(piece)
        return state.hexdigest()


def written(
    spec: Spec, digests: Mapping[str, str], paths_of: Callable[[str], Sequence[str]]
) -> Text:
    """Return the manifest of a spec.

    Args:
        spec: The spec.
        digests: The sha256 of each file, in hexadecimal, by its path.
        paths_of: Returns the paths of a strategy's files, by its name.
    """
    return Text(partial(_written, spec, digests, paths_of))


def _written(
    spec: Spec, digests: Mapping[str, str], paths_of: Callable[[str], Sequence[str]]
) -> Iterator[bytes]:
    constants = (constant for section in spec.base for constant in section.constants)
    head = {
        "version": VERSION,
        "generator": "gen-sweeps",
        "spec": spec_name(spec),
        "sweep": spec.name,
        "control": spec.control,
        "treatment": {
            "call": spec.treatment.call,
            "vary": spec.treatment.vary,
            "shared": spec.treatment.shared,
        },
    }
    strategies = (
        (s.name, {"title": s.title, "files": paths_of(s.name), "args": s.args})
        for s in spec.strategies
    )
    tables = {
        "base": ((constant.name, constant.value) for constant in constants),
        "files": ((path, digests[path]) for path in sorted(digests)),
        "strategies": strategies,
    }
    return _pieces(head, tables)


def merged(old: bytes | None, new: Text, names: Collection[str], order: Sequence[str]) -> Text:
    """Return the manifest `new` with what `old` says of other strategies and their files.

    Args:
        old: The manifest that is to be replaced, which `read` accepts; None if there is none.
        new: The manifest of some strategies' files.
        names: The strategies of `new` that count.
        order: The strategies of the spec, in the order in which they are to stand.
    """
    content = json.loads(bytes(new))
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
    return Text(partial(_pieces, head, tables))


def read(data: bytes) -> Manifest:
    """Return what a manifest says.

    Raises:
        UnreadableManifestError: It is damaged, edited, or of another version.
    """
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        conflict = b"<<<<<<<" in data
        what = "has conflict markers of a merge" if conflict else "is not JSON"
        raise UnreadableManifestError(what) from None
    match content:
        case {"generator": "gen-sweeps", "version": int(version)}:
            pass
        case _:
            raise UnreadableManifestError("is not a manifest of gen-sweeps")
    if version != VERSION:
        message = f"has version {version}; this gen-sweeps writes version {VERSION}"
        raise UnreadableManifestError(message)
    # A checkout may have changed the line ends; that is drift, but no other content.
    text = canonical(data)
    above = text[: text.rfind(b'  "checksum": "')]
    if content.get("checksum") != sha256(above, usedforsecurity=False).hexdigest():
        raise UnreadableManifestError("was edited: its checksum does not match its content")
    match content:
        case {"spec": str(spec), "files": dict(digests)}:
            pass
        case _:
            raise UnreadableManifestError("was edited: it does not name a spec and its files")
    if any(file_fault(path) for path in digests):
        raise UnreadableManifestError("names files outside of its folder")
    if not all(isinstance(digest, str) for digest in digests.values()):
        raise UnreadableManifestError("was edited: it does not name the content of its files")
    return Manifest(spec, digests)


def _pieces(
    head: Mapping[str, object], tables: Mapping[str, Iterable[tuple[str, object]]]
) -> Iterator[bytes]:
    """Yield a manifest's text, in which each entry of a table has a line."""
    checksum = sha256(usedforsecurity=False)
    for piece in encoded(_lines(head, tables)):
        checksum.update(piece)
        yield piece
    yield f'  "checksum": "{checksum.hexdigest()}"\n}}\n'.encode()


def _lines(
    head: Mapping[str, object], tables: Mapping[str, Iterable[tuple[str, object]]]
) -> Iterator[str]:
    yield "{\n"
    for key, value in head.items():
        yield f"  {_dumps(key)}: {_dumps(value)},\n"
    for key, entries in tables.items():
        before, after = f"  {_dumps(key)}: {{", "},\n"
        for name, entry in entries:
            yield f"{before}\n    {_dumps(name)}: {_dumps(entry)}"
            before, after = ",", "\n  },\n"
        yield after if before == "," else before + after


def _dumps(value: object) -> str:
    """Return a value as JSON on one line; quicker than to make what `json` takes first."""
    if isinstance(value, str):
        return encode_basestring_ascii(value)
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else f'{{"float": "{value}"}}'
    if isinstance(value, Reference):
        return f'{{"base": {encode_basestring_ascii(value.name)}}}'
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_dumps, value))}]"
    if isinstance(value, (dict, MappingProxyType)):
        items = [f"{encode_basestring_ascii(key)}: {_dumps(item)}" for key, item in value.items()]
        return f"{{{', '.join(items)}}}"
    return json.dumps(value)
