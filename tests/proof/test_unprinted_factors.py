"""Factors that the spec declares and no template prints are told of."""

from __future__ import annotations

import pytest
from conftest import World

SPEC = """\
[sweep]
name = "small"
output = "out"
control = "adam"

[treatment]
call = "Block"
vary = ["lr", "momentum", "kind"]

[vars]
momentum = 0.0
decay = { var = "momentum" }

[axes.seed]
levels = [1, 2]
[axes.model.small]
hidden = 128
[axes.model.large]
hidden = 512

[strategies.adam.vars]
lr = 1e-3
[strategies.sgd]
vars = { lr = 2e-2, momentum = 0.9 }
args = { kind = "sgd" }
"""

WHOLE = "x = {{ lr }}, {{ decay }}, {{ seed }}, {{ hidden }}, {{ treatment }}"


def warnings(empty: World, body: str, spec: str = SPEC, *options: str) -> list[str]:
    """Return the warnings of a run."""
    empty.write("spec.toml", spec)
    template = f"from sdk import Block\n{body}\n"
    empty.write("templates/run_{strategy}_{model}_{seed}.py.jinja", template)
    result = empty.run("spec.toml", *options)
    assert result.exit_code == 0, result.err
    return [line for line in result.err.splitlines() if line.startswith(("warning: spec", "hint"))]


@pytest.mark.parametrize(
    ("missing", "name", "example"),
    [
        ("{{ lr }}", "lr", "lr"),
        ("{{ decay }}", "decay", "decay"),
        ("{{ seed }}", "seed", "seed"),
        ("{{ hidden }}", "hidden", "hidden"),
        ("{{ treatment }}", "kind", "treatment"),
    ],
)
def test_a_factor_that_no_template_prints_is_a_warning(
    empty: World, missing: str, name: str, example: str
) -> None:
    spec = SPEC.replace('call = "Block"\n', 'call = "dict"\n')
    found = warnings(empty, WHOLE.replace(missing, "0"), spec)
    message = f"{name} varies, but no template prints it: arms that differ in it alone are equal"
    assert f"warning: spec.toml: {message}" in found
    assert f"hint: print `{{{{ {example} }}}}` where it belongs, or remove it" in found


@pytest.mark.parametrize(
    ("body", "options"),
    [
        (WHOLE, ()),
        # One that a branch may depend on.
        (WHOLE.replace("{{ lr }}", "{{ 'a' if lr > 0.01 else 'b' }}"), ()),
        # One that some arms alone have.
        (WHOLE + "{% if momentum %}\ny = {{ momentum }}{% endif %}", ("--only", "adam")),
    ],
)
def test_a_factor_that_a_file_may_depend_on_is_none(
    empty: World, body: str, options: tuple[str, ...]
) -> None:
    body = body.replace("'a'", "1").replace("'b'", "2")
    assert warnings(empty, body, SPEC, *options) == []


@pytest.mark.parametrize(
    ("companion", "text"),
    [
        ("{strategy}.sh", "run --lr={{ lr }}\n"),
        ("all.sh", "{% for arm in arms %}\nrun {{ arm.lr }}\n{% endfor %}"),
    ],
)
def test_a_factor_that_is_printed_in_a_companion_only_is_none(
    empty: World, companion: str, text: str
) -> None:
    empty.write(f"templates/{companion}.jinja", text)
    assert warnings(empty, WHOLE.replace("{{ lr }}", "0")) == []


def test_arms_that_differ_in_nothing_are_not_said_to_differ(empty: World) -> None:
    spec = SPEC.partition("[axes.seed]")[0] + "[strategies.adam]\n[strategies.sgd]\n"
    empty.write("spec.toml", spec.replace("0.0", "0.0\nlr = 1"))
    empty.write("templates/{strategy}.py.jinja", "from sdk import Block\nx = {{ treatment }}\n")
    result = empty.run("spec.toml")
    assert "\n2 strategies do not differ\n" in result.out
    empty.replace("spec.toml", "[strategies.sgd]", "[strategies.sgd.vars]\nlr = 2")
    empty.write("templates/{strategy}.py.jinja", "from sdk import Block\nBlock({{ lr }})\n")
    empty.replace("spec.toml", 'call = "Block"\n', "")
    assert "\n2 strategies differ only in lr\n" in empty.run("spec.toml").out
