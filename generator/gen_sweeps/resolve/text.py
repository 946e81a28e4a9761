"""A tree as a person reads it: names and values, indented, short ones on one line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from gen_sweeps.characters import on_one_line
from gen_sweeps.resolve.recorder.forms import Json, escaped, form_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gen_sweeps.resolve.result import Origin, Resolved

_WIDTH = 100
_INDENT = "  "
_Form = dict[str, Json]
_Child = tuple[str, Json, str]
"""Label, value, and the rest of the JSON pointer."""


def as_text(resolved: Resolved) -> str:
    """Return a resolved file's tree, and where its values came from if that is known."""
    lines = list[str]()
    for name, value in resolved.tree.items():
        lines += _block(f"{name}: ", value, "", f"/{escaped(name)}", resolved.provenance)
    for index, effect in enumerate(resolved.effects):
        if index == 0:
            lines.append("(effects):")
        lines += _block("- ", effect, _INDENT, f"/(effects)/{index}", resolved.provenance)
    return "\n".join(lines) + "\n" if lines else ""


def one_line(value: Json) -> str:
    """Return a value in Python's notation on one line; what was done to it afterwards is `…`."""
    if isinstance(value, list):
        return f"[{_joined(value)}]"
    if isinstance(value, str):
        return _quoted(value)
    if not isinstance(value, dict):
        return repr(value)
    kind = form_of(value)
    if kind is None:
        return f"{{{', '.join(f'{_quoted(k)}: {one_line(v)}' for k, v in value.items())}}}"
    return _LINES[kind](value) + (" …" if "then" in value or "within" in value else "")


def _block(
    label: str, value: Json, indent: str, pointer: str, origins: Mapping[str, Origin]
) -> Iterator[str]:
    origin = origins.get(pointer)
    note = f"  # {on_one_line(str(origin))}" if origin is not None else ""
    children = _children(value)
    line = one_line(value)
    if not children or (_is_short(value) and len(indent) + len(label) + len(line) <= _WIDTH):
        yield f"{indent}{label}{line}{note}"
        return
    yield f"{indent}{label}{_head(value)}".rstrip() + note
    for name, child, rest in children:
        yield from _block(name, child, indent + _INDENT, f"{pointer}/{rest}", origins)


def _head(value: Json) -> str:
    """Return the first line of a value that takes several."""
    if not isinstance(value, dict):
        return ""
    kind = form_of(value)
    if kind == "call":
        return (
            f"{_callee(value)}(…)" if value["kwargs"] or "args" in value else f"{_callee(value)}()"
        )
    if kind == "step":
        if "to" not in value:
            return _step(value)
        to = value["to"]
        return f"{_step(value)} {_head(to) if _children(to) else one_line(to)}"
    if kind == "object":
        return str(value["object"])
    if kind in (None, "class", "dict"):
        return ""
    if kind == "binary" and not _fits(value):
        return f"… {value['op']} …"
    return one_line(_itself(value)) if _fits(value) else f"({kind})"


def _children(value: Json) -> list[_Child]:
    """Return what is shown below a value that does not fit on its line."""
    if isinstance(value, list):
        return [("- ", item, str(index)) for index, item in enumerate(value)]
    if not isinstance(value, dict):
        return []
    kind = form_of(value)
    if kind in (None, "class"):
        return [(f"{_label(key)}: ", item, escaped(key)) for key, item in value.items()]
    children = list[_Child]()
    if kind == "step":
        below = _children(value["to"]) if "to" in value else []
        children += [(label, child, f"to/{rest}") for label, child, rest in below]
    elif kind == "call":
        callee = value.get("call")
        if isinstance(callee, dict) and "…" in _callee(value):
            children.append(("of: ", _receiver(callee), _receiver_pointer(callee)))
        args = cast("list[Json]", value.get("args", []))
        children += [("- ", item, f"args/{index}") for index, item in enumerate(args)]
        kwargs = cast("_Form", value.get("kwargs", {}))
        children += [
            (f"{name}: ", item, f"kwargs/{escaped(name)}") for name, item in kwargs.items()
        ]
    elif kind == "dict":
        pairs = cast("list[list[Json]]", value["dict"])
        children += [
            (f"{one_line(key)}: ", item, f"dict/{index}/1")
            for index, (key, item) in enumerate(pairs)
        ]
    elif kind == "object":
        held = _children(value.get("attributes", {}))
        children += [(label, child, f"attributes/{rest}") for label, child, rest in held]
    elif not _fits(value):
        children += [(f"{key}: ", item, key) for key, item in _itself(value).items() if key != "op"]
    within = cast("list[Json]", value.get("within", []))
    children += [("within ", item, f"within/{index}") for index, item in enumerate(within)]
    then = cast("list[Json]", value.get("then", []))
    return children + [("", step, f"then/{index}") for index, step in enumerate(then)]


def _itself(form: _Form) -> _Form:
    """Return a form without what was done to it."""
    return {key: item for key, item in form.items() if key not in ("then", "within")}


def _fits(form: _Form) -> bool:
    """Return whether a form itself can be shown on a line."""
    itself = _itself(form)
    return _is_short(itself) and len(one_line(itself)) <= _WIDTH


def _receiver(callee: _Form) -> Json:
    return cast("list[Json]", callee["attr"])[0] if form_of(callee) == "attr" else callee


def _receiver_pointer(callee: _Form) -> str:
    return "call/attr/0" if form_of(callee) == "attr" else "call"


def _is_short(value: Json) -> bool:
    """Return whether one line says all: nothing was done to a part of it afterwards."""
    if isinstance(value, list):
        return all(map(_is_short, value))
    if not isinstance(value, dict):
        return True
    kind = form_of(value)
    has_more = kind is not None and ("then" in value or "within" in value)
    return not has_more and kind != "class" and all(map(_is_short, value.values()))


def _callee(form: _Form) -> str:
    callee = form["call"]
    if not isinstance(callee, dict):
        return _called(callee)
    line = one_line(callee)
    short = len(line) <= _WIDTH // 2 and _is_short(callee)
    if short:
        return line
    if form_of(callee) == "attr":
        return f"(…).{cast('list[Json]', callee['attr'])[1]}"
    return "(…)"


def _called(callee: Json) -> str:
    if isinstance(callee, str):
        return callee.removeprefix("builtins.")
    return _path(callee) if isinstance(callee, list) else one_line(callee)


def _call_line(form: _Form) -> str:
    name = _called(form["call"])
    args = [one_line(arg) for arg in cast("list[Json]", form.get("args", []))]
    for key, value in cast("_Form", form["kwargs"]).items():
        args.append(f"*{one_line(value)}" if key.startswith("**") else f"{key}={one_line(value)}")
    return f"{name}({', '.join(args)})"


def _step(form: _Form) -> str:
    """Return a step without its value."""
    verb = next(verb for verb in ("set", "del", "enter") if verb in form)
    path = form[verb]
    where = _path(path) if isinstance(path, list) else one_line(path)
    return f"{where} =" if verb == "set" else f"{verb} {where}"


def _step_line(form: _Form) -> str:
    return f"{_step(form)} {one_line(form['to'])}" if "set" in form else _step(form)


def _path(path: list[Json]) -> str:
    parts = list[str]()
    for part in path:
        parts.append(f"[{_key(part['item'])}]" if isinstance(part, dict) else f".{part}")
    text = "".join(parts)
    return text.removeprefix(".") if "." in str(path[:1]) else text


def _key(value: Json) -> str:
    """Return what stands between the brackets of a subscript."""
    kind = form_of(value) if isinstance(value, dict) else None
    if kind == "tuple" and cast("_Form", value)["tuple"]:
        items = cast("list[Json]", cast("_Form", value)["tuple"])
        return ", ".join(map(_key, items)) + ("," if len(items) == 1 else "")
    if kind == "call" and cast("_Form", value)["call"] == "builtins.slice":
        start, stop, step = (
            "" if part is None else one_line(part)
            for part in cast("list[Json]", cast("_Form", value)["args"])
        )
        return f"{start}:{stop}" + (f":{step}" if step else "")
    return one_line(value)


def _binary(form: _Form) -> str:
    left, right = (_side(form[name]) for name in ("left", "right"))
    return f"{left} {form['op']} {right}"


def _side(value: Json) -> str:
    line = one_line(value)
    nested = isinstance(value, dict) and form_of(value) in ("binary", "unary", "choice")
    return f"({line})" if nested else line


def _two(form: _Form, key: str) -> tuple[str, Json]:
    base, second = cast("list[Json]", form[key])
    return _side(base), second


def _text_line(form: _Form) -> str:
    parts = list[str]()
    for part in cast("list[Json]", form["text"]):
        if isinstance(part, dict):
            conversion = f"!{part['conversion']}" if "conversion" in part else ""
            spec = part.get("spec", "")
            shown = spec if isinstance(spec, str) else one_line(spec).removeprefix('f"')[:-1]
            parts.append(f"{{{one_line(part['value'])}{conversion}{':' if shown else ''}{shown}}}")
        else:
            parts.append(_quoted(str(part))[1:-1].replace("{", "{{").replace("}", "}}"))
    return f'f"{"".join(parts)}"'


_BRACKETS = {"list": ("[", "]"), "tuple": ("(", ")"), "set": ("{", "}"), "dict": ("{", "}")}


def _display_line(form: _Form) -> str:
    opening, closing = _BRACKETS[str(form["display"])]
    parts = list[str]()
    for part in cast("list[Json]", form["parts"]):
        is_star = isinstance(part, dict) and form_of(part) == "star"
        if form["display"] == "dict":
            line = one_line(part)
            parts.append(f"*{line}" if is_star else line[1:-1])
        else:
            parts.append(one_line(part))
    return f"{opening}{', '.join(parts)}{closing}"


def _tuple_line(form: _Form) -> str:
    items = cast("list[Json]", form["tuple"])
    return f"({_joined(items)}{',' if len(items) == 1 else ''})"


def _dict_line(form: _Form) -> str:
    pairs = cast("list[list[Json]]", form["dict"])
    return f"{{{', '.join(f'{one_line(key)}: {one_line(value)}' for key, value in pairs)}}}"


def _object_line(form: _Form) -> str:
    if "text" in form:
        return str(form["text"])
    held = form.get("attributes")
    return f"<{form['object']}{'' if held is None else ' ' + one_line(held)}>"


def _class_line(form: _Form) -> str:
    parts = (f"{_label(key)}: {one_line(value)}" for key, value in form.items())
    return f"class {{{', '.join(parts)}}}"


def _joined(values: list[Json]) -> str:
    return ", ".join(map(one_line, values))


def _label(key: str) -> str:
    plain = key.replace("_", "a").replace("-", "a").replace(".", "a")
    return key if plain.isalnum() or key.endswith(")") else _quoted(key)


def _quoted(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    shown = (
        c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode()
        for c in quoted
    )
    return "".join(shown)


_LINES = {
    "name": lambda form: str(form["name"]),
    "call": _call_line,
    "attr": lambda form: "{}.{}".format(*_two(form, "attr")),
    "item": lambda form: "{}[{}]".format(_two(form, "item")[0], _key(_two(form, "item")[1])),
    "unpack": lambda form: "{}[unpacked {}]".format(*_two(form, "unpack")),
    "binary": _binary,
    "choice": lambda form: "{} if {} else {}".format(
        *(_side(form[name]) for name in ("true", "if", "false"))
    ),
    "unary": lambda form: f"{form['op']}{_side(form['operand'])}",
    "text": _text_line,
    "display": _display_line,
    "star": lambda form: f"*{one_line(form['star'])}",
    "tuple": _tuple_line,
    "set": lambda form: f"{{{_joined(form['set'])}}}" if form["set"] else "set()",
    "frozenset": lambda form: f"frozenset([{_joined(form['frozenset'])}])",
    "bytes": lambda form: repr(bytes.fromhex(str(form["bytes"]))),
    "float": lambda form: str(form["float"]),
    "int": lambda form: str(form["int"]),
    "dict": _dict_line,
    "enum": lambda form: f"{form['enum']} ({one_line(form['value'])})",
    "function": lambda form: f"<function {form['function']}>",
    "lambda": lambda form: str(form["lambda"]),
    "class reference": lambda form: str(form["class"]).removeprefix("builtins."),
    "object": _object_line,
    "see": lambda form: f"<see {form['see']}>",
    "cycle": lambda form: f"<{form['cycle']} up>",
    "class": _class_line,
    "step": _step_line,
}
