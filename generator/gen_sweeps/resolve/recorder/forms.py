"""The forms of a tree: plain JSON, in which some objects stand for what JSON has no word for.

None, booleans, integers, finite floats, texts, lists and dicts with text keys are themselves. Every
other value is an object whose keys are exactly those of a form below (those in brackets may be
missing). A dict that would read as a form, or has a key that is no text, is `{"dict": [[key,
value], …]}`; so no dict is ever taken for a form.

Recorded values; each may also have `then`, what was done to it afterwards:

    {"name": "sweep.Queue.low"}                     something in an absent package; a module
    {"call": callee, ["args": […],] "kwargs": {…}}  a call; the callee is a dotted name or form;
                                                    `within`: the context managers around it
    {"attr": [value, "model_dump"]}                 an attribute
    {"item": [value, key]}                          a subscript
    {"unpack": [value, index]}                      what `a, b = value` gave to one target
    {"left": value, "op": "+", "right": value}      an operation, a comparison, `is`, `in`
    {"op": "-", "operand": value}                   an operation with one operand
    {"if": value, "true": value, "false": value}    `a if value else b` of a recorded value
    {"text": ["gpu_", {"value": value}]}            an f-string; may have `conversion` and `spec`
    {"display": "list", "parts": […]}               a list, tuple, set, dict with a starred part
    {"star": value}                                 a starred argument or part; `**` is its keyword
                                                    if it is doubly starred

Steps, in `then`, in order; a path is a list of attribute names and `{"item": key}`; a step may have
`within`:

    {"set": path, "to": value}  {"del": path}  {"call": path, ["args": […],] "kwargs": {…}}

Effects, what was done to imported things: calls, steps whose path begins with a dotted name, and
`{"enter": value}`.

Ordinary values:

    {"tuple": […]}  {"set": […]}  {"frozenset": […]}  sets are sorted by their JSON
    {"bytes": "00ff"}  {"float": "inf"}
    {"int": "0x…"}                                  an integer of more than 12,000 bits
    {"enum": "Color.RED", "value": 1}
    {"class": "Config"}  {"function": "make"}       by name; the file's own without its module
    {"lambda": "lambda step: step * 2"}
    {"call": "decimal.Decimal", "args": ["0.1"], …}  a call that makes an equal object, for the
                                                    library's, dataclasses', named tuples'
    {"object": "Net", "attributes": {…}}            an object of a class of the files
    {"see": "/model/attributes/head"}               an object written elsewhere, by JSON pointer
    {"object": "logging.Logger", ["text": …]}       an object whose content is not written
    {"cycle": 2}                                    the value so many levels further up
    {"(bases)": […], …}                             a class: attributes, `(keywords)`,
                                                    `(inherited)` from other files, `get_config()`
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

_FORMS = tuple(
    (name, frozenset(required.split()), frozenset(optional.split()))
    for name, required, optional in (
        ("name", "name", "then"),
        ("call", "call kwargs", "args then within"),
        ("attr", "attr", "then"),
        ("item", "item", "then"),
        ("unpack", "unpack", "then"),
        ("binary", "left op right", "then"),
        ("unary", "op operand", "then"),
        ("choice", "if true false", "then"),
        ("text", "text", "then"),
        ("display", "display parts", "then"),
        ("star", "star", ""),
        ("tuple", "tuple", ""),
        ("set", "set", ""),
        ("frozenset", "frozenset", ""),
        ("bytes", "bytes", ""),
        ("float", "float", ""),
        ("int", "int", ""),
        ("dict", "dict", ""),
        ("enum", "enum value", ""),
        ("function", "function", ""),
        ("lambda", "lambda", ""),
        ("class reference", "class", ""),
        ("object", "object", "text attributes"),
        ("cycle", "cycle", ""),
        ("see", "see", ""),
        ("step", "set to", "within"),
        ("step", "del", "within"),
        ("step", "enter", "within"),
    )
)


def form_of(keys: Iterable[str]) -> str | None:
    """Return which form an object with these keys is; None if it is a dict."""
    found = frozenset(keys)
    if "(bases)" in found:
        return "class"
    for name, required, optional in _FORMS:
        if required <= found <= required | optional:
            return name
    return None


def escaped(key: str) -> str:
    """Return a key as a part of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")
