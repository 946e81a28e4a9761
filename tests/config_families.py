"""Families of config files as people write them, made from a seed.

Files of one family share a layout and differ as siblings do: variables and classes named after the
file, a grid of names, constants under another name, parts that only some have, a helper in one that
the others write inline, comments, decorators, lists of blocks.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from config_files import WORDS, Maker

_ENVIRONMENTS = ("hopper", "walker", "cheetah", "pong", "qbert", "breakout")
_ALGORITHMS = ("sac", "ppo", "dqn", "rainbow")


def _grid(choice: random.Random) -> list[str]:
    environments = choice.sample(_ENVIRONMENTS, choice.randrange(2, 5))
    algorithms = choice.sample(_ALGORITHMS, choice.randrange(1, 4))
    return [
        f"{environment}_{algorithm}" for environment in environments for algorithm in algorithms
    ]


class Family:
    """What the files of a family have in common, and what each of them has of its own.

    Args:
        seed: The same seed makes the same family.
    """

    def __init__(self, seed: int) -> None:
        self.choice = random.Random(seed)  # noqa: S311 - test data
        self.make = Maker(seed)
        self.names = _grid(self.choice)
        self.constant = self.choice.choice(WORDS).upper()
        self.parts = [
            (
                f"{self.choice.choice(WORDS)}_{n}",
                [(self.make.name(), self.make.value(1)) for _ in range(4)],
            )
            for n in range(self.choice.randrange(4, 12))
        ]
        self.rare = self.choice.sample(self.names, k=min(2, len(self.names) - 1))

    def files(self) -> dict[str, str]:
        """Return the source of each file by its name."""
        style = self.choice.choice(_STYLES)
        return {f"{name}_config.py": "\n".join(style(self, name)) + "\n" for name in self.names}

    def constants(self, name: str) -> Iterator[str]:
        """Yield the constants of a file, one of them under another name in some."""
        own = f"{self.constant}_STEPS" if name in self.rare else f"{self.constant}_LENGTH"
        yield f"{own} = {100 + 10 * self.names.index(name)}"
        yield f"SEED = {self.names.index(name)}"

    def used(self, name: str) -> str:
        """Return what a file calls its constant."""
        return f"{self.constant}_STEPS" if name in self.rare else f"{self.constant}_LENGTH"

    def part(self, index: int, indent: str) -> Iterator[str]:
        """Yield the keywords of a part, one a line."""
        for key, value in self.parts[index][1]:
            yield f"{indent}{key}={value},"


def _named_dicts(family: Family, name: str) -> Iterator[str]:
    yield from (
        f'"""Train {name}: run with `python {name}_config.py`."""',
        "from easydict import EasyDict",
        "",
    )
    yield from family.constants(name)
    yield from ("", f"{name}_config = dict(", f'    exp_name="{name}_seed0",')
    for index, (title, _) in enumerate(family.parts):
        if index == 1 and name in family.rare:
            continue
        yield f"    {title}=dict("
        yield from family.part(index, " " * 8)
        yield f"        steps={family.used(name)},"
        yield "    ),"
    yield from (")", f"{name}_config = EasyDict({name}_config)", f"main_config = {name}_config")


def _classes(family: Family, name: str) -> Iterator[str]:
    title = "".join(word.title() for word in name.split("_"))
    yield from ("import sweep", "", "")
    yield from family.constants(name)
    helper = name == family.rare[0]
    if helper:
        yield from (
            "",
            "",
            "def make_actor():",
            "    return Actor(",
            *family.part(0, " " * 8),
            "    )",
        )
    yield from (
        "",
        "",
        "@sweep.register",
        f"class {title}Sweep(sweep.Sweep):",
        f'    """Sweep of {name}."""',
        "",
    )
    yield f'    output = f"/runs/{name}/{{SEED}}"'
    yield from ("    actor = make_actor()" if helper else "    actor = Actor(",)
    if not helper:
        yield from (*family.part(0, " " * 8), "    )")
    yield "    blocks = ["
    for index, (part, _) in enumerate(family.parts[1:], 1):
        if index == 2 and name in family.rare:
            continue
        yield f'        dict(type="{part}",'
        yield from family.part(index, " " * 12)
        yield f"             steps={family.used(name)}),  # block {index}"
    yield from (
        "    ]",
        "",
        "    def lr(self, step: int = 10) -> float:",
        "        if step > SEED:",
    )
    yield "            return 1e-3 * step"
    yield "        return 0.1"


def _attributes(family: Family, name: str) -> Iterator[str]:
    yield from ("import ml_collections", "", "")
    yield from family.constants(name)
    yield from ("", "", "def get_config(arg=None):", f'    """Config of {name}."""')
    yield from ("    config = ml_collections.ConfigDict()", f'    config.name = "{name}"')
    for index, (title, values) in enumerate(family.parts):
        if index == 3 and name in family.rare:
            yield f"    if arg == {index}:"
            yield f"        config.{title}_late = {family.used(name)}"
        yield f"    # about {title}"
        for key, value in values:
            yield f"    config.{title}.{key} = {value}"
    yield "    return config"


_STYLES: tuple[Callable[[Family, str], Iterator[str]], ...] = (_named_dicts, _classes, _attributes)


def config_family(seed: int) -> dict[str, str]:
    """Return the source of each file of a family, by the file's name."""
    return Family(seed).files()
