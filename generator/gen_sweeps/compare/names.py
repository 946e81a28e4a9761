"""What tells the files of a family apart: the words in their names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

MOST = 0.6
"""Share of the files whose values follow their names, from which that is a pattern."""

FEWEST = 3
"""Files from which there can be a pattern, and the other way round the places at which one file
may differ alone and still be of the same sort."""

OWN = "‹own›"
"""Stands for all of a file's own words, in one piece, in a text."""

ONE = "‹word›"
"""Stands for one of them."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SEPARATOR = re.compile(r"[^A-Za-z0-9]+")
_SHORTEST_WORD = 3
_NAMING = re.compile(
    r"(output|out|save|log|ckpt|checkpoint|result|results|work|run|exp|experiment|sweep|trial)_?"
    r"(output_?)?(dir|path|folder|name|id|to)$|^(experiment|output|wandb_name|job_name|abbr)$"
)


def words_of(text: str) -> tuple[str, ...]:
    """Return the words in a text, in lower case; `comaN4_lr` has `coma`, `n`, `4` and `lr`."""
    return tuple(word.lower() for word in _WORD.findall(text))


def name_words(stem: str) -> tuple[str, ...]:
    """Return the words of a file's name, which separators part; `coma_n4` has `coma` and `n4`."""
    return tuple(word for word in _SEPARATOR.split(stem.lower()) if word)


def names_runs(name: str) -> bool:
    """Say whether what is called so is what runs are told apart by, or where their output goes."""
    return _NAMING.search(name) is not None


class FileNames:
    """The names of the files of a family.

    Args:
        names: The files as the user named them, at least one.

    Attributes:
        stems: Their names without folder and suffix; with the folder where that tells them apart.
        words: The words of each stem.
        own: The words of each that not all have at the same end.
        short: As much of each stem as tells it from the others.
        common: What all stems start with, or "".
        suffix: What all names end with, as `.py`, or "".
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.stems = _stems(names)
        suffixes = {PurePath(name).suffix for name in names}
        self.suffix = suffixes.pop() if len(suffixes) == 1 else ""
        self.words = [name_words(stem) for stem in self.stems]
        shortest = min(map(len, self.words))
        head = 0
        while head < shortest and len({words[head] for words in self.words}) == 1:
            head += 1
        tail = 0
        while tail < shortest - head and len({words[-1 - tail] for words in self.words}) == 1:
            tail += 1
        self.own = [words[head : len(words) - tail] for words in self.words]
        self.short = self._shortened(head, tail)
        self.common = "_".join(self.words[0][:head])
        self._patterns = [_own_pattern(own) for own in self.own]
        self._known: dict[tuple[int, str], str] = {}

    def _shortened(self, head: int, tail: int) -> list[str]:
        short = []
        for stem, words in zip(self.stems, self.words, strict=True):
            parts = re.findall(r"[^A-Za-z0-9]*[A-Za-z0-9]+", stem)
            fits = len(parts) == len(words)
            cut = "".join(parts[head : len(parts) - tail]).lstrip("_-./") if fits else stem
            short.append(cut or stem)
        return short if len(set(short)) == len(short) else list(self.stems)

    def without_own(self, file: int, text: str) -> str:
        """Return a text with the file's own words taken out.

        What is a function of the file's name becomes the same text for all files.
        """
        known = self._known.get((file, text))
        if known is None:
            pattern = self._patterns[file]
            known = text
            if pattern is not None:
                known = pattern.sub(lambda found: OWN if found.lastindex == 1 else ONE, text)
            self._known[file, text] = known
        return known

    def respelled(self, text: str, owner: int, file: int) -> str | None:
        """Return a text in which a sibling's words are those of another file, written likewise.

        None if there is no telling which word of the one is which of the other.
        """
        pattern, theirs, ours = self._patterns[owner], self.own[owner], self.own[file]

        def spelled(found: re.Match[str]) -> str:
            if found.lastindex == 1:
                (mark,) = set(_SEPARATOR.findall(found[0])) or {""}
                written = _SEPARATOR.split(found[0])
                written = written if len(written) == len(ours) else [found[0]] * len(ours)
                return str(mark).join(map(_like, written, ours))
            at = theirs.index(found[0].lower())
            if at == len(theirs) - 1:
                at = -1
            elif at > 0 and len(ours) != len(theirs):
                raise ValueError(at)
            return _like(found[0], ours[at])

        try:
            return pattern.sub(spelled, text) if pattern else None
        except ValueError:
            return None

    def label(self, files: Collection[int], room: int = 48) -> str:
        """Name a set of files: by a word that they alone have, else one by one."""
        if 1 < len(files) < len(self.own):
            inside = set.intersection(*(set(self.own[file]) for file in files))
            for file in range(len(self.own)):
                if file not in files:
                    inside.difference_update(self.own[file])
            if inside:
                return f"*{max(inside, key=lambda word: (len(word), word))}* ({len(files)})"
        shown: list[str] = []
        for file in files:
            if shown and len(", ".join([*shown, self.short[file]])) > room:
                return f"{', '.join(shown)} +{len(files) - len(shown)}"
            shown.append(self.short[file])
        return ", ".join(shown)

    def word_position(self, classes: Sequence[int]) -> int | None:
        """Return which of a name's own words parts the files as the classes do, if one does."""
        lengths = {len(own) for own in self.own}
        for position in range(lengths.pop() if len(lengths) == 1 else 0):
            words = [own[position] for own in self.own]
            if len(set(words)) < len(words) and partition(words) == partition(classes):
                return position
        return None


def _like(written: str, word: str) -> str:
    """Return a word in the case in which another is written."""
    if written.islower():
        return word
    return word.upper() if written.isupper() else word.capitalize()


@dataclass(frozen=True, slots=True)
class NamePattern:
    """What most files have at a place: one function of their names.

    Attributes:
        text: The function, its holes as `OWN` and `ONE`.
        texts: What the files have there.
        following: The files that follow it.
    """

    text: str
    texts: Mapping[int, str]
    following: frozenset[int]

    def strays(self, names: FileNames) -> Iterator[tuple[int, int | None]]:
        """Yield the files that do not follow it, each with the sibling whose name it has there."""
        for file, text in self.texts.items():
            own = names.own[file]
            if file in self.following or not own or _fits(own, self.text, text):
                continue
            owners = [
                g
                for g in self.texts
                if names.own[g]
                and not set(names.own[g]) <= set(own)
                and _fits(names.own[g], self.text, text)
            ]
            nearest = max(owners, key=lambda g: len(set(names.own[g]) & set(own)), default=None)
            yield file, nearest


def name_pattern(
    names: FileNames, texts: Mapping[int, str], fewest: int = FEWEST
) -> NamePattern | None:
    """Return the function of the files' names that most texts are, if there is one.

    Args:
        names: The files' names.
        texts: What the files have at a place.
        fewest: How many of them at least must follow it, each with a text of its own.
    """
    bare = {file: _bare(names, file, text) for file, text in texts.items()}
    counts = Counter(text for text in bare.values() if OWN in text or ONE in text)
    if not counts:
        return None
    text, count = counts.most_common(1)[0]
    following = frozenset(file for file in texts if bare[file] == text)
    if count < max(fewest, MOST * len(texts)) or len({texts[f] for f in following}) < fewest:
        return None
    return NamePattern(text, texts, following)


def _bare(names: FileNames, file: int, text: str) -> str:
    return names.without_own(file, text.replace("'", '"')).lower()


def _fits(own: Sequence[str], pattern: str, text: str) -> bool:
    """Whether a text is the pattern with the words of a file's name in it."""
    whole = r"[^A-Za-z0-9]*".join(map(re.escape, own))
    one = "(?:" + "|".join(map(re.escape, own)) + ")"
    expression = re.escape(pattern).replace(re.escape(OWN), whole).replace(re.escape(ONE), one)
    return re.fullmatch(expression, text.replace("'", '"'), re.IGNORECASE) is not None


def partition(classes: Sequence[object]) -> tuple[int, ...]:
    """Return how classes part the files, whatever the classes are called."""
    numbers: dict[object, int] = {}
    return tuple(numbers.setdefault(one, len(numbers)) for one in classes)


def _stems(names: Sequence[str]) -> list[str]:
    paths = [PurePath(name) for name in names]
    stems = [path.stem for path in paths]
    if len(set(stems)) == len(stems):
        return stems
    depth = 1
    longest = max(len(path.parts) for path in paths)
    while depth < longest:
        depth += 1
        stems = ["/".join([*path.parts[-depth:-1], path.stem]) for path in paths]
        if len(set(stems)) == len(stems):
            break
    return stems if len(set(stems)) == len(stems) else list(names)


def _own_pattern(own: Sequence[str]) -> re.Pattern[str] | None:
    """Return what finds a file's own words in a text: all in one piece first, then one by one."""
    if not own:
        return None
    alternatives = [_bounded(r"[^A-Za-z0-9]*".join(map(re.escape, own)), "".join(own))]
    for word in own:
        is_word = len(word) >= _SHORTEST_WORD and not word.isdigit()
        if is_word or (len(own) > 1 and len(word) > 1 and not word.isalpha()):
            alternatives.append(_bounded(re.escape(word), word))
    return re.compile("|".join(f"({one})" for one in alternatives), re.IGNORECASE)


def _bounded(pattern: str, word: str) -> str:
    """Return a pattern that finds a word, but neither `2` in `200` nor `a` in `data`."""
    if len(word) < _SHORTEST_WORD and word.isalpha():
        return f"(?<![A-Za-z]){pattern}(?![A-Za-z])"
    before = r"(?<!\d)" if word[0].isdigit() else ""
    return before + pattern + (r"(?!\d)" if word[-1].isdigit() else "")
