"""`--watch`, driven as a person would: by saving files and reading what it says."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import World

PATIENCE = 60
"""Seconds after which a run that says nothing is taken to be stuck."""


class Watching:
    """A running `gen-sweeps spec.toml --watch`, and what it has said so far."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gen_sweeps", "spec.toml", "--watch"],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as stream:
            for line in stream:
                self.said.append(line.rstrip("\n"))

    def until(self, happened: Callable[[], bool]) -> None:
        """Wait until something has happened."""
        deadline = time.monotonic() + PATIENCE
        while not happened():
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.02)

    def ready(self, times: int) -> None:
        """Wait until it has run so many times, and watches again."""
        self.until(lambda: sum(line.startswith("note: watching") for line in self.said) >= times)

    def interrupt(self) -> int:
        """Press Ctrl-C and return the exit code."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(PATIENCE)
        self._reader.join()
        return code


@pytest.fixture
def watching(sweep: World) -> Iterator[Watching]:
    """Return a watch of the sweep that has run once."""
    running = Watching(sweep.folder)
    try:
        running.ready(1)
        yield running
    finally:
        running.process.kill()
        running.process.wait()
        running._reader.join()  # noqa: SLF001 - the thread ends with the process


def test_a_change_of_the_spec_or_a_template_is_written_and_only_that(
    sweep: World, watching: Watching
) -> None:
    sweep.write("spec.toml", sweep.read("spec.toml").replace("momentum = 0.9", "momentum = 0.8"))
    watching.until(lambda: "momentum=0.8" in sweep.read("configs/momentum.py"))
    watching.ready(2)
    sweep.replace("templates/{strategy}.py.jinja", "CONFIG =", "# by template\nCONFIG =")
    watching.until(lambda: "# by template" in sweep.read("configs/sgd.py"))
    watching.ready(3)
    assert watching.interrupt() == 130
    assert watching.said == [
        "note: watching spec.toml and the templates; Ctrl-C ends it",
        "note: spec.toml changed; running again",
        "note: watching spec.toml and the templates; Ctrl-C ends it",
        "note: templates/{strategy}.py.jinja changed; running again",
        "note: watching spec.toml and the templates; Ctrl-C ends it",
        "error: interrupted",
    ], "its own writes, two times seven files, are no changes"


def test_an_error_is_shown_and_the_next_save_mends_it(sweep: World, watching: Watching) -> None:
    whole = sweep.read("spec.toml")
    before = sweep.files("configs")
    sweep.write("spec.toml", whole[: len(whole) // 2] + "\n[broken")
    watching.until(lambda: any("is not TOML" in line for line in watching.said))
    sweep.write("spec.toml", "")
    watching.until(lambda: any("sweep: is missing" in line for line in watching.said))
    assert sweep.files("configs") == before, "nothing is written from half a spec"
    sweep.write("spec.toml", whole.replace("momentum = 0.9", "momentum = 0.7"))
    watching.until(lambda: "momentum=0.7" in sweep.read("configs/momentum.py"))
    assert watching.interrupt() == 130


def test_a_spec_that_is_replaced_or_gone_for_a_while_is_still_watched(
    sweep: World, watching: Watching
) -> None:
    changed = sweep.read("spec.toml").replace("momentum = 0.9", "momentum = 0.6")
    sweep.path("spec.toml").unlink()
    watching.until(lambda: any("no such file" in line for line in watching.said))
    sweep.write("new", changed)
    sweep.path("new").rename(sweep.path("spec.toml"))
    watching.until(lambda: "momentum=0.6" in sweep.read("configs/momentum.py"))


def test_a_new_folder_of_templates_is_watched_too(sweep: World, watching: Watching) -> None:
    sweep.write("templates/notes/names.txt.jinja", "first\n")
    made = sweep.path("configs/notes/names.txt")
    watching.until(made.exists)
    sweep.write("templates/notes/names.txt.jinja", "second\n")
    watching.until(lambda: made.read_text() == "second\n")


def test_a_file_that_the_spec_extends_is_watched_too_also_while_it_is_broken(
    sweep: World, watching: Watching
) -> None:
    sweep.write("common/base.toml", "[vars]\n")
    sweep.replace("spec.toml", "[sweep]\n", '[sweep]\nextends = "common/base.toml"\n')
    watching.until(lambda: sum("running again" in line for line in watching.said) == 1)
    sweep.write("common/base.toml", "[vars\n")
    watching.until(lambda: any("common/base.toml:1" in line for line in watching.said))
    sweep.write("common/base.toml", '[base."More"]\nEXTRA = 5\n')
    watching.until(lambda: "EXTRA = 5" in sweep.read("configs/_base.py"))
    note = "note: watching spec.toml, common/base.toml and the templates; Ctrl-C ends it"
    watching.until(lambda: watching.said[-1] == note)
    assert watching.interrupt() == 130


def test_without_watchfiles_the_error_says_what_to_install(sweep: World) -> None:
    sweep.write("block/watchfiles.py", "raise ImportError('not here')\n")
    path = os.pathsep.join([str(sweep.path("block")), os.environ.get("PYTHONPATH", "")])
    failed = sweep.run_process("spec.toml", "--watch", PYTHONPATH=path)
    assert failed.exit_code == 2
    assert failed.err == (
        "error: --watch needs watchfiles, which is not installed\n"
        "hint: run `pip install 'gen-sweeps[watch]'`\n"
    )


@pytest.mark.parametrize("option", ["--check", "--diff"])
def test_what_writes_nothing_can_not_be_watched(sweep: World, option: str) -> None:
    failed = sweep.run_process("spec.toml", "--watch", option)
    assert failed.exit_code == 2
    assert f"--watch writes files: leave out {option}" in failed.err


def test_a_spec_in_a_folder_that_is_not_there_can_not_be_watched(empty: World) -> None:
    failed = empty.run_process("no/spec.toml", "--watch")
    assert failed.exit_code == 2
    assert failed.err == "error: no: there is no such folder\nhint: name a spec that exists\n"
