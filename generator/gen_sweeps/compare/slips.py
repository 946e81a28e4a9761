"""What looks like a slip in a family. None is proof of one, and none changes an exit code."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from gen_sweeps.compare.claims import false_claims, misdirected_texts
from gen_sweeps.compare.findings import (
    LABELS,
    FamilyFinding,
    FindingSite,
    at,
    constant,
    last_names,
    shortened,
)
from gen_sweeps.compare.names import (
    FEWEST,
    MOST,
    ONE,
    OWN,
    NamePattern,
    name_pattern,
    names_runs,
    words_of,
)
from gen_sweeps.compare.places import ABSENT, Family, FamilyPlace, FamilyStep, path_text

_SLIP = 2
"""Letters by which a name may be misspelt."""

_QUOTES = frozenset("\"'")
_LONGEST_NAME = 300
_NAMED = frozenset({"Constant", "JoinedStr", "Name", "BinOp"})
_ANNOTATIONS = frozenset({"(annotation)", "(return type)"})
_IMPORTS = frozenset({"Alias", "Import", "From"})
_PLACEHOLDER = re.compile(r"^\W*$|path/to")
"""A text that a user has yet to fill in."""

_OPTION = re.compile(r"\(\"--?([\w-]+)\"\)$")


def find_slips(family: Family, places: Sequence[FamilyPlace]) -> list[FamilyFinding]:
    """Return what looks like a slip, the most telling first.

    Args:
        family: The files.
        places: Where they differ though nobody said that they may.
    """
    code = [place for place in places if place.kind == "code" and not _is_annotation(place)]
    strange = list(_out_of_pattern(family, code))
    seen = {(id(s.place), file) for s in strange for file in s.files}
    found = [
        *false_claims(family, code),
        *_copies(family, strange),
        *_merged(strange),
        *misdirected_texts(family),
        *_shared_names(family, code, seen),
        *_missing(family, code),
        *_spellings(family, places),
    ]
    ranks = list(LABELS)
    return sorted(found, key=lambda finding: (ranks.index(finding.sort), -finding.weight))


def _is_annotation(place: FamilyPlace) -> bool:
    """Whether a place says of what type something is, which sets nothing."""
    return any(step.text in _ANNOTATIONS for step in place.path)


# Names


def pattern_at(family: Family, place: FamilyPlace) -> NamePattern | None:
    """Return the function of the files' names that most values at a place are, if there is one."""
    texts = {
        file: family.members[file].text.slice(*span)
        for file, span in enumerate(place.spans)
        if span is not None and span[1] - span[0] < _LONGEST_NAME
    }
    if len(texts) < max(FEWEST, MOST * len(place.spans)):
        return None
    if not {piece.kind for piece in place.pieces.values()} <= _NAMED:
        return None
    return name_pattern(family.names, texts)


def _out_of_pattern(family: Family, places: Sequence[FamilyPlace]) -> Iterator[FamilyFinding]:
    """Yield, place by place, the files whose value does not follow their name as others' do."""
    names = family.names
    for place in places:
        pattern = pattern_at(family, place)
        if pattern is None:
            continue
        texts, total = pattern.texts, len(pattern.texts)
        for file, owner in pattern.strays(names):
            own, text = names.own[file], texts[file]
            if not (text[:1].isalpha() or text[:1] in _QUOTES):
                continue  # a number has no name in it
            where = at(family, place, [file])
            shown = f"{last_names(place)} = {shortened(text, 60)}"
            if owner is not None:
                message = f"{shown}, the name of {names.short[owner]}"
                yield FamilyFinding(
                    "sibling-name", message, where, place, len(pattern.following) / total
                )
            elif (
                total - len(pattern.following) <= max(1, total / 4)
                and not any(
                    texts[g] == text and names.own[g] and set(names.own[g]) < set(own)
                    for g in texts
                )
                and _is_misspelt(own, pattern.text, text)
            ):
                rest = f"{len(pattern.following)} of {total} follow {shortened(pattern.text, 40)}"
                message = f"{shown}; {rest}"
                yield FamilyFinding(
                    "odd-in-pattern", message, where, place, len(pattern.following) / total
                )


def _is_misspelt(own: Sequence[str], pattern: str, text: str) -> bool:
    """Whether a text is a letter or two off what the file's own words would give."""
    parts = re.findall(r"[^\W_]+", text.lower())
    said = "".join(parts)
    fewer = {"".join(parts[:n] + parts[n + 1 :]) for n in range(len(parts))}
    for word in ("".join(own), *own) if ONE in pattern else ("".join(own),):
        filled = pattern.replace(OWN, "".join(own)).replace(ONE, word).lower()
        due = "".join(char for char in filled if char.isalnum())
        if due in fewer:
            continue  # a word more is no slip of the pen
        if len(due) > 2 * _SLIP + 1 and 0 < _distance(due, said) <= _SLIP:
            return True
    return False


def _distance(one: str, other: str) -> int:
    """Return how many letters have to be changed to make one text another (Levenshtein 1965)."""
    if abs(len(one) - len(other)) > _SLIP:
        return _SLIP + 1
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        above, row = row, [i]
        for j, b in enumerate(other, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (a != b)))
    return row[-1]


def _merged(strange: Sequence[FamilyFinding]) -> list[FamilyFinding]:
    """Return one finding for what is the same slip at several places, or in several files."""
    by_value: dict[object, list[FamilyFinding]] = defaultdict(list)
    for finding in strange:
        by_value[finding.sort, finding.message].append(finding)
    found: dict[object, FamilyFinding] = {}
    more: Counter[object] = Counter()
    for findings in by_value.values():
        first = findings[0]
        sites = tuple({site[0]: site for f in reversed(findings) for site in f.sites}.values())[
            ::-1
        ]
        whose = first.message.rpartition("name of ")[2] if first.sort == "sibling-name" else ""
        key = (
            first.sort,
            whose or first.message.partition(" = ")[2],
            tuple(sorted(s[0] for s in sites)),
        )
        if key in found:
            more[key] += 1
        else:
            found[key] = replace(first, sites=sites)
    return [
        replace(finding, message=f"{finding.message} (and at {more[key]} more)")
        if more[key]
        else finding
        for key, finding in found.items()
    ]


def _copies(family: Family, strange: list[FamilyFinding]) -> Iterator[FamilyFinding]:
    """Yield files that are the same, and which of them bears the other's name."""
    groups: dict[int, list[int]] = defaultdict(list)
    for file, member in enumerate(family.members):
        groups[member.root.code].append(file)
    short = family.names.short
    for files in groups.values():
        if not 1 < len(files) < len(family.members) or not family.members[files[0]].root.children:
            continue
        is_same = len({family.members[file].data for file in files}) == 1
        same = "values" if family.is_data else "bytes" if is_same else "code"
        rest = ", ".join(short[file] for file in files[1:4])
        rest += f" +{len(files) - 4}" if len(files) > 4 else ""  # noqa: PLR2004 - as above
        message = f"same {same} as {rest}"
        sites: list[FindingSite] = [
            (file, None, None) if family.is_data else (file, 1, 1) for file in files
        ]
        wrong = [
            finding
            for finding in strange
            if finding.sort == "sibling-name"
            and finding.files[0] in files
            and any(finding.message.endswith(f"name of {short[file]}") for file in files)
        ]
        if wrong:
            bearer = wrong[0].files[0]
            shown, _, owner = wrong[0].message.rpartition(", the name of ")
            sites = [*wrong[0].sites, *(site for site in sites if site[0] != bearer)]
            message = f"a copy of {owner}, still with its name: {shown}"
            for finding in wrong:
                strange.remove(finding)
        yield FamilyFinding("copies", message, tuple(sites), weight=len(files))


def _shared_names(
    family: Family, places: Sequence[FamilyPlace], seen: set[tuple[int, int]]
) -> Iterator[FamilyFinding]:
    """Yield run names and output paths that some files share while most have their own."""
    told: set[tuple[int, ...]] = set()
    for place in places:
        if place.change not in {"changed", "missing"} or not names_runs(_last_name(place.path)):
            continue
        by_text: dict[str, list[int]] = defaultdict(list)
        for file in range(len(family.members)):
            text = family.text(place, file)
            if text is not None and text[:1] in _QUOTES and not _PLACEHOLDER.search(text):
                by_text[text].append(file)
        alone = sum(len(files) == 1 for files in by_text.values())
        if alone < max(2, sum(map(len, by_text.values())) / 2):
            continue
        if family.names.word_position(place.classes) is not None:
            continue
        for text, files in by_text.items():
            is_seen = any((id(place), file) in seen for file in files) or tuple(files) in told
            if len(files) > 1 and not is_seen:
                told.add(tuple(files))
                message = (
                    f"{last_names(place)} = {shortened(text, 50)}; {alone} others have their own"
                )
                yield FamilyFinding(
                    "shared-name", message, at(family, place, files), place, 1 / len(files)
                )


def _last_name(path: Sequence[FamilyStep]) -> str:
    """Return the last name of a path; of an option's default, that of the option."""
    names = [step.text for step in path if step.text[:1] not in {"[", "("}]
    option = _OPTION.search(names[-2]) if len(names) > 1 and names[-1] == "default" else None
    name = option[1] if option else names[-1].rpartition(".")[2] if names else ""
    return name.lower().replace("-", "_")


# Values


def _missing(family: Family, places: Sequence[FamilyPlace]) -> Iterator[FamilyFinding]:
    """Yield what one file lacks and all others agree on, if it lacks little."""
    count = len(family.members)
    if count <= FEWEST:
        return
    alone: dict[tuple[int, bool], list[FamilyPlace]] = defaultdict(list)
    for place in places:
        classes = Counter(place.classes)
        if len(classes) == 2 and 1 in classes.values():  # noqa: PLR2004 - one and the others
            odd = min(classes, key=classes.__getitem__)
            file = place.classes.index(odd)
            if all(span is not None for f, span in enumerate(place.spans) if f != file):
                alone[file, place.anywhere].append(place)
    for (file, _), theirs in alone.items():
        if len(theirs) > FEWEST:
            continue  # a file of another sort
        for place in theirs:
            others = {place.pieces[f].code for f in place.pieces if f != file}
            is_import = {p.kind for p in place.pieces.values()} <= _IMPORTS
            own = {word for word in family.names.own[file] if len(word) > 1}
            named = own & set(words_of(path_text(place.path[-2:])))
            if place.spans[file] is not None or len(others) != 1 or is_import or named:
                continue
            if len(place.path) == 1 and _is_bound(family, file, place):
                continue
            other = next(f for f in range(count) if f != file)
            rest = shortened(family.text(place, other), 30)
            message = f"{last_names(place)} = nothing; {count - 1} others {rest}"
            yield FamilyFinding("missing", message, ((file, None, None),), place, 1 / len(theirs))


def _is_bound(family: Family, file: int, place: FamilyPlace) -> bool:
    """Whether a file binds the name of a place in another way, or without its own words."""
    name = re.sub(f"{OWN}_?", "", place.path[0].text).strip("_").encode()
    bound = rb"^[ \t]*(?:def |class )?" + re.escape(name) + rb"\b(?!\.)"
    return re.search(bound, family.members[file].text.data, re.MULTILINE) is not None


def _spellings(family: Family, places: Sequence[FamilyPlace]) -> Iterator[FamilyFinding]:
    """Yield numbers in two spellings, and a number where others have a constant of that value."""
    found: dict[tuple[int, ...], tuple[FamilyFinding, list[str]]] = {}
    for place in places:
        kinds = {piece.kind for piece in place.pieces.values()}
        texts = {file: piece.text for file, piece in place.pieces.items()}
        if place.kind == "layout" and place.note == "spelling" and kinds == {"Constant"}:
            counts = Counter(texts.values())
            usual = counts.most_common(1)[0][0]
            odd = [file for file in texts if texts[file] != usual]
            shown = " / ".join(f"{text.decode()} ({n})" for text, n in counts.most_common(3))
            message = f"{last_names(place)}: {shown}"
            yield FamilyFinding("spelling", message, at(family, place, odd), place)
        elif place.kind == "code" and kinds == {"Name", "Constant"} and ABSENT not in place.classes:
            values = {constant(family, place, file) for file in texts}
            written = [file for file, piece in place.pieces.items() if piece.kind == "Constant"]
            if len(values) != 1 or len(written) == len(texts):
                continue
            message = (
                f"{last_names(place)} = {texts[written[0]].decode()}: written out, "
                f"a constant of that value in {len(texts) - len(written)}"
            )
            key = tuple(written)
            finding = FamilyFinding("spelling", message, at(family, place, written), place)
            found.setdefault(key, (finding, []))[1].append(last_names(place))
    for finding, names in found.values():
        more = f" (and {', '.join(names[1:3])})" if len(names) > 1 else ""
        yield replace(finding, message=finding.message + more)
