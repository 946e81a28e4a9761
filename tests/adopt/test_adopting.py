"""What `gen-sweeps adopt` writes, says and leaves alone."""

from __future__ import annotations

import json
import os
import tomllib

import pytest
from adopted_families import grid, optimizers
from conftest import World


@pytest.fixture
def family(empty: World) -> World:
    """Five files of a family, in `configs`."""
    for name, text in optimizers().items():
        empty.write(f"configs/{name}", text)
    return empty


def _adopt(world: World, *arguments: str) -> tuple[int, str, str]:
    files = [f"configs/{name}" for name in sorted(world.files("configs")) if name.endswith(".py")]
    done = world.run("adopt", *files, *arguments)
    return done.exit_code, done.out, done.err


def test_adopted_files_are_unchanged_and_taken_over(family: World) -> None:
    before = family.files("configs")
    code, out, err = _adopt(family)
    assert (code, err) == (0, "")
    assert "configs: 1 created, 0 updated, 5 unchanged, 0 removed" in out
    after = family.files("configs")
    assert {name: after[name] for name in before} == before
    assert sorted(after.keys() - before.keys()) == [
        "manifest.json",
        "spec.toml",
        "templates/hopper_{strategy}.py.jinja",
    ]
    again = family.run("configs/spec.toml")
    assert "0 created, 0 updated, 6 unchanged" in again.out
    assert family.run("configs/spec.toml", "--check").exit_code == 0
    assert family.run("configs/spec.toml", "--check", "--paranoid").exit_code == 0


def test_the_spec_has_what_a_person_would_write(family: World) -> None:
    _adopt(family)
    spec = tomllib.loads(family.read("configs/spec.toml"))
    assert spec["sweep"] == {"name": "hopper", "output": ".", "control": "adam"}
    assert spec["treatment"]["vary"] == ["strategy", "exp_name", "optimizer_type", "lr", "schedule"]
    assert spec["vars"] == {
        "exp_name": "hopper_{strategy}_seed0",
        "schedule": {"python": "schedules.Cosine(warmup=100)"},
    }
    assert spec["strategies"]["sgd"] == {
        "title": "SGD",
        "vars": {
            "optimizer_type": "SGD",
            "lr": 2e-2,
            "schedule": {"python": "schedules.Step(every=30)"},
        },
    }


def test_the_template_reads_like_the_file(family: World) -> None:
    _adopt(family)
    template = family.read("configs/templates/hopper_{strategy}.py.jinja")
    original = family.read("configs/hopper_sgd.py")
    assert template.count("\n") == original.count("\n")
    for line in (
        '"""{{ strategy.title | docstring }} baseline on the hopper task.',
        "Trained with {{ strategy | docstring }}.",
        'exp_name = "{{ exp_name }}"',
        '    type="{{ optimizer_type }}",',
        "    lr={{ lr }},",
        "schedule = {{ schedule }}",
    ):
        assert f"{line}\n" in template


def test_a_grid_of_names_becomes_axes(empty: World) -> None:
    for name, text in grid("yaml").items():
        empty.write(f"runs/{name}", text)
    files = [f"runs/{name}" for name in grid("yaml")]
    assert empty.run("adopt", *files).exit_code == 0
    spec = tomllib.loads(empty.read("runs/spec.toml"))
    assert "strategies" not in spec
    assert spec["axes"]["env"] == {"levels": ["cheetah", "hopper", "walker"]}
    assert spec["axes"]["optimizer"].keys() == {"adam", "lion", "sgd"}
    template = empty.read("runs/templates/{env}_{optimizer}.yaml.jinja")
    assert "output: runs/{{ env }}/{{ optimizer }}\n" in template


def test_folders_and_numbers_are_axes_too(empty: World) -> None:
    from adopted_families import config  # noqa: PLC0415 - for this test

    names = [
        (f"runs/{env}/{optimizer}_seed{seed}.sh", env, optimizer, seed)
        for env in ("hopper", "walker")
        for optimizer in ("adam", "sgd")
        for seed in (1, 2)
    ]
    for name, env, optimizer, seed in names:
        empty.write(name, config("sh", env, optimizer, seed))
    done = empty.run("adopt", *(name for name, *_ in names))
    assert (done.exit_code, done.err) == (0, "")
    spec = tomllib.loads(empty.read("runs/spec.toml"))
    assert spec["axes"]["seed"] == {"levels": [1, 2]}
    assert (empty.folder / "runs/templates/{env}/{optimizer}_seed{seed}.sh.jinja").is_file()


def test_another_folder_for_the_spec(family: World) -> None:
    code, _, err = _adopt(family, "-o", "sweep", "--name", "five_optimizers")
    assert (code, err) == (0, "")
    assert sorted(family.files("sweep")) == ["spec.toml", "templates/hopper_{strategy}.py.jinja"]
    sweep = tomllib.loads(family.read("sweep/spec.toml"))["sweep"]
    assert (sweep["output"], sweep["name"]) == ("../configs", "five_optimizers")
    assert "unchanged" in family.run("sweep/spec.toml").out


def test_a_dry_run_shows_everything_and_writes_nothing(family: World) -> None:
    before = family.files()
    code, out, err = _adopt(family, "--dry-run")
    assert (code, err, family.files()) == (0, "", before)
    assert "[strategies" in out
    assert "{{ exp_name }}" in out
    assert "5 files, 4 variables" in out
    assert "nothing was written" in out


def test_json_has_the_figures_and_the_texts(family: World) -> None:
    code, out, _ = _adopt(family, "--dry-run", "--output-format", "json")
    document = json.loads(out)
    assert (code, document["command"], document["files"]) == (0, "adopt", 5)
    assert document["spec"]["path"] == "configs/spec.toml"
    assert document["template"]["text"].startswith('"""{{ strategy.title')
    assert document["written"] is False


@pytest.mark.parametrize("there", ["spec.toml", "templates/a.jinja", "manifest.json"])
def test_nothing_is_overwritten(family: World, there: str) -> None:
    family.write(f"configs/{there}", "mine\n")
    before = family.files()
    code, out, err = _adopt(family)
    assert (code, out, family.files()) == (1, "", before)
    assert "already exists; nothing was written" in err


def test_a_link_in_the_way_is_not_followed(family: World) -> None:
    family.path("configs/spec.toml").symlink_to("nowhere.toml")
    code, _, err = _adopt(family)
    assert code == 1
    assert "configs/spec.toml: already exists" in err
    assert not (family.folder / "configs/nowhere.toml").exists()


def test_everything_that_is_wrong_is_said_at_once(family: World) -> None:
    family.write("configs/huge.py", "x = 1\n" * 100_000)
    family.write("configs/notes.md", "# mine\n")
    family.path("configs/link.py").symlink_to("hopper_adam.py")
    os.mkfifo(family.folder / "configs/pipe.py")
    names = ["hopper_adam.py", "huge.py", "link.py", "pipe.py", "missing.py", "notes.md"]
    done = family.run("adopt", *(f"configs/{name}" for name in names), "configs")
    assert (done.exit_code, done.out) == (2, "")
    for line in (
        "error: configs/huge.py: has more than 400,000 bytes",
        "error: configs/link.py: is a symbolic link",
        "error: configs/pipe.py: is not a regular file",
        "error: configs/missing.py: can't be read: No such file or directory",
        "error: configs: is a folder",
    ):
        assert f"{line}\n" in done.err


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"\x00\x01\x02", "is no text: it has a null byte"),
        (b"x = '\xff'\n", "is no text in UTF-8"),
        (b"\xef\xbb\xbfx = 1\n", "starts with a byte order mark"),
        (b"x = (1\n", "is not valid Python"),
        (b"x = 1\r\ny = 2\n", "mixes line ends"),
        (b"x = 1\n\x0cy = 2\n", "has a form feed"),
        (b" \n", "is empty"),
    ],
)
def test_a_file_that_can_t_be_adopted_is_named(family: World, data: bytes, fault: str) -> None:
    family.write("configs/hopper_odd.py", data)
    before = family.files()
    code, out, err = _adopt(family)
    assert (code, out, family.files()) == (2, "", before)
    assert err.startswith("error: configs/hopper_odd.py:")
    assert fault in err


@pytest.mark.parametrize("files", [[], ["configs/hopper_adam.py"], ["configs/hopper_adam.py"] * 2])
def test_one_file_is_no_family(family: World, files: list[str]) -> None:
    done = family.run("adopt", *files)
    assert done.exit_code == 2
    assert "there is nothing to adopt" in done.err


def test_files_of_two_kinds_are_adopted_one_at_a_time(family: World) -> None:
    for name, text in optimizers("sh").items():
        family.write(f"configs/{name}", text)
    names = [f"configs/{name}" for name in family.files("configs")]
    done = family.run("adopt", *names)
    assert done.exit_code == 2
    assert "has another ending than" in done.err


def test_shared_modules_are_left_alone(family: World) -> None:
    family.write("configs/_base.py", "LR = 1\n")
    family.write("configs/__init__.py", "")
    code, _, err = _adopt(family)
    assert code == 0
    assert "left alone: configs/__init__.py, configs/_base.py" in err
    assert family.read("configs/_base.py") == "LR = 1\n"
    assert "_base" not in family.read("configs/spec.toml")


@pytest.mark.parametrize(
    "names",
    [
        ("a b", "c d"),
        ("lr=1", "lr=2", "bs=3"),
        ("é", "è"),
        ("a", "A"),
    ],
)
def test_names_that_no_level_can_have_are_refused(empty: World, names: tuple[str, ...]) -> None:
    for number, name in enumerate(names):
        empty.write(f"configs/{name}.yaml", f"lr: {number}\nsteps: 10\nmodel: base\n")
    before = empty.files()
    done = empty.run("adopt", *(f"configs/{name}.yaml" for name in names))
    assert (done.exit_code, empty.files()) == (2, before)
    assert "error: configs/" in done.err


@pytest.mark.parametrize("name", ["{strategy}", "con", "a;touch x", "$(id)", "x\x1b[31m"])
def test_hostile_names_do_no_harm(empty: World, name: str) -> None:
    for number, other in enumerate((name, "plain", "other")):
        empty.write(f"configs/{other}.yaml", f"lr: {number}\nsteps: 10\nmodel: base\n")
    before = empty.files()
    done = empty.run("adopt", *(f"configs/{it}.yaml" for it in (name, "plain", "other")))
    assert (done.exit_code, empty.files()) == (2, before)
    assert "\x1b" not in done.err


def test_the_same_files_give_the_same_spec_in_any_order(family: World) -> None:
    files = [f"configs/{name}" for name in family.files("configs")]
    forth = family.run("adopt", *files, "--dry-run")
    back = family.run("adopt", *reversed(files), "--dry-run")
    assert forth.out == back.out
