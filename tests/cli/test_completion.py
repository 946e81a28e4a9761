"""What shells propose: asked in the shells themselves, with the scripts that they are given."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import World, needed

BIN = Path(sys.executable).parent

LINES = [
    ("gen-sweeps sch", ["schema"]),
    ("gen-sweeps sp", ["spec.toml"]),
    ("gen-sweeps spec.toml --on", ["--only"]),
    ("gen-sweeps spec.toml --only ", ["cosine", "momentum", "nesterov", "sgd"]),
    ("gen-sweeps spec.toml --check --only mo", ["momentum"]),
    ("gen-sweeps --output-format ", ["github", "json", "text"]),
    ("gen-sweeps init --from ", ["reward-shaping", "training"]),
    ("gen-sweeps init --fr", ["--from"]),
]


def _shell(*command: str, cwd: Path, line: str = "") -> list[str]:
    env = os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}", "LINE": line, "HOME": str(cwd)}
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=True)
    return sorted(text.split("\t")[0] for text in done.stdout.splitlines() if text)


@pytest.mark.slow
@pytest.mark.parametrize(("line", "proposed"), LINES)
def test_bash_proposes(sweep: World, line: str, proposed: list[str]) -> None:
    script = """
        eval "$(_GEN_SWEEPS_COMPLETE=source_bash gen-sweeps)"
        read -ra COMP_WORDS <<< "$LINE"
        [[ $LINE == *" " ]] && COMP_WORDS+=("")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _gen_sweeps_completion gen-sweeps
        printf '%s\\n' "${COMPREPLY[@]}"
    """
    assert _shell(needed("bash"), "--norc", "-c", script, cwd=sweep.folder, line=line) == proposed


@pytest.mark.slow
@pytest.mark.parametrize(("line", "proposed"), LINES)
def test_fish_proposes(sweep: World, line: str, proposed: list[str]) -> None:
    script = '_GEN_SWEEPS_COMPLETE=source_fish gen-sweeps | source; complete -C "$LINE"'
    assert (
        _shell(needed("fish"), "--no-config", "-c", script, cwd=sweep.folder, line=line) == proposed
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "completed"),
    [
        ("gen-sweeps spec.toml --only mo", "gen-sweeps spec.toml --only momentum"),
        ("gen-sweeps sch", "gen-sweeps schema"),
        ("gen-sweeps init --fr", "gen-sweeps init --from"),
    ],
)
def test_zsh_completes_a_line_when_the_user_presses_tab(
    sweep: World, line: str, completed: str
) -> None:
    zsh = needed("zsh")
    process, terminal = pty.fork()
    if process == 0:  # pragma: no cover - it becomes the shell
        os.chdir(sweep.folder)
        path = f"{BIN}:{os.environ['PATH']}"
        os.environ |= {"PATH": path, "TERM": "dumb", "HOME": str(sweep.folder)}
        os.execv(zsh, [zsh, "-f"])  # noqa: S606 - it is the shell

    def typed(keys: str, until: str) -> None:
        os.write(terminal, keys.encode())
        seen = ""
        while not re.search(until, seen, re.DOTALL):
            assert select.select([terminal], [], [], 10)[0], seen
            seen += os.read(terminal, 4096).decode(errors="replace")

    typed("PS1=READY; autoload -Uz compinit; compinit -u -D; echo $((40+2))\n", r"\b42\b.*READY")
    typed('eval "$(_GEN_SWEEPS_COMPLETE=source_zsh gen-sweeps)"; echo $((41+2))\n', r"\b43\b")
    typed(f"{line}\t", f"{re.escape(completed)} ")
    os.close(terminal)  # hangs up, which ends the shell
    os.waitpid(process, 0)


def test_a_spec_that_is_missing_or_broken_proposes_nothing(sweep: World) -> None:
    sweep.write("broken.toml", "[strategies\n")
    for line in ("gen-sweeps broken.toml --only ", "gen-sweeps nope.toml --only "):
        env = {"_GEN_SWEEPS_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": "3"}
        ran = sweep.run_process(**env)
        assert (ran.exit_code, ran.out.strip(), ran.err) == (0, "", "")


def _proposed(world: World, *words: str) -> list[str]:
    """Return what bash is told to propose for the last word of a line."""
    line = {"COMP_WORDS": "\n".join(("gen-sweeps", *words)), "COMP_CWORD": str(len(words))}
    return world.run_process(**line, _GEN_SWEEPS_COMPLETE="complete_bash").out.split()


def test_levels_and_arms_are_proposed_too(sweep: World) -> None:
    spec = sweep.read("spec.toml")
    sweep.write("spec.toml", f"{spec}\n[axes.seed]\nlevels = [0, 1]\n")
    everything = _proposed(sweep, "spec.toml", "--only", "")
    assert {"sgd", "cosine", "0", "1", "sgd-0", "cosine-1"} <= {*everything}
    assert _proposed(sweep, "spec.toml", "--only", "co") == ["cosine", "cosine-0", "cosine-1"]
    assert _proposed(sweep, "spec.toml", "--only", "1") == ["1"]


def test_of_several_specs_the_names_of_all_are_proposed(sweep: World) -> None:
    sweep.write("a folder/more.toml", sweep.read("spec.toml").replace("cosine", "cooldown"))
    proposed = _proposed(sweep, "spec.toml", r"a\ folder/more.toml", "--only", "co")
    assert proposed == ["cosine", "cooldown"]


def test_a_further_spec_is_proposed_and_no_command_where_none_may_stand(sweep: World) -> None:
    sweep.write("second.toml", "")
    assert _proposed(sweep, "s") == ["status", "schema", "second.toml", "spec.toml"]
    assert _proposed(sweep, "spec.toml", "s") == ["second.toml"]
    assert _proposed(sweep, "report", "s") == ["second.toml", "spec.toml"]


def test_completion_changes_nothing_on_disk(sweep: World) -> None:
    before = sweep.files()
    env = {
        "_GEN_SWEEPS_COMPLETE": "complete_bash",
        "COMP_WORDS": "gen-sweeps spec.toml --only ",
        "COMP_CWORD": "3",
    }
    sweep.run_process("spec.toml", **env)
    sweep.run_process("init", "other", **env)
    assert sweep.files() == before


def test_a_script_can_be_shown_and_installed(empty: World) -> None:
    env = {"HOME": str(empty.folder), "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    shown = empty.run_process("--show-completion", "bash", **env)
    assert shown.exit_code == 0
    assert "complete -o default -F _gen_sweeps_completion gen-sweeps" in shown.out
    assert empty.run_process("--install-completion", "bash", **env).exit_code == 0
    assert empty.read(".bash_completions/gen-sweeps.sh") in shown.out
