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
from command_runner import contents, run_command

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
def sweep(tmp_path: Path) -> Path:
    """Return a folder with a sweep."""
    run_command("init", cwd=tmp_path)
    return tmp_path


@pytest.fixture
def watching(sweep: Path) -> Iterator[Watching]:
    """Return a watch of the sweep that has run once."""
    running = Watching(sweep)
    try:
        running.ready(1)
        yield running
    finally:
        running.process.kill()
        running.process.wait()
        running._reader.join()  # noqa: SLF001 - the thread ends with the process


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_change_of_the_spec_or_a_template_is_written_and_only_that(
    sweep: Path, watching: Watching
) -> None:
    _edit(sweep / "spec.toml", "momentum = 0.9", "momentum = 0.8")
    watching.until(lambda: "momentum=0.8" in (sweep / "configs" / "momentum.py").read_text())
    watching.ready(2)
    _edit(sweep / "templates" / "{strategy}.py.jinja", "CONFIG =", "# by template\nCONFIG =")
    watching.until(lambda: "# by template" in (sweep / "configs" / "sgd.py").read_text())
    watching.ready(3)
    assert watching.interrupt() == 130
    assert watching.said == [
        "note: watching spec.toml and its templates; Ctrl-C ends it",
        "note: spec.toml changed; running again",
        "note: watching spec.toml and its templates; Ctrl-C ends it",
        "note: templates/{strategy}.py.jinja changed; running again",
        "note: watching spec.toml and its templates; Ctrl-C ends it",
        "error: interrupted",
    ], "its own writes, two times seven files, are no changes"


def test_an_error_is_shown_and_the_next_save_mends_it(sweep: Path, watching: Watching) -> None:
    spec = sweep / "spec.toml"
    whole = spec.read_text()
    before = contents(sweep / "configs")
    spec.write_text(whole[: len(whole) // 2] + "\n[broken")
    watching.until(lambda: any("is not TOML" in line for line in watching.said))
    spec.write_text("")
    watching.until(lambda: any("sweep: is missing" in line for line in watching.said))
    assert contents(sweep / "configs") == before, "nothing is written from half a spec"
    spec.write_text(whole.replace("momentum = 0.9", "momentum = 0.7"))
    watching.until(lambda: "momentum=0.7" in (sweep / "configs" / "momentum.py").read_text())
    assert watching.interrupt() == 130


def test_a_spec_that_is_replaced_or_gone_for_a_while_is_still_watched(
    sweep: Path, watching: Watching
) -> None:
    spec = sweep / "spec.toml"
    changed = spec.read_text().replace("momentum = 0.9", "momentum = 0.6")
    spec.unlink()
    watching.until(lambda: any("no such file" in line for line in watching.said))
    (sweep / "new").write_text(changed)
    (sweep / "new").rename(spec)
    watching.until(lambda: "momentum=0.6" in (sweep / "configs" / "momentum.py").read_text())


def test_a_new_folder_of_templates_is_watched_too(sweep: Path, watching: Watching) -> None:
    folder = sweep / "templates" / "notes"
    folder.mkdir()
    (folder / "names.txt.jinja").write_text("first\n")
    made = sweep / "configs" / "notes" / "names.txt"
    watching.until(made.exists)
    (folder / "names.txt.jinja").write_text("second\n")
    watching.until(lambda: made.read_text() == "second\n")


def test_without_watchfiles_the_error_says_what_to_install(sweep: Path) -> None:
    (sweep / "block").mkdir()
    (sweep / "block" / "watchfiles.py").write_text("raise ImportError('not here')\n")
    path = os.pathsep.join([str(sweep / "block"), os.environ.get("PYTHONPATH", "")])
    failed = run_command("spec.toml", "--watch", cwd=sweep, env={"PYTHONPATH": path})
    assert failed.exit_code == 2
    assert failed.stderr == (
        "error: --watch needs watchfiles, which is not installed\n"
        "hint: run `pip install 'gen-sweeps[watch]'`\n"
    )


@pytest.mark.parametrize("option", ["--check", "--diff"])
def test_what_writes_nothing_can_not_be_watched(sweep: Path, option: str) -> None:
    failed = run_command("spec.toml", "--watch", option, cwd=sweep)
    assert failed.exit_code == 2
    assert f"--watch writes: leave out {option}" in failed.stderr


def test_a_spec_in_a_folder_that_is_not_there_can_not_be_watched(tmp_path: Path) -> None:
    failed = run_command("no/spec.toml", "--watch", cwd=tmp_path)
    assert failed.exit_code == 2
    assert failed.stderr == "error: no: there is no such folder\nhint: name a spec that exists\n"
