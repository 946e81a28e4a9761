"""The proof: whatever leaks out of the treatment is refused, named, and nothing is written."""

from __future__ import annotations

from dataclasses import replace

import pytest
from conftest import PYTHON, World

from gen_sweeps import load, prove, render
from gen_sweeps.rendering.skeleton import Page

TEMPLATE = "templates/run_{strategy}.py.jinja"
IF = "{% if strategy.name == 'shaped' %}"

LEAKS = {
    "a value": ("steps=10", f"steps={IF}11{{% else %}}10{{% endif %}}"),
    "a number written otherwise": ("0.6", f"{IF}0.60{{% else %}}0.6{{% endif %}}"),
    "a type": ("steps=10", f"steps={IF}10.0{{% else %}}10{{% endif %}}"),
    "quotes": ("import Block", f"import Block; x = {IF}'a'{{% else %}}\"a\"{{% endif %}}; y"),
    "a keyword more": ("steps=10", f"steps=10{IF}, x=1{{% endif %}}"),
    "a keyword less": ("steps=10", f"{IF}{{% else %}}steps=10{{% endif %}}"),
    "keywords in another order": (
        "temperature=0.6, steps=10",
        f"{IF}steps=10, temperature=0.6{{% else %}}temperature=0.6, steps=10{{% endif %}}",
    ),
    "a comment": ("config =", "# for {{ strategy.name }}\nconfig ="),
    "a comment at the end": ("]\n", f"]{IF}  # x{{% endif %}}\n"),
    "a blank line": ("config =", f"{IF}\n\n{{% endif %}}config ="),
    "a trailing space": ("config = [", f"config = [{IF} {{% endif %}}"),
    "an import": ("from sdk", f"{IF}import os\n{{% endif %}}from sdk"),
    "a name": ("config =", "config_{{ strategy.name | name }} ="),
    "a class name": ("config =", "class C{{ strategy.name | name }}: pass\nconfig ="),
    "an f-string": ("steps=10", "steps=f'{ {{- strategy.name | length }} }'"),
    "a string": ("steps=10", "steps={{ strategy.name | python }}"),
    "a list element": ("{{ treatment }},", f"{{{{ treatment }}}},{IF} 3,{{% endif %}}"),
    "an element before": ("{{ treatment }},", f"{IF}3, {{% endif %}}{{{{ treatment }}}},"),
    "a comma": ("{{ treatment }},", f"{{{{ treatment }}}}{IF}{{% else %}},{{% endif %}}"),
    "a wrapped line": ("temperature=0.6, ", f"temperature=0.6,{IF}\n{{% else %}} {{% endif %}}"),
    "parentheses": ("steps=10", f"steps={IF}(10){{% else %}}10{{% endif %}}"),
    "an operator": ("{{ treatment }},", f"{IF}not {{% endif %}}{{{{ treatment }}}},"),
    "a call on the treatment": ("{{ treatment }},", f"{{{{ treatment }}}}{IF}.x(){{% endif %}},"),
    "a decorator": ("config =", f"{IF}@d\n{{% endif %}}def f(): ...\nconfig ="),
    "a default": ("config =", f"def f(a{IF}=1{{% endif %}}): ...\nconfig ="),
    "an annotation": ("config =", f"config{IF}: list{{% endif %}} ="),
    "indentation": ("    Other", f"    {IF} {{% endif %}}Other"),
    "a statement at the end": ("]\n", f"]\n{IF}x = 1\n{{% endif %}}"),
    "a blank line at the end": ("]\n", f"]\n{IF}\n\n{{% endif %}}"),
    "text behind the docstring": ('"""\n\nfrom', f'"""{IF}  # x{{% endif %}}\n\nfrom'),
    "a semicolon": ("]\n", f"]{IF};{{% endif %}}\n"),
    "a star": ("Other(temp", f"Other({IF}*[], {{% endif %}}temp"),
    "a negative number": ("steps=10", f"steps={IF}-{{% endif %}}10"),
    "a None": ("steps=10", f"steps={IF}None{{% else %}}0{{% endif %}}"),
}


TITLED = '[strategies.shaped]\ntitle = "A title"\n[strategies.shaped.args]'


@pytest.mark.parametrize("leak", LEAKS)
def test_a_leak_is_refused_and_nothing_is_written(world: World, leak: str) -> None:
    old, new = LEAKS[leak]
    world.replace(TEMPLATE, old, new)
    result = world.run("spec.toml")
    assert result.exit_code == 1, result.err
    assert result.err.startswith("error: out/run_shaped.py:")
    assert "depends on which arm it is for, at " in result.err
    assert " where the name of the control (plain) would make it " in result.err
    hint = "print a variable that varies at ", ', or put "strategy" into `treatment.vary`\n'
    if leak == "a string":
        variable = 'write `steps = "{strategy}"` in `[vars]`, name steps in `treatment.vary` and '
        hint = f"{variable}print it at ", '; or put "strategy" there\n'
    assert f"hint: {hint[0]}templates/run_{{strategy}}.py.jinja:" in result.err
    assert hint[1] in result.err
    assert not world.path("out").exists()


LOOKS = (
    "strategy.name == 'shaped'",
    "'shaped' == strategy.name",
    "strategy.name != 'plain'",
    "strategy.name > 'q'",
    "'q' < strategy.name",
    "strategy.name is eq 'shaped'",
    "strategy.name is in ['shaped']",
    "strategy.name is gt 'q'",
    "strategy.name in ['shaped']",
    "strategy.name in {'shaped': 1}",
    "'ha' in strategy.name",
    "{'shaped': 1}.get(strategy.name)",
    "{strategy.name: 1}.get('shaped')",
    "strategy.name | length > 5",
    "strategy.name.startswith('s')",
    "(strategy.name | upper) == 'SHAPED'",
    "(strategy.name | safe) == 'shaped'",
    "(strategy.name ~ 1) == 'shaped1'",
    "(1 ~ strategy.name ~ 2) | length > 7",
    "(strategy.name + 'x') == 'shapedx'",
    "('x' + strategy.name) | length > 6",
    "(['a'] ~ strategy.name) | length > 10",
    "([strategy.name] ~ '') | length > 9",
    "('%s' | format(strategy.name)) == 'shaped'",
    "'{}'.format(strategy.name) == 'shaped'",
    "(strategy.name | replace('shaped', '')) == ''",
    "([strategy.name, 'q'] | sort | first) == 'q'",
    "([strategy.name, 'q'] | max) != 'q'",
    "([strategy.name, 'shaped'] | unique | list | length) == 1",
    "([strategy] | map(attribute='name') | list)[0] == 'shaped'",
    "([strategy] | selectattr('name', 'equalto', 'shaped') | list)",
    "([strategy] | groupby('name'))[0].grouper == 'shaped'",
    "arm.name == 'shaped'",
    "arm.file == 'run_shaped.py'",
)
"""What is true of the one arm only, each by another way to look at its name."""


@pytest.mark.parametrize("look", LOOKS)
def test_no_way_to_look_at_the_identity_goes_unseen(world: World, look: str) -> None:
    result = world.run("spec.toml")
    assert result.exit_code == 0, result.err
    world.replace(TEMPLATE, "steps=10", f"steps={{{{ 1 if {look} else 2 }}}}")
    result = world.run("spec.toml")
    assert result.exit_code == 1, result.err
    assert "out/run_shaped.py:10: depends on which arm it is for, at " in result.err


def test_a_layout_that_depends_on_the_identity_is_seen(world: World) -> None:
    title = '"""{{ strategy.title | docstring }}'
    world.replace(
        TEMPLATE, f"{title}.\n\n", f'{title}"""; x = {{{{ ([1] * 20) | python }}}}\ny = """'
    )
    long = f'[strategies.plain]\ntitle = "{"long " * 12}"'
    world.replace("spec.toml", "[strategies.plain]", long)
    result = world.run("spec.toml")
    assert result.exit_code == 1, result.err
    assert "depends on which arm it is for" in result.err


def test_identity_that_is_only_printed_in_the_docstring_is_rendered_once(world: World) -> None:
    printed = "{{ strategy.title | docstring }}, {{ 'run ' ~ strategy.name ~ 1 }}, {{ arm.file }}."
    world.replace(TEMPLATE, "{{ strategy.title | docstring }}.", printed)
    rendering = render(load(world.path("spec.toml")))

    def refuse() -> Page:
        raise AssertionError

    files = {path: replace(file, under_control=refuse) for path, file in rendering.items()}
    assert prove(replace(rendering, files=files)).digests


@pytest.mark.parametrize(
    ("line", "name", "pattern"),
    [
        ('output_dir = "runs/{{ strategy }}"', "output_dir", "runs/{strategy}"),
        ("train(run_name='{{ arm.name }}-2')", "run_name", "{strategy}-2"),
        ('CONFIG = {"exp": {{ ("of_" ~ strategy) | python }}}', "exp", "of_{strategy}"),
        ("x = ['{{ strategy }}']", None, None),
        ('x = "{{ strategy.title }}"', None, None),
    ],
)
def test_a_text_with_the_arms_name_in_it_is_answered_with_its_pattern(
    world: World, line: str, name: str | None, pattern: str | None
) -> None:
    world.replace("spec.toml", "[strategies.shaped.args]", TITLED)
    world.replace(TEMPLATE, "]\n", f"]\n{line}\n")
    err = world.run("spec.toml").err
    if name is None:
        assert "hint: print a variable that varies at " in err
        return
    assert (
        f'hint: write `{name} = "{pattern}"` in `[vars]`, name {name} in `treatment.vary` and '
        'print it at templates/run_{strategy}.py.jinja:13; or put "strategy" there\n'
    ) in err


def test_a_leak_is_named_with_its_line_and_what_the_control_has_there(world: World) -> None:
    old, new = LEAKS["a number written otherwise"]
    world.replace(TEMPLATE, old, new)
    assert (
        "error: out/run_shaped.py:10: depends on which arm it is for, at "
        "config[0].temperature (spelling): has `0.60` where the name of the control "
        "(plain) would make it `0.6`\n"
        "hint: print a variable that varies at templates/run_{strategy}.py.jinja:10, or put "
        '"strategy" into `treatment.vary`\n'
    ) in world.run("spec.toml").err


def test_a_leak_into_many_files_is_explained_for_some_and_counted_for_all(world: World) -> None:
    strategies = "".join(f"[strategies.s{i}]\n" for i in range(30))
    world.write("spec.toml", world.read("spec.toml") + strategies)
    world.replace(TEMPLATE, "steps=10", "steps={{ strategy.name | python }}")
    result = world.run("spec.toml")
    assert result.err.count("depends on which arm it is for") == 10
    assert "error: 21 more files are not proven\n" in result.err


@pytest.mark.parametrize(
    ("new", "error"),
    [
        ("{{ treatment }}, {{ treatment }}", "out/run_plain.py: has 2 treatment calls (line 11, "),
        ("{{ treatment }}, Block()", "has 2 treatment calls (line 11, line 13)"),
        ("{{ treatment }}, sdk.Block(size=1)", "has 2 treatment calls (line 11, line 13)"),
        ("1", "out/run_plain.py: has no treatment call"),
        ("Block(size=SIZE)", "out/run_plain.py: has no treatment call"),
        ("'''{{ treatment }}'''", "has no treatment call: Block is not called in its code"),
        ("f'''{ {{- treatment -}} }'''", "calls Block in an f-string"),
        ("{{ treatment }}, f'{Block()}'", "calls Block in an f-string"),
        ("{{ treatment }}, Block", "aliases Block"),
        ("{{ treatment }}, partial(Block, 1)", "aliases Block"),
        ("{{ treatment }}, (lambda b=Block: b)()", "aliases Block"),
        ("{{ treatment }}, (D := sdk.Block)", "aliases Block"),
        ("sdk.{{ treatment }}", "the treatment is not a call of Block on its own: sdk.Block"),
        ("My{{ treatment }}", "has no treatment call: Block is not called in its code"),
    ],
)
def test_what_is_not_exactly_one_treatment_call_is_refused(
    world: World, new: str, error: str
) -> None:
    world.replace(TEMPLATE, "{{ treatment }}", new)
    result = world.run("spec.toml")
    assert result.exit_code == 1
    assert error in result.err
    assert "hint: " in result.err
    assert not world.path("out").exists()


def test_a_call_through_a_module_is_told_how_to_be_named(world: World) -> None:
    world.replace(TEMPLATE, "{{ treatment }}", "sdk.{{ treatment }}")
    err = world.run("spec.toml").err
    assert 'hint: write `call = "sdk.Block"` and place `{{ treatment }}` alone' in err
    world.replace(TEMPLATE, "sdk.{{ treatment }}", "{{ treatment }}")
    world.replace("spec.toml", 'call = "Block"', 'call = "sdk.Block"')
    assert world.run("spec.toml").exit_code == 0


@pytest.mark.parametrize("alias", ["from sdk import Block as B, Other", "B = sdk.Block"])
def test_a_call_hidden_behind_an_alias_is_refused(world: World, alias: str) -> None:
    world.replace(TEMPLATE, "from sdk import Block, Other", f"from sdk import Other\n{alias}")
    world.replace(TEMPLATE, "{{ treatment }}", "{{ treatment }}, B(kind=1)")
    result = world.run("spec.toml")
    assert result.exit_code == 1
    assert "aliases Block, which could hide a treatment call" in result.err


def test_a_second_treatment_in_one_strategy_is_refused(world: World) -> None:
    world.replace(
        TEMPLATE, "{{ treatment }},", f"{{{{ treatment }}}},{IF} {{{{ treatment }}}},{{% endif %}}"
    )
    result = world.run("spec.toml")
    assert result.exit_code == 1
    assert "error: out/run_shaped.py: has 2 treatment calls (line 11, line 15)" in result.err


def test_a_file_that_one_strategy_breaks_is_not_valid_python(world: World) -> None:
    world.replace(TEMPLATE, "steps=10", f"steps=10{IF} 10{{% endif %}}")
    result = world.run("spec.toml")
    assert result.exit_code == 2
    assert "error: out/run_shaped.py:10:34: is not valid Python" in result.err


def test_annotations_and_imports_of_the_call_are_no_aliases(world: World) -> None:
    world.replace(TEMPLATE, "config = [", "config: list[Block | Other] = [")
    assert world.run("spec.toml").exit_code == 0
    world.replace(TEMPLATE, "config:", "def f(a: Block) -> Block: ...\n\n\nconfig:")
    assert world.run("spec.toml").exit_code == 0


def test_a_dotted_call_is_proven_likewise(world: World) -> None:
    world.replace("spec.toml", 'call = "Block"', 'call = "sdk.Block"')
    world.replace(TEMPLATE, "from sdk import Block, Other", "import sdk\nfrom sdk import Other")
    result = world.run("spec.toml")
    assert result.exit_code == 0
    assert "differ only in sdk.Block(kind, params)" in result.out


def test_other_calls_of_a_builtin_are_no_second_treatment(world: World) -> None:
    world.replace("spec.toml", 'call = "Block"', 'call = "dict"')
    world.replace(TEMPLATE, "{{ treatment }},", "{{ treatment }}, dict(a=1), dict,")
    result = world.run("spec.toml", "--paranoid")
    assert result.exit_code == 0, result.err
    world.replace(TEMPLATE, "{{ treatment }},", "{{ treatment }}, {{ treatment }},")
    assert "has 2 treatment calls (line 11, " in world.run("spec.toml").err


def test_docstrings_may_differ_in_text_and_in_length(world: World) -> None:
    world.replace("spec.toml", "[strategies.plain]", "[strategies.plain]\ntitle = 'a \"b\" \\ c'")
    world.replace(TEMPLATE, "docstring }}.", "docstring }}.\n" + IF + "\nmore\n\n{% endif %}")
    assert world.run("spec.toml").exit_code == 0


@pytest.mark.parametrize("depth", [49, 50])
def test_values_as_deep_as_a_spec_takes_are_accepted_in_place(world: World, depth: int) -> None:
    deep = "[" * depth + "]" * depth
    world.replace("spec.toml", "params = { gamma = 0.99 }", f"params = {deep}")
    result = world.run("spec.toml")
    assert (result.exit_code == 0) == (depth <= 50)


def test_what_nests_too_deep_in_its_place_is_refused_only_if_python_does(world: World) -> None:
    world.replace(TEMPLATE, "{{ treatment }},", f"{'(' * 160}{{{{ treatment }}}}{')' * 160},")
    assert world.run("spec.toml").exit_code == 0
    deep = "[" * 50 + "]" * 50
    world.replace("spec.toml", "params = { gamma = 0.99 }", f"params = {deep}")
    result = world.run("spec.toml")
    assert result.exit_code == 2
    assert "error: out/run_shaped.py" in result.err
    assert f"not valid {PYTHON}: too many nested parentheses" in result.err


def test_a_file_that_hides_a_standard_module_is_a_warning(world: World) -> None:
    world.path(TEMPLATE).rename(world.path("templates/{strategy}.py.jinja"))
    world.replace("spec.toml", "[strategies.shaped.args]", "[strategies.random.args]")
    result = world.run("spec.toml")
    assert result.exit_code == 0
    assert result.err == (
        "warning: out/random.py: hides Python's own random from what is run as a script beside it\n"
        "hint: give templates/{strategy}.py.jinja a name with more in it, such as "
        "run_{strategy}.py.jinja\n"
    )


@pytest.mark.parametrize(
    "use",
    [
        "assert isinstance(config[1], Block)",
        "assert issubclass(type(config[1]), (Other, Block))",
        "class Wide(Block): pass",
        "wide = Block.default()",
        "import sdk\nwide = sdk.Block.default()",
    ],
)
def test_the_class_of_the_treatment_may_be_used_without_being_called(
    world: World, use: str
) -> None:
    world.replace(TEMPLATE, "]\n", f"]\n{use}\n")
    result = world.run("spec.toml")
    assert (result.exit_code, result.err) == (0, "")


@pytest.mark.parametrize(
    "use", ["isinstance(x, B := Block)", "Block.size = 3", "class Wide(f(Block)): pass"]
)
def test_other_uses_of_the_class_are_refused(world: World, use: str) -> None:
    world.replace(TEMPLATE, "]\n", f"]\n{use}\n")
    result = world.run("spec.toml")
    assert result.exit_code in {1, 2}
    assert not world.path("out").exists()
