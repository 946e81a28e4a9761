"""The experiments that are measured: the project's own, and ones like it of any size."""

from __future__ import annotations

import itertools
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir, mkdtemp

from gen_sweeps.spec.loading import load
from gen_sweeps.spec.model import STRATEGY, Arm, Reference, Spec, SpelledFloat, Strategy, Value

PROJECT = Path(__file__).parent.parent
"""The checkout whose spec and templates are measured."""

STRATEGY_TEMPLATE = PROJECT / "templates" / "sweep_{strategy}.py.jinja"

AXES_TEMPLATE = "sweep_{strategy}-{seed}-{temperature}.py.jinja"
"""What the same template is called where there are axes."""

TREATMENTS = 10
"""How many treatments there are, unless each strategy has its own."""


def strategies(count: int, *, distinct: bool = False) -> list[Strategy]:
    """Return strategies like the project's own.

    Args:
        count: How many; the first is the control, which has no arguments.
        distinct: Whether no two have the same treatment. Otherwise there are ten, and strategies
            that have the same share its arguments, as files of one strategy and many seeds do.
    """
    kinds = [_treatment(number) for number in range(count if distinct else min(count, TREATMENTS))]
    return [
        Strategy(f"arm_{number:05}" if number else "identity", f"Strategy {number}", doc, args, {})
        for number, (doc, args) in zip(range(count), itertools.cycle(kinds), strict=False)
    ]


def _treatment(number: int) -> tuple[str, Mapping[str, Value]]:
    """Return a description and arguments: of the project's own, with numbers of their own."""
    x = SpelledFloat(repr(number / 10_000))
    doc = f"r' = {x!r} * G + (1 - {x!r}) * local\n\nMixes the joint reward G with each agent's own."
    parameters: dict[str, Mapping[str, Value]] = {
        "difference_rewards": {},
        "coma_advantage": {"n_rollouts_per_prompt": Reference("GENERATIONS_PER_PROMPT")},
        "potential_based": {"gamma": x, "potential_type": "debate_length"},
        "reward_mixing": {"alpha": x},
    }
    if number == 0:
        return doc, {}
    without_number = {1: "difference_rewards", 2: "coma_advantage"}
    kind = without_number.get(number, ("potential_based", "reward_mixing")[number % 2])
    return doc, {"reward_shaping_strategy": kind, "reward_shaping_params": parameters[kind]}


def in_memory(folder: Path, arms: Sequence[Strategy]) -> Spec:
    """Return the project's own experiment with other strategies; the spec is in no file.

    Args:
        folder: Where the templates are put, and the files will be.
        arms: The strategies; the first is the control.
    """
    shutil.copytree(PROJECT / "templates", folder / "templates")
    spec = load(PROJECT / "spec.toml")
    variables = spec.arms[0].vars  # all arms share them
    return replace(
        spec,
        path=folder / "spec.toml",
        control={STRATEGY: arms[0].name},
        strategies=tuple(arms),
        arms=tuple(Arm(arm.name, {STRATEGY: arm.name}, arm, {}, variables) for arm in arms),
        digest="",
        sources=(),
    )


def on_disk(folder: Path, arms: Sequence[Strategy] = ()) -> Path:
    """Copy the project's own experiment, with other strategies if given, and return the spec."""
    shutil.copytree(PROJECT / "templates", folder / "templates")
    spec = Path(shutil.copy(PROJECT / "spec.toml", folder))
    if arms:
        shared = spec.read_text(encoding="utf-8").partition("\n[strategies.")[0]
        spec.write_text("\n\n".join((shared, *map(_table, arms))) + "\n", encoding="utf-8")
    return spec


def with_axes(folder: Path, seeds: int, temperatures: int) -> Path:
    """Write an experiment of ten strategies and two axes, and return its spec, of few lines.

    Args:
        folder: Where it is put.
        seeds: How many levels the one axis has.
        temperatures: How many the other one has.
    """
    template = STRATEGY_TEMPLATE.read_text(encoding="utf-8")
    template = template.replace('"seed": SEED', '"seed": {{ seed }}')
    template = template.replace("temperature=0.6", "temperature={{ temperature }}")
    shutil.copytree(PROJECT / "templates", folder / "templates")
    (folder / "templates" / STRATEGY_TEMPLATE.name).unlink()
    (folder / "templates" / AXES_TEMPLATE).write_text(template, encoding="utf-8")
    shared = (PROJECT / "spec.toml").read_text(encoding="utf-8").partition("\n[strategies.")[0]
    (folder / "common.toml").write_text(shared, encoding="utf-8")
    lines = ["[sweep]", 'extends = "common.toml"', "[axes]"]
    lines.append(f"seed.levels = {list(range(seeds))}")
    lines.append(f"temperature.levels = {[(level + 1) / 100 for level in range(temperatures)]}")
    lines.append("[strategies]")
    for arm in strategies(TREATMENTS):
        args = ", ".join(f"{key} = {_toml(value)}" for key, value in arm.args.items())
        lines.append(f'{arm.name} = {{ title = "{arm.title}", args = {{ {args} }} }}')
    spec = folder / "spec.toml"
    spec.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return spec


def _table(arm: Strategy) -> str:
    """Return a strategy as a spec has it."""
    lines = [f"[strategies.{arm.name}]", f'title = "{arm.title}"', f'doc = """\n{arm.doc}"""']
    if arm.args:
        lines.append(f"[strategies.{arm.name}.args]")
        lines += [f"{key} = {_toml(value)}" for key, value in arm.args.items()]
    return "\n".join(lines)


def _toml(value: object) -> str:
    if isinstance(value, Reference):
        return f'{{ base = "{value.name}" }}'
    if isinstance(value, Mapping):
        inner = ", ".join(f"{key} = {_toml(part)}" for key, part in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    return json.dumps(value)


def treatment(arm: Strategy) -> str:
    """Return a strategy's treatment as its file has it, where the project's template places it."""
    indent = " " * 20
    args = {"n_rollouts_per_prompt": Reference("GENERATIONS_PER_PROMPT"), **arm.args}
    inner = "".join(f"{indent}    {key}={_python(value)},\n" for key, value in args.items())
    return f"DebateMetricStreamerConfig(\n{inner}{indent})"


def _python(value: object) -> str:
    if isinstance(value, Reference):
        return value.name
    if isinstance(value, Mapping):
        inner = ", ".join(f"{json.dumps(key)}: {_python(part)}" for key, part in value.items())
        return f"{{{inner}}}"
    return json.dumps(value)


@dataclass(frozen=True, slots=True)
class Disk:
    """A place to measure at: a kind of file system, and a folder on it that is gone afterwards."""

    name: str
    folder: Path

    def new_folder(self) -> Path:
        """Return a folder that is new and empty."""
        return Path(mkdtemp(dir=self.folder))

    def clear(self, folder: Path) -> None:
        """Take a folder out of the way, and let the disk come to rest.

        Nothing is removed while the clock is used: for minutes after files are removed, ext4 looks
        through what they leave free whenever a file is made, which takes longer than all that is
        measured here. Files in memory, however, take that from others.
        """
        if self.name == "tmpfs":
            shutil.rmtree(folder, ignore_errors=True)
            return
        if folder.exists():
            folder.rename(self.new_folder() / "old")
        if hasattr(os, "sync"):
            os.sync()


@contextmanager
def disks() -> Iterator[list[Disk]]:
    """Give the disk of the temporary files, and memory (tmpfs) if it is another."""
    places = [Path(gettempdir())]
    memory = Path("/dev/shm")  # noqa: S108 - looked for, and used below a folder of our own
    if memory.is_dir() and memory.stat().st_dev != places[0].stat().st_dev:
        places.append(memory)
    with ExitStack() as stack:
        yield [
            Disk(
                _file_system(place),
                Path(
                    stack.enter_context(TemporaryDirectory(prefix="gen-sweeps-bench-", dir=place))
                ),
            )
            for place in places
        ]


def _file_system(folder: Path) -> str:
    """Return the name of the file system that a folder is on, as Linux tells it."""
    mounts = Path("/proc/mounts")
    if not mounts.exists():
        return "disk"
    found: dict[Path, str] = {}
    for line in mounts.read_text(encoding="utf-8").splitlines():
        _, place, kind, *_ = line.split()
        found[Path(place)] = kind
    path = folder.resolve()
    return next((found[part] for part in (path, *path.parents) if part in found), "disk")
