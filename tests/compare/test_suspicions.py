"""What no diff shows."""

from __future__ import annotations

import pytest

from gen_sweeps.commands.compare import CompareOptions, compare_sources

EXPERT = '''"""{name} on expert data."""

exp_name = "{name}_expert"
output_dir = "/results/{name}/expert"
env = make("{name}-v2", seed={seed})
'''


def family(*names: str) -> dict[str, str]:
    return {
        f"runs/{name}_expert.py": EXPERT.format(name=name, seed=seed)
        for seed, name in enumerate(names)
    }


def warnings(files: dict[str, str]) -> list[str]:
    result = compare_sources(CompareOptions(tuple(files)), lambda name: files[name].encode())
    mark = "warning: "
    return [
        line.removeprefix(mark) for line in str(result.result).splitlines() if line.startswith(mark)
    ]


def test_a_family_in_order_gives_no_warning() -> None:
    assert warnings(family("walker", "cheetah", "hopper")) == []


def test_files_that_are_byte_identical_are_named() -> None:
    files = family("walker", "cheetah")
    files["runs/hopper_random.py"] = files["runs/walker_expert.py"]
    assert "runs/walker_expert.py: is byte for byte the same as runs/hopper_random.py" in warnings(
        files
    )


def test_a_file_that_carries_a_siblings_name_is_named_with_the_line() -> None:
    files = family("walker", "cheetah", "hopper")
    files["runs/walker_expert.py"] = files["runs/walker_expert.py"].replace(
        "walker_expert", "cheetah_expert"
    )
    assert warnings(files)[0] == (
        "runs/walker_expert.py:3:12: carries the name of runs/cheetah_expert.py, not its own: "
        "exp_name = 'cheetah_expert'"
    )


def test_two_files_that_share_an_output_path_are_named() -> None:
    files = {f"run_{n}.py": f'output_dir = "/results/{n}"\n' for n in ("a", "b", "c", "d")}
    files["run_c.py"] = files["run_b.py"] + "x = 1\n"
    assert warnings(files) == [
        (
            "run_b.py:1:14: shares output_dir = '/results/b' with run_c.py, "
            "while the others have their own"
        )
    ]


def test_a_run_name_of_an_option_counts_too() -> None:
    line = 'parser.add_argument("--run-name", default="{}")\n'
    files = {f"run_{n}.py": line.format(n) for n in ("a", "b", "c")}
    files["run_c.py"] = line.format("b") + "x = 1\n"
    assert "shares" in warnings(files)[0]


def test_a_path_that_all_files_share_is_meant_to_be_shared() -> None:
    files = {f"run_{n}.py": f'output_dir = "/results"\nx = {n}\n' for n in range(4)}
    assert warnings(files) == []


@pytest.mark.parametrize(
    "claim",
    [
        "Identical to base config.",
        "Same as base.",
        "A copy of base.py",
        "identical to the `base` one",
    ],
)
@pytest.mark.parametrize("place", ['"""{}"""\nrate = 2\n', "# {}\nrate = 2\n"])
def test_a_claim_to_be_identical_that_is_not_true_is_named(claim: str, place: str) -> None:
    files = {"base.py": "rate = 1\n", "seed_1.py": place.format(claim), "seed_2.py": "rate = 3\n"}
    (warning,) = warnings(files)
    assert "seed_1.py:1:" in warning
    assert "but differs from base.py in rate" in warning


def test_a_true_claim_and_a_claimed_exception_are_no_slips() -> None:
    files = {
        "base.py": "rate = 1\nseed = 1\n",
        "one.py": "# Identical to base\nrate = 1\nseed = 1\n",
        "two.py": '"""Identical to base except for the seed."""\nrate = 1\nseed = 2\n',
    }
    assert warnings(files) == []


def test_a_claim_in_a_string_of_the_code_is_none() -> None:
    files = {"base.py": "rate = 1\n", "one.py": 'rate = "same as base"\n'}
    assert warnings(files) == []


def test_a_name_that_is_part_of_the_files_own_is_no_slip() -> None:
    files = {
        f"sweep_{name}.py": f'strategy = "{name}"\n'
        for name in ("coma", "coma_advantage", "identity")
    }
    files["sweep_coma_advantage.py"] = 'strategy = "coma"\n'
    assert [w for w in warnings(files) if "carries" in w] == []


def test_a_warning_does_not_change_the_exit_code() -> None:
    files = {"a.py": "x = 1\n", "b.py": "x = 1\n"}
    result = compare_sources(CompareOptions(tuple(files)), lambda name: files[name].encode())
    assert "byte for byte" in str(result.result)
    assert result.exit_code == 0
