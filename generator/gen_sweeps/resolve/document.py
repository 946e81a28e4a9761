"""A resolved file as JSON: for programs to read, and for trees to be compared."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Union, cast

from gen_sweeps.resolve.recorder.forms import Json, form_of
from gen_sweeps.resolve.text import one_line

if TYPE_CHECKING:
    from gen_sweeps.resolve.result import Origin, Resolved

Comparable = Union[  # noqa: UP007 - `|` does not take a name in quotes
    dict[str, "Comparable"],
    list["Comparable"],
    tuple["Comparable", ...],
    str,
    int,
    float,
    bool,
    None,
]
VERSION = 1
"""Of the document; it grows when a reader of the old one would misunderstand the new one."""


def as_json(resolved: Resolved) -> str:
    """Return the documented JSON.

    `{"version": 1, "file": "generated/sweep_a.py", "module": "generated.sweep_a", "tree": {name:
    value, …}, "effects": […], "notes": [{"message": …, "origin": {"path": …, "line": 3}}, …],
    "provenance": {pointer: origin}}`

    The values' forms are those of `recorder.forms`; `provenance` is there only if it was asked for,
    its keys are JSON pointers into `tree` (those that begin with `/(effects)` into `effects`).
    Paths are relative to the root.
    """
    document: dict[str, Json] = {
        "version": VERSION,
        "file": resolved.path,
        "module": resolved.module,
        "tree": resolved.tree,
        "effects": list(resolved.effects),
        "notes": [
            {"message": note.message, "origin": _origin(note.origin)} for note in resolved.notes
        ],
    }
    if resolved.provenance:
        document["provenance"] = {
            pointer: _origin(origin) for pointer, origin in resolved.provenance.items()
        }
    return json.dumps(document, indent=2) + "\n"


def comparable(resolved: Resolved) -> dict[str, Comparable]:
    """Return the tree with every form spelled as dicts whose keys make readable paths.

    A call is a dict with its callee under `(call)` and each argument under its name, or `[index]`;
    so a batch size is at `Sweep.fax.batch_size`, not `Sweep.fax.kwargs.batch_size`, and another
    callee is one difference. What was set on a value afterwards is under its path, `.model.dim`,
    with the last value, which a reader has at `get_config().model.dim`; method calls are in
    `(then)`. A value that is one expression is `{"(expression)": its text}`, a tuple is a tuple;
    no key of a dict reads like one of these, because a dict's own key with a bracket in front is
    written with quotes. Lambdas and functions are compared by text and name, effects under
    `(effects)`.
    """
    tree: dict[str, Comparable] = {name: _plain(value) for name, value in resolved.tree.items()}
    if resolved.effects:
        tree["(effects)"] = [_plain(effect) for effect in resolved.effects]
    return tree


def _plain(value: Json) -> Comparable:  # noqa: C901, PLR0911 - one case for each kind
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    kind = form_of(value)
    if kind is None:
        return {_key(key): _plain(item) for key, item in value.items()}
    if kind == "class":
        return {key: _plain(item) for key, item in value.items()}
    if kind == "dict":
        pairs = cast("list[list[Json]]", value["dict"])
        return {_key(k) if isinstance(k, str) else one_line(k): _plain(v) for k, v in pairs}
    if kind == "call":
        return _call(value)
    if kind == "tuple":
        return tuple(map(_plain, cast("list[Json]", value[kind])))
    if kind in ("set", "frozenset"):
        return {f"({kind})": _plain(value[kind])}
    if kind == "object" and "attributes" in value:
        held = cast("dict[str, Comparable]", _plain(value["attributes"]))
        return {"(object)": _plain(value["object"]), **held}
    if kind == "step" and "to" in value:
        return {"(set)": one_line(value["set"]), "(to)": _plain(value["to"])}
    head = {key: item for key, item in value.items() if key != "then"}
    return {"(expression)": one_line(head), **_then(value)}


def _call(form: dict[str, Json]) -> dict[str, Comparable]:
    callee = form["call"]
    plain: dict[str, Comparable] = {}
    if isinstance(callee, dict) and form_of(callee) == "attr":
        base, name = cast("list[Json]", callee["attr"])
        plain |= {"(call)": f".{name}", "(of)": _plain(base)}
    else:
        plain["(call)"] = callee if isinstance(callee, str) else one_line(callee)
    args = cast("list[Json]", form.get("args", []))
    plain |= {f"[{index}]": _plain(arg) for index, arg in enumerate(args)}
    kwargs = cast("dict[str, Json]", form["kwargs"])
    plain |= {name: _plain(item) for name, item in kwargs.items()}
    if "within" in form:
        plain["(within)"] = _plain(form["within"])
    return plain | _then(form)


def _then(form: dict[str, Json]) -> dict[str, Comparable]:
    plain: dict[str, Comparable] = {}
    calls = list[Comparable]()
    for step in cast("list[dict[str, Json]]", form.get("then", [])):
        if "set" in step:
            plain[_path(step["set"])] = _plain(step["to"])
        elif "del" in step:
            plain.pop(_path(step["del"]), None)
            calls.append({"(del)": _path(step["del"])})
        else:
            calls.append({**_call(step), "(call)": _path(step["call"])})
    if calls:
        plain["(then)"] = calls
    return plain


def _path(path: Json) -> str:
    parts = cast("list[Json]", path)
    return "".join(f"[{one_line(p['item'])}]" if isinstance(p, dict) else f".{p}" for p in parts)


def _key(key: str) -> str:
    return one_line(key) if key[:1] in ("(", "[", ".", '"') else key


def _origin(origin: Origin | None) -> Json:
    return None if origin is None else {"path": origin.path, "line": origin.line}
