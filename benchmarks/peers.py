"""Other tools on the same job: N files of one page, from a list of strategies.

Each gets the page in its own language and the strategies as ready text, and does the job in one
process in the way that its manual suggests. None of them lays out values, proves anything, or
knows its own files the next day; what they do besides is their business.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from benchmarks import bare
from benchmarks.processes import environment, gen_sweeps, process
from benchmarks.report import Comparison, Section, compared
from benchmarks.scale import Scale
from benchmarks.timing import Contender, Sample, interleaved
from benchmarks.worlds import MARKER, Arm, arms, experiment, scratch

PROGRAMS = Path(__file__).parent / "programs"

KEYS = ("name", "title", "doc", "call")
"""What a page needs of a strategy; `@key@` is its place in the page."""

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
    prepare: Callable[[Path, Sequence[Arm]], None] = lambda _folder, _arms: None


def measure(scale: Scale) -> Section:
    """Measure every peer that is installed."""
    found = [peer for peer in PEERS if find_spec(peer.module)]
    skipped = [peer.name for peer in PEERS if peer not in found]
    rows: list[Comparison] = []
    for count in scale.peer_jobs:
        with scratch() as folder:
            rows += _job(folder, count, found, scale.peer_rounds)
    notes = ["Whole processes, first generation; the script is `benchmarks/programs/`'s own."]
    if skipped:
        notes.append(
            f"Skipped, not installed: {', '.join(skipped)} (`uv run --group peers` brings them)."
        )
    return Section("Peers on the same job", rows, notes=notes)


def _job(folder: Path, count: int, peers: Sequence[Peer], rounds: int) -> list[Comparison]:
    strategies, plain = arms(count), environment(folder)
    own = folder / "gen-sweeps"
    own.mkdir()
    experiment(own, count)
    contenders = [
        Contender(
            "gen-sweeps",
            partial(process, gen_sweeps("spec.toml"), own, plain),
            partial(shutil.rmtree, own / "generated", ignore_errors=True),
        )
    ]
    page = _page()
    for index, peer in enumerate(peers):
        place = folder / f"peer{index}"
        place.mkdir()
        texts = [{key: getattr(arm, key) for key in KEYS} for arm in strategies]
        (place / "arms.json").write_text(json.dumps(texts), encoding="utf-8")
        command = peer.make(place, page)

        def prepare(peer: Peer = peer, place: Path = place) -> None:
            shutil.rmtree(place / "out", ignore_errors=True)
            peer.prepare(place, strategies)

        run = partial(_checked, partial(process, command, place, plain), place, strategies)
        contenders.append(Contender(peer.name, run, prepare))
    series = interleaved(contenders, rounds)
    baseline = {SCRIPT: series[SCRIPT]}
    return [
        compared(series[contender.name], baseline, name=f"{contender.name}, {count:,} files")
        for contender in contenders
        if contender.name != SCRIPT
    ]


def _checked(run: Callable[[], Sample], folder: Path, strategies: Sequence[Arm]) -> Sample:
    """Run a peer, and check off the clock that each file has its strategy's call and the page."""
    sample = run()
    for arm in strategies:
        source = (folder / "out" / f"sweep_{arm.name}.py").read_text(encoding="utf-8")
        if not (
            arm.call in source and "run_sweep_with_flags(" in source and "@" + "call@" not in source
        ):
            raise RuntimeError(f"{folder}: the file of {arm.name} is not what it should be")
    return sample


def _page() -> str:
    """Return the project's template rendered, with `@key@` where a strategy's texts stand."""
    blank = Arm(*(f"@{key}@" for key in ("name", "title", "doc", "toml", "call")))
    ((_, data),) = bare.rendered(bare.contexts([blank]))
    return data.decode().replace(MARKER, "Generated: edit the page, not this file.")


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


def _cog_stubs(folder: Path, strategies: Sequence[Arm]) -> None:
    """Write the files as cog wants them: there already, with a block to be filled."""
    output = folder / "out"
    output.mkdir()
    names = [f"out/sweep_{arm.name}.py" for arm in strategies]
    (folder / "files.txt").write_text("\n".join(names), encoding="utf-8")
    for arm, name in zip(strategies, names, strict=True):
        (folder / name).write_text(COG_STUB.format(name=arm.name), encoding="utf-8")


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
