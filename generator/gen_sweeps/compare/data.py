"""Trees of plain data, such as `resolve` makes them, for the same comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Union

from gen_sweeps.compare.family import compare_members
from gen_sweeps.compare.pieces import Pieces
from gen_sweeps.compare.places import Family
from gen_sweeps.compare.reading import read_member
from gen_sweeps.errors import GenSweepsError, Problem

Data = Union[Mapping[str, "Data"], Sequence["Data"], str, int, float, bool, None]  # noqa: UP007 - `|` does not take a name in quotes


def compare_trees(names: Sequence[str], trees: Sequence[Data]) -> Family:
    """Compare N trees of mappings, sequences and scalars, by the way to each value.

    Equal means of the same type and value: `1`, `1.0` and `True` are three values. A tree is
    compared as the Python expression that makes it.

    Args:
        names: What to call the trees, at least one.
        trees: As many trees.

    Raises:
        GenSweepsError: If a tree is nested too deeply.
    """
    pieces = Pieces()
    members = []
    for name, tree in zip(names, trees, strict=True):
        try:
            source = repr(tree).encode("utf-8", "backslashreplace")
            members.append(read_member(name, source, pieces, data=True))
        except (RecursionError, GenSweepsError):
            problem = Problem("the data is nested too deeply to be compared", name)
            raise GenSweepsError(problem) from None
    return replace(compare_members(members), is_data=True)
