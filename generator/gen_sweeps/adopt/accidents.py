"""Finds what in a family looks like an accident: what nobody meant to differ."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import PurePosixPath

from gen_sweeps.adopt.deriving import Derivations
from gen_sweeps.adopt.named_family import NamedFamily, SpecVariable
from gen_sweeps.adopt.printed_values import frozen
from gen_sweeps.adopt.siblings import AdoptionError, Sibling, surroundings_of
from gen_sweeps.adopt.surroundings import Role
from gen_sweeps.compare import (
    OWN,
    Claim,
    FileNames,
    Prose,
    claims_of,
    meaning_of,
    name_pattern,
    names_runs,
    partition,
    prose_in,
    words_of,
)
from gen_sweeps.errors import Problem
from gen_sweeps.spec.names import closest_match

_FEWEST_FILES = 5
"""Below this, one file that differs says nothing."""

_ONE_IN = 6
"""Of so many files, one may be a lone one."""

_FEWEST_NAMED = 3
"""Files that say their own name, from which on saying a sibling's is odd; of three files, two."""

_MOST_DIFFERENCES = 3
"""More places than these, and the file differs on purpose."""

_SHARED = frozenset({"type", "_target_"})
"""Keys that name what is built, which siblings may share: SQIL is trained by the code of DQN."""

_QUOTED = re.compile(r"[\"']")

_CODE = re.compile(r"[ \t]*[^\s#]*\w")
"""A line that says something, which neither comments nor lone brackets do."""


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
        line: The 1-based line; 0 if nothing stands there.
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
        is_block: Whether it is lines that a file lacks, which no `--fix` can write.
    """

    kind: AccidentKind
    variable: str
    odd: tuple[OddValue, ...]
    says: str = ""
    is_block: bool = False

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
        self._count = len(siblings)
        self._derivations = Derivations(family.grid)
        self._places = [surroundings_of(it) for it in siblings]
        self._names = FileNames([sibling.name for sibling in siblings])
        self._valued = [it for it in family.variables if not it.is_flag and it.texts]

    def _odd(self, variable: SpecVariable, file: int, usual: str) -> OddValue:
        start = variable.starts[file][0]
        line = self._siblings[file].text.count("\n", 0, start) + 1
        return OddValue(file, line, variable.texts[file], usual)

    # -- a sibling's name --

    def stale(self) -> Iterator[Accident]:
        """Yield what follows from the names of most files, and in some from that of another."""
        for variable in (*self._valued, *_headings(self._family)):
            key = "".join(variable.path[-1:]).lower()
            odd = [
                self._odd(variable, file, due)
                for file, owner, due in self._misnamed(variable.texts)
                if names_runs(key) or self._is_another(variable, owner, file)
                if key not in _SHARED and self._is_text(variable, file)
            ]
            if odd:
                yield Accident(AccidentKind.STALE, variable.name, tuple(odd))

    def _misnamed(self, texts: Mapping[int, str]) -> Iterator[tuple[int, int, str]]:
        """Yield files that have what a sibling should, the sibling, and what they should have."""
        right: set[int] = set()
        if levels := self._derivations.pattern(texts):
            right |= texts.keys() - levels.exceptions
            filled = [self._filled(levels.text, it) for it in range(self._count)]
            for file in sorted(levels.exceptions):
                if texts[file] in filled:
                    right.add(file)
                    yield file, filled.index(texts[file]), filled[file]
        if words := name_pattern(self._names, texts, min(_FEWEST_NAMED, self._count - 1)):
            for file, owner in words.strays(self._names):
                due = None if owner is None else self._names.respelled(texts[file], owner, file)
                if owner is not None and due and file not in right:
                    yield file, owner, due

    def _is_another(self, variable: SpecVariable, owner: int, file: int) -> bool:
        """Say whether it is a sibling that is named, not what `adam` is in `adamw`."""
        start, text = variable.starts[file][0], self._siblings[file].text
        line = text[text.rfind("\n", 0, start) + 1 :].partition("\n")[0]
        if PurePosixPath(self._siblings[owner].name).name in line:
            return True
        ours = self._names.own[file]
        return any(all(word not in own for own in ours) for word in self._names.own[owner])

    def _is_text(self, variable: SpecVariable, file: int) -> bool:
        """Say whether a number or text stands there, rather than what code calls something."""
        text, start = variable.texts[file], variable.starts[file][0]
        role = self._places[file].role(start, start + len(text))
        is_expression = role is Role.EXPRESSION and text[:1].isalpha() and not _QUOTED.search(text)
        return role is not Role.NAME and not is_expression

    def _filled(self, pattern: str, file: int) -> str:
        axes = self._family.grid.axes
        return re.sub(r"\{(\d+)\}", lambda field: axes[int(field[1])].levels[file], pattern)

    # -- a claim --

    def false_claims(self) -> Iterator[Accident]:
        """Yield what differs between a file and the sibling that it claims to be like."""
        for claim in claims_of(self._names, _prose_of(self._siblings)):
            differing = [it for it in self._valued if self._contradicts(it, claim)]
            if len(differing) > _MOST_DIFFERENCES:
                continue
            for variable in differing:
                odd = self._odd(variable, claim.file, variable.texts[claim.sibling])
                yield Accident(AccidentKind.FALSE_CLAIM, variable.name, (odd,), claim.quote)

    def _contradicts(self, variable: SpecVariable, claim: Claim) -> bool:
        """Say whether a value is not what a claim says, nor what the claim takes out."""
        file, texts = claim.file, variable.texts
        if variable.is_prose or not {file, claim.sibling} <= texts.keys():
            return False
        if self._meaning(variable, file) == self._meaning(variable, claim.sibling):
            return False
        pattern = self._derivations.pattern(texts)
        if (pattern and file not in pattern.exceptions) or OWN in self._names.without_own(
            file, texts[file]
        ):
            return False
        start = len(self._siblings[file].text[: variable.starts[file][0]].encode())
        first, end = claim.prose.span
        path = " ".join((*variable.path, texts[file]))
        is_excepted = claim.excuses(path, texts[file]) or variable.path[-1].lower() in claim.allowed
        return first <= start < end and not is_excepted

    # -- another spelling --

    def style(self) -> Iterator[Accident]:
        """Yield what means the same in files that spell it otherwise."""
        for variable in self._valued:
            if variable.is_prose or variable.texts.keys() != set(range(self._count)):
                continue
            spellings: dict[object, Counter[str]] = {}
            for file, text in variable.texts.items():
                spellings.setdefault(self._meaning(variable, file), Counter())[text] += 1
            odd = []
            for file, text in sorted(variable.texts.items()):
                counts = spellings[self._meaning(variable, file)]
                usual, count = counts.most_common(1)[0]
                if count > counts[text]:
                    odd.append(self._odd(variable, file, usual))
            if odd:
                yield Accident(AccidentKind.STYLE, variable.name, tuple(odd))

    def _meaning(self, variable: SpecVariable, file: int) -> object:
        """Return what is equal for values that mean the same; characters mean themselves."""
        text = variable.texts[file]
        is_value = frozen(variable.sources[file]) != text
        return meaning_of(text.encode()) if is_value else text

    # -- a value or a block that others do not have --

    def lone(self) -> Iterator[Accident]:
        """Yield values that hardly any file has, and lines that hardly any lacks."""
        if self._count < _FEWEST_FILES:
            return
        variables = [it for it in self._family.variables if not it.is_prose]
        # That a file has lines of its own, too, makes its value no less odd.
        parts_of_values = Counter(self._parts(it) for it in variables if not self._is_block(it))
        parts_of_all = Counter(map(self._parts, variables))
        found = []
        for variable in sorted(variables, key=self._is_block):
            is_block = self._is_block(variable)
            parts = self._parts(variable)
            usual = Counter(parts).most_common(1)[0][0]
            files = [file for file, part in enumerate(parts) if part != usual]
            is_rare = 0 < len(files) <= max(1, self._count // _ONE_IN)
            rivals = parts_of_all if is_block else parts_of_values
            if not is_rare or rivals[parts] > 1 or self._derivations.pattern(variable.texts):
                continue
            odd_of = self._odd_blocks if is_block else self._odd_values
            odd = list(odd_of(variable, files, parts.index(usual)))
            if not all(self._is_named(variable, it) for it in odd):
                kind = AccidentKind.LONE
                found.append(Accident(kind, variable.name, tuple(odd), is_block=is_block))
        # Where most files have something of their own, that is what the experiment is about.
        if 2 * len(frozenset[int]().union(*(it.files for it in found))) < self._count:
            yield from found

    def _is_block(self, variable: SpecVariable) -> bool:
        return variable.is_flag or len(variable.texts) < self._count

    def _parts(self, variable: SpecVariable) -> tuple[int, ...]:
        """Return how a variable parts the files."""
        return partition([variable.sources.get(file) for file in range(self._count)])

    def _odd_values(
        self, variable: SpecVariable, files: Iterable[int], other: int
    ) -> Iterator[OddValue]:
        for file in files:
            yield self._odd(variable, file, variable.texts[other])

    def _odd_blocks(
        self, variable: SpecVariable, files: Iterable[int], other: int
    ) -> Iterator[OddValue]:
        """Yield the first lines of what files have instead of the lines of another, if anything.

        Lines that one file has alone are no accident: nobody adds them without meaning to.
        """
        for file in files:
            _, usual = self._first_line(variable, other, file)
            line, text = self._first_line(variable, file, other)
            key = re.escape(re.split(r"[=:(]", usual)[0].strip())
            is_elsewhere = re.search(rf"(?m)^[ \t]*{key}(?!\w)", self._siblings[file].text)
            if usual and (text or not is_elsewhere):
                yield OddValue(file, line, text, usual)

    def _first_line(self, variable: SpecVariable, file: int, other: int) -> tuple[int, str]:
        """Return the number and the text of the first code in lines that another file lacks."""
        text = self._siblings[file].text
        at = variable.starts.get(file, (-1,))[0]
        start = text.rfind("\n", 0, max(at, 0)) + 1
        if at < 0 or (variable.is_flag and start != at):  # nothing, or a part of a line
            return 0, ""
        known = self._siblings[other].text.split("\n")
        for number, line in enumerate(text[start:].split("\n"), text.count("\n", 0, start) + 1):
            if _CODE.match(line):
                is_own = line not in known and not line.startswith(("import ", "from "))
                return (number, line.strip()) if is_own else (0, "")
        return 0, ""

    def _is_named(self, variable: SpecVariable, odd: OddValue) -> bool:
        """Say whether a file's name says what it has, as that of `no_warmup.py` does."""
        said = words_of(" ".join((variable.name, *variable.path, odd.text, odd.usual)))
        own = {word for word in self._names.own[odd.file] if len(word) > 1}
        return not own.isdisjoint(said)


def _headings(family: NamedFamily) -> Iterator[SpecVariable]:
    """Yield what docstrings say as the titles and docs of strategies, as if it were variables."""
    for name, starts in family.said_at.items():
        texts = family.titles if name == "strategy.title" else family.docs
        placed = {file: tuple(found) for file, found in starts.items()}
        yield SpecVariable(name, {}, texts, placed, is_prose=True)


def _prose_of(siblings: Sequence[Sibling]) -> list[tuple[Prose, ...]]:
    """Return what each file says to its readers; what it says first is said of all of it."""
    contents = {sibling.name: sibling.text.encode() for sibling in siblings}
    if not siblings[0].is_python:
        comments = ("\n".join(re.findall(r"(?m)#+(.*)$", it.text)) for it in siblings)
        return [(Prose(0, it, (0, sys.maxsize), whole=True),) for it in comments]
    return [
        tuple(
            it if data[: it.start].strip() else it._replace(span=(0, len(data)), whole=True)
            for it in said
        )
        for data, said in zip(contents.values(), prose_in(contents), strict=True)
    ]


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
    variables = {it.name: it for it in (*family.variables, *_headings(family))}
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
            if name in accidents and option == "--fix" and accidents[name].is_block:
                hint = f"edit the files, or say `--keep {name}`"
                yield Problem(f"--fix {name}: is lines, not a value", hint=hint)
            if name in accidents:
                continue
            match = closest_match(name, accidents)
            known = ", ".join(accidents) or "nothing"
            hint = f"did you mean `{option} {match}`?" if match else f"what does: {known}"
            what = "does not look like an accident" if name in names else "is no variable here"
            yield Problem(f"{option} {name}: {what}", hint=hint)
