"""Config files as people write them, made from a seed, in several styles and 100 to 500 lines."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WORDS = (
    "actor", "batch", "beta", "buffer", "clip", "critic", "decay", "dropout", "encoder", "entropy",
    "epoch", "gamma", "gradient", "head", "hidden", "horizon", "kernel", "layer", "learner", "loss",
    "momentum", "norm", "optimizer", "policy", "replay", "reward", "rollout", "sampler", "schedule",
    "seed", "shard", "steps", "target", "temperature", "tokenizer", "trainer", "value", "warmup",
)  # fmt: skip


class Maker:
    """Makes the lines of a config file.

    Args:
        seed: The same seed makes the same file.
    """

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - test data
        self.count = 0

    def name(self) -> str:
        """Return a name that the file does not have yet."""
        self.count += 1
        return f"{self.random.choice(WORDS)}_{self.random.choice(WORDS)}_{self.count}"

    def scalar(self) -> str:
        """Return a constant."""
        number = self.random.randrange(1000)
        choices = (
            str(number), f"{number}e-5", f"0.{number}", "True", "None", f'"{self.name()}"',
            f"-{number}", f"2**{number % 20}", f'f"runs/{{NAME}}/{number}"', f"{number} * STEPS",
        )  # fmt: skip
        return self.random.choice(choices)

    def value(self, depth: int = 0) -> str:
        """Return a constant, list, dict or call, nested at most three deep."""
        sort = self.random.randrange(8) if depth < 3 else 0
        if sort < 5:
            return self.scalar()
        inner = [self.value(depth + 1) for _ in range(self.random.randrange(1, 4))]
        if sort == 5:
            return "[" + ", ".join(inner) + "]"
        if sort == 6:
            return "{" + ", ".join(f'"{self.name()}": {item}' for item in inner) + "}"
        called = "".join(part.title() for part in self.name().split("_")[:2]) + "Config"
        return f"{called}(" + ", ".join(f"{self.name()}={item}" for item in inner) + ")"

    def keywords(self, indent: str, count: int) -> Iterator[str]:
        """Yield keyword arguments, one a line."""
        for _ in range(count):
            if self.random.random() < 0.1:
                yield f"{indent}# the {self.random.choice(WORDS)} that worked best"
            yield f"{indent}{self.name()}={self.value()},"


def _get_config(make: Maker) -> Iterator[str]:
    yield from ('"""Configuration of a run."""', "", "import ml_collections", "")
    yield from ('NAME = "base"', "STEPS = 1000", "", "", "def get_config():")
    yield from ('    """Get the configuration."""', "    config = ml_collections.ConfigDict()", "")
    for _ in range(make.random.randrange(90, 300)):
        if make.random.random() < 0.1:
            yield f"    # {make.random.choice(WORDS)} settings"
        yield f"    config.{make.name()} = {make.value()}"
    yield "    return config"


def _class(make: Maker) -> Iterator[str]:
    yield from ('"""A sweep."""', "", "from configs._base import NAME, STEPS, Sweep", "", "")
    yield from ("class TrainingSweep(Sweep):", '    """What is trained."""', "")
    for _ in range(make.random.randrange(12, 40)):
        yield f"    {make.name()} = {make.name().title().replace('_', '')}("
        yield from make.keywords("        ", make.random.randrange(3, 9))
        yield from ("    )", "")
    yield "    def build(self, steps: int = 10) -> object:"
    yield "        if steps > STEPS:"
    yield '            return self.launch(steps, name=f"{NAME}-{steps}")'
    yield "        return [self.launch(step) for step in range(steps) if step % 2 == 0]"


def _dicts(make: Maker) -> Iterator[str]:
    yield from ("import os", "from pathlib import Path", "", 'NAME = "base"', "STEPS = 5", "")
    for _ in range(make.random.randrange(8, 30)):
        yield f"{make.name()} = {{"
        for _ in range(make.random.randrange(3, 12)):
            yield f'    "{make.name()}": {make.value()},'
        yield from ("}", "")


def _script(make: Maker) -> Iterator[str]:
    yield from ("#!/usr/bin/env python", "import argparse", "", 'NAME, STEPS = "base", 7', "", "")
    yield from ("def main() -> None:", "    parser = argparse.ArgumentParser()")
    for _ in range(make.random.randrange(60, 150)):
        name = make.name().replace("_", "-")
        yield f'    parser.add_argument("--{name}", default={make.scalar()}, help="{make.name()}")'
    yield from ("    args = parser.parse_args()", "    try:", "        train(args)")
    yield from ("    except KeyboardInterrupt:", "        pass", "", "")
    yield from ('if __name__ == "__main__":', "    main()")


STYLES: tuple[Callable[[Maker], Iterator[str]], ...] = (_get_config, _class, _dicts, _script)


def config_file(seed: int) -> str:
    """Return the source of a config file, its style chosen by the seed too."""
    return "\n".join(STYLES[seed % len(STYLES)](Maker(seed))) + "\n"
