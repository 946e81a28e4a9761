"""Finds the conditions of a template: what tells the files that have a branch from the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from gen_sweeps.adopt.alignment import is_comment, name_of
from gen_sweeps.adopt.file_names import NameGrid
from gen_sweeps.adopt.pieces import Branch, Fork, is_cosmetic, text_of_file
from gen_sweeps.adopt.printed_values import toml_text
from gen_sweeps.adopt.surroundings import Naming, Surroundings
from gen_sweeps.adopt.variables import Draft, FoundVariables
from gen_sweeps.adopt.wording import comment_names, identifier, subject_of, words_of
from gen_sweeps.spec.model import STRATEGY

_FEW_FILES = 6
"""Below this, files part in so few ways that two places may part them alike by chance."""

_MOST_LEVELS = 3
"""Levels that a condition may list."""

_VAGUE = frozenset(
    {
        "args",
        "cfg",
        "config",
        "data",
        "env",
        "experiment",
        "model",
        "name",
        "params",
        "path",
        "value",
    }
)
"""Words that nearly every file has, and that tell no block from others."""

_Condition: TypeAlias = Callable[[NameGrid], str]
"""A condition of Jinja, once axes and variables have names."""


class Conditions:
    """The conditions of one template.

    Args:
        variables: What the template prints; flags and choices are added.
        texts: The files.
        places: What can be asked of each of them.
        grid: What their names have in common.
        starts: Where branches start in the files that have them, by the branch's identity.
    """

    def __init__(
        self,
        variables: FoundVariables,
        texts: Sequence[str],
        places: Sequence[Surroundings],
        grid: NameGrid,
        starts: Mapping[int, Mapping[int, int]],
    ) -> None:
        self._variables = variables
        self._texts = texts
        self._places = places
        self._grid = grid
        self._starts = starts
        self._count = len(texts)
        self._of_branch: dict[int, _Condition] = {}
        self._flags: list[tuple[frozenset[int], Draft]] = []
        self._ends: dict[int, dict[int, int]] = {}

    def of(self, branch: Branch, grid: NameGrid) -> str:
        """Return the condition of a branch as a template has it.

        Args:
            branch: The branch.
            grid: The axes, with names.
        """
        return self._of_branch[id(branch)](grid)

    def read(self, fork: Fork) -> None:
        """Find the conditions of a fork."""
        left = fork.files
        open_branches: list[Branch] = []
        for branch in fork.branches[:-1] if fork.is_full else fork.branches:
            condition = self._known_condition(branch, left)
            if condition:
                self._of_branch[id(branch)] = condition
            else:
                open_branches.append(branch)
            left -= branch.files
        if not open_branches:
            return
        conditions = len(fork.branches) - fork.is_full
        is_pair = len(fork.branches) == 2 and self._common_key(fork)  # noqa: PLR2004 - see above
        is_choice = len(fork.branches) > 2 or is_pair  # noqa: PLR2004 - else a flag will do
        if is_choice and len(open_branches) == conditions > 0 and self._add_choice(fork):
            return
        for branch in open_branches:
            self._of_branch[id(branch)] = self._new_flag(branch, fork.files)

    def _known_condition(self, branch: Branch, within: frozenset[int]) -> _Condition | None:
        """Return a condition that holds for a branch's files only, if there is one already."""
        own = branch.files
        for index in range(len(self._grid.axes)):
            if condition := self._of_levels(index, own, within - own):
                return condition
        asked = [it for it in self._variables.drafts if not it.is_flag and it.files & within == own]
        if self._count < _FEW_FILES:
            own_ones = {id(it) for it in self._variables.within(branch)}
            asked = [it for it in asked if id(it) in own_ones]
        is_there = any(it.is_asked or not it.is_constant for it in asked)
        if not is_there and (condition := self._flagged(own, within, branch)):
            return condition
        if not asked:
            return None
        # What is asked for has no default: the one that would need it least.
        best = max(asked, key=lambda it: (it.is_asked, len({*it.sources.values()})))
        best.is_asked = True
        return lambda _: f"{best.name} is defined"

    def _flagged(
        self, own: frozenset[int], within: frozenset[int], branch: Branch
    ) -> _Condition | None:
        for files, flag in self._flags:
            is_other = files & within == within - own
            if (files & within == own or is_other) and self._is_related(flag, branch):
                flag.sources |= {it: "true" if it in files else "false" for it in within}
                self._mark_end(flag, branch)
                return _named(flag, "not " if is_other else "")
        if self._count < _FEW_FILES:
            return None
        for choice in self._variables.drafts:
            if choice.is_choice and choice.texts.keys() >= within:
                tags = {choice.texts[file] for file in own}
                if len(tags) == 1 and not tags & {choice.texts[file] for file in within - own}:
                    return _equality(choice, tags.pop())
        return None

    def _mark_end(self, flag: Draft, branch: Branch) -> None:
        """Note where a branch with a flag ends in each file."""
        for file, start in self._starts[id(branch)].items():
            end = start + len(text_of_file(branch.pieces, file))
            self._ends.setdefault(id(flag), {})[file] = end

    def _is_beside(self, flag: Draft, branch: Branch) -> bool:
        """Say whether a branch follows on one with a flag, with a line between at most."""
        file, start = min(self._starts[id(branch)].items())
        end = self._ends.get(id(flag), {}).get(file)
        return end is not None and end <= start and "\n" not in self._texts[file][end:start].strip()

    def _of_levels(
        self, index: int, own: frozenset[int], others: frozenset[int]
    ) -> _Condition | None:
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

    def _compared(self, index: int, operator: str, *levels: str) -> _Condition:
        axis = self._grid.axes[index]
        values = [level if axis.is_number else f'"{level}"' for level in levels]
        value = f"[{', '.join(values)}]" if operator == "in" else values[0]
        return lambda grid: f"{grid.axes[index].name} {operator} {value}"

    def _is_related(self, flag: Draft, branch: Branch) -> bool:
        """Say whether a flag may stand for another branch too."""
        if self._count >= _FEW_FILES or is_cosmetic(branch) or self._is_beside(flag, branch):
            return True
        keys = {it.key for it in flag.namings}
        return not keys.isdisjoint(it.key for it in self._flag_namings(branch))

    def _new_flag(self, branch: Branch, within: frozenset[int]) -> _Condition:
        draft = Draft(
            {file: "true" if file in branch.files else "false" for file in sorted(within)},
            {},
            {file: [at] for file, at in self._starts[id(branch)].items()},
            list(self._flag_namings(branch)),
            None,
        )
        self._variables.drafts.append(draft)
        self._flags.append((branch.files, draft))
        self._mark_end(draft, branch)
        return _named(draft)

    def _flag_namings(self, branch: Branch) -> Iterator[Naming]:
        """Yield what the flag of a branch may be called: what its code sets, or defines, first."""
        file, text = min(branch.files), branch.text
        if not text.strip():
            end = self._starts[id(branch)][file] + len(text)
            after = self._texts[file][end:].lstrip().partition("\n")[0]
            found = subject_of(after)
            word = found[1] if found else identifier(next(iter(words_of(after)), ""))
            yield Naming(f"blank_before_{word}" if word else "has_blank_line")
            return
        lines = [line for line in text.splitlines() if not is_comment(line)]
        if not any(map(str.strip, lines)):
            yield from map(Naming, comment_names(text))
            return
        names = ["_".join(found) for line in lines if (found := subject_of(line))]
        names += [f"has_{word}" for word in words_of("\n".join(lines))]
        yield from map(Naming, sorted(names, key=lambda it: it.partition("_")[2] in _VAGUE))
        if names:
            return
        start = self._starts[id(branch)][file]
        key = self._places[file].naming(start + len(text) - len(text.lstrip())).key
        yield Naming(f"has_{identifier(key) or 'more'}")

    def _common_key(self, fork: Fork) -> str | None:
        """Return what all branches set, or define, first."""
        keys = set()
        for branch in fork.branches:
            line = next((it for it in branch.text.splitlines() if it.strip()), "")
            keys.add(name_of(line))
        return keys.pop() if len(keys) == 1 else None

    def _add_choice(self, fork: Fork) -> bool:
        """Add a variable with a word for each branch, if there are such words."""
        words = {branch.files: words_of(branch.text) for branch in fork.branches}
        counts = Counter(word for own in words.values() for word in set(own))
        tags: dict[frozenset[int], str] = {}
        for files, own in words.items():
            special = (word for word in own if counts[word] == 1 and word not in tags.values())
            tags[files] = next(special, "")
        is_preset = not all(tags.values())
        if is_preset:
            if len(tags) == 2:  # noqa: PLR2004 - a flag will do
                return False
            tags = {files: self._grid.axes[0].levels[min(files)] for files in tags}
            if len({*tags.values()}) < len(tags):
                tags = {files: f"form_{number}" for number, files in enumerate(tags, 1)}
        for other in self._variables.drafts:
            if other.is_choice and self._parts_alike(other, tags):
                for branch in fork.branches:
                    tag = other.texts[min(branch.files)]
                    self._of_branch[id(branch)] = _equality(other, tag)
                _choose_none(other, fork.files)
                return True
        texts_by_file = {file: tag for files, tag in tags.items() for file in files}
        first = min(fork.branches, key=lambda it: min(it.files))
        key = self._common_key(fork)
        naming = Naming(identifier(key)) if key else self._fork_naming(first)
        draft = Draft(
            {file: toml_text(tag) for file, tag in texts_by_file.items()},
            texts_by_file,
            {file: [at] for it in fork.branches for file, at in self._starts[id(it)].items()},
            [_choice_naming(naming, fork, is_preset=is_preset), naming],
            None,
        )
        _choose_none(draft, fork.files)
        self._variables.drafts.append(draft)
        for branch in fork.branches:
            self._of_branch[id(branch)] = _equality(draft, tags[branch.files])
        return True

    def _parts_alike(self, draft: Draft, tags: Mapping[frozenset[int], str]) -> bool:
        groups: dict[str, set[int]] = {}
        for file, tag in draft.texts.items():
            groups.setdefault(tag, set()).add(file)
        mine = {frozenset(files) for files in groups.values()}
        return self._count >= _FEW_FILES and all(files in mine for files in tags)

    def _fork_naming(self, branch: Branch) -> Naming:
        file = min(branch.files)
        start = self._starts[id(branch)][file]
        text = self._texts[file][start:]
        naming = self._places[file].naming(start + len(text) - len(text.lstrip()))
        words = words_of(branch.text)
        return naming if naming.key else Naming(words[0] if words else "form")


def _choice_naming(naming: Naming, fork: Fork, *, is_preset: bool) -> Naming:
    """Return what a choice is called; of several lines, what has them rather than the first."""
    is_long = any(branch.text.strip().count("\n") for branch in fork.branches)
    key = naming.parents[-1] if is_long and is_preset and naming.parents else naming.key
    return Naming(f"{identifier(key)}_{'preset' if is_preset else 'form'}", naming.parents)


def _choose_none(choice: Draft, files: frozenset[int]) -> None:
    """Let a choice be none of its words in files that it says nothing of yet."""
    rest = files - choice.sources.keys()
    choice.sources |= dict.fromkeys(rest, '"none"')
    choice.texts |= dict.fromkeys(rest, "none")


def _equality(draft: Draft, tag: str) -> _Condition:
    return lambda _: f'{draft.name} == "{tag}"'


def _named(flag: Draft, before: str = "") -> _Condition:
    return lambda _: f"{before}{flag.name}"
