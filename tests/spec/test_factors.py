"""Factors, axes and arms: what a spec may vary, and what each arm gets."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path

import pytest

from gen_sweeps.errors import Problem, SpecError
from gen_sweeps.spec.loading import load
from gen_sweeps.spec.model import Expression, Reference, Spec

SPEC = """\
[sweep]
name = "cartpole"
output = "out"
control = "adam"

[treatment]
call = "Optimizer"
vary = ["kind", "seed", "lr", "exp_name"]

[vars]
lr = 1e-3
queue = "q"
exp_name = "{strategy}-{seed}"

[strategies.sgd]
args.kind = { python = "optim.SGD" }
args.seed = { var = "seed" }
vars.lr = 0.1

[strategies.adam]
args.kind = { python = "optim.Adam" }

[axes.seed]
levels = [0, 1]

[axes.model.small]
hidden = 128
[axes.model.large]
hidden = 512
"""


def read(folder: Path, text: str) -> Spec:
    """Load a spec of this text."""
    path = folder / "spec.toml"
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return load(path)


def problems(folder: Path, text: str) -> list[str]:
    """Return what is wrong with a spec of this text, one line each, without its path."""
    with pytest.raises(SpecError) as raised:
        read(folder, text)
    return [_line(problem, folder) for problem in raised.value.problems]


def _line(problem: Problem, folder: Path) -> str:
    hint = f" ({problem.hint})" if problem.hint else ""
    return f"{problem}{hint}".replace(f"{folder / 'spec.toml'}:", "")


def _variables(spec: Spec, name: str) -> Mapping[str, object]:
    return {arm.name: arm.vars.get(name) for arm in spec.arms}


def test_arms_are_all_combinations_the_controls_first(tmp_path: Path) -> None:
    spec = read(tmp_path, SPEC)
    assert [arm.name for arm in spec.arms] == [
        f"{strategy}-{seed}-{model}"
        for strategy in ("adam", "sgd")
        for seed in (0, 1)
        for model in ("small", "large")
    ]
    assert [strategy.name for strategy in spec.strategies] == ["sgd", "adam"]
    assert spec.axis_names == ("strategy", "seed", "model")
    last = spec.arms[-1]
    assert last.levels == {"strategy": "sgd", "seed": "1", "model": "large"}
    assert last.values == {"seed": 1, "model": "large"}
    assert spec.control_of(last).name == "adam-1-large"
    assert spec.warnings == ()


def test_each_arm_has_its_variables_and_arguments(tmp_path: Path) -> None:
    spec = read(tmp_path, SPEC)
    last = spec.arms[-1]
    assert dict(last.vars) == {"lr": 0.1, "queue": "q", "exp_name": "sgd-1", "hidden": 512}
    assert last.strategy is not None
    assert list(last.strategy.args.items()) == [("kind", Expression("optim.SGD")), ("seed", 1)]
    assert spec.depends == {
        "lr": {"strategy"},
        "queue": frozenset(),
        "exp_name": {"strategy", "seed"},
        "hidden": {"model"},
    }
    assert spec.argument_depends == {"kind": {"strategy"}, "seed": {"strategy", "seed"}}


def test_what_is_equal_is_one_object(tmp_path: Path) -> None:
    spec = read(tmp_path, SPEC.replace('exp_name = "{strategy}-{seed}"', 'exp_name = "{strategy}"'))
    arms = {arm.name: arm for arm in spec.arms}
    assert arms["adam-0-small"].strategy is arms["adam-1-large"].strategy
    assert arms["adam-0-small"].vars is arms["adam-1-small"].vars
    assert arms["sgd-0-small"].strategy is arms["sgd-0-large"].strategy


def test_later_overrides_win_over_strategies_those_over_levels_and_those_over_vars(
    tmp_path: Path,
) -> None:
    spec = read(
        tmp_path,
        """
        [sweep]
        name = "x"
        output = "out"
        control = "a"
        [treatment]
        vary = ["x"]
        [vars]
        x = "vars"
        [axes.m.l]
        x = "level"
        [axes.m.s]
        [strategies.a]
        [strategies.b]
        vars.x = "strategy {m}"
        [[overrides]]
        when = { strategy = "b", m = ["s", "l"] }
        vars.x = "first"
        vars.y = 1
        [[overrides]]
        when = { m = "l", strategy = ["b"] }
        vars.x = "second"
        """,
    )
    values = {"a-l": "level", "a-s": "vars", "b-l": "second", "b-s": "first"}
    assert _variables(spec, "x") == values
    assert _variables(spec, "y") == {"a-l": None, "a-s": None, "b-l": 1, "b-s": 1}
    assert spec.depends == {"x": {"strategy", "m"}, "y": {"strategy", "m"}}


@pytest.mark.parametrize(
    ("text", "filled", "axes"),
    [
        ('"{seed}"', "7", {"seed"}),
        ('"{strategy}_{seed}"', "a_7", {"strategy", "seed"}),
        ('"{strategy}"', "{strategy}", set()),
        ('"{{strategy}}"', "{{strategy}}", set()),
        ('"{{seed}} {seed}"', "{seed} 7", {"seed"}),
        ('"{seed:3} {} {x} { seed } ${HOME} 5% %s {seed}"', None, {"seed"}),
        ('["{seed}", { k = "{seed}" }]', ("7", {"k": "7"}), {"seed"}),
        ("{ python = \"'{seed}'\" }", Expression("'{seed}'"), set()),
        ('{ var = "seed" }', 7, {"seed"}),
        ('{ var = "other" }', "_7", {"seed"}),
        ('{ base = "SIZE" }', Reference("SIZE"), set()),
    ],
)
def test_names_of_axes_in_braces_are_filled_in(
    tmp_path: Path, text: str, filled: object, axes: set[str]
) -> None:
    spec = read(
        tmp_path,
        f"""
        [sweep]
        name = "x"
        output = "out"
        control = "a"
        [vars]
        x = {text}
        other = "_{{seed}}"
        [base."All"]
        SIZE = 4
        [axes.seed]
        levels = [7]
        [strategies.a]
        """,
    )
    if filled is None:
        filled = "{seed:3} {} {x} { seed } ${HOME} 5% %s 7"
    assert spec.arms[0].vars["x"] == filled
    assert spec.depends["x"] == axes


def test_a_variable_that_varies_may_have_the_strategy_alone_in_it(tmp_path: Path) -> None:
    text = SPEC.replace('"{strategy}-{seed}"', '"run_{strategy}_{{strategy}}"')
    spec = read(tmp_path, text)
    assert spec.arms[0].vars["exp_name"] == "run_adam_{strategy}"
    assert spec.depends["exp_name"] == {"strategy"}


def test_axes_alone_make_arms_and_a_table_says_what_is_compared(tmp_path: Path) -> None:
    text = """
        [sweep]
        name = "x"
        output = "out"
        control = { model = "small" }
        [axes.seed]
        levels = [1, 1e-3, true, "a.b"]
        [axes.model]
        small = {}
        large = {}
        """
    spec = read(tmp_path, text)
    assert [arm.name for arm in spec.arms][:4] == ["1-small", "1-large", "1e-3-small", "1e-3-large"]
    assert [arm.values["seed"] for arm in spec.arms][::2] == [1, 0.001, True, "a.b"]
    assert [arm.strategy for arm in spec.arms] == [None] * 8
    assert spec.control_of(spec.arms[3]) is spec.arms[2]
    spec = read(tmp_path, text.replace("control", "# control"))
    assert spec.control == {}
    assert all(spec.control_of(arm) is arm for arm in spec.arms)


def test_combinations_can_be_excluded(tmp_path: Path) -> None:
    excluded = 'exclude = [{ strategy = "sgd", model = ["large"], seed = 0 }, { seed = [1] }]\n'
    spec = read(tmp_path, SPEC.replace('control = "adam"\n', f'control = "adam"\n{excluded}'))
    names = ["adam-0-small", "adam-0-large", "sgd-0-small"]
    assert [arm.name for arm in spec.arms] == names
    assert [level.name for level in spec.axes[0].levels] == ["0"]


@pytest.mark.parametrize(
    ("excluded", "problem"),
    [
        (
            '{ strategy = "adam", seed = 0 }',
            (
                "5:12: sweep.exclude.0: removes the arm adam-0-small, which sgd-0-small is "
                "compared with (exclude the arms compared with it too)"
            ),
        ),
        ("{ seed = [0, 1] }", "5:1: sweep.exclude: leaves no arm"),
        (
            "{ sed = 0 }",
            "5:14: sweep.exclude.0.sed: no axis is called 'sed' (did you mean `seed`?)",
        ),
        (
            '{ model = "tiny" }',
            (
                "5:22: sweep.exclude.0.model: no level of `model` is called 'tiny' (levels: small, "
                "large)"
            ),
        ),
        ("{}", "5:12: sweep.exclude.0: is empty"),
    ],
)
def test_what_is_excluded_must_be_there_and_not_be_needed(
    tmp_path: Path, excluded: str, problem: str
) -> None:
    old = 'control = "adam"\n'
    assert problems(tmp_path, SPEC.replace(old, f"{old}exclude = [{excluded}]\n")) == [problem]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "vars.lr",
            "vars.lrr",
            (
                "18:6: strategies.sgd.vars.lrr: 'lrr' is not in `treatment.vary` (did you mean "
                "`lr`?)"
            ),
        ),
        (
            'vary = ["kind", ',
            "vary = [",
            (
                "16:6: strategies.sgd.args.kind: 'kind' is not in `treatment.vary` (add 'kind' "
                "to `treatment.vary`)"
            ),
        ),
        (
            "args.seed =",
            "args.lr =",
            (
                "8:25: treatment.vary.2: 'lr' is set both as an argument and as a variable (set it "
                "either in `args` or in `vars`)"
            ),
        ),
        (
            'call = "Optimizer"\n',
            "",
            (
                "15:6: strategies.sgd.args.kind: is an argument, but `[treatment]` names no `call` "
                '(add `call = "…"`, or set it in `[strategies.sgd.vars]`)'
            ),
        ),
        (
            'call = "Optimizer"\n',
            "shared = { a = 1 }\n",
            (
                "7:1: treatment.shared: has arguments, but `[treatment]` names no `call` "
                '(add `call = "…"`)'
            ),
        ),
        (
            "[vars]\n",
            'shared.n = { var = "hidden" }\n[vars]\n',
            (
                "10:8: treatment.shared.n: depends on model, so it is not shared (add 'n' to "
                "`vary`, and set it in each strategy's `args`)"
            ),
        ),
        (
            'call = "Optimizer"',
            'call = ["A", "B"]',
            (
                "7:8: treatment.call: must be a string, not an array (name one call; what else "
                "differs is a variable: name it in `vary`, set it in `[strategies.NAME.vars]` and "
                "print it in the template)"
            ),
        ),
        (
            "queue =",
            "loop =",
            "12:1: vars.loop: 'loop' has a meaning of its own in Jinja",
        ),
        ("queue =", "arm =", "12:1: vars.arm: 'arm' is something else to templates"),
        (
            "queue =",
            "seed =",
            (
                "12:1: vars.seed: 'seed' is an axis, whose level templates see by this name (give "
                "the variable another name)"
            ),
        ),
        (
            "[axes.model.small]\n",
            "[axes.size.m]\nhidden = 1\n[axes.model.small]\n",
            (
                "29:1: axes.model.small.hidden: is set by the axis 'size' too: which one is to "
                "win? (combine them in `[[overrides]]`)"
            ),
        ),
        (
            "levels = [0, 1]",
            'levels = [0, "0"]',
            "24:14: axes.seed.levels.1: '0' is listed twice",
        ),
        (
            "levels = [0, 1]",
            "levels = [0, -1]",
            (
                "24:14: axes.seed.levels.1: '-1' can't be part of file names: a name takes ASCII "
                "letters, digits, `_`, `.` and `-`, and starts with none of the last two (give the "
                "level a name: `[axes.NAME.LEVEL]`, with the value as a variable)"
            ),
        ),
        (
            "levels = [0, 1]",
            "levels = [0, 1]\nx = {}",
            (
                "25:1: axes.seed.x: unknown key (an axis has either `levels` or a table for each "
                "level)"
            ),
        ),
        (
            "[axes.seed]\nlevels = [0, 1]",
            "[axes]\nseed = [0, 1]",
            (
                "24:8: axes.seed: must be a table, not an array (write a table, as in "
                "`[axes.seed]` with `levels = [0, 1, 2]`)"
            ),
        ),
        (
            "[axes.model.small]",
            '[axes.x]\nlevels = ["0-0", "0"]\n[axes.y]\nlevels = [0, "0-0"]\n[axes.model.small]',
            "30:7: axes.model: makes two arms called 'adam-0-0-0-0-small' (rename a level)",
        ),
        (
            "[axes.model.small]",
            f"[axes.x]\nlevels = {list(range(50_000))}\n[axes.model.small]",
            "28:7: axes.model: makes 400000 arms of all levels; a spec has at most 100000",
        ),
        (
            'queue = "q"',
            'queue = { var = "exp" }',
            (
                "12:9: vars.queue: no variable or axis is called 'exp' (define `exp` under "
                "`[vars]`; a table with this one key is written `{ python = \"{'var': 'exp'}\" }`)"
            ),
        ),
        (
            'queue = "q"',
            'queue = { base = "N" }',
            (
                "12:9: vars.queue: no constant is called 'N' (define N under [base.…]; a table "
                "with this one key is written `{ python = \"{'base': 'N'}\" }`)"
            ),
        ),
        (
            'queue = "q"',
            'queue = { base = "resnet-50" }',
            (
                "12:9: vars.queue: no constant is called 'resnet-50' (a table with this one key is "
                "written `{ python = \"{'base': 'resnet-50'}\" }`)"
            ),
        ),
        (
            '[treatment]\ncall = "Optimizer"',
            '[base.A]\nLR = 1e-3\n[treatment]\ncall = "LR"',
            (
                "7:1: base.A.LR: is the name of the treatment's call, LR (`call` names what is "
                "called; a value that varies is a variable: name it in `vary`, set it in "
                "`[strategies.NAME.vars]` and print it in the template)"
            ),
        ),
        (
            "vars.lr =",
            "lr =",
            (
                "18:1: strategies.sgd.lr: unknown key (what a strategy sets stands in `args` or in "
                "`vars`, as in `vars.lr = 1e-3`)"
            ),
        ),
        (
            "levels = [0, 1]",
            'levels = [{ python = "None" }]',
            (
                "24:11: axes.seed.levels.0: must be a boolean, a number or a string, not a table "
                "(give the level a name: `[axes.NAME.LEVEL]`, with the value as a variable)"
            ),
        ),
        (
            'control = "adam"',
            'control = "adam"\nexclude = { strategy = "sgd" }',
            "5:11: sweep.exclude: must be an array, not a table (put `[` and `]` around it)",
        ),
        (
            "[axes.seed]",
            '[overrides]\nwhen = { strategy = "sgd" }\n[axes.seed]',
            "23:2: overrides: must be an array, not a table (write `[[overrides]]`)",
        ),
        (
            "[axes.seed]",
            '[[overrides]]\nwhen = { strategy = "sgd" }\nvars.lr = 1\nhidden = 2\n[axes.seed]',
            (
                "26:1: overrides.0.hidden: unknown key (variables stand in `vars`, as in "
                "`vars.hidden = 384`)"
            ),
        ),
        (
            'queue = "q"',
            'queue = [{ var = "b" }]\nb = { var = "queue" }',
            "12:9: vars.queue: refers to itself: queue -> b -> queue",
        ),
        (
            'queue = "q"',
            'queue = { var = "strategy" }',
            (
                "12:9: vars.queue: is the strategy's name, which differs between strategies (add "
                "'queue' to `treatment.vary`)"
            ),
        ),
        (
            "lr = 1e-3",
            'b = { var = "lr" }',
            (
                "11:5: vars.b: 'lr' has no value in the arm adam-0-small (give it a default under "
                "`[vars]`: `lr = …`)"
            ),
        ),
        (
            "[axes.seed]",
            '[base."A"]\nX = { var = "lr" }\n[axes.seed]',
            "24:7: base.A.X.var: is a variable: constants are the same in all arms",
        ),
        (
            "[axes.seed]",
            "[matrix]\n[axes.seed]",
            (
                "23:2: matrix: unknown key (cross the strategies with a further factor by "
                "`[axes.seed]`, `levels = [0, 1, 2]`)"
            ),
        ),
        (
            'control = "adam"',
            "",
            '1:2: sweep.control: is missing (as in `control = "identity"`)',
        ),
        (
            'control = "adam"',
            "control = { sed = 0 }",
            "4:13: sweep.control.sed: no axis is called 'sed' (did you mean `seed`?)",
        ),
        (
            'control = "adam"',
            "control = { seed = 5 }",
            "4:20: sweep.control.seed: no level of `seed` is called '5' (levels: 0, 1)",
        ),
        (
            'control = "adam"',
            'control = "adam"\nline_length = 39',
            "5:15: sweep.line_length: must be from 40 to 1000",
        ),
        (
            "[axes.seed]",
            '[[overrides]]\nwhen = { seed = [0], strategy = "sdg" }\nvars.x = 1\n[axes.seed]',
            "24:33: overrides.0.when.strategy: no strategy is called 'sdg' (did you mean `sgd`?)",
        ),
        (
            "[axes.seed]",
            "[[overrides]]\nvars.x = 1\n[axes.seed]",
            (
                '23:3: overrides.0.when: is missing (as in `when = { strategy = "coma_advantage", '
                'model = ["large"] }`)'
            ),
        ),
    ],
)
def test_what_does_not_fit_is_reported_at_its_place(
    tmp_path: Path, old: str, new: str, problem: str
) -> None:
    assert old in SPEC
    assert problem in problems(tmp_path, SPEC.replace(old, new, 1))


def test_an_override_must_match_an_arm_that_is_not_excluded(tmp_path: Path) -> None:
    text = SPEC.replace('"adam"\n', '"adam"\nexclude = [{ strategy = "sgd", seed = 1 }]\n', 1)
    text += '[[overrides]]\nwhen = { strategy = "sgd", seed = 1 }\nvars.x = 1\n'
    assert problems(tmp_path, text) == ["32:1: overrides.0.when: matches none of the arms"]


def test_a_factor_that_nobody_sets_is_a_warning(tmp_path: Path) -> None:
    spec = read(tmp_path, SPEC.replace('"lr",', '"lr", "betas",'))
    (warning,) = spec.warnings
    assert _line(warning, tmp_path) == (
        "8:31: treatment.vary.3: 'betas' is set by no strategy (set it in a strategy, or remove "
        "'betas' from `vary`)"
    )


def test_arms_whose_factors_are_all_equal_are_a_warning(tmp_path: Path) -> None:
    copied = '[strategies.copy]\nargs.kind = { python = "optim.Adam" }\n'
    spec = read(tmp_path, SPEC.replace("[axes.seed]", f"{copied}[axes.seed]"))
    (warning,) = spec.warnings
    assert _line(warning, tmp_path) == (
        "23:13: strategies.copy: the arms adam-0-small and copy-0-small differ in nothing that a "
        "strategy sets (set what tells it apart, or remove one of the two)"
    )
    told_apart = f"{copied}vars.lr = 0.5\n[axes.seed]"
    assert read(tmp_path, SPEC.replace("[axes.seed]", told_apart)).warnings == ()
    named = SPEC.replace("[axes.seed]", f"{copied}[axes.seed]").replace(
        '"lr",', '"lr", "strategy",'
    )
    assert read(tmp_path, named).warnings == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("q_{seed:03d}", "has `{seed:03d}`, which is printed as it is"),
        ("q_{ seed }", "has `{ seed }`, which is printed as it is"),
        ("q_{Seed!r}_{model}", "has `{Seed!r}`, which is printed as it is"),
        ("q_{strategy}", "has `{strategy}`, which is printed as it is"),
        ("q_{seed}_{lr}", "has `{lr}`, which is printed as it is"),
        ("q_{strategy}_{seed}", None),
        ("q_{{seed}}_{other}_{}_{0}_${lr}", None),
        ("q_{{strategy}}_{{seed:03d}}_{seeds}", None),
    ],
)
def test_what_looks_filled_in_and_is_not_is_a_warning(
    tmp_path: Path, text: str, message: str | None
) -> None:
    found = read(tmp_path, SPEC.replace('queue = "q"', f'queue = "{text}"')).warnings
    assert [f"12:1: vars.queue: {message}"] == [
        _line(warning, tmp_path).partition(" (")[0] for warning in found
    ] or (message is None and not found)
