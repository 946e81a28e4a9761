"""What docstrings and comments say of siblings, held against what differs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import NamedTuple

from gen_sweeps.compare.findings import FamilyFinding, constant, last_names, shortened
from gen_sweeps.compare.names import OWN, FileNames, name_words, words_of
from gen_sweeps.compare.pieces import Pieces
from gen_sweeps.compare.places import Family, FamilyPlace, Span, path_text
from gen_sweeps.compare.reading import Member, read_member

_CLAIM = re.compile(
    r"\b(?P<verb>identical\s+(?:to|with)|same\s+as|copy\s+of|copied\s+from|duplicate\s+of"
    r"|derived\s+from)\s+(?:the\s+)?[`'\"]*(?P<name>[\w./-]*\w)(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_EXCEPT = re.compile(
    r"\b(except|but|apart from|other than|besides|only|with|without|plus)\b", re.IGNORECASE
)
_END = re.compile(r"\n\s*\n|\)\s*$|\.\s|\.[\"']{3}")
_LIST = re.compile(r"[^.]*:\s*\n((?:\s*[-*].*\n?)+)")
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e-?\d+)?")
_SPEAKS_OF_ANOTHER = re.compile(
    r"(same as|identical|derived|based|copy|copied|from|like|see|than|unlike)\W+(\w+\W+)?[\w/.]*$"
)
_ROOTS = frozenset({"base", "main", "baseline", "default", "original"})
_SHORT = 30
_ENOUGH = 2
"""Files that name themselves, from which naming a sibling instead is odd."""


class Prose(NamedTuple):
    """A docstring or a comment.

    Attributes:
        start: Where it starts, in bytes.
        text: What it says.
        span: The part of the file that it speaks of.
        whole: Whether it speaks of the whole file.
    """

    start: int
    text: str
    span: Span
    whole: bool


class Claim(NamedTuple):
    """A sentence which says that the file, or a part of it, is like a sibling.

    Attributes:
        prose: Where it stands.
        file: The file.
        sibling: The file that it is said to be like.
        quote: The sentence.
        allowed: Words of what the sentence itself takes out.
        numbers: Numbers in it, which it says differ.
    """

    prose: Prose
    file: int
    sibling: int
    quote: str
    allowed: frozenset[str]
    numbers: frozenset[str]

    def excuses(self, path: str, value: str | None) -> bool:
        """Whether it takes out a place by what that is called, or by a number that stands there."""
        is_short = value is not None and len(value) < _SHORT
        if is_short and self.numbers & set(_NUMBER.findall(value or "")):
            return True
        return any(len(word) > 2 and word in self.allowed for word in words_of(path))  # noqa: PLR2004 - `lr` is too short to be told from a word


def prose_in(contents: Mapping[str, bytes]) -> list[tuple[Prose, ...]]:
    """Return what each of some valid Python files says to its readers.

    Args:
        contents: Their bytes, by their names.
    """
    pieces = Pieces()
    return [tuple(_prose_of(read_member(*file, pieces))) for file in contents.items()]


def _prose_of(member: Member) -> Iterator[Prose]:
    """Yield what a file says to its readers: module docstring, comments, docstrings of classes."""
    end = len(member.text.data)
    for child in member.root.children:
        if child.label == "docstring":
            yield Prose(child.offset, child.piece.said, (0, end), whole=True)
        elif child.piece.kind in {"class", "def"}:
            body = child.piece.children[-1]
            first = next((c for c in body.piece.children if c.label == "docstring"), None)
            if first is not None:
                span = child.offset, child.offset + len(child.piece.text)
                at = child.offset + body.offset + first.offset
                yield Prose(at, first.piece.said, span, whole=False)
    for comment in member.comments:
        text = member.text.slice(comment.start, comment.end)
        said = "\n".join(line.strip().lstrip("# ") for line in text.split("\n"))
        line_end = member.text.data.find(b"\n", comment.end)
        if comment.alone:
            span = comment.start, _block_end(member.text.data, comment.end)
        else:
            start = member.text.data.rfind(b"\n", 0, comment.start) + 1
            span = start, line_end if line_end > 0 else end
        yield Prose(comment.start, said, span, whole=False)


def _block_end(data: bytes, at: int) -> int:
    """Return where what a comment speaks of ends: at an empty line, or at the next comment."""
    following = re.compile(rb"\n[ \t]*(?:\n|#|$)").search(data, at + 1)
    return following.start() if following else len(data)


def false_claims(family: Family, places: Sequence[FamilyPlace]) -> list[FamilyFinding]:
    """Return the claims that what differs contradicts, those of several files as one."""
    found: dict[tuple[object, ...], FamilyFinding] = {}
    said = [list(_prose_of(member)) for member in family.members]
    for claim in claims_of(family.names, said):
        wrong = [place for place in places if _contradicts(family, claim, place)]
        if not wrong:
            continue
        # What is one value says more than what is missing.
        wrong.sort(key=lambda place: (place.whole, place.spans[claim.file] is None))
        told = [
            f"{last_names(place)} ({shortened(family.text(place, claim.file), 14)}, "
            f"there {shortened(family.text(place, claim.sibling), 14)})"
            for place in wrong[:2]
        ]
        more = f" and {len(wrong) - 2} more" if len(wrong) > 2 else ""  # noqa: PLR2004 - as above
        message = f"{', '.join(told)}{more}; says “{shortened(claim.quote, 60)}”"
        line, column = family.members[claim.file].text.position(claim.prose.start)
        site = (claim.file, line, column)
        key = claim.sibling, tuple(map(id, wrong)), message
        if key in found and claim.file not in found[key].files:
            found[key] = replace(found[key], sites=(*found[key].sites, site))
        elif not any(k[:2] == key[:2] and claim.file in f.files for k, f in found.items()):
            weight = 1 / (1 + len(wrong))
            found[key] = FamilyFinding("false-claim", message, (site,), wrong[0], weight)
    return list(found.values())


def claims_of(names: FileNames, prose_of: Sequence[Sequence[Prose]]) -> Iterator[Claim]:
    """Yield what files say of siblings that they are like.

    Args:
        names: The names of the files.
        prose_of: What each file says.
    """
    for file, said in enumerate(prose_of):
        of_file: int | None = None
        for prose in said:
            for match in _CLAIM.finditer(prose.text):
                sibling = _meant(names, prose_of, file, match["name"])
                if sibling is None and match["name"].lower() in {"base", "main"}:
                    sibling = of_file
                if sibling is None:
                    continue
                if prose.whole:
                    of_file = sibling
                listed = _LIST.match(match["rest"])
                end = _END.search(match["rest"] + ". ")
                rest = listed[0] if listed else match["rest"][: end.start() if end else None]
                excuse = _EXCEPT.search(rest)
                if match["verb"].lower().startswith("derived") and not excuse:
                    continue
                words = frozenset(words_of(rest[excuse.start() :])) if excuse else frozenset()
                quote = f"{match['verb']} {match['name']}"
                if excuse:
                    after = rest.lstrip("`'\"")
                    quote += after if after[:1] in ",;:" else f" {after}"
                numbers = frozenset(_NUMBER.findall(rest))
                yield Claim(prose, file, sibling, " ".join(quote.split()), words, numbers)


def _meant(
    names: FileNames, prose_of: Sequence[Sequence[Prose]], file: int, said: str
) -> int | None:
    """Return the sibling that a claim means, if it can be known."""
    said = PurePath(said.removesuffix(names.suffix)).name.lower()
    siblings = [n for n in range(len(prose_of)) if n != file]
    if said == PurePath(names.stems[file]).name.lower():
        return None
    words = tuple(word for word in name_words(said) if word not in {"config", "configs", "the"})
    exact = [n for n in siblings if PurePath(names.stems[n]).name.lower() == said]
    by_words = [n for n in siblings if words and names.own[n] == words]
    for found in (exact, by_words):
        if len(found) == 1:
            return found[0]
    if said == "baseline":
        found = [
            n
            for n in siblings
            if any(p.whole and re.search(r"\bbaseline\.", p.text[:200]) for p in prose_of[n])
        ]
        if len(found) == 1:
            return found[0]
    if said in _ROOTS:
        own = names.words[file]
        roots = [n for n in siblings if len(names.words[n]) < len(own)]
        roots = [n for n in roots if own[: len(names.words[n])] == names.words[n]]
        return max(roots, key=lambda n: len(names.words[n]), default=None)
    return None


def _contradicts(family: Family, claim: Claim, place: FamilyPlace) -> bool:
    """Whether a place differs from what a claim says, and is not what the claim takes out."""
    file, sibling = claim.file, claim.sibling
    if place.classes[file] == place.classes[sibling] or place.anywhere or place.change == "renamed":
        return False
    span, (start, end) = place.spans[file], claim.prose.span
    if not (claim.prose.whole if span is None else start <= span[0] < end):
        return False
    same = constant(family, place, file) == constant(family, place, sibling)
    return not (same or _is_no_setting(place, file, sibling) or _is_excused(family, claim, place))


def _is_no_setting(place: FamilyPlace, file: int, sibling: int) -> bool:
    """Whether a place tells nothing of a configuration: an import, or a constant's definition."""
    kinds = {piece.kind for piece in place.pieces.values()}
    if kinds and kinds <= {"Alias", "Import", "From"}:
        return True
    lacking = place.spans[file] is None or place.spans[sibling] is None
    return len(place.path) == 1 and lacking and kinds <= {"Constant", "Name"}


def _is_excused(family: Family, claim: Claim, place: FamilyPlace) -> bool:
    """Whether a claim takes out a place by its name or value, or the value is the file's name."""
    ours = family.text(place, claim.file)
    if ours is not None and OWN in family.names.without_own(claim.file, ours) and not place.whole:
        return True
    return claim.excuses(path_text(place.path[-2:]), ours)


def misdirected_texts(family: Family) -> Iterator[FamilyFinding]:
    """Yield files whose text names a sibling's file, where the siblings' own text names theirs."""
    stems = [PurePath(stem).name for stem in family.names.stems]
    longest = sorted(set(stems), key=len, reverse=True)
    pattern = re.compile(r"(?<![\w-])(" + "|".join(map(re.escape, longest)) + r")\.py\b")
    named: list[dict[str, int]] = []
    for file in range(len(stems)):
        mine: dict[str, int] = {}
        for prose in _prose_of(family.members[file]):
            for match in pattern.finditer(prose.text):
                before = prose.text[max(0, match.start() - 60) : match.start()].lower()
                if not _SPEAKS_OF_ANOTHER.search(before):
                    mine.setdefault(match[1], prose.start)
        named.append(mine)
    own = sum(stem in mine for stem, mine in zip(stems, named, strict=True))
    if own < _ENOUGH:
        return
    for file, mine in enumerate(named):
        if mine and stems[file] not in mine:
            other, start = next(iter(mine.items()))
            line, column = family.members[file].text.position(start)
            message = f"its text names {other}.py, not itself ({own} name themselves)"
            yield FamilyFinding("text-names-sibling", message, ((file, line, column),), weight=0.5)
