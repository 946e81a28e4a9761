"""Gives what differs a name, and makes a template of the pieces."""

from __future__ import annotations

import keyword
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TypeAlias

from gen_sweeps.adopt.alignment import name_of
from gen_sweeps.adopt.cutting import (
    Blank,
    Branch,
    CutPiece,
    Fork,
    blanks,
    key_of_branch,
    text_of_file,
)
from gen_sweeps.adopt.deriving import Derivations, folded
from gen_sweeps.adopt.file_names import NameGrid, with_axis_names
from gen_sweeps.adopt.printed_values import toml_text, written
from gen_sweeps.adopt.siblings import Sibling
from gen_sweeps.adopt.surroundings import Naming, Role, Surroundings
from gen_sweeps.spec.model import STRATEGY
from gen_sweeps.spec.names import variable_fault

_LONGEST_NAME = 32
"""Characters that a variable's name may have."""

_FEW_FILES = 6
"""Below this, files part in so few ways that two places may part them alike by chance."""

_TELLING = 4
"""Characters from which on a text in two places is hardly there by chance."""

_MOST_LEVELS = 3
"""Levels that a condition may list."""

_STOP_WORDS = frozenset(
    [
        "the",
        "for",
        "and",
        "with",
        "from",
        "this",
        "that",
        "are",
        "was",
        "has",
        "not",
        "its",
        "all",
        "see",
        "use",
        "into",
        "over",
        "only",
        "same",
        "more",
        "than",
        "of",
        "on",
        "in",
        "is",
        "to",
        "as",
        "by",
        "or",
        "an",
        "be",
        "it",
        "using",
        "import",
        "def",
        "class",
        "return",
        "self",
        "none",
        "true",
        "false",
        "type",
        "name",
        "dict",
        "list",
        "config",
    ]
)


_TELLING_NOTHING = frozenset({"name", "module", "note", "doc", "exp", "experiment", "value"})
"""Keys of places that say nothing of what stands there."""


@dataclass(frozen=True, slots=True)
class SpecVariable:
    """A variable of the spec to be.

    Attributes:
        name: What it is called.
        sources: Its TOML source in each file, by the number of the file; where there is none, it
            is not defined.
        texts: What stands in the file, likewise.
        starts: Where it stands in each file that prints it, as offsets.
        path: What a reader would call that place: its key, and what has it in turn.
        is_flag: Whether it only says which branch a file takes.
        is_prose: Whether it stands in a docstring or a comment only.
    """

    name: str
    sources: Mapping[int, str]
    texts: Mapping[int, str]
    starts: Mapping[int, tuple[int, ...]]
    path: tuple[str, ...] = ()
    is_flag: bool = False
    is_prose: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """What a template prints: an expression of Jinja, filters included."""

    expression: str


@dataclass(frozen=True, slots=True)
class TemplateBranch:
    """What a template prints under a condition of Jinja; without one, otherwise."""

    condition: str | None
    nodes: tuple[TemplateNode, ...]


@dataclass(frozen=True, slots=True)
class TemplateFork:
    """The branches of `{% if … %}`."""

    branches: tuple[TemplateBranch, ...]


TemplateNode: TypeAlias = "str | Shown | TemplateFork"


def conditions_of(nodes: Iterable[TemplateNode]) -> Iterator[str]:
    """Yield the conditions of a template."""
    for node in nodes:
        if isinstance(node, TemplateFork):
            for branch in node.branches:
                if branch.condition is not None:
                    yield branch.condition
                yield from conditions_of(branch.nodes)


@dataclass(frozen=True, slots=True)
class NamedFamily:
    """A family whose differences have names.

    Attributes:
        grid: The axes, with names.
        variables: The variables, in the order in which they appear.
        nodes: The template.
        titles: What each file says as the title of its strategy, as text.
        docs: Likewise, as its doc.
        prints_strategy: Whether code prints the strategy's name.
        said_at: Where each file says those, as offsets, by `strategy.title` and `strategy.doc`.
    """

    grid: NameGrid
    variables: tuple[SpecVariable, ...]
    nodes: tuple[TemplateNode, ...]
    titles: Mapping[int, str]
    docs: Mapping[int, str]
    prints_strategy: bool
    said_at: Mapping[str, Mapping[int, Sequence[int]]] = field(default_factory=dict)

    def with_treatment(self, placeholder: str) -> NamedFamily:
        """Return the family with the treatment where its template has a text."""
        return replace(self, nodes=tuple(_with_treatment(self.nodes, placeholder)))


def _with_treatment(nodes: Iterable[TemplateNode], placeholder: str) -> Iterator[TemplateNode]:
    for node in nodes:
        if isinstance(node, TemplateFork):
            yield TemplateFork(
                tuple(
                    TemplateBranch(it.condition, tuple(_with_treatment(it.nodes, placeholder)))
                    for it in node.branches
                )
            )
        elif isinstance(node, str) and placeholder in node:
            before, _, after = node.partition(placeholder)
            yield from (before, Shown("treatment"), after)
        else:
            yield node


@dataclass
class _Draft:
    """A variable that has no name yet."""

    sources: dict[int, str]
    texts: dict[int, str]
    starts: dict[int, list[int]]
    namings: list[Naming]
    role: Role | None
    rank: int = 1
    name: str = ""

    @property
    def is_flag(self) -> bool:
        return self.role is None

    @property
    def files(self) -> frozenset[int]:
        return frozenset(self.sources)


_Template = Callable[[], str]


def named(
    pieces: Sequence[CutPiece],
    siblings: Sequence[Sibling],
    places: Sequence[Surroundings],
    grid: NameGrid,
    whole: frozenset[tuple[int, int]] = frozenset(),
) -> NamedFamily:
    """Return the pieces of a family as a template, with the variables that it prints.

    Args:
        pieces: The pieces.
        siblings: The files.
        places: What can be asked of each of them.
        grid: What their names have in common.
        whole: The lines in which nothing may be printed, by the number of a file and the offset.
    """
    return _Namer(siblings, places, grid, whole).named(pieces)


class _Namer:
    """Names what differs between the files of one family."""

    def __init__(
        self,
        siblings: Sequence[Sibling],
        places: Sequence[Surroundings],
        grid: NameGrid,
        whole: frozenset[tuple[int, int]],
    ) -> None:
        self._whole = whole
        self._path = siblings[0].name
        self._is_python = siblings[0].is_python
        self._places = places
        self._texts = [sibling.text for sibling in siblings]
        self._grid = grid
        self._derivations = Derivations(grid)
        self._all = frozenset(range(len(siblings)))
        self._drafts: list[_Draft] = []
        self._of_blank: dict[int, tuple[_Draft, str]] = {}
        self._of_branch: dict[int, Callable[[], str]] = {}
        self._flags: list[tuple[frozenset[int], _Draft]] = []
        self._titles: dict[int, str] = {}
        self._docs: dict[int, str] = {}
        self._said: dict[int, str] = {}
        self._said_at: dict[str, dict[int, list[int]]] = {}
        self._prints_strategy = False

    def named(self, pieces: Sequence[CutPiece]) -> NamedFamily:
        pieces = self._with_values(pieces, dict.fromkeys(self._all, 0))
        self._read_docstring(pieces)
        every = sorted(blanks(pieces), key=lambda it: it.role is Role.DOCSTRING)
        for blank in every:  # code first: what a docstring says of it is called likewise
            self._read_blank(blank)
        self._read_forks(pieces)
        self._name_axes(pieces)
        self._name_drafts()
        nodes = tuple(self._nodes(pieces))
        variables = tuple(
            SpecVariable(
                it.name,
                it.sources,
                it.texts,
                {file: tuple(sorted(starts)) for file, starts in it.starts.items()},
                (*it.namings[0].parents, it.namings[0].key),
                it.is_flag,
                self._is_prose(it),
            )
            for it in sorted(self._drafts, key=self._first_place)
        )
        return NamedFamily(
            self._grid,
            variables,
            nodes,
            self._titles,
            self._docs,
            self._prints_strategy,
            self._said_at,
        )

    def _is_prose(self, draft: _Draft) -> bool:
        """Say whether something differs in docstrings and comments only."""
        if draft.is_flag:
            starts = ((file, found[0]) for file, found in draft.starts.items())
            return all(self._places[file].role(at, at) is Role.DOCSTRING for file, at in starts)
        return all(naming.key in ("doc", "note") for naming in draft.namings)

    def _first_place(self, draft: _Draft) -> int:
        return min(map(min, draft.starts.values()))

    # -- what is printed --

    def _with_values(
        self, pieces: Iterable[CutPiece], starts: Mapping[int, int]
    ) -> tuple[CutPiece, ...]:
        """Return pieces in which the value of an argument that only some files set is a place.

        Args:
            pieces: The pieces.
            starts: Where they start in each file that has them.
        """
        opened: list[CutPiece] = []
        offsets = dict(starts)
        for piece in pieces:
            opened += self._opened(piece, offsets) if isinstance(piece, Fork) else [piece]
            for file in offsets:
                offsets[file] += len(text_of_file([piece], file))
        return tuple(opened)

    def _opened(self, fork: Fork, offsets: Mapping[int, int]) -> Iterator[Fork]:
        branches = []
        keys = set()
        for branch in fork.branches:
            own = {file: offsets[file] for file in branch.files}
            is_whole = not self._whole.isdisjoint(own.items())
            if not is_whole and (argument := self._argument(branch, own)):
                branches.append(argument)
                keys.add(key_of_branch(branch))
            else:
                branches.append(Branch(branch.files, self._with_values(branch.pieces, own)))
        if len(keys) == len(branches) > 1:  # each an argument of its own
            for branch in branches:
                yield Fork(fork.files, (branch,))
        else:
            covered = frozenset().union(*(it.files for it in fork.branches))
            yield fork if covered == fork.files else Fork(fork.files, tuple(branches))

    def _argument(self, branch: Branch, starts: Mapping[int, int]) -> Branch | None:
        """Return the branch of a line that sets one value with that value as a place."""
        match branch.pieces:
            case (str(text),) if key_of_branch(branch):
                file, start = next(iter(starts.items()))
            case [str(text), Blank(), str()] if re.fullmatch(
                r"\s*[\"']?[\w.-]+[\"']?\s*[=:]\s*[\"']?", text
            ):
                return branch
            case _:
                return None
        here = start + len(text) - len(text.lstrip())
        equals = re.match(r"\s*[\"']?[\w.-]+[\"']?\s*[=:]\s*", text)
        if equals is None:
            return None
        span = self._places[file].value(start + equals.end())
        if span is None or span[0] != start + equals.end() or here > span[0]:
            return None
        first, last = span[0] - start, span[1] - start
        value = text[first:last]
        role = self._places[file].role(*span)
        quotes = re.fullmatch(r"(['\"])([^'\"\\]+)\1", value)
        if quotes and role is Role.EXPRESSION:
            first, last, value, role = first + 1, last - 1, quotes[2], Role.TEXT
        values = dict.fromkeys(starts, value)
        if role not in (Role.EXPRESSION, Role.TEXT) or not written(role, values, self._path):
            return None
        places = {it: at + first for it, at in starts.items()}
        return Branch(branch.files, (text[:first], Blank(role, values, places), text[last:]))

    def _read_docstring(self, pieces: Sequence[CutPiece]) -> None:
        """Take what tells strategies apart in the docstring as their titles and docs."""
        if not self._grid.has_strategies or len(self._grid.axes) > 1:
            return
        found = [
            piece
            for piece in pieces
            if isinstance(piece, Blank)
            and piece.role is Role.DOCSTRING
            and not self._derivations.exact(piece.values, piece.role)
        ]
        for blank in found:
            is_line = not any("\n" in value for value in blank.values.values())
            if is_line and not self._titles:
                self._titles = dict(blank.values)
                self._said[id(blank)] = "strategy.title | docstring"
            elif is_line and self._titles == blank.values:
                self._said[id(blank)] = "strategy.title | docstring"
            elif not self._docs:
                self._docs = dict(blank.values)
                self._said[id(blank)] = "strategy.doc | docstring"
            said = self._said.get(id(blank), "").partition(" ")[0]
            for file, start in blank.starts.items() if said else ():
                self._said_at.setdefault(said, {}).setdefault(file, []).append(start)

    def _read_blank(self, blank: Blank) -> None:
        if id(blank) in self._said:
            return
        if derived := self._derivations.exact(blank.values, blank.role):
            axis = self._grid.axes[derived.axis]
            if axis.name == STRATEGY and self._is_python and blank.role is not Role.DOCSTRING:
                self._prints_strategy = True
            return
        found = written(blank.role, blank.values, self._path)
        assert found is not None  # noqa: S101 - it was cut such that there is one
        file, start = min(blank.starts.items())
        naming = self._places[file].naming(start)
        if not naming.key and blank.role is Role.WORDS:
            naming = Naming("value", naming.parents)
        draft = self._same(blank, dict(found.sources), naming)
        if draft is None:
            rank = {Role.DOCSTRING: 3, Role.TEXT: 2}.get(blank.role, 1)
            draft = _Draft(dict(found.sources), dict(blank.values), {}, [], blank.role, rank)
            self._drafts.append(draft)
        draft.namings.append(naming)
        draft.sources |= found.sources if not draft.files >= blank.values.keys() else {}
        draft.texts |= blank.values
        for it, at in blank.starts.items():
            draft.starts.setdefault(it, []).append(at)
        self._of_blank[id(blank)] = draft, found.filter

    def _same(self, blank: Blank, sources: dict[int, str], naming: Naming) -> _Draft | None:
        """Return the variable that a place prints too; None if it is one of its own."""
        for draft in self._drafts:
            keys = {it.key for it in draft.namings}
            is_namesake = naming.key in keys
            both = draft.files & sources.keys()
            prints_alike = all(draft.texts[file] == blank.values[file] for file in both) and (
                all(draft.sources[file] == sources[file] for file in both)
                or (draft.role is Role.EXPRESSION and _are_plain(draft.sources.values()))
            )
            if not prints_alike:
                continue
            if draft.files == sources.keys():
                if is_namesake or _is_telling(blank.values.values()):
                    return draft
            elif draft.files > sources.keys():
                distinct = len(set(sources.values()))
                if is_namesake and (distinct > 1 or naming.parents == draft.namings[0].parents):
                    return draft
            elif is_namesake and draft.role is blank.role and len(draft.files | both) > 0:
                parents = {it.parents for it in draft.namings}
                if naming.parents in parents and (not both or len(set(map(sources.get, both))) > 1):
                    return draft
        return None

    # -- conditions --

    def _read_forks(self, pieces: Iterable[CutPiece]) -> None:
        for piece in pieces:
            if isinstance(piece, Fork):
                self._read_fork(piece)
                for branch in piece.branches:
                    self._read_forks(branch.pieces)

    def _read_fork(self, fork: Fork) -> None:
        covered = frozenset[int]().union(*(branch.files for branch in fork.branches))
        is_full = covered == fork.files
        left = fork.files
        open_branches: list[Branch] = []
        for branch in fork.branches[:-1] if is_full else fork.branches:
            condition = self._known_condition(branch, left)
            if condition:
                self._of_branch[id(branch)] = condition
            else:
                open_branches.append(branch)
            left -= branch.files
        if not open_branches:
            return
        conditions = len(fork.branches) - is_full
        is_pair = len(fork.branches) == 2 and self._common_key(fork)  # noqa: PLR2004 - see above
        is_choice = len(fork.branches) > 2 or is_pair  # noqa: PLR2004 - else a flag will do
        if is_choice and len(open_branches) == conditions > 0 and self._add_choice(fork):
            return
        for branch in open_branches:
            self._of_branch[id(branch)] = self._new_flag(branch)

    def _known_condition(self, branch: Branch, within: frozenset[int]) -> Callable[[], str] | None:
        """Return a condition that holds for a branch's files only, if there is one already."""
        own = branch.files
        for index in range(len(self._grid.axes)):
            if condition := self._of_levels(index, own, within - own):
                return condition
        for draft in self._own_variables(branch):
            if draft.files & within == own:
                return partial("{0.name} is defined".format, draft)
        return self._flagged(own, within, branch)

    def _flagged(
        self, own: frozenset[int], within: frozenset[int], branch: Branch
    ) -> Callable[[], str] | None:
        for files, flag in self._flags:
            if files & within == own and self._is_related(flag, branch):
                return partial(getattr, flag, "name")
        return None

    def _of_levels(
        self, index: int, own: frozenset[int], others: frozenset[int]
    ) -> Callable[[], str] | None:
        """Return a condition on the levels of an axis, if those tell files from others."""
        axis = self._grid.axes[index]
        mine, theirs = ({axis.levels[file] for file in it} for it in (own, others))
        if axis.name == STRATEGY or mine & theirs:
            return None
        if len(mine) == 1:
            return self._compared(index, "==", *mine)
        if len(theirs) == 1:
            return self._compared(index, "!=", *theirs)
        if len(mine) <= _MOST_LEVELS and len(own) > len(mine):
            return self._compared(index, "in", *sorted(mine))
        return None

    def _compared(self, index: int, operator: str, *levels: str) -> Callable[[], str]:
        axis = self._grid.axes[index]
        values = [level if axis.is_number else f'"{level}"' for level in levels]
        value = f"[{', '.join(values)}]" if operator == "in" else values[0]
        return lambda: f"{self._grid.axes[index].name} {operator} {value}"

    def _own_variables(self, branch: Branch) -> Iterator[_Draft]:
        for blank in blanks(branch.pieces):
            if found := self._of_blank.get(id(blank)):
                yield found[0]

    def _is_related(self, flag: _Draft, branch: Branch) -> bool:
        """Say whether a flag may stand for another branch too."""
        keys = {it.key for it in flag.namings}
        if len(self._all) >= _FEW_FILES or "has_comma" in keys:
            return True
        return not keys.isdisjoint(it.key for it in self._flag_namings(branch))

    def _new_flag(self, branch: Branch) -> Callable[[], str]:
        draft = _Draft(
            {file: "true" if file in branch.files else "false" for file in self._all},
            {},
            {file: [at] for file, at in self._branch_starts(branch).items()},
            list(self._flag_namings(branch)),
            None,
        )
        self._drafts.append(draft)
        self._flags.append((branch.files, draft))
        return partial(getattr, draft, "name")

    def _branch_starts(self, branch: Branch) -> dict[int, int]:
        starts = dict[int, int]()
        for blank in blanks(branch.pieces):
            starts |= {file: at for file, at in blank.starts.items() if file not in starts}
        for file in branch.files:
            text = text_of_file(branch.pieces, file)
            starts[file] = max(self._texts[file].find(text), 0)
        return starts

    def _flag_namings(self, branch: Branch) -> Iterator[Naming]:
        text = text_of_file(branch.pieces, min(branch.files))
        for line in text.splitlines():
            found = re.match(
                r"\s*(?:(?:from\s+[\w.]+\s+)?import\s+(?P<uses>\w+)|(?:async\s+)?(?:class|def)\s+(?P<has>\w+)"
                r"|(?P<at>@[\w.]+)|(?:\w+\s*=\s*)?(?P<calls>[\w.]+)\()",
                line,
            )
            if name := name_of(line):
                yield Naming(f"has_{identifier(name)}")
            elif found and found["uses"]:
                yield Naming(f"uses_{identifier(found['uses'])}")
            elif found and (word := found["has"] or found["calls"]):
                yield Naming(f"has_{identifier(word)}")
            elif line.strip().startswith("#"):
                yield Naming("has_note")
        for word in re.findall(r"[A-Za-z_]\w{3,}", text):
            if word.lower() not in _STOP_WORDS:
                yield Naming(f"has_{identifier(word)}")
        yield Naming("has_blank_line" if not text.strip() else "has_more")

    def _common_key(self, fork: Fork) -> str | None:
        """Return what all branches set, or define, first."""
        keys = set()
        for branch in fork.branches:
            text = text_of_file(branch.pieces, min(branch.files))
            line = next((it for it in text.splitlines() if it.strip()), "")
            keys.add(name_of(line))
        return keys.pop() if len(keys) == 1 else None

    def _add_choice(self, fork: Fork) -> bool:
        """Add a variable with a word for each branch, if there are such words."""
        texts = {
            branch.files: text_of_file(branch.pieces, min(branch.files)) for branch in fork.branches
        }
        words = {files: _words(text) for files, text in texts.items()}
        counts = Counter(word for own in words.values() for word in set(own))
        tags: dict[frozenset[int], str] = {}
        for files, own in words.items():
            special = (word for word in own if counts[word] == 1 and word not in tags.values())
            tags[files] = next(special, "")
        if not all(tags.values()):
            if len(tags) == 2:  # noqa: PLR2004 - a flag will do
                return False
            tags = {files: f"form_{number}" for number, files in enumerate(tags, 1)}
        for other in self._drafts:
            if other.role is None and other.texts and self._parts_alike(other, tags):
                for branch in fork.branches:
                    tag = other.texts[min(branch.files)]
                    self._of_branch[id(branch)] = _equality(other, tag)
                return True
        texts_by_file = {file: tag for files, tag in tags.items() for file in files}
        first = min(fork.branches, key=lambda it: min(it.files))
        key = self._common_key(fork)
        naming = Naming(identifier(key)) if key else self._fork_naming(first)
        draft = _Draft(
            {file: toml_text(tag) for file, tag in texts_by_file.items()},
            texts_by_file,
            {file: [at] for it in fork.branches for file, at in self._branch_starts(it).items()},
            [naming, Naming(f"{naming.key}_form", naming.parents)],
            None,
        )
        uncovered = self._all - texts_by_file.keys()
        draft.sources |= dict.fromkeys(uncovered, '"none"')
        draft.texts |= dict.fromkeys(uncovered, "none")
        self._drafts.append(draft)
        for branch in fork.branches:
            self._of_branch[id(branch)] = _equality(draft, tags[branch.files])
        return True

    def _parts_alike(self, draft: _Draft, tags: Mapping[frozenset[int], str]) -> bool:
        groups: dict[str, set[int]] = {}
        for file, tag in draft.texts.items():
            groups.setdefault(tag, set()).add(file)
        mine = {frozenset(files) for files in groups.values()}
        return len(self._all) >= _FEW_FILES and all(files in mine for files in tags)

    def _fork_naming(self, branch: Branch) -> Naming:
        file = min(branch.files)
        start = self._branch_starts(branch)[file]
        text = self._texts[file][start:]
        naming = self._places[file].naming(start + len(text) - len(text.lstrip()))
        words = _words(text_of_file(branch.pieces, file))
        return naming if naming.key else Naming(words[0] if words else "form")

    # -- names --

    def _name_axes(self, pieces: Sequence[CutPiece]) -> None:
        taken = {STRATEGY}
        chosen = {}
        for index, axis in enumerate(self._grid.axes):
            if axis.name:
                continue
            keys = [identifier(axis.hint)] if axis.hint else []
            keys += [identifier(key) for key in self._keys_with(index, pieces)]
            keys += [it for it in (_known_axis(axis.distinct),) if it]
            keys += [re.sub(r"_(id|name|path|type|dir|config|key)$", "", key) for key in keys]
            keys += ["number" if axis.is_number else "variant", f"axis_{index + 1}"]
            name = next(it for it in keys if it and it not in taken and not variable_fault(it))
            taken.add(name)
            chosen[index] = name
        self._grid = with_axis_names(self._grid, chosen)

    def _keys_with(self, index: int, pieces: Sequence[CutPiece]) -> Iterator[str]:
        """Yield what places are called that say a level of an axis, the most telling first."""
        axis = self._grid.axes[index]
        others = [it.levels for it in self._grid.axes if it is not axis]
        found = []
        for blank in blanks(pieces):
            if blank.role is Role.DOCSTRING or len(blank.values) < len(self._all):
                continue
            if not _say(axis.levels, blank.values):
                continue
            whole = {file: self._whole_value(file, blank) for file in self._all}
            says_others = any(_say(levels, whole) for levels in others)
            file, start = min(blank.starts.items())
            if says_others and not whole[file].lstrip("'\"").startswith(blank.values[file]):
                continue  # it is called like what comes first in it
            key = re.sub(
                r"_(id|name|path|type|dir)$", "", identifier(self._places[file].naming(start).key)
            )
            is_level = folded(key) in map(folded, self._levels)
            if key and key not in _TELLING_NOTHING and not is_level:
                found.append((says_others, sum(map(len, whole.values())), key))
        yield from (key for *_, key in sorted(found))

    @cached_property
    def _levels(self) -> frozenset[str]:
        return frozenset(level for axis in self._grid.axes for level in axis.levels)

    def _whole_value(self, file: int, blank: Blank) -> str:
        """Return the value that a place is a part of."""
        start = blank.starts[file]
        value = self._places[file].value(start) or (start, start + len(blank.values[file]))
        return self._texts[file][slice(*value)]

    def _name_drafts(self) -> None:
        taken = {axis.name for axis in self._grid.axes}
        for draft in sorted(self._drafts, key=lambda it: (it.rank, self._first_place(it))):
            names = [name for name in self._names(draft) if name not in taken]
            numbered = (
                f"{base}_{number}" for number in range(2, 1000) for base in self._bases(draft)
            )
            draft.name = next(iter(names), None) or next(
                name for name in numbered if name not in taken
            )
            taken.add(draft.name)

    def _bases(self, draft: _Draft) -> list[str]:
        return [*self._names(draft)][:1] or ["value"]

    def _names(self, draft: _Draft) -> Iterator[str]:
        """Yield what a variable may be called, the best first."""
        ordered = draft.namings
        for naming in ordered:
            key = identifier(naming.key)
            if naming.key == "doc":
                key = "title" if max(map(len, draft.texts.values())) < 60 else "doc"  # noqa: PLR2004 - a line
            for depth in range(min(len(naming.parents), 3) + 1):
                parents = [identifier(it) for it in naming.parents[len(naming.parents) - depth :]]
                parts = [*(it for it in dict.fromkeys(parents) if it and it != key), key]
                name = "_".join(filter(None, parts))
                if 0 < len(name) <= _LONGEST_NAME and not variable_fault(name):
                    yield name

    # -- the template --

    def _nodes(self, pieces: Iterable[CutPiece]) -> Iterator[TemplateNode]:
        for piece in pieces:
            if isinstance(piece, str):
                yield piece
            elif isinstance(piece, Blank):
                yield Shown(self._expression(piece))
            else:
                yield self._fork_node(piece)

    def _fork_node(self, fork: Fork) -> TemplateFork:
        covered = frozenset[int]().union(*(branch.files for branch in fork.branches))
        branches = []
        for branch in fork.branches:
            is_rest = covered == fork.files and branch is fork.branches[-1]
            condition = None if is_rest else self._of_branch[id(branch)]()
            branches.append(TemplateBranch(condition, tuple(self._nodes(branch.pieces))))
        return TemplateFork(tuple(branches))

    def _expression(self, blank: Blank) -> str:
        if said := self._said.get(id(blank)):
            return said
        if derived := self._derivations.exact(blank.values, blank.role):
            axis = self._grid.axes[derived.axis]
            is_named = derived.filters and axis.name == STRATEGY
            expression = f"{axis.name}{'.name' if is_named else ''}{derived.filters}"
            filters = {
                Role.NAME: " | name",
                Role.DOCSTRING: " | docstring",
                Role.EXPRESSION: "" if axis.is_number else " | name",
            }
            return expression + filters.get(blank.role, "")
        draft, filter_name = self._of_blank[id(blank)]
        return f"{draft.name} | {filter_name}" if filter_name else draft.name


def _say(levels: Sequence[str], texts: Mapping[int, str]) -> bool:
    """Say whether each file's text has the level of the file in it."""
    return all(folded(levels[file]) in folded(text) for file, text in texts.items())


def _equality(draft: _Draft, tag: str) -> Callable[[], str]:
    return lambda: f'{draft.name} == "{tag}"'


def _are_plain(sources: Iterable[str]) -> bool:
    """Say whether values are numbers, which print alike in code and in texts."""
    return all(re.fullmatch(r"-?\d[\d.eE+-]*", source) for source in sources)


def _is_telling(values: Iterable[str]) -> bool:
    """Say whether values in two places are hardly the same by chance."""
    distinct = set(values)
    return len(distinct) > 2 or any(  # noqa: PLR2004 - two are often the same two
        len(value) >= _TELLING and not re.fullmatch(r"[\d.eE_+-]+|True|False|None", value)
        for value in distinct
    )


def identifier(text: str) -> str:
    """Return a text as a variable of a spec is called."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text.rpartition(".")[2] or text)
    name = re.sub(r"\W+", "_", spaced, flags=re.ASCII).strip("_").lower()
    if name[:1].isdigit():
        name = f"v{name}"
    return f"{name}_" if keyword.iskeyword(name) else name


def _words(text: str) -> list[str]:
    """Return the words of a text that may tell it from others, the most telling first."""
    called = re.findall(r"([A-Za-z_][\w.]*)\(", text)
    quoted = re.findall(r"[\"']([A-Za-z][\w-]{1,20})[\"']", text)
    plain = re.findall(r"[A-Za-z_]\w{2,}", text)
    found = [identifier(word) for word in (*quoted, *called, *plain)]
    return [word for word in dict.fromkeys(found) if word and word not in _STOP_WORDS]


_AXES = {
    "size": {"tiny", "small", "medium", "base", "large", "xl", "xxl", "huge", "mini", "nano"},
    "optimizer": {"adam", "adamw", "sgd", "lion", "rmsprop", "adagrad", "adafactor", "muon"},
    "algorithm": {"ppo", "dqn", "sac", "td3", "ddpg", "grpo", "dpo", "a2c", "bc", "cql", "iql"},
    "stage": {"train", "eval", "test", "valid", "val", "finetune", "pretrain", "sft"},
    "environment": {"dev", "staging", "prod", "production", "qa", "local"},
    "quality": {"random", "expert", "medium_expert", "medium_replay", "replay", "human"},
    "dataset": {"cifar10", "cifar100", "imagenet", "mnist", "coco", "voc", "kitti"},
}
"""Levels by which a reader knows what an axis is."""


def _known_axis(levels: Sequence[str]) -> str | None:
    known = [name for name, words in _AXES.items() if {*map(str.lower, levels)} & words]
    return known[0] if len(known) == 1 else None
