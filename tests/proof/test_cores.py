"""Work that is shared out to other processes does what one process would, whatever happens to them.

Each test is a program of its own: a process with threads, as the tests run in, forks nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent

import pytest
from conftest import MINIMAL_BASE, MINIMAL_SPEC, MINIMAL_TEMPLATE

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or len(os.sched_getaffinity(0)) == 1,
    reason="needs forks and a second core",
)

HEAD = """
import os, signal, sys, time
from pathlib import Path
from gen_sweeps.proof.cores import elsewhere, shared_out, standby
first = os.getpid()
"""

SPEC = MINIMAL_SPEC + "".join(
    f"\n[strategies.s{number}.args]\nkind = 'shaped'\nparams = {{ gamma = 0.{number} }}\n"
    for number in range(1_200)
)


def program(text: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a program, which knows the process that it started as by `first`."""
    return subprocess.run(
        [sys.executable, "-c", HEAD + dedent(text)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_results_come_in_order_and_from_more_than_one_process(tmp_path: Path) -> None:
    found = program(
        """
        things = list(range(2_501))
        work = lambda share: [(thing * 2, os.getpid()) for thing in share]
        results = shared_out(work, things, 'it')
        assert [value for value, _ in results] == [thing * 2 for thing in things]
        assert len({process for _, process in results}) > 1
        """,
        tmp_path,
    )
    assert (found.returncode, found.stderr) == (0, "")


@pytest.mark.parametrize(
    "alone",
    [
        "things = things[:999]",
        "import threading; threading.Thread(target=time.sleep, args=(1,), daemon=True).start()",
        "os.sched_setaffinity(0, list(os.sched_getaffinity(0))[:1])",
        "def no_room(): raise BlockingIOError(11, 'no room')\nos.fork = no_room",
    ],
    ids=["few things", "threads", "one core", "no room"],
)
def test_one_process_does_all_where_another_does_not_pay_or_can_not_be(
    tmp_path: Path, alone: str
) -> None:
    text = "things = list(range(3_000))\n" + alone + "\n"
    text += "found = shared_out(lambda share: [(x, os.getpid()) for x in share], things, 'it')\n"
    text += "assert found == [(thing, first) for thing in things]\n"
    found = program(text, tmp_path)
    assert (found.returncode, found.stderr) == (0, "")


@pytest.mark.parametrize(
    "end", ["os.kill(os.getpid(), 9)", "os._exit(0)", "sys.exit(0)", "raise MemoryError", "1 / 0"]
)
def test_what_another_process_does_not_get_done_is_done_here(tmp_path: Path, end: str) -> None:
    text = f"""
        def work(share):
            if os.getpid() != first:
                {end}
            return share

        things = list(range(3_000))
        assert shared_out(work, things, 'it') == things
        with elsewhere(work, things) as finish:
            assert finish() == things
        with standby(list, work) as ask:
            assert ask(things)() == things
    """
    found = program(text, tmp_path)
    assert (found.returncode, found.stderr) == (0, "")


@pytest.mark.parametrize("end", ["pass", "os.kill(os.getpid(), 9)", "raise MemoryError"])
def test_a_process_on_standby_does_what_is_known_later(tmp_path: Path, end: str) -> None:
    text = f"""
        def prepare():
            Path("prepared").touch()
            {end}

        with standby(prepare, lambda thing: (thing * 2, os.getpid() != first)) as ask:
            finish = ask("ab")
            assert finish() == ("abab", {end == "pass"})
        assert Path("prepared").exists()
    """
    found = program(text, tmp_path)
    assert (found.returncode, found.stderr) == (0, "")


def test_a_process_on_standby_that_is_not_needed_ends_at_once(tmp_path: Path) -> None:
    text = """
        def prepare():
            Path("started").touch()
            time.sleep(500)

        for error in (None, ValueError):
            try:
                with standby(prepare, str):
                    while not Path("started").exists():
                        time.sleep(0.01)
                    Path("started").unlink()
                    if error:
                        raise error
            except ValueError:
                print("told")
    """
    found = program(text, tmp_path)
    assert (found.returncode, found.stdout, found.stderr) == (0, "told\n", "")


def test_who_listens_is_told_how_far_the_work_is(tmp_path: Path) -> None:
    text = """
        from gen_sweeps.proof.cores import told

        steps = []
        with told(lambda *step: steps.append(step)):
            shared_out(lambda share: share, [0] * 5_000, 'it')
        shared_out(lambda share: share, [0] * 5_000, 'more')
        done = [done for what, done, total in steps]
        assert {(what, total) for what, _, total in steps} == {('it', 5_000)}
        assert done == sorted(set(done)) and len(done) > 4 and done[-1] == 5_000
    """
    found = program(text, tmp_path)
    assert (found.returncode, found.stderr) == (0, "")


def test_the_first_of_several_errors_is_raised(tmp_path: Path) -> None:
    text = """
        def work(share):
            for thing in share:
                if thing % 100 == 99:
                    raise ValueError(thing)
            return share

        for things in (list(range(3_000)), [1] * 1_600 + [599, 699]):
            try:
                shared_out(work, things, 'it')
            except ValueError as error:
                print(*error.args)
    """
    assert program(text, tmp_path).stdout.split() == ["99", "599"]


def test_an_error_here_ends_the_others_at_once_and_lets_them_clean_up(tmp_path: Path) -> None:
    text = """
        def work(share):
            if os.getpid() == first:
                while not Path("started").exists():
                    time.sleep(0.01)
                raise KeyboardInterrupt
            try:
                Path("started").touch()
                time.sleep(500)
            finally:
                Path("cleaned up").touch()

        try:
            shared_out(work, list(range(3_000)), 'it')
        except KeyboardInterrupt:
            print(Path("cleaned up").exists())
    """
    found = program(text, tmp_path)
    assert (found.returncode, found.stdout, found.stderr) == (0, "True\n", "")


def test_what_another_process_does_ends_soon_after_this_one_is_killed(tmp_path: Path) -> None:
    text = """
        def work(share):
            if os.getpid() == first:
                while not Path("done").exists():
                    time.sleep(0.01)
                os.kill(first, 9)
            with open("done", "a") as done:
                print(len(share), file=done)
            time.sleep(0.1)
            return share

        shared_out(work, list(range(30_000)), 'it')
    """
    assert program(text, tmp_path).returncode == -9
    before = ""
    while (now := (tmp_path / "done").read_text()) != before:
        before = now
        time.sleep(0.5)
    assert 0 < sum(map(int, now.split())) < 10_000


def test_ctrl_c_reaches_all_processes_and_is_told_once(tmp_path: Path) -> None:
    text = """
        os.setpgrp()

        def work(share):
            if os.getpid() != first:
                os.killpg(0, signal.SIGINT)
            while True:  # a signal just before a long sleep would not end it
                time.sleep(0.01)

        try:
            shared_out(work, list(range(3_000)), 'it')
        except KeyboardInterrupt:
            print("interrupted")
    """
    found = program(text, tmp_path)
    assert (found.returncode, found.stdout, found.stderr) == (0, "interrupted\n", "")


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """Return the folder of an experiment with more strategies than one process is enough for."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/_base.py.jinja").write_text(MINIMAL_BASE)
    (tmp_path / "templates/run_{strategy}.py.jinja").write_text(MINIMAL_TEMPLATE)
    (tmp_path / "spec.toml").write_text(SPEC)
    return tmp_path


RUN = """
    if {alone}:
        os.sched_setaffinity(0, list(os.sched_getaffinity(0))[:1])
    sys.argv = ["gen-sweeps", "spec.toml", *{arguments}]
    from gen_sweeps.__main__ import main
    main()
"""


def test_more_cores_write_the_same_bytes_and_say_the_same(many: Path) -> None:
    said, written = [], []
    for alone in (True, False):
        found = program(RUN.format(alone=alone, arguments=[]), many)
        checked = program(RUN.format(alone=alone, arguments=["--check", "--no-cache"]), many)
        said.append((found.returncode, found.stdout, found.stderr, checked.stdout))
        out = many / "out"
        written.append({path.name: path.read_bytes() for path in out.iterdir()})
        out.rename(many / f"out {alone}")
    assert said[0] == said[1]
    assert said[0][0] == 0
    assert written[0] == written[1]
    assert len(written[0]) == 1_204


@pytest.mark.parametrize("strategy", ["s3", "s1100"])
def test_more_cores_find_the_same_wrong(many: Path, strategy: str) -> None:
    template = many / "templates/run_{strategy}.py.jinja"
    text = template.read_text()
    for leak in ("'{}'", "'", "{{ treatment }}"):
        condition = f"{{% if strategy.name == '{strategy}' %}}"
        template.write_text(text.replace("steps=10", f"steps=10{condition}, x={leak}{{% endif %}}"))
        found = [program(RUN.format(alone=alone, arguments=[]), many) for alone in (True, False)]
        assert found[0].returncode != 0
        assert [one.returncode for one in found] == [found[0].returncode] * 2
        assert found[0].stderr == found[1].stderr
        assert f"out/run_{strategy}.py" in found[0].stderr
