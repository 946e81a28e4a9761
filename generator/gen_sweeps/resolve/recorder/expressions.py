"""The forms of recorded values: the expression, and the steps that were done to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from .forms import Json
from .nodes import (
    Attr,
    Binary,
    Choice,
    Copied,
    Defined,
    Display,
    FString,
    Invocation,
    Item,
    Key,
    Name,
    Parent,
    Placeholder,
    Seen,
    Star,
    State,
    Step,
    Unary,
    Unpacked,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .write import Writer


def written_state(writer: Writer, state: State, version: int, pointer: str) -> Json:
    """Return the form of a recorded value as it was after `version` steps of its owner."""
    writer.written.add(id(state))
    if not isinstance(state.expression, (Name, Attr)):
        writer.place(pointer, state)
    form = _expression(writer, state, version, pointer)
    if not isinstance(form, dict):
        return form
    if isinstance(state.expression, Invocation) and state.within:
        form["within"] = writer.items(state.within, f"{pointer}/within")
    if not isinstance(state.expression, (Name, Attr, Item, Parent)):
        steps = _steps(writer, state.steps[:version], f"{pointer}/then")
        if steps:
            form["then"] = [*cast("list[Json]", form.get("then", [])), *steps]
    return form


def _last(steps: Iterable[Step]) -> list[Step]:
    """Return the steps without values that were set again before a call could use them."""
    kept = list[Step]()
    later = set[tuple[object, ...]]()
    for step in reversed(list(steps)):
        if step.call is not None:
            later.clear()
        else:
            way: tuple[object, ...] = (id(step.owner), *map(_comparable, step.path))
            if any(way[:length] in later for length in range(2, len(way) + 1)):
                continue
            later.add(way)
        kept.append(step)
    return kept[::-1]


def _comparable(key: Key) -> object:
    """Return a key that equals those of the same item; one that may mean others equals none."""
    kind, name = key
    return (kind, type(name), name) if isinstance(name, (str, int)) else id(key)


def written_effects(writer: Writer, effects: Iterable[Step], pointer: str) -> list[Json]:
    """Return what was done to imported things; what was done to the tree's own stands there."""
    written = list[Json]()
    for step in effects if writer.history else _last(effects):
        owner = step.owner
        owned = owner is not None and not isinstance(owner.expression, Name)
        if owned and id(owner) in writer.written:
            continue
        if step.call is not None and writer.reached is not None and id(step.call) in writer.reached:
            continue
        at = f"{pointer}/{len(written)}"
        if step.verb == "enter":
            written.append({"enter": writer.value(step.value, f"{at}/enter")})
        elif step.call is not None:
            written.append(writer.value(Seen(step.call, len(step.call.steps)), at))
        elif owner is not None and isinstance(owner.expression, Name):
            path: list[Json] = [owner.expression.dotted, *_path(writer, step.path, at)]
            written.append(_change(writer, step, path, at))
    return written


def _expression(writer: Writer, state: State, version: int, pointer: str) -> Json:  # noqa: C901, PLR0911, PLR0912 - one case for each kind
    def side(value: object, place: str) -> Json:
        return writer.value(value, f"{pointer}/{place}")

    match state.expression:
        case Name(dotted=dotted):
            return {"name": dotted}
        case Defined(value=value):
            return {"class": writer.named(value)}
        case Attr(base=base, name=name):
            form = side(Seen(base, version), "attr/0")
            if isinstance(form, dict) and form.keys() == {"name"}:
                return {"name": f"{form['name']}.{name}"}
            return {"attr": [form, name]}
        case Item(base=base, key=key):
            return {"item": [side(Seen(base, version), "item/0"), side(key, "item/1")]}
        case Parent(base=base):
            return {"attr": [side(Seen(base, version), "attr/0"), "super()"]}
        case Invocation():
            return _call(writer, state, state.expression, pointer)
        case Binary(left=left, op=op, right=right):
            return {"left": side(left, "left"), "op": op, "right": side(right, "right")}
        case Unary(op=op, operand=operand):
            return {"op": op, "operand": side(operand, "operand")}
        case Choice(test=test, yes=yes, no=no):
            sides = (("if", test), ("true", yes), ("false", no))
            return {name: side(value, name) for name, value in sides}
        case FString(parts=parts):
            return {"text": _parts(writer, parts, f"{pointer}/text")}
        case Unpacked(base=base, index=index):
            return {"unpack": [side(base, "unpack/0"), index]}
        case Display(kind="method", parts=parts):
            return {"attr": [side(parts[0], "attr/0"), str(parts[1])]}
        case Display(kind=kind, parts=parts):
            return {"display": kind, "parts": _parts(writer, parts, f"{pointer}/parts")}
        case Copied(source=source):
            return written_state(writer, source.state, source.version, pointer)


def _parts(writer: Writer, parts: Iterable[object], pointer: str) -> list[Json]:
    written = list[Json]()
    for index, part in enumerate(parts):
        at = f"{pointer}/{index}"
        if isinstance(part, Placeholder):
            form: dict[str, Json] = {"value": writer.value(part.value, f"{at}/value")}
            if part.conversion:
                form["conversion"] = part.conversion
            if part.spec != "":
                form["spec"] = writer.value(part.spec, f"{at}/spec")
            written.append(form)
        else:
            written.append(writer.value(part, at))
    return written


def written_star(writer: Writer, star: Star, pointer: str) -> Json:
    """Return the form of a starred argument."""
    return {"star": writer.value(star.value, f"{pointer}/star")}


def _call(writer: Writer, state: State, call: Invocation, pointer: str) -> Json:
    origin = writer.origins.call(state.place) if writer.origins is not None else None
    return {
        "call": _callee(writer, call.callee, f"{pointer}/call"),
        **writer.arguments(call.args, call.kwargs, pointer, origin),
    }


def _callee(writer: Writer, callee: object, pointer: str) -> Json:
    if isinstance(callee, Seen):
        decorated = writer.session.decorated(callee.state)
        if decorated is not None:
            return writer.named(decorated)
        if isinstance(callee.state.expression, Defined):
            return writer.named(callee.state.expression.value)
    form = writer.value(callee, pointer)
    return form["name"] if isinstance(form, dict) and form.keys() == {"name"} else form


def _steps(writer: Writer, steps: list[Step], pointer: str) -> list[Json]:
    written = list[Json]()
    for step in steps if writer.history else _last(steps):
        at = f"{pointer}/{len(written)}"
        call = step.call
        if call is None:
            written.append(_change(writer, step, _path(writer, step.path, at), at))
        elif isinstance(call.expression, Invocation):
            if not step.statement and (writer.reached is None or id(call) in writer.reached):
                continue
            writer.place(at, call)
            origin = writer.origins.call(call.place) if writer.origins is not None else None
            form: dict[str, Json] = {"call": list(_path(writer, step.path, at))}
            form |= writer.arguments(call.expression.args, call.expression.kwargs, at, origin)
            later = _steps(writer, call.steps, f"{at}/then")
            if later:
                form["then"] = list(later)
            if step.within:
                form["within"] = writer.items(step.within, f"{at}/within")
            written.append(form)
    return written


def _change(writer: Writer, step: Step, path: list[Json], pointer: str) -> Json:
    if writer.origins is not None and step.place is not None:
        writer.places[pointer] = (step.place.path, step.place.line)
    form: dict[str, Json] = {step.verb: list(path)}
    if step.verb == "set":
        origin = writer.origins.assigned(step.place) if writer.origins is not None else None
        form["to"] = writer.value(step.value, f"{pointer}/to", origin)
    if step.within:
        form["within"] = writer.items(step.within, f"{pointer}/within")
    return form


def _path(writer: Writer, path: tuple[Key, ...], pointer: str) -> list[Json]:
    return [
        str(key) if kind == "attr" else {"item": writer.value(key, f"{pointer}/path")}
        for kind, key in path
    ]
