"""Gives what differs a name, and makes a template of the pieces."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, count

from gen_sweeps.adopt.conditions import Conditions
from gen_sweeps.adopt.deriving import Derivations, folded
from gen_sweeps.adopt.file_names import NameGrid, with_axis_names
from gen_sweeps.adopt.named_family import (
    NamedFamily,
    Shown,
    SpecVariable,
    TemplateBranch,
    TemplateFork,
    TemplateNode,
)
from gen_sweeps.adopt.optional_arguments import OptionalArguments
from gen_sweeps.adopt.pieces import Blank, CutPiece, Fork, blanks, forks, is_cosmetic, located
from gen_sweeps.adopt.siblings import Sibling
from gen_sweeps.adopt.surroundings import Role, Surroundings
from gen_sweeps.adopt.variables import Draft, FoundVariables
from gen_sweeps.adopt.wording import identifier, known_axis
from gen_sweeps.spec.model import STRATEGY
from gen_sweeps.spec.names import variable_fault

_LONGEST_NAME = 40
"""Characters that a variable's name may have."""

_GENERIC = frozenset({"type", "name", "path", "file", "value", "key", "kind", "mode", "target"})
"""Keys that say little without what has them."""

_TELLING_NOTHING = frozenset({"name", "module", "note", "doc", "exp", "experiment", "value"})
"""Keys of places that say nothing of what stands there."""


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
    starts = dict.fromkeys(range(len(siblings)), 0)
    opened = OptionalArguments(siblings[0].name, places, whole).opened(pieces, starts)
    return _Namer(opened, siblings, places, grid).named()


class _Namer:
    """Names what differs between the files of one family."""

    def __init__(
        self,
        pieces: Sequence[CutPiece],
        siblings: Sequence[Sibling],
        places: Sequence[Surroundings],
        grid: NameGrid,
    ) -> None:
        self._pieces = pieces
        self._is_python = siblings[0].is_python
        self._places = places
        self._texts = [sibling.text for sibling in siblings]
        self._grid = grid
        self._derivations = Derivations(grid)
        self._files = range(len(siblings))
        self._variables = FoundVariables(siblings[0].name, self._texts, places)
        starts = located(pieces, dict.fromkeys(self._files, 0))
        self._conditions = Conditions(
            self._variables, self._texts, places, grid, {id(it): at for it, at in starts}
        )
        self._titles: dict[int, str] = {}
        self._docs: dict[int, str] = {}
        self._said: dict[int, str] = {}
        self._said_at: dict[str, dict[int, list[int]]] = {}
        self._prints_strategy = False

    def named(self) -> NamedFamily:
        self._read_docstring()
        # Code first, and what most files have: what others say of it is called likewise.
        for blank in sorted(
            blanks(self._pieces), key=lambda it: (it.role is Role.DOCSTRING, -len(it.values))
        ):
            self._read_blank(blank)
        for fork in sorted(forks(self._pieces), key=is_cosmetic):
            self._conditions.read(fork)
        drafts = [draft for draft in self._variables.drafts if not draft.is_constant]
        self._name_axes()
        self._name(drafts)
        variables = tuple(
            SpecVariable(
                it.name,
                it.sources,
                it.texts,
                {file: tuple(sorted(starts)) for file, starts in it.starts.items()},
                (*it.namings[0].parents, it.namings[0].key),
                it.is_flag,
                it.is_asked,
                self._is_prose(it),
            )
            for it in sorted(drafts, key=_first_place)
        )
        nodes = tuple(self._nodes(self._pieces))
        return NamedFamily(
            self._grid,
            variables,
            nodes,
            self._titles,
            self._docs,
            self._prints_strategy,
            self._said_at,
        )

    def _is_prose(self, draft: Draft) -> bool:
        """Say whether something differs in docstrings and comments only."""
        if draft.is_flag:
            starts = ((file, found[0]) for file, found in draft.starts.items())
            return all(self._places[file].role(at, at) is Role.DOCSTRING for file, at in starts)
        return all(it.key == "doc" or it.key.endswith("note") for it in draft.namings)

    def _read_docstring(self) -> None:
        """Take what tells strategies apart in the docstring as their titles and docs."""
        strategies = self._grid.strategies
        if strategies is None:
            return
        found = [
            piece
            for piece in self._pieces
            if isinstance(piece, Blank)
            and piece.role is Role.DOCSTRING
            and not self._derivations.exact(piece.values, piece.role)
            and len({(strategies[file], text) for file, text in piece.values.items()})
            == len({*strategies})
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
        derived = self._derivations.exact(blank.values, blank.role)
        if derived is None:
            self._variables.read(blank)
        elif self._grid.axes[derived.axis].name == STRATEGY and blank.role is not Role.DOCSTRING:
            self._prints_strategy |= self._is_python

    # -- names --

    def _name_axes(self) -> None:
        taken = {STRATEGY}
        chosen = {}
        for index, axis in enumerate(self._grid.axes):
            if axis.name:
                continue
            keys = [identifier(axis.hint)] if axis.hint else []
            keys += [identifier(key) for key in self._keys_with(index)]
            keys.append(known_axis(axis.distinct) or "")
            keys += [re.sub(r"_(id|name|path|type|dir|config|key)$", "", key) for key in keys]
            keys += ["number"] if axis.is_number else ["variant", "setting", "option"]
            name = next(it for it in keys if it and it not in taken and not variable_fault(it))
            taken.add(name)
            chosen[index] = name
        self._grid = with_axis_names(self._grid, chosen)

    def _keys_with(self, index: int) -> Iterator[str]:
        """Yield what places are called that say a level of an axis, the most telling first."""
        axis = self._grid.axes[index]
        others = [it.levels for it in self._grid.axes if it is not axis]
        found = []
        for blank in blanks(self._pieces):
            if blank.role is Role.DOCSTRING or len(blank.values) < len(self._files):
                continue
            if not _say(axis.levels, blank.values):
                continue
            whole = {file: self._whole_value(file, blank) for file in self._files}
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

    def _name(self, drafts: Iterable[Draft]) -> None:
        taken = {axis.name for axis in self._grid.axes}
        # What nothing has that could be named before it comes first.
        for draft in sorted(
            drafts, key=lambda it: (it.rank, bool(it.namings[0].parents), _first_place(it))
        ):
            names = [*self._names(draft)]
            base = names[0] if names else "has_more" if draft.is_flag else "value"
            numbered = (f"{base}_{number}" for number in count(2))
            draft.name = next(name for name in chain(names, numbered) if name not in taken)
            taken.add(draft.name)

    def _names(self, draft: Draft) -> Iterator[str]:
        """Yield what a variable may be called, the best first."""
        for naming in draft.namings:
            key = identifier(naming.key)
            if naming.key == "doc":
                key = "title" if max(map(len, draft.texts.values())) < 60 else "doc"  # noqa: PLR2004 - a line
            depths = [*range(min(len(naming.parents), 3) + 1)]
            if key in _GENERIC and naming.parents:
                depths = [*depths[1:], 0]
            for depth in depths:
                parents = [identifier(it) for it in naming.parents[len(naming.parents) - depth :]]
                parts = [*(it for it in dict.fromkeys(parents) if it and it != key), key]
                name = "_".join(filter(None, parts))
                if len(name) > _LONGEST_NAME and not depth:
                    name = name[:_LONGEST_NAME].rpartition("_")[0]
                if 0 < len(name) <= _LONGEST_NAME and not variable_fault(name):
                    yield name
        if variable_fault(key := identifier(draft.namings[0].key)) and not draft.is_flag:
            yield identifier(f"{key}_{'value' if draft.role is Role.EXPRESSION else 'name'}")

    # -- the template --

    def _nodes(self, pieces: Iterable[CutPiece]) -> Iterator[TemplateNode]:
        for piece in pieces:
            if isinstance(piece, str):
                yield piece
            elif isinstance(piece, Blank):
                yield self._shown(piece)
            else:
                yield self._fork_node(piece)

    def _fork_node(self, fork: Fork) -> TemplateFork:
        branches = []
        for branch in fork.branches:
            is_rest = fork.is_full and branch is fork.branches[-1]
            condition = None if is_rest else self._conditions.of(branch, self._grid)
            branches.append(TemplateBranch(condition, tuple(self._nodes(branch.pieces))))
        return TemplateFork(tuple(branches))

    def _shown(self, blank: Blank) -> TemplateNode:
        found = self._variables.printed(blank)
        if found is None:
            return Shown(self._known(blank))
        draft, filter_name = found
        if draft.is_constant:
            return next(iter(blank.values.values()))
        return Shown(f"{draft.name} | {filter_name}" if filter_name else draft.name)

    def _known(self, blank: Blank) -> str:
        """Return what prints a place that no variable is needed for."""
        if said := self._said.get(id(blank)):
            return said
        derived = self._derivations.exact(blank.values, blank.role)
        assert derived is not None  # noqa: S101 - else it would be a variable
        axis = self._grid.axes[derived.axis]
        is_named = derived.filters and axis.name == STRATEGY
        expression = f"{axis.name}{'.name' if is_named else ''}{derived.filters}"
        filters = {
            Role.NAME: " | name",
            Role.DOCSTRING: " | docstring",
            Role.EXPRESSION: "" if axis.is_number else " | name",
        }
        if (filter_name := filters.get(blank.role, "")) and derived.is_computed:
            expression = f"({expression})"
        return expression + filter_name


def _first_place(draft: Draft) -> int:
    return min(map(min, draft.starts.values()))


def _say(levels: Sequence[str], texts: Mapping[int, str]) -> bool:
    """Say whether each file's text has the level of the file in it."""
    return all(folded(levels[file]) in folded(text) for file, text in texts.items())
