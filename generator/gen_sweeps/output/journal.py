"""The journal of a run, by which the next run recognizes the files of one that was killed.

It is in the output folder from before the first change until after the last. A damaged journal
counts as none: nothing is ever done because of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gen_sweeps.rendering.outputs import OWN_PREFIX
from gen_sweeps.spec.names import file_fault

JOURNAL = f"{OWN_PREFIX}pending.json"
"""The journal's name in the output folder."""


@dataclass(frozen=True, slots=True)
class Journal:
    """What a run is about to do.

    Attributes:
        spec: The spec that is run, relative to the output folder, as in the manifest.
        digests: By the path of each file to change: the sha256, in hexadecimal, of each content
            of it that is gen-sweeps' own: what is to be written, and what was found.
    """

    spec: str
    digests: Mapping[str, Sequence[str]]

    def __bytes__(self) -> bytes:
        """Return the journal as it stands on disk."""
        return json.dumps({"spec": self.spec, "files": self.digests}).encode()


def read(data: bytes) -> Journal | None:
    """Return the journal that was written as `data`; None if it is damaged."""
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        return None
    match content:
        case {"spec": str(spec), "files": dict(files)}:
            pass
        case _:
            return None
    for path, digests in files.items():
        if file_fault(path) or not isinstance(digests, list):
            return None
        if not all(isinstance(digest, str) for digest in digests):
            return None
    return Journal(spec, files)
