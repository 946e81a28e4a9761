"""What looks like a slip: found where it is one, and not where it is none."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from gen_sweeps.commands.compare import CompareOptions, compare_sources

EXPERT = '''"""{name} on expert data."""

exp_name = "{name}_expert"
output_dir = "/results/{name}/expert"
env = make("{name}-v2", seed={seed})
'''
ANIMALS = ("walker", "cheetah", "hopper", "ant", "humanoid")


def family(*names: str) -> dict[str, str]:
    return {
        f"runs/{name}_expert.py": EXPERT.format(name=name, seed=seed)
        for seed, name in enumerate(names or ANIMALS)
    }


def findings(files: Mapping[str, str], *vary: str) -> list[tuple[str, list[str], str]]:
    """Return class, places and message of what `compare` finds."""
    options = CompareOptions(tuple(files), vary=vary, output_format="json")
    said = json.loads(str(compare_sources(options, lambda name: files[name].encode()).result))
    return [
        (
            finding["class"],
            [f"{site['file']}:{site['line']}" for site in finding["files"]],
            finding["message"],
        )
        for finding in said["findings"]
    ]


def classes(files: Mapping[str, str], *vary: str) -> list[str]:
    return [sort for sort, _, _ in findings(files, *vary)]


def test_a_family_in_order_gives_no_finding() -> None:
    assert findings(family()) == []


def test_files_that_are_the_same_are_named() -> None:
    files = {f"{n}.py": f"x = {n}\n" for n in range(3)}
    files["twin.py"] = files["1.py"]
    files["code.py"] = "# twin\n" + files["2.py"]
    assert findings(files) == [
        ("copies", ["1.py:1", "twin.py:1"], "same bytes as twin"),
        ("copies", ["2.py:1", "code.py:1"], "same code as code"),
    ]


def test_a_file_that_has_a_siblings_name_is_named_with_the_line() -> None:
    files = family()
    name = "runs/walker_expert.py"
    files[name] = files[name].replace("walker_expert", "cheetah_expert")
    assert findings(files) == [
        ("sibling-name", [f"{name}:3"], 'exp_name = "cheetah_expert", the name of cheetah')
    ]


def test_a_copy_that_still_has_the_name_is_told_from_its_original() -> None:
    files = family()
    files["runs/walker_expert.py"] = files["runs/ant_expert.py"]
    (found,) = findings(files)
    assert found == (
        "copies",
        ["runs/walker_expert.py:3", "runs/ant_expert.py:1"],
        'a copy of ant, still with its name: exp_name = "ant_expert"',
    )


def test_a_slip_at_several_places_is_one_finding() -> None:
    files = {k: v.replace("seed=", 'wandb="x", seed=') for k, v in family().items()}
    files["runs/walker_expert.py"] = EXPERT.format(name="ant", seed=0) + "x = 1\n"
    found = [f for f in findings(files) if f[0] == "sibling-name"]
    assert [where for _, where, _ in found] == [["runs/walker_expert.py:3"]]
    assert found[0][2].endswith("(and at 2 more)")


@pytest.mark.parametrize("odd", ["hoper-v2", "hopper-v0"])
def test_a_misspelt_name_and_another_version_are_odd_in_the_pattern(odd: str) -> None:
    files = family()
    name = "runs/hopper_expert.py"
    files[name] = files[name].replace("hopper-v2", odd)
    assert findings(files) == [
        ("odd-in-pattern", [f"{name}:5"], f'env[0] = "{odd}"; 4 of 5 follow "‹own›-v2"')
    ]


def test_another_scheme_is_no_slip() -> None:
    files = family()
    name = "runs/hopper_expert.py"
    files[name] = files[name].replace("hopper-v2", "Swimmer")
    assert findings(files) == []


def test_a_word_more_in_a_name_is_no_slip() -> None:
    maps = ("marine8", "zealot5", "stalker3", "bane24", "corridor")
    files = {f"{name}_qmix.py": f'map_name = "{name}"\n' for name in maps}
    files["2c64zg_qmix.py"] = 'map_name = "2c_vs_64zg"\n'
    assert findings(files) == []
    files["2c64zg_qmix.py"] = 'map_name = "2c64zq"\n'
    assert [sort for sort, _, _ in findings(files)] == ["odd-in-pattern"]


def test_a_name_that_is_part_of_the_files_own_is_no_slip() -> None:
    names = ("coma", "coma_advantage", "identity", "difference", "potential")
    files = {f"sweep_{name}.py": f'strategy = "{name}"\nx = {n}\n' for n, name in enumerate(names)}
    files["sweep_coma_advantage.py"] = 'strategy = "coma"\nx = 1\n'
    assert findings(files) == []


def test_files_that_share_an_output_path_are_named_once() -> None:
    text = 'output_dir = "/results/{0}"\nrun_name = "{0}"\nx = {1}\n'
    files = {f"run_{n}.py": text.format(n + "_x", n) for n in "abcd"}
    files["run_c.py"] = text.format("b_x", "9")
    assert ("shared-name", ["run_b.py:1", "run_c.py:1"]) in [f[:2] for f in findings(files)] or (
        "sibling-name" in classes(files)
    )
    assert len(findings(files)) == 1


def test_a_run_name_of_an_option_counts_too() -> None:
    line = 'parser.add_argument("--run-name", default="{}")\n'
    files = {f"run_{n}.py": line.format(w) for n, w in enumerate(("owl", "elk", "fox", "bee"))}
    files["run_9.py"] = line.format("owl") + "x = 1\n"
    assert classes(files) == ["shared-name"]


def test_a_path_that_most_files_share_is_meant_to_be_shared() -> None:
    files = family("walker", "cheetah", "hopper", "ant", "humanoid", "pong")
    for name in list(files)[:4]:
        files[name] = files[name].replace(
            f'"/results/{name[5:-10]}/expert"', '"/results/locomotion"'
        )
    assert findings(files) == []


@pytest.mark.parametrize("unset", ["", "oss://path/to/results"])
def test_a_path_that_is_yet_to_be_filled_in_is_not_shared(unset: str) -> None:
    files = family()
    for name in list(files)[:2]:
        files[name] = files[name].replace(f"/results/{name[5:-10]}/expert", unset)
    assert findings(files) == []


def test_a_type_annotation_is_no_name() -> None:
    names = ("Ant", "Hopper", "Walker", "Cheetah")
    files = {f"{n.lower()}.py": f"def main(agent: {n} = {i}): ...\n" for i, n in enumerate(names)}
    files["ant.py"] = files["ant.py"].replace("Ant", "Hopper")
    assert findings(files) == []


def test_of_two_siblings_a_name_may_be_of_the_one_more_like_the_file_is_named() -> None:
    names = [
        f"{data}_{algorithm}"
        for data in ("atari", "d4rl")
        for algorithm in ("bcq", "cql", "imitation")
    ]
    files = {f"{n}.py": f'algo_name = "{n.partition("_")[2]}"\nsize = {len(n)}\n' for n in names}
    files["atari_bcq.py"] += "extra = 1\n"
    files["atari_cql.py"] += "extra = 2\n"
    files["d4rl_imitation.py"] = 'algo_name = "cql"\nextra = 1\n'
    ((sort, places, message),) = findings(files)
    assert (sort, places) == ("sibling-name", ["d4rl_imitation.py:1"])
    assert message == 'algo_name = "cql", the name of d4rl_cql'


def test_a_name_that_is_bound_in_another_way_is_not_missing() -> None:
    added = "{0}_data = []\nfor x in y:\n    {0}_data.append(x)\n"
    files = {f"data_{size}.py": added.format(size) for size in ("small", "large", "huge")}
    assert findings({**files, "data_all.py": "import a\nfor z in w: ...\ndata = []\n"}) == []
    lacking = findings({**files, "data_all.py": "import data\nfor z in w: ...\n"})
    assert "missing" in [sort for sort, _, _ in lacking]


def test_a_path_that_all_files_share_is_meant_to_be_shared() -> None:
    files = {f"run_{n}.py": f'output_dir = "/results"\nx = {n}\n' for n in range(4)}
    assert findings(files) == []


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
    (found,) = findings(files)
    assert found[:2] == ("false-claim", ["seed_1.py:1"])
    assert found[2].startswith("rate (2, there 1); says ")


def test_an_exception_goes_on_over_the_end_of_a_line() -> None:
    files = {
        "main.py": "STEPS = 100\nTEMPERATURE = 0.8\nrun = Run(steps=STEPS, t=TEMPERATURE)\n",
        "main_16gpu.py": '"""GPU. Identical to main config except\n50 steps.\n"""\n'
        "STEPS = 50\nTEMPERATURE = 1.0\nrun = Run(steps=STEPS, t=TEMPERATURE)\n",
        "main_2.py": '"""Derived from main.py with SEED = 2."""\nSTEPS = 200\nTEMPERATURE = 0.8\n'
        "SEED = 2\nrun = Run(steps=STEPS, t=TEMPERATURE)\n",
    }
    said = [(where, message.partition(";")[0]) for _, where, message in findings(files)]
    assert said == [
        (["main_16gpu.py:1"], "TEMPERATURE (1.0, there 0.8)"),
        (["main_2.py:1"], "STEPS (200, there 100)"),
    ]


def test_a_true_claim_and_a_claimed_exception_are_no_slips() -> None:
    files = {
        "base.py": "rate = 1\nseed = 1\n",
        "one.py": "# Identical to base\nrate = 1\nseed = 1\nx = 1\n",
        "two.py": '"""Identical to base except for the seed."""\nrate = 1\nseed = 2\n',
    }
    assert "false-claim" not in classes({**files, "one.py": files["one.py"].replace("x = 1\n", "")})


def test_a_claim_of_a_comment_is_about_what_follows_it() -> None:
    base = "a = Opt(lr=1)\n\nb = Opt(lr=1)\n"
    files = {
        "base.py": base,
        "one.py": "# same as base\na = Opt(lr=1)\n\nb = Opt(lr=2)\n",
        "two.py": "a = Opt(lr=1)\n\n# same as base\nb = Opt(lr=3)\n",
    }
    assert [where for sort, where, _ in findings(files) if sort == "false-claim"] == [["two.py:3"]]


def test_a_claim_in_a_string_of_the_code_is_none() -> None:
    files = {"base.py": "rate = 1\n", "one.py": 'rate = "same as base"\n'}
    assert findings(files) == []


def test_a_claim_of_several_files_about_one_thing_is_one_finding() -> None:
    files = {"base.py": "rate = 1\n"}
    files |= {
        f"seed_{n}.py": '"""Identical to base."""\nrate = 2\n' + f"s = {n}\n" for n in range(3)
    }
    found = [f for f in findings(files, "s") if f[0] == "false-claim"]
    assert [where for _, where, _ in found] == [[f"seed_{n}.py:1" for n in range(3)]]


def test_text_that_names_a_sibling_where_others_name_themselves() -> None:
    files = {f"{n}.py": f'"""Run `python {n}.py`."""\nx = {k}\n' for k, n in enumerate(ANIMALS)}
    files["ant.py"] = files["ant.py"].replace("ant.py", "hopper.py")
    assert findings(files, "docstring") == [
        (
            "text-names-sibling",
            ["ant.py:1"],
            "its text names hopper.py, not itself (4 name themselves)",
        )
    ]


def test_a_value_that_one_file_alone_lacks_is_a_fact() -> None:
    files = {f"{n}.py": f"run = Run(seed={n}, comms=True)\n" for n in range(5)}
    files["3.py"] = "run = Run(seed=3)\n"
    assert findings(files) == [
        ("missing", ["3.py:None"], "run.comms = nothing; 4 others True"),
    ]
    assert findings(files, "Run(comms)") == []


def test_a_number_where_others_have_a_constant_of_that_value() -> None:
    text = "SEED = {0}\nSTEPS = 500\nrun = Run(seed=SEED, steps={1})\n"
    files = {f"{n}.py": text.format(n, "STEPS") for n in range(4)}
    files["2.py"] = text.format(2, "500")
    assert findings(files) == [
        ("spelling", ["2.py:3"], "run.steps = 500: written out, a constant of that value in 3")
    ]


def test_a_number_in_two_spellings() -> None:
    files = {f"{n}.py": f"seed = {n}\nrate = {'0.' if n == 1 else '0.0'}\n" for n in range(4)}
    assert findings(files) == [("spelling", ["1.py:2"], "rate: 0.0 (3) / 0. (1)")]


def test_a_finding_does_not_change_the_exit_code() -> None:
    files = {"a.py": "x = 1\n", "b.py": "x = 1\n", "c.py": "x = 2\n"}
    result = compare_sources(
        CompareOptions(tuple(files), vary=("x",)), lambda name: files[name].encode()
    )
    assert "copies" in str(result.result)
    assert result.exit_code == 0
