"""What formatters make of the generated files at the spec's line length: nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest
from conftest import World
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spec_values import scalars, values

from gen_sweeps.rendering.literals import assignment, keyword_arguments
from gen_sweeps.spec.model import Value

FORMATTERS = {
    "ruff": ("-m", "ruff", "format", "--isolated", "--diff", "--line-length"),
    "black": ("-m", "black", "--quiet", "--diff", "--line-length"),
}

LENGTHS = (40, 79, 88, 100)

SPEC = """\
[sweep]
name = "layout"
output = "out"
control = "short"
line_length = {columns}

[treatment]
call = "Block"
vary = ["size", "params", "layers"]

[strategies.short]
args = {{ size = 1, params = {{ gamma = 0.99 }} }}
vars.layers = [1, 2]

[strategies.long]
args.size = {{ python = "(1_024, 2_048)" }}
args.params = {{ gamma = 0.99, "kind of thing" = "potential", layers = [128, 256, 512, 1024] }}
vars.layers = [128, 128, 256, 256, 512, 512, 1024, 1024]
"""

TEMPLATE = """\
from sdk import Block, Other

LAYERS = {{ layers | python }}
config = [
    Other(
        layers={{ layers | python }},
    ),
    {{ treatment }},
]
"""


def changed(formatter: str, columns: int, *files: str, source: str | None = None) -> str:
    """Return what a formatter would change, as a diff."""
    done = subprocess.run(
        [sys.executable, *FORMATTERS[formatter], str(columns), *(files or ("-",))],
        input=source,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout + (done.stderr if done.returncode and not done.stdout else "")


@pytest.mark.parametrize("columns", LENGTHS)
@pytest.mark.parametrize("formatter", FORMATTERS)
def test_formatters_leave_the_files_alone_at_the_length_of_the_spec(
    empty: World, formatter: str, columns: int
) -> None:
    empty.write("spec.toml", SPEC.format(columns=columns))
    empty.write("templates/run_{strategy}.py.jinja", TEMPLATE)
    assert empty.run("spec.toml").exit_code == 0
    files = [str(path) for path in sorted(empty.path("out").glob("*.py"))]
    assert len(files) == 2
    assert changed(formatter, columns, *files) == ""


seen_texts = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=60)
seen_values = values(scalars.filter(lambda value: not isinstance(value, str)) | seen_texts)


@pytest.mark.slow
@settings(max_examples=5, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(seen_values, st.integers(0, 3)), min_size=20, max_size=40))
@pytest.mark.parametrize("columns", LENGTHS)
@pytest.mark.parametrize("formatter", FORMATTERS)
def test_the_layout_is_what_formatters_make_of_it(
    formatter: str, columns: int, cases: list[tuple[Value, int]]
) -> None:
    lines = []
    for number, (value, depth) in enumerate(cases):
        lines.append(assignment(f"NAME_{number}", value, columns))
        lines += [f"{' ' * 4 * level}if True:" for level in range(depth)]
        arguments: dict[str, Value] = {"first": value, "x": 1}
        call = keyword_arguments("Block", arguments, indent=4 * depth, columns=columns)
        lines.append(f"{' ' * 4 * depth}_ = {call}")
    assert changed(formatter, columns, source="\n".join(lines) + "\n") == ""
