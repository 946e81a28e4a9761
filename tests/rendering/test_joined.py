"""Files that are joined from pieces: the same as the template makes them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest
from conftest import MINIMAL_BASE, MINIMAL_SPEC, PROJECT
from hypothesis import example, given
from hypothesis import strategies as st

from gen_sweeps.errors import GenSweepsError
from gen_sweeps.rendering.escaping import in_docstring
from gen_sweeps.rendering.loader import strategy_views
from gen_sweeps.rendering.renderer import Rendering, render
from gen_sweeps.spec.loading import load
from gen_sweeps.spec.model import Strategy

PRINTED = (
    *("{{ strategy.title | docstring }}", "{{ strategy.doc | docstring }}", "{{ strategy.name }}"),
    *("{{ sweep.name | docstring }}", "{{ sweep.marker | docstring }}", "{{ sweep.control }}"),
    *("{{ vars.queue | docstring }}", "{{ vars.count }}", "{{ vars.table }}", "{{ 1 + 2 }}"),
    *("{{ 'a' ~ strategy.name ~ vars.queue }}", "{{ strategy.name ~ 1 }}", "{{ '<' ~ 2 ~ '>' }}"),
    *("{% set file = sweep.package ~ '/' ~ strategy.name %}", "{{ file }}", "{{ file ~ file }}"),
    *(
        "{% set text = 'x' %}",
        "{{ text }}",
        "{{ text | upper }}",
        "{% set strategy = 1 %}",
        "{% set vars = file %}",
    ),
    *("{% if strategy.doc %}yes{% endif %}", "{% for x in strategy.args %}{{ x }}{% endfor %}"),
    *("{{ strategy.title }}", "{{ strategy.name | upper }}", "{{ strategy.args }}"),
    *("{{ strategy.title | docstring | upper }}", "{{ strategy['name'] }}", "{{ loop }}"),
    *("{{ strategy.title ~ 'x' }}", "{{ strategy.name | docstring }}", "{{ strategy.nothing }}"),
    *("{# nothing #}", "{% raw %}{{ x }}{% endraw %}", "text", "\n", " ", "\\\\", "é"),
)
"""What may stand in a template's docstring, and how much of it only prints."""

TEXTS = st.text(st.sampled_from("ab \n\t\"'\\é\u200b{}#"), max_size=8) | st.text(max_size=8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small experiment, with some variables."""
    folder = tmp_path_factory.mktemp("joined")
    (folder / "templates").mkdir()
    variables = '[vars]\nqueue = "q\'s"\ncount = 3\ntable = { a = [1, 2] }\n'
    (folder / "spec.toml").write_text(MINIMAL_SPEC + variables)
    (folder / "templates/_base.py.jinja").write_text(MINIMAL_BASE)
    return folder


def render_with(folder: Path, start: str, texts: list[tuple[str, str]]) -> Rendering:
    """Return a rendering of strategies with these titles and descriptions."""
    template = (
        f'"""{start}\n"""\n\nconfig = [\n    {{{{ treatment }}}},\n    {{{{ vars.table }}}},\n]\n'
    )
    (folder / "templates/run_{strategy}.py.jinja").write_text(template, encoding="utf-8")
    spec = load(folder / "spec.toml")
    arms = [Strategy(f"arm{n}", *text, {"kind": n}) for n, text in enumerate(texts)]
    return render(replace(spec, control="arm0", strategies=tuple(arms)))


def made(rendering: Rendering, path: str) -> object:
    """Return what a file is, or why there is none."""
    try:
        file = rendering[path]
    except GenSweepsError as error:
        return str(error)
    return file.source, file.treatments


@given(
    st.lists(st.sampled_from(PRINTED), max_size=6),
    st.lists(st.tuples(TEXTS, TEXTS), min_size=2, max_size=4),
)
@example(["{{ strategy.title | docstring }}", "{{ strategy.name }}"], [("", ""), ('"', "\\")])
@example(["{% set file = strategy.name %}", "{{ file }}"], [("", ""), ("", "")])
def test_a_joined_file_is_the_one_that_its_template_makes(
    folder: Path, printed: list[str], texts: list[tuple[str, str]]
) -> None:
    start = "".join(printed)
    joined = render_with(folder, start, texts)
    for number in range(len(texts)):
        path = f"run_arm{number}.py"
        assert made(joined, path) == made(render_with(folder, start, texts), path)


def test_the_projects_template_is_run_for_one_strategy_only() -> None:
    rendering = render(load(PROJECT / "spec.toml"))
    of_strategies = [path for path, _ in rendering.strategies()]
    with patch("gen_sweeps.rendering.renderer.strategy_views", wraps=strategy_views) as views:
        sources = [rendering[path].source for path in of_strategies]

    assert sources == [(PROJECT / "generated" / path).read_text("utf-8") for path in of_strategies]
    assert views.call_count == 1


def test_a_long_text_that_needs_escapes_takes_no_longer_than_one_that_does_not() -> None:
    words = "potential " * 5_000  # a search that goes back on its steps would never end
    assert in_docstring(f"{words}\\") == f"{words}\\\\"
    assert in_docstring(f"{words}\n\n \nend") == f"{words.rstrip()}\n\n\nend"
