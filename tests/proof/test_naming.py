"""The names of places, as a reader would say them."""

from __future__ import annotations

import ast
import re

import pytest

from gen_sweeps.proof.naming import place_names

NAMES = {
    "optimizer = dict(lr=«1», betas=(«2», 3))\n": ["optimizer.lr", "optimizer.betas[0]"],
    "data = {'labels': [1, 2, «3»], «'é'»: 4}\n": ["data.labels[2]", "data.key"],
    "'''About «it».'''\n": ["module docstring"],
    "class «A»(«B»):\n    '''«c»'''\n    lr: float = «1»\n": [
        *("class name", "A", "A docstring", "A.lr"),
    ],
    "@«d»\ndef f(a: «int» = «1», *, b=«2»):\n    return «3»\n": [
        *("f decorator", "f.a", "f.a", "f.b", "f.return"),
    ],
    "def «f»(«a»): pass\n": ["function name", "f.a"],
    "x = 1  # «a»\nclass A:\n    # «b»\n    y = '#', «2»\n": ["comment", "comment", "A.y[1]"],
    "trainer.fit(epochs=«1», «k»=2)\nprint(«3»)\n": [
        *("trainer.fit.epochs", "trainer.fit.keyword name", "print[0]"),
    ],
    "from m import «a»\n«lr» = 1\nif «a»: pass\n": ["import", "lr", "the file"],
    "x = f'é {«a»} «b»'\nself.y.«z» = 'run-«c»'\n": ["x", "x", "self.y.z", "self.y.z"],
    "with open(«'a'») as f: x = «1»\n": ["[0]", "x"],
}


@pytest.mark.parametrize("marked", NAMES)
def test_a_place_is_named_by_what_it_belongs_to(marked: str) -> None:
    source, spans = "", []
    for index, part in enumerate(re.split("[«»]", marked)):
        if index % 2:
            spans.append((len(source), len(source) + len(part)))
        source += part
    assert place_names(source, ast.parse(source), spans) == NAMES[marked]
