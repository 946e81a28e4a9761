"""What an editor makes of a spec by its JSON Schema: taplo is what editors run for TOML."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PROJECT, World

TAPLO = Path(sys.executable).with_name("taplo")

SPEC = (PROJECT / "spec.toml").read_text(encoding="utf-8")


def _lint(folder: Path, spec: str) -> subprocess.CompletedProcess[str]:
    """Lint a spec beside the schema that its first line names."""
    (folder / "spec.schema.json").write_bytes((PROJECT / "spec.schema.json").read_bytes())
    (folder / "spec.toml").write_text(spec, encoding="utf-8")
    return subprocess.run(
        [TAPLO, "lint", "--no-auto-config", "spec.toml"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_committed_schema_is_current() -> None:
    printed = World(PROJECT).run("schema")
    assert (printed.exit_code, printed.err) == (0, "")
    assert printed.out == (PROJECT / "spec.schema.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("spec", ["spec.toml", "generator/gen_sweeps/starters/training/spec.toml"])
def test_a_real_toml_linter_accepts_the_specs_of_the_project(tmp_path: Path, spec: str) -> None:
    done = _lint(tmp_path, (PROJECT / spec).read_text(encoding="utf-8"))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("control =", "contol =", "'contol' was unexpected"),
        ('control = "identity"', "control = 3", 'is not of types "object", "string"'),
        ('vary = ["reward_shaping_strategy", ', "vary = [1, ", 'is not of type "string"'),
        ('output = "generated"', "", '"output" is a required property'),
        ("TRAIN_BATCH_SIZE = 2", '"TRAIN-BATCH" = 2', "does not match"),
        ("TRAIN_BATCH_SIZE = 2", "TRAIN_BATCH_SIZE = { vlaue = 2 }", "is not valid under any"),
        ('title = "Identity baseline"', 'titel = "Identity baseline"', "'titel' was unexpected"),
        ("[vars]", "[var]", "'var' was unexpected"),
        ("[vars]", "[axes.seed]\nlevel = [1]\n[vars]", "is not valid under any"),
        ("[vars]", "[[overrides]]\nvars = { x = 1 }\n[vars]", '"when" is a required property'),
        ("[sweep]", "[sweep]\nline_length = 20", "is less than the minimum of 40"),
        ('call = "Debate', 'call = "3Debate', "does not match"),
    ],
)
def test_a_real_toml_linter_finds_what_is_wrong_with_a_spec(
    tmp_path: Path, right: str, wrong: str, said: str
) -> None:
    assert right in SPEC
    done = _lint(tmp_path, SPEC.replace(right, wrong, 1))
    assert done.returncode != 0
    assert said in done.stderr


def test_whatever_the_linter_accepts_of_these_values_the_command_accepts_too(
    tmp_path: Path,
) -> None:
    values = """
[base."Values"]
A = true
B = -3
C = 1e-5
D = "text"
E = [1, [2.5, "x"], { k = 1 }]
F = { value = { deep = { deeper = [1] } } }
G = { base = "A" }
H = { value = [], doc = "an empty list" }
"""
    spec = SPEC.replace("# ---- strategies", values + "\n# ---- strategies", 1)
    assert _lint(tmp_path, spec).returncode == 0
    assert World(tmp_path).run("init", "sweep", "--from", "reward-shaping").exit_code == 0
    (tmp_path / "sweep" / "spec.toml").write_text(spec, encoding="utf-8")
    assert World(tmp_path).run("sweep/spec.toml").exit_code == 0


def test_a_real_toml_linter_accepts_factors_axes_and_overrides(tmp_path: Path) -> None:
    spec = """
#:schema spec.schema.json
[sweep]
name = "x"
output = "out"
control = { strategy = "a", model = "small" }
exclude = [{ strategy = "a.b-1", model = ["large"], seed = 1 }]
line_length = 88
extends = "../common.toml"
[treatment]
vary = ["lr"]
[vars]
exp_name = "x_{strategy}_{seed}"
[axes.seed]
levels = [1, 2]
[axes.model.small]
hidden = { python = "3 * 10**4" }
[axes.model.large]
[[overrides]]
when = { seed = [1, 2] }
vars.hidden = { var = "seed" }
[strategies.a]
[strategies."a.b-1"]
vars.lr = { base = "LR" }
"""
    done = _lint(tmp_path, spec.lstrip())
    assert done.returncode == 0, done.stderr


def test_every_key_has_a_title_a_description_and_where_it_helps_an_example() -> None:
    schema = json.loads((PROJECT / "spec.schema.json").read_text(encoding="utf-8"))
    tables = [schema, *schema["$defs"].values()]
    keys = [
        (name, key)
        for table in tables
        for name, key in table.get("properties", {}).items()
        if "$ref" not in key
    ]
    assert len(keys) > 10
    for name, key in keys:
        assert {"title", "description", "examples"} - key.keys() == set(), name
    for table in tables:
        assert "description" in table
        assert table.get("type") != "object" or table["additionalProperties"] is False
