"""The files to adopt, as they were read: what is theirs alone, and how their lines end."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from gen_sweeps.adopt.python_surroundings import PythonSurroundings
from gen_sweeps.adopt.surroundings import Surroundings
from gen_sweeps.adopt.text_surroundings import TextSurroundings
from gen_sweeps.compare import newer_syntax_hint
from gen_sweeps.errors import PYTHON, GenSweepsError, Problem

MAX_BYTES = 400_000
"""How large a file may be; what people write by hand is far below that and what follows."""

MAX_LINES = 2_000
"""How many lines it may have."""

MAX_COLUMNS = 10_000
"""How many characters a line may have."""

MAX_DEPTH = 300
"""How deep its code may nest."""

MAX_SIBLINGS = 100
"""How many files a family may have."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_REFUSED = {"\0": "is no text: it has a null byte", "\f": "has a form feed", "\x1a": "has U+001A"}
"""Characters that no generated file may have, or none that a person sees."""


class AdoptionError(GenSweepsError):
    """The files can't be adopted as they are."""


@dataclass(frozen=True, slots=True)
class Sibling:
    """One file of a family.

    Attributes:
        name: Its path in the family's folder, with `/`.
        text: What stands in it, with LF line ends and a final newline.
        has_crlf: Whether its lines end with CRLF on disk.
        is_unterminated: Whether its last line has no end on disk.
    """

    name: str
    text: str
    has_crlf: bool = False
    is_unterminated: bool = False

    @property
    def is_python(self) -> bool:
        """Whether Python reads it."""
        return self.name.endswith(".py")

    @property
    def data(self) -> bytes:
        """Its bytes on disk."""
        text = self.text.removesuffix("\n") if self.is_unterminated else self.text
        return (text.replace("\n", "\r\n") if self.has_crlf else text).encode()


def read_siblings(contents: Mapping[str, bytes], shown: Mapping[str, str]) -> tuple[Sibling, ...]:
    """Return files as siblings.

    Args:
        contents: Their bytes, by their paths in the family's folder.
        shown: Their paths as the user named them.

    Raises:
        AdoptionError: Has a problem for each file that can't be one.
    """
    siblings = []
    problems: list[Problem] = []
    for name, data in contents.items():
        found = _read(name, data, shown[name])
        if isinstance(found, Problem):
            problems.append(found)
        else:
            siblings.append(found)
    if problems:
        raise AdoptionError(*problems)
    return tuple(siblings)


def _read(name: str, data: bytes, shown: str) -> Sibling | Problem:
    if len(data) > MAX_BYTES:
        return Problem(f"has more than {MAX_BYTES:,} bytes", shown)
    if data.startswith(_BYTE_ORDER_MARK):
        return Problem("starts with a byte order mark", shown, 1, hint="save it as UTF-8 without")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        number = data.count(b"\n", 0, error.start) + 1
        return Problem("is no text in UTF-8", shown, number, hint="save it as UTF-8")
    if not text.strip():
        return Problem("is empty", shown, hint="leave it out")
    for character, fault in _REFUSED.items():
        if character in text:
            number = text.count("\n", 0, text.index(character)) + 1
            return Problem(fault, shown, number, hint="remove it, or leave the file out")
    if (mixed := _mixed_line(text)) is not None:
        message = "mixes line ends: LF and CRLF, or a lone CR"
        return Problem(message, shown, mixed, hint="give all its lines the same end")
    sibling = Sibling(
        name,
        f"{text.replace(chr(13), '').removesuffix(chr(10))}\n",
        has_crlf="\r" in text,
        is_unterminated=not text.endswith("\n"),
    )
    return next(_faults(sibling, shown), sibling)


def _faults(sibling: Sibling, shown: str) -> Iterator[Problem]:
    """Yield why a file is too large for people to have written it, or why Python rejects it."""
    lines = sibling.text.removesuffix("\n").split("\n")
    if len(lines) > MAX_LINES:
        yield Problem(f"has more than {MAX_LINES:,} lines", shown)
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_COLUMNS:
            yield Problem(f"is longer than {MAX_COLUMNS:,} characters", shown, number)
    if sibling.is_python:
        yield from _python_faults(sibling, shown)


def _mixed_line(text: str) -> int | None:
    r"""Return the first line of a text that ends otherwise than others; None without one."""
    if "\r" not in text:
        return None
    for number, line in enumerate(text.split("\n"), 1):
        is_last = number == text.count("\n") + 1
        if line.count("\r") != (0 if is_last else 1) or not (is_last or line.endswith("\r")):
            return number
    return None


def surroundings_of(sibling: Sibling) -> Surroundings:
    """Return what can be asked of a file about its places."""
    if sibling.is_python:
        return PythonSurroundings(sibling.text)
    return TextSurroundings(sibling.text)


def common_start(texts: Sequence[str]) -> str:
    """Return the characters with which all texts start."""
    first, last = min(texts), max(texts)
    pairs = enumerate(zip(first, last, strict=False))
    end = next((index for index, (one, other) in pairs if one != other), min(len(first), len(last)))
    return first[:end]


def _python_faults(sibling: Sibling, shown: str) -> Iterator[Problem]:
    """Yield why Python does not accept a file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # as of generated files
            tree = ast.parse(sibling.text.encode())
            compile(tree, shown, "exec", dont_inherit=True)
    except SyntaxError as error:
        message = f"is not valid {PYTHON}: {error.msg}"
        newer = newer_syntax_hint(error, sibling.text.encode())
        hint = newer or "mend it first, or leave it out"
        yield Problem(message, shown, error.lineno, error.offset or None, hint)
    except (RecursionError, MemoryError):
        yield Problem(f"is not valid {PYTHON}: it nests too deep", shown, hint="leave it out")
    except ValueError as error:
        yield Problem(f"is not valid {PYTHON}: {error}", shown)
    else:
        yield from _deep_places(tree, shown)


def _deep_places(tree: ast.Module, shown: str) -> Iterator[Problem]:
    """Yield where a file nests deeper than what reads it can follow, which Python may accept."""
    level: list[ast.AST] = [tree]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    if line := next((it.lineno for it in level if isinstance(it, ast.expr | ast.stmt)), None):
        message = f"can't be adopted: it nests too deep, more than {MAX_DEPTH} levels"
        yield Problem(message, shown, line, hint="leave it out")


def is_private(name: str) -> bool:
    """Say whether a file is a module that siblings share, as `_base.py` and `__init__.py` are."""
    return PurePosixPath(name).name.startswith("_")
