"""Checks names: of constants, arguments, levels, variables, packages and files.

Names are ASCII. Python would take more, but it folds what looks alike (`ﬁ` is `fi`), and file
systems fold in other ways; a name that means one thing everywhere is worth that.
"""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Iterable

UNSEEN = (
    "\x00-\x1f\x7f-\xa0\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160"
    "\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164"
    "\ud800-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U0001fffe\U0001ffff\U0002fffe-\U0002ffff\U0003fffe-\U0010ffff"
)
"""Characters that a reader does not see or can't tell from others, as a class of a regular
expression: controls, separators other than the space, formats (bidirectional ones among them),
fillers, surrogates, private use, noncharacters. After Unicode's properties General_Category C*
and Z* and Default_Ignorable_Code_Point, written out so that every Python agrees."""

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_LEVEL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", re.ASCII)
_SEEN_BY_TEMPLATES = frozenset({"strategy", "arm", "arms", "treatment", "sweep", "base", "vars"})
_SEEN_BY_JINJA = frozenset(
    {"range", "dict", "loop", "self", "namespace", "cycler", "joiner", "caller", "varargs"}
    | {"kwargs", "super", "lipsum", "true", "false", "none", "True", "False", "None"}
)

_WINDOWS_DEVICE = re.compile(
    r"(con|prn|aux|nul|com[0-9]|lpt[0-9]|conin\$|conout\$)(\..*)?", re.IGNORECASE
)

_NOT_ON_WINDOWS = re.compile(r'[<>:"|?*\\\x00-\x1f\x7f]')
_UNSEEN = re.compile(f"[{UNSEEN}]")


def identifier_fault(name: str) -> str | None:
    """Return why `name` can't be a Python identifier, or None if it can."""
    if not name:
        return "is empty"
    if not _IDENTIFIER.fullmatch(name):
        return "is not a valid name: use ASCII letters, digits and _, with no digit first"
    if keyword.iskeyword(name):
        return "is a Python keyword"
    if name == "__debug__":
        return "is a Python constant, which can't be set"
    return None


def unfilled(path: str) -> str | None:
    """Return what in a path a shell would fill in, and nothing here does, or None."""
    if path.startswith("~"):
        return "`~` is not filled in"
    if re.search(r"\$\{?\w|%\w+%", path):
        return "variables of the environment are not filled in"
    return None


def dotted_fault(name: str) -> str | None:
    """Return why `name` can't be a dotted Python name, or None if it can."""
    return next((fault for part in name.split(".") if (fault := identifier_fault(part))), None)


def level_fault(name: str) -> str | None:
    """Return why a strategy or a level can't have this name, or None if it can."""
    if _LEVEL.fullmatch(name):
        return None
    return (
        "can't be part of file names: a name takes ASCII letters, digits, `_`, `.` and `-`, and "
        "starts with none of the last two"
    )


def variable_fault(name: str) -> str | None:
    """Return why a variable or an axis can't have this name, or None if it can."""
    if name in _SEEN_BY_TEMPLATES:
        return "is something else to templates"
    if name in _SEEN_BY_JINJA:
        return "has a meaning of its own in Jinja"
    return identifier_fault(name)


def constant_fault(name: str) -> str | None:
    """Return why `name` can't be a constant of `_base.py`, or None if it can."""
    if fault := identifier_fault(name):
        return fault
    if name in dir(builtins):
        return "is a Python builtin, which the constant would hide"
    if name.startswith("__"):
        return "starts with two underscores: Python gives such names a special meaning"
    return None


def file_fault(path: str) -> str | None:
    """Return why `path`, relative with `/`, can't be a file on every system, or None if it can."""
    for part in path.split("/"):
        if part in ("", ".", ".."):
            return "leads outside its folder"
        if _WINDOWS_DEVICE.fullmatch(part):
            return f"has a part that names a device on Windows ({part})"
        if part[-1] in ". ":
            return "has a part that ends with a dot or a space, which Windows drops"
        if _NOT_ON_WINDOWS.search(part):
            return "has a character that Windows does not allow in file names"
        if _UNSEEN.search(part):
            return "has an invisible character"
        if len(part.encode(errors="surrogatepass")) > 255:  # noqa: PLR2004 - NAME_MAX of POSIX
            return "has a part longer than 255 bytes, the limit of most file systems"
    return None


def fold(path: str) -> str:
    """Return what two paths have in common if some file system takes them for one file."""
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", path).casefold())


def closest_match(name: str, known: Iterable[str]) -> str | None:
    """Return the one of `known` that `name` was probably meant to be, or None."""
    import difflib  # noqa: PLC0415 - paid only when there is something to report

    folded: dict[str, str] = {}
    for candidate in known:
        folded.setdefault(candidate.casefold(), candidate)
    matches = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.65)
    return folded[matches[0]] if matches else None
