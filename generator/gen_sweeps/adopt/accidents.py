"""Finds what in a family looks like an accident: what nobody meant to differ."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import PurePosixPath

from gen_sweeps.adopt.deriving import Derivations, folded
from gen_sweeps.adopt.named_family import NamedFamily, SpecVariable
from gen_sweeps.adopt.siblings import AdoptionError, Sibling
from gen_sweeps.errors import Problem
from gen_sweeps.spec.names import closest_match

_FEWEST_FILES = 5
"""Below this, one file that differs says nothing."""

_ONE_IN = 6
"""Of so many files, one may be a lone one."""

_MOST_DIFFERENCES = 3
"""More places than these, and the file differs on purpose."""

_CLAIM = re.compile(
    r"(?:same|identical|copy|copied|duplicate)\s+(?:as|to|of|from)\s+(?:the\s+)?[`'\"]?"
    r"(?P<sibling>[\w./-]*\w)[`'\"]?(?:\s+config\w*)?"
    r"(?P<but>,?\s*(?:but|except|apart|other than|only|with)\b[^.\n]*)?",
    re.IGNORECASE,
)


class AccidentKind(Enum):
    """What kind of accident it may be, the surest first."""

    STALE = "stale"
    """A file says what its sibling should."""
    FALSE_CLAIM = "false claim"
    """A file says that it is like a sibling, and is not."""
    STYLE = "style"
    """The same value is spelled otherwise."""
    LONE = "lone"
    """A file alone has another value."""


@dataclass(frozen=True, slots=True)
class OddValue:
    """What a file has where others have something else.

    Attributes:
        file: The number of the file.
        line: The 1-based line.
        text: What stands there.
        usual: What would stand there as in the others, or by the file's name.
    """

    file: int
    line: int
    text: str
    usual: str


@dataclass(frozen=True, slots=True)
class Accident:
    """A variable whose values look like an accident in some files.

    Attributes:
        kind: What kind it may be.
        variable: The variable's name.
        odd: What looks wrong.
        says: What the file claims, if it claims anything.
    """

    kind: AccidentKind
    variable: str
    odd: tuple[OddValue, ...]
    says: str = ""

    @property
    def files(self) -> frozenset[int]:
        """The files in which something looks wrong."""
        return frozenset(it.file for it in self.odd)


def find_accidents(family: NamedFamily, siblings: Sequence[Sibling]) -> tuple[Accident, ...]:
    """Return what looks like an accident, one for each variable at most, the surest first."""
    finder = _AccidentFinder(family, siblings)
    found: dict[str, Accident] = {}
    for accident in (*finder.stale(), *finder.false_claims(), *finder.style(), *finder.lone()):
        found.setdefault(accident.variable, accident)
    kinds = list(AccidentKind)
    return tuple(sorted(found.values(), key=lambda it: kinds.index(it.kind)))


class _AccidentFinder:
    def __init__(self, family: NamedFamily, siblings: Sequence[Sibling]) -> None:
        self._family = family
        self._siblings = siblings
        self._derivations = Derivations(family.grid)
        self._valued = [it for it in family.variables if not it.is_flag and it.texts]
        self._count = len(siblings)

    def _odd(self, variable: SpecVariable, file: int, usual: str) -> OddValue:
        start = variable.starts[file][0]
        line = self._siblings[file].text.count("\n", 0, start) + 1
        return OddValue(file, line, variable.texts[file], usual)

    def stale(self) -> Iterator[Accident]:
        """Yield what follows from the names of most files, and in some from that of another."""
        for variable in self._valued:
            pattern = self._derivations.pattern(variable.texts)
            if pattern is None or not pattern.exceptions:
                continue
            odd = []
            for file in sorted(pattern.exceptions):
                others = {self._filled(pattern.text, it) for it in range(self._count) if it != file}
                if variable.texts[file] in others:
                    odd.append(self._odd(variable, file, self._filled(pattern.text, file)))
            if odd:
                yield Accident(AccidentKind.STALE, variable.name, tuple(odd))

    def _filled(self, pattern: str, file: int) -> str:
        axes = self._family.grid.axes
        return re.sub(r"\{(\d+)\}", lambda field: axes[int(field[1])].levels[file], pattern)

    def false_claims(self) -> Iterator[Accident]:
        """Yield what differs between a file and the sibling that it claims to be like."""
        for file, sibling in enumerate(self._siblings):
            for claim in _CLAIM.finditer(_prose(sibling)):
                other = self._named(claim["sibling"])
                if other is None or other == file:
                    continue
                excepted = {folded(word) for word in re.findall(r"\w{3,}", claim["but"] or "")}
                differing = [it for it in self._valued if self._differs(it, file, other, excepted)]
                if len(differing) > _MOST_DIFFERENCES:
                    continue
                for variable in differing:
                    odd = self._odd(variable, file, variable.texts[other])
                    says = " ".join(claim[0].split())
                    yield Accident(AccidentKind.FALSE_CLAIM, variable.name, (odd,), says)

    def _named(self, text: str) -> int | None:
        """Return the sibling that a text names, by its name or what tells it from the others."""
        wanted = PurePosixPath(text).name.removesuffix(PurePosixPath(self._siblings[0].name).suffix)
        for number, sibling in enumerate(self._siblings):
            if PurePosixPath(sibling.name).stem == wanted:
                return number
        return None

    def _differs(
        self, variable: SpecVariable, file: int, other: int, excepted: Iterable[str]
    ) -> bool:
        texts = variable.texts
        if variable.is_prose or not {file, other} <= texts.keys() or texts[file] == texts[other]:
            return False
        pattern = self._derivations.pattern(texts)
        if pattern and file not in pattern.exceptions:
            return False
        path = {folded(part) for part in variable.path}
        return path.isdisjoint(excepted) and file in variable.starts

    def style(self) -> Iterator[Accident]:
        """Yield what means the same in files that spell it otherwise."""
        for variable in self._valued:
            if variable.is_prose or variable.texts.keys() != set(range(self._count)):
                continue
            spellings: dict[str, Counter[str]] = {}
            for text in variable.texts.values():
                spellings.setdefault(_meaning(text), Counter())[text] += 1
            odd = []
            for file, text in sorted(variable.texts.items()):
                usual, count = spellings[_meaning(text)].most_common(1)[0]
                if text != usual and count > spellings[_meaning(text)][text]:
                    odd.append(self._odd(variable, file, usual))
            if odd:
                yield Accident(AccidentKind.STYLE, variable.name, tuple(odd))

    def lone(self) -> Iterator[Accident]:
        """Yield values that hardly any file has, where all others agree."""
        if self._count < _FEWEST_FILES:
            return
        parts = Counter(_partition(it) for it in self._family.variables if not it.is_prose)
        for variable in self._valued:
            if variable.is_prose or len(variable.texts) < self._count:
                continue
            if self._derivations.pattern(variable.texts):
                continue
            usual, count = Counter(variable.texts.values()).most_common(1)[0]
            rest = self._count - count
            is_alone = parts[_partition(variable)] == 1
            if 0 < rest <= max(1, self._count // _ONE_IN) and is_alone:
                files = (it for it, text in sorted(variable.texts.items()) if text != usual)
                odd = tuple(self._odd(variable, file, usual) for file in files)
                yield Accident(AccidentKind.LONE, variable.name, odd)


def _partition(variable: SpecVariable) -> frozenset[frozenset[int]]:
    """Return how a variable parts the files."""
    groups: dict[str, set[int]] = {}
    for file, source in variable.sources.items():
        groups.setdefault(source, set()).add(file)
    return frozenset(map(frozenset, groups.values()))


def _meaning(text: str) -> str:
    """Return what texts have in common that mean the same."""
    try:
        value = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return re.sub(r"\s+|,(?=\s*[)\]}])|[\"']", "", text)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"number {float(value)!r}" if abs(value) < 1e15 else repr(value)  # noqa: PLR2004 - exact so far
    return repr(value)


def _prose(sibling: Sibling) -> str:
    """Return the comments and the docstring of a file, without what makes them that."""
    if not sibling.is_python:
        return "\n".join(re.findall(r"(?m)#+(.*)$", sibling.text))
    comments = re.findall(r"(?m)^\s*#+(.*)$", sibling.text)
    return "\n".join([ast.get_docstring(ast.parse(sibling.text)) or "", *comments])


# -- answers --


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person has said about accidents.

    Attributes:
        fix: The variables to mend, with the text that is meant; None for the usual one.
        keep: The variables that are meant as they are.
    """

    fix: Mapping[str, str | None]
    keep: frozenset[str] = frozenset()


def check_answers(answers: Answers, accidents: Sequence[Accident], family: NamedFamily) -> None:
    """Check that there is a question for each answer.

    Raises:
        AdoptionError: An answer names no variable that looks like an accident.
    """
    by_name = {accident.variable: accident for accident in accidents}
    if problems := list(_unknown(answers, by_name, family)):
        raise AdoptionError(*problems)


def mended(
    siblings: Sequence[Sibling],
    family: NamedFamily,
    accidents: Sequence[Accident],
    answers: Answers,
) -> tuple[Sibling, ...]:
    """Return siblings with the values that answers say to fix, and nothing else changed."""
    by_name = {accident.variable: accident for accident in accidents}
    variables = {variable.name: variable for variable in family.variables}
    edits: dict[int, list[tuple[int, int, str]]] = {}
    for name, meant in answers.fix.items():
        variable = variables[name]
        for odd in by_name[name].odd:
            text = odd.usual if meant is None else meant
            for start in variable.starts[odd.file]:
                edits.setdefault(odd.file, []).append((start, start + len(odd.text), text))
    return tuple(
        replace(sibling, text=_edited(sibling.text, edits.get(file, [])))
        for file, sibling in enumerate(siblings)
    )


def _edited(text: str, edits: Iterable[tuple[int, int, str]]) -> str:
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _unknown(
    answers: Answers, accidents: Mapping[str, Accident], family: NamedFamily
) -> Iterator[Problem]:
    options: tuple[tuple[str, Iterable[str]], ...] = (
        ("--fix", answers.fix),
        ("--keep", answers.keep),
    )
    names = {variable.name for variable in family.variables}
    for option, given in options:
        for name in given:
            if name in accidents:
                continue
            match = closest_match(name, accidents)
            known = ", ".join(accidents) or "nothing"
            hint = f"did you mean `{option} {match}`?" if match else f"what does: {known}"
            what = "does not look like an accident" if name in names else "is no variable here"
            yield Problem(f"{option} {name}: {what}", hint=hint)
