"""An edit by hand is answered with the place in the spec, or in the template, where it belongs."""

from __future__ import annotations

import json

import pytest
from conftest import World

SPEC = """\
[sweep]
name = "small"
output = "out"
control = "adam"
extends = "common.toml"

[vars]
note = "run {strategy}"
width = 8

[axes.model.small]
[axes.model.large]
width = 16

[axes.seed]
levels = [1, 2]

[strategies.adam]
title = "Adam"
doc = "The usual one."
args = { lr = 1e-3, betas = [0.9, 0.999] }

[strategies.sgd]
title = "SGD"
args = { lr = 2e-2 }
vars.note = "plain"
"""

COMMON = """\
[treatment]
call = "Block"
vary = ["lr", "betas", "note"]
[treatment.shared]
size = { base = "SIZE" }

[base."All of it"]
SIZE = 4
RATE = { value = 0.5, doc = "per second" }
"""

BASE = """\
{% for section in base %}
{% for constant in section.constants %}
{{ constant.name }} = {{ constant.value | python }}
{% endfor %}
{% endfor %}
"""

TEMPLATE = '''\
"""{{ strategy.title | docstring }}.

{{ strategy.doc | docstring }}
"""

from sdk import Block
from _base import SIZE

steps = 10
note = "{{ note }}"
net = [{{ width }}, {{ seed }}]
block = {{ treatment }}
'''

FILE = "out/run_adam_large_2.py"


@pytest.fixture
def sweep_of_axes(empty: World) -> World:
    """An experiment with everything that a value may come from, generated."""
    empty.write("spec.toml", SPEC)
    empty.write("common.toml", COMMON)
    empty.write("templates/_base.py.jinja", BASE)
    empty.write("templates/run_{strategy}_{model}_{seed}.py.jinja", TEMPLATE)
    result = empty.run("spec.toml")
    assert result.exit_code == 0, result.err
    return empty


def line_of(world: World, name: str, text: str) -> int:
    """Return the only line of a file that starts with a text."""
    (line,) = (n for n, it in enumerate(world.read(name).split("\n"), 1) if it.startswith(text))
    return line


@pytest.mark.parametrize(
    ("name", "old", "new", "said", "spec", "start", "keys"),
    [
        (
            FILE,
            "lr=1e-3",
            "lr=3e-3",
            "`3e-3`",
            "spec.toml",
            "args = { lr = 1e-3",
            "strategies.adam.args.lr",
        ),
        (
            FILE,
            "0.999",
            "0.99",
            "`[0.9, 0.99]`",
            "spec.toml",
            "args = { lr = 1e-3",
            "strategies.adam.args.betas",
        ),
        (FILE, "size=SIZE", "size=5", "`5`", "common.toml", "size", "treatment.shared.size"),
        (FILE, "[16,", "[17,", "`17`", "spec.toml", "width = 16", "axes.model.large.width"),
        ("out/run_adam_small_2.py", "[8,", "[9,", "`9`", "spec.toml", "width = 8", "vars.width"),
        (FILE, "run adam", "run eve", "`run eve`", "spec.toml", 'note = "run', "vars.note"),
        (
            "out/run_sgd_small_1.py",
            "plain",
            "fancy",
            "`fancy`",
            "spec.toml",
            "vars.note",
            "strategies.sgd.vars.note",
        ),
        (FILE, ", 2]", ", 3]", "`3`", "spec.toml", "[axes.seed]", "axes.seed"),
        (
            FILE,
            '"""Adam',
            '"""Eve',
            "`Eve`",
            "spec.toml",
            'title = "Adam"',
            "strategies.adam.title",
        ),
        (FILE, "usual", "other", "`The other one.`", "spec.toml", "doc =", "strategies.adam.doc"),
        (
            "out/_base.py",
            "RATE = 0.5",
            "RATE = 0.25",
            "`0.25`",
            "common.toml",
            "RATE",
            'base."All of it".RATE',
        ),
    ],
)
def test_a_value_belongs_where_the_spec_has_it(  # noqa: PLR0913, PLR0917 - what, and where
    sweep_of_axes: World, name: str, old: str, new: str, said: str, spec: str, start: str, keys: str
) -> None:
    sweep_of_axes.replace(name, old, new)
    result = sweep_of_axes.run("spec.toml", "--check")
    line = line_of(sweep_of_axes, spec, start)
    assert result.exit_code == 1
    assert result.err.endswith(
        f"hint: {said} belongs at {spec}:{line}, `{keys}`: write it there, or undo the edit with "
        "`gen-sweeps spec.toml --force`\n"
    )


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("steps = 10", "steps = 11", 9),
        ("steps = 10\n", "steps = 10\nx = 1\n", 10),
    ],
)
def test_what_the_template_says_belongs_there(
    sweep_of_axes: World, old: str, new: str, line: int
) -> None:
    sweep_of_axes.replace(FILE, old, new)
    result = sweep_of_axes.run("spec.toml", "--check")
    place = f"templates/run_{{strategy}}_{{model}}_{{seed}}.py.jinja:{line}"
    assert f"hint: what it has there belongs at {place}: write it there, or" in result.err


@pytest.mark.parametrize(
    ("gone", "place"),
    [
        ("from _base import SIZE\n", "templates/run_{strategy}_{model}_{seed}.py.jinja:7"),
        ("    lr=1e-3,\n", "spec.toml:21, `strategies.adam.args`"),
    ],
)
def test_what_was_deleted_is_to_be_taken_out_where_it_comes_from(
    sweep_of_axes: World, gone: str, place: str
) -> None:
    sweep_of_axes.replace(FILE, gone, "")
    result = sweep_of_axes.run("spec.toml", "--check")
    assert f"hint: what is gone comes from {place}: take it out there, or undo" in result.err


def test_text_json_and_github_say_the_same_of_each_place(sweep_of_axes: World) -> None:
    sweep_of_axes.replace(FILE, "lr=1e-3", "lr=3e-3")
    sweep_of_axes.replace(FILE, "steps = 10", "steps = 11")
    text = sweep_of_axes.run("spec.toml", "--check").err
    printed = sweep_of_axes.run("spec.toml", "--check", "--output-format", "json").out
    github = sweep_of_axes.run("spec.toml", "--check", "--output-format", "github").out
    problems = json.loads(printed)["problems"]
    starts = ("steps = ", "    lr=")
    assert [it["line"] for it in problems] == [line_of(sweep_of_axes, FILE, it) for it in starts]
    said = []
    for problem in problems:
        message, line, hint = problem["message"], problem["line"], problem["hint"]
        said.append(f"error: {message.replace(FILE, f'{FILE}:{line}')}\nhint: {hint}\n")
        assert f"::error file={FILE},line={line}::{message}%0A{hint}\n" in github
    assert text == "".join(said)
    assert github.count("::error") == len(problems)


def test_a_run_that_an_edit_stops_says_how_to_learn_where_it_belongs(sweep_of_axes: World) -> None:
    sweep_of_axes.replace(FILE, "lr=1e-3", "lr=3e-3")
    result = sweep_of_axes.run("spec.toml")
    assert result.exit_code == 1
    assert result.err == (
        f"error: {FILE} was edited since gen-sweeps wrote it\n"
        "hint: `gen-sweeps spec.toml --check` says where the edit belongs; "
        "`gen-sweeps spec.toml --force` undoes it\n"
    )


def test_what_changed_because_the_spec_did_is_not_called_edited(sweep_of_axes: World) -> None:
    sweep_of_axes.replace("spec.toml", "lr = 2e-2", "lr = 3e-2")
    result = sweep_of_axes.run("spec.toml", "--check")
    assert result.exit_code == 1
    assert "edit" not in result.err
    assert "belongs" not in result.err
    assert "hint: run `gen-sweeps spec.toml` and commit the result\n" in result.err


def test_writing_the_value_there_makes_the_edited_file_right(sweep_of_axes: World) -> None:
    for model in ("small", "large"):
        for seed in (1, 2):
            sweep_of_axes.replace(f"out/run_adam_{model}_{seed}.py", "lr=1e-3", "lr=3e-3")
    sweep_of_axes.replace("spec.toml", "lr = 1e-3", "lr = 3e-3")
    assert sweep_of_axes.run("spec.toml").exit_code == 0
    assert sweep_of_axes.run("spec.toml", "--check").exit_code == 0


def test_a_formatters_layout_is_called_so_and_belongs_nowhere_else(sweep_of_axes: World) -> None:
    sweep_of_axes.replace(
        FILE, "betas=[0.9, 0.999]", "betas=[\n        0.9,\n        0.999,\n    ]"
    )
    result = sweep_of_axes.run("spec.toml", "--check")
    assert result.exit_code == 1
    assert result.err == (
        f"error: {FILE} has another layout than gen-sweeps gives it\n"
        "hint: keep formatters out of out, or set `line_length` in `[sweep]` to the formatter's; "
        "`gen-sweeps spec.toml --force` gives it back its lines\n"
    )


@pytest.mark.parametrize(
    ("old", "new"), [("[0.9, ", "[0.90, "), ("steps = 10", "steps = 10  # now"), ("10", "(10")]
)
def test_another_spelling_a_comment_or_a_mistake_is_no_layout(
    sweep_of_axes: World, old: str, new: str
) -> None:
    sweep_of_axes.replace(FILE, old, new)
    assert "belongs at" in sweep_of_axes.run("spec.toml", "--check").err


def test_a_manifest_that_a_formatter_laid_out_anew_is_called_so(sweep_of_axes: World) -> None:
    records = json.loads(sweep_of_axes.read("out/manifest.json"))
    sweep_of_axes.write("out/manifest.json", json.dumps(records, indent=2, sort_keys=True))
    result = sweep_of_axes.run("spec.toml", "--check")
    assert result.exit_code == 1
    assert result.err == (
        "error: out/manifest.json has another layout than gen-sweeps gives it\n"
        "hint: keep formatters out of out, also those of JSON; then run `gen-sweeps spec.toml` "
        "and commit the result\n"
    )
    assert sweep_of_axes.run("spec.toml").exit_code == 0
