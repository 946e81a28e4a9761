"""What a file calls itself and what it claims, to find what no difference shows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gen_sweeps.compare.tree import path_text

if TYPE_CHECKING:
    from gen_sweeps.compare.tree import Module, Node, PathStep

_NAMING = frozenset(
    (
        "output", "outputdir", "outputpath", "outputfolder", "outdir", "outpath", "savedir",
        "savepath", "saveto", "logdir", "logpath", "loggingdir", "ckptdir", "ckptpath",
        "checkpointdir", "checkpointpath", "resultdir", "resultsdir", "resultpath", "resultspath",
        "workdir", "rundir", "expdir", "experimentdir", "runname", "runid", "expname", "expid",
        "experimentname", "experimentid", "experiment", "jobname", "wandbname", "wandbrunname",
        "wandbid", "trialname", "sweepname", "taskname", "configname",
    )
)  # fmt: skip
"""Names, without underscores, of where results go and of what a run is called."""

_CLAIM = re.compile(
    r"\b(?:identical\s+(?:to|with)|same\s+as|copy\s+of|copied\s+from|duplicate\s+of)"
    r"[\s#]+(?:the[\s#]+)?[`'\"]*(?P<name>[\w./-]*\w)(?P<rest>[^\n.]*)",
    re.IGNORECASE,
)
_OPTION = re.compile(r"\(\"--?([\w-]+)\"\)$")


@dataclass(frozen=True, slots=True)
class NamedString:
    """A string in the code of a file, and the name it is given.

    Attributes:
        path: Where it is, in a reader's terms.
        name: The last name on the way to it: a keyword, a variable, a key, an option.
        value: The string.
        line: 1-based line.
        column: 1-based column.
    """

    path: str
    name: str
    value: str
    line: int | None
    column: int | None

    @property
    def is_naming(self) -> bool:
        """Whether it says where results go or what a run is called."""
        return self.name.lower().replace("_", "").replace("-", "") in _NAMING


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence in a docstring or a comment which says that the file is like another.

    Attributes:
        text: The sentence, as far as it matters.
        other: What it calls the other file.
        rest: What follows, up to the end of the sentence.
        line: 1-based line.
        column: 1-based column.
    """

    text: str
    other: str
    rest: str
    line: int | None
    column: int | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file calls itself and what it claims.

    Attributes:
        name: The file.
        strings: The strings in its code.
        claims: What it says about its siblings.
    """

    name: str
    strings: tuple[NamedString, ...]
    claims: tuple[Claim, ...]


def facts_of(module: Module) -> Facts:
    """Return what a file calls itself and what it claims."""
    strings: list[NamedString] = []
    _collect(module, module.root, (), strings)
    return Facts(module.path, tuple(strings), tuple(_claims(module)))


def _collect(
    module: Module, node: Node, steps: tuple[PathStep, ...], strings: list[NamedString]
) -> None:
    if node.step is not None:
        steps = (*steps, node.step)
    if node.kind == "String" and node.head.startswith("str:") and "\0" not in node.head:
        line, column = module.text.position(node.start)
        strings.append(
            NamedString(path_text(steps), _last_name(steps), node.head[4:], line, column)
        )
    for child in node.children:
        _collect(module, child, steps, strings)


def _last_name(steps: tuple[PathStep, ...]) -> str:
    named = [step for step in steps if step.kind in {"name", "argument", "entry"}]
    if not named:
        return ""
    option = _OPTION.search(named[-2].name) if len(named) > 1 else None
    if option is not None and named[-1].name == "default":
        return option[1]
    return named[-1].name.strip('"]').rpartition(".")[2].rpartition('["')[2]


def _claims(module: Module) -> list[Claim]:
    text = module.text.data.decode("utf-8", "replace")
    found: list[Claim] = []
    for match in _CLAIM.finditer(text):
        offset = len(text[: match.start()].encode())
        if _is_prose(module.root, offset):
            line, column = module.text.position(offset)
            said = " ".join(match.group().replace("#", " ").split())
            found.append(Claim(said, match["name"], match["rest"], line, column))
    return found


def _is_prose(node: Node, offset: int) -> bool:
    """Whether an offset is in a docstring or a comment, not in code."""
    while True:
        inner = next((c for c in node.children if c.start <= offset < c.end), None)
        if inner is None:
            return node.docstring is not None or bool(node.children) or node.listed
        node = inner
