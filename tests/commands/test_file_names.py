"""Names of files that a terminal or a log would obey: no command prints them as they are."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys

import pytest
from conftest import MINIMAL_SPEC, World

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="such names are POSIX's")

NAME = "e\x1b[31m\x9b2J\u202e\u2066\r\x85\u2028\n::error::b"
SPEC = f"{NAME}/{NAME}.toml"
FILE = f"{NAME}/{NAME}.py"
BROKEN = f"{NAME}/broken{NAME}.py"
FAILING = f"{NAME}/failing{NAME}.py"

OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


@pytest.fixture
def named(empty: World, world: World) -> World:
    """A folder in which everything that a person may name is called so; a file is edited."""
    files = world.files()
    for path, data in files.items():
        empty.write(f"{NAME}/{path.replace('spec.toml', f'{NAME}.toml')}", data)
    assert empty.run(SPEC, "-q").exit_code == 0
    empty.replace(f"{NAME}/out/run_shaped.py", "0.99", f"0.98  # {NAME.splitlines()[0]}")
    empty.write(f"{NAME}/out/run_{NAME}.py", "stray = 1\n")
    empty.write(FILE, "import sdk\n\nx = sdk.f(y=1, file=__file__)\n")
    empty.write(f"{NAME}/other.py", "import sdk\n\nx = sdk.f(y=2, file=__file__)\n")
    empty.write(BROKEN, "x = (\n")
    empty.write(FAILING, "raise ValueError(__file__)\n")
    empty.write(f"{NAME}/broken{NAME}.toml", "x = \n")
    return empty


def refuse_obeyed(world: World, *arguments: str) -> int:
    """Run a command, check all that it prints, and return its exit code."""
    result = world.run(*arguments)
    printed = result.out + result.err
    assert not OBEYED.search(printed), ascii(OBEYED.search(printed))
    assert not [line for line in printed.splitlines() if line.startswith("::error::b")]
    if "json" in arguments:
        assert isinstance(json.loads(result.out), dict)
    if "github" in arguments:
        lines = result.out.splitlines()
        assert lines
        assert all(line.startswith(("::error", "::warning ")) for line in lines), lines
    return result.exit_code


FORMATS = [[], ["--output-format", "json"], ["--output-format", "github"]]


@pytest.mark.parametrize("options", FORMATS)
@pytest.mark.parametrize(
    ("arguments", "exit_code"),
    [
        ([SPEC], 1),
        ([SPEC, "--check"], 1),
        ([SPEC, "--check", "--git"], 1),
        ([f"{NAME}/broken{NAME}.toml"], 2),
        ([f"{NAME}/none{NAME}.toml"], 2),
        ([SPEC, "--only", NAME], 2),
        (["compare", FILE, f"{NAME}/other.py"], 1),
        (["compare", FILE, BROKEN], 2),
        (["compare", "--resolved", FILE, f"{NAME}/other.py"], 1),
        (["compare", "--vary", NAME, FILE, f"{NAME}/other.py"], 2),
    ],
)
def test_no_format_of_a_check_or_a_comparison_has_a_name_that_is_obeyed(
    named: World, arguments: list[str], exit_code: int, options: list[str]
) -> None:
    if "--git" in arguments:
        subprocess.run(["git", "init", "-q"], cwd=named.folder, check=True)
    assert refuse_obeyed(named, *arguments, *options) == exit_code


@pytest.mark.parametrize(
    ("arguments", "exit_code"),
    [
        ([SPEC, "--diff"], 1),
        ([SPEC, "--force"], 0),
        ([NAME], 2),
        ([SPEC, "--output-format", NAME], 2),
        (["compare", "--diff", FILE, f"{NAME}/other.py"], 1),
        (["resolve", FILE], 0),
        (["resolve", FILE, "--provenance"], 0),
        (["resolve", FILE, "--output-format", "json"], 0),
        (["resolve", BROKEN], 2),
        (["resolve", FAILING], 2),
        (["resolve", "--root", NAME + NAME, FILE], 2),
        (["report", SPEC], 0),
        (["report", SPEC, "-o", f"{NAME}/{NAME}.html"], 0),
        (["report", SPEC, "-o", FILE], 1),
        (["init", f"{NAME}/new"], 0),
        (["init", "--from", "training", f"{NAME}/templates/.."], 1),
        (["schema", NAME], 2),
    ],
)
def test_no_command_prints_a_name_that_is_obeyed(
    named: World, arguments: list[str], exit_code: int
) -> None:
    assert refuse_obeyed(named, *arguments) == exit_code


def test_a_diff_with_a_folder_in_the_place_of_a_file_is_not_obeyed(named: World) -> None:
    named.path(f"{NAME}/out/run_plain.py").unlink()
    named.path(f"{NAME}/out/run_plain.py").mkdir()
    assert refuse_obeyed(named, SPEC, "--diff") == 1


@pytest.mark.parametrize(
    "wrong",
    [
        f"output = {json.dumps('../' + NAME)}",
        f"templates = {json.dumps(NAME)}",
        f"control = {json.dumps(NAME)}",
        f"package = {json.dumps(NAME)}",
        f"extends = {json.dumps(NAME)}",
        f"{json.dumps(NAME)} = 1",
    ],
)
@pytest.mark.parametrize("options", FORMATS)
def test_no_value_of_a_spec_is_obeyed_where_it_is_refused(
    world: World, wrong: str, options: list[str]
) -> None:
    key = wrong.split(" = ", maxsplit=1)[0]
    others = [line for line in MINIMAL_SPEC.split("\n") if not line.startswith(f"{key} = ")]
    world.write("spec.toml", "\n".join(others).replace("[sweep]", f"[sweep]\n{wrong}"))
    assert refuse_obeyed(world, "spec.toml", *options) == 2


@pytest.mark.parametrize("name", [f"{NAME}.jinja", f"{NAME}{{strategy}}.py.jinja"])
@pytest.mark.parametrize("options", FORMATS)
def test_no_name_of_a_template_is_obeyed(world: World, name: str, options: list[str]) -> None:
    world.write(f"templates/{name}", "{{ nothing }}\n")
    assert refuse_obeyed(world, "spec.toml", *options) == 2


def test_a_watch_prints_no_name_that_is_obeyed(world: World) -> None:
    world.path("spec.toml").rename(world.path(f"{NAME}.toml"))
    command = [sys.executable, "-m", "gen_sweeps", f"{NAME}.toml", "--watch"]
    with subprocess.Popen(
        command, cwd=world.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        assert process.stderr is not None
        said = process.stderr.readline().decode()
        process.send_signal(signal.SIGINT)
    assert said.startswith(r"note: watching e\x1b[31m\x9b2J\u202e\u2066\r\x85\u2028\n::error::b.to")
    assert not OBEYED.search(said)
