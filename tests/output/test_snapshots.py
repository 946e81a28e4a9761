"""The committed files are the snapshots: every byte of them is what the spec says."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PROJECT
from generated_snapshots import GENERATED, GeneratedExtension
from syrupy.assertion import SnapshotAssertion

from gen_sweeps.output.folder import OutputFolder
from gen_sweeps.output.planning import plan
from gen_sweeps.proof.proving import Proof, prove
from gen_sweeps.rendering.outputs import MANIFEST
from gen_sweeps.rendering.renderer import render
from gen_sweeps.spec.loading import load

NAMES = (
    "__init__.py",
    "_base.py",
    "sweep_coma_advantage.py",
    "sweep_difference_rewards.py",
    "sweep_identity.py",
    "sweep_potential_based.py",
    "sweep_reward_mixing.py",
)


@pytest.fixture(scope="module")
def proof() -> Proof:
    return prove(render(load(PROJECT / "spec.toml")))


@pytest.fixture
def generated(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(GeneratedExtension)


@pytest.mark.parametrize("name", NAMES)
def test_a_generated_file_is_what_is_committed(
    name: str, proof: Proof, generated: SnapshotAssertion
) -> None:
    assert proof.rendering[name].source.encode() == generated(name=name)


def test_the_manifest_is_what_is_committed(proof: Proof, generated: SnapshotAssertion) -> None:
    planned = plan(proof, OutputFolder(proof.rendering.spec))
    assert planned.manifest == generated(name=MANIFEST)


def test_no_file_is_committed_without_a_snapshot(proof: Proof) -> None:
    committed = {path.name for path in GENERATED.iterdir() if path.name != "__pycache__"}
    assert committed == {*NAMES, MANIFEST} == {*proof.digests, MANIFEST}


@pytest.mark.parametrize(("damage", "shown"), [(b"\r\n", "␍"), (b"  # drift\n", "  # drift")])
def test_a_drifted_file_fails_the_snapshots_with_a_readable_diff(
    tmp_path: Path, damage: bytes, shown: str
) -> None:
    tests = tmp_path / "tests"
    tests.mkdir()
    (tmp_path / "generated").mkdir()
    expected = (GENERATED / "_base.py").read_bytes()
    drifted = expected.replace(b"SEED = 42\n", b"SEED = 42" + damage)
    (tmp_path / "generated/_base.py").write_bytes(drifted)
    shutil.copy(PROJECT / "tests/generated_snapshots.py", tests)
    (tests / "test_one.py").write_text(
        "from generated_snapshots import GeneratedExtension\n"
        "def test_one(snapshot):\n"
        f"    source = {expected!r}\n"
        "    generated = snapshot.use_extension(GeneratedExtension)\n"
        "    assert source == generated(name='_base.py')\n"
    )
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert f"E         - SEED = 42{shown}\nE         + SEED = 42\n" in result.stdout
    assert (tmp_path / "generated/_base.py").read_bytes() == drifted
