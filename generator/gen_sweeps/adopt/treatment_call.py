"""Finds the one call that the files of a family differ in: the treatment."""

from __future__ import annotations

import ast
import builtins
import tomllib
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from itertools import accumulate, pairwise

from gen_sweeps.adopt.named_family import SpecVariable
from gen_sweeps.adopt.printed_values import expression_source, frozen
from gen_sweeps.adopt.siblings import Sibling
from gen_sweeps.rendering.literals import keyword_arguments
from gen_sweeps.spec.model import Expression, Value

_FEWEST = 3
"""Arguments that must differ for a call to be what the experiment is about."""


@dataclass(frozen=True, slots=True)
class CallSite:
    """The call in one file.

    Attributes:
        start: The offset at which it starts.
        end: The offset at which it ends.
        arguments: The source and the offset of each argument's value, by the keyword.
    """

    start: int
    end: int
    arguments: Mapping[str, tuple[str, int]]


@dataclass(frozen=True, slots=True)
class TreatmentCall:
    """A call that each file has once, and in which they differ.

    Attributes:
        function: What is called.
        owner: What the result is called, if it is assigned.
        sites: The call in each file.
        shared: The arguments that all files have alike, before the others.
        vary: The others, in the order in which they are written.
    """

    function: str
    owner: str
    sites: tuple[CallSite, ...]
    shared: tuple[str, ...]
    vary: tuple[str, ...]

    def source(self, file: int, argument: str) -> str | None:
        """Return an argument of a file as the spec writes it; None if it has none."""
        found = self.sites[file].arguments.get(argument)
        return expression_source(found[0]) if found else None

    @property
    def placeholder(self) -> str:
        """The call without arguments, which stands for it while the rest is cut."""
        return f"{self.function}()"

    def without(self, siblings: Sequence[Sibling]) -> tuple[Sibling, ...]:
        """Return siblings with the placeholder in the place of the call."""
        return tuple(
            replace(
                sibling, text=sibling.text[: at.start] + self.placeholder + sibling.text[at.end :]
            )
            for sibling, at in zip(siblings, self.sites, strict=True)
        )

    def restored(self, variables: Iterable[SpecVariable]) -> Iterator[SpecVariable]:
        """Yield variables with the offsets that they have in the files as they are."""
        for variable in variables:
            starts = {
                file: tuple(self._offset(file, start) for start in found)
                for file, found in variable.starts.items()
            }
            yield replace(variable, starts=starts)

    def _offset(self, file: int, start: int) -> int:
        site = self.sites[file]
        return (
            start if start <= site.start else start + site.end - site.start - len(self.placeholder)
        )

    def arguments(self) -> Iterator[SpecVariable]:
        """Yield the arguments that vary as if they were variables."""
        for name in self.vary:
            found = {
                file: site.arguments[name]
                for file, site in enumerate(self.sites)
                if name in site.arguments
            }
            yield SpecVariable(
                name,
                {file: expression_source(text) or "" for file, (text, _) in found.items()},
                {file: text for file, (text, _) in found.items()},
                {file: (start,) for file, (_, start) in found.items()},
                (self.owner, name),
            )


def find_treatment_call(siblings: Sequence[Sibling]) -> TreatmentCall | None:
    """Return the call in which files differ most, if the spec can lay it out as it is written."""
    if not siblings[0].is_python:
        return None
    per_file = [dict(_sites(sibling.text)) for sibling in siblings]
    common = [name for name in per_file[0] if all(name in sites for sites in per_file)]
    best: TreatmentCall | None = None
    for function in common:
        sites = tuple(found[function][0] for found in per_file)
        call = _call(function, per_file[0][function][1], sites)
        if call is None or (best and len(call.vary) <= len(best.vary)):
            continue
        if all(_is_laid_out(call, site, it.text) for site, it in zip(sites, siblings, strict=True)):
            best = call
    return best


def _sites(text: str) -> Iterator[tuple[str, tuple[CallSite, str]]]:
    """Yield the calls of functions that a file calls once, with what each is assigned to."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    names = [_dotted(call.func) for call in calls]
    lasts = [name.rpartition(".")[2] for name in names]
    owners = {
        id(node.value): node.targets[0].id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    counts = Counter(lasts)
    lines = text.split("\n")
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))

    def span(node: ast.expr) -> tuple[int, int]:
        """Return where a node starts and ends; `ast` counts columns in bytes.

        `ast.get_source_segment` would go through the whole text for each node.
        """
        last = node.end_lineno or node.lineno, node.end_col_offset or 0
        start, end = (
            starts[row - 1] + len(lines[row - 1].encode()[:column].decode())
            for row, column in ((node.lineno, node.col_offset), last)
        )
        return start, end

    for call, name, last in zip(calls, names, lasts, strict=True):
        if not name or call.args or counts[last] > 1 or name in dir(builtins):
            continue
        if not call.keywords or any(it.arg is None for it in call.keywords):
            continue
        arguments = {}
        for it in call.keywords:
            start, end = span(it.value)
            arguments[str(it.arg)] = text[start:end], start
        start, end = span(call)
        yield name, (CallSite(start, end, arguments), owners.get(id(call), ""))


def _dotted(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name):
            before = _dotted(value)
            return f"{before}.{name}" if before else ""
    return ""


def _call(function: str, owner: str, sites: tuple[CallSite, ...]) -> TreatmentCall | None:
    """Return a call if enough of its arguments differ, and all are in one order."""
    graph: dict[str, set[str]] = {}
    for site in sites:
        for name in site.arguments:
            graph.setdefault(name, set())
        for before, after in pairwise(site.arguments):
            graph[after].add(before)
    try:
        order = [*TopologicalSorter(graph).static_order()]
    except CycleError:
        return None

    def is_shared(name: str) -> bool:
        return len({site.arguments.get(name, ("",))[0] for site in sites}) == 1

    constant = next((at for at, name in enumerate(order) if not is_shared(name)), len(order))
    vary = order[constant:]
    if sum(not is_shared(name) for name in vary) < _FEWEST or any(map(is_shared, vary)):
        return None
    return TreatmentCall(function, owner, sites, tuple(order[:constant]), tuple(vary))


def _is_laid_out(call: TreatmentCall, site: CallSite, text: str) -> bool:
    """Say whether a call stands in a file as gen-sweeps would write it."""
    values: dict[str, Value] = {}
    for name in (*call.shared, *call.vary):
        if name in site.arguments:
            source = expression_source(site.arguments[name][0])
            if source is None:
                return False
            values[name] = _value(source)
    line = text[text.rfind("\n", 0, site.start) + 1 : site.start]
    indent = len(line) - len(line.lstrip(" "))
    return keyword_arguments(call.function, values, indent=indent) == text[site.start : site.end]


def _value(source: str) -> Value:
    value = tomllib.loads(f"x = {source}")["x"]
    if isinstance(value, dict) and value.keys() == {"python"}:
        return Expression(value["python"])
    return frozen(source)
