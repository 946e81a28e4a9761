"""Families of files for the tests of `adopt`: made up, with known axes, factors and accidents."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from gen_sweeps.adopt import Adoption, AdoptionRequest, Answers, adopt_family, read_siblings

PYTHON = '''\
"""{title} on the {env} task.

Trained with {optimizer}.
"""

from lab import Run, schedules
from lab.optim import Optimizer

exp_name = "{env}_{optimizer}_seed{seed}"

# ---- data ----
data = dict(
    env_id="{env}-v2",
    batch_size={batch},  # per device
    shape=[84, 84, {channels}],
)


class {camel}Config:
    """What the run needs."""

    hidden: int = 128
    use_gpu = True


optimizer = Optimizer(
    type="{kind}",
    lr={lr},
    weight_decay=0.0,
)

schedule = schedules.{schedule}
print(f"running {{exp_name}} with {optimizer}")
Run(data=data, optimizer=optimizer, schedule=schedule, seed={seed}).start()
'''

YAML = """\
# {title}
model: base-7b
data:
  env: {env}
  batch_size: {batch}
optimizer:
  name: {optimizer}
  lr: {lr}
seed: {seed}
output: runs/{env}/{optimizer}
"""

SHELL = """\
#!/bin/bash
set -x
export NAME="{env}_{optimizer}"
python -m train \\
    --env {env} \\
    --optimizer {optimizer} \\
    --lr {lr} \\
    --batch-size {batch} \\
    --seed {seed} 2>&1 | tee "logs/{env}_{optimizer}.log"
"""

JSON = """\
{{
  "env": "{env}",
  "optimizer": {{"name": "{optimizer}", "lr": {lr}}},
  "batch_size": {batch},
  "seed": {seed}
}}
"""

TOML = """\
title = "{title}"

[train]
env = "{env}"
lr = {lr}
batch_size = {batch}
"""

TEXTS = {"py": PYTHON, "yaml": YAML, "sh": SHELL, "json": JSON, "toml": TOML}
"""What the files of a family have in common, by their ending."""

OPTIMIZERS = {"adam": "1e-3", "sgd": "2e-2", "lion": "1e-4", "rmsprop": "5e-4", "muon": "0.02"}
KINDS = {"adam": "Adam", "sgd": "SGD", "lion": "Lion", "rmsprop": "RMSprop", "muon": "Muon"}


def config(ending: str, env: str, optimizer: str, seed: int = 0) -> str:
    """Return the text of one file."""
    return TEXTS[ending].format(
        title=f"{KINDS[optimizer]} baseline",
        env=env,
        camel=env.title(),
        optimizer=optimizer,
        kind=KINDS[optimizer],
        lr=OPTIMIZERS[optimizer],
        batch=64,
        channels=4,
        schedule="Step(every=30)" if optimizer in ("sgd", "muon") else "Cosine(warmup=100)",
        seed=seed,
    )


def optimizers(ending: str = "py", env: str = "hopper") -> dict[str, str]:
    """Return a family with a strategy for each optimizer."""
    return {f"{env}_{name}.{ending}": config(ending, env, name) for name in OPTIMIZERS}


def grid(ending: str = "py") -> dict[str, str]:
    """Return a family of environments × optimizers."""
    return {
        f"{env}_{name}.{ending}": config(ending, env, name)
        for env in ("hopper", "walker", "cheetah")
        for name in ("adam", "sgd", "lion")
    }


@dataclass
class Edited:
    """A family made of one text by small edits, as people make them."""

    random: Random
    ending: str
    texts: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, seed: int, ending: str) -> Edited:
        """Return a family to make, the same for the same seed."""
        return cls(Random(seed), ending)  # noqa: S311 - for tests

    _WORDS = (
        "alpha",
        "True",
        "None",
        "0.5",
        "1e-4",
        "x",
        "7",
        "'q'",
        '"w"',
        "{{ y }}",
        "{% if %}",
        "é",
        "\\n",
        "#",
        "a.b",
        "[1, 2]",
        "-1",
    )
    _LINES = (
        "",
        "# note",
        "extra = 1",
        "    more=2,",
        "import os",
        "flag: true",
        "{# z #}",
        "}",
        "key: [a, b]",
    )

    def make(self, count: int, edits: int) -> dict[str, str]:
        """Return the texts of so many files, each with some edits."""
        base = config(self.ending, "hopper", "adam")
        names = self.random.sample([*OPTIMIZERS, "a", "b2", "x-1", "v.3", "10"], count)
        for name in names:
            text = base.replace("adam", name) if self.random.random() < 0.5 else base
            for _ in range(self.random.randint(0, edits)):
                text = self._edit(text)
            self.texts[f"run_{name}.{self.ending}"] = text
        return self.texts

    def _edit(self, text: str) -> str:
        for _ in range(10):
            edited = self._changed(text)
            if self._is_valid(edited):
                return edited
        return text

    def _is_valid(self, text: str) -> bool:
        if not text.strip():
            return False
        try:
            if self.ending == "py":
                compile(ast.parse(text), "x", "exec", dont_inherit=True)
            if self.ending == "json":
                __import__("json").loads(text)
            if self.ending == "toml":
                __import__("tomllib").loads(text)
        except (SyntaxError, ValueError):
            return False
        return True

    def _changed(self, text: str) -> str:
        random = self.random
        lines = text.split("\n")
        at = random.randrange(len(lines))
        match random.randrange(6):
            case 0:
                lines.insert(at, random.choice(self._LINES))
            case 1:
                del lines[at]
            case 2:
                lines.insert(at, lines[random.randrange(len(lines))])
            case 3:
                lines[at] = " " * random.randrange(5) + lines[at]
            case _:
                tokens = re.findall(r"\w+|\s+|.", lines[at])
                if tokens:
                    where = random.randrange(len(tokens))
                    tokens[where] = random.choice((*self._WORDS, *tokens, ""))
                lines[at] = "".join(tokens)
        return "\n".join(lines)


def adopted(texts: Mapping[str, str | bytes], answers: Answers | None = None) -> Adoption:
    """Return what becomes of files, by their names, that stand in a folder `configs`."""
    contents = {
        name: text if isinstance(text, bytes) else text.encode() for name, text in texts.items()
    }
    shown = {name: f"configs/{name}" for name in contents}
    request = AdoptionRequest(
        read_siblings(contents, shown),
        shown,
        Path("configs/spec.toml"),
        ".",
        "configs",
        answers=answers or Answers({}),
    )
    return adopt_family(request)
