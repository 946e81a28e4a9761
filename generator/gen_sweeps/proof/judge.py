"""Compares two renderings of one file, for whoever explains what its arm's identity changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gen_sweeps.compare import Difference, differences, site_at

if TYPE_CHECKING:
    from gen_sweeps.compare import Module, Site


def code_differences(one: Module, other: Module) -> tuple[Difference, ...]:
    """Return everything that differs outside of the module docstring; positions are `other`'s."""
    outside = tuple(
        difference
        for difference in differences(one, other)
        if not (len(difference.steps) == 1 and difference.steps[0].name == "docstring")
    )
    return outside or (_first_byte(one, other),)


def _first_byte(one: Module, other: Module) -> Difference:
    """Return the first byte that differs, for what no other difference explains."""
    data = one.text.data, other.text.data
    shorter = min(map(len, data))
    index = next((n for n in range(shorter) if data[0][n] != data[1][n]), shorter)
    sites: list[Site] = []
    for module in (one, other):
        text = module.text
        end = text.data.find(b"\n", index)
        shown = text.slice(index, end if end > index else min(index + 1, len(text.data)))
        sites.append(site_at(text, index, shown))
    return Difference("layout", "changed", (), sites[0], sites[1], index, note="bytes")
