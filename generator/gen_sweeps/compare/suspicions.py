"""What is wrong with a family although no difference shows it.

These are warnings: each is likely a slip, none is proof of one, and none changes an exit code.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gen_sweeps.compare.facts import Claim, Facts, NamedString
    from gen_sweeps.compare.family import Family, Row

_WORD = re.compile(r"[A-Za-z]+|\d+")
_VAGUE = frozenset(
    (
        "base", "baseline", "config", "configs", "control", "debug", "default", "eval",
        "experiment", "main", "new", "none", "old", "run", "small", "large", "sweep", "test",
        "train", "true", "false",
    )
)  # fmt: skip
"""Words that distinguish one file from another and yet stand in many strings for other reasons."""
_EXCEPT = re.compile(r"\b(?:except|but|apart from|other than|save|besides|only)\b", re.IGNORECASE)
_SHORTEST_NAME = 3
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Something that looks like a slip.

    Attributes:
        sort: `identical`, `sibling-name`, `shared-name` or `claim`.
        message: One line that says what.
        name: The file.
        line: 1-based line, or None.
        column: 1-based column, or None.
    """

    sort: str
    message: str
    name: str
    line: int | None = None
    column: int | None = None


def find_suspicions(family: Family, facts: Mapping[str, Facts]) -> tuple[Suspicion, ...]:
    """Return what looks like a slip in a family.

    Args:
        family: What differs.
        facts: What each file of it calls itself and claims, by name.
    """
    own = distinguishing_words(family.names)
    return (
        *_identical(family),
        *_sibling_names(family, facts, own),
        *_shared_names(family, facts),
        *_false_claims(family, facts, own),
    )


def distinguishing_words(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the words of each file's name that its siblings do not all have at the same end.

    `cheetah_expert.py` and `walker_expert.py` are told apart by `cheetah` and `walker`. Where the
    names of the files are the same, those of their folders count.
    """
    stems = [PurePath(name).stem for name in names]
    if len(set(stems)) < len(set(names)):
        stems = [str(PurePath(name).with_suffix("")) for name in names]
    words = [words_of(stem) for stem in stems]
    shortest = min(map(len, words), default=0)
    head = 0
    while head < shortest and len({w[head] for w in words}) == 1:
        head += 1
    tail = 0
    while tail < shortest - head and len({w[-1 - tail] for w in words}) == 1:
        tail += 1
    return {name: w[head : len(w) - tail] for name, w in zip(names, words, strict=True)}


def words_of(text: str) -> tuple[str, ...]:
    """Return the words in a text, in lower case; `coma_n4` has `coma`, `n` and `4`."""
    return tuple(word.lower() for word in _WORD.findall(text))


def _identical(family: Family) -> list[Suspicion]:
    return [
        Suspicion("identical", f"is byte for byte the same as {', '.join(group[1:])}", group[0])
        for group in family.identical
        if len(group) > 1
    ]


def _sibling_names(
    family: Family, facts: Mapping[str, Facts], own: Mapping[str, tuple[str, ...]]
) -> list[Suspicion]:
    """Find files that carry the name of a sibling where they, or others, carry their own."""
    telling = {n: w for n, w in own.items() if _is_telling(w)}
    homes: dict[str, set[str]] = defaultdict(set)
    for name, words in telling.items():
        for string in facts[name].strings:
            if _contains(words_of(string.value), words):
                homes[string.path].add(name)
    found: list[Suspicion] = []
    copies = {name for group in family.identical for name in group[1:]}
    for name in (name for name in telling if name not in copies):
        for string in facts[name].strings:
            words = words_of(string.value)
            if not (string.is_naming or homes[string.path] - {name}) or _contains(words, own[name]):
                continue
            owner = _owner(words, name, telling)
            if owner is not None and (
                string.is_naming or len(homes[string.path]) > 1 or _full(words, owner)
            ):
                message = (
                    f"carries the name of {owner}, not its own: {string.path} = {string.value!r}"
                )
                found.append(Suspicion("sibling-name", message, name, string.line, string.column))
    return found


def _owner(words: tuple[str, ...], name: str, telling: Mapping[str, tuple[str, ...]]) -> str | None:
    """Return the sibling with the longest name in a string that is no part of `name`'s own."""
    owners = [
        sibling
        for sibling, theirs in telling.items()
        if sibling != name and _contains(words, theirs) and not _contains(telling[name], theirs)
    ]
    return max(owners, key=lambda sibling: len(telling[sibling]), default=None)


def _full(words: tuple[str, ...], name: str) -> bool:
    return _contains(words, words_of(PurePath(name).stem))


def _is_telling(words: tuple[str, ...]) -> bool:
    letters = [word for word in words if not word.isdigit()]
    return sum(map(len, letters)) >= _SHORTEST_NAME and not set(words) <= _VAGUE


def _contains(words: tuple[str, ...], part: tuple[str, ...]) -> bool:
    """Whether words contain other words in one piece."""
    length = len(part)
    return bool(part) and any(words[n : n + length] == part for n in range(len(words) - length + 1))


def _shared_names(family: Family, facts: Mapping[str, Facts]) -> list[Suspicion]:
    """Find run names and output paths that two files share although most files have their own."""
    places: dict[str, dict[str, list[tuple[str, NamedString]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for group in family.identical:
        for string in facts[group[0]].strings:
            if string.is_naming:
                places[string.path][string.value].append((group[0], string))
    found: list[Suspicion] = []
    for path, values in places.items():
        count = sum(map(len, values.values()))
        if len(values) < 2 or 2 * len(values) < count:  # noqa: PLR2004 - one value is meant to be shared
            continue
        for value, holders in values.items():
            if len(holders) > 1:
                others = ", ".join(name for name, _ in holders[1:])
                name, string = holders[0]
                message = (
                    f"shares {path} = {value!r} with {others}, while the others have their own"
                )
                found.append(Suspicion("shared-name", message, name, string.line, string.column))
    return found


def _false_claims(
    family: Family, facts: Mapping[str, Facts], own: Mapping[str, tuple[str, ...]]
) -> list[Suspicion]:
    found: list[Suspicion] = []
    code = [row for row in family.rows if row.kind == "code"]
    for name, its in facts.items():
        for claim in its.claims:
            sibling = _meant(claim, name, own)
            if sibling is None:
                continue
            places = [
                row.path
                for row in code
                if row.value_of(name) != row.value_of(sibling) and not _excused(row, claim)
            ]
            if places:
                more = f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
                listed = ", ".join(places[:_SHOWN]) + more
                message = f"says “{claim.text}”, but differs from {sibling} in {listed}"
                found.append(Suspicion("claim", message, name, claim.line, claim.column))
    return found


def _meant(claim: Claim, name: str, own: Mapping[str, tuple[str, ...]]) -> str | None:
    """Return the one sibling that a claim can mean, or None."""
    said = claim.other.removesuffix(".py").rpartition("/")[2].lower()
    siblings = [sibling for sibling in own if sibling != name]
    exact = [s for s in siblings if PurePath(s).stem.lower() == said]
    words = words_of(said)
    by_words = [s for s in siblings if words and own[s] == words]
    loose = [s for s in siblings if words and _contains(words_of(PurePath(s).stem), words)]
    return next((found[0] for found in (exact, by_words, loose) if len(found) == 1), None)


def _excused(row: Row, claim: Claim) -> bool:
    """Whether the claim itself says that this may differ: “identical to base except the seed”."""
    exception = _EXCEPT.search(claim.rest)
    if exception is None:
        return False
    excused = set(words_of(claim.rest[exception.end() :]))
    names = [step.name for step in row.difference.steps]
    return bool(names) and bool(set(words_of(names[-1])) & (excused - {"the", "name", "and"}))
