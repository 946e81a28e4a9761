"""The words by which a reader calls what differs."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable, Iterator, Sequence

from gen_sweeps.adopt.alignment import name_of
from gen_sweeps.adopt.deriving import folded

_TELLING = 4
"""Characters from which on a text in two places is hardly there by chance."""

_BUILTINS = frozenset(vars(builtins))

_SHORTEST = 3
"""Characters that a word has at least."""

_STOP_WORDS = frozenset(
    (  # noqa: SIM905 - words read better as a text
        "the for and with from this that are was has not its all see use into over only same more "
        "than of on in is to as by or an be it using import def class return self none true false "
        "type name dict list config http https www com org html"
    ).split()
)
"""Words that say nothing of what stands beside them."""


def identifier(text: str) -> str:
    """Return a text as a variable of a spec is called."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text.rpartition(".")[2] or text)
    name = re.sub(r"\W+", "_", spaced, flags=re.ASCII).strip("_").lower()
    if name[:1].isdigit():
        name = f"v{name}"
    return f"{name}_" if keyword.iskeyword(name) else name


def words_of(text: str) -> list[str]:
    """Return the words of a text that may tell it from others, the most telling first."""
    called = re.findall(r"(?<![\w.])([A-Za-z_][\w.]*)\(", text)
    quoted = re.findall(r"[\"']([A-Za-z][\w-]{1,20})[\"']", text)
    plain = re.findall(r"[A-Za-z_]\w{2,}", text)
    telling = (
        identifier(word)
        for word in (*quoted, *called, *plain)
        if word not in _BUILTINS and word.lower() not in _STOP_WORDS
    )
    return [word for word in dict.fromkeys(telling) if len(word) >= _SHORTEST]


_SUBJECT = re.compile(
    r"\s*(?:(?:from\s+[\w.]+\s+)?import\s+(?P<uses>\w+)|(?:async\s+)?(?:class|def)\s+(?P<has>\w+)"
    r"|(?:\w+\s*=\s*)?(?P<calls>[\w.]+)\()"
)


def subject_of(line: str) -> tuple[str, str] | None:
    """Return what a line is about, as `has` or `uses` and a word; None if that can't be seen."""
    if name := name_of(line):
        return "has", identifier(name)
    if found := _SUBJECT.match(line):
        word = found["uses"] or found["has"] or found["calls"]
        if word in _BUILTINS:
            words = words_of(line)
            return ("has", words[0]) if words else None
        return "uses" if found["uses"] else "has", identifier(word)
    return None


def comment_names(text: str) -> Iterator[str]:
    """Yield what the flag of comments may be called: what they set if they are code, or say."""
    for line in text.splitlines():
        if name := name_of(line.lstrip("# \t")):
            yield f"has_{identifier(name)}_comment"
    for word in words_of(text):
        yield f"has_{word}_comment"
    yield "has_comment"


def is_kin(one: str, other: str) -> bool:
    """Say whether two places are called alike: `heads` and `n_head`."""
    left, right = (folded(it).removesuffix("s") for it in (one, other))
    shorter, longer = sorted((left, right), key=len)
    return left == right or (len(shorter) >= _TELLING and shorter in longer)


def is_telling(values: Iterable[str]) -> bool:
    """Say whether values in two places are hardly the same by chance."""
    distinct = {*values}
    numbers = {it for it in distinct if re.fullmatch(r"[\d.eE_+-]+", it)}
    words = distinct - numbers - {"True", "False", "None"}
    if len(distinct) > 2 or any(len(it) >= _TELLING for it in words):  # noqa: PLR2004 - two are often the same two
        return True
    return numbers == distinct and all(sum(map(str.isdigit, it)) >= _TELLING - 1 for it in numbers)


_AXES = {
    "size": {"tiny", "small", "medium", "base", "large", "xl", "xxl", "huge", "mini", "nano"},
    "optimizer": {"adam", "adamw", "sgd", "lion", "rmsprop", "adagrad", "adafactor", "muon"},
    "algorithm": {"ppo", "dqn", "sac", "td3", "ddpg", "grpo", "dpo", "a2c", "bc", "cql", "iql"},
    "stage": {"train", "eval", "test", "valid", "val", "finetune", "pretrain", "sft"},
    "environment": {"dev", "staging", "prod", "production", "qa", "local"},
    "quality": {"random", "expert", "medium_expert", "medium_replay", "replay", "human"},
    "dataset": {"cifar10", "cifar100", "imagenet", "mnist", "coco", "voc", "kitti"},
}
"""Levels by which a reader knows what an axis is."""


_SCHEDULE = re.compile(r"(?:.*[_-])?\d+(?:x|e|ep|epochs?|k|ki|iters?|kiters)(?:[_-].*)?")


def known_axis(levels: Sequence[str]) -> str | None:
    """Return what an axis is called by its levels, or by what those start with."""
    firsts = {re.split(r"[_-]", level.lower())[0] for level in levels}
    for words in ({*map(str.lower, levels)}, firsts):
        known = [name for name, known in _AXES.items() if words & known]
        if len(known) == 1:
            return known[0]
    return "schedule" if all(map(_SCHEDULE.fullmatch, levels)) else None
