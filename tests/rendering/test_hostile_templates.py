"""A template can't reach Python, other folders or the end of anybody's patience."""

from __future__ import annotations

import ast
import json
import os
import sys

import pytest
from conftest import Result, World

HEAD = '"""{{ sweep.marker }}"""\n'

SPEC = """\
[sweep]
name = "s"
package = "generated"
output = "generated"
control = "a"
[treatment]
call = "F"
vary = ["x"]
[vars]
quotes = 'a; evil(); "'
call = "evil()"
braces = "{evil()}"
comment = "# evil"
name = "some.name"
number = 5
list = ['''"x"''', "'"]
deep = [[[["x"]]]]
[vars.table]
'"; evil(); "' = 1
[strategies.a]
[strategies.b]
args = { x = 1 }
"""


@pytest.fixture
def hostile(empty: World) -> World:
    """A folder with a spec, whose one template comes later."""
    empty.write("spec.toml", SPEC)
    empty.path("templates").mkdir()
    return empty


def made(hostile: World, body: str) -> tuple[Result, str]:
    """Return the result of a run with a template, and what it made in place of `body`."""
    hostile.write("templates/{strategy}.py.jinja", f"{HEAD}{body}\ny = {{{{ treatment }}}}\n")
    result = hostile.run("spec.toml")
    text = hostile.read("generated/a.py") if hostile.path("generated/a.py").exists() else ""
    return result, text.partition('"""\n')[2].partition("\ny = F")[0]


GROW = "{% set n = namespace(x=START) %}{% for i in range(60) %}{% set n.x = MORE %}{% endfor %}"


def growing(start: str, more: str, end: str = "") -> str:
    """Return a template that makes a value grow sixty times."""
    return GROW.replace("START", start).replace("MORE", more) + end


TWICE = "{% macro m() %}{{ caller() }}{{ caller() }}{% endmacro %}"

ENDLESS = [
    f"{{% for i in range(99999) %}}{{{{ '' if {'+'.join('i' * 60)} }}}}{{% endfor %}}",
    f"{{% for i in range(49999) %}}{{{{ '' if i{'|int' * 20} }}}}{{% endfor %}}",
    f"{{% for i in range(49999) %}}{{{{ '' if 'a'{'.upper()' * 15} }}}}{{% endfor %}}",
    f"{{% for i in range(49999) %}}{{{{ '' if {'loop.index and ' * 9} 0 }}}}{{% endfor %}}",
    f"{{% for i in range(79999) %}}{{{{ '' if i{'~i' * 30} }}}}{{% endfor %}}",
    "{% for i in range(199999) %}x{{ i }}\n{% endfor %}",
    "{% set b = [[]] * 499999 %}{{ '' if b | map('list') | list }}",
    "{{ ([1] * 499999) | python }}",
    "{% for i in range(10 ** 30) %}{% endfor %}",
    "{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}",
    "{% for i in range(999) %}{% for j in range(9999) if false %}{% endfor %}{% endfor %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
    f"{TWICE}{'{% call m() %}' * 18}x{'{% endcall %}' * 18}",
    "{% for i in [60] recursive %}{% if i %}{{ loop([i - 1] * 9) }}{% endif %}{% endfor %}",
    "{% include '{strategy}.py.jinja' %}",
    "{% import 'endless' as me %}",
    "{% extends '{strategy}.py.jinja' %}",
    "{{ 'x' * 10 ** 12 }}",
    "{{ 10 ** 12 * 'x' }}",
    "{{ [1] * 10 ** 12 }}",
    "{{ 10 ** (10 ** 10) }}",
    "{{ '%099999999d' % 1 }}",
    "{{ '%*d' % (99999999, 1) }}",
    "{{ '%99999999s' | format(1) }}",
    "{{ '{:99999999}'.format(1) }}",
    "{{ '{:{}}'.format(1, 99999999) }}",
    "{{ '{x:99999999}'.format_map({'x': 1}) }}",
    "{{ 'x' | center(10 ** 12) }}",
    "{{ 'x'.center(10 ** 12) }}",
    "{{ 'x'.ljust(10 ** 12) }}",
    "{{ 'x'.zfill(10 ** 12) }}",
    "{{ '\\t'.expandtabs(10 ** 12) }}",
    "{{ 'x' | indent(10 ** 12, true) }}",
    "{{ [1] | batch(10 ** 12, 0) | list }}",
    "{{ [1] | slice(10 ** 12) | list }}",
    "{{ 1.5 | round(10 ** 12) }}",
    "{{ ('x' * 10 ** 5) | join('x' * 10 ** 5) }}",
    "{{ ('x' * 10 ** 5).join(['x'] * 10 ** 5) }}",
    "{{ ('x' * 10 ** 5) | replace('x', 'x' * 10 ** 5) }}",
    "{{ ('x' * 10 ** 5).replace('x', 'x' * 10 ** 5) }}",
    growing("'x'", "n.x ~ n.x"),
    growing("'x'", "n.x + n.x"),
    growing("'x'", "'%s%s' % (n.x, n.x)"),
    growing("'x'", "'{0}{0}'.format(n.x)"),
    growing("'x'", "n.x.replace('x', 'xx')"),
    growing("'x'", "[n.x, n.x] | join"),
    growing("[1]", "n.x + n.x"),
    growing("[1]", "[n.x, n.x]", "{{ n.x }}"),
    growing("[1]", "[n.x, n.x] | list", "{{ n.x | string }}"),
    growing("[1]", "{'a': n.x, 'b': n.x}", "{{ n.x | python }}"),
    growing("[1]", "dict(a=n.x, b=n.x)", "{{ n.x ~ '' }}"),
    growing("'x'", "y").replace(
        "%}{% set n.x", "%}{% set y %}{{ n.x }}{{ n.x }}{% endset %}{% set n.x"
    ),
]


@pytest.mark.parametrize("body", ENDLESS)
def test_what_would_not_end_or_fill_the_memory_is_an_error_at_the_templates_line(
    hostile: World, body: str
) -> None:
    hostile.write("templates/endless", "{% import 'endless' as me %}")
    result, _ = made(hostile, body)
    said = result.err
    assert result.exit_code == 2
    limits = ("takes more than", "makes more than", "a format may ask for", "calls itself")
    assert any(limit in said for limit in limits), said
    assert "{strategy}.py.jinja:" in said or "endless:1: " in said


REACHING = [
    "{{ ''.__class__ }}",
    "{{ ''['__class__'] }}",
    "{{ [].__class__.__mro__ }}",
    "{{ '{0.__class__}'.format(1) }}",
    "{{ '{x.__class__}'.format_map({'x': 1}) }}",
    "{{ ['a'] | map(attribute='__class__') | list }}",
    "{{ ['{0.__class__}'] | map('format', 1) | map('attr', '__class__') | list }}",
    "{{ '' | attr('__class__') }}",
    "{{ strategy.__dataclass_fields__ }}",
    "{{ base.__init__.__globals__ }}",
    "{{ sweep.name._text }}",
    "{{ namespace.__init__ }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ treatment.__class__ }}",
    "{{ ''.encode('utf-8') }}",
    "{{ (5).to_bytes(10, 'big') }}",
    "{% set _ = vars.update({'x': 1}) %}",
    "{% set _ = [].append(1) %}",
    "{% set _ = strategy.args.clear() %}",
    "{% set vars.x = 1 %}",
    "{{ lipsum() }}",
    "{{ [1, 2, 3] | random }}",
    "{% include '../spec.toml' %}",
    "{% include 'x/../../spec.toml' %}",
    "{% include '/etc/hosts' %}",
    "{% set up = '..' %}{% include up ~ '/spec.toml' %}",
    "{% import '..\\\\spec.toml' as x %}",
    "{% extends '/dev/zero' %}",
    "{% include 'a\\x00b' %}",
    "{% include 'link' %}",
    "{% include 'folder/spec.toml' %}",
    "{% include 'pipe' %}",
    "{% include 'loop' %}",
    "{% include 5 %}",
    "{{ '\\x00x' }}",
    "{{ treatment | upper }}",
    "{{ (5 | python) | replace('1', '9') }}",
]


@pytest.mark.skipif(sys.platform == "win32", reason="needs links and pipes of POSIX")
@pytest.mark.parametrize("body", REACHING)
def test_what_reaches_for_more_than_the_spec_is_an_error(hostile: World, body: str) -> None:
    hostile.path("templates/link").symlink_to(hostile.path("spec.toml"))
    hostile.path("templates/folder").symlink_to(hostile.folder)
    hostile.path("templates/loop").symlink_to("loop")
    os.mkfifo(hostile.path("templates/pipe"))
    result, _ = made(hostile, body)
    said = result.err
    assert result.exit_code == 2
    assert "error: " in said
    assert "Python: " not in said, "what it reached for is in the file"


MISPLACED = [
    'x = "{{ quotes | python }}"',
    'x = "{{ list }}"',
    '"""{{ list }}"""',
    "x = {{ call }}",
    "x = {{ name }}",
    "x = {{ call | docstring }}",
    "x = [{{ comment }}]",
    "x = f{{ braces | python }}",
    'x = f"{{ braces }}"',
    'x = f"{ {{ call }} }"',
    "x = f'{ {{ quotes | python }} }'",
    'x = "{{ quotes | docstring }}"',
    'x = """{{ list | python }}"""',
    "# {{ 'a\\nevil()' | docstring }}",
    'x = "{{ quotes | comment }}"',
    '{% for key in table %}x = "{{ key }}"\n{% endfor %}',
    '{% for key in table | sort %}x = "{{ key }}"\n{% endfor %}',
    "{{ call | name }} = 1",
    'x = "{{ quotes }}"',
    'x = "{{ quotes | upper }}"',
    'x = "{{ quotes ~ 1 }}"',
    'x = "{{ quotes + call }}"',
    'x = "{{ [quotes] | join }}"',
]


@pytest.mark.parametrize("body", MISPLACED)
def test_a_value_that_would_leave_its_place_is_an_error(hostile: World, body: str) -> None:
    result, source = made(hostile, body)
    assert (result.exit_code, source) == (2, "")
    assert "error: " in result.err


PLACED = {
    "x = {{ quotes | python }}": "x = 'a; evil(); \"'",
    "x = f({{ list }}, {{ number }})": 'x = f([\'"x"\', "\'"], 5)',
    "{{ name | name }}.y = 1": "some.name.y = 1",
    'x = "{{ call }} {{ number }}"': 'x = "evil() 5"',
    'x = f"{{ call }}"': 'x = f"evil()"',
    "# {{ list }} {{ quotes | python }}": "# ['\"x\"', \"'\"] 'a; evil(); \"'",
    "x = 1  {{ quotes | comment }}": 'x = 1  # a; evil(); "',
    'if x:\n    {{ "a\\nb" | comment }}\n    pass': "if x:\n    # a\n    # b\n    pass",
    "x = '''{{ quotes | docstring }}'''": "x = '''a; evil(); \\\"'''",
    "x = {{ ('%03d-%s' % (7, 'y')) | python }}": 'x = "007-y"',
    "# {{ ['b', 'a'] | sort | join(', ') }} {{ 'x' | center(5) }}|": "# a, b   x  |",
    "{% for i in range(3) if i %}# {{ loop.index }}\n{% endfor %}": "# 1\n# 2",
    "x = {{ (table | items | list) }}": "x = [['\"; evil(); \"', 1]]",
    '{% set x = "q" | python %}x = [{{ x }}, {{ x }}]': 'x = ["q", "q"]',
    "{% import 'macros' as m %}x = {{ m.f(number) }} + {{ m.CONSTANT }}": "x = 5 + 7",
}


@pytest.mark.parametrize("body", PLACED)
def test_what_a_template_may_do_works(hostile: World, body: str) -> None:
    macros = "{% macro f(x) %}{{ x | python }}{% endmacro %}{% set CONSTANT = 7 | python %}"
    hostile.write("templates/macros", macros)
    result, source = made(hostile, body)
    assert (result.exit_code, source) == (0, PLACED[body])


def test_an_imported_template_starts_anew_for_each_file(hostile: World) -> None:
    macros = "{% set first = 1 | python %}{% set second = 'two' | python %}"
    hostile.write("templates/macros", macros)
    text = "# {{ 0 | python }}\n" * 3
    body = f"{{% import 'macros' as m %}}x = {{{{ m.second }}}}\n{text}y0 = {{{{ m.second }}}}\n"
    assert made(hostile, body)[0].exit_code == 0
    assert 'y0 = "two"' in hostile.read("generated/b.py")


@pytest.mark.parametrize("kind", ["directory", "latin", "null", "empty name"])
def test_a_template_that_is_none_is_an_error_or_no_template(hostile: World, kind: str) -> None:
    path = hostile.path("templates/other.txt.jinja")
    if kind == "directory":
        path.mkdir()
    elif kind == "latin":
        path.write_bytes("\N{LATIN SMALL LETTER E WITH ACUTE}".encode("latin-1"))
    elif kind == "null":
        path.write_bytes(b"a\x000\x00b")
    else:
        hostile.write("templates/.jinja", "x")
    result, _ = made(hostile, "")
    assert result.exit_code == (0 if kind == "directory" else 2)
    assert ("jinja" in result.err) == (kind != "directory")


def test_a_file_that_is_not_python_can_hold_only_what_utf_8_can(hostile: World) -> None:
    hostile.write("templates/x.txt.jinja", "{{ '\\ud800' }}")
    assert made(hostile, "")[0].exit_code == 2


@pytest.mark.parametrize("quotes", ['"""', "'''"])
@pytest.mark.parametrize("around", ["{}", '"{}"', "'{}'", '""{}""', "''{}''", " {}{} "])
@pytest.mark.parametrize(
    "text",
    ['"', '""', '"""', '""; evil() #', "'", "''", "'''", "''; evil() #", "\\", '\\"', 'a""b"'],
)
def test_the_text_of_a_docstring_reads_back_between_any_quotes(
    hostile: World, quotes: str, around: str, text: str
) -> None:
    if around.strip("{}")[:1] == quotes[0]:
        around = f" {around} "  # quotes of the template's own may not touch those of the string
    if (quotes, text) == ("'''", "'"):
        around = " {} "  # likewise: one quote is left as it is, for it is an apostrophe
    hostile.write("spec.toml", SPEC.replace("'a; evil(); \"'", json.dumps(text)))
    place = around.replace("{}", "{{ quotes | docstring }}")
    result, source = made(hostile, f"x = {quotes}{place}{quotes}")
    assert result.exit_code == 0
    (node,) = ast.parse(source).body
    assert isinstance(node, ast.Assign)
    assert ast.literal_eval(node.value) == around.replace("{}", text)


@pytest.mark.parametrize(
    "body",
    [
        "{% set n = namespace(x=3) %}{% for i in range(40) %}{% set n.x = n.x * n.x %}{% endfor %}",
        "{% set a = range(9999) | list %}{% for i in range(9999) %}{{ a.index(9998) }}{% endfor %}",
        (
            "{% set a = 'a' * 99999 %}{% set b = 'a' * 99999 %}"
            "{% for i in range(999) %}{{ a == b }}{% endfor %}"
        ),
        "{% set a = 'a' * 999999 %}{% for i in range(9999) %}{{ '' if a[1:] }}{% endfor %}",
        "{% set a = ['x'] * 99999 %}{% for i in range(9999) %}{{ 'y' in a }}{% endfor %}",
        "{% set b = ['x' * 99999] * 999 %}{% for i in range(9) %}{{ b | sort }}{% endfor %}",
        "{% for i in range(20000) %}{{ i | python }},{% endfor %}",
        "{% set a = 'x' | slice(9999999) | list %}",
        "{% set a = [1] * 2000000 %}{% set a = a + a %}",
        "{% set a = ['x' * 99999] * 9999 %}{{ '%s' % (a,) }}",
        (
            "{% set n = namespace(x=[]) %}{% set a = 'a' * 9000000 %}{% for i in range(99) %}"
            "{% set n.x = [n.x, a[i:]] %}{% endfor %}"
        ),
    ],
)
def test_large_numbers_and_searches_are_charged_by_size(hostile: World, body: str) -> None:
    assert "makes more than 50,000,000 characters" in made(hostile, body)[0].err


@pytest.mark.parametrize("body", ["{{ 'x=1\n' * 99999 }}", "y = ({{ '1,' * 199999 }})"])
def test_python_that_would_take_the_compiler_too_long_is_an_error(
    hostile: World, body: str
) -> None:
    result, _ = made(hostile, body)
    assert result.exit_code == 2
    assert "{strategy}.py.jinja: makes Python of more than 250,000 words and signs" in result.err


LISTS = {
    "index.json": """\
[{% for arm in arms %}{ FIELDS }{% if not loop.last %}, {% endif %}{% endfor %}]
""",
    "index.py": """\
ARMS = {
{% for arm in arms %}
    {{ arm.name | python }}: FIELDS,
{% endfor %}
}
""",
    "all.sh": """\
{% for arm in arms %}
python FIELDS
{% endfor %}
""",
}

FIELDS = {
    "index.json": ", ".join(f'"{n}": {{{{ arm.seed | json }}}}' for n in range(40)),
    "index.py": f"({'{{ arm.seed }}, ' * 40})",
    "all.sh": " ".join(["--seed {{ arm.seed }} --name {{ arm.name | sh }}"] * 20),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", LISTS)
def test_a_file_that_lists_thousands_of_arms_is_within_the_budget(empty: World, name: str) -> None:
    empty.write(
        "spec.toml",
        f'[sweep]\nname = "s"\noutput = "out"\n[axes.seed]\nlevels = {[*range(2500)]}\n',
    )
    empty.write("templates/{seed}.txt.jinja", "{{ seed }}\n")
    empty.write(f"templates/{name}.jinja", LISTS[name].replace("FIELDS", FIELDS[name]))
    result = empty.run("spec.toml")
    assert result.exit_code == 0, result.err
    assert empty.read(f"out/{name}").count("2499") >= 40
