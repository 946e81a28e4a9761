"""The command as a whole: strange specs, strange streams, and many runs at the same time."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from disturbances import experiment, generate_in, spec
from fuzzing import attack
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gen_sweeps.commands.generate import GenerateOptions, generate

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs fork of POSIX")


@pytest.mark.slow
@settings(
    max_examples=120,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 2**32))
def test_whatever_is_attacked_the_command_says_what_is_wrong_or_does_what_is_right(
    tmp_path: Path, seed: int
) -> None:
    assert attack(seed, tmp_path / "project") in (0, 1, 2)


HOSTILE = {
    "nothing": "",
    "a list": "sweep = []\ntreatment = 1\nvars = 2\nbase = 3\nstrategies = 4\n",
    "missing keys": "[sweep]\n[treatment]\n[strategies.a]\n",
    "a deep key": "vars." + "a." * 2_000 + "x = 1\n",
    "deep arrays": "x = " + "[" * 400 + "]" * 400,
    "deep tables": "x = " + "{a = " * 150 + "1" + "}" * 150,
    "too deep": "x = " + "[" * 100_000,
    "a huge number": "x = 0x" + "f" * 100_000,
    "many digits": "x = " + "9" * 5000,
    "a date that is none": "x = 2024-02-31",
    "a debug": spec("a").replace('["lr", "name"]', '["lr", "__debug__"]'),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_spec_that_is_none_is_an_error_at_a_place_of_the_spec(tmp_path: Path, kind: str) -> None:
    world = experiment(tmp_path / "w", HOSTILE[kind])
    result = world.run("spec.toml")
    assert result.exit_code == 2
    assert "error: spec.toml" in result.err
    assert not world.path("generated").exists()


@pytest.mark.parametrize("digits", [4300, 4301])
def test_an_integer_may_have_as_many_digits_as_python_reads(tmp_path: Path, digits: int) -> None:
    world = experiment(tmp_path / "w", spec("a", rate=hex(10**digits - 1)))
    assert world.run("spec.toml").exit_code == (0 if digits == 4300 else 2)
    if digits == 4300:
        assert f"RATE = {'9' * 4300}\n" in world.read("generated/_base.py")


@posix
@pytest.mark.parametrize("stream", [">&-", "2>&-", ">&- 2>&-", ">/dev/full", "| true"])
def test_streams_that_are_closed_or_full_do_not_make_a_traceback(
    tmp_path: Path, stream: str
) -> None:
    if "/dev/full" in stream and not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full")
    world = experiment(tmp_path / "w", spec("a"))
    script = f'"{sys.executable}" -m gen_sweeps spec.toml {stream}'
    done = subprocess.run(
        ["sh", "-c", script], cwd=world.folder, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr
    assert done.returncode == (2 if "full" in stream else 0)
    assert ("can't be written: No space left" in done.stderr) == ("full" in stream)


def test_no_encoding_of_the_terminal_is_too_small_for_what_is_said(tmp_path: Path) -> None:
    world = experiment(tmp_path / "w\N{GREEK SMALL LETTER ALPHA}", spec("a"))
    result = world.run_process(str(world.path("spec.toml")), PYTHONIOENCODING="ascii")
    assert result.exit_code == 0
    assert "w\N{GREEK SMALL LETTER ALPHA}" in result.out or "w\\u03b1" in result.out


@posix
def test_a_path_that_is_no_text_is_a_path(tmp_path: Path) -> None:
    world = experiment(tmp_path / os.fsdecode(b"w\xff"), spec("a"))
    renamed = world.path("spec.toml").rename(world.folder / os.fsdecode(b'sp"""\nec\xff.toml'))
    for options in ([], ["--check"]):  # a bare marker with three quotes is refused
        assert world.run_process(str(renamed), *options).exit_code == 2


# -- at the same time --


def at_the_same_time(*jobs: Callable[[], object]) -> None:
    """Run jobs in processes of their own that start at once; check that none fails."""
    ready, go = os.pipe()
    children = []
    for job in jobs:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                os.close(go)
                os.read(ready, 1)  # ends when all are there
                job()
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    os.close(go)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    os.close(ready)
    assert codes == [0] * len(jobs)


@posix
@pytest.mark.parametrize("there", ["no folder", "an empty folder", "older files"])
def test_eight_runs_of_one_spec_at_once_end_like_one(tmp_path: Path, there: str) -> None:
    world = experiment(tmp_path / "w", spec("a", "old", rate="7"))
    if there == "older files":
        generate_in(world)
    elif there == "an empty folder":
        world.path("generated").mkdir()
    world.write("spec.toml", spec("a", "b", "c"))
    alone = experiment(tmp_path / "alone", spec("a", "b", "c"))
    generate_in(alone)
    at_the_same_time(*[partial(generate_in, world)] * 8)
    assert world.files("generated") == alone.files("generated")


@posix
def test_two_versions_of_a_spec_written_at_once_end_with_one_of_them(tmp_path: Path) -> None:
    world = experiment(tmp_path / "w", "")
    texts = [spec("a", "b", "c"), spec("a", "d", lr=2)]
    results = []
    for index, text in enumerate(texts):
        alone = experiment(tmp_path / str(index), text)
        generate_in(alone)
        results.append(alone.files("generated"))

    def job(text: str) -> Callable[[], object]:
        def both() -> None:
            for number in range(5):
                path = world.folder / f".{os.getpid()}.{number}"
                path.write_text(text)
                path.replace(world.path("spec.toml"))
                generate_in(world)

        return both

    at_the_same_time(*(job(text) for text in texts * 2))
    generate_in(world)
    assert world.files("generated") in results
    assert world.run("spec.toml", "--check").exit_code == 0


@posix
def test_a_check_beside_a_writer_sees_one_version_or_the_other(tmp_path: Path) -> None:
    world = experiment(tmp_path / "w", spec("a", "b", "c"))
    generate_in(world)
    other = world.folder / "other" / "spec.toml"
    other.parent.mkdir()
    texts = [spec("a", "b", "c"), spec("a", "b", "c", lr=2, rate="9")]

    def look() -> None:
        for _ in range(30):
            problems = generate(GenerateOptions((world.path("spec.toml"),), check=True)).problems
            assert not any("--force" in str(problem.hint) for problem in problems), problems
            assert len(problems) in (0, 5), problems

    def change() -> None:
        from gen_sweeps.output.folder import OutputFolder  # noqa: PLC0415 - loaded already
        from gen_sweeps.output.planning import plan  # noqa: PLC0415 - likewise
        from gen_sweeps.proof.proving import prove  # noqa: PLC0415 - likewise
        from gen_sweeps.rendering.renderer import render  # noqa: PLC0415 - likewise
        from gen_sweeps.spec.loading import load  # noqa: PLC0415 - likewise

        for number in range(20):
            # The spec on disk stays the same: only its files change.
            path = world.folder / f"version_{number % 2}.toml"
            path.write_text(texts[number % 2])
            proof = prove(render(load(path)))
            object.__setattr__(proof.rendering.spec, "path", world.path("spec.toml"))
            folder = OutputFolder(proof.rendering.spec)
            with folder.locked(exclusive=True):
                folder.apply(plan(proof, folder))

    at_the_same_time(look, look, change)


@posix
def test_a_folder_that_is_removed_while_a_run_waits_for_it_is_made_again(tmp_path: Path) -> None:
    world = experiment(tmp_path / "w", spec("a"))
    alone = experiment(tmp_path / "alone", spec("a"))
    generate_in(alone)

    def remove() -> None:
        from shutil import rmtree  # noqa: PLC0415 - in the child only

        for _ in range(200):
            rmtree(world.path("generated"), ignore_errors=True)

    def persist() -> None:
        from gen_sweeps.errors import FileError  # noqa: PLC0415 - loaded already

        for _ in range(20):
            with suppress(FileError):  # that the folder is gone
                generate_in(world)

    at_the_same_time(remove, persist, persist)
    generate_in(world)
    assert world.files("generated") == alone.files("generated")
