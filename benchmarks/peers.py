"""Other tools on the same job: N files of one page, from a list of strategies.

Each gets the page in its own language and the strategies as ready text, and does the job in one
process in the way that its manual suggests. None of them lays out values, proves anything, or
knows its own files the next day; what they do besides is their business.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from benchmarks import bare
from benchmarks.processes import environment, gen_sweeps, process
from benchmarks.report import Comparison, Section
from benchmarks.timing import Contender, interleaved
from benchmarks.worlds import Disk, in_memory, on_disk, strategies, treatment
from gen_sweeps.spec.model import Strategy

PROGRAMS = Path(__file__).parent / "programs"

KEYS = ("name", "title", "doc", "call")
"""What a page needs of a strategy; `@key@` is its place in the page."""

Texts = Mapping[str, str]
"""These of one strategy."""

COG_STUB = '# [[[cog import cog_page; cog_page.write("{name}") ]]]\n# [[[end]]]\n'


@dataclass(frozen=True, slots=True)
class Peer:
    """A tool that can make the files.

    Attributes:
        name: What the table calls it.
        module: What has to be installed.
        make: Puts what the tool needs, apart from `arms.json`, into a folder; returns its command.
        prepare: Done before each run, when the folder `out` is gone.
    """

    name: str
    module: str
    make: Callable[[Path, str], list[str]]
    prepare: Callable[[Path, Sequence[Texts]], None] = lambda _folder, _texts: None


def measure(disks: Sequence[Disk], *, quick: bool) -> Section:
    """Measure every peer that is installed."""
    found = [peer for peer in PEERS if find_spec(peer.module)]
    skipped = [peer.name for peer in PEERS if peer not in found]
    rows: list[Comparison] = []
    for count in (3,) if quick else (5, 1_000):
        rows += _compared(disks[0], count, found, rounds=1 if quick else 5)
    notes = ["Whole processes, first generation; the script is `benchmarks/programs/`'s own."]
    if skipped:
        notes.append(
            f"Skipped, not installed: {', '.join(skipped)} (`uv run --group peers` brings them)."
        )
    return Section("Peers on the same job", rows, notes=notes)


def _compared(disk: Disk, count: int, peers: Sequence[Peer], rounds: int) -> list[Comparison]:
    arms = strategies(count)
    texts = [_texts(arm) for arm in arms]
    home = environment(disk.new_folder())
    own = on_disk(disk.new_folder(), arms).parent
    contenders = [
        Contender(
            "gen-sweeps",
            partial(process, gen_sweeps("spec.toml"), own, home),
            partial(disk.clear, own / "generated"),
        )
    ]
    page = _page(disk)
    for peer in peers:
        folder = disk.new_folder()
        (folder / "arms.json").write_text(json.dumps(texts), encoding="utf-8")
        command = peer.make(folder, page)

        def prepare(peer: Peer = peer, folder: Path = folder) -> None:
            disk.clear(folder / "out")
            peer.prepare(folder, texts)

        run = partial(_checked, partial(process, command, folder, home), folder, texts)
        contenders.append(Contender(peer.name, run, prepare))
    series = dict(interleaved(contenders, rounds))
    baseline = {SCRIPT: series.pop(SCRIPT)}
    return [Comparison(f"{name}, {count:,} files", own, baseline) for name, own in series.items()]


def _texts(arm: Strategy) -> Texts:
    """Return what a page needs of a strategy."""
    texts = (arm.name, arm.title, arm.doc, treatment(arm))
    return dict(zip(KEYS, texts, strict=True))


def _checked(run: Callable[[], float], folder: Path, texts: Sequence[Texts]) -> float:
    """Run a peer, and check off the clock that each file has its strategy's call and the page."""
    seconds = run()
    for arm in texts:
        source = (folder / "out" / f"sweep_{arm['name']}.py").read_text(encoding="utf-8")
        if not (
            arm["call"] in source
            and "run_sweep_with_flags(" in source
            and "@" + "call@" not in source
        ):
            raise RuntimeError(f"{folder}: the file of {arm['name']} is not what it should be")
    return seconds


def _page(disk: Disk) -> str:
    """Return the project's template rendered, with `@key@` where a strategy's texts stand."""
    spec = in_memory(disk.new_folder(), strategies(1))
    ((_, context),) = bare.contexts(spec)
    blank = {key: f"@{key}@" for key in KEYS}
    page = bare.renderer()({**context, "strategy": blank, "treatment": blank["call"]})
    return page.replace(spec.marker, "Generated: edit the page, not this file.")


def _filled(page: str, place: str) -> str:
    """Return the page in a template language; `place` is how it writes the key `{}`."""
    for key in KEYS:
        page = page.replace(f"@{key}@", place.replace("{}", key))
    return page


def _script(name: str, folder: Path) -> list[str]:
    return [sys.executable, str(PROGRAMS / name), str(folder)]


def _jinja2(folder: Path, page: str) -> list[str]:
    template = _filled(page, "{{ arm.{} }}")
    (folder / "page.py.jinja").write_text(template, encoding="utf-8")
    return _script("jinja2_script.py", folder)


def _mako(folder: Path, page: str) -> list[str]:
    template = _filled(page.replace("${", "${'${'}"), "${arm['{}']}")
    (folder / "page.py.mako").write_text(template, encoding="utf-8")
    return _script("mako_script.py", folder)


def _cog(folder: Path, page: str) -> list[str]:
    (folder / "page.txt").write_text(page, encoding="utf-8")
    shutil.copy(PROGRAMS / "cog_page.py", folder)
    return [sys.executable, "-m", "cogapp", "-r", "-I", str(folder), "@files.txt"]


def _cog_stubs(folder: Path, texts: Sequence[Texts]) -> None:
    """Write the files as cog wants them: there already, with a block to be filled."""
    output = folder / "out"
    output.mkdir()
    names = [arm["name"] for arm in texts]
    files = [f"out/sweep_{name}.py" for name in names]
    (folder / "files.txt").write_text("\n".join(files), encoding="utf-8")
    for name, file in zip(names, files, strict=True):
        (folder / file).write_text(COG_STUB.format(name=name), encoding="utf-8")


def _copier(folder: Path, page: str) -> list[str]:
    template = folder / "template"
    template.mkdir()
    name = "{% yield arm from arms %}sweep_{{ arm.name }}{% endyield %}.py.jinja"
    (template / name).write_text(_filled(page, "{{ arm.{} }}"), encoding="utf-8")
    texts = json.loads((folder / "arms.json").read_text(encoding="utf-8"))
    question = {"arms": {"type": "json", "default": json.dumps(texts), "when": False}}
    (template / "copier.yml").write_text(json.dumps(question), encoding="utf-8")
    return [sys.executable, "-m", "copier", "copy", "--defaults", "--quiet", "template", "out"]


def _cookiecutter(folder: Path, page: str) -> list[str]:
    template = folder / "template" / "{{cookiecutter.folder}}"
    template.mkdir(parents=True)
    name = "sweep_{{cookiecutter.name}}.py"
    (template / name).write_text(_filled(page, "{{ cookiecutter.{} }}"), encoding="utf-8")
    context = {"folder": "out"} | dict.fromkeys(KEYS, "")
    (folder / "template" / "cookiecutter.json").write_text(json.dumps(context), encoding="utf-8")
    return _script("cookiecutter_script.py", folder)


SCRIPT = "a 20-line Jinja2 script"

PEERS = (
    Peer(SCRIPT, "jinja2", _jinja2),
    Peer("Mako script", "mako", _mako),
    Peer("cog", "cogapp", _cog, _cog_stubs),
    Peer("copier", "copier", _copier),
    Peer("cookiecutter", "cookiecutter", _cookiecutter),
)
