"""The output folder: nothing outside of it, and nothing in it that is not ours, is touched."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from conftest import World
from disturbances import FOREIGN, experiment, generate_in, spec

from gen_sweeps.output.folder import OutputFolder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs links and modes of POSIX")


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A world whose files are written, with a foreign file among them."""
    world = experiment(tmp_path / "world", spec("a", "b"))
    generate_in(world)
    world.write("generated/foreign.py", FOREIGN)
    return world


def manifest(
    *files: tuple[object, object], version: object = 2, spec: object = "../spec.toml"
) -> bytes:
    """Return a manifest made by hand, which claims files with their digests."""
    head = {"manifest": version, "spec": spec}
    return json.dumps([head, *({"file": path, "sha256": found} for path, found in files)]).encode()


def digest(data: bytes) -> str:
    """Return the sha256 of a file's content."""
    return sha256(data).hexdigest()


DAMAGED: dict[str, Callable[[bytes], bytes]] = {
    "half of a conflict": lambda data: data.replace(b'{"file"', b'<<<<<<< ours\n{"file"', 1),
    "a conflict with a damaged side": lambda data: data.replace(
        b'{"file"', b'<<<<<<< ours\n{"x\n=======\n>>>>>>> a\n{"file"', 1
    ),
    "truncated": lambda data: data[: len(data) // 2],
    "without an end": lambda data: data[: data.rindex(b'{"end"')],
    "empty": lambda _: b"",
    "of another kind": lambda _: b'{"name": "my package"}\n',
    "an array": lambda _: b"[1]\n",
    "no text": lambda _: bytes(range(256)),
    "UTF-16": lambda data: data.decode().encode("utf-16"),
    "deep": lambda _: b"[" * 100_000,
    "huge numbers": lambda data: data.replace(b'"manifest": 2', b'"manifest": ' + b"1" * 5000),
    "newer": lambda _: manifest(version=3),
    "version of another type": lambda _: manifest(version=[[1]]),
    "files of another type": lambda _: manifest((["foreign.py"], "0")),
    "digests of another type": lambda _: manifest(("foreign.py", ["x"])),
    "spec of another type": lambda _: manifest(spec=3),
    "outside": lambda _: manifest(("../spec.toml", "0" * 64)),
    "absolute": lambda _: manifest(("/etc/passwd", "0" * 64)),
    "itself": lambda _: manifest(("MANIFEST.json", "0" * 64)),
    "of another spec": lambda _: manifest(spec="../other.toml"),
    "of two specs": lambda data: data.replace(
        b'{"manifest"', b'{"manifest": 2, "spec": "../other.toml"},\n\n{"manifest"'
    ),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_manifest_is_an_error_with_a_way_out_and_removes_nothing(
    world: World, damage: str
) -> None:
    world.write("other.toml", spec("b"))
    path = world.path("generated/manifest.json")
    path.write_bytes(DAMAGED[damage](path.read_bytes()))
    world.write("spec.toml", spec("a"))  # b is no more, but who knows now that its file is ours
    before = world.files("generated")
    for option in ([], ["--check"]):
        result = world.run("spec.toml", *option)
        assert result.exit_code == 1
        said = result.err
        assert "generated/manifest.json" in said
        assert "`gen-sweeps spec.toml --force`" in said
        assert world.files("generated") == before
    assert world.run("spec.toml", "--force").exit_code == 0
    after = world.files("generated")
    assert after.keys() == before.keys()
    assert after["foreign.py"] == FOREIGN
    assert after["each/b.py"] == before["each/b.py"]


def test_what_a_manifest_claims_and_the_content_denies_is_not_removed_unasked(
    world: World,
) -> None:
    world.write("generated/each/foreign.py", FOREIGN)
    line = '{"file": "each/foreign.py", "sha256": "' + "0" * 64 + '"},\n\n'
    text = world.read("generated/manifest.json")
    world.write("generated/manifest.json", text.replace('{"file"', line + '{"file"', 1))
    before = world.files("generated")
    result = world.run("spec.toml")
    assert result.exit_code == 1
    assert "each/foreign.py was edited since gen-sweeps wrote it" in result.err
    assert world.files("generated") == before


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_what_no_manifest_claims_is_never_removed(world: World, force: list[str]) -> None:
    names = [f"generated/{name}" for name in ("each/a.py", "each/b.py", "foreign.py")]
    for name in names:
        world.write(name, FOREIGN)
    world.write("generated/manifest.json", manifest())
    world.write("spec.toml", spec("c"))
    assert world.run("spec.toml", *force).exit_code == 0
    for name in names:
        assert world.path(name).read_bytes() == FOREIGN


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_what_the_files_are_made_from_is_not_removed_whatever_is_claimed(
    tmp_path: Path, force: list[str]
) -> None:
    world = experiment(tmp_path / "w", spec("a").replace('"generated"\nco', '"."\nco'))
    sources = world.files()
    claims = [(name, digest(data)) for name, data in sources.items()]
    world.write("manifest.json", manifest(*claims, spec="spec.toml"))
    assert world.run("spec.toml", *force).exit_code == 0
    assert {name: world.path(name).read_bytes() for name in sources} == sources


@pytest.mark.parametrize("version", [1, 2])
def test_files_are_ours_by_their_digests_whatever_stands_in_them(
    world: World, version: int
) -> None:
    world.write("generated/each/b.py", FOREIGN)
    files = {name: digest(data) for name, data in world.files("generated").items()}
    del files["manifest.json"], files["foreign.py"]
    made = manifest(*files.items())
    if version == 1:
        old = {"version": 1, "generator": "gen-sweeps", "spec": "../spec.toml", "files": files}
        made = json.dumps(old | {"checksum": "0"}).encode()
    world.write("generated/manifest.json", made)
    world.write("spec.toml", spec("a", rate="7"))
    assert world.run("spec.toml").exit_code == 0
    left = ["_base.py", "each/a.py", "foreign.py", "manifest.json"]
    assert sorted(world.files("generated")) == left
    assert json.loads(world.read("generated/manifest.json"))[0]["manifest"] == 2
    assert world.run("spec.toml", "--check").exit_code == 0


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_a_journal_made_by_hand_leads_to_no_deletion(world: World, force: list[str]) -> None:
    found = digest(FOREIGN)
    world.write("outside.py", FOREIGN)
    for files in (
        {"foreign.py": ["0"]},
        {"../outside.py": [found]},
        {"foreign.py": found},
        [found],
    ):
        journal = json.dumps({"spec": "../spec.toml", "files": files})
        world.write("generated/.gen-sweeps-pending.json", journal)
        assert world.run("spec.toml", *force).exit_code == 0
        assert world.path("generated/foreign.py").read_bytes() == FOREIGN
        assert world.path("outside.py").read_bytes() == FOREIGN


def test_two_specs_of_one_folder_notice_each_other(world: World) -> None:
    world.write("other.toml", spec("a", "c"))
    before = world.files("generated")
    result = world.run("other.toml")
    assert result.exit_code == 1
    assert "belongs to another spec, ../spec.toml" in result.err
    assert world.files("generated") == before


def test_a_folder_that_an_interrupted_run_of_another_spec_left_is_that_specs(world: World) -> None:
    world.path("generated/manifest.json").unlink()
    world.write("other.toml", spec("a", "c"))
    journal = {"spec": "../other.toml", "files": {"each/a.py": ["0"]}}
    world.write("generated/.gen-sweeps-pending.json", json.dumps(journal))
    result = world.run("spec.toml")
    assert result.exit_code == 1
    assert "belongs to another spec, ../other.toml" in result.err


@pytest.mark.parametrize("where", ["inside", "outside"])
@pytest.mark.parametrize("link", ["generated", "deep", "deep/er"])
def test_an_output_folder_behind_a_symbolic_link_is_refused(
    tmp_path: Path, link: str, where: str
) -> None:
    output = link if link == "generated" else "deep/er/generated"
    world = experiment(tmp_path / "w", spec("a").replace('"generated"\nco', f'"{output}"\nco'))
    target = world.path("target") if where == "inside" else tmp_path / "target"
    target.mkdir()
    (world.folder / link).parent.mkdir(parents=True, exist_ok=True)
    (world.folder / link).symlink_to(target)
    result = world.run("spec.toml")
    assert result.exit_code == 2
    assert "is a symbolic link, not a folder" in result.err
    assert list(target.iterdir()) == []


def test_a_link_that_leads_to_itself_is_an_error(tmp_path: Path) -> None:
    world = experiment(tmp_path / "w", spec("a"))
    world.path("generated").symlink_to("generated")
    assert world.run("spec.toml").exit_code == 2


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_nothing_is_written_or_removed_through_a_link_in_the_output_folder(
    world: World, tmp_path: Path, force: list[str]
) -> None:
    target = tmp_path / "target"
    world.path("generated/each").rename(target)
    world.path("generated/each").symlink_to(target)
    before = {path.name: path.read_bytes() for path in target.iterdir()}
    world.write("spec.toml", spec("a", lr=7))
    result = world.run("spec.toml", *force)
    assert result.exit_code == 1
    assert "is behind a symbolic link" in result.err
    assert {path.name: path.read_bytes() for path in target.iterdir()} == before


def test_a_link_in_the_place_of_a_file_is_replaced_by_force_only_and_its_target_is_left(
    world: World, tmp_path: Path
) -> None:
    target = tmp_path / "target.py"
    world.path("generated/_base.py").rename(target)
    world.path("generated/_base.py").symlink_to(target)
    before = target.read_bytes()
    world.write("spec.toml", spec("a", "b", rate="7"))
    assert world.run("spec.toml").exit_code == 1
    assert world.path("generated/_base.py").is_symlink()
    assert world.run("spec.toml", "--force").exit_code == 0
    assert not world.path("generated/_base.py").is_symlink()
    assert target.read_bytes() == before


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the name of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


@pytest.mark.parametrize("make", [_pipe, _socket, Path.mkdir])
@pytest.mark.parametrize("path", ["_base.py", "manifest.json"])
def test_what_is_no_file_is_a_foreign_file_and_nothing_waits_for_it(
    world: World, path: str, make: Callable[[Path], None]
) -> None:
    world.path(f"generated/{path}").unlink()
    make(world.path(f"generated/{path}"))
    for option in ("--check", "--diff", "-q"):
        result = world.run("spec.toml", option)
        assert result.exit_code == 1
        assert path in result.err
    assert world.run("spec.toml", "--force").exit_code == (1 if make is Path.mkdir else 0)


@pytest.mark.parametrize(
    "output",
    [
        "/absolute",
        "../..",
        "a/../../b",
        "con",
        "a/nul.txt",
        "x.",
        "x ",
        "a\\\\b",
        "C:/x",
        "a\\u202eb",
    ],
)
def test_an_output_folder_that_can_not_be_one_everywhere_is_refused(
    tmp_path: Path, output: str
) -> None:
    folder = tmp_path / "deep" / "er"
    world = experiment(
        folder / "w", spec("a").replace('output = "generated"', f'output = "{output}"')
    )
    before = sorted(tmp_path.rglob("*"))
    result = world.run("spec.toml")
    if output == "../..":  # other folders of the repository may be meant
        assert result.exit_code == 0
        return
    assert result.exit_code == 2
    assert "sweep.output" in result.err
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "names",
    [
        ["con.py.jinja"],
        ["x./y.py.jinja"],
        ["x y .txt.jinja", "a /b.txt.jinja"],
        ["manifest.json.jinja"],
        ["MANIFEST.json.jinja"],
        ["manifest.json/x.txt.jinja"],
        [".gen-sweeps-pending.json.jinja"],
        ["A.txt.jinja", "a.txt.jinja"],
        ["stra\N{LATIN SMALL LETTER SHARP S}e.txt.jinja", "strasse.txt.jinja"],
        ["\N{LATIN SMALL LETTER E WITH ACUTE}.txt.jinja", "e\N{COMBINING ACUTE ACCENT}.txt.jinja"],
        ["x.jinja", "x/y.txt.jinja"],
        ["a\N{RIGHT-TO-LEFT OVERRIDE}b.txt.jinja"],
        ["a\nb.txt.jinja"],
        [f"{'x' * 249}.jinja", f"{'{strategy}' * 24}.py.jinja"],
    ],
)
def test_template_names_that_make_no_file_of_their_own_everywhere_are_refused(
    world: World, names: list[str]
) -> None:
    before = world.files("generated")
    world.write("spec.toml", spec("a" * 20))
    for name in names:
        world.write(f"templates/{name}", "text")
    if names[0].startswith("x y "):
        world.path(f"templates/{names[0]}").unlink()
    assert world.run("spec.toml").exit_code == 2
    assert world.files("generated") == before


def test_the_spec_and_the_templates_are_never_overwritten_even_by_force(tmp_path: Path) -> None:
    text = spec("a").replace('output = "generated"', 'output = "."')
    for name in ("spec.toml.jinja", "templates/x.txt.jinja"):
        world = experiment(tmp_path / name.replace("/", "_"), text)
        world.write(f"templates/{name}", "text")
        assert world.run("spec.toml", "--force").exit_code == 2
        assert world.read("spec.toml") == text
        assert not world.path("templates/x.txt").exists()


def test_a_template_that_can_not_be_read_does_not_count_as_removed(world: World) -> None:
    before = world.files("generated")
    template = world.path("templates/_base.py.jinja")
    template.rename(world.path("moved"))
    template.symlink_to("nowhere")
    assert world.run("spec.toml").exit_code == 2
    assert world.files("generated") == before


# -- case-insensitive file systems --


class CaseInsensitiveFolder(OutputFolder):
    """An output folder on a file system that takes `A.py` and `a.py` for one file."""

    def _place(self, path: str) -> str:
        place = self.path
        for part in path.split("/"):
            there = [path.name for path in place.iterdir()] if place.is_dir() else []
            same = (name for name in there if name.casefold() == part.casefold())
            place /= next(same, part)
        return str(place)


@pytest.mark.parametrize("folder", [OutputFolder, CaseInsensitiveFolder])
def test_a_strategy_may_change_its_name_in_case_only(
    tmp_path: Path, folder: type[OutputFolder], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gen_sweeps.commands.generate.OutputFolder", folder)
    world = experiment(tmp_path / "w", spec("a", "arm"))
    generate_in(world)
    text = world.path("generated/each/arm.py").read_bytes()
    world.write("spec.toml", spec("a", "ARM"))  # what is in the file stays the same
    generate_in(world)
    assert world.files("generated")["each/ARM.py"] == text
    assert "each/arm.py" not in world.files("generated")
    assert world.run("spec.toml", "--check").exit_code == 0
    world.write("spec.toml", spec("a", "Arm", lr=2))
    generate_in(world)
    assert b"lr=2" in world.files("generated")["each/Arm.py"]
    assert len(world.files("generated")) == len(
        ["_base.py", "each/a.py", "each/Arm.py", "manifest.json"]
    )
    world.write("spec.toml", spec("a", "b"))
    world.write("generated/each/B.py", FOREIGN)
    if folder is CaseInsensitiveFolder:
        assert world.run("spec.toml").exit_code == 1
    assert world.path("generated/each/B.py").read_bytes() == FOREIGN


# -- editors and version control --


LINE_ENDINGS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "CRLF": (lambda data: data.replace(b"\n", b"\r\n"), "CRLF line endings"),
    "BOM": (lambda data: b"\xef\xbb\xbf" + data, "a byte order mark"),
    "no newline": (lambda data: data[:-1], "no newline at the end"),
}


@pytest.mark.parametrize("change", LINE_ENDINGS)
def test_what_editors_and_checkouts_do_to_line_endings_is_drift_with_a_name_and_still_ours(
    world: World, change: str
) -> None:
    apply, name = LINE_ENDINGS[change]
    before = world.files("generated")
    ours = [path for path in before if path != "foreign.py"]
    for path in ours:
        world.write(f"generated/{path}", apply(before[path]))
    for option in ("--check", "--diff"):
        result = world.run("spec.toml", option)
        assert result.exit_code == 1
        said = result.err
        for path in ours:
            assert f"generated/{path} has {name}\n" in said
        assert "`generated/** -text` to .gitattributes" in said
    result = world.run("spec.toml")
    assert result.exit_code == 0
    assert f" had {name} and was rewritten" in result.err
    assert world.files("generated") == before


@pytest.mark.parametrize("change", LINE_ENDINGS)
def test_an_edit_is_an_edit_with_any_line_endings(world: World, change: str) -> None:
    path = world.path("generated/each/a.py")
    edited = LINE_ENDINGS[change][0](path.read_bytes().replace(b"lr=1", b"lr=7"))
    path.write_bytes(edited)
    assert world.run("spec.toml").exit_code == 1
    assert path.read_bytes() == edited


@pytest.mark.parametrize("change", LINE_ENDINGS)
def test_the_spec_and_the_templates_may_have_any_line_endings(world: World, change: str) -> None:
    before = world.files("generated")
    sources = [world.path("spec.toml"), *world.path("templates").rglob("*.jinja")]
    for path in sources:
        path.write_bytes(LINE_ENDINGS[change][0](path.read_bytes()))
    assert world.run("spec.toml", "--check").exit_code == 0
    assert world.files("generated") == before


def test_a_diff_of_strange_line_ends_shows_them_on_one_line(world: World) -> None:
    path = world.path("generated/_base.py")
    path.write_bytes(path.read_bytes().replace(b"RATE", "# \x0b\x0c\x1c\u2028\x85\rRATE".encode()))
    result = world.run("spec.toml", "--diff")
    assert result.exit_code == 1
    assert "\\ No newline at end of file" not in result.out
    assert "\n-# \\x0b\\x0c\\x1c\\u2028\\x85\\rRATE = " in result.out


def test_nothing_is_written_if_nothing_changed(world: World) -> None:
    before = _changed(world)
    generate_in(world)
    assert _changed(world) == before


def _changed(world: World) -> dict[Path, tuple[int, int, int]]:
    """Return which file each path of the output is, and when it and its metadata were changed."""
    stats = {path: path.stat() for path in world.path("generated").rglob("*")}
    return {path: (it.st_ino, it.st_mtime_ns, it.st_ctime_ns) for path, it in stats.items()}


def _plant_journal(world: World, *paths: str) -> None:
    """Write what a killed run leaves, that claims files which no run has written."""
    claims = {path: [sha256(world.path(path).read_bytes()).hexdigest()] for path in paths}
    journal = {"spec": "spec.toml", "files": claims}
    world.write(".gen-sweeps-pending.json", json.dumps(journal))


def test_a_planted_journal_removes_nothing_that_no_template_could_have_made(sweep: World) -> None:
    sweep.replace("spec.toml", 'output = "configs"', 'output = "."')
    sweep.write("precious.csv", "1,2\n")
    sweep.write(".git/config", "[core]\n")
    templates = [f"templates/{name}" for name in sweep.files("templates")]
    _plant_journal(sweep, "precious.csv", ".git/config", "spec.toml", *templates)
    before = sweep.files()
    del before[".gen-sweeps-pending.json"]
    assert sweep.run("spec.toml").exit_code == 0
    assert before.items() <= sweep.files().items()


def test_what_says_that_it_is_generated_is_not_removed_because_a_journal_names_it(
    sweep: World,
) -> None:
    sweep.write("configs/old.csv", "# @generated by gen-sweeps from spec.toml\n")
    claims = {"old.csv": [digest(sweep.path("configs/old.csv").read_bytes())]}
    journal = {"spec": "../spec.toml", "files": claims}
    sweep.write("configs/.gen-sweeps-pending.json", json.dumps(journal))
    assert sweep.run("spec.toml", "--force").exit_code == 0
    assert sweep.path("configs/old.csv").exists()


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_sources_that_say_that_they_are_generated_are_not_removed(
    sweep: World, force: list[str]
) -> None:
    sweep.replace("spec.toml", 'output = "configs"', 'output = "."')
    sweep.write("spec.toml", f"{sweep.read('spec.toml')}# @generated by gen-sweeps from x\n")
    sweep.write("templates/part", "{# @generated by gen-sweeps from x #}")
    sources = {
        path: data for path, data in sweep.files().items() if not path.startswith("configs/")
    }
    claims = [(path, digest(data)) for path, data in sources.items()]
    sweep.write("manifest.json", manifest(*claims, spec="spec.toml"))
    assert sweep.run("spec.toml", *force).exit_code == 0
    assert sources.items() <= sweep.files().items()


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_a_planted_manifest_removes_nothing_that_no_template_could_have_made(
    sweep: World, force: list[str]
) -> None:
    sweep.replace("spec.toml", 'output = "configs"', 'output = "."')
    sweep.replace("spec.toml", "[sweep]\n", '[sweep]\nextends = "parent.toml"\n')
    sweep.write("parent.toml", "[vars]\nextra = 1\n")
    sweep.write("precious.csv", "1,2\n")
    sweep.write("notes.txt", "mine\n")
    sweep.write(".git/config", "[core]\n")
    before = sweep.files()
    claims = [(path, digest(data)) for path, data in before.items() if path != "manifest.json"]
    sweep.write("manifest.json", manifest(*claims, spec="spec.toml"))
    result = sweep.run("spec.toml", *force)
    assert result.exit_code == 0
    kept = {path: data for path, data in before.items() if not path.startswith("configs/")}
    assert kept.items() <= sweep.files().items()
    assert (
        "warning: precious.csv was left alone: the manifest names it, but no template of spec.toml "
        "could have made it\n"
    ) in result.err
    assert "hint: if it was generated once, remove it by hand\n" in result.err


def test_a_check_names_what_no_template_could_have_made_and_what_to_do(sweep: World) -> None:
    sweep.write("configs/notes.txt", "mine\n")
    files = sweep.files("configs")
    del files["manifest.json"]
    claims = [(path, digest(data)) for path, data in files.items()]
    sweep.write("configs/manifest.json", manifest(*claims))
    result = sweep.run("spec.toml", "--check")
    assert result.exit_code == 1
    assert (
        "error: configs/notes.txt is extra: the manifest names it, but no template of spec.toml "
        "could have made it\nhint: if it was generated once, remove it by hand\n"
    ) in result.err
    sweep.path("configs/notes.txt").unlink()
    assert sweep.run("spec.toml").exit_code == 0
    assert sweep.run("spec.toml", "--check").exit_code == 0


def test_the_files_of_a_template_that_is_gone_are_removed_if_they_say_that_they_are_generated(
    world: World,
) -> None:
    world.path("templates/each/{strategy}.py.jinja").rename(
        world.path("templates/{strategy}.py.jinja")
    )
    assert world.run("spec.toml").exit_code == 0
    assert not world.path("generated/each").exists()
    assert world.path("generated/a.py").exists()


def test_what_a_template_includes_is_not_overwritten_whatever_it_is_called(sweep: World) -> None:
    shutil.rmtree(sweep.path("configs"))
    sweep.path("templates").rename(sweep.path("configs"))
    sweep.path("templates").symlink_to("configs")
    sweep.write("configs/parts.txt", "# mine\n")
    sweep.write("configs/run_all.txt.jinja", "{% include 'parts.txt' %}")
    claim = ("parts.txt", digest(b"# mine\n"))
    sweep.write("configs/manifest.json", manifest(claim))
    assert sweep.run("spec.toml", "--force").exit_code == 0
    assert sweep.read("configs/parts.txt") == "# mine\n"
    sweep.write("configs/parts.txt.jinja", "hijacked\n")
    result = sweep.run("spec.toml", "--force")
    assert result.exit_code == 2
    assert "makes parts.txt, which the files are made from" in result.err
    assert sweep.read("configs/parts.txt") == "# mine\n"


def test_what_a_spec_extends_is_not_overwritten(sweep: World) -> None:
    sweep.replace("spec.toml", 'output = "configs"', 'output = "."')
    sweep.replace("spec.toml", "[sweep]\n", '[sweep]\nextends = "parent.toml"\n')
    sweep.write("parent.toml", "[vars]\nextra = 1\n")
    sweep.write("templates/parent.toml.jinja", "hijacked\n")
    result = sweep.run("spec.toml", "--force")
    assert result.exit_code == 2
    assert "makes parent.toml, which the files are made from" in result.err
    assert sweep.read("parent.toml") == "[vars]\nextra = 1\n"


def test_templates_that_are_reached_through_a_link_are_not_overwritten(sweep: World) -> None:
    shutil.rmtree(sweep.path("configs"))
    sweep.path("templates").rename(sweep.path("configs"))
    sweep.path("templates").symlink_to("configs")
    sweep.write("configs/notes.jinja.jinja", "hijacked\n")
    sweep.write("configs/notes.jinja", "mine\n")
    result = sweep.run("spec.toml", "--force")
    assert "makes notes.jinja, which the files are made from" in result.err
    assert sweep.read("configs/notes.jinja") == "mine\n"


@pytest.mark.parametrize("name", [".git/config", "sub/.GIT/hooks/pre-commit"])
def test_no_template_makes_a_file_of_git(sweep: World, name: str) -> None:
    sweep.write(f"templates/{name}.jinja", "x\n")
    assert f"makes {name}, which is git's own" in sweep.run("spec.toml", "--force").err
    assert not sweep.path(f"configs/{name}").exists()
