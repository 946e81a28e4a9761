"""The four verbs that a program can use."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from adopt_runner import ROOT, contents, gen_sweeps

import generator
from generator.errors import ForeignFileError, ProofError, SpecError
from generator.plan import Action


def _python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_four_verbs_do_what_the_command_does(tmp_path: Path) -> None:
    gen_sweeps("init", "by_command", cwd=tmp_path)
    gen_sweeps("init", "by_program", cwd=tmp_path)
    for path in (tmp_path / "by_program" / "configs").iterdir():
        path.unlink()

    spec = generator.load(str(tmp_path / "by_program" / "spec.toml"))
    files = generator.render(spec)
    proof = generator.prove(files)
    changes = generator.write(proof)

    assert changes.count(Action.CREATE) == 7
    assert contents(tmp_path / "by_program") == contents(tmp_path / "by_command")
    assert "momentum=0.9" in files["momentum.py"].source


def test_each_verb_raises_an_error_that_says_what_is_wrong(tmp_path: Path) -> None:
    gen_sweeps("init", cwd=tmp_path)
    (tmp_path / "bad.toml").write_text("[sweep]\n")
    with pytest.raises(SpecError, match=r"sweep\.name: is missing") as raised:
        generator.load(tmp_path / "bad.toml")
    hints = {str(problem.hint) for problem in raised.value.problems}
    assert 'as in `package = "generated"`' in hints

    (tmp_path / "configs" / "sgd.py").write_text("mine")
    proof = generator.prove(generator.render(generator.load(tmp_path / "spec.toml")))
    with pytest.raises(ForeignFileError, match="was edited since"):
        generator.write(proof)
    assert generator.write(proof, force=True).count(Action.UPDATE) == 1

    template = tmp_path / "templates" / "{strategy}.py.jinja"
    template.write_text(template.read_text() + "NAME = {{ strategy.name | python }}\n")
    with pytest.raises(ProofError, match="differs from the control"):
        generator.prove(generator.render(generator.load(tmp_path / "spec.toml")))


@pytest.mark.parametrize(
    "order",
    [
        "import generator.load, generator.render, generator.prove, generator.write",
        "from generator.load import load; from generator.prove import prove",
        "import generator.generate",
        "from generator import load, render, prove, write",
        "import generator; generator.load, generator.render, generator.prove, generator.write",
    ],
)
def test_a_verb_is_a_verb_in_whatever_order_modules_are_loaded(order: str) -> None:
    code = f"{order}\nimport generator\nfor name in generator.__all__:\n"
    code += "    print(getattr(generator, name).__name__, callable(getattr(generator, name)))"
    assert _python(code) == "load True\nprove True\nrender True\nwrite True\n"


def test_importing_the_package_or_the_command_line_loads_nothing_heavy() -> None:
    loaded = _python(
        "import sys, generator, generator.cli\n"
        "print({'pydantic', 'jinja2', 'libcst', 'generator.load'} & set(sys.modules))"
    )
    assert loaded == "set()\n"


def test_a_type_checker_knows_what_the_verbs_take_and_return(tmp_path: Path) -> None:
    (tmp_path / "use.py").write_text(
        "import generator\n"
        "from generator import load\n"
        "reveal_type(generator.write(generator.prove(generator.render(load('spec.toml')))))\n"
        "generator.load(3)\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "use.py"],
        cwd=tmp_path,
        env={"MYPYPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.splitlines()
    assert lines[0].endswith('Revealed type is "generator.plan.Plan"')
    assert "has incompatible type" in lines[1]
    assert lines[-1].startswith("Found 1 error")


def test_dir_names_the_verbs_and_other_names_are_no_attributes() -> None:
    assert {"load", "render", "prove", "write"} <= set(dir(generator))
    with pytest.raises(AttributeError, match="no attribute 'lode'"):
        _ = generator.lode  # type: ignore[attr-defined] # it is what the test is about
