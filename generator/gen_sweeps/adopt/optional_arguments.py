"""Finds the values of arguments that only some files set, so that they may be variables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from gen_sweeps.adopt.pieces import Blank, Branch, CutPiece, Fork, key_of_branch, text_of_file
from gen_sweeps.adopt.printed_values import written
from gen_sweeps.adopt.surroundings import Role, Surroundings

_SETS = r"\s*[\"']?[\w.-]+[\"']?\s*[=:]\s*"
"""What stands before the value of an argument, a variable or a key."""


class OptionalArguments:
    """Opens the lines that set one value and stand in some files only.

    Args:
        path: The name of a file of the family.
        places: What can be asked of each file.
        whole: The lines in which nothing may be printed, by the number of a file and the offset.
    """

    def __init__(
        self, path: str, places: Sequence[Surroundings], whole: frozenset[tuple[int, int]]
    ) -> None:
        self._path = path
        self._places = places
        self._whole = whole

    def opened(self, pieces: Iterable[CutPiece], starts: Mapping[int, int]) -> tuple[CutPiece, ...]:
        """Return pieces in which the value of an argument that only some files set is a place.

        Args:
            pieces: The pieces.
            starts: Where they start in each file that has them.
        """
        opened: list[CutPiece] = []
        offsets = dict(starts)
        for piece in pieces:
            opened += self._branches(piece, offsets) if isinstance(piece, Fork) else [piece]
            for file in offsets:
                offsets[file] += len(text_of_file([piece], file))
        return tuple(opened)

    def _branches(self, fork: Fork, offsets: Mapping[int, int]) -> Iterator[Fork]:
        """Yield a fork with its arguments opened; one for each, if all set different ones."""
        branches: list[Branch] = []
        keys = []
        for branch in fork.branches:
            own = {file: offsets[file] for file in branch.files}
            is_whole = not self._whole.isdisjoint(own.items())
            if not is_whole and (argument := self._argument(branch, own)):
                if branches and (both := self._one_argument(branches[-1], argument)):
                    branches[-1] = both
                    continue
                branches.append(argument)
                keys.append(key_of_branch(branch))
            else:
                branches.append(Branch(branch.files, self.opened(branch.pieces, own)))
        if len({*keys}) == len(branches) > 1:  # each an argument of its own
            for branch in branches:
                yield Fork(fork.files, (branch,))
        else:
            yield fork if fork.is_full else Fork(fork.files, tuple(branches))

    def _one_argument(self, one: Branch, other: Branch) -> Branch | None:
        """Return two branches that set the same argument as one; None if they don't."""
        match one.pieces, other.pieces:
            case (
                [str(before), Blank() as left, str(after)],
                [str(start), Blank() as right, str(end)],
            ) if (before, after, left.role) == (start, end, right.role):
                values = {**left.values, **right.values}
                if written(left.role, values, self._path):
                    blank = Blank(left.role, values, {**left.starts, **right.starts})
                    return Branch(one.files | other.files, (before, blank, after))
        return None

    def _argument(self, branch: Branch, starts: Mapping[int, int]) -> Branch | None:
        """Return the branch of a line that sets one value with that value as a place."""
        match branch.pieces:
            case (str(text),) if key_of_branch(branch):
                file, start = next(iter(starts.items()))
            case [str(text), Blank(), str()] if re.fullmatch(rf"{_SETS}[\"']?", text):
                return branch
            case _:
                return None
        equals = re.match(_SETS, text)
        if equals is None:
            return None
        span = self._places[file].value(start + equals.end())
        if span is None or span[0] != start + equals.end():
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
