"""`manifest.json`: it stands beside the generated files and names them.

It is JSON, in version 2: an array of records, each on a line of its own, with an empty line between
them, so that git merges changes of neighbours; no line says anything of another. In this order:

    {"manifest": 2, "spec": path relative to the manifest's folder, "sweep": name,
     "control": {axis: level}}
    {"factor": name, "places": [place]}                   for each factor
    {"file": path, "sha256": …}                           for each file that all arms share
    {"file": path, "levels": {axis: level}, "sha256": …}  for each that some arms share
    {"arm": name, "levels": {axis: level}, "values": {factor: value}}
    {"file": path, "arm": name, "sha256": …}              for each file of that arm, after it
    {"end": "manifest"}

A value is what JSON makes of it, a float as the spec spells it; `{"base": NAME}` refers to a
constant, `{"python": "…"}` is an expression, `{"float": "nan"}` (or "inf", "-inf") is a number that
JSON does not have.

Each record of a file is a claim: gen-sweeps wrote this content. There may be several of one file,
as after a merge. The content that is there decides which of them counts, so nothing else in the
manifest has to be trusted.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from gen_sweeps.output.line_endings import normalized
from gen_sweeps.output.merge_conflicts import is_conflicted, sides
from gen_sweeps.rendering.outputs import MANIFEST, OWN_PREFIX
from gen_sweeps.spec.model import STRATEGY, Expression, Reference, Spec, SpelledFloat
from gen_sweeps.spec.names import file_fault, fold

VERSION = 2

Owner: TypeAlias = "str | Mapping[str, str] | None"
"""Whose a file is: the name of its arm; the names of levels, by their axes, whose arms share it;
None if all arms do."""

_Record: TypeAlias = Mapping[str, object]
"""What stands on one line of the manifest."""


_PRINTED = json.JSONEncoder().encode
"""Prints a text, a whole number or a boolean as JSON."""


class UnreadableManifestError(Exception):
    """The manifest is not one that gen-sweeps wrote; says why."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a manifest says of the files beside it.

    Attributes:
        specs: The spec that they were made from, relative to the manifest's folder, with `/`;
            after a merge there may be several.
        claims: The sha256 of each content that gen-sweeps wrote to a file, in hexadecimal, by the
            file's path.
    """

    specs: Collection[str]
    claims: Mapping[str, Sequence[str]]


def spec_name(spec: Spec) -> str:
    """Return the spec's path as the manifest names it: relative to the output folder."""
    return os.path.relpath(spec.path, spec.output_folder).replace(os.sep, "/")


def manifest_bytes(
    spec: Spec,
    digests: Mapping[str, str],
    owners: Mapping[str, Owner],
    places: Mapping[str, Sequence[str]],
) -> bytes:
    """Return the manifest of a spec, as it stands on disk.

    Args:
        spec: The spec.
        digests: The sha256 of each file, in hexadecimal, by its path.
        owners: Whose each file is, by its path; what is not in it is shared by all arms.
        places: The places that print each factor, by its name.
    """
    return _text(_lines(spec, digests, owners, places))


def merged(old: bytes | None, new: bytes, names: Collection[str], order: Sequence[str]) -> bytes:
    """Return the manifest `new` with what `old` says of other arms and files.

    Args:
        old: The manifest that is to be replaced; None if there is none.
        new: The manifest of some arms' files.
        names: The arms of `new` that count.
        order: The names of the spec's arms, in the order in which they are to stand.

    Raises:
        UnreadableManifestError: `old` is damaged, or of a newer version.
    """
    before = _records(old) if old is not None else []
    after = [record for record in _records(new) if _kind(record) != "arm" or record["arm"] in names]
    replaced = {(_kind(record), record[_kind(record)]) for record in after}
    kept = [record for record in before if (_kind(record), record[_kind(record)]) not in replaced]
    places: dict[str, dict[str, None]] = {}
    for record in (*before, *after):
        if _kind(record) == "factor":
            # Those of some arms need not be all, so the others' are kept with them.
            places.setdefault(str(record["factor"]), {}).update(_places(record))
    known = dict.fromkeys((*order, *(str(r["arm"]) for r in (*kept, *after) if "arm" in r)))
    position = {name: number for number, name in enumerate(known)}

    def rank(record: _Record) -> tuple[int, str]:
        """Put what is shared first, and each arm's files behind the arm, by their paths."""
        return position.get(str(record.get("arm")), -1), str(record.get("file", ""))

    rest = [record for record in (*kept, *after) if _kind(record) in ("file", "arm")]
    records: Iterable[_Record] = (
        *(record for record in after if _kind(record) == "manifest"),
        *({"factor": name, "places": list(found)} for name, found in places.items()),
        *sorted(rest, key=rank),
    )
    try:
        return _text(dict.fromkeys(map(_json, records)))
    except RecursionError:
        raise UnreadableManifestError("was edited: its values nest too deep") from None


def read(data: bytes) -> Manifest:
    """Return what a manifest says; of a conflicted one, what either side says.

    Raises:
        UnreadableManifestError: It is damaged, or of a newer version.
    """
    specs: dict[str, None] = {}
    claims: dict[str, list[str]] = {}
    for record in _records(data):
        match record:
            case {"manifest": _, "spec": str(spec)}:
                specs[spec] = None
            case {"file": str(path), "sha256": str(digest)}:
                claimed = claims.setdefault(path, [])
                if digest not in claimed:
                    claimed.append(digest)
    if any(map(_is_outside, claims)):
        raise UnreadableManifestError("names files that are none of its own")
    return Manifest(specs.keys(), claims)


def factor_places(data: bytes) -> list[str]:
    """Return the places that a manifest says some factor is printed at; none if it is damaged."""
    try:
        records = _records(data)
    except UnreadableManifestError:
        return []
    return [place for record in records if _kind(record) == "factor" for place in _places(record)]


def recorded(data: bytes, spec: Spec) -> tuple[Mapping[str, str], Mapping[str, Owner]]:
    """Return the sha256 of each file of a spec as its manifest has it, and whose each file is.

    Args:
        data: The manifest.
        spec: The spec; files of levels that it does not have are left out.

    Raises:
        UnreadableManifestError: It is damaged, of a newer version, or conflicted.
    """
    if is_conflicted(data):
        raise UnreadableManifestError("has conflict markers of a merge")
    names = {printed: key for key, printed in _levels(spec).items()}
    digests: dict[str, str] = {}
    owners: dict[str, Owner] = {}
    for record in _records(data):
        path, digest = record.get("file"), record.get("sha256")
        if not isinstance(path, str) or not isinstance(digest, str):
            continue
        if isinstance(arm := record.get("arm"), str):
            owners[path] = arm
        elif isinstance(levels := record.get("levels"), dict):
            printed = [f"{_json(axis)}: {_json(value)}" for axis, value in levels.items()]
            if any(one not in names for one in printed):
                continue
            owners[path] = dict(names[one] for one in printed)
        digests[path] = digest
    return digests, owners


def _records(data: bytes) -> list[_Record]:
    """Return the records of a manifest whose kind is known; of a conflicted one, of both sides.

    Raises:
        UnreadableManifestError: As `read` does.
    """
    conflicted = is_conflicted(data)
    try:
        # A checkout may have changed the line endings; that is drift, but no other content.
        text = normalized(data).decode()
        contents = [
            json.loads(side, parse_float=SpelledFloat)
            for side in (sides(text) if conflicted else (text,))
        ]
    except (ValueError, RecursionError):
        what = "has conflict markers of a merge" if conflicted else "is not JSON"
        raise UnreadableManifestError(what) from None
    return [record for content in contents for record in _checked(content)]


def _checked(content: object) -> list[_Record]:
    """Return the records of a manifest that has been parsed."""
    if isinstance(content, dict):
        content = list(_version_1(content))
    records = content if isinstance(content, list) else []
    known: list[_Record] = [r for r in records if isinstance(r, dict) and _kind(r)]
    heads = [record for record in known if "manifest" in record]
    if not heads or not all(isinstance(head["manifest"], int) for head in heads):
        raise UnreadableManifestError("is not a manifest of gen-sweeps")
    for head in heads:
        if head["manifest"] != VERSION:
            message = f"has version {head['manifest']}; this gen-sweeps writes version {VERSION}"
            raise UnreadableManifestError(message)
        if not isinstance(head.get("spec"), str):
            raise UnreadableManifestError("was edited: it does not name its spec")
    for record in known:
        for key in ("file", "arm", "factor", "sha256"):
            if not isinstance(record.get(key, ""), str):
                raise UnreadableManifestError("was edited: it does not name what its files hold")
    return known


def _version_1(content: Mapping[str, object]) -> Iterator[_Record]:
    """Yield as records what a manifest of version 1 says of files; it was an object, not an array.

    It had a checksum, which is of no use where the content of the files decides.
    """
    match content:
        case {"generator": "gen-sweeps", "version": 1, "spec": spec, "files": dict(files)}:
            yield {"manifest": VERSION, "spec": spec}
            for path, digest in files.items():
                yield {"file": path, "sha256": digest}


def _kind(record: _Record) -> str:
    """Return what a record is of; empty if it is of nothing that has to be known."""
    for kind in ("file", "arm", "factor", "manifest"):  # a file's record names its arm too
        if kind in record:
            return kind
    return ""


def _places(record: _Record) -> dict[str, None]:
    """Return the places that the record of a factor names, in their order."""
    places = record.get("places")
    return dict.fromkeys(map(str, places if isinstance(places, list) else ()))


def _is_outside(path: str) -> bool:
    """Say whether a path can't be that of a file beside the manifest that gen-sweeps generated."""
    own = fold(path) == MANIFEST or path.rpartition("/")[2].startswith(OWN_PREFIX)
    return own or file_fault(path) is not None


def _text(lines: Iterable[str]) -> bytes:
    """Return the manifest whose records are printed in `lines`."""
    text = bytearray(b"[\n")
    for line in lines:
        text += line.encode()
        text += b",\n\n"
    text += b'{"end": "manifest"}\n]\n'
    return bytes(text)


def _lines(
    spec: Spec,
    digests: Mapping[str, str],
    owners: Mapping[str, Owner],
    places: Mapping[str, Sequence[str]],
) -> Iterator[str]:
    """Yield the records of a spec, but for the last."""
    levels = _levels(spec)
    control = ", ".join(map(levels.__getitem__, spec.control.items()))
    yield (
        f'{{"manifest": {VERSION}, "spec": {_json(spec_name(spec))}, "sweep": {_json(spec.name)}, '
        f'"control": {{{control}}}}}'
    )
    for factor, found in places.items():
        yield _json({"factor": factor, "places": found})
    of_arms: dict[str, list[str]] = {arm.name: [] for arm in spec.arms}
    for path in sorted(digests):
        start, end = f'{{"file": {_PRINTED(path)}', f'"sha256": "{digests[path]}"}}'
        owner = owners.get(path)
        if isinstance(owner, str):
            of_arms[owner].append(f'{start}, "arm": {_PRINTED(owner)}, {end}')
        elif owner:
            shared = ", ".join(map(levels.__getitem__, owner.items()))
            yield f'{start}, "levels": {{{shared}}}, {end}'
        else:
            yield f"{start}, {end}"
    args = {s.name: [f"{_json(k)}: {_json(v)}" for k, v in s.args.items()] for s in spec.strategies}
    varying = [(name, _json(name)) for name, axes in spec.depends.items() if axes]
    for arm in spec.arms:
        values = [f"{key}: {_json(arm.vars[name])}" for name, key in varying if name in arm.vars]
        if arm.strategy:
            values = args[arm.strategy.name] + values
        name, own = _PRINTED(arm.name), ", ".join(map(levels.__getitem__, arm.levels.items()))
        yield f'{{"arm": {name}, "levels": {{{own}}}, "values": {{{", ".join(values)}}}}}'
        yield from of_arms[arm.name]


def _levels(spec: Spec) -> Mapping[tuple[str, str], str]:
    """Return how each level is printed, by its axis and its name: as the spec writes it."""
    values: dict[tuple[str, str], object] = {(STRATEGY, s.name): s.name for s in spec.strategies}
    values |= {(axis.name, level.name): level.value for axis in spec.axes for level in axis.levels}
    return {key: f"{_json(key[0])}: {_json(value)}" for key, value in values.items()}


def _json(value: object) -> str:
    """Return a value of the spec, or of a record, as JSON on one line."""
    if isinstance(value, str):
        return _PRINTED(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            return f'{{"float": "{float(value)}"}}'
        # Between its digits, a float of TOML may have underscores.
        return value.spelling.replace("_", "") if isinstance(value, SpelledFloat) else repr(value)
    if isinstance(value, Reference):
        return f'{{"base": {_PRINTED(value.name)}}}'
    if isinstance(value, Expression):
        return f'{{"python": {_PRINTED(value.source)}}}'
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_json, value))}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_PRINTED(key)}: {_json(item)}' for key, item in value.items())}}}"
    return _PRINTED(value)
