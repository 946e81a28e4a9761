"""Finds the variables of a family: places that say the same in each file are one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gen_sweeps.adopt.pieces import Blank, Branch, blanks
from gen_sweeps.adopt.printed_values import written
from gen_sweeps.adopt.surroundings import Naming, Role, Surroundings
from gen_sweeps.adopt.wording import identifier, is_kin, is_telling

_WORD = re.compile(r"\w+")
_WORD_END = re.compile(r"\w+\Z")
_LONG_WORD = 5
"""Characters of a word that say what a part of it is a part of."""

_SHORT_PART = 6
"""Characters of a part of a text that nobody takes for the whole."""


@dataclass
class Draft:
    """A variable that has no name yet.

    Attributes:
        sources: Its TOML source, by the number of the file.
        texts: What stands in the file, likewise.
        starts: Where it stands there.
        namings: What a reader would call the places, the first one first.
        role: What may stand there; None for what only says which branch a file takes.
        rank: Which variables are named before it: those of a lower one.
        name: What it is called, once it is.
        is_asked: Whether a condition asks if it is defined.
    """

    sources: dict[int, str]
    texts: dict[int, str]
    starts: dict[int, list[int]]
    namings: list[Naming]
    role: Role | None
    rank: int = 1
    name: str = ""
    is_asked: bool = False

    @property
    def is_constant(self) -> bool:
        """Whether it says the same wherever it stands, and nothing else."""
        return not self.is_flag and not self.is_asked and len({*self.texts.values()}) == 1

    @property
    def is_flag(self) -> bool:
        """Whether it only says which branch a file takes."""
        return self.role is None

    @property
    def is_choice(self) -> bool:
        """Whether it says so with a word, instead of true or false."""
        return self.is_flag and bool(self.texts)

    @property
    def files(self) -> frozenset[int]:
        """The files in which it is set."""
        return frozenset(self.sources)


class FoundVariables:
    """The variables of a family, in the order in which they were found.

    Args:
        path: The name of a file of the family.
        texts: The files.
        places: What can be asked of each of them.
    """

    def __init__(self, path: str, texts: Sequence[str], places: Sequence[Surroundings]) -> None:
        self._texts = texts
        self._path = path
        self._places = places
        self._of_blank: dict[int, tuple[Draft, str]] = {}
        self.drafts: list[Draft] = []

    def read(self, blank: Blank) -> None:
        """Let a place be printed by the variable that says the same, or by a new one."""
        found = written(blank.role, blank.values, self._path)
        assert found is not None  # noqa: S101 - it was cut such that there is one
        file, start = min(blank.starts.items())
        naming = self._naming(blank)
        naming = Naming(self._key(blank, naming.key), naming.parents)
        draft = self._same(blank, dict(found.sources), naming)
        if draft is None:
            rank = {Role.DOCSTRING: 3, Role.TEXT: 2}.get(blank.role, 1)
            draft = Draft(dict(found.sources), dict(blank.values), {}, [], blank.role, rank)
            self.drafts.append(draft)
        draft.namings.append(naming)
        if folder := self._folder_before(file, start):
            key = f"{identifier(naming.key)}_{folder}"
            draft.namings.append(Naming(key, naming.parents))
        draft.sources |= found.sources if not draft.files >= blank.values.keys() else {}
        draft.texts |= blank.values
        for it, at in blank.starts.items():
            draft.starts.setdefault(it, []).append(at)
        self._of_blank[id(blank)] = draft, found.filter

    def _naming(self, blank: Blank) -> Naming:
        """Return what a place is called in all files: `net_url` of `net_a_url` and `net_b_url`."""
        found = [self._places[file].naming(start) for file, start in sorted(blank.starts.items())]
        first = found[0]
        words = [identifier(it.key).split("_") for it in found]
        common = [word for word in words[0] if all(word in other for other in words)]
        is_one = len({it.key for it in found}) == 1 or not common
        return first if is_one else Naming("_".join(common), first.parents)

    def _key(self, blank: Blank, key: str) -> str:
        """Return what a place is called that is called like this, or what it is a part of is."""
        file, start = min(blank.starts.items())
        end = start + len(blank.values[file])
        text = self._texts[file]
        if blank.role is Role.NAME:
            before, after = _WORD_END.search(text, 0, start), _WORD.match(text, end)
            rest = max((it[0].strip("_") for it in (before, after) if it), key=len, default="")
            return f"{rest}_name" if len(rest) >= _LONG_WORD else key
        if not key and blank.role is Role.WORDS:
            return "value"
        inner = self._places[file].contents(start)
        is_short = max(map(len, blank.values.values())) <= _SHORT_PART
        is_quoted = inner is not None and text[inner[0] - 1] in "'\""
        if not inner or not key or not (is_quoted and is_short) or inner == (start, end):
            return key
        where = "_prefix" if start == inner[0] else "_suffix" if end == inner[1] else ""
        return key + where if blank.role is Role.TEXT else key

    def _folder_before(self, file: int, start: int) -> str:
        """Return the folder that a path in quotes names before an offset, if it does."""
        inner = self._places[file].contents(start)
        before = self._texts[file][inner[0] : start] if inner else ""
        found = re.search(r"([A-Za-z][\w-]*)/[^/]*\Z", before)
        return found[1].removesuffix("s") if found else ""

    def _same(self, blank: Blank, sources: dict[int, str], naming: Naming) -> Draft | None:
        """Return the variable that a place prints too; None if it is one of its own."""
        for draft in self.drafts:
            is_namesake = any(is_kin(it.key, naming.key) for it in draft.namings)
            both = draft.files & sources.keys()
            prints_alike = all(draft.texts[file] == blank.values[file] for file in both) and (
                all(draft.sources[file] == sources[file] for file in both)
                or (draft.role is Role.EXPRESSION and _are_plain(draft.sources.values()))
            )
            if not prints_alike:
                continue
            if draft.files == sources.keys():
                if is_namesake or is_telling(blank.values.values()):
                    return draft
            elif draft.files > sources.keys():
                distinct = len(set(sources.values()))
                if distinct > 1 and (is_namesake or is_telling(blank.values.values())):
                    return draft
                if is_namesake and naming.parents == draft.namings[0].parents:
                    return draft
            elif is_namesake and draft.role is blank.role:
                parents = {it.parents for it in draft.namings}
                if naming.parents in parents and (not both or len(set(map(sources.get, both))) > 1):
                    return draft
        return None

    def printed(self, blank: Blank) -> tuple[Draft, str] | None:
        """Return the variable that a place prints, and the filter; None if it prints none."""
        return self._of_blank.get(id(blank))

    def within(self, branch: Branch) -> Iterator[Draft]:
        """Yield the variables that a branch prints."""
        for blank in blanks(branch.pieces):
            if found := self.printed(blank):
                yield found[0]


def _are_plain(sources: Iterable[str]) -> bool:
    """Say whether values are numbers, which print alike in code and in texts."""
    return all(re.fullmatch(r"-?\d[\d.eE+-]*", source) for source in sources)
