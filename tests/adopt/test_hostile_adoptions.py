"""What hostile files, names and folders get from `gen-sweeps adopt`: a clear error, or a spec."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import pytest
from adopted_families import OPTIMIZERS, optimizers
from conftest import World


def _family(world: World, text: Callable[[int], str], ending: str = "yaml") -> list[str]:
    """Write a file for each optimizer, and return their paths."""
    names = [f"configs/{name}.{ending}" for name in OPTIMIZERS]
    for number, name in enumerate(names):
        world.write(name, text(number))
    return names


def _tree(world: World) -> list[str]:
    return sorted(path.as_posix() for path in world.folder.rglob("*"))


@pytest.fixture
def files(empty: World) -> list[str]:
    """The paths of a family of five files."""
    for name, text in optimizers("yaml").items():
        empty.write(f"configs/{name}", text)
    return [f"configs/{name}" for name in optimizers("yaml")]


@pytest.mark.parametrize("name", ["a b", "'q'", '"q"', "-x", "é", "\u202eevil", "a\tb", "{{ x }}"])
def test_an_experiment_may_have_any_name_of_one_line(
    empty: World, files: list[str], name: str
) -> None:
    done = empty.run("adopt", *files, f"--name={name}")
    assert (done.exit_code, done.err) == (0, "")
    assert "\u202e" not in done.out
    assert empty.run("configs/spec.toml", "--check").exit_code == 0


def test_a_name_of_two_lines_is_refused_as_the_name_that_it_is(
    empty: World, files: list[str]
) -> None:
    before = _tree(empty)
    done = empty.run("adopt", *files, "--name", "a\nb")
    assert (done.exit_code, _tree(empty)) == (2, before)
    assert done.err == "error: sweep.name: must be one line\nhint: give another `--name`\n"


@pytest.mark.parametrize("there", ["file", "file/below", "dangling", "dangling/below", "loop"])
def test_a_spec_goes_to_no_place_that_is_not_a_folder(
    empty: World, files: list[str], there: str
) -> None:
    empty.write("file", "mine")
    empty.path("dangling").symlink_to("nowhere")
    empty.path("loop").symlink_to("loop")
    before = _tree(empty)
    done = empty.run("adopt", *files, "-o", there)
    assert (done.exit_code, done.out, _tree(empty)) == (1, "", before)
    assert f"error: {there.partition('/')[0]}: is not a folder\n" in done.err


@pytest.mark.parametrize("there", [".", "configs/inside", "x/../sweep", "a b/\u00fc", "{strategy}"])
def test_a_spec_goes_to_any_other_folder(empty: World, files: list[str], there: str) -> None:
    assert empty.run("adopt", *files, "-o", there).exit_code == 0
    checked = empty.run(f"{there}/spec.toml", "--check")
    assert (checked.exit_code, checked.err) == (0, "")


def test_a_folder_that_no_spec_can_name_is_not_the_files_fault(empty: World) -> None:
    files = [f"a\nb/{name}" for name in optimizers("yaml")]
    for path, text in zip(files, optimizers("yaml").values(), strict=True):
        empty.write(path, text)
    before = _tree(empty)
    done = empty.run("adopt", *files, "-o", "sweep")
    assert (done.exit_code, _tree(empty)) == (2, before)
    assert done.err.startswith("error: sweep.output: '../a\\nb' has a character that Windows")
    beside = empty.run("adopt", *files)
    assert beside.exit_code == 0
    assert "written: a\\nb/spec.toml, " in beside.out


@pytest.mark.parametrize(
    ("text", "ending", "fault"),
    [
        (lambda i: "x" * 1_000_000 + str(i), "yaml", "yaml: has more than 400,000 bytes"),
        (lambda i: f"a: 1\nx: {'y' * 10_000}{i}\n", "yaml", "yaml:2: is longer than 10,000 charac"),
        (lambda i: "a: 1\n" * 2_000 + f"b: {i}\n", "yaml", "yaml: has more than 2,000 lines"),
        (lambda i: f"x = {'[' * 1_000}{i}{']' * 1_000}\n", "py", "py:1:205: is not valid Python"),
        (lambda i: f"x = {'-' * 9_000}{i}\n", "py", "it nests too deep"),
        (lambda i: f"x = {'+'.join('1' * 4_000)} + {i}\n", "py", "it nests too deep"),
        (lambda i: f"y = 1\nx = {'+'.join('1' * 400)} + {i}\n", "py", "py:2: can't be adopted"),
        (lambda i: f"x = 1\n# \ufeff\ny = {i}\n", "py", "py:2: can't be adopted: has U+FEFF"),
        (lambda i: f"d: '{{{{ [[ << (( @{{ $<'\nx: {i}\n", "yaml", "have all marks that a templ"),
    ],
)
def test_what_no_spec_can_make_is_said_with_its_place(
    empty: World, text: Callable[[int], str], ending: str, fault: str
) -> None:
    files = _family(empty, text, ending)
    before = _tree(empty)
    done = empty.run("adopt", *files)
    assert (done.exit_code, done.out, _tree(empty)) == (2, "", before)
    assert fault in done.err
    assert "Traceback" not in done.err


def test_deep_json_is_made_or_refused_as_json(empty: World) -> None:
    files = _family(empty, lambda i: f"{'[' * 1_000}{i}{']' * 1_000}\n", "json")
    done = empty.run("adopt", *files)
    made = done.exit_code == 0 and "unchanged" in done.out
    assert made or (done.exit_code == 2 and "is not JSON" in done.err)


@pytest.mark.parametrize(
    ("text", "ending"),
    [
        (lambda i: f"x: {'[' * 1_000}{i}{']' * 1_000}\n", "yaml"),
        (lambda i: f"x: {'y, ' * 3_000}{i}\nz: 1\n", "yaml"),
        (lambda i: f"x = [{', '.join('1' * 3_000)}, {i}]\ny = 1\n", "py"),
        (lambda i: "".join(f"f{k}(a={k * (i + 1) if k < 9 else k})\n" for k in range(1_000)), "py"),
        (lambda i: f"a: '{{{{ x }}}} {{% y %}} {{# z #}} [[ ]] << >> (( )) @{{'\nx: {i}\n", "yaml"),
        (lambda i: f"# \u202e\u2028\x1b[31m\x7f\u200b\x0b\x85\nx: {i}\ny: 1\n", "yaml"),
        (lambda i: f"a: {i}\r\nb: 1" if i % 2 else f"a: {i}\nb: 1\n", "yaml"),
        (str, "yaml"),
        (lambda _: "a: 1\n", "yaml"),
    ],
)
def test_whatever_can_be_made_is_made_byte_for_byte(
    empty: World, text: Callable[[int], str], ending: str
) -> None:
    files = _family(empty, text, ending)
    before = empty.files("configs")
    done = empty.run("adopt", *files)
    assert (done.exit_code, done.err) == (0, "")
    assert "\x1b" not in done.out
    after = empty.files("configs")
    assert {name: after[name] for name in before} == before
    assert empty.run("configs/spec.toml", "--check").exit_code == 0


@pytest.mark.parametrize("ending", [".toml", ".json", ".yaml", ".jinja"])
def test_files_that_only_their_whole_names_tell_apart_live_beside_spec_and_manifest(
    empty: World, ending: str
) -> None:
    for number, name in enumerate(("adam", "lion", "sgd")):
        text = f'{{"lr": {number},\n"steps": 1}}\n' if ending == ".json" else f"lr = {number}\n"
        empty.write(f"configs/{name}{ending}", text)
    files = [f"configs/{name}" for name in empty.files("configs")]
    assert empty.run("adopt", *files).err == ""
    checked = empty.run("configs/spec.toml", "--check")
    assert (checked.exit_code, checked.err) == (0, "")


def test_a_file_that_is_named_in_several_ways_is_one(empty: World, files: list[str]) -> None:
    empty.path("link").symlink_to("configs")
    first = files[0].partition("/")[2]
    again = [f"link/{first}", str(empty.path(files[0])), f"./configs/../configs/{first}"]
    done = empty.run("adopt", *files, *again)
    assert (done.exit_code, done.err) == (0, "")
    assert "5 files, " in done.out
    assert "written: configs/spec.toml" in done.out


def test_files_are_adopted_from_any_folder(empty: World, files: list[str]) -> None:
    below = World(empty.path("below"))
    below.write("keep.txt", "")
    done = below.run("adopt", f"../{files[0]}", *(str(empty.path(it)) for it in files[1:]))
    assert (done.exit_code, done.err) == (0, "")
    assert "written: ../configs/spec.toml" in done.out
    assert empty.run("configs/spec.toml", "--check").exit_code == 0


def test_hard_links_are_files_of_their_own(empty: World, files: list[str]) -> None:
    os.link(empty.path(files[0]), empty.path("configs/hopper_twin.yaml"))
    done = empty.run("adopt", *files, "configs/hopper_twin.yaml")
    assert (done.exit_code, done.err) == (0, "")
    assert "6 files, " in done.out


@pytest.mark.skipif(sys.platform == "win32", reason="needs the devices of POSIX")
def test_devices_are_not_read(empty: World, files: list[str]) -> None:
    done = empty.run("adopt", *files, "/dev/zero", "/dev/full", "configs/")
    assert done.exit_code == 2
    assert done.err == (
        "error: /dev/zero: is not a regular file\n"
        "error: /dev/full: is not a regular file\n"
        "error: configs: is a folder\n"
        "hint: name the files in it: `gen-sweeps adopt configs/*.py`\n"
    )


def test_a_family_has_at_most_a_hundred_files(empty: World) -> None:
    names = [f"configs/run_{number}.yaml" for number in range(101)]
    for number, name in enumerate(names):
        empty.write(name, f"lr: {number}\nsteps: 10\nmodel: base\n")
    before = _tree(empty)
    done = empty.run("adopt", *names)
    assert (done.exit_code, _tree(empty)) == (2, before)
    assert done.err == (
        "error: 101 files were given; a family has at most 100\n"
        "hint: adopt some of them at a time\n"
    )
    assert empty.run("adopt", *names[:100]).exit_code == 0


@pytest.mark.parametrize("there", ["manifest.json", ".gen-sweeps-pending.json"])
def test_a_folder_that_another_spec_writes_to_is_left_alone(
    empty: World, files: list[str], there: str
) -> None:
    empty.write(f"configs/{there}", "[]")
    before = empty.files()
    done = empty.run("adopt", *files, "-o", "sweep")
    assert (done.exit_code, empty.files()) == (1, before)
    assert f"error: configs/{there}: already exists; nothing was written\n" in done.err
    assert "hint: gen-sweeps has written to this folder" in done.err
