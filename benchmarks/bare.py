"""What the work itself costs: the same template and the same files, and nothing else.

No spec is read, no value is laid out, nothing is proven, no manifest is kept: a loop renders and
writes, from contexts that are ready before the clock starts. It is the least that any tool which
makes these files through Jinja2 can take.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from benchmarks.worlds import STRATEGY_TEMPLATE, treatment
from gen_sweeps.spec.model import Spec

Context = Mapping[str, object]


def renderer(template: Path = STRATEGY_TEMPLATE) -> Callable[[Context], str]:
    """Return what renders the project's template, or another one, for one arm."""
    environment = Environment(
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - the output is Python, not HTML
    )
    environment.filters |= {"docstring": str, "name": str}
    return environment.from_string(template.read_text(encoding="utf-8")).render


def contexts(spec: Spec) -> list[tuple[str, Context]]:
    """Return the name of each arm's file, and what the template needs for it."""
    sweep = {"name": spec.name, "package": spec.package, "marker": spec.marker}
    return [
        (
            f"sweep_{arm.name}.py",
            {
                "sweep": sweep,
                **arm.vars,
                **arm.values,
                "strategy": arm.strategy,
                "treatment": treatment(arm.strategy),
            },
        )
        for arm in spec.arms
        if arm.strategy
    ]


def rendered(
    pages: Sequence[tuple[str, Context]], template: Path = STRATEGY_TEMPLATE
) -> Iterator[tuple[str, bytes]]:
    """Yield each file's name and its content."""
    render = renderer(template)
    for name, context in pages:
        yield name, render(context).encode()


def render_only(pages: Sequence[tuple[str, Context]]) -> int:
    """Render every file, keep none, and return how many bytes they have."""
    return sum(len(data) for _, data in rendered(pages))


def render_and_write(
    pages: Sequence[tuple[str, Context]], folder: Path, template: Path = STRATEGY_TEMPLATE
) -> None:
    """Render every file and write it by a temporary file and a rename."""
    folder.mkdir()
    for name, data in rendered(pages, template):
        temporary = folder / f"{name}.tmp"
        temporary.write_bytes(data)
        temporary.replace(folder / name)


def read_and_compare(expected: Mapping[Path, bytes]) -> None:
    """Read every file and compare it with what it should be.

    Raises:
        ValueError: One is something else.
    """
    for path, data in expected.items():
        if path.read_bytes() != data:
            raise ValueError(f"{path} is not what was written")


def parse_spec(spec: Path) -> Mapping[str, object]:
    """Parse a spec as TOML, and ask nothing of it."""
    return tomllib.loads(spec.read_text(encoding="utf-8"))
