"""What the last check found to be right, so that the same question need not be worked out again.

An entry holds the digests of everything that the answer depends on: the spec, the templates, the
outputs, what else is in their folders, the tool, its dependencies and Python. It is believed only
if all of that is still so, and if it bears the seal of a key that is kept apart from the cache,
readable by the user alone: what others put into the cache folder is not believed. So an entry can
be useless, but it can't change an answer.

This module is on the shortest way to an answer; it imports nothing that is not needed for that.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from hashlib import blake2b, sha256

MAX_ENTRIES = 200
"""Entries that are kept; the oldest go first."""

_KEY_LENGTH = 32
_SEAL_LENGTH = 64
_READ_OUTPUT = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def recall(spec: str) -> str | None:
    """Return what a check of `spec` says, if it is known to find nothing; None to work it out.

    Args:
        spec: The spec's path as the user named it.
    """
    if not _usable():
        return None
    try:
        with open(_entry(spec), "rb") as file:
            sealed = file.read()
        seal, body = sealed[:_SEAL_LENGTH], sealed[_SEAL_LENGTH:]
        if seal != _seal(body, _key()):
            return None
        known = json.loads(body)
        if known["tool"] != _tool() or not _unchanged(known):
            return None
    except (OSError, ValueError, KeyError):
        return None
    said: str = known["said"]
    return said


def remember(
    spec: str,
    *,
    inputs: Mapping[str, str],
    outputs: Mapping[str, str],
    folders: Mapping[str, Sequence[str]],
    said: str,
) -> None:
    """Remember that a check of `spec` finds nothing; does nothing if that can't be written.

    Args:
        spec: The spec's path as the user named it.
        inputs: The sha256, in hexadecimal, of what was read from each input, by its path.
        outputs: The sha256 of each file in the output folder that was compared, by its path.
        folders: The names in each folder that was looked through, as they were then.
        said: What the check says.
    """
    if not _usable():
        return
    known = {
        "tool": _tool(),
        "inputs": {os.path.abspath(path): digest for path, digest in inputs.items()},
        "outputs": {os.path.abspath(path): digest for path, digest in outputs.items()},
        "folders": {os.path.realpath(path): _seen(names) for path, names in folders.items()},
        "said": said,
    }
    body = json.dumps(known).encode()
    with suppress(OSError):
        entry = _entry(spec)
        folder = os.path.dirname(entry)
        os.makedirs(folder, mode=0o700, exist_ok=True)
        _replace(entry, _seal(body, _key(create=True)) + body)
        _prune(folder)


def _usable() -> bool:
    return not os.environ.get("CI") and bool(_home())


def _unchanged(known: Mapping[str, Mapping[str, object]]) -> bool:
    return (
        all(_seen(os.listdir(path)) == names for path, names in known["folders"].items())
        and all(_digest(path, os.O_RDONLY) == wanted for path, wanted in known["inputs"].items())
        and all(_digest(path, _READ_OUTPUT) == wanted for path, wanted in known["outputs"].items())
    )


def _seen(names: Sequence[str]) -> list[str]:
    """Return names in order, without the one that running a generated file leaves behind."""
    return sorted(name for name in names if name != "__pycache__")


def _digest(path: str, flags: int) -> str:
    descriptor = os.open(path, flags)
    with os.fdopen(descriptor, "rb") as file:
        return sha256(file.read(), usedforsecurity=False).hexdigest()


def _tool() -> str:
    """Return a digest of what makes the answer: this package, what is installed, and Python."""
    digest = sha256(sys.version.encode(), usedforsecurity=False)
    for path in sorted(_sources(os.path.dirname(__file__))):
        with open(path, "rb") as file:
            digest.update(file.read())
    for folder in sys.path:
        with suppress(OSError):
            names = os.listdir(folder or ".")
            installed = sorted(name for name in names if name.endswith((".dist-info", ".egg-info")))
            digest.update("\n".join(installed).encode())
    return digest.hexdigest()


def _sources(folder: str) -> Iterator[str]:
    for entry in os.scandir(folder):
        if entry.name.endswith(".py"):
            yield entry.path
        elif entry.is_dir() and entry.name != "__pycache__":
            yield from _sources(entry.path)


def _entry(spec: str) -> str:
    """Return the path of the entry for a spec that is named so, from here."""
    name = blake2b(os.path.abspath(spec).encode() + b"\0" + spec.encode(), digest_size=16)
    return os.path.join(_folder("XDG_CACHE_HOME", ".cache"), f"{name.hexdigest()}.known")


def _seal(body: bytes, key: bytes) -> bytes:
    return blake2b(body, key=key, digest_size=_SEAL_LENGTH // 2).hexdigest().encode()


def _key(*, create: bool = False) -> bytes:
    """Return the key of the seals, which no one but the user can read.

    Raises:
        OSError: There is none, or others could have read it.
    """
    path = os.path.join(_folder("XDG_STATE_HOME", ".local/state"), "key")
    try:
        descriptor = os.open(path, _READ_OUTPUT)
    except FileNotFoundError:
        if not create:
            raise
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        _replace(path, os.urandom(_KEY_LENGTH))
        descriptor = os.open(path, _READ_OUTPUT)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if os.name == "posix" and (status.st_uid != os.geteuid() or status.st_mode & 0o077):
            raise PermissionError(path)
        key = file.read()
    if len(key) != _KEY_LENGTH:
        raise PermissionError(path)
    return key


def _home() -> str:
    home = os.path.expanduser("~")
    return os.environ.get("LOCALAPPDATA", "") if os.name == "nt" else home.removeprefix("~")


def _folder(variable: str, default: str) -> str:
    """Return gen-sweeps' own folder in the one that the XDG base directories say."""
    base = os.environ.get(variable, "")
    if not os.path.isabs(base):
        base = os.path.join(_home(), default)
    return os.path.join(base, "gen-sweeps")


def _replace(path: str, data: bytes) -> None:
    """Write a file as a whole, for the user alone."""
    temporary = f"{path}.{os.getpid()}.tmp"
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    with os.fdopen(os.open(temporary, flags, 0o600), "wb") as file:
        file.write(data)
    os.replace(temporary, path)


def _prune(folder: str) -> None:
    entries = [entry for entry in os.scandir(folder) if entry.name.endswith(".known")]
    entries.sort(key=lambda entry: entry.stat().st_mtime)
    for entry in entries[:-MAX_ENTRIES]:
        os.unlink(entry.path)
