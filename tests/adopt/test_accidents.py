"""What looks like an accident in a family, and what becomes of the answers."""

from __future__ import annotations

import pytest
from adopted_families import adopted, grid, optimizers
from conftest import World

from gen_sweeps.adopt import AccidentKind


def _kinds(texts: dict[str, str]) -> dict[str, AccidentKind]:
    return {it.variable: it.kind for it in adopted(texts).accidents}


def test_a_family_without_accidents_has_none() -> None:
    for ending in ("py", "yaml", "sh"):
        assert _kinds(optimizers(ending)) == {}
        assert _kinds(grid(ending)) == {}


def test_a_file_with_its_siblings_name_is_stale() -> None:
    texts = optimizers()
    texts["hopper_lion.py"] = texts["hopper_lion.py"].replace("hopper_lion_s", "hopper_adam_s")
    (accident,) = adopted(texts).accidents
    assert (accident.kind, accident.variable) == (AccidentKind.STALE, "exp_name")
    (odd,) = accident.odd
    assert (odd.text, odd.usual) == ("hopper_adam_seed0", "hopper_lion_seed0")
    assert texts["hopper_lion.py"].split("\n")[odd.line - 1].startswith("exp_name")


def test_the_same_value_spelled_otherwise_is_style() -> None:
    texts = optimizers()
    texts["hopper_sgd.py"] = texts["hopper_sgd.py"].replace("decay=0.0", "decay=0.")
    assert _kinds(texts) == {"weight_decay": AccidentKind.STYLE}


def test_a_value_in_one_file_alone_is_a_question() -> None:
    texts = optimizers()
    texts["hopper_sgd.py"] = texts["hopper_sgd.py"].replace("batch_size=64", "batch_size=32")
    assert _kinds(texts) == {"batch_size": AccidentKind.LONE}


def test_a_claim_that_is_not_true_says_so() -> None:
    claim = "Same as hopper_adam.py, except for the optimizer."
    texts = {
        name: text.replace("Trained with", f"{claim}\nTrained with").replace(
            "schedules.Step(every=30)", "schedules.Cosine(warmup=100)"
        )
        for name, text in optimizers().items()
    }
    assert _kinds(texts) == {}
    texts["hopper_lion.py"] = texts["hopper_lion.py"].replace("batch_size=64", "batch_size=32")
    (accident,) = adopted(texts).accidents
    assert (accident.kind, accident.variable) == (AccidentKind.FALSE_CLAIM, "batch_size")
    assert accident.says == "Same as hopper_adam.py, except for the optimizer"


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


def test_fixing_with_a_value_takes_that(drifted: World) -> None:
    assert drifted.run("adopt", *FILES, "--fix", "batch_size=128").exit_code == 0
    assert "batch_size=128," in drifted.read("configs/hopper_sgd.py")


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


def test_what_docstrings_alone_say_hides_no_accident() -> None:
    texts = optimizers()
    texts["hopper_sgd.py"] = (
        texts["hopper_sgd.py"]
        .replace("batch_size=64", "batch_size=32")
        .replace("Trained with", "A paragraph that only this file has.\n\nTrained with")
    )
    assert _kinds(texts)["batch_size"] is AccidentKind.LONE


def test_nothing_is_mended_where_spec_or_template_can_not_be_written(drifted: World) -> None:
    drifted.write("blocked", "a file, no folder")
    before = drifted.files()
    done = drifted.run("adopt", *FILES, "--fix", "batch_size", "-o", "blocked/sweep")
    assert done.exit_code == 1
    assert "error: blocked: is not a folder" in done.err
    assert drifted.files() == before
