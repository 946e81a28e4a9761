"""Problems and errors: what is wrong, where, and what to do about it.

This module imports nothing of the package.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import ClassVar, Self

PYTHON = f"Python {sys.version_info.major}.{sys.version_info.minor}"
"""The Python that judges what is valid, as messages name it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where, and what to do about it.

    Attributes:
        message: One line that says what is wrong.
        path: The file it is in, as the user would name it, or None.
        line: 1-based line in that file, or None.
        column: 1-based column in characters, or None.
        hint: One line that says what to do, commands in backticks, or None.
    """

    message: str
    path: str | None = None
    line: int | None = None
    column: int | None = None
    hint: str | None = None

    @property
    def location(self) -> str:
        """`path:line:column`, as much of it as is known; empty without a path."""
        parts = (self.path, self.line, self.column)
        return ":".join(str(part) for part in parts if part is not None)

    def __str__(self) -> str:
        """Return `path:line:column: message`; a message that starts with the path says it once."""
        if self.path is None:
            return self.message
        if self.message.startswith(f"{self.path} "):
            return f"{self.location}{self.message.removeprefix(self.path)}"
        return f"{self.location}: {self.message}"


class GenSweepsError(Exception):
    """Base of everything that is raised for a person; never shown as a traceback.

    Args:
        problems: What is wrong, at least one, in the order in which to read them.
    """

    exit_code: ClassVar[int] = 2

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems

    @classmethod
    def at(
        cls,
        message: str,
        path: str | None = None,
        line: int | None = None,
        column: int | None = None,
        *,
        hint: str | None = None,
    ) -> Self:
        """Return an error of this class with a single problem."""
        return cls(Problem(message, path, line, column, hint))


class SpecError(GenSweepsError):
    """The spec can't be read or is not valid."""


class TemplateError(GenSweepsError):
    """A template can't be read or rendered, or renders something that is not Python."""


class FileError(GenSweepsError):
    """Reading or writing a file failed."""


class ProofError(GenSweepsError):
    """The files differ outside the treatment, or have no single treatment."""

    exit_code = 1


class ForeignFileError(GenSweepsError):
    """A file that gen-sweeps did not write, or that was edited since, is in the way."""

    exit_code = 1
