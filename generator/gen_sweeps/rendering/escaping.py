"""Escapes text of the spec for the place in a Python file where it stands."""

from __future__ import annotations

import re
from collections.abc import Callable

from gen_sweeps.rendering.literals import escape, literal
from gen_sweeps.spec.model import Expression, Reference
from gen_sweeps.spec.names import UNSEEN

_UNSAFE_BARE = re.compile(f"[\"'\\\\{UNSEEN}]")
UNPRINTABLE = re.compile(f"[{UNSEEN}]")
"""A character that a reader does not see, a line break among them."""

UNSEEN_BUT_NEWLINE = re.compile(f"(?!\n)[{UNSEEN}]")

_UNSAFE_IN_DOCSTRING = re.compile(
    rf"""\\|"(?=")|(?<=")"|\A"|"\Z|'(?=')|(?<=')'|{UNSEEN_BUT_NEWLINE.pattern}"""
)

_SEEN = re.compile(r"[ -\[\]-~\n]*+")
"""What nothing needs to be done about in a docstring, but for quotes and blanks in some places."""

_TRAILING_BLANK = re.compile("[ \t]\n")
_SURROGATE = re.compile("[\ud800-\udfff]")

_PRAGMA_FIRST = re.compile(
    r"(?P<start>^|#)[ ]*(?=(noqa|type|ty|fmt|yapf|isort|ruff|flake8|pylint|pyright|mypy|pyre|"
    r"pragma|nosec|nosemgrep|autopep8|black|cython|distutils|region|endregion|%%|!|"
    r"[^#]*coding[:=]|-\*-|vim?:))",
    re.IGNORECASE,
)

PRAGMA = re.compile(
    r"""
    ^\#!                                        # an interpreter
    | ^\#\s* (?: type: | %% | /// | <|> | region | endregion | -\*- )
    | \#:?\s* no(?:qa|sec|semgrep|lint|cover|inspection)
    | -\*- | coding\s*[:=] | (?<!\w) type:\s*ignore
    | (?<!\w) (?: pylint | pyright | mypy | ruff | ty | flake8 | fmt | yapf | isort | black
        | autopep8 | pragma | pytype | pyre-\w+ | cython | distutils | codespell | vim? | ex ) \s* :
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""What in a comment tells a tool something."""


FILTERS = "print it with a filter: `| docstring`, `| comment`, `| python` or `| name`"
"""How to print a text in a Python file."""


class UnsafeTextError(Exception):
    """Text was to be placed as it is, but could leave the literal or comment it stands in.

    Args:
        message: What is wrong with it.
        hint: What to do.
    """

    def __init__(self, message: str, hint: str = FILTERS) -> None:
        super().__init__(message)
        self.hint = hint


def check_bare(text: str) -> None:
    """Check that a text stays in the string, docstring or comment that it is printed in.

    Raises:
        UnsafeTextError: It has a quote, a backslash, a line end or a character unseen.
    """
    if match := _UNSAFE_BARE.search(text):
        what = escape(match[0]) if match[0] not in "\"'\\" else match[0]
        raise UnsafeTextError(f"the text has a {what} and could break out of its place")


class Text:
    """A string of the spec as templates see it: to be printed through a filter.

    Printed as it is, it is refused if it could end the string, docstring or comment it stands
    in. It compares like a string and joins with `+`; every other use asks `str()`, so nothing
    gets around that check.

    Attributes:
        origin: What of the arm the text depends on; empty if it is the same for all arms.
        check: What is asked before it is printed as it is; it raises `UnsafeTextError`.
    """

    __slots__ = ("_characters", "check", "origin")

    def __init__(
        self,
        text: str,
        origin: frozenset[str] = frozenset(),
        check: Callable[[str], None] = check_bare,
    ) -> None:
        self._characters = text
        self.origin = origin
        self.check = check

    @property
    def _text(self) -> str:
        """The characters, for whoever looks at them."""
        return self._characters

    def __str__(self) -> str:
        """Return the text.

        Raises:
            UnsafeTextError: It could break out of its place.
        """
        self.check(self._text)
        return self._text

    def __repr__(self) -> str:
        """Return the text in quotes, which is what a list with it prints.

        Raises:
            UnsafeTextError: It could break out of its place.
        """
        return repr(str(self))

    def __eq__(self, other: object) -> bool:
        """Compare with a text or a string."""
        return self._text == (other._text if isinstance(other, Text) else other)

    def __hash__(self) -> int:
        """Hash like the string."""
        return hash(self._text)

    def __lt__(self, other: str | Text) -> bool:
        """Compare with a text or a string, for sorting."""
        return self._text < raw(other)

    def __gt__(self, other: str | Text) -> bool:
        """Compare likewise."""
        return self._text > raw(other)

    def __le__(self, other: str | Text) -> bool:
        """Compare likewise."""
        return self._text <= raw(other)

    def __ge__(self, other: str | Text) -> bool:
        """Compare likewise."""
        return self._text >= raw(other)

    def __len__(self) -> int:
        """Return the number of characters."""
        return len(self._text)

    def __contains__(self, part: str | Text) -> bool:
        """Say whether `part` is a part of the text."""
        return raw(part) in self._text

    def __add__(self, other: str | Text) -> Text:
        """Join with what follows."""
        return text_of(self._characters + to_print(other), self, other)

    def __radd__(self, other: str) -> Text:
        """Join with what precedes."""
        return text_of(other + self._characters, self)

    def __mod__(self, _: object) -> str:
        """Refuse to be a format."""
        raise UnsafeTextError("text from the spec can't be a format: join with `+`")

    __rmod__ = __mul__ = __rmul__ = __mod__


class IdentityText(Text):
    """A text that says which arm a file is for: it reports whoever does more than print it.

    Args:
        text: What it says.
        origin: As of any text.
        check: Likewise.
        report: Called whenever its characters are looked at.

    What is made of it by joining is such a text too.
    """

    __slots__ = ("report",)

    def __init__(
        self,
        text: str,
        origin: frozenset[str],
        check: Callable[[str], None],
        report: Callable[[], None],
    ) -> None:
        super().__init__(text, origin, check)
        self.report = report

    @property
    def _text(self) -> str:
        """The characters, for whoever looks at them; reports that."""
        self.report()
        return self._characters


class Code(Text):
    """A name or an expression of the spec as templates see it.

    It compares like its source; printed in Python, it is code.

    Attributes:
        value: What it is.
    """

    __slots__ = ("value",)

    def __init__(
        self,
        value: Reference | Expression,
        origin: frozenset[str] = frozenset(),
        check: Callable[[str], None] = check_bare,
    ) -> None:
        super().__init__(literal(value), origin, check)
        self.value = value


def text_of(text: str, *sources: object) -> Text:
    """Return a text that is made of others: it depends on what they do, and is as guarded."""
    texts = [source for source in sources if isinstance(source, Text)]
    origin = frozenset[str]().union(*(source.origin for source in texts))
    checks = (source.check for source in texts if source.check is not check_bare)
    check = next(checks, check_bare)
    for source in texts:
        if isinstance(source, IdentityText):
            return IdentityText(text, origin, check, source.report)
    return Text(text, origin, check)


def raw(text: str | Text) -> str:
    """Return the characters of `text`, whatever they are."""
    return text._text if isinstance(text, Text) else text  # noqa: SLF001 - the one door of the class


def to_print(text: str | Text) -> str:
    """Return the characters of `text` for a page, of which nothing else may depend on them."""
    return text._characters if isinstance(text, Text) else text  # noqa: SLF001 - a door too


def docstring_text(text: str) -> str:
    """Return what a docstring says if it has `text` in it.

    That is the text without blanks at its ends and at the ends of lines, and with lone surrogates
    as they would be escaped: from 3.13 on Python refuses a docstring that has one, in any form.
    """
    lines = text.strip()
    if _SEEN.fullmatch(lines) and " \n" not in lines:
        return lines
    if _TRAILING_BLANK.search(lines):
        lines = "\n".join(line.rstrip(" \t") for line in lines.split("\n"))
    return _SURROGATE.sub(lambda match: escape(match[0]), lines)


def in_docstring(text: str) -> str:
    r'''Return a text, as `docstring_text` returns it, as it may stand inside `"""`.

    Backslashes, quotes in a row or at an end (where the template may have more) and characters
    unseen are escaped.
    '''
    if _SEEN.fullmatch(text) and not (
        '""' in text or "''" in text or text[:1] == '"' or text[-1:] == '"'
    ):
        return text
    return _UNSAFE_IN_DOCSTRING.sub(lambda match: escape(match[0]), text)


def in_comment(text: str, start: str = "#") -> str:
    """Return `text` as a comment, `start` before each line, that no tool reads as a pragma."""
    lines = []
    for line in text.strip().split("\n"):
        seen = UNSEEN_BUT_NEWLINE.sub(lambda match: escape(match[0]), line.rstrip())
        harmless = _PRAGMA_FIRST.sub(r"\g<start> - ", seen)
        while match := PRAGMA.search(f"{start} {harmless}"):
            # Its last character, escaped, makes it another word.
            at = match.end() - len(start) - 2
            harmless = f"{harmless[:at]}\\x{ord(harmless[at]):02x}{harmless[at + 1 :]}"
        if harmless.endswith("\\"):  # LibCST does not keep it
            harmless = f"{harmless[:-1]}\\x5c"
        lines.append(f"{start} {harmless}".rstrip())
    return "\n".join(lines)
