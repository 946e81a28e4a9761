"""A spec that does not make its files, byte for byte, is objected to."""

from __future__ import annotations

from pathlib import Path

import pytest

from gen_sweeps.adopt import Sibling
from gen_sweeps.adopt.verifying import Objection, verify
from gen_sweeps.proof.proving import Proof

SPEC = """\
[sweep]
name = "small"
output = "."
control = "a"

[treatment]
vary = ["lr"]

[strategies]
a = { vars = { lr = 1e-3 } }
b = { vars = { lr = 1e-4 } }
"""

FILES = (Sibling("run_a.py", "x = 1\nlr = 1e-3\n"), Sibling("run_b.py", "x = 1\nlr = 1e-4\n"))

NAME = "run_{strategy}.py.jinja"


def _verified(template: str, name: str = NAME) -> Proof | tuple[Objection, ...]:
    return verify(SPEC, Path("configs/spec.toml"), {name: template}, FILES)


def test_what_makes_the_files_is_proven() -> None:
    assert isinstance(_verified("x = 1\nlr = {{ lr }}\n"), Proof)


@pytest.mark.parametrize(
    ("template", "line"),
    [
        ("x = 1\nlr = {{ lr }} \n", 2),
        ("x = 2\nlr = {{ lr }}\n", 1),
        ("x = 1\nlr = {{ lr }}\n\n", 3),
        ("x = 1\n\nlr = {{ lr }}\n", 2),
    ],
)
def test_other_bytes_are_named_by_file_and_line(template: str, line: int) -> None:
    assert _verified(template) == (
        Objection("makes another run_a.py", 0, line),
        Objection("makes another run_b.py", 1, line),
    )


def test_other_line_ends_are_other_bytes() -> None:
    crlf = tuple(Sibling(it.name, it.text, has_crlf=True) for it in FILES)
    found = verify(SPEC, Path("spec.toml"), {NAME: "x = 1\nlr = {{ lr }}\n"}, crlf)
    assert not isinstance(found, Proof)


def test_other_names_are_objected_to() -> None:
    found = _verified("x = 1\nlr = {{ lr }}\n", "go_{strategy}.py.jinja")
    assert not isinstance(found, Proof)
    assert [it.message for it in found][:2] == ["makes no run_a.py", "makes no run_b.py"]


def test_what_the_proof_refuses_is_objected_to() -> None:
    found = _verified('x = 1\nlr = {{ "1e-3" if strategy.name == "a" else "1e-4" }}\n')
    assert not isinstance(found, Proof)
    assert "depends on which arm it is for" in found[0].message
