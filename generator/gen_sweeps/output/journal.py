"""The note of what a run is about to do: with it, the run after a killed one knows its files.

It stands in the output folder from before the first change to after the last. A note that does
not read as one is no note: nothing is ever done because of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring_ascii

from gen_sweeps.output.line_endings import encoded
from gen_sweeps.spec.names import file_fault

PREFIX = ".gen-sweeps-"
"""What the names of the files start with that stand in the output folder during a run only."""

NOTE = f"{PREFIX}pending.json"
"""The note's name in the output folder."""


@dataclass(frozen=True, slots=True)
class Note:
    """What a run is about to do.

    Attributes:
        spec: The spec that is run, relative to the output folder, as in the manifest.
        digests: By the path of each file to change: the sha256 of what is gen-sweeps' own there,
            in hexadecimal; what is to be written, and what was found.
    """

    spec: str
    digests: Mapping[str, tuple[str, ...]]


def written(spec: str, digests: Iterable[tuple[str, Sequence[str]]]) -> Iterator[bytes]:
    """Yield the note as it stands on disk, in pieces.

    Args:
        spec: The spec, as in a `Note`.
        digests: What a `Note` has of each file, by its path.
    """
    return encoded(_written(spec, digests))


def _written(spec: str, digests: Iterable[tuple[str, Sequence[str]]]) -> Iterator[str]:
    quoted = encode_basestring_ascii
    yield f'{{"spec": {quoted(spec)}, "files": {{'
    separator = ""
    for path, found in digests:
        yield f"{separator}{quoted(path)}: [{', '.join(map(quoted, found))}]"
        separator = ", "
    yield "}}"


def read(data: bytes) -> Note | None:
    """Return the note that `data` is; None if it is none."""
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        return None
    match content:
        case {"spec": str(spec), "files": dict(files)}:
            pass
        case _:
            return None
    digests = {}
    for path, found in files.items():
        if file_fault(path) or not isinstance(found, list):
            return None
        if not all(isinstance(digest, str) for digest in found):
            return None
        digests[path] = tuple(found)
    return Note(spec, digests)
