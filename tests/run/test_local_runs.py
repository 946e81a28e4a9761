"""`gen-sweeps run` on this machine: what runs, with what, how often, and what is said of it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import stat
import sys
from pathlib import Path

import pytest
from conftest import MINIMAL_SPEC, World
from pseudo_terminal import run_on_terminal
from run_worlds import (
    ends,
    experiment,
    folder,
    folders,
    launcher,
    quoted,
    record,
    states,
    tally,
    wait_for,
)


def test_each_arm_is_run_once_and_never_again(empty: World) -> None:
    notes = empty.path("notes")
    experiment(empty, f'echo "$GEN_SWEEPS_ARM" >> {quoted(notes)}')
    first, second = empty.run("run", "spec.toml"), empty.run("run", "spec.toml")
    assert (first.exit_code, first.out) == (0, "3 arms: 3 done\n")
    assert (second.exit_code, second.out, second.err) == (0, "3 arms: 3 done\n", "")
    assert tally(notes) == {"0": 1, "1": 1, "2": 1}
    assert ends(empty) == {"0": ["done"], "1": ["done"], "2": ["done"]}


def test_the_command_is_printed_before_it_runs(empty: World) -> None:
    experiment(empty, ["echo", "{arm} of {seed}", "{file}"], 'env = { A = "b" }')
    err = empty.run("run", "spec.toml").err
    assert err.startswith("running A=b echo '{arm} of {seed}' '{file}'\nfor 3 arms, 1 at a time")
    assert (folder(empty, "1") / "attempts/1/stdout").read_text() == "1 of 1 out/arm_1.py\n"


def test_what_an_arm_is_told(empty: World) -> None:
    experiment(
        empty,
        ["sh", "-c", "env; pwd; echo '{module} {run_dir}'"],
        'env = { MINE = "{arm}!", OMP_NUM_THREADS = "7" }\njobs = 1',
        arms=1,
    )
    empty.run("run", "spec.toml")
    run = folder(empty, "0")
    said = (run / "attempts/1/stdout").read_text().splitlines()
    cores = str(len(os.sched_getaffinity(0)))
    for line in (
        f"GEN_SWEEPS_RUN_DIR={run}/work",
        f"GEN_SWEEPS_METRICS={run}/attempts/1/metrics.jsonl",
        "GEN_SWEEPS_ARM=0",
        "GEN_SWEEPS_ATTEMPT=1",
        "MINE=0!",
        "OMP_NUM_THREADS=7",
        f"MKL_NUM_THREADS={cores}",
        f"{run}/files",
        f"out.arm_0 {run}/work",
    ):
        assert line in said
    assert any(line.startswith(f"PYTHONPATH={run}/files") for line in said)


def test_an_arm_reads_frozen_bytes_whatever_is_edited_meanwhile(empty: World) -> None:
    empty.write("code.txt", "as it was")
    empty.write("bin/tool", "#!/bin/sh\necho tool\n")
    empty.path("bin/tool").chmod(0o755)
    experiment(
        empty,
        f"cat code.txt out/arm_*.py; ./bin/tool; echo edited > {quoted(empty.path('code.txt'))}",
        'freeze = ["code.txt", "bin/*"]',
    )
    assert empty.run("run", "spec.toml").exit_code == 0
    for arm in range(3):
        run = folder(empty, str(arm))
        said = (run / "attempts/1/stdout").read_text()
        assert said == f'as it was"""An arm."""\n\nSEED = {arm}\ntool\n'
        frozen = {p.relative_to(run / "files").as_posix(): p for p in (run / "files").rglob("*.*")}
        assert {*frozen} == {"code.txt", f"out/arm_{arm}.py"}, "other arms' files are not there"
        assert all(stat.S_IMODE(path.stat().st_mode) == 0o444 for path in frozen.values())
        job = record(run / "job.json")
        for path, digest in job["files"].items():
            data = (run / "files" / path).read_bytes()
            assert hashlib.sha256(data).hexdigest() == digest
    assert empty.read("code.txt") == "edited\n"


def test_changed_code_a_changed_command_and_a_changed_arm_are_new_runs(empty: World) -> None:
    empty.write("code.txt", "1")
    experiment(empty, ["true"], 'freeze = ["code.txt"]')
    empty.run("run", "spec.toml")
    empty.write("code.txt", "2")
    assert {*states(empty).values()} == {"stale"}
    assert empty.run("run", "spec.toml").exit_code == 0
    assert len(folders(empty)) == 6
    empty.replace("spec.toml", '["true"]', '["true", "again"]')
    assert empty.run("run", "spec.toml").exit_code == 0
    assert len(folders(empty)) == 9
    empty.write("templates/arm_{seed}.py.jinja", '"""Changed."""\n\nSEED = {{ seed }}\n')
    assert empty.run("spec.toml").exit_code == 0
    assert empty.run("run", "spec.toml", "--only", "1").exit_code == 0
    assert len(folders(empty)) == 10
    empty.write("code.txt", "1")
    empty.replace("spec.toml", '["true", "again"]', '["true"]')
    empty.write("templates/arm_{seed}.py.jinja", '"""An arm."""\n\nSEED = {{ seed }}\n')
    empty.run("spec.toml")
    assert {*states(empty).values()} == {"done"}, "former runs stay"


def test_a_further_arm_runs_alone_and_jobs_and_timeouts_make_no_new_runs(empty: World) -> None:
    experiment(empty, ["true"])
    empty.run("run", "spec.toml")
    before = folders(empty)
    experiment(empty, ["true"], 'jobs = 2\ntimeout = "1h"\nretries = 1', arms=4)
    assert empty.run("run", "spec.toml", "--dry-run").out == (
        "would run 3: true\n1 to run, 3 done\n"
    )
    assert folders(empty) == before, "a dry run freezes nothing"
    empty.run("run", "spec.toml")
    assert len(folders(empty)) == 4


def test_only_some_arms_are_run_and_get_the_same_folders_as_all_would(empty: World) -> None:
    empty.write("code.py", "")
    experiment(empty, ["true"], 'freeze = ["**/*.py"]')
    assert empty.run("run", "spec.toml", "--only", "1").out == "1 arm: 1 done\n"
    assert states(empty) == {"0": "absent", "1": "done", "2": "absent"}
    frozen = {path.name for path in (folder(empty, "1") / "files").rglob("*.py")}
    assert frozen == {"code.py", "arm_1.py"}, "a pattern brings no other arm's file along"
    empty.run("run", "spec.toml")
    assert ends(empty) == {"0": ["done"], "1": ["done"], "2": ["done"]}
    wrong = empty.run("run", "spec.toml", "--only", "7")
    assert (wrong.exit_code, wrong.out) == (2, "")


def test_what_is_on_disk_has_to_be_what_the_spec_says(empty: World) -> None:
    notes = empty.path("notes")
    experiment(empty, f"echo x >> {quoted(notes)}")
    empty.write("out/arm_1.py", "SEED = 3\n")
    refused = empty.run("run", "spec.toml")
    assert refused.exit_code == 1
    assert refused.err.startswith("error: out/arm_1.py does not match spec.toml\n")
    assert not notes.exists()
    assert not empty.path("runs").exists()


def test_what_is_not_proven_is_not_run(world: World) -> None:
    world.run("spec.toml")
    world.write("spec.toml", f'{MINIMAL_SPEC}\n[run]\ncommand = ["touch", "/tmp/never"]\n')
    template = "templates/run_{strategy}.py.jinja"
    world.write(template, f"{world.read(template)}x = {{{{ strategy.name | python }}}}\n")
    refused = world.run("run", "spec.toml")
    assert refused.exit_code == 1
    assert "depends on which arm it is for" in refused.err
    assert not world.path("runs").exists()


def test_nothing_but_run_runs_a_command(empty: World) -> None:
    notes = empty.path("notes")
    experiment(empty, f"echo x >> {quoted(notes)}")
    for arguments in (
        ["spec.toml", "--check"],
        ["spec.toml", "--diff"],
        ["spec.toml", "--check", "--output-format", "github"],
        ["status", "spec.toml"],
        ["run", "spec.toml", "--dry-run"],
        ["report", "spec.toml"],
    ):
        assert empty.run(*arguments).exit_code == 0, arguments
    assert not notes.exists()
    assert not empty.path("runs").exists()


def test_a_failure_stops_no_other_arm_and_names_its_log(empty: World) -> None:
    experiment(empty, 'printf "bad %s\\n" luck >&2; test "$GEN_SWEEPS_ARM" != 1 || exit 3')
    failed = empty.run("run", "spec.toml")
    assert (failed.exit_code, failed.out) == (1, "3 arms: 2 done, 1 failed\n")
    log = f"{folder(empty, '1').relative_to(empty.folder)}/attempts/1/stderr"
    assert f"see {log}\nhint: mend what made it fail; `gen-sweeps run spec.toml" in failed.err
    assert "bad luck" not in failed.err, "no line of it is quoted"
    assert empty.path(log).read_text() == "bad luck\n"
    again = empty.run("run", "spec.toml")
    assert (again.exit_code, again.out) == (1, "3 arms: 2 done, 1 failed\n")
    assert ends(empty)["1"] == ["failed"], "it is not run again unasked"
    empty.run("run", "spec.toml", "--retry-failed")
    assert ends(empty) == {"0": ["done"], "1": ["failed", "failed"], "2": ["done"]}
    assert empty.run("status", "spec.toml").exit_code == 1


def test_a_program_that_is_not_there_is_a_failure_with_a_reason(empty: World) -> None:
    experiment(empty, ["no-such-program"], arms=1)
    failed = empty.run("run", "spec.toml")
    assert failed.exit_code == 1
    assert "0: failed after 0.0 s: can't be started: No such file or directory" in failed.err


def test_retries_keep_the_arms_folder_and_each_attempt_its_own_log(empty: World) -> None:
    command = 'cat {run_dir}/n; echo "$GEN_SWEEPS_ATTEMPT" >> {run_dir}/n; test -s {run_dir}/n2'
    experiment(empty, f"{command} || {{ cp {{run_dir}}/n {{run_dir}}/n2; exit 1; }}", "retries = 2")
    assert empty.run("run", "spec.toml", "-j", "3").exit_code == 0
    assert ends(empty) == {arm: ["failed", "done"] for arm in "012"}
    attempts = folder(empty, "0") / "attempts"
    assert (attempts / "2/stdout").read_text() == "1\n"
    assert [record(attempts / f"{n}/start.json")["retries"] for n in (1, 2)] == [2, 1]


def test_an_arm_that_takes_too_long_is_stopped_with_all_that_it_started(empty: World) -> None:
    command = "trap '' TERM; sleep 1000 & echo $! > {run_dir}/pid; wait; sleep 1000"
    experiment(empty, command, 'timeout = "0.3s"\ngrace = "0.2s"', arms=1)
    failed = empty.run("run", "spec.toml")
    assert failed.exit_code == 1
    assert "0: timeout after " in failed.err
    end = record(folder(empty, "0") / "attempts/1/end.json")
    assert (end["state"], end["code"]) == ("timeout", -signal.SIGKILL)
    pid = int((folder(empty, "0") / "work/pid").read_text())
    stat_of = Path(f"/proc/{pid}/stat")
    wait_for(lambda: not stat_of.exists() or ") Z" in stat_of.read_text(), "the end of its child")


def test_what_an_arm_leaves_behind_is_ended_with_it(empty: World) -> None:
    experiment(empty, "sleep 1000 & echo $! > {run_dir}/pid", arms=1)
    assert empty.run("run", "spec.toml").exit_code == 0
    stat_of = Path(f"/proc/{(folder(empty, '0') / 'work/pid').read_text().strip()}/stat")
    wait_for(lambda: not stat_of.exists() or ") Z" in stat_of.read_text(), "its end")


def test_an_arm_that_is_told_to_stop_before_its_supervisor_is_was_interrupted(
    empty: World,
) -> None:
    """So does Slurm stop jobs: it signals all of their processes, one after the other."""
    experiment(empty, "supervisor=$PPID; (sleep 0.2; kill $supervisor) & kill $$", arms=1)
    assert empty.run("run", "spec.toml").exit_code == 1
    assert ends(empty) == {"0": ["interrupted"]}


def test_as_many_arms_run_at_a_time_as_was_said(empty: World) -> None:
    busy = empty.path("busy")
    busy.mkdir()
    command = f"touch {quoted(busy)}/{{arm}}; ls {quoted(busy)} | wc -l; sleep 0.1; "
    experiment(empty, f"{command}rm {quoted(busy)}/{{arm}}", "jobs = 2", arms=8)
    assert empty.run("run", "spec.toml").exit_code == 0
    at_once = [int((run / "attempts/1/stdout").read_text()) for run in folders(empty)]
    assert max(at_once) <= 2


def test_gpus_are_handed_out_by_number_and_never_twice_at_once(
    empty: World, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path_factory.mktemp("gpus")))
    monkeypatch.setattr("tempfile.tempdir", None)
    busy = empty.path("busy")
    busy.mkdir()
    mine = f"{quoted(busy)}/$CUDA_VISIBLE_DEVICES"
    command = f"mkdir {mine} && sleep 0.05 && rmdir {mine} && echo $CUDA_VISIBLE_DEVICES"
    experiment(empty, command, "jobs = 8", arms=6)
    assert empty.run("run", "spec.toml", "--gpus", "3,5").exit_code == 0
    given = {(run / "attempts/1/stdout").read_text() for run in folders(empty)}
    assert given == {"3\n", "5\n"}
    assert record(folder(empty, "0") / "attempts/1/start.json")["gpus"] in {"3", "5"}
    experiment(empty, "echo $CUDA_VISIBLE_DEVICES", "gpus = 2")
    empty.run("run", "spec.toml", "--gpus", "0,1,2")
    assert (folders(empty, "0")[0] / "attempts/1/stdout").read_text() in {"0,1\n", "3\n", "5\n"}
    few = empty.run("run", "spec.toml", "--gpus", "0")
    assert few.exit_code in {0, 2}
    experiment(empty, "echo more", "gpus = 2")
    few = empty.run("run", "spec.toml", "--gpus", "0")
    assert few.exit_code == 2
    assert "error: an arm needs 2 GPUs, and 1 are known\nhint: name them with" in few.err
    wrong = empty.run("run", "spec.toml", "--gpus", "../0")
    assert (wrong.exit_code, wrong.out) == (2, "")


def test_what_is_changed_in_the_frozen_files_is_not_run(empty: World) -> None:
    experiment(empty, ["false"], arms=1)
    empty.run("run", "spec.toml")
    frozen = folder(empty, "0") / "files/out/arm_0.py"
    frozen.chmod(0o644)
    frozen.write_text("SEED = 7\n")
    failed = empty.run("run", "spec.toml", "--retry-failed")
    assert failed.exit_code == 1
    assert "0: failed after 0.0 s: files/out/arm_0.py is no longer what was frozen" in failed.err
    assert record(folder(empty, "0") / "attempts/2/end.json")["code"] is None


def test_frozen_code_is_what_python_imports(empty: World) -> None:
    empty.write("lib/helper/__init__.py", "WHERE = __file__\n")
    empty.write("train.py", "import helper, tool\nprint(helper.WHERE, tool.__file__, sep='\\n')\n")
    empty.write("tool.py", "")
    experiment(empty, [sys.executable, "train.py"], 'freeze = ["*.py", "lib/**/*.py"]', arms=1)
    assert empty.run("run", "spec.toml").exit_code == 0
    run = folder(empty, "0")
    said = (run / "attempts/1/stdout").read_text().splitlines()
    assert said == [f"{run}/files/lib/helper/__init__.py", f"{run}/files/tool.py"]
    python = record(run / "attempts/1/start.json")["python"]
    assert python == {"executable": sys.executable, "version": sys.version.split()[0]}


@pytest.mark.parametrize("option", ["-I", "-E"])
def test_an_arm_that_would_import_other_code_is_refused(empty: World, option: str) -> None:
    empty.write("lib/helper/__init__.py", "")
    empty.write("train.py", "")
    command = [sys.executable, option, "train.py"]
    experiment(empty, command, 'freeze = ["train.py", "lib/**/*.py"]', arms=1)
    failed = empty.run("run", "spec.toml")
    assert failed.exit_code == 1
    assert "the frozen `helper` is not what Python imports: that is nowhere" in failed.err


def test_an_installed_copy_that_hides_the_frozen_code_is_found(empty: World) -> None:
    empty.write("elsewhere/helper.py", "")
    empty.write("helper.py", "")
    script = empty.path("elsewhere/train.py")
    empty.write("elsewhere/train.py", "import helper")
    experiment(empty, [sys.executable, str(script)], 'freeze = ["helper.py"]', arms=1)
    failed = empty.run("run", "spec.toml")
    assert failed.exit_code == 1
    assert f"the frozen `helper` is not what Python imports: that is {script.parent}" in failed.err


def test_in_the_project_only_the_generated_file_is_frozen(empty: World) -> None:
    empty.write("code.txt", "now")
    experiment(empty, ["sh", "-c", "pwd; cat code.txt; cat {file}"], 'workdir = "project"', arms=1)
    assert "with the project's code as it is then" in empty.run("run", "spec.toml").err
    said = (folder(empty, "0") / "attempts/1/stdout").read_text()
    assert said == f'{empty.folder}\nnow"""An arm."""\n\nSEED = 0\n'
    argv = record(folder(empty, "0") / "attempts/1/start.json")["argv"]
    assert argv[-1] == f"pwd; cat code.txt; cat {folder(empty, '0')}/files/out/arm_0.py"


def test_a_dry_run_names_the_frozen_file_that_a_command_in_the_project_would_get(
    empty: World,
) -> None:
    experiment(empty, ["submit", "{file}", "{run_dir}"], 'workdir = "project"', arms=1)
    out = empty.run("run", "spec.toml", "--dry-run").out
    assert re.match(r"would run 0: submit (runs/\S+)/files/out/arm_0\.py \1/work\n", out), out


def test_what_leads_out_of_the_specs_folder_keeps_its_place(empty: World) -> None:
    empty.path(".git").mkdir()
    empty.write("src/pkg/__init__.py", "")
    empty.write("src/pkg/code.py", "VALUE = 5\n")
    inner = World(empty.path("experiments/first"))
    inner.folder.mkdir(parents=True)
    inner.write("train.py", "from pkg.code import VALUE\nfrom out import arm_0\nprint(VALUE)\n")
    experiment(
        inner,
        [sys.executable, "train.py"],
        'freeze = ["train.py", "../../src/**/*.py"]',
        arms=1,
    )
    assert inner.run("run", "spec.toml").exit_code == 0
    run = folder(inner, "0")
    assert (run / "attempts/1/stdout").read_text() == "5\n"
    assert (run / "files/experiments/first/out/arm_0.py").is_file()
    assert (run / "files/src/pkg/code.py").is_file()


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("missing.py", "no file matches 'missing.py'"),
        ("lib", "lib is a folder\nhint: write `lib/**/*.py`"),
        ("../outside.txt", "../outside.txt leads outside of"),
        ("link.txt", "link.txt leads outside of"),
        ("linked/*", "linked/outside.txt leads outside of"),
        (".git/config", ".git/config is git's own"),
        ("pipe", "pipe is no regular file"),
        ("big.bin", "big.bin makes what is frozen larger than 100 MB"),
    ],
)
def test_what_may_not_be_frozen_is_refused_at_its_place(
    empty: World, pattern: str, said: str
) -> None:
    inner = World(empty.path("inner"))
    inner.write("lib/code.py", "")
    inner.write(".git/config", "")
    empty.write("outside.txt", "secret")
    inner.path("link.txt").symlink_to(empty.path("outside.txt"))
    inner.path("linked").symlink_to(empty.folder)
    os.mkfifo(inner.path("pipe"))
    inner.write("big.bin", "")
    os.truncate(inner.path("big.bin"), 100_000_001)
    experiment(inner, ["true"], f"freeze = [{json.dumps(pattern)}]")
    refused = inner.run("run", "spec.toml")
    assert (refused.exit_code, refused.out) == (2, "")
    assert refused.err.startswith(f"error: spec.toml:8:11: run.freeze.0: {said}")
    assert "secret" not in refused.err
    assert not inner.path("runs").exists()


def test_a_link_inside_of_the_repository_may_be_frozen(empty: World) -> None:
    empty.write("code/real.txt", "real")
    empty.path("link.txt").symlink_to("code/real.txt")
    experiment(empty, ["cat", "link.txt"], 'freeze = ["link.txt"]', arms=1)
    assert empty.run("run", "spec.toml").exit_code == 0
    assert (folder(empty, "0") / "attempts/1/stdout").read_text() == "real"


def test_without_the_table_or_generated_files_nothing_is_run(world: World) -> None:
    world.run("spec.toml")
    for command in ("run", "status"):
        refused = world.run(command, "spec.toml")
        assert refused.exit_code == 2
        assert refused.err.startswith(
            "error: spec.toml: run: is missing\nhint: add a table `[run]`"
        )
    experiment(world, ["true"], generate=False)
    world.path("out/manifest.json").unlink()
    refused = world.run("status", "spec.toml")
    assert refused.exit_code == 2
    assert refused.err.startswith("error: out/manifest.json: is missing: nothing is generated yet")


def test_ctrl_c_stops_the_arms_and_the_next_run_goes_on(empty: World) -> None:
    command = "test -e {run_dir}/again && exit 0; touch {run_dir}/again; exec sleep 1000"
    experiment(empty, command, "jobs = 2", arms=3)
    running = launcher(empty)
    wait_for(lambda: len([*empty.path("runs").glob("trials/*/*/work/again")]) == 2, "the start")
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert out == "3 arms: 2 interrupted, 1 prepared\n"
    assert "note: stopped; `gen-sweeps run spec.toml` goes on" in err
    assert sorted(states(empty).values()) == ["interrupted", "interrupted", "prepared"]
    running = launcher(empty)
    wait_for(lambda: len([*empty.path("runs").glob("trials/*/*/work/again")]) == 3, "the start")
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=60)
    assert empty.run("run", "spec.toml").exit_code == 0
    assert sorted(ends(empty).values()) == [["interrupted", "done"]] * 3


def test_an_arm_that_ends_well_after_it_was_told_to_stop_is_not_done(empty: World) -> None:
    command = "trap 'touch {run_dir}/saved; exit 0' TERM; touch {run_dir}/up; sleep 1000 & wait"
    experiment(empty, command, arms=1)
    running = launcher(empty)
    wait_for(lambda: [*empty.path("runs").glob("trials/*/*/work/up")], "the start")
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=60)
    assert (folder(empty, "0") / "work/saved").exists(), "it had the time to save"
    assert states(empty) == {"0": "interrupted"}


def test_status_says_what_is_so_and_changes_nothing(empty: World) -> None:
    experiment(empty, 'test "$GEN_SWEEPS_ARM" != 1')
    before = empty.files()
    assert states(empty) == dict.fromkeys("012", "absent")
    assert empty.files() == before
    empty.run("run", "spec.toml")
    before = empty.files()
    said = empty.run("status", "spec.toml")
    assert said.exit_code == 1
    lines = said.out.splitlines()
    assert lines[0].split() == ["arm", "state", "attempts", "time", "folder"]
    assert [line.split()[:3] for line in lines[1:4]] == [
        ["0", "done", "1"],
        ["1", "failed", "1"],
        ["2", "done", "1"],
    ]
    assert lines[-1] == "3 arms: 2 done, 1 failed"
    content = json.loads(empty.run("status", "spec.toml", "--output-format", "json").out)
    assert content["counts"] == {"done": 2, "failed": 1}
    assert content["arms"][1]["code"] == 1
    assert content["arms"][1]["levels"] == {"seed": "1"}
    assert Path(empty.folder, content["arms"][1]["log"]).is_file()
    assert empty.files() == before


def test_status_names_arms_that_have_no_file_yet(empty: World) -> None:
    experiment(empty, ["true"])
    experiment(empty, ["true"], arms=5, generate=False)
    said = empty.run("status", "spec.toml")
    assert said.exit_code == 0
    assert "warning: no file is generated of 3, 4\nhint: run `gen-sweeps spec.toml`" in said.err


def test_cancel_says_what_it_stops_and_stops_the_launcher_too(empty: World) -> None:
    experiment(empty, "touch {run_dir}/up; exec sleep 1000", arms=3)
    running = launcher(empty)
    wait_for(lambda: [*empty.path("runs").glob("trials/*/*/work/up")], "the start")
    said = empty.run("status", "spec.toml", "--cancel")
    assert said.err == f"note: stopped {folder(empty, '0').relative_to(empty.folder)}\n"
    running.communicate(timeout=60)
    assert running.returncode == 130
    assert states(empty) == {"0": "interrupted", "1": "prepared", "2": "prepared"}
    assert empty.run("status", "spec.toml", "--cancel").err == "note: nothing runs or waits\n"


def test_provenance_is_written_down(empty: World) -> None:
    git = "git -c user.name=x -c user.email=x@localhost"
    experiment(empty, ["true"], arms=1)
    empty.write("uv.lock", "locked")
    os.system(  # noqa: S605 - no word of it is somebody else's
        f"cd {quoted(empty.folder)} && git init -q && git add . && {git} commit -qm x"
    )
    empty.run("run", "spec.toml")
    run = folder(empty, "0")
    start, job = record(run / "attempts/1/start.json"), record(run / "job.json")
    assert len(start["commit"]) == 40
    assert start["commit"] == job["commit"]
    assert (start["dirty"], job["dirty"]) == (False, False)
    assert start["locks"] == {"uv.lock": hashlib.sha256(b"locked").hexdigest()}
    assert start["host"] == os.uname().nodename
    assert os.system(f'cd {quoted(empty.folder)} && test -z "$(git status -s)"') == 0  # noqa: S605 - likewise


def test_on_a_terminal_a_bar_counts_the_arms(empty: World) -> None:
    experiment(empty, ["true"])
    command = [sys.executable, "-m", "gen_sweeps", "run", "spec.toml"]
    done = run_on_terminal(command, empty.folder)
    assert (done.exit_code, done.out) == (0, "3 arms: 3 done\n")
    assert "\r\x1b[K[" in done.err
    assert "[####################] 3 done" in done.err
    assert done.err.endswith("\r\x1b[K")


def test_an_arm_without_a_file_of_its_own_needs_a_command_that_names_none(empty: World) -> None:
    experiment(empty, ["echo", "{file}"])
    empty.write("templates/more_{seed}.py.jinja", '"""More."""\n')
    empty.run("spec.toml")
    refused = empty.run("run", "spec.toml")
    assert refused.exit_code == 2
    assert "run.command: names the file of an arm, but of 0 2 files are its own" in refused.err
    empty.replace("spec.toml", "{file}", "out/more_{seed}.py")
    assert empty.run("run", "spec.toml").exit_code == 0
