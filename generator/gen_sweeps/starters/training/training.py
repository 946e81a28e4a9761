"""The training code that the configurations are for; there is nothing to install."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypedDict

Example = tuple[list[float], float]


class Schedule(TypedDict):
    """How the learning rate changes over a run."""

    kind: str
    final_fraction: float
    steps: int


@dataclass(frozen=True)
class TinyRegression:
    """Fits y = 3 x0 - 2 x1 + 0.5, from noisy examples in which x1 is small."""

    examples: int
    noise: float


@dataclass(frozen=True)
class OptimizerConfig:
    """Stochastic gradient descent and what may be added to it."""

    learning_rate: float
    momentum: float = 0.0
    nesterov: bool = False
    schedule: Schedule | None = None

    def rate(self, step: int) -> float:
        """Return the learning rate of a step."""
        if self.schedule is None:
            return self.learning_rate
        final = self.schedule["final_fraction"]
        progress = min(1.0, step / self.schedule["steps"])
        cosine = (1 + math.cos(math.pi * progress)) / 2
        return self.learning_rate * (final + (1 - final) * cosine)


@dataclass(frozen=True)
class TrainingConfig:
    """One run."""

    name: str
    model: TinyRegression
    optimizer: OptimizerConfig
    steps: int
    batch_size: int
    seed: int


def train(config: TrainingConfig, every: int = 10) -> Iterator[tuple[int, float]]:
    """Train by a configuration; yield steps, each with the mean squared error."""
    source = random.Random(config.seed)  # noqa: S311 - nothing secret
    optimizer = config.optimizer
    examples = list(_examples(config.model, source))
    weights, velocity = [0.0] * 3, [0.0] * 3
    for step in range(config.steps):
        rate = optimizer.rate(step)
        ahead = rate * optimizer.momentum if optimizer.nesterov else 0.0
        seen = [w - ahead * v for w, v in zip(weights, velocity, strict=True)]
        gradient = [0.0] * 3
        for x, y in source.sample(examples, config.batch_size):
            error = 2 * (_dot(seen, x) - y) / config.batch_size
            for index, value in enumerate(x):
                gradient[index] += error * value
        for index, value in enumerate(gradient):
            velocity[index] = optimizer.momentum * velocity[index] + value
            weights[index] -= rate * velocity[index]
        if (step + 1) % every == 0:
            errors = (_dot(weights, x) - y for x, y in examples)
            yield step + 1, sum(error**2 for error in errors) / len(examples)


def _examples(model: TinyRegression, source: random.Random) -> Iterator[Example]:
    for _ in range(model.examples):
        x = [source.gauss(0, 1), source.gauss(0, 0.1), 1.0]
        yield x, _dot([3.0, -2.0, 0.5], x) + source.gauss(0, model.noise)


def _dot(a: list[float], b: list[float]) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))
