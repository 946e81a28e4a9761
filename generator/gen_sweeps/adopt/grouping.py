"""Tells which files are of one family, by how much of their text is alike."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from gen_sweeps.adopt.alignment import name_of, weight

ONE_FAMILY = 0.6
"""The share of their lines that files of a family have alike, values apart."""

_VALUE = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|(?<!\w)-?\d[\w.+-]*")


def likenesses(texts: Sequence[str]) -> list[list[float]]:
    """Return the share of lines that each two texts have alike, values apart."""
    bags = [Counter(map(_shape, text.splitlines())) for text in texts]
    weights = {line: weight(line) for bag in bags for line in bag}
    sizes = [sum(weights[line] * count for line, count in bag.items()) for bag in bags]
    table = [[1.0] * len(texts) for _ in texts]
    for one, left in enumerate(bags):
        for other in range(one):
            right = bags[other]
            smaller, larger = (left, right) if len(left) < len(right) else (right, left)
            common = sum(
                weights[line] * min(count, larger[line])
                for line, count in smaller.items()
                if line in larger
            )
            share = 2 * common / ((sizes[one] + sizes[other]) or 1)
            table[one][other] = table[other][one] = share
    return table


def _shape(line: str) -> str:
    """Return what a line is, whatever it sets."""
    if name := name_of(line):
        return f"{name} = value"
    return _VALUE.sub("0", line.strip())


def mean_likeness(texts: Sequence[str]) -> float:
    """Return the share of lines that two texts have alike on average."""
    table = likenesses(texts)
    pairs = [table[one][other] for one in range(len(texts)) for other in range(one)]
    return sum(pairs) / len(pairs)


def groups(texts: Sequence[str], least: float = ONE_FAMILY) -> list[list[int]]:
    """Return the numbers of texts in groups, such that those of a group are alike on average.

    The largest group comes first.
    """
    table = likenesses(texts)
    found = [[number] for number in range(len(texts))]
    while len(found) > 1:
        pairs = [
            (_average(table, found[one], found[other]), one, other)
            for one in range(len(found))
            for other in range(one)
        ]
        best, one, other = max(pairs)
        if best < least:
            break
        found[other] += found.pop(one)
    return sorted((sorted(group) for group in found), key=lambda it: (-len(it), it))


def _average(table: Sequence[Sequence[float]], one: Sequence[int], other: Sequence[int]) -> float:
    return sum(table[a][b] for a in one for b in other) / (len(one) * len(other))
