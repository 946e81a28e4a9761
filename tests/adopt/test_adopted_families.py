"""How an adopted family lives on: like any other that gen-sweeps keeps."""

from __future__ import annotations

import json
import sys

import pytest
from adopted_families import optimizers
from conftest import World
from pseudo_terminal import run_on_terminal


@pytest.fixture
def adopted(empty: World) -> World:
    """An adopted family of five files, in `configs`."""
    for name, text in optimizers().items():
        empty.write(f"configs/{name}", text)
    done = empty.run("adopt", *(f"configs/{name}" for name in optimizers()))
    assert (done.exit_code, done.err) == (0, "")
    return empty


def test_a_run_finds_nothing_to_do(adopted: World) -> None:
    before = adopted.files()
    done = adopted.run("configs/spec.toml")
    assert (done.exit_code, done.err, adopted.files()) == (0, "", before)
    assert "0 created, 0 updated, 6 unchanged, 0 removed" in done.out


def test_an_edit_of_a_file_is_drift_which_names_the_file(adopted: World) -> None:
    adopted.replace("configs/hopper_sgd.py", "batch_size=64", "batch_size=32")
    checked = adopted.run("configs/spec.toml", "--check")
    assert checked.exit_code == 1
    assert "configs/hopper_sgd.py:14" in checked.err
    refused = adopted.run("configs/spec.toml")
    assert (refused.exit_code, "was edited" in refused.err) == (1, True)


def test_another_strategy_is_another_file(adopted: World) -> None:
    before = adopted.files("configs")
    spec = adopted.read("configs/spec.toml")
    added = '[strategies.adan]\nvars = { optimizer_type = "Adan", lr = 3e-4 }\n'
    adopted.write("configs/spec.toml", f"{spec}\n{added}")
    done = adopted.run("configs/spec.toml")
    assert (done.exit_code, done.err) == (0, "")
    assert "1 created, 1 updated, 5 unchanged" in done.out
    made = adopted.read("configs/hopper_adan.py")
    assert 'exp_name = "hopper_adan_seed0"' in made
    assert '    type="Adan",\n    lr=3e-4,\n' in made
    after = adopted.files("configs")
    assert {name: after[name] for name in optimizers()} == {
        name: before[name] for name in optimizers()
    }


def test_comparing_with_the_spec_says_that_all_is_declared(adopted: World) -> None:
    files = [f"configs/{name}" for name in optimizers()]
    done = adopted.run("compare", "--spec", "configs/spec.toml", *files)
    assert (done.exit_code, done.err) == (0, "")
    adopted.replace("configs/hopper_sgd.py", "batch_size=64", "batch_size=32")
    edited = adopted.run("compare", "--spec", "configs/spec.toml", *files)
    assert edited.exit_code == 1
    assert "batch_size" in edited.out


def test_it_can_be_reported_and_resolved(adopted: World) -> None:
    report = adopted.run("report", "configs/spec.toml")
    assert (report.exit_code, report.err) == (0, "")
    assert "hopper_sgd.py" in report.out
    resolved = adopted.run("resolve", "configs/hopper_sgd.py")
    assert resolved.exit_code == 0
    assert "hopper_sgd_seed0" in resolved.out


def test_json_says_what_was_done(empty: World) -> None:
    for name, text in optimizers().items():
        empty.write(f"configs/{name}", text)
    empty.replace("configs/hopper_sgd.py", "batch_size=64", "batch_size=32")
    files = [f"configs/{name}" for name in optimizers()]
    done = empty.run("adopt", *files, "--output-format", "json")
    document = json.loads(done.out)
    assert document["problems"] == []
    assert (document["version"], document["command"], document["exit_code"]) == (1, "adopt", 0)
    assert (document["files"], document["written"], document["fixed"]) == (5, True, [])
    assert document["spec"]["text"] == empty.read(document["spec"]["path"])
    assert document["template"]["text"] == empty.read(document["template"]["path"])
    assert document["family_bytes"] == sum(len(empty.read(path).encode()) for path in files)
    (accident,) = document["accidents"]
    assert accident == {
        "kind": "lone",
        "variable": "batch_size",
        "says": None,
        "odd": [{"path": "configs/hopper_sgd.py", "line": 14, "value": "32", "usual": "64"}],
    }


def test_json_says_what_was_fixed(empty: World) -> None:
    for name, text in optimizers().items():
        empty.write(f"configs/{name}", text)
    empty.replace("configs/hopper_sgd.py", "batch_size=64", "batch_size=32")
    files = [f"configs/{name}" for name in optimizers()]
    arguments = ["--fix", "batch_size", "--output-format", "json"]
    tried = json.loads(empty.run("adopt", *files, *arguments, "--dry-run").out)
    done = json.loads(empty.run("adopt", *files, *arguments).out)
    assert (tried["fixed"], tried["written"]) == (["configs/hopper_sgd.py"], False)
    assert (done["fixed"], done["written"]) == (["configs/hopper_sgd.py"], True)


def test_json_of_a_refusal_has_the_problems(empty: World) -> None:
    done = empty.run("adopt", "a.py", "b.py", "--output-format", "json")
    document = json.loads(done.out)
    assert (document["exit_code"], done.exit_code) == (2, 2)
    assert [problem["path"] for problem in document["problems"]] == ["a.py", "b.py"]


def test_files_that_are_shorter_on_their_own_are_told_so(empty: World) -> None:
    for number, name in enumerate(("adam", "sgd")):
        empty.write(f"configs/{name}.yaml", f"lr: {number}\nsteps: 10\n")
    small = empty.run("adopt", "configs/adam.yaml", "configs/sgd.yaml", "--dry-run")
    assert ": files this small are shorter without\n" in small.out
    for name, text in optimizers().items():
        empty.write(f"configs/{name}", text)
    large = empty.run("adopt", *(f"configs/{name}" for name in optimizers()), "--dry-run")
    assert "of the files'" in large.out
    assert "shorter" not in large.out


@pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")
def test_a_long_adoption_shows_how_far_it_is(empty: World) -> None:
    for name, text in optimizers().items():
        empty.write(f"configs/{name}", text)
    code = (
        "import sys\n"
        "from gen_sweeps.console import terminal\n"
        "from gen_sweeps.__main__ import main\n"
        "terminal.PATIENCE = 0\n"
        f"sys.argv = {['gen-sweeps', 'adopt', *(f'configs/{name}' for name in optimizers())]}\n"
        "main()\n"
    )
    shown = run_on_terminal([sys.executable, "-c", code], empty.folder)
    assert shown.exit_code == 0
    assert "writing  [" in shown.err
    assert "100%" in shown.err
