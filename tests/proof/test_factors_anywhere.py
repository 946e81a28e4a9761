"""Random specs with a factor in every kind of place: both proofs agree, and no leak passes."""

from __future__ import annotations

import ast
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from conftest import World
from hypothesis import given, settings
from hypothesis import strategies as st

from gen_sweeps.errors import GenSweepsError
from gen_sweeps.proof.proving import prove
from gen_sweeps.rendering.renderer import render
from gen_sweeps.spec.loading import load

SPEC = """\
[sweep]
name = "small"
output = "out"
control = "one"

[treatment]
call = "Block"
vary = ["a", "v", "w"]

[vars]
v = {first}
w = {second}

[strategies.one]

[strategies.two]
args.a = {second}
vars = {{ v = {second}, w = {first} }}
"""

LINES = (
    "x = {{ v | python }}",
    "x = {{ v | python }} ** {{ w | python }}",
    "x = -{{ v | python }} + {{ w | python }}.real",
    "x = [{{ v | python }}, *y][{{ w | python }}]",
    "x = {{ v | python }} is not None",
    "x = y if {{ v | python }} else {{ w | python }}",
    "x = {{ '{' }}{{ v | python }}: 1, 'b': {{ w | python }}}",
    "x = {{ '{' }}'{{ v }}': 1, 'b': 2}",
    "x = f('{{ v }}', \"{{ w }} {{ v }}\", b=r'{{ v }}')",
    "x = f'{{ v }} {y} {{ w }}'",
    "x = f'{y:{{ v }}}'",
    "x = f'{ {{- v | python -}} }'",
    "x = b'{{ v }}'",
    "x = f({{ v | name }}=1, b=2, {{ w | name }}=3)",
    "x = 1e-{{ v }}",
    "x = y_{{ v | name }}.z{{ w | name }}",
    "n_{{ v | name }} = 1",
    "{{ v | name }} = {{ w | name }}",
    "for {{ v | name }} in y: print(b)",
    "def {{ v | name }}(a: {{ w | python }} = {{ v | python }}) -> {{ w | python }}: ...",
    "class C{{ v | name }}({{ w | name }}): '''{{ v | docstring }}'''",
    "@{{ v | name }}\ndef g(): return {{ w | python }}",
    "import m.{{ v | name }} as {{ w | name }}",
    "# {{ v }} and {{ w }}",
    "x = 1  {{ v | comment }}",
    "{{ v | comment }}",
    "{{ v | python }}",
    "'''{{ v | docstring }}'''",
    "with {{ v | python }}: pass",
    "assert {{ v | python }}, {{ w | python }}",
    "match y:\n    case {{ v | python }}: pass",
    "del {{ v | name }}",
    "def h():\n    global {{ v | name }}\n    {{ v | name }} = b",
    "print({{ v | python }}, {{ w | python }})",
    "x = {{ v | python }} {{ w | python }}",
    "x = {{ v | python }}{{ w }}",
)

VALUES = (
    *("1", "-1", "0", "1.5", "-1e-3", "inf", "true", '"b"', '"c"', '"a b"', '"it\'s"', '"noqa"'),
    *('"ing: latin-1"', '""', '"\\\\"', '"{x}"', '"\\u202e"', '"é"', "[]", '["b", 1]', "{ k = 1 }"),
    *('{ python = "3 * 10**4" }', '{ python = "b" }', '{ python = "(1, 2)" }', '"b.c"', '"print"'),
    *('{ python = "None" }', '{ python = "b.c(1, k=2)" }', '{ python = "-1" }', '"if"', '"match"'),
)


def proven(lines: list[str], first: str, second: str, *, paranoid: bool) -> list[str] | None:
    """Return the sources that are proven, or None."""
    with TemporaryDirectory() as folder:
        spec = Path(folder) / "spec.toml"
        spec.write_text(SPEC.format(first=first, second=second))
        template = Path(folder) / "templates/run_{strategy}.py.jinja"
        template.parent.mkdir()
        template.write_text("\n".join([*lines, "print({{ treatment }})"]))
        try:
            rendering = render(load(spec))
            prove(rendering, paranoid=paranoid)
        except GenSweepsError:
            return None
        return [file.source for file in rendering.values()]


@settings(max_examples=150)
@given(
    st.lists(st.sampled_from(LINES), min_size=1, max_size=3),
    st.sampled_from(VALUES),
    st.sampled_from(VALUES),
)
def test_both_proofs_agree_wherever_factors_are_printed(
    lines: list[str], first: str, second: str
) -> None:
    lines = ["import b", "from b import c, f, y, Block", *lines]
    by_construction = proven(lines, first, second, paranoid=False)
    assert proven(lines, first, second, paranoid=True) == by_construction
    for source in by_construction or ():
        compile(source, "file", "exec")


EVERYWHERE = (
    "x = {{ v | python }}\nif x: print('{{ v }}', f'{{ v }}{x}', {'{{ v }}': 1})  # {{ v }}",
    "class {{ v | name }}C: lr_{{ v | name }} = 1\nf({{ v | name }}=1, g={{ v | name }}C)",
    "def f(a: {{ v | name }} = {{ v | python }}): '''About {{ v | docstring }}.'''",
    "@{{ v | name }}.wraps\ndef g(): return {{ '{' }}{{ v | python }}: 1, 2: 3}",
)


@pytest.mark.parametrize("lines", EVERYWHERE)
def test_a_factor_may_stand_in_every_kind_of_place(lines: str) -> None:
    lines = f"from m import b, c, f, Block\n{lines}"
    found = proven([lines], '"b"', '"c"', paranoid=True)
    assert found is not None
    control, other = found
    assert ast.dump(ast.parse(control)) != ast.dump(ast.parse(other))


REFUSED = {
    "a precedence": ("x = {{ v | python }} ** 2", "2", "-1", 2, "reads otherwise"),
    "a power of a product": (
        "x = {{ v | python }} ** 2", "2", '{ python = "3 * 10**4" }', 2, "reads otherwise",
    ),
    "a key": ("x = {'{{ v }}': 1, 'b': 2}", '"a"', '"b"', 2, "two keys of a dict equal"),
    "a keyword": ("print({{ v | name }}=1, end=2)", '"sep"', '"end"', 2, "is not valid Python"),
    "a captured name": ("{{ v | name }} = 1; print(b)", '"a"', '"b"', 2, "it binds b"),
    "a pragma": ("x = 1  # {{ v }}", '"a"', '"noqa"', 2, "it makes `# noqa`, which tools read"),
    "a warning": ("x = {{ v | python }} is None", "true", "1", 2, "Python warns of it"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_filling_that_does_more_than_say_its_value_is_refused_with_its_factor(
    world: World, case: str
) -> None:
    line, first, second, number, why = REFUSED[case]
    world.path("templates/_base.py.jinja").unlink()
    world.write("spec.toml", SPEC.format(first=first, second=second))
    world.write(
        "templates/run_{strategy}.py.jinja",
        f"from m import Block\n{line}\nprint({{{{ treatment }}}}, {{{{ w | python }}}})\n",
    )
    result = world.run("spec.toml")
    assert result.exit_code in (1, 2)
    assert f"error: out/run_two.py:{number}:" in result.err, result.err
    assert why in result.err
    if "is not valid" not in why:
        assert "prints v where it can't be proven: " in result.err
    assert "templates/run_{strategy}.py.jinja" in result.err
    assert not world.path("out").exists()


@pytest.mark.parametrize(
    ("line", "value", "name"),
    [
        ("x = {{ v | python }}", '{ python = "np.float32(1)" }', "np"),
        ("x = {{ v | python }} * 2", '{ python = "[1, np.pi]" }', "np"),
        ("x = {{ v | name }}(1)", '"np.sum"', "np"),
        ("x = {{ v | name }}Config", '"Np"', "NpConfig"),
        ("x = {{ '{' }}{{ v | python }}: 1}", '{ python = "np" }', "np"),
        ("class A{{ v | name }}: pass\nx = A{{ v | name }}", '"np"', None),
        ("class A{{ w | name }}: pass\nx = B{{ v | name }}", '"np"', "Bnp"),
        ("x = '{{ v | name }}'  # {{ v | name }}", '"np"', None),
    ],
)
def test_a_name_that_nothing_in_the_file_binds_is_reported(
    world: World, line: str, value: str, name: str | None
) -> None:
    world.path("templates/_base.py.jinja").unlink()
    world.write("spec.toml", SPEC.format(first='"Sum"', second=value))
    world.write(
        "templates/run_{strategy}.py.jinja",
        f"from m import Block, Sum, SumConfig, BSum\n{line}\nprint({{{{ treatment }}}})\n",
    )
    world.replace("spec.toml", "args.a = ", "args.a = 1 #")
    result = world.run("spec.toml")
    if name is None:
        assert result.exit_code == 0, result.err
        return
    assert result.exit_code == 2, result.err
    assert f"names {name}, which nothing in the file defines" in result.err
    assert f"hint: import {name} in templates/run_{{strategy}}.py.jinja" in result.err
