"""The four verbs that a program can use."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PROJECT, World

import gen_sweeps
from gen_sweeps.errors import ForeignFileError, ProofError, SpecError
from gen_sweeps.output.planning import Action


def _python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_four_verbs_do_what_the_command_does(empty: World) -> None:
    empty.run("init", "by_command")
    empty.run("init", "by_program")
    for path in empty.path("by_program/configs").iterdir():
        path.unlink()

    spec = gen_sweeps.load(str(empty.path("by_program/spec.toml")))
    files = gen_sweeps.render(spec)
    proof = gen_sweeps.prove(files)
    changes = gen_sweeps.write(proof)

    assert changes.count(Action.CREATE) == 15
    assert empty.files("by_program") == empty.files("by_command")
    assert "momentum=0.9" in files["momentum_seed0.py"].source


def test_each_verb_raises_an_error_that_says_what_is_wrong(sweep: World) -> None:
    sweep.write("bad.toml", "[sweep]\n")
    with pytest.raises(SpecError, match=r"sweep\.name: is missing") as raised:
        gen_sweeps.load(sweep.path("bad.toml"))
    hints = {str(problem.hint) for problem in raised.value.problems}
    assert 'as in `name = "reward_shaping"`' in hints

    sweep.write("configs/sgd.py", "mine")
    proof = gen_sweeps.prove(gen_sweeps.render(gen_sweeps.load(sweep.path("spec.toml"))))
    with pytest.raises(ForeignFileError, match="was edited since"):
        gen_sweeps.write(proof)
    assert gen_sweeps.write(proof, force=True).count(Action.UPDATE) == 1

    template = "templates/{strategy}.py.jinja"
    sweep.write(template, sweep.read(template) + "NAME = {{ strategy.name | python }}\n")
    with pytest.raises(ProofError, match="depends on which arm it is for"):
        gen_sweeps.prove(gen_sweeps.render(gen_sweeps.load(sweep.path("spec.toml"))))


@pytest.mark.parametrize(
    "order",
    [
        "import gen_sweeps.spec.loading, gen_sweeps.proof.proving",
        "from gen_sweeps.spec.loading import load; from gen_sweeps.proof.proving import prove",
        "import gen_sweeps.commands.generate",
        "from gen_sweeps import load, render, prove, write",
        "import gen_sweeps; gen_sweeps.load, gen_sweeps.render, gen_sweeps.prove",
    ],
)
def test_a_verb_is_a_verb_in_whatever_order_modules_are_loaded(order: str) -> None:
    code = f"{order}\nimport gen_sweeps\nfor name in gen_sweeps.__all__:\n"
    code += "    print(getattr(gen_sweeps, name).__name__, callable(getattr(gen_sweeps, name)))"
    assert _python(code) == "load True\nprove True\nrender True\nwrite True\n"


def test_importing_the_package_or_the_command_line_loads_nothing_heavy() -> None:
    loaded = _python(
        "import sys, gen_sweeps, gen_sweeps.cli.app\n"
        "print({'jinja2', 'libcst', 'rich', 'tree_sitter'} & set(sys.modules))"
    )
    assert loaded == "set()\n"


@pytest.mark.slow
def test_a_type_checker_knows_what_the_verbs_take_and_return(tmp_path: Path) -> None:
    (tmp_path / "use.py").write_text(
        "import gen_sweeps\n"
        "from gen_sweeps import load\n"
        "reveal_type(gen_sweeps.write(gen_sweeps.prove(gen_sweeps.render(load('spec.toml')))))\n"
        "gen_sweeps.load(3)\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "use.py"],
        cwd=tmp_path,
        env={"MYPYPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.splitlines()
    assert lines[0].endswith('Revealed type is "gen_sweeps.output.planning.Plan"')
    assert "has incompatible type" in lines[1]
    assert lines[-1].startswith("Found 1 error")
