"""What templates see and make, and what is said of one that fails."""

from __future__ import annotations

import ast
import re
import sys

import pytest
from conftest import MINIMAL_TEMPLATE, PYTHON, World
from hypothesis import given
from hypothesis import strategies as st
from spec_values import texts

from gen_sweeps.rendering.escaping import docstring_text, in_comment, in_docstring

TEMPLATE = "templates/run_{strategy}.py.jinja"


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        (
            "{{ treatment }}",
            "{{ treatmnt }}",
            "run_{strategy}.py.jinja:11: 'treatmnt' is undefined\nhint: did you mean `treatment`?",
        ),
        (
            "{{ treatment }}",
            "{{ sweep.nme }}",
            "run_{strategy}.py.jinja:11: `sweep` has no 'nme'",
        ),
        (
            "{{ treatment }}",
            "{{ strategy.title.name }}",
            "run_{strategy}.py.jinja:11: a text has no 'name'\nhint: print it as it is",
        ),
        ("{{ treatment }}", "{{ base.SIZES }}", "run_{strategy}.py.jinja:11: `base` has no"),
        ("{{ treatment }}", "{% if x", "run_{strategy}.py.jinja:12: unexpected ']'"),
        (
            "{{ treatment }}",
            "len(${#list[@]})",
            "run_{strategy}.py.jinja:11: Missing end of comment tag\nhint: `{#` opens a comment",
        ),
        ("{{ treatment }}", "{{ 1 / 0 }}", "run_{strategy}.py.jinja:11: ZeroDivisionError: "),
        (
            "{{ treatment }}",
            "{% include '../spec.toml' %}",
            "run_{strategy}.py.jinja:11: '../spec.toml' is outside of the template folder",
        ),
        (
            "{{ treatment }}",
            "{% include '/etc/passwd' %}",
            "run_{strategy}.py.jinja:11: '/etc/passwd' is outside of the template folder",
        ),
        (
            "{{ treatment }}",
            "{% include 'nope' %}",
            "run_{strategy}.py.jinja:11: no template 'nope' in the folder",
        ),
        (
            "{{ treatment }}",
            "{% include 'run_{strategy}.py.jinja' %}",
            "calls itself endlessly",
        ),
        (
            "{{ treatment }}",
            "{{ ''.__class__ }}",
            "run_{strategy}.py.jinja:11: access to attribute '__class__'",
        ),
        (
            "{{ strategy.title | docstring }}",
            "{{ note }}",
            "run_{strategy}.py.jinja:1: the text has a \\n and could break out of",
        ),
        (
            "{{ treatment }}",
            "{{ note | name }}",
            "is not a valid name: use ASCII letters",
        ),
        ("{{ treatment }}", "{{ sweep | python }}", "there is no Python literal for a SweepView"),
        (
            "{{ treatment }}",
            "{{ treatment }} x",
            f"out/run_plain.py:11:5: is not valid {PYTHON}: invalid syntax",
        ),
        (
            "steps=10",
            "steps=10, steps=11",
            f"out/run_plain.py:10:38: is not valid {PYTHON}: keyword argument repeated",
        ),
        (
            "steps=10",
            "steps=b'é'",
            f"out/run_plain.py:10:34: is not valid {PYTHON}: bytes can only",
        ),
        (
            "steps=10",
            "steps=(yield)",
            f"out/run_plain.py:10:35: is not valid {PYTHON}: 'yield' outside function",
        ),
        ("SIZE\n", "SIZES\n", "the treatment names SIZE, which nothing in the file defines"),
        ("\x2c\n]", ',\n"\x0c"]', "has U+000C, which no generated file may have"),
    ],
)
def test_what_is_wrong_with_a_template_is_named_with_its_place(
    world: World, old: str, new: str, error: str
) -> None:
    world.write("spec.toml", world.read("spec.toml") + '\n[vars]\nnote = "a\\nb"\n')
    world.replace(TEMPLATE, old, new)
    result = world.run("spec.toml")
    assert result.exit_code == 2
    assert error in result.err
    assert result.out == ""
    assert not world.path("out").exists()


def test_a_rendered_line_that_is_not_python_names_its_template(world: World) -> None:
    world.replace(TEMPLATE, "steps=10", "steps=10 10")
    error = world.run("spec.toml").err
    assert error == (
        f"error: out/run_plain.py:10:34: is not valid {PYTHON}: invalid syntax. Perhaps you forgot "
        "a comma?\n"
        "hint: templates/run_{strategy}.py.jinja renders this line as "
        "`Other(temperature=0.6, steps=10 10),`\n"
    )


NEWER_SYNTAX = {
    (3, 12): ["type Name = int", "def f[T](x: T) -> T: ...", "f'{config['a']}'"],
    (3, 14): ["t'{config}'", "try: ...\nexcept KeyError, ValueError: ..."],
}
"""What an older Python takes for a mistake, by the first version that accepts it."""


@pytest.mark.parametrize("code", [code for codes in NEWER_SYNTAX.values() for code in codes])
def test_syntax_that_is_too_new_is_refused_with_the_python_that_judged(
    world: World, code: str
) -> None:
    world.replace(TEMPLATE, "config = [", f"{code}\nconfig = [")
    result = world.run("spec.toml")
    since = next(version for version, codes in NEWER_SYNTAX.items() if code in codes)
    is_known = sys.version_info >= since
    hint = f"a newer Python accepts it: {PYTHON} judges here; run gen-sweeps with the Python that"
    refusal = (f"is not valid {PYTHON}: ", f"hint: {hint} the cluster has\n")
    assert result.exit_code == (0 if is_known else 2)
    assert [said in result.err for said in refusal] == [not is_known] * 2


@pytest.mark.parametrize(
    ("name", "error"),
    [
        (
            "templates/manifest.json.jinja",
            "makes manifest.json, but there already is manifest.json",
        ),
        ("templates/RUN_PLAIN.py.jinja", "makes run_plain.py, but there already is RUN_PLAIN.py"),
        ("templates/con.jinja", "makes a file 'con', which has a part that names a device"),
        (
            "templates/{seed}.yaml.jinja",
            "names {seed}, which is no axis of spec.toml\nhint: declare `[axes.seed]`, or use",
        ),
        ("templates/run_{strategy}.py.j2", "makes run_plain.py, as run_{strategy}.py.j2 does"),
        (
            "templates/other_{strategy}.py",
            "does not end like a template\nhint: call it other_{strategy}.py.jinja\n",
        ),
        ("templates/{strategi}.sh.jinja", "hint: did you mean `{strategy}`?"),
    ],
)
def test_templates_that_make_no_valid_file_are_named(world: World, name: str, error: str) -> None:
    world.write(name, "")
    result = world.run("spec.toml")
    assert result.exit_code == 2
    assert f"error: {name}" in result.err or "error: templates/run_{strategy}" in result.err
    assert error in result.err


@pytest.mark.parametrize(
    "name",
    [
        "run_{strategy}.py.jinja~",
        "run_{strategy}.py.jinja.orig",
        ".run_{strategy}.py.jinja.swp",
        ".run_{strategy}.py.swp",
        "#run_{strategy}.py#",
    ],
)
def test_what_an_editor_puts_aside_is_no_template(world: World, name: str) -> None:
    world.write(f"templates/{name}", "")
    assert world.run("spec.toml", "-q").exit_code == 0


def test_an_arms_file_without_an_ending_is_asked_about(world: World) -> None:
    world.path(TEMPLATE).rename(world.path("templates/run_{strategy}.jinja"))
    result = world.run("spec.toml")
    assert result.exit_code == 2
    assert result.err.endswith(
        "hint: a file without an ending is taken for one; if it is to be Python, call it "
        "run_{strategy}.py.jinja\n"
    )
    text = "echo {{ strategy | sh }}\n"
    world.write("templates/run_{strategy}.jinja", text)
    world.write(TEMPLATE, MINIMAL_TEMPLATE)
    result = world.run("spec.toml")
    assert result.err == (
        "warning: out/run_plain: has no ending, so it is taken for a shell script\n"
        "hint: call the template templates/run_{strategy}.py.jinja, or start the script with `#!`\n"
    )
    world.write("templates/run_{strategy}.jinja", f"#!/bin/sh\n{text}")
    assert not world.run("spec.toml").err


def test_a_missing_template_folder_and_an_empty_one_are_clear_errors(world: World) -> None:
    world.path(TEMPLATE).unlink()
    assert "error: templates: no template has {strategy} in its name" in world.run("spec.toml").err
    world.path("templates/_base.py.jinja").unlink()
    assert "error: templates: has no template" in world.run("spec.toml").err
    world.path("templates").rmdir()
    result = world.run("spec.toml")
    assert result.exit_code == 2
    assert "error: templates: no such folder\nhint: `templates` in a spec is relative" in result.err


def test_a_template_that_leads_outside_through_a_link_is_refused(world: World) -> None:
    world.write("secret.txt", "secret")
    world.path("templates/inner").symlink_to(world.path("secret.txt"))
    world.replace(TEMPLATE, "{{ treatment }}", "{{ treatment }}, # {% include 'inner' %}")
    result = world.run("spec.toml")
    assert result.exit_code == 2
    assert "'inner' is outside of the template folder" in result.err


def test_templates_see_what_the_spec_says(world: World) -> None:
    world.write(
        "spec.toml",
        world.read("spec.toml")
        + '\n[vars]\nqueue = "fast.lane"\nflags = [true, 1.5, "x"]\ntable = { a = { b = "c" } }\n'
        "of = { base = 'SIZE' }\n",
    )
    world.write(
        "templates/seen.txt.jinja",
        "{{ sweep.name }} {{ sweep.package }} {{ sweep.output }} {{ sweep.control }} "
        "{{ sweep.spec }}\n"
        "{{ base.SIZE }} {% for section in base %}{{ section.heading }}:"
        "{% for constant in section.constants %}{{ constant.name }}{% endfor %}{% endfor +%}\n"
        "{{ queue | name }} {{ queue | python }} {{ flags }} {{ table.a.b }}\n"
        "{{ of }} {{ flags[0] }} {{ queue == 'fast.lane' }} {{ none }}\n"
        "{{ ('s3://' + queue + '/x') | python }} {{ queue | length }}\n",
    )
    assert world.run("spec.toml").exit_code == 0
    assert world.read("out/seen.txt") == (
        "small out out plain spec.toml\n"
        "4 All:SIZE\n"
        'fast.lane "fast.lane" [True, 1.5, "x"] c\n'
        "SIZE True True None\n"
        '"s3://fast.lane/x" 9\n'
    )


def test_a_strategys_template_sees_the_strategy_and_the_treatment(world: World) -> None:
    world.replace(
        TEMPLATE,
        "{{ strategy.title | docstring }}",
        "{{ strategy }} {{ strategy.name }} {{ treatment.call }} {{ treatment.vary | join(', ') }}",
    )
    assert world.run("spec.toml").exit_code == 0
    assert world.read("out/run_shaped.py").startswith('"""shaped shaped Block kind, params.\n')


def test_a_value_is_laid_out_for_the_line_it_stands_on(world: World) -> None:
    world.write(
        "spec.toml",
        world.read("spec.toml") + f'\n[vars]\nlong = ["{"a" * 40}", "{"b" * 40}"]\n',
    )
    world.replace(TEMPLATE, "config = [", "x = f({{ long | python }})\n\n\nconfig = [")
    assert world.run("spec.toml").exit_code == 0
    assert f'x = f(["{"a" * 40}", "{"b" * 40}"])\n' in world.read("out/run_plain.py")
    world.replace(TEMPLATE, "x = f(", "    # {{ long | python }}\nxyz = f(")
    world.replace("spec.toml", "a" * 40, "a" * 60)
    assert world.run("spec.toml").exit_code == 0
    text = world.read("out/run_plain.py")
    assert f'    # ["{"a" * 60}", "{"b" * 40}"]\n' in text
    assert f'xyz = f([\n    "{"a" * 60}",\n    "{"b" * 40}",\n])\n' in text


@given(texts)
def test_any_text_is_safe_in_a_docstring_and_reads_back(text: str) -> None:
    source = f'"""{in_docstring(docstring_text(text))}\n"""\nx = 1\n'
    docstring, assignment = ast.parse(source).body
    assert isinstance(docstring, ast.Expr)
    assert isinstance(docstring.value, ast.Constant)
    # Python takes no docstring with a lone surrogate; it stands there as it would be escaped.
    text = re.sub("[\ud800-\udfff]", lambda match: f"\\u{ord(match[0]):04x}", text)
    lines = (line.rstrip(" \t") for line in text.strip().split("\n"))
    assert docstring.value.value == "\n".join(lines) + "\n"
    assert isinstance(assignment, ast.Assign)
    closed = f'"""{in_docstring(docstring_text(text))}"""'
    assert isinstance(ast.parse(closed, mode="eval").body, ast.Constant)


@given(texts)
def test_any_text_is_safe_in_a_comment(text: str) -> None:
    comment = in_comment(text)
    assert all(line.startswith("#") for line in comment.splitlines())
    assert not ast.parse(f"{comment}\n").body


@given(st.sampled_from(["noqa", "type: ignore", "fmt: off", "coding: latin-1", "pylint: disable"]))
def test_no_text_in_a_comment_is_a_pragma(pragma: str) -> None:
    for text in (pragma, f"see # {pragma}", f"#{pragma}", f"a\n{pragma}"):
        for line in in_comment(text).splitlines():
            assert not line.startswith(f"# {pragma}")
            assert f"# {pragma}" not in line
            assert f"#{pragma}" not in line


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("# a{% if 1 %} b{% endif %}\nx = 1\n", "# a b\nx = 1\n"),
        ("# a {# note #}\nx = 1\n", "# a \nx = 1\n"),
        ("{{ 1 }}{# note #}\nx\n", "1\nx\n"),
        ("{% if 0\n%}\n{% else %}y{% endif %}\nx\n", "y\nx\n"),
        ("{% if 1 %}\nx\n{% endif %}\n{# a\nb #}\ny\n", "x\ny\n"),
        ("  {% for i in (1, 2) %}{% if i %}\n{{ i }}\n  {% endif %}{% endfor %}\ny\n", "1\n2\ny\n"),
        ("{% if 1 +%}\nx\n{% endif %}\n", "\nx\n"),
        ("x\n{%- if 1 %}\n\ny\n{% endif -%}\n\n z\n", "x\ny\nz\n"),
        ("a {% raw %}{% if %}\n{{ x }}\n{% endraw %}\nb\n", "a {% if %}\n{{ x }}\nb\n"),
    ],
)
def test_a_line_that_prints_something_keeps_its_line_break(
    sweep: World, template: str, text: str
) -> None:
    sweep.write("templates/notes.md.jinja", template)
    assert sweep.run("spec.toml").err == ""
    assert sweep.read("configs/notes.md") == text


def test_an_error_below_tags_is_at_its_own_line(sweep: World) -> None:
    tags = "{% if 1 %}\n\n{# a\nb #}\n# c{% if 1 %}{% endif %}\n{% endif %}\n"
    sweep.write("templates/notes.md.jinja", f"{tags}{{{{ nope }}}}\n")
    assert "notes.md.jinja:7: 'nope' is undefined" in sweep.run("spec.toml").err


@pytest.mark.parametrize("ending", ["j2", "jinja2"])
def test_templates_may_have_the_other_endings_of_jinja(world: World, ending: str) -> None:
    assert world.run("spec.toml").exit_code == 0
    for path in world.path("templates").iterdir():
        path.rename(path.with_suffix(f".{ending}"))
    checked = world.run("spec.toml", "--check")
    assert (checked.exit_code, checked.err) == (0, "")


def test_two_braces_in_an_f_string_are_answered_with_raw(world: World) -> None:
    world.replace(TEMPLATE, "steps=10", 'steps=f"{{x}} of 10"')
    result = world.run("spec.toml")
    assert result.exit_code == 2
    assert "run_{strategy}.py.jinja:10: 'x' is undefined\n" in result.err
    assert "hint: if Python is to read these braces, put `{% raw %}` before and " in result.err
    world.replace(TEMPLATE, 'f"{{x}} of 10"', 'f"{% raw %}{{x}}{% endraw %} of 10"')
    assert world.run("spec.toml").exit_code == 0
    assert 'steps=f"{{x}} of 10"' in world.read("out/run_plain.py")


@pytest.mark.parametrize("name", ["_base.py", "run_{strategy}.py"])
def test_a_file_that_declares_an_encoding_that_it_does_not_have_is_refused(
    world: World, name: str
) -> None:
    template = f"templates/{name}.jinja"
    world.write(template, f"#!/usr/bin/python\n# coding: latin-1\n{world.read(template)}")
    result = world.run("spec.toml")
    assert result.exit_code == 2
    shown = f"out/{name.replace('{strategy}', 'plain')}"
    assert result.err.startswith(
        f"error: {shown}:2: declares the encoding iso-8859-1, but is written as UTF-8\n"
    )
    assert f"hint: take the comment out of {template}\n" in result.err
