"""Cuts aligned lines into what all files have and what differs: holes and branches."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from gen_sweeps.adopt.alignment import AlignedLine, brackets
from gen_sweeps.adopt.deriving import SIGNS, Derivations
from gen_sweeps.adopt.pieces import Blank, Branch, CutPiece, Fork, blanks, forks, key_of_branch
from gen_sweeps.adopt.printed_values import written
from gen_sweeps.adopt.siblings import Sibling
from gen_sweeps.adopt.split_lines import Bounds, SplitLine
from gen_sweeps.adopt.surroundings import Naming, Role, Surroundings
from gen_sweeps.spec.model import STRATEGY

_LONGEST_STATEMENT = 40
"""Lines that are looked at for the end of what a line opens."""

_LONGEST_LINE = 2_000
"""Characters of a line that is compared word by word."""

# What things cost, in characters that a person would have to read.
_PRINT = 7
_CONDITION = 34
_LISTED = 12
_NEW_PIECE = 30
_CUT_WORD = 26
_FEW_NAMES = 2
"""How many places with the name of the strategy are worth variables of their own."""
_MOST_OF_ONE = 6
"""Variables that the lines of one value may have; more, and the whole value reads better."""
_UNLIKE = 1e9
_PROSE = 0.7
"""What a character of prose costs: nobody wants to read it in branches."""

_QUOTES = (re.compile(r'\A([rR]?("""|\'\'\')|\n+)'), re.compile(r'("""|\'\'\')?\n\Z'))
"""What stands before and behind the text of a docstring on its first and last line."""


class Cutter:
    """Cuts the lines of one family.

    Args:
        siblings: The files.
        places: What can be asked of each of them.
        derivations: What follows from their names.
        whole: The lines that are not to be cut, by the number of a file and the offset of a line.
    """

    def __init__(
        self,
        siblings: Sequence[Sibling],
        places: Sequence[Surroundings],
        derivations: Derivations,
        whole: frozenset[tuple[int, int]] = frozenset(),
    ) -> None:
        self._prints_strategy = not siblings[0].is_python
        self._siblings = siblings
        self._places = places
        self._derivations = derivations
        self._whole = whole
        self._count = len(siblings)
        self._known: Counter[tuple[tuple[int, str], ...]] = Counter()
        self._flags: set[frozenset[int]] = set()
        self._crowded: set[Naming] = set()
        self._cache: dict[tuple[tuple[int, str], ...], tuple[float, tuple[CutPiece, ...]] | None]
        self._cache = {}

    def cut(self, lines: Sequence[AlignedLine]) -> tuple[CutPiece, ...]:
        """Return the pieces that the lines of the family consist of.

        It is done twice: what is a variable at one place costs nothing more at another, and where
        much of the code has the name of its strategy, it may be printed anywhere.
        """
        pieces = self._cut_all(lines)
        named = {blank.vector for blank in blanks(pieces) if self._has_strategy(blank)}
        if not self._prints_strategy and len(named) > _FEW_NAMES:
            self._prints_strategy = True
            pieces = self._cut_all(lines)
        self._known = Counter(blank.vector for blank in blanks(pieces))
        self._flags = {branch.files for fork in forks(pieces) for branch in fork.branches}
        vectors: dict[Naming, set[object]] = {}
        for blank in blanks(pieces):
            vectors.setdefault(self._naming(blank.starts), set()).add(blank.vector)
        self._crowded = {it for it, own in vectors.items() if it.key and len(own) > _MOST_OF_ONE}
        return self._cut_all(lines)

    def _cut_all(self, lines: Sequence[AlignedLine]) -> tuple[CutPiece, ...]:
        self._cache = {}
        _, pieces = self._cut(lines, frozenset(range(self._count)))
        return pieces

    # -- lines --

    def _cut(
        self, lines: Sequence[AlignedLine], files: frozenset[int]
    ) -> tuple[float, tuple[CutPiece, ...]]:
        pieces: list[CutPiece] = []
        total = 0.0
        mine = [line.within(files) for line in lines if line.files & files]
        index = 0
        while index < len(mine):
            end = self._end(mine, index, files)
            cost, found = (
                self._cut_common_line(mine[index], files)
                if end == index + 1 and files <= mine[index].files
                else self._cut_block(mine[index:end], files)
            )
            total += cost
            pieces += found
            index = end
        return total, _joined(_with_one_fork(pieces))

    def _end(self, lines: Sequence[AlignedLine], start: int, files: frozenset[int]) -> int:
        """Return where the lines end that are to be cut together.

        These are lines that some files lack, and lines that open brackets unevenly.
        """
        if not files <= lines[start].files:
            rest = range(start, len(lines))
            end = next((it for it in rest if files <= lines[it].files), len(lines))
            return self._end_of_prose(lines, end, files) if self._is_prose(lines[start]) else end
        if lines[start].is_constant:
            return start + 1
        if value := self._crowded_value(lines[start]):
            rest = range(start, len(lines))
            return next((it for it in rest if self._crowded_value(lines[it]) != value), len(lines))
        depths = dict.fromkeys(files, 0)
        for end in range(start, min(len(lines), start + _LONGEST_STATEMENT)):
            for file, line in lines[end].lines.items():
                depths[file] += brackets(line)
            if len(set(depths.values())) == 1:
                return end + 1
        return start + 1

    def _naming(self, starts: Mapping[int, int]) -> Naming:
        file, start = min(starts.items())
        return self._places[file].naming(start)

    def _crowded_value(self, line: AlignedLine) -> Naming | None:
        """Return what the value is called that a line is a part of, if too much in it differs."""
        if not self._crowded:
            return None
        file, text = min(line.lines.items())
        first = line.starts[file] + len(text) - len(text.lstrip())
        last = line.starts[file] + max(len(text.rstrip()) - 1, 0)
        for offset in (first, last):
            if (naming := self._places[file].naming(offset)) in self._crowded:
                return naming
        return None

    def _end_of_prose(self, lines: Sequence[AlignedLine], start: int, files: frozenset[int]) -> int:
        """Return where the paragraphs of a docstring end that are not the same in all files."""
        end = start
        for index in range(start, len(lines)):
            line = lines[index]
            if not self._is_prose(line):
                break
            if not line.is_constant or not files <= line.files:
                end = index + 1
            elif any(map(str.strip, line.lines.values())):
                break
        return end

    def _is_prose(self, line: AlignedLine) -> bool:
        """Say whether a line starts in the docstring of its files."""
        starts = line.starts.items()
        return all(self._places[file].role(at, at) is Role.DOCSTRING for file, at in starts)

    def _cut_common_line(
        self, line: AlignedLine, files: frozenset[int]
    ) -> tuple[float, tuple[CutPiece, ...]]:
        if line.is_constant:
            text = next(iter(line.lines.values()))
            return float(len(text)), (text,)
        return self._cut_line(line) or self._by_text([line], files)

    def _cut_block(
        self, lines: Sequence[AlignedLine], files: frozenset[int]
    ) -> tuple[float, tuple[CutPiece, ...]]:
        """Cut lines that not all files have, or that open brackets unevenly."""
        if len(lines) > 1 and self._crowded_value(lines[0]):
            return self._by_text(lines, files)
        ways = [self._by_text(lines, files)]
        if not any(files <= line.files for line in lines):
            ways.append(self._by_blocks(lines, files))
        if patterns := self._by_presence(lines, files):
            ways.append(patterns)
        if prose := self._as_prose(lines, files):
            ways.append(prose)
        return min(ways, key=lambda way: way[0])

    def _by_text(
        self, lines: Sequence[AlignedLine], files: frozenset[int]
    ) -> tuple[float, tuple[CutPiece, ...]]:
        """Cut lines into a branch for each different text."""
        texts: dict[str, set[int]] = {}
        for file, own in _texts(lines, files).items():
            texts.setdefault(own, set()).add(file)
        branches = [Branch(frozenset(own), (text,)) for text, own in texts.items() if text]
        cost = sum(map(len, texts)) + _CONDITION * max(0, len(branches) - 2)
        return self._forked(cost, branches, files)

    def _by_blocks(
        self, lines: Sequence[AlignedLine], files: frozenset[int]
    ) -> tuple[float, tuple[CutPiece, ...]]:
        """Cut lines into blocks of the same files; neighbours that exclude each other fork."""
        blocks: list[list[AlignedLine]] = []
        for line in lines:
            if blocks and blocks[-1][-1].files == line.files:
                blocks[-1].append(line)
            else:
                blocks.append([line])
        total = 0.0
        pieces: list[CutPiece] = []
        index = 0
        while index < len(blocks):
            branches: list[Branch] = []
            used = frozenset[int]()
            cost = 0.0
            while index < len(blocks) and not blocks[index][0].files & used:
                own = blocks[index][0].files
                inner, found = self._cut(blocks[index], own)
                cost += inner
                branches.append(Branch(own, found))
                used |= own
                index += 1
            cost, forked = self._forked(cost, branches, files)
            total += cost
            pieces += forked
        return total, tuple(pieces)

    def _by_presence(
        self, lines: Sequence[AlignedLine], files: frozenset[int]
    ) -> tuple[float, tuple[CutPiece, ...]] | None:
        """Cut lines into a branch for each set of lines that files have of them."""
        patterns: dict[tuple[object, ...], set[int]] = {}
        for file in sorted(files):
            has = tuple((file in line.files) and ("", brackets(line.lines[file])) for line in lines)
            patterns.setdefault(has, set()).add(file)
        if len(patterns) > 9 or len(patterns) == 1:  # noqa: PLR2004 - more, and a table is clearer
            return None
        branches = []
        total = 0.0
        for present, own in sorted(patterns.items(), key=lambda it: (-len(it[1]), min(it[1]))):
            if not any(present):
                continue
            mine = [line for line, is_there in zip(lines, present, strict=True) if is_there]
            cost, found = self._cut(mine, frozenset(own))
            total += cost
            branches.append(Branch(frozenset(own), found))
        return self._forked(total, branches, files)

    def _as_prose(
        self, lines: Sequence[AlignedLine], files: frozenset[int]
    ) -> tuple[float, tuple[CutPiece, ...]] | None:
        """Take lines of the module's docstring as one text, if all files have some."""
        texts = _texts(lines, files)
        opening, closing = (_common_quotes(list(texts.values()), it) for it in _QUOTES)
        first = len(opening)
        values = {file: text[first : len(text) - len(closing)] for file, text in texts.items()}
        if not all(map(str.strip, values.values())):
            return None
        starts = {
            file: next(line.starts[file] for line in lines if file in line.files) + first
            for file in texts
        }
        is_prose = all(
            self._places[file].role(start, start + len(values[file])) is Role.DOCSTRING
            for file, start in starts.items()
        )
        if not is_prose or written(Role.DOCSTRING, values, self._path) is None:
            return None
        blank = Blank(Role.DOCSTRING, values, starts)
        cost = _PROSE * self._blank_cost(blank) + len(opening) + len(closing)
        return cost, (opening, blank, closing)

    def _forked(
        self, cost: float, branches: list[Branch], files: frozenset[int]
    ) -> tuple[float, tuple[CutPiece, ...]]:
        """Return branches as a fork, the least particular one last if one has to be taken."""
        if len(branches) == 1 and branches[0].files == files:
            return cost, branches[0].pieces
        covered = frozenset[int]().union(*(branch.files for branch in branches))
        if covered == files:
            branches = sorted(branches, key=lambda it: (len(it.files), min(it.files)))
        conditions = branches[:-1] if covered == files else branches
        cost += 12 + sum(self._condition_cost(branch, files) for branch in conditions)
        return cost, (Fork(files, tuple(branches)),)

    def _condition_cost(self, branch: Branch, files: frozenset[int]) -> float:
        own = branch.files
        if own in self._flags:
            return _CONDITION / 2
        for axis in self._derivations.grid.axes:
            levels = {axis.levels[file] for file in own}
            if not levels & {axis.levels[file] for file in files - own} and len(levels) == 1:
                return _CONDITION / 2 if len(own) > 1 else _CONDITION
        has_own = any(blanks(branch.pieces)) or key_of_branch(branch) is not None
        return _CONDITION + (0 if has_own else _LISTED * min(len(own), self._count - len(own)))

    # -- one line --

    @property
    def _path(self) -> str:
        return self._siblings[0].name

    def _cut_line(self, line: AlignedLine) -> tuple[float, tuple[CutPiece, ...]] | None:
        """Cut a line in the cheapest way; None if none leaves places that can be printed."""
        key = tuple(sorted(line.lines.items()))
        if key not in self._cache:
            self._cache[key] = self._cheapest(line)
        return self._cache[key]

    def _cheapest(self, line: AlignedLine) -> tuple[float, tuple[CutPiece, ...]] | None:
        if any((file, start) in self._whole for file, start in line.starts.items()):
            return None
        if max(map(len, line.lines.values())) > _LONGEST_LINE:
            return None
        best: tuple[float, tuple[CutPiece, ...]] | None = None
        seen = set()
        for number, split in enumerate(self._all_splits(line)):
            mended = self._mended(split)
            if mended is None or mended.constants in seen:
                continue
            seen.add(mended.constants)
            pieces = self._pieces(mended)
            if pieces is None:
                continue
            cost = self._cost(mended, pieces) + 0.01 * number
            if best is None or cost < best[0]:
                best = cost, pieces
        return best

    def _all_splits(self, line: AlignedLine) -> Iterator[SplitLine]:
        marked = self._derivations.marked(line.lines)
        if marked != line.lines and not any(map(SIGNS.search, line.lines.values())):
            named = SplitLine.of(line, marked)
            yield named.unmarked(self._derivations)
            yield named.tidied().grown(r"\w").unmarked(self._derivations)
            yield self._with_values(named.unmarked(self._derivations).tidied())
        yield from self._splits(SplitLine.of(line).tidied())

    def _splits(self, finest: SplitLine) -> Iterator[SplitLine]:
        """Yield ways to cut a line, from the finest to the coarsest."""
        yield finest
        yield finest.grown(r"\w")
        yield finest.grown(r"[\w./-]")
        yield finest.bridged(3)
        yield finest.grown(r"\w").bridged(3)
        yield finest.grown(r"[^\s'\"(),=\[\]{}:]")
        yield finest.grown(r"\w").bridged(80)
        yield self._with_contents(finest)
        yield self._with_values(finest)
        yield self._with_around(finest)
        yield self._with_around(finest.grown(r"\w").bridged(80))

    def _with_contents(self, split: SplitLine) -> SplitLine:
        """Grow places to all that stands in their quotes, or in their comment."""
        return _each(split, partial(self._widened, contents=True))

    def _with_values(self, split: SplitLine) -> SplitLine:
        """Grow places to the whole values that have a name."""
        return _each(split, partial(self._widened, to_value=True))

    def _with_around(self, split: SplitLine) -> SplitLine:
        """Grow places to the expressions that they are parts of."""

        def widened(split: SplitLine, index: int) -> SplitLine | None:
            is_whole = self._role(split, index) is Role.EXPRESSION
            return None if is_whole else self._widened(split, index)

        return _each(split, widened)

    def _mended(self, split: SplitLine) -> SplitLine | None:
        """Grow places that can't be filled on their own to the least that can."""
        index = 0
        while index < len(split.values):
            steps = 0
            while self._printed(split, index) is None:
                wider = self._widened(split, index)
                steps += 1
                if wider is None or steps > 6:  # noqa: PLR2004 - deeper, and the line is clearer
                    return None
                index = min(index, len(wider.values) - 1)
                split = wider
            index += 1
        return split

    def _role(self, split: SplitLine, index: int) -> Role | None:
        """Return what may stand in a place in all files alike; None if it differs."""
        roles = set()
        for file, value in split.values[index].items():
            start = split.start_of(index, file)
            role = self._places[file].role(start, start + len(value))
            roles.add(role)
            if role is None or len(roles) > 1:
                return None
        return roles.pop()

    def _printed(self, split: SplitLine, index: int) -> Role | None:
        """Return what may stand in a place, if templates can print what stands there."""
        role = self._role(split, index)
        values = split.values[index]
        if role is None:
            return None
        if not all(values.values()) and role is not Role.TEXT:
            return None
        return role if written(role, values, self._path) else None

    def _widened(
        self, split: SplitLine, index: int, *, contents: bool = False, to_value: bool = False
    ) -> SplitLine | None:
        """Grow a place to the least one around it that all files have alike; None without one."""
        common: dict[Bounds, None] | None = None
        for file, value in split.values[index].items():
            start = split.start_of(index, file)
            end = start + len(value)
            spans: Iterable[tuple[int, int]]
            if contents:
                inner = self._places[file].contents(start)
                spans = [inner] if inner else []
            elif to_value:
                inner = self._places[file].value(start)
                spans = [inner] if inner else []
            else:
                spans = self._places[file].around(start, end)
            bounds = [split.bounds(file, *span) for span in spans]
            found = dict.fromkeys(bound for bound in bounds if bound and bound.spans(index))
            common = found if common is None else {it: None for it in common if it in found}
            if not common:
                return None
        for bound in common or ():
            wider = split.merged(bound)
            if wider != split:
                return wider
        return None

    def _pieces(self, split: SplitLine) -> tuple[CutPiece, ...] | None:
        pieces: list[CutPiece] = [split.constants[0]]
        for index, values in enumerate(split.values):
            role = self._role(split, index)
            if role is None:
                return None
            starts = {file: split.start_of(index, file) for file in values}
            pieces += [Blank(role, values, starts), split.constants[index + 1]]
        return _joined(pieces)

    # -- costs --

    def _cost(self, split: SplitLine, pieces: Sequence[CutPiece]) -> float:
        cost = float(sum(map(len, split.constants)))
        new = 0
        vectors = set()
        index = 0
        for piece in pieces:
            if isinstance(piece, str):
                if re.search(r"[=:,]\s|\w=", piece):
                    new = 0
                continue
            if not isinstance(piece, Blank):
                continue
            before, after = split.constants[index][-1:], split.constants[index + 1][:1]
            index += 1
            is_known = self._is_known(piece) or piece.vector in vectors
            vectors.add(piece.vector)
            cost += _PRINT + 8 if is_known else self._blank_cost(piece)
            if is_known:
                continue
            cost += _NEW_PIECE * self._is_part_of_pattern(piece)
            new += 1
            cost += _NEW_PIECE * (new > 1)
            filled = [value for value in piece.values.values() if value]
            cuts = (before.isalnum() and any(it[0].isalnum() for it in filled)) or (
                after.isalnum() and any(it[-1].isalnum() for it in filled)
            )
            cost += _CUT_WORD * cuts
            if piece.role is Role.EXPRESSION and self._is_part_of_value(piece):
                cost += _NEW_PIECE + 20 * len(set(filled))
            if piece.role is Role.EXPRESSION and all(it[0] in "'\"" for it in filled):
                cost += 8  # the quotes belong into the template
            if piece.role is not Role.EXPRESSION:
                cost += _NEW_PIECE * any(not any(map(str.isalnum, it)) for it in filled)
            if piece.role is Role.WORDS:
                cost += 10 * any("," in it for it in filled)
        return cost

    def _is_part_of_pattern(self, blank: Blank) -> bool:
        """Say whether a place follows from the names of most files, and its quotes hold more."""
        file, start = next(iter(blank.starts.items()))
        inner = self._places[file].contents(start)
        is_whole = inner in (None, (start, start + len(blank.values[file])))
        return blank.role is Role.TEXT and not is_whole and self._has_strategy(blank)

    def _is_part_of_value(self, blank: Blank) -> bool:
        """Say whether a place is an item of what has a name on the same line."""
        file, start = next(iter(blank.starts.items()))
        value = self._places[file].value(start)
        return value is not None and value != (start, start + len(blank.values[file]))

    def _is_known(self, blank: Blank) -> bool:
        if self._follows(blank):
            return not self._is_identity_in_code(blank)
        return self._known[blank.vector] > (1 if self._known else 0)

    def _has_strategy(self, blank: Blank) -> bool:
        """Say whether a place in code has the name of the strategy, or a text with it."""
        if blank.role is Role.DOCSTRING:
            return False
        pattern = self._derivations.pattern(blank.values)
        grid = self._derivations.grid
        return pattern is not None and any(
            axis.name == STRATEGY and f"{{{index}}}" in pattern.text
            for index, axis in enumerate(grid.axes)
        )

    def _follows(self, blank: Blank) -> bool:
        return self._derivations.exact(blank.values, blank.role) is not None

    def _is_identity_in_code(self, blank: Blank) -> bool:
        """Say whether a place in code of Python has the name of the strategy."""
        derived = self._derivations.exact(blank.values, blank.role)
        is_strategy = derived and self._derivations.grid.axes[derived.axis].name == STRATEGY
        return bool(is_strategy) and blank.role is not Role.DOCSTRING and not self._prints_strategy

    def _blank_cost(self, blank: Blank) -> float:
        """Return what a place costs as a variable of its own."""
        if self._is_identity_in_code(blank):
            return _PRINT + _CONDITION
        found = written(blank.role, blank.values, self._path)
        if found is None:
            return _UNLIKE
        counts = Counter(found.sources.values())
        value, count = counts.most_common(1)[0]
        listed = sum((_LISTED + len(it)) * n for it, n in counts.items())
        if count > 1:
            listed -= (count - 1) * (_LISTED + len(value))
        for axis in self._derivations.grid.axes:
            cells: dict[str, Counter[str]] = {}
            for file, source in found.sources.items():
                cells.setdefault(axis.levels[file], Counter())[source] += 1
            if len(cells) < len(blank.values):
                by_level = sum(
                    (_LISTED + len(it)) * (1 if place == 0 else n)
                    for cell in cells.values()
                    for place, (it, n) in enumerate(cell.most_common())
                )
                listed = min(listed, by_level)
        if blank.role is not Role.EXPRESSION and (
            pattern := self._derivations.pattern(blank.values)
        ):
            exceptions = (_LISTED + len(blank.values[it]) for it in pattern.exceptions)
            listed = min(listed, _LISTED + len(pattern.text) + sum(exceptions))
        plain = found.filter in ("", "docstring")
        return _PRINT + 10 + listed + (0 if plain else 6)


def _texts(lines: Sequence[AlignedLine], files: frozenset[int]) -> dict[int, str]:
    """Return what each file has of lines."""
    return {
        file: "".join(line.lines[file] for line in lines if file in line.files)
        for file in sorted(files)
    }


def _each(split: SplitLine, widened: Callable[[SplitLine, int], SplitLine | None]) -> SplitLine:
    """Return a line with each place in turn grown, where it can be."""
    index = 0
    while index < len(split.values):
        split = widened(split, index) or split
        index += 1
    return split


def _common_quotes(texts: Sequence[str], quotes: re.Pattern[str]) -> str:
    """Return the quotes that all texts have at the same end; empty if they differ."""
    found = {match[0] if (match := quotes.search(text)) else "" for text in texts}
    return found.pop() if len(found) == 1 else ""


def _joined(pieces: Iterable[CutPiece]) -> tuple[CutPiece, ...]:
    """Return pieces without empty texts, and with texts in a row as one."""
    joined: list[CutPiece] = []
    for piece in pieces:
        if piece == "":
            continue
        if isinstance(piece, str) and joined and isinstance(joined[-1], str):
            joined[-1] += piece
        else:
            joined.append(piece)
    return tuple(joined)


def _with_one_fork(pieces: Iterable[CutPiece]) -> Iterator[CutPiece]:
    """Yield pieces with forks in a row as one, where the same files go together in both."""
    last: CutPiece = ""
    for piece in pieces:
        if isinstance(last, Fork) and isinstance(piece, Fork):
            sets = [{branch.files for branch in fork.branches} for fork in (last, piece)]
            if last.files == piece.files and (sets[0] <= sets[1] or sets[1] <= sets[0]):
                last = _one_fork(last, piece)
                continue
        yield last
        last = piece
    yield last


def _one_fork(first: Fork, second: Fork) -> Fork:
    """Return two forks in a row as one."""
    longer = first if len(first.branches) >= len(second.branches) else second
    before, after = ({it.files: it.pieces for it in fork.branches} for fork in (first, second))
    branches = [
        Branch(it.files, _joined([*before.get(it.files, ()), *after.get(it.files, ())]))
        for it in longer.branches
    ]
    return Fork(first.files, tuple(branches))
