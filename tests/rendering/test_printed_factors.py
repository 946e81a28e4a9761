"""What templates print of factors: in Python, in companions, and in what several arms share."""

from __future__ import annotations

import json
import shlex
import subprocess
import tomllib
from contextlib import suppress

import pytest
import yaml
from conftest import World
from hypothesis import given
from hypothesis import strategies as st
from jinja2.exceptions import TemplateRuntimeError
from spec_values import texts, values

from gen_sweeps.rendering.companions import json_text, shell_text
from gen_sweeps.rendering.renderer import render
from gen_sweeps.spec.loading import load
from gen_sweeps.spec.model import Value

SPEC = """\
[sweep]
name = "small"
output = "out"
control = "adam"

[treatment]
call = "F"
vary = ["x", "lr", "opt", "label", "betas", "table", "flag", "warmup"]

[vars]
project = "rl"
share = 1e-5
hostile = "$(evil)"
flag = false

[axes.seed]
levels = [1, 2]

[axes.model.small]
width = 128
[axes.model.large]
width = 512

[strategies.adam]
title = "Adam"
[strategies.adam.vars]
lr = 1e-3
opt = { python = "list" }
label = "fast"
betas = [0.9, 0.999]
table = { items = 1, "a b" = [2] }

[strategies.sgd]
title = "plain SGD"
[strategies.sgd.vars]
lr = 0.020
opt = { python = "dict(a=(1, 2))" }
label = "slow"
betas = []
table = { items = 2, "a b" = [3] }
flag = true
warmup = 5
[strategies.sgd.args]
x = 3
"""

ARM = "templates/{strategy}_{model}_{seed}"
"""The path of a template for each arm, without its ending."""


@pytest.fixture
def factors(empty: World) -> World:
    """A folder with a spec of two strategies, two models and two seeds, and no template."""
    empty.write("spec.toml", SPEC)
    return empty


def printed(factors: World, body: str, ending: str = ".py") -> str:
    """Return what a template makes for the arm sgd-2-large."""
    factors.write(f"{ARM}{ending}.jinja", body)
    result = factors.run("spec.toml")
    assert result.exit_code == 0, result.err
    return factors.read(f"out/sgd_large_2{ending}").removesuffix("\n")


def refused(factors: World, body: str, ending: str = ".py") -> str:
    """Return why a template is refused."""
    factors.write(f"{ARM}{ending}.jinja", body)
    result = factors.run("spec.toml")
    assert result.exit_code == 2
    assert not factors.path("out").exists()
    return result.err


PRINTED = {
    "lr = {{ lr }}": "lr = 0.020",
    "lr = {{ lr | python }}": "lr = 0.020",
    "lr = {{ lr * 2 }}": "lr = 0.04",
    "lr = {{ -lr }}": "lr = -0.02",
    "lr = {{ width // 100 + 1 }}": "lr = 6",
    "lr = {{ lr | round(1) }}": "lr = 0.0",
    "flag = {{ flag }}": "flag = True",
    "flag = {{ not flag }}": "flag = False",
    "x = {{ lr < 1 and flag == true }}": "x = True",
    "x = {{ opt }}": "x = dict(a=(1, 2))",
    "x = {{ opt | python }}": "x = dict(a=(1, 2))",
    "x = [{{ betas }}, {{ betas | length }}]": "x = [[], 0]",
    "x = {'opt': {{ opt }}, 'lr': {{ lr }}}": "x = {'opt': dict(a=(1, 2)), 'lr': 0.020}",
    "x = {{ table.items }}": "x = 2",
    "x = {{ table['a b'][0] }}": "x = 3",
    "x = {{ table | items | list }}": 'x = [["items", 2], ["a b", [3]]]',
    "x = {{ label | python }}": 'x = "slow"',
    'x = "{{ label }}-{{ seed }}-{{ model }}"': 'x = "slow-2-large"',
    'x = "{{ label | upper }}"': 'x = "SLOW"',
    'x = "{{ label.upper() }}"': 'x = "SLOW"',
    "x = {{ (label ~ seed) | python }}": 'x = "slow2"',
    "class {{ label | name }}:\n    pass": "class slow:\n    pass",
    "class Run{{ seed | string | name }}:\n    pass": "class Run2:\n    pass",
    '"""About {{ strategy.title | docstring }}."""': '"""About plain SGD."""',
    "x = 1  {{ label | comment }}": "x = 1  # slow",
    "x = 1  {{ lr | comment }}": "x = 1  # 0.020",
    "x = 1  {{ share | comment }}": "x = 1  # 1e-5",
    "x = '{{ lr | string }}'": "x = '0.020'",
    "# {{ label }} {{ lr }} {{ table }}": '# slow 0.020 {"items": 2, "a b": [3]}',
    "{% if warmup is defined %}w = {{ warmup }}\n{% endif %}\nx = 1": "w = 5\nx = 1",
    "w = {{ warmup | default(0) }}": "w = 5",
    "{% for b in betas %}x{{ loop.index }} = {{ b }}\n{% endfor %}\ny = 1": "y = 1",
    "x = {{ 'a' if label == 'slow' else 'b' }}": "x = a",
    "x = {{ [lr, seed, width] | max }}": "x = 512",
    "x = {{ range(seed) | list }}": "x = [0, 1]",
    "x = {{ treatment }}": "x = F(\n    x=3,\n)",
    "x = {{ treatment.one_per_line }}": "x = F(\n    x=3,\n)",
}


@pytest.mark.parametrize("body", PRINTED)
def test_a_factor_stands_wherever_its_kind_may(factors: World, body: str) -> None:
    head = ""
    if "treatment" in body:
        head = "from sdk import F\n"
    else:  # each file would have to have the call
        factors.replace("spec.toml", "[strategies.sgd.args]\nx = 3\n", "")
        factors.replace("spec.toml", 'call = "F"\n', "")
    assert printed(factors, head + body) == head + PRINTED[body]


@pytest.mark.parametrize(
    ("place", "skeletons"),
    [
        ("{{ lr }}", 1),
        ("{{ lr * 2 }}", 1),
        ("{{ [lr, seed] }}", 1),
        ("{{ label | upper | python }}", 1),
        ("{{ lr | round(2) }}", 2),
        ("{{ 1 if flag else 2 }}", 2),
    ],
)
def test_what_keeps_its_factor_leaves_one_skeleton(
    factors: World, place: str, skeletons: int
) -> None:
    factors.write(f"{ARM}.py.jinja", f"x = {place}\n")
    files = render(load(factors.path("spec.toml"))).files.values()
    assert len({file.page.skeleton for file in files}) == skeletons


REFUSED = {
    "x = {{ label }}": "has text of the spec in its code: `fast`",
    "x = {{ label | upper }}": "has text of the spec in its code: `FAST`",
    "x = {{ label.upper() }}": "has text of the spec in its code: `FAST`",
    "x = {{ '%s()' | format(label) }}": "has text of the spec in its code: `fast()`",
    "x = {{ [label] | join }}": "has text of the spec in its code: `fast`",
    "x = {{ label | sh }}": "has text of the spec in its code: `fast`",
    "x = {{ vars.lr }}": "`vars.lr` is written `lr` now",
    "x = {{ vars['lr'] }}": "hint: print variables by their names, as in `{{ flag }}`",
    "x = {{ strategy.args.x }}": "hint: arguments stay in their call, `{{ treatment }}`; to print",
    "x = {{ strategy.vars.lr }}": "hint: print variables by their names, as in `{{ flag }}`",
    "x = {{ strategy.titel }}": "hint: did you mean `strategy.title`?",
    "x = {{ arm.seed }}": "`arm` has no 'seed'\nhint: print variables by their names, as in",
    "{% for arm in arms %}{% endfor %}": "hint: only a template without axes in its name sees all",
    "x = {{ treatment | python }}": "is laid out as Python already\nhint: print it without",
    "x = {{ treatment.x }}": "`treatment` has no 'x'\nhint: print the whole call",
    "x = {{ x }}": "hint: it is an argument of F, in `{{ treatment }}`; to print it",
    "x = {{ labl }}": "hint: did you mean `label`?",
    "x = {{ lr | tojson }}": "hint: use `| json`, or `| python` in Python",
    "x = {{ treatment.args.x }}": "arguments stay in their call: print `{{ treatment }}`",
    "x = {{ betas | python | python }}": "takes what another filter has made",
    "class {{ seed | string | name }}:\n    pass": "'1' is not a valid name",
    "x = {{ warmup }}": (
        "'warmup' is undefined\nhint: not every arm sets it: give it a default, `warmup = …`"
    ),
    "x = 1  {{ betas | comment }}": "takes text, not an array: print each item of it",
    'x = "{{ table | string }}"': "takes text, not a table: print each item of it",
}


@pytest.mark.parametrize("body", REFUSED)
def test_a_factor_in_a_wrong_place_is_refused_with_the_way_to_print_it(
    factors: World, body: str
) -> None:
    assert REFUSED[body] in refused(factors, body)


def test_a_comment_of_several_lines_has_a_hole_in_each(factors: World) -> None:
    factors.replace("spec.toml", 'call = "F"\n', "")
    factors.replace("spec.toml", "[strategies.sgd.args]\nx = 3\n", "")
    factors.replace("spec.toml", '"slow"', json.dumps("one\n\n\ttwo\\"))
    body = "if 1:\n    {{ label | comment }}\n    pass"
    made = "if 1:\n    # one\n    #\n    # \\ttwo\\x5c\n    pass"
    assert printed(factors, body) == made


def test_a_comment_has_nothing_that_tools_read(factors: World) -> None:
    factors.replace("spec.toml", 'call = "F"\n', "")
    factors.replace("spec.toml", "[strategies.sgd.args]\nx = 3\n", "")
    factors.replace("spec.toml", '"slow"', '"noqa"')
    assert printed(factors, "x = 1  {{ label | comment }}") == "x = 1  #  - noqa"


@pytest.mark.parametrize("text", ["", " \n "])
def test_a_comment_of_nothing_leaves_no_blank_behind(factors: World, text: str) -> None:
    factors.replace("spec.toml", 'call = "F"\n', "")
    factors.replace("spec.toml", "[strategies.sgd.args]\nx = 3\n", "")
    factors.replace("spec.toml", '"slow"', json.dumps(text))
    assert printed(factors, "x = 1\n{{ label | comment }}\ny = 2") == "x = 1\n#\ny = 2"
    assert factors.read("out/adam_large_2.py") == "x = 1\n# fast\ny = 2\n"
    assert factors.run("spec.toml", "--check", "--paranoid").exit_code == 0


# -- companions --


def test_companions_print_plain_words_numbers_and_what_filters_made_safe(factors: World) -> None:
    body = "run {{ strategy }} {{ arm.name }} {{ arm.file }} {{ strategy.title | sh }} {{ lr }}"
    assert printed(factors, body, ".sh") == "run sgd sgd-2-large sgd_large_2.sh 'plain SGD' 0.020"
    body = "a: {{ label }}\nb: {{ table | json }}\nc: {{ lr / 1000 }}\nd: {{ flag }}"
    said = yaml.safe_load(printed(factors, body, ".yaml"))
    assert said == {"a": "slow", "b": {"items": 2, "a b": [3]}, "c": 2e-5, "d": True}
    body = "a = {{ label | json }}\nb = {{ table | json }}\nc = {{ flag }}\nd = {{ share }}"
    said = tomllib.loads(printed(factors, body, ".toml"))
    assert said == {"a": "slow", "b": {"items": 2, "a b": [3]}, "c": True, "d": 1e-5}
    assert yaml.safe_load(printed(factors, "{{ share }}", ".yml")) == 1e-5
    body = "run --set {{ table | json | sh }} {{ label | json | sh }} {{ project | json | sh }}"
    words = shlex.split(printed(factors, body, ".sbatch"))
    assert [*map(json.loads, words[2:])] == [{"items": 2, "a b": [3]}, "slow", "rl"]
    assert printed(factors, "{{ treatment.args.x | default(0) }}", ".txt") == "3"


@pytest.mark.parametrize(
    "text", ["a b", "-x", "$(x)", "a;b", "it's", "a=b", "~", "", "*", "a#b", "a\\b", "é", "1:30"]
)
@pytest.mark.parametrize("place", ["{{ label }}", "{{ label | string }}", "x{{ label ~ 1 }}"])
def test_text_that_is_not_plain_is_refused_bare_in_a_companion(
    factors: World, text: str, place: str
) -> None:
    if text == "" and "~" in place:
        text = " "
    factors.replace("spec.toml", '"slow"', json.dumps(text))
    for ending in (".sh", ".sbatch", ".yaml", ""):
        if place == "{{ label }}" or (text and text[0] != "-"):
            filters = {".yaml": "`| json`"}.get(ending, "`| sh`")
            assert f"print it through {filters}" in refused(factors, place, ending)
            factors.path(f"{ARM}{ending}.jinja").unlink()


@pytest.mark.parametrize("text", ["yes", "No", "012", "1e5", "None", "null", "true", ".inf", "y"])
@pytest.mark.parametrize("ending", [".yaml", ".yml", ".json", ".toml"])
def test_a_word_that_may_be_of_another_type_is_refused_bare_in_data(
    factors: World, text: str, ending: str
) -> None:
    factors.replace("spec.toml", '"slow"', json.dumps(text))
    err = refused(factors, "{{ label }}", ending)
    assert f'prints "{text}" as it is, which may be read as another type' in err
    assert "hint: print it through `| json`, with no quotes around it" in err
    factors.path(f"{ARM}{ending}.jinja").unlink()
    assert printed(factors, "{{ label }}", ".sh") == text


@pytest.mark.parametrize(
    ("place", "ending", "error"),
    [
        ("{{ strategy.args.x }}", ".sh", "hint: print arguments as in `{{ treatment.args.NAME }}`"),
        ("{{ betas }}", ".sh", "prints an array as it is"),
        ("{{ table }}", ".yaml", "prints a table as it is"),
        ("{{ label | python }}", ".sh", "`| python` is not for a shell script: use `| sh`"),
        ("{{ label | docstring }}", ".yaml", "`| docstring` is not for JSON, YAML and TOML"),
        ("{{ share | python }}", ".yaml", "`| python` is not for JSON, YAML and TOML"),
        ("{{ label | json }}", ".sh", "`| json` is not for a shell script: `| json | sh` makes"),
        ("x={{ project | json }}", "", "`| json` is not for a shell script"),
        ("{{ label | python }}", "", "`| python` is not for a shell script: use `| sh`"),
        ("{{ betas | sh }}", ".sh", "takes text, not an array: print each item of it"),
        ("{{ label | sh }}", ".json", "`| sh` is not for JSON, YAML and TOML: use `| json`"),
        ('"{{ label | sh }}"', ".sh", '`| sh` stands behind a "'),
        ("'a {{ label | sh }}'", ".sh", "`| sh` stands behind a '"),
        ('["{{ label | json }}"]', ".json", '`| json` stands behind a "'),
        ("{{ opt | json }}", ".json", "JSON has no word for names and expressions of Python"),
        ("{{ treatment }}", ".sh", "print `treatment.args.NAME` instead"),
        ("{x: 1}", ".json", "is not JSON"),
        ("x = 1\ny = yes", ".toml", ".toml:2:5: is not TOML: Invalid value"),
    ],
)
def test_what_a_companions_language_reads_otherwise_is_refused(
    factors: World, place: str, ending: str, error: str
) -> None:
    assert error in refused(factors, place, ending)


def test_text_for_people_may_have_any_character_that_they_see(factors: World) -> None:
    factors.replace("spec.toml", '"plain SGD"', json.dumps('it\'s "$(plain)" \\ <SGD>'))
    factors.replace("spec.toml", '"rl"', json.dumps("it's\nmine"))
    body = "# {{ strategy.title }}\n{{ project }} {{ lr }} {{ flag }}"
    made = "# it's \"$(plain)\" \\ <SGD>\nit's\nmine 0.020 True"
    assert printed(factors, body, ".md") == made
    factors.replace("spec.toml", '"slow"', '"a\\u202eb"')
    factors.write(f"{ARM}.md.jinja", "{{ label }}")
    err = factors.run("spec.toml").err
    assert "the text has a \\u202e, which a reader does not see" in err


@given(texts)
def test_any_text_is_one_word_of_a_shell_or_refused(text: str) -> None:
    word = ""
    with suppress(TemplateRuntimeError):
        _, word = shell_text(text)
    assert not word or shlex.split(f"run {word} x{word}y") == ["run", text, f"x{text}y"]


json_scalars = (
    st.booleans() | st.integers() | texts | st.floats(allow_nan=False, allow_infinity=False)
)


QUOTED = {
    '"a\nb {{ label | sh }}"': 'stands behind a "',
    "python -c '\nprint({{ label | sh }})\n'": "stands behind a '",
    "x $'a\\'{{ label | sh }}'": "stands behind a '",
    "x `y {{ label | sh }}`": "stands behind a `",
    "x \\{{ label | sh }}": "stands behind a \\",
    "don't {{ label | sh }}'": "stands behind a '",
    'x "$(y "a\n{{ label | sh }}")"': 'stands behind a "',
    'x "$(y `z {{ label | sh }}`)"': "stands behind a `",
    'x "${a:-"}" {{ label | sh }}': "can't be followed",
    'x "$(case y in z) ;; esac)" {{ label | sh }}': "can't be followed",
    'x "{{ label | comment }}"': "`| comment` stands where no comment can start",
    "x{{ label | comment }}": "`| comment` stands where no comment can start",
    "x{{ hostile | comment }}": "`| comment` stands where no comment can start",
    "x {{ hostile }}": '"$(evil)" as it is, which is not plain\nhint: print it through `| sh`',
    "cat <<EOF\n{{ label | sh }}\nEOF": "stands in a here-document",
    "cat <<-'END OF' <<F\nEND OF\n{{ label | sh }}\nF": "stands in a here-document",
    "cat <<E\n E\n{{ label | sh }}": "stands in a here-document",
    "cat <<E\n{{ label }}E\n{{ label | sh }}": "stands in a here-document",
}


@pytest.mark.parametrize("body", QUOTED)
def test_a_word_of_a_shell_stands_in_no_quotes_however_far_they_reach(
    factors: World, body: str
) -> None:
    assert QUOTED[body] in refused(factors, body, ".sh")


@pytest.mark.parametrize(
    "before",
    [
        "# don't\nx ",
        "x 'it'\\''s' ",
        'x "a\\"" ',
        ': y # "\nx ',
        "x $# ${a#'b'} ",
        "x $((1 << 2)) ",
        "x <<< y ",
        'a="$(dirname "$0")" b="${1}" c=(1 2) d="${e:-$(true "${f}")}"\nx ',
        'a="$(cat <<E\n)\nE\n)"\n(x) && x ',
        "# {{ hostile }} it's\nx ",
        "x y {{ hostile | comment }}\nx ",
        "cat <<\\EOF\n\" ' `\nEOF\nx ",
        "cat <<-E <<'F'\n\t' E\n\tE\n\"\nF\nx ",
        "# {{ strategy.title | comment }}'\nx ",
    ],
)
def test_a_word_of_a_shell_stands_wherever_one_may(factors: World, before: str) -> None:
    factors.replace("spec.toml", '"slow"', '"$(evil)"')
    made = printed(factors, f"{before}{{{{ label | sh }}}}", ".sh")
    assert made.endswith("'$(evil)'")
    script = f'function x() {{ printf %s "${{@: -1}}"; }}\ncat() {{ :; }}\n{made}'
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.endswith("$(evil)")
    assert not done.stderr


@given(values(json_scalars))
def test_any_value_comes_back_from_json_and_yaml(value: Value) -> None:
    wanted = json.loads(json.dumps(value))
    assert json.loads(json_text(value, "x.json")) == wanted
    assert yaml.safe_load(json_text(value, "x.yaml")) == wanted
    text = json_text(value, "x.toml")
    if "\\ud800" not in text:  # a lone surrogate, which TOML has no word for
        assert tomllib.loads(f"value = {text}")["value"] == wanted


# -- files of several arms --


def test_a_file_whose_name_carries_some_axes_is_made_once_for_each_of_their_levels(
    factors: World,
) -> None:
    factors.write(f"{ARM}.py.jinja", "x = {{ seed }}\n")
    factors.write("templates/data_{seed}.json.jinja", "[{{ seed }}, {{ project | json }}]")
    factors.write("templates/{model}.sh.jinja", "run {{ arm.name }} {{ width }}")
    assert factors.run("spec.toml").exit_code == 0
    assert factors.read("out/data_2.json") == '[2, "rl"]\n'
    assert factors.read("out/large.sh") == "run large 512\n"
    names = [name for name in factors.files("out") if name.startswith("data")]
    assert names == ["data_1.json", "data_2.json"]


@pytest.mark.parametrize(
    ("place", "error"),
    [
        ("{{ lr }}", "'lr' depends on 'strategy': put {strategy} into the template's name"),
        ("{{ width }}", "'width' depends on 'model': put {model} into the template's name"),
        (
            "{{ model }}",
            "arms of each 'model' share the file: put {model} into",
        ),
        (
            "{{ strategy }}",
            "arms of each 'strategy' share the file: put {strategy}",
        ),
        ("{{ treatment.args.x }}", "'treatment' depends on 'strategy'"),
    ],
)
@pytest.mark.parametrize("name", ["data_{seed}.txt", "all.txt"])
def test_a_file_that_arms_share_prints_no_factor_that_its_name_does_not_carry(
    factors: World, name: str, place: str, error: str
) -> None:
    factors.write(f"{ARM}.py.jinja", "x = {{ seed }}\n")
    factors.write(f"templates/{name}.jinja", place)
    result = factors.run("spec.toml")
    assert result.exit_code == 2
    assert error in result.err


def test_a_shared_template_sees_all_arms(factors: World) -> None:
    factors.write(f"{ARM}.sh.jinja", "x {{ seed }}\n")
    loop = "{% for arm in arms if arm.strategy == 'sgd' %}\n"
    body = "{{ arm.name }} {{ arm.strategy }} {{ arm.seed }} {{ arm.lr }} {{ arm.project | sh }}\n"
    factors.write("templates/all.sh.jinja", f"{loop}{body}{{% endfor %}}")
    assert factors.run("spec.toml").exit_code == 0
    assert factors.read("out/all.sh").splitlines()[-1] == "sgd-2-large sgd 2 0.020 rl"
    factors.replace("spec.toml", '"slow"', '"$(evil)"')
    factors.write("templates/all.sh.jinja", f"{loop}{{{{ arm.label }}}}\n{{% endfor %}}")
    assert "which is not plain" in factors.run("spec.toml").err


def test_a_field_in_a_name_that_is_no_axis_is_an_error(factors: World) -> None:
    factors.write("templates/{strategy}_{sed}.py.jinja", "")
    result = factors.run("spec.toml")
    assert result.exit_code == 2
    assert "names {sed}, which is no axis of spec.toml\nhint: did you mean `{seed}`?" in result.err


def test_an_axis_that_no_name_carries_is_an_error(factors: World) -> None:
    factors.write("templates/{strategy}_{model}.py.jinja", "")
    result = factors.run("spec.toml")
    assert result.exit_code == 2
    assert "no template has {seed} in its name" in result.err
