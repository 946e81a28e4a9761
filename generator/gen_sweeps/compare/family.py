"""Merges the trees of N files into one: each thing that any of them has is one place for all.

There is no reference file. What all files have as the same text is left alone, so the cost grows
with the number of files and with what differs, never with the square of either.
"""

from __future__ import annotations

import ast
import codecs
import gc
import re
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from gen_sweeps.compare.layout import layout_note
from gen_sweeps.compare.names import OWN, FileNames
from gen_sweeps.compare.pairing import Column, Variant, align, united
from gen_sweeps.compare.pieces import Piece, Pieces
from gen_sweeps.compare.places import (
    ABSENT,
    Change,
    Family,
    FamilyPlace,
    FamilyStep,
    Kind,
    Span,
    names_in,
    number_namesakes,
)
from gen_sweeps.compare.reading import Member, read_member
from gen_sweeps.errors import GenSweepsError, Problem

_SEQUENCES = frozenset({"List", "Tuple", "Set"})
_LISTED = frozenset({"Body", "From", "Import", "Assign", "class", "def", "Parameter"})
"""Kinds whose children are known by their keys, and of which some may be missing."""

_NAME = re.compile(rb"[A-Za-z_]\w*")
_PUNCTUATION = re.compile(rb"\w+")


def compare_files(sources: Mapping[str, bytes]) -> tuple[Family | None, list[Problem]]:
    """Compare files.

    Returns:
        What differs between those that can be read, None if these are fewer than two; and why the
        others can't be read.
    """
    pieces, members, problems = Pieces(), list[Member](), list[Problem]()
    with _without_garbage_collection():
        for name, data in sources.items():
            try:
                members.append(read_member(name, data, pieces))
            except GenSweepsError as error:
                problems += error.problems
        family = compare_members(members) if len(members) > 1 else None
    return family, problems


def compare_members(members: Sequence[Member]) -> Family:
    """Compare files that have been read with the same `Pieces`."""
    names = FileNames([member.name for member in members])
    merge = _Merge(members, names)
    merge.all()
    places = sorted(merge.places, key=lambda place: place.outliers)
    number_namesakes(places)
    return Family(members, names, places)


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Spare the collector the walk through many new pieces, none of which is garbage yet."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class _Merge:
    """One walk through N trees at once, which collects the places at which they differ."""

    def __init__(self, members: Sequence[Member], names: FileNames) -> None:
        self.places: list[FamilyPlace] = []
        self._members = members
        self._names = names
        self._codes: dict[tuple[str, bytes], object] = {}
        self._aliases: list[dict[bytes, bytes]] = [{} for _ in members]
        self._definitions: dict[int, dict[bytes, tuple[Piece, int]]] = {}

    def all(self) -> None:
        """Find all places."""
        roots = [Variant(member.root, [(file, 0)]) for file, member in enumerate(self._members)]
        self._merge(roots, ())
        self._merge_calls()
        self._whole_files()

    # From a column to places

    def _merge(
        self, variants: Sequence[Variant], path: tuple[FamilyStep, ...], *, lacking: bool = False
    ) -> None:
        """Report what differs between pieces that stand for each other.

        Args:
            variants: The pieces.
            path: The way to them.
            lacking: Whether some files have none of them.
        """
        variants = united(variants)
        if len(variants) == 1 and not lacking:
            return
        if any(_local_name(variant.piece) for variant in variants):
            variants = self._inlined(variants)
        if all(variant.piece.is_value for variant in variants):
            self._values(variants, path, lacking=lacking)
            return
        clusters = self._clusters(variants)
        before = len(self.places)
        mixed = len(clusters) > 1
        if lacking or mixed:
            classes = [
                group
                for cluster in clusters
                for group in ([cluster] if _has_named(cluster) else self._by_code(cluster))
            ]
            self._row(path, classes, "missing" if lacking else "changed", whole=True)
        for cluster in clusters:
            if len(cluster) > 1 and (not mixed or _has_named(cluster)):
                self._inside(cluster, path)
        told = any(place.kind == "code" for place in self.places[before:])
        if (
            not told
            and len({v.piece.code for v in variants}) > 1
            and not self._only_renamed(variants)
        ):
            self._row(path, self._by_code(variants))

    def _values(
        self, variants: Sequence[Variant], path: tuple[FamilyStep, ...], *, lacking: bool
    ) -> None:
        only = None if lacking else _only_element(variants)
        if only is not None:
            elements = [
                Variant(
                    v.piece.children[only].piece,
                    [(f, at + v.piece.children[only].offset) for f, at in v.sites],
                )
                for v in variants
            ]
            label = f"[{only}]"
            self._merge(elements, (*path, FamilyStep(label, frozenset({names_in(label)}))))
            return
        groups = self._by_code(variants)
        if len(groups) > 1 or lacking:
            self._row(path, groups, "missing" if lacking else "changed")
        elif len({v.piece.code for v in variants}) == 1:
            self._layout(path, variants, _spelling_note(variants))

    def _inside(self, variants: Sequence[Variant], path: tuple[FamilyStep, ...]) -> None:
        """Pair the children of pieces, and report what differs in each column."""
        kinds = {variant.piece.kind for variant in variants}
        if len(kinds) > 1 and kinds <= _SEQUENCES:
            self._row(path, self._by_kind(variants), whole=True)
        columns = align(variants, self._names)
        if "Body" in kinds:
            self._learn_names(columns, variants)
        counts = Counter(self._label(column, variants) for column in columns)
        numbers: Counter[str] = Counter()
        callees = frozenset(
            v.piece.callee.said.rpartition(".")[2] for v in variants if v.piece.callee is not None
        )
        plain = len(kinds) == 1
        for column in columns:
            label = self._label(column, variants)
            numbers[label] += 1
            if label and counts[label] > 1 and numbers[label] > 1 and not label.startswith("["):
                label = f"{label}[{numbers[label]}]"
            renamed = len({child.key for child in column.values()}) > 1 and all(
                child.name_length for child in column.values()
            )
            inner = united(
                Variant(child.piece, [(file, at + child.offset) for file, at in variants[n].sites])
                for n, child in column.items()
            )
            lacking = len(column) < len(variants)
            plain = plain and not lacking
            if len(inner) == 1 and not lacking and not renamed:
                continue
            names = frozenset(names_in(child.label) for child in column.values() if child.label)
            here = (*path, FamilyStep(label, names - {()}, callees)) if label else path
            if renamed:
                self._renamed(here, column, variants)
            self._merge(inner, here, lacking=lacking)
        if self._ordered(columns, variants, path) and plain:
            self._own_layout(columns, variants, path)

    def _label(self, column: Column, variants: Sequence[Variant]) -> str:
        """Return what a column is called: as most files do, or with their own words taken out.

        An element of a list is called by what it says it is, if its index tells nothing: some files
        lack it, or have it elsewhere.
        """
        labels: Counter[str] = Counter()
        bare: Counter[str] = Counter()
        for number, child in column.items():
            file, count = variants[number].sites[0][0], len(variants[number].sites)
            labels[child.label] += count
            bare[self._names.without_own(file, child.label)] += count
        usual = max(labels, key=labels.__getitem__)
        child = next(iter(column.values()))
        if usual.startswith("[") and (len(labels) > 1 or len(column) < len(variants)):
            identity = child.key.partition(" ")[2]
            if identity not in {"", "{}"}:
                callee, _, own = identity.partition(" ")
                return f"[{own or callee}]"
            if len({c.piece.text for c in column.values()}) == 1 and child.piece.kind == "Constant":
                return f"[{child.piece.said}]"
        if len(labels) > 1:
            general, count = bare.most_common(1)[0]
            if OWN in general and 2 * count > bare.total():
                return general
        return usual

    def _learn_names(self, columns: Sequence[Column], variants: Sequence[Variant]) -> None:
        """Note what is one thing under two names: its uses are then no difference."""
        for column in columns:
            names = {
                number: variants[number].piece.text[child.name_offset : child.name_end]
                for number, child in column.items()
                if child.name_length and child.defines
            }
            if len(set(names.values())) < 2 or not all(map(_NAME.fullmatch, names.values())):  # noqa: PLR2004 - one name is no renaming
                continue
            common = Counter(names.values()).most_common(1)[0][0]
            for number, name in names.items():
                if name != common:
                    for file, _ in variants[number].sites:
                        self._aliases[file][name] = common

    def _inlined(self, variants: Sequence[Variant]) -> list[Variant]:
        """Return the variants, those that name something of their file as what they name.

        That is a variable, or a function that is called without arguments and returns one value, if
        what a sibling writes in its place has parts with names.
        """
        inline = [v.piece for v in variants if not _local_name(v.piece)]
        keys = {
            c.key for piece in inline for c in piece.children if c.key and c.key[0] not in "#*("
        }
        found = []
        for variant in variants if keys else ():
            name = _local_name(variant.piece)
            for file, at in variant.sites:
                piece, start = self._defined(file).get(name, (variant.piece, at))
                if not any(child.key in keys for child in piece.children):
                    piece, start = variant.piece, at
                found.append(Variant(piece, [(file, start)]))
        if not found:
            return list(variants)
        return united(found)

    def _defined(self, file: int) -> dict[bytes, tuple[Piece, int]]:
        """Return what a file's names stand for, and where that is."""
        known = self._definitions.get(file)
        if known is None:
            known = self._definitions[file] = {}
            times: Counter[bytes] = Counter()
            root = self._members[file].root
            for child in root.children:
                name = root.text[child.name_offset : child.name_end]
                if [c.piece.text for c in child.piece.children[1:]] == [name]:
                    continue  # `config = EasyDict(config)`
                times[name] += 1
                if child.defines == "=" and _has_named([Variant(child.piece, [])]):
                    known[name] = child.piece, child.offset
                elif child.defines == "def":
                    body = child.piece.children[-1]
                    returned = [c for c in body.piece.children if c.key == "return"]
                    if len(returned) == 1:
                        at = child.offset + body.offset + returned[0].offset
                        known[name + b"()"] = returned[0].piece, at
            for name in [name for name in known if times[name.removesuffix(b"()")] > 1]:
                del known[name]
        return known

    # Rows

    def _row(
        self,
        path: tuple[FamilyStep, ...],
        groups: Sequence[Sequence[Variant]],
        change: Change = "changed",
        *,
        whole: bool = False,
    ) -> None:
        spans: list[Span | None] = [None] * len(self._members)
        classes = [ABSENT] * len(self._members)
        pieces: dict[int, Piece] = {}
        for number, group in enumerate(groups):
            for piece, sites in group:
                for file, start in sites:
                    spans[file] = start, start + len(piece.text)
                    classes[file] = number
                    pieces[file] = piece
        kind: Kind = groups[0][0].piece.sort
        self.places.append(FamilyPlace(path, kind, change, spans, classes, pieces, whole=whole))

    def _renamed(
        self, path: tuple[FamilyStep, ...], column: Column, variants: Sequence[Variant]
    ) -> None:
        spans: list[Span | None] = [None] * len(self._members)
        classes = [ABSENT] * len(self._members)
        keys: dict[str, int] = {}
        for number, child in column.items():
            for file, start in variants[number].sites:
                spans[file] = start + child.name_offset, start + child.name_end
                classes[file] = keys.setdefault(child.key, len(keys))
        defines = next(iter(column.values())).defines
        part = {"class": "class name", "def": "function name"}.get(defines, "name")
        step = path[-1]._replace(text=f"{path[-1].text} ({part})", part=part)
        where = (*path[:-1], step)
        self.places.append(FamilyPlace(where, "code", "renamed", spans, classes, {}))

    def _layout(self, path: tuple[FamilyStep, ...], variants: Sequence[Variant], note: str) -> None:
        groups: dict[bytes, list[Variant]] = defaultdict(list)
        for variant in variants:
            groups[variant.piece.text].append(variant)
        self._row(path, list(groups.values()))
        self.places[-1] = replace(self.places[-1], kind="layout", note=note)

    def _own_layout(
        self, columns: Sequence[Column], variants: Sequence[Variant], path: tuple[FamilyStep, ...]
    ) -> None:
        """Report another layout between the same children, each gap on its own."""
        order = sorted(range(len(columns)), key=lambda n: columns[n][0].offset)
        if any(
            list(v.piece.children) != [columns[c][n] for c in order] for n, v in enumerate(variants)
        ):
            return  # a comment stands elsewhere
        gaps = [variant.piece.gaps() for variant in variants]
        for place, found in enumerate(zip(*gaps, strict=True)):
            texts = {v.piece.text[a:b] for v, (a, b) in zip(variants, found, strict=True)}
            bare = sorted({_PUNCTUATION.sub(b"", text) for text in texts})
            if len(bare) == 1:
                continue
            at_end = place == len(order)
            column = columns[order[place - at_end]] if order and (path or not at_end) else None
            label = self._label(column, variants) if column else ""
            here = (*path, FamilyStep(label)) if label else path
            same = _common_start(list(texts))
            cut = [
                Variant(
                    Piece("Gap", v.piece.text[a + same : b], 0),
                    [(f, at + a + same) for f, at in v.sites],
                )
                for v, (a, b) in zip(variants, found, strict=True)
            ]
            first, second = (text.decode(errors="replace") for text in bare[:2])
            self._layout(here, cut, layout_note(first, second, at_end=at_end and not path))

    def _ordered(
        self, columns: Sequence[Column], variants: Sequence[Variant], path: tuple[FamilyStep, ...]
    ) -> bool:
        """Report things that stand in another order; return whether there are none."""
        common = [
            column
            for column in columns
            if len(column) == len(variants) and next(iter(column.values())).piece.sort == "code"
        ]
        orders: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for number in range(len(variants)):
            at = sorted(range(len(common)), key=lambda n: common[n][number].offset)
            orders[tuple(at)].append(number)
        if len(orders) < 2:  # noqa: PLR2004 - one order is no difference
            return True
        moved = [n for n, places in enumerate(zip(*orders, strict=True)) if len(set(places)) > 1]
        groups = []
        for order, numbers in orders.items():
            group = []
            for number in numbers:
                piece, sites = variants[number]
                first = common[order[moved[0]]][number].offset
                last = common[order[moved[-1]]][number]
                text = piece.text[first : last.offset + len(last.piece.text)]
                part = Piece("Order", text, piece.code)
                group.append(Variant(part, [(file, at + first) for file, at in sites]))
            groups.append(group)
        self._row((*path, FamilyStep("(order)")), groups, "reordered", whole=True)
        return False

    # What means the same

    def _clusters(self, variants: Sequence[Variant]) -> list[list[Variant]]:
        """Part pieces of which one is no other version of the other."""
        shapes: dict[object, list[Variant]] = defaultdict(list)
        for variant in variants:
            shapes[_shape(variant.piece)].append(variant)
        found = []
        for shape, cluster in shapes.items():
            found += self._with_common_keys(cluster) if shape == "mapping" else [cluster]
        return found

    def _with_common_keys(self, variants: Sequence[Variant]) -> list[list[Variant]]:
        """Part calls and dicts: those that share a key or the function stay together."""
        clusters: list[tuple[list[Variant], set[str]]] = []
        for variant in variants:
            piece = variant.piece
            file = variant.sites[0][0]
            keys = {
                self._names.without_own(file, child.key)
                for child in piece.children
                if child.piece.sort == "code" and child.key[:1] not in "(#*"
            }
            callee = piece.callee
            if callee is not None:
                keys.add(f"() {(callee.kind, callee.head) if callee.children else callee.code}")
            near = [cluster for cluster in clusters if cluster[1] & keys]
            joined: tuple[list[Variant], set[str]] = ([], set())
            for cluster in near:
                joined[0].extend(cluster[0])
                joined[1].update(cluster[1])
                clusters.remove(cluster)
            joined[0].append(variant)
            joined[1].update(keys)
            clusters.append(joined)
        return [cluster for cluster, _ in clusters]

    def _by_kind(self, variants: Sequence[Variant]) -> list[list[Variant]]:
        groups: dict[str, list[Variant]] = defaultdict(list)
        for variant in variants:
            groups[variant.piece.kind].append(variant)
        return list(groups.values())

    def _by_code(self, variants: Sequence[Variant]) -> list[list[Variant]]:
        groups: dict[object, list[Variant]] = defaultdict(list)
        for variant in variants:
            groups[self._meaning(variant)].append(variant)
        return list(groups.values())

    def _meaning(self, variant: Variant) -> object:
        """Return what tells a piece's code from another's, names that were paired being one."""
        piece, aliases = variant.piece, self._aliases[variant.sites[0][0]]
        if not any(self._aliases) or piece.sort != "code" or piece.kind == "Constant":
            return piece.code
        text = _NAME.sub(lambda found: aliases.get(found.group(), found.group()), piece.text)
        return self._parsed(text, "exec" if piece.kind in {"Body", "class", "def"} else "eval")

    def _parsed(self, text: bytes, mode: str) -> object:
        meaning = self._codes.get((mode, text))
        if meaning is None:
            meaning = meaning_of(text, mode)
            self._codes[mode, text] = meaning
        return meaning

    def _only_renamed(self, variants: Sequence[Variant]) -> bool:
        """Whether nothing but the names that were paired differs."""
        return any(self._aliases) and len(self._by_code(variants)) == 1

    # What stands elsewhere, and the files as a whole

    def _merge_calls(self) -> None:
        """Compare calls which each file has once, though one has it in a helper and one inline."""
        partly = [
            place
            for place in self.places
            if place.kind == "code" and place.whole and place.change in {"missing", "changed"}
        ]
        found: dict[bytes, dict[int, dict[int, tuple[Piece, int]]]] = defaultdict(
            lambda: defaultdict(dict)
        )
        for number, place in enumerate(partly):
            for file, piece in place.pieces.items():
                span = place.spans[file]
                if span is None:
                    continue
                for at, call in piece.calls():
                    found[call.children[0].piece.text][file].setdefault(
                        span[0] + at, (call, number)
                    )
        for callee, files in found.items():
            if callee == b"dict" or any(len(calls) > 1 for calls in files.values()):
                continue
            owners = {file: next(iter(calls.values()))[1] for file, calls in files.items()}
            groups = Counter(owners.values())
            if len(groups) > 1:
                self._merge_call(callee, files, owners, groups.most_common(1)[0][0])

    def _merge_call(
        self,
        callee: bytes,
        files: Mapping[int, Mapping[int, tuple[Piece, int]]],
        owners: Mapping[int, int],
        main: int,
    ) -> None:
        variants = united(
            Variant(call, [(file, at)])
            for file, calls in files.items()
            for at, (call, _) in calls.items()
        )
        before = len(self.places)
        self._merge(
            variants, (FamilyStep(f"{callee.decode()}(…)", frozenset({names_in(callee.decode())})),)
        )
        kept = []
        for place in self.places[before:]:
            usual = {place.classes[file] for file in files if owners[file] == main}
            if any(place.classes[file] not in usual for file in files if owners[file] != main):
                place.anywhere = True
                kept.append(place)
        if len(files) < len(self._members):
            kept = []  # of the other files nothing can be said
        self.places[before:] = kept

    def _whole_files(self) -> None:
        """Report what no piece of text shows: line ends, and marks at the start."""
        for note, mark in _MARKS.items():
            marks = [mark(member.data) for member in self._members]
            if len(set(marks)) > 1:
                self._whole_file(marks, note)
        contents = [member.data for member in self._members]
        if not self.places and len(set(contents)) > 1:
            self._whole_file(contents, "bytes")

    def _whole_file(self, marks: Sequence[object], note: str) -> None:
        numbers = {mark: number for number, mark in enumerate(dict.fromkeys(marks))}
        classes = [numbers[mark] for mark in marks]
        spans: list[Span | None] = [(0, 0)] * len(marks)
        self.places.append(FamilyPlace((), "layout", "changed", spans, classes, {}, note))


def _line_ends(data: bytes) -> object:
    windows = data.count(b"\r\n")
    found = windows > 0, data.count(b"\r") > windows, data.count(b"\n") > windows
    return found if any(found) else (False, False, True)


_MARKS: Mapping[str, Callable[[bytes], object]] = {
    "line ends": _line_ends,
    "byte order mark": lambda data: data.startswith(codecs.BOM_UTF8),
}


def _has_named(cluster: Sequence[Variant]) -> bool:
    """Whether what differs inside of pieces has a name of its own there."""
    kind = cluster[0].piece.kind
    return not all(v.piece.is_value for v in cluster) and (
        kind in {"Call", "Dict", "Body", "class", "def"} or kind in _SEQUENCES
    )


def _local_name(piece: Piece) -> bytes:
    """Return what may name something of its file: `name`, or `name()` of a call; or else empty."""
    if piece.kind == "Name":
        return piece.text
    callee = piece.callee
    is_bare = callee is not None and len(piece.children) == 1
    return callee.text + b"()" if callee is not None and is_bare else b""


def _shape(piece: Piece) -> object:
    if piece.kind in {"Call", "Dict"}:
        return "mapping"
    if piece.kind in _SEQUENCES:
        return "sequence"
    if not piece.children:
        return "value"
    if piece.kind in _LISTED:
        return piece.kind, piece.head
    return piece.kind, piece.head, tuple(c.key for c in piece.children if c.piece.sort == "code")


def _common_start(texts: Sequence[bytes]) -> int:
    """Return how many bytes of whole characters all texts start with."""
    low, high = min(texts), max(texts)
    shorter = min(len(low), len(high))
    at = next((n for n in range(shorter) if low[n] != high[n]), shorter)
    while at and low[at : at + 1] and low[at] & 0xC0 == 0x80:  # noqa: PLR2004 - a continuation byte
        at -= 1
    return at


def _only_element(variants: Sequence[Variant]) -> int | None:
    """Return the index of the one element in which lists differ, if they are as long."""
    pieces = [variant.piece for variant in variants]
    shapes = {(piece.kind, len(piece.children)) for piece in pieces}
    if len(shapes) > 1 or pieces[0].kind not in _SEQUENCES:
        return None
    codes = [
        {piece.children[n].piece.code for piece in pieces} for n in range(len(pieces[0].children))
    ]
    varied = [n for n, found in enumerate(codes) if len(found) > 1]
    return varied[0] if len(varied) == 1 else None


def meaning_of(code: bytes, mode: str = "eval") -> object:
    """Return what is equal for code that means the same, however it is spelled and laid out."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            source = code if mode == "exec" else b"(" + code + b"\n)"
            return ast.dump(ast.parse(source, mode=mode))
    except (SyntaxError, ValueError):
        return b"".join(code.split())


def _spelling_note(variants: Sequence[Variant]) -> str:
    first = variants[0].piece
    if first.sort != "code":
        return "docstring indentation" if first.sort == "docstring" else "comment spacing"
    if first.kind == "Constant":
        return "quotes" if first.text.lstrip(b"rbuRBU")[:1] in {b'"', b"'"} else "spelling"
    one, other = (variant.piece.said for variant in variants[:2])
    return layout_note(one, other, at_end=False)
