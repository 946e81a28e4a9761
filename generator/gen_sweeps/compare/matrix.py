"""The table of a family: a row for each difference, a column for each group of equal files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gen_sweeps.compare.report import brief_values, short_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gen_sweeps.compare.family import Row

_CELL = 18
_FEWEST_FILES = 3
_FEWEST_COLUMNS = 2
_NARROWEST = 5
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def matrix_lines(rows: Sequence[Row], names: Sequence[str], width: int) -> list[str]:
    """Return the table as lines of at most about `width` characters; none for two files or no rows.

    The largest group comes first and shows its values; the others show only where they are not the
    same. Groups that do not fit are folded into a line that counts them; the list below the table
    has them all.
    """
    if len(names) < _FEWEST_FILES or not rows:
        return []
    columns = _groups(rows, names)
    label_width = min(max(len(row.path) for row in rows), max(20, width // 3))
    room = width - label_width
    heads = [column[0] for column in columns[: max(_FEWEST_COLUMNS, room // _NARROWEST)]]
    cells = [_cells(row, heads) for row in rows]
    cell_widths = [max(3, *(len(line[n][1]) for line in cells)) for n in range(len(heads))]
    shown = _fitting(cell_widths, room)
    short = short_names(names)
    lines = [f"  {_letter(n)}  {_group(column, short)}" for n, column in enumerate(columns[:shown])]
    folded = columns[shown:]
    if folded:
        files = sum(map(len, folded))
        more = f"{files} more file{'s' if files > 1 else ''}"
        lines.append(f"  …  {more}, whose values are listed below")
    lines.append("")
    letters = "".join(f"  {_letter(n):{w}}" for n, w in enumerate(cell_widths[:shown]))
    lines.append(f"{'':{label_width}}{letters}".rstrip())
    for row, line in zip(rows, cells, strict=True):
        values = "".join(
            f"  {'·' if n and cell[0] == line[0][0] else cell[1]:{w}}"
            for n, (cell, w) in enumerate(zip(line, cell_widths[:shown], strict=False))
        )
        lines.append(f"{_tail(row.path, label_width):{label_width}}{values}".rstrip())
    return lines


def _groups(rows: Sequence[Row], names: Sequence[str]) -> list[list[str]]:
    """Return the files that have the same values in all rows together, most files first."""
    marks = dict.fromkeys(names, 0)
    for row in rows:
        seen: dict[tuple[int, int], int] = {}
        for number, value in enumerate(row.values):
            for holder in value.holders:
                so_far = (marks[holder.name], number)
                marks[holder.name] = seen.setdefault(so_far, len(seen))
    groups: dict[int, list[str]] = {}
    for name in names:
        groups.setdefault(marks[name], []).append(name)
    return sorted(groups.values(), key=len, reverse=True)


def _cells(row: Row, names: Sequence[str]) -> list[tuple[int, str]]:
    """Return for some files the number of their value in a row, and the value cut to a cell."""
    values = row.values
    briefs = brief_values([value.text for value in values], _CELL)
    found = {
        holder.name: (number, "—" if value.text is None else text)
        for number, (value, text) in enumerate(zip(values, briefs, strict=True))
        for holder in value.holders
    }
    return [found[name] for name in names]


def _fitting(widths: Sequence[int], room: int) -> int:
    """Return how many columns fit, at least two."""
    used = 0
    for count, width in enumerate(widths):
        used += width + 2
        if used > room:
            return max(_FEWEST_COLUMNS, count)
    return len(widths)


def _letter(number: int) -> str:
    """Return the letters of a column: A, B, … Z, AA, AB, and so on."""
    name = _LETTERS[number % len(_LETTERS)]
    return name if number < len(_LETTERS) else _letter(number // len(_LETTERS) - 1) + name


def _group(column: Sequence[str], short: dict[str, str]) -> str:
    shown = ", ".join(short[name] for name in column[:3])
    return shown + (f" and {len(column) - 3} more" if len(column) > 3 else "")  # noqa: PLR2004 - as above


def _tail(path: str, width: int) -> str:
    """Return a path cut at its start, for its end says more."""
    return path if len(path) <= width else "…" + path[len(path) - width + 1 :]
