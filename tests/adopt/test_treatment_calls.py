"""A call in which most of the variation sits becomes the treatment."""

from __future__ import annotations

import tomllib

from adopted_families import OPTIMIZERS, adopted

FILE = '''\
"""DQN with {name}."""

from lab import Run
from lab.optim import Optimizer

optimizer = Optimizer(
    eps=1e-8,
    type="{name}",
    lr={lr},
{more}    decay={decay},
)
Run(optimizer, batch_size={batch}, tags=["a", "b"], steps=1000, gamma=0.99).start()
'''


def _family(**batch: int) -> dict[str, str]:
    more = {"adam": "    betas=(0.9, 0.999),\n", "sgd": "    momentum=0.9,\n"}
    return {
        f"dqn_{name}.py": FILE.format(
            name=name.upper(),
            lr=lr,
            more=more.get(name, ""),
            decay=0.0 if name != "lion" else 0.1,
            batch=batch.get(name, 64),
        )
        for name, lr in OPTIMIZERS.items()
    }


def test_its_arguments_are_what_strategies_set() -> None:
    adoption = adopted(_family())
    spec = tomllib.loads(adoption.spec)
    assert spec["treatment"] == {
        "call": "Optimizer",
        "vary": ["type", "lr", "betas", "momentum", "decay"],
        "shared": {"eps": 1e-8},
    }
    assert spec["strategies"]["sgd"]["args"] == {
        "type": "SGD",
        "lr": 2e-2,
        "momentum": 0.9,
        "decay": 0.0,
    }
    assert "optimizer = {{ treatment }}\nRun(" in adoption.template
    assert adoption.proof.places["lr"] == ("optimizer.lr",)


def test_a_call_that_depends_on_the_strategy_alone_may_stand_beside_axes() -> None:
    texts = {
        name.replace(".py", f"_seed{seed}.py"): text.replace("gamma=0.99", f"seed={seed}").replace(
            "LION.", "evolved signs."
        )
        for name, text in _family().items()
        for seed in (1, 2)
    }
    spec = tomllib.loads(adopted(texts).spec)
    assert spec["treatment"]["call"] == "Optimizer"
    assert spec["axes"]["seed"] == {"levels": [1, 2]}
    assert spec["strategies"]["lion"]["args"]["decay"] == 0.1
    assert spec["strategies"]["lion"]["title"] == "evolved signs"
    odd = {
        name: text.replace("decay=0.0", "decay=0.5") if name == "dqn_sgd_seed2.py" else text
        for name, text in texts.items()
    }
    assert "call" not in tomllib.loads(adopted(odd).spec)["treatment"]


def test_a_call_that_is_laid_out_otherwise_stays_in_the_template() -> None:
    texts = {
        name: text.replace("    eps=1e-8,\n", "    eps=1e-8, \n")
        for name, text in _family().items()
    }
    adoption = adopted(texts)
    assert "call" not in tomllib.loads(adoption.spec)["treatment"]
    assert "{% if momentum is defined %}\n    momentum={{ momentum }},\n" in adoption.template


def test_accidents_behind_the_call_are_at_their_lines() -> None:
    texts = _family(sgd=32)
    (accident,) = (it for it in adopted(texts).accidents if it.variable == "batch_size")
    (odd,) = accident.odd
    assert "batch_size=32" in texts["dqn_sgd.py"].split("\n")[odd.line - 1]


def test_accidents_in_the_call_are_found_too() -> None:
    texts = _family()
    texts["dqn_muon.py"] = texts["dqn_muon.py"].replace("decay=0.0", "decay=0.")
    (accident,) = (it for it in adopted(texts).accidents if it.variable == "decay")
    assert accident.kind.value == "style"
