"""What looks like an accident in a family, and what becomes of the answers."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from adopted_families import adopted, config, grid, optimizers
from conftest import World

from gen_sweeps.adopt import AccidentKind

NAMES = ("adam", "lion", "rmsprop", "sgd", "muon", "lamb")
"""Strategies, none of which is called like a part of another."""

BODY = """\
from lab import Run

steps = 1000
batch_size = 64
warmup = 500
"""


def _family(*lines: str, names: Sequence[str] = NAMES) -> dict[str, str]:
    """Return small files with some lines in which each says its own name."""
    return {
        f"hopper_{name}.py": BODY
        + "".join(
            f"{line}\n".format(name=name, Name=name.title(), NAME=name.upper()) for line in lines
        )
        for name in names
    }


def _edited(texts: dict[str, str], name: str, old: str, new: str) -> dict[str, str]:
    """Return a family with a text of one file replaced, which stands there once."""
    assert texts[name].count(old) == 1
    return texts | {name: texts[name].replace(old, new)}


def _kinds(texts: dict[str, str]) -> dict[str, AccidentKind]:
    return {it.variable: it.kind for it in adopted(texts).accidents}


def _look_at(world: World, texts: dict[str, str], *answers: str) -> list[str]:
    """Return what a user is told to look at in files: a line for each that is odd."""
    for name, text in texts.items():
        world.write(f"configs/{name}", text)
    done = world.run("adopt", *(f"configs/{it}" for it in sorted(texts)), "--dry-run", *answers)
    assert done.exit_code == 0, done.err
    if not done.out.startswith("look at:\n"):
        assert "look at:" not in done.out
        return []
    told = done.out.split("\n\n")[0].split("\n")[1:]
    return [" ".join(line.split()) for line in told if "--keep" not in line]


def test_a_family_without_accidents_has_none() -> None:
    for ending in ("py", "yaml", "sh"):
        assert _kinds(optimizers(ending)) == {}
        assert _kinds(grid(ending)) == {}


# -- stale --


@pytest.mark.parametrize(
    ("line", "mine", "theirs"),
    [
        ('exp = "hopper_{name}_1"', "lion", "sgd"),
        ('exp = "{name}"', "lion", "sgd"),
        ('exp = "{Name}-v2"', "Lion", "Sgd"),
        ('exp = "{NAME}"', "LION", "SGD"),
        ('exp = "runs/hopper/{name}"', "lion", "sgd"),
        ("print('run {name}')", "lion", "sgd"),
        ("# Trained with {name}.", "lion", "sgd"),
    ],
)
def test_a_file_that_says_its_siblings_name_is_stale(
    empty: World, line: str, mine: str, theirs: str
) -> None:
    (told,) = _look_at(empty, _edited(_family(line), "hopper_lion.py", mine, theirs))
    assert told.startswith("stale configs/hopper_lion.py:6: ")
    has, usual = told.partition(" is ")[2].split(", a sibling's; by its name ")
    assert theirs in has
    assert has.replace(theirs, mine) == usual


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [("Trained with lion", "Trained with adam"), ("Lion baseline", "Adam baseline")],
)
def test_a_siblings_name_in_a_docstring_is_stale(empty: World, mine: str, theirs: str) -> None:
    texts = _edited(optimizers(), "hopper_lion.py", mine, theirs)
    (told,) = _look_at(empty, texts)
    assert told.startswith("stale configs/hopper_lion.py:")
    assert "a sibling's; by its name" in told


def test_a_siblings_name_is_known_by_its_words(empty: World) -> None:
    names = ("no_aug", "wide_net", "long_run", "big_batch")
    texts = _family(names=names)
    texts = {
        file: f'{text}exp = "{name.replace("_", "-")}-1"\n'
        for (file, text), name in zip(texts.items(), names, strict=True)
    }
    (told,) = _look_at(empty, _edited(texts, "hopper_long_run.py", "long-run", "no-aug"))
    assert told.startswith("stale configs/hopper_long_run.py:6: ")
    has, usual = told.partition(" is ")[2].split(", a sibling's; by its name ")
    assert has.replace("no-aug", "long-run") == usual


def test_the_seed_of_a_sibling_is_stale(empty: World) -> None:
    texts = {f"hopper_seed{seed}.py": config("py", "hopper", "adam", seed) for seed in range(4)}
    (told,) = _look_at(empty, _edited(texts, "hopper_seed2.py", "seed=2)", "seed=1)"))
    assert told.endswith(" is 1, a sibling's; by its name 2")


def test_of_three_files_two_tell_that_the_third_is_stale(empty: World) -> None:
    texts = _family('exp = "{name}"', names=NAMES[:3])
    (told,) = _look_at(empty, _edited(texts, "hopper_lion.py", '"lion"', '"adam"'))
    assert told.startswith("stale configs/hopper_lion.py:6:")


@pytest.mark.parametrize(
    ("line", "stale"),
    [
        ('exp_name = "{name}"', True),
        ('save_dir = "runs/{name}"', True),
        ("# python hopper_{name}.py", True),
        ('variant = "{name}"', False),
    ],
)
def test_a_name_within_a_files_own_is_a_siblings_where_runs_and_files_are_named(
    empty: World, line: str, *, stale: bool
) -> None:
    texts = _family(line, names=("adam", "adamw", "lion", "sgd", "muon"))
    texts = _edited(texts, "hopper_adamw.py", line.format(name="adamw"), line.format(name="adam"))
    assert [told.split()[0] for told in _look_at(empty, texts)] == ["stale"] * stale


@pytest.mark.parametrize(
    "line",
    [
        'policy = dict(type="{name}")',
        "{name}_config = dict(lr=0.1)",
        "run = {name}.Config",
        "from lab import {name}\nrun = {name}.{Name}Config(\n    a=1,\n)",
    ],
)
def test_what_code_calls_something_is_not_stale(empty: World, line: str) -> None:
    texts = _family(line)
    own, theirs = (line.format(name=it, Name=it.title()) for it in ("lion", "sgd"))
    assert _look_at(empty, _edited(texts, "hopper_lion.py", own, theirs)) == []


# -- a claim --

CLAIM = "Same as hopper_adam"


def _claiming(claim: str, **edits: tuple[str, str]) -> dict[str, str]:
    """Return a family in which a file makes a claim at its start, with that file edited."""
    texts = {
        name: text.replace("schedules.Step(every=30)", "schedules.Cosine(warmup=100)")
        for name, text in optimizers().items()
    }
    texts = _edited(texts, "hopper_lion.py", "Trained with lion.", f"Trained with lion.\n\n{claim}")
    for old, new in edits.values():
        texts = _edited(texts, "hopper_lion.py", old, new)
    return texts


@pytest.mark.parametrize(
    "claim",
    [
        f"{CLAIM}.py, except for the optimizer.",
        f"{CLAIM}, but with lr 1e-4 and the type Lion.",
        f"{CLAIM}, except for the type and lr.",
        "Identical to `hopper_adam`, apart from the optimizer.",
        "Copy of the adam config with another optimizer.",
        "A copied from hopper_adam.py, only the optimizer differs.",
    ],
)
def test_a_claim_is_held_against_what_it_does_not_except(empty: World, claim: str) -> None:
    assert _look_at(empty, _claiming(claim)) == []
    texts = _claiming(claim, batch=("batch_size=64", "batch_size=32"))
    told, says = _look_at(empty, texts)
    assert told.startswith("false claim configs/hopper_lion.py:")
    assert told.endswith(": batch_size is 32, there 64")
    said = claim.replace("`", "").replace("of the", "of").removeprefix("A ").removesuffix(".")
    assert says == f"says “{said}”"


@pytest.mark.parametrize(
    ("excepted", "old", "new"),
    [
        ("and the batch size", "batch_size=64", "batch_size=32"),
        ("and a batch of 32", "batch_size=64", "batch_size=32"),
        ("and the workers", "hidden: int = 128", "workers: int = 128"),
        ("and nothing else", "weight_decay=0.0", "weight_decay=0.00"),
        ("and nothing else", '"hopper_lion_seed0"', '"hopper_lion_seed0_"'),
    ],
)
def test_what_a_claim_excepts_or_only_spells_otherwise_makes_it_no_false_one(
    empty: World, excepted: str, old: str, new: str
) -> None:
    claim = f"{CLAIM}, except for the optimizer {excepted}."
    told = _look_at(empty, _claiming(claim, edit=(old, new)))
    assert not any(line.startswith("false claim") for line in told)


@pytest.mark.parametrize(
    ("claim", "is_false"),
    [
        ("hopper_sgd.py is the same as it was.", False),
        ("Same as hopper_lion.py.", False),
        ("Same as hopper_adagrad.py.", False),
        (f"{CLAIM}, except for the optimizer.", True),
    ],
)
def test_a_claim_is_about_a_file_of_the_family(empty: World, claim: str, *, is_false: bool) -> None:
    told = _look_at(empty, _claiming(claim, batch=("batch_size=64", "batch_size=32")))
    assert any(line.startswith("false claim") for line in told) is is_false


@pytest.mark.parametrize(("before", "is_false"), [("data = dict(", True), ("optimizer =", False)])
def test_a_comment_claims_something_of_the_lines_below_it(
    empty: World, before: str, *, is_false: bool
) -> None:
    texts = _edited(optimizers(), "hopper_lion.py", "batch_size=64", "batch_size=32")
    texts = _edited(
        texts, "hopper_lion.py", f"\n{before}", f"\n# {CLAIM}, but for lr and Lion\n{before}"
    )
    kinds = [line.split(" configs")[0] for line in _look_at(empty, texts) if "batch_size" in line]
    assert kinds == ["false claim" if is_false else "lone"]


def test_the_first_comment_claims_something_of_the_whole_file(empty: World) -> None:
    texts = {name: f"# Trained.\n\n{text}" for name, text in _family().items()}
    texts = _edited(texts, "hopper_sgd.py", "# Trained.", "# Same as hopper_adam.py.")
    told, _ = _look_at(empty, _edited(texts, "hopper_sgd.py", "= 64", "= 32"))
    assert told == "false claim configs/hopper_sgd.py:6: batch_size is 32, there 64"


def test_comments_of_other_languages_claim_too(empty: World) -> None:
    texts = {name: f"# Trained.\n{text}" for name, text in optimizers("yaml").items()}
    claim = "# Same as hopper_adam.yaml, except for the optimizer."
    texts = _edited(texts, "hopper_lion.yaml", "# Trained.", claim)
    texts = _edited(texts, "hopper_lion.yaml", "batch_size: 64", "batch_size: 32")
    assert "false claim configs/hopper_lion.yaml:6: batch_size is 32, there 64" in _look_at(
        empty, texts
    )


# -- style --


@pytest.mark.parametrize(
    ("usual", "odd"),
    [
        ("1e-4", "0.0001"),
        ("1e-4", "1.0e-4"),
        ("0.1", "0.10"),
        ("0.1", ".1"),
        ("1024", "0x400"),
        ("1000000", "1_000_000"),
        ('"fast"', "'fast'"),
        ("(1, 2)", "(1,2)"),
        ("('a', 'b')", '("a", "b",)'),
    ],
)
def test_the_same_value_spelled_otherwise_is_style(empty: World, usual: str, odd: str) -> None:
    texts = _edited(_family(f"x = {usual}"), "hopper_sgd.py", f"x = {usual}", f"x = {odd}")
    (told,) = _look_at(empty, texts)
    assert told == f"style configs/hopper_sgd.py:6: x is spelled {odd}, elsewhere {usual}"


@pytest.mark.parametrize(
    ("usual", "odd"),
    [
        ("64", "64.0"),
        ("1", "True"),
        ('"v1.1"', '"v1.10"'),
        ('"Say: yes"', '"Say:  yes"'),
        ('f(a, "b")', "f(a, b)"),
    ],
)
def test_another_value_or_text_is_no_style(empty: World, usual: str, odd: str) -> None:
    texts = _edited(_family(f"x = {usual}"), "hopper_sgd.py", f"x = {usual}", f"x = {odd}")
    assert not any(line.startswith("style") for line in _look_at(empty, texts))


# -- lone --


def test_a_value_in_one_file_alone_is_a_question(empty: World) -> None:
    texts = _edited(_family(), "hopper_sgd.py", "= 64", "= 32")
    (told,) = _look_at(empty, texts)
    assert told == "lone configs/hopper_sgd.py:4: batch_size is 32; 5 others have 64"
    few = {name: texts[name] for name in ("hopper_sgd.py", "hopper_lion.py", "hopper_adam.py")}
    assert _kinds(few) == {}


def test_what_differs_together_is_no_question(empty: World) -> None:
    texts = _edited(_family(), "hopper_sgd.py", "= 64", "= 32")
    assert _look_at(empty, _edited(texts, "hopper_sgd.py", "= 500", "= 100")) == []


def test_what_a_files_name_says_is_no_question(empty: World) -> None:
    texts = _family(names=(*NAMES, "no_warmup"))
    assert _look_at(empty, _edited(texts, "hopper_no_warmup.py", "= 500", "= 0")) == []


def test_what_most_files_have_of_their_own_is_what_the_experiment_is_about(empty: World) -> None:
    texts = _family("depth = 4", "width = 8")
    for name, key in zip(NAMES, ("steps", "batch_size", "warmup", "depth", "width"), strict=False):
        texts = _edited(texts, f"hopper_{name}.py", f"{key} = ", f"{key} = 2")
    assert _look_at(empty, texts) == []


def test_a_line_that_one_file_lacks_is_a_question_without_a_fix(empty: World) -> None:
    texts = _edited(_family("clip(1.0)"), "hopper_sgd.py", "clip(1.0)\n", "")
    (told,) = _look_at(empty, texts)
    assert told == "lone configs/hopper_sgd.py: has_clip is nothing; 5 others have clip(1.0)"
    assert _look_at(empty, texts, "--keep", "has_clip") == []
    files = [f"configs/{name}" for name in sorted(texts)]
    answers = empty.run("adopt", *files, "--dry-run").out.split("\n")[2]
    assert answers.strip() == "--keep has_clip leaves it"
    done = empty.run("adopt", *files, "--fix", "has_clip")
    assert done.exit_code == 2
    assert "--fix has_clip: is lines, not a value" in done.err
    assert "say `--keep has_clip`" in done.err


def test_what_a_file_sets_elsewhere_is_not_missing(empty: World) -> None:
    names = tuple(f"s{letter}x" for letter in "abcdefghijkl")
    texts = _family("clip(1.0)", names=names)
    texts = _edited(texts, "hopper_sbx.py", "clip(1.0)\n", "")
    texts = _edited(texts, "hopper_scx.py", "clip(1.0)\n", "")
    texts = _edited(texts, "hopper_scx.py", "\nsteps", "\nclip(2.0)\nsteps")
    (told,) = _look_at(empty, texts)
    assert told.startswith("lone configs/hopper_sbx.py: ")


@pytest.mark.parametrize("line", ["clip(1.0)", "# a note", "import clip"])
def test_lines_that_one_file_alone_has_are_no_question(empty: World, line: str) -> None:
    texts = _family()
    texts["hopper_sgd.py"] += f"{line}\n"
    assert _look_at(empty, texts) == []


@pytest.mark.parametrize("line", ["# a note", "import clip", ""])
def test_a_note_or_an_import_that_one_file_lacks_is_no_question(empty: World, line: str) -> None:
    texts = {name: text.replace("warmup", f"{line}\nwarmup") for name, text in _family().items()}
    assert _look_at(empty, _edited(texts, "hopper_sgd.py", f"{line}\nwarmup", "warmup")) == []


def test_five_lone_ones_are_shown_and_the_rest_counted(empty: World) -> None:
    names = tuple(f"s{letter}x" for letter in "abcdefghijklmnop")
    keys = [f"key_{number}" for number in range(7)]
    texts = _family(*(f"{key} = 10" for key in keys), names=names)
    for name, key in zip(names, keys, strict=False):
        texts = _edited(texts, f"hopper_{name}.py", f"{key} = 10", f"{key} = 20")
    told = _look_at(empty, texts)
    assert [line.split(": ")[1].split()[0] for line in told[:-1]] == keys[:5]
    assert told[-1] == "lone 2 more, which `--output-format json` lists"
    done = empty.run(
        "adopt", *(f"configs/{it}" for it in texts), "--dry-run", "--output-format", "json"
    )
    assert [it["variable"] for it in json.loads(done.out)["accidents"]] == keys


def test_what_docstrings_alone_say_hides_no_accident() -> None:
    texts = _edited(optimizers(), "hopper_sgd.py", "batch_size=64", "batch_size=32")
    note = "A paragraph that only this file has.\n\nTrained with"
    assert _kinds(_edited(texts, "hopper_sgd.py", "Trained with", note)) == {
        "batch_size": AccidentKind.LONE
    }


# -- answers --

ACCIDENTS = {
    "exp_name": ("hopper_lion.py", "hopper_lion_seed0", "hopper_adam_seed0"),
    "strategy.doc": ("hopper_lion.py", "with lion.", "with adam."),
    "hidden": ("hopper_muon.py", "int = 128", "int = 256"),
    "weight_decay": ("hopper_sgd.py", "decay=0.0", "decay=0.00"),
    "batch_size": ("hopper_sgd.py", "batch_size=64", "batch_size=32"),
}
"""An accident of each kind, by its variable: the file, what is meant, and what stands there."""


def _accident(world: World, variable: str) -> dict[str, bytes]:
    """Write a family with an accident; return the files as they are meant."""
    texts = optimizers()
    if variable == "hidden":
        texts = _edited(
            texts, "hopper_muon.py", "with muon.", "with muon. Same as hopper_sgd.py, but for lr."
        )
    name, meant, odd = ACCIDENTS[variable]
    for file, text in _edited(texts, name, meant, odd).items():
        world.write(f"configs/{file}", text)
    return {file: text.encode() for file, text in texts.items()}


@pytest.mark.parametrize("variable", ACCIDENTS)
def test_fixing_makes_it_as_it_is_meant_and_changes_nothing_else(
    empty: World, variable: str
) -> None:
    meant = _accident(empty, variable)
    name, new, old = ACCIDENTS[variable]
    done = empty.run("adopt", *FILES, "--fix", variable)
    assert done.exit_code == 0, done.err
    after = empty.files("configs")
    assert {file: after[file] for file in meant} == meant
    changed = [
        line for line in done.out.split("\n") if line[:1] in "+-" and line[1:3] not in ("--", "++")
    ]
    removed, added = filter(None, changed)
    assert (f"--- a/configs/{name}" in done.out, removed[0], added[0]) == (True, "-", "+")
    assert (old in removed, new in added) == (True, True)


@pytest.mark.parametrize("variable", ACCIDENTS)
def test_fixing_with_a_value_takes_that(empty: World, variable: str) -> None:
    meant = _accident(empty, variable)
    name = ACCIDENTS[variable][0]
    assert empty.run("adopt", *FILES, "--fix", f"{variable}=0.5").exit_code == 0
    after = empty.files("configs")
    others = meant.keys() - {name}
    assert {file: after[file] for file in others} == {file: meant[file] for file in others}
    lines = zip(after[name].split(b"\n"), meant[name].split(b"\n"), strict=True)
    ((line, _),) = ((line, before) for line, before in lines if line != before)
    assert b"0.5" in line


@pytest.mark.parametrize("variable", ACCIDENTS)
def test_keeping_changes_nothing_and_asks_no_more(empty: World, variable: str) -> None:
    _accident(empty, variable)
    before = empty.files("configs")
    done = empty.run("adopt", *FILES, "--keep", variable)
    assert (done.exit_code, "look at:" in done.out) == (0, False)
    after = empty.files("configs")
    assert {name: after[name] for name in before} == before
    assert "meant?" not in empty.read("configs/spec.toml")


@pytest.fixture
def drifted(empty: World) -> World:
    """A family in which one batch size was overlooked, and one name."""
    texts = optimizers()
    texts["hopper_sgd.py"] = texts["hopper_sgd.py"].replace("batch_size=64", "batch_size=32")
    texts["hopper_lion.py"] = texts["hopper_lion.py"].replace("hopper_lion_s", "hopper_adam_s")
    for name, text in texts.items():
        empty.write(f"configs/{name}", text)
    return empty


FILES = [f"configs/{name}" for name in sorted(optimizers())]


def test_accidents_come_first_with_their_place_and_the_answers(drifted: World) -> None:
    done = drifted.run("adopt", *FILES, "--dry-run")
    assert done.exit_code == 0
    assert done.out.startswith(
        "look at:\n"
        "  stale        configs/hopper_lion.py:9: exp_name is hopper_adam_seed0, a sibling's; "
        "by its name hopper_lion_seed0\n"
        "               --fix exp_name makes it hopper_lion_seed0, --keep exp_name leaves it\n"
        "  lone         configs/hopper_sgd.py:14: batch_size is 32; 4 others have 64\n"
        "               --fix batch_size makes it 64, --keep batch_size leaves it\n"
    )


def test_without_answers_the_bytes_stay_and_the_spec_asks(drifted: World) -> None:
    before = drifted.files("configs")
    assert drifted.run("adopt", *FILES).exit_code == 0
    after = drifted.files("configs")
    assert {name: after[name] for name in before} == before
    lines = drifted.read("configs/spec.toml").splitlines()
    assert [line.strip() for line in lines if line.endswith("# 1 of 5: meant?")] == [
        'vars.exp_name = "hopper_adam_seed0"  # 1 of 5: meant?',
        "batch_size = 32  # 1 of 5: meant?",
    ]


def test_fixing_changes_those_bytes_only_and_shows_them(drifted: World) -> None:
    before = drifted.files("configs")
    done = drifted.run("adopt", *FILES, "--fix", "batch_size", "--keep", "exp_name")
    assert done.exit_code == 0
    assert "-    batch_size=32,  # per device\n+    batch_size=64,  # per device\n" in done.out
    after = drifted.files("configs")
    expected = before | {
        "hopper_sgd.py": before["hopper_sgd.py"].replace(b"batch_size=32", b"batch_size=64")
    }
    assert {name: after[name] for name in before} == expected
    assert "meant?" not in drifted.read("configs/spec.toml")
    assert "batch_size" not in drifted.read("configs/spec.toml")


def test_a_dry_run_fixes_nothing(drifted: World) -> None:
    before = drifted.files()
    done = drifted.run("adopt", *FILES, "--fix", "batch_size", "--dry-run")
    assert (done.exit_code, drifted.files()) == (0, before)
    assert "+    batch_size=64," in done.out


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (["--fix", "batchsize"], "did you mean `--fix batch_size`?"),
        (["--keep", "lr"], "--keep lr: does not look like an accident"),
        (["--fix", "nope"], "--fix nope: is no variable here"),
        (["--fix", "batch_size", "--keep", "batch_size"], "can't be both fixed and kept"),
        (["--fix", "batch_size=)"], "is not valid Python"),
    ],
)
def test_an_answer_without_a_question_is_refused(
    drifted: World, answers: list[str], said: str
) -> None:
    before = drifted.files()
    done = drifted.run("adopt", *FILES, *answers)
    assert (done.exit_code, drifted.files()) == (2, before)
    assert said in done.err


def test_nothing_is_mended_where_spec_or_template_can_not_be_written(drifted: World) -> None:
    drifted.write("blocked", "a file, no folder")
    before = drifted.files()
    done = drifted.run("adopt", *FILES, "--fix", "batch_size", "-o", "blocked/sweep")
    assert done.exit_code == 1
    assert "error: blocked: is not a folder" in done.err
    assert drifted.files() == before
