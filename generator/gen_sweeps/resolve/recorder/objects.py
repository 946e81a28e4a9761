"""The forms of what is not plain data: recorded values, definitions, objects of any class."""

from __future__ import annotations

import ast
import dataclasses
import datetime as dt
import decimal
import enum
import fractions
import pathlib
import re
import sys
import types
import uuid
from argparse import Namespace
from functools import partial
from typing import TYPE_CHECKING, cast

from .expressions import written_star, written_state
from .nodes import Seen, Star
from .places import Span, span_of, span_of_position

if TYPE_CHECKING:
    from collections.abc import Callable

    from .forms import Json
    from .origins import SourceExpression
    from .write import Writer

_FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, types.MethodType)


def written(writer: Writer, value: object, pointer: str, origin: SourceExpression | None) -> Json:
    """Return the form of a value that is not plain data."""
    if isinstance(value, Seen):
        return written_state(writer, value.state, value.version, pointer)
    state = None if isinstance(value, type) else writer.session.state_of(value)
    if state is not None:
        return written_state(writer, state, len(state.owner()[0].steps), pointer)
    return _object(writer, value, pointer, origin)


def _object(writer: Writer, value: object, pointer: str, origin: SourceExpression | None) -> Json:  # noqa: C901, PLR0911, PLR0912 - one case for each kind
    """Return the form of a value that is neither plain data nor recorded."""
    if isinstance(value, Star):
        return written_star(writer, value, pointer)
    if isinstance(value, types.ModuleType):
        return {"name": value.__name__}
    if isinstance(value, enum.Enum):
        name = f"{writer.named(type(value))}.{value.name}"
        return {"enum": name, "value": writer.value(value.value, f"{pointer}/value")}
    if isinstance(value, type):
        return writer.inline.get(value) or {"class": writer.named(value)}
    if isinstance(value, _FUNCTIONS):
        return _function(writer, cast("types.FunctionType", value))
    if isinstance(value, partial):
        args = (value.func, *value.args)
        written = writer.arguments(args, value.keywords.items(), pointer)
        return {"call": "functools.partial", **written}
    rebuilt = _rebuilt(value)
    if rebuilt is not None:
        name, arguments = rebuilt
        return {"call": name, **writer.arguments(arguments, (), pointer)}
    if dataclasses.is_dataclass(value):
        return _dataclass(writer, value, pointer)
    if isinstance(value, (Namespace, types.SimpleNamespace)):
        name = writer.named(type(value))
        return {"call": name, **writer.arguments((), vars(value).items(), pointer)}
    if id(value) in writer.objects:
        return {"see": writer.objects[id(value)]}
    if _is_of_a_file(writer, value):
        writer.objects[id(value)] = pointer
    if isinstance(value, (tuple, list, dict, set, frozenset, str, bytes, int, float)):
        return _subclassed(writer, value, pointer, origin)
    if _is_of_a_file(writer, value) and hasattr(value, "__dict__"):
        form: dict[str, Json] = {"object": writer.named(type(value))}
        attributes = cast("dict[object, object]", vars(value))
        inside = writer.entries(attributes, f"{pointer}/attributes")
        form["attributes"] = inside
        return form
    return _opaque(writer, value)


def _function(writer: Writer, function: types.FunctionType) -> Json:
    source = _lambda(writer, function) if function.__name__ == "<lambda>" else None
    if source is not None:
        return {"lambda": writer.text(ast.unparse(source))}
    this = getattr(function, "__self__", None)
    if this is not None and not isinstance(this, (type, types.ModuleType)):
        return {"function": f"{writer.named(type(this))}.{function.__name__}"}
    return {"function": writer.named(function)}


def _lambda(writer: Writer, function: types.FunctionType) -> ast.Lambda | None:
    """Return a lambda's source: the innermost one that all its instructions come from."""
    code = function.__code__
    source = writer.session.sources.files.get(code.co_filename)
    spans = [span for span in map(span_of_position, code.co_positions()) if span is not None]
    found = [
        node
        for node in (ast.walk(source.tree) if source is not None else ())
        if isinstance(node, ast.Lambda)
        and node.lineno == code.co_firstlineno
        and all(_is_within(span, span_of(node)) for span in spans if span[1] != span[3])
        and _may_return(node, code)
    ]
    return max(found, key=lambda node: span_of(node)[:2], default=None)


def _may_return(node: ast.Lambda, code: types.CodeType) -> bool:
    """Return whether a lambda's constant is among its code's: some Pythons give it no position."""
    body = node.body
    return not isinstance(body, ast.Constant) or repr(body.value) in map(repr, code.co_consts)


def _is_within(inner: Span, outer: Span) -> bool:
    return outer[:2] <= inner[:2] and inner[2:] <= outer[2:]


def _rebuilt(value: object) -> tuple[str, tuple[object, ...]] | None:
    """Return the call of the standard library that makes an equal object."""
    for kind, name, arguments in _REBUILT:
        if isinstance(value, kind):
            return name or f"pathlib.{type(value).__name__}", arguments(value)
    return None


def _moment(value: object) -> tuple[object, ...]:
    return (cast("dt.date", value).isoformat(),)


_REBUILT: tuple[tuple[type, str, Callable[..., tuple[object, ...]]], ...] = (
    (pathlib.PosixPath, "pathlib.Path", lambda value: (str(value),)),
    (pathlib.WindowsPath, "pathlib.Path", lambda value: (value.as_posix(),)),
    (pathlib.PurePath, "", lambda value: (value.as_posix(),)),
    (dt.datetime, "datetime.datetime.fromisoformat", _moment),
    (dt.date, "datetime.date.fromisoformat", _moment),
    (dt.time, "datetime.time.fromisoformat", _moment),
    (
        dt.timedelta,
        "datetime.timedelta",
        lambda value: (value.days, value.seconds, value.microseconds),
    ),
    (decimal.Decimal, "decimal.Decimal", lambda value: (str(value),)),
    (fractions.Fraction, "fractions.Fraction", lambda value: (value.numerator, value.denominator)),
    (uuid.UUID, "uuid.UUID", lambda value: (str(value),)),
    (complex, "builtins.complex", lambda value: (value.real, value.imag)),
    (range, "builtins.range", lambda value: (value.start, value.stop, value.step)),
    (slice, "builtins.slice", lambda value: (value.start, value.stop, value.step)),
    (bytearray, "builtins.bytearray", lambda value: (bytes(value),)),
    (re.Pattern, "re.compile", lambda value: (value.pattern, int(value.flags))),
    (types.MappingProxyType, "types.MappingProxyType", lambda value: (dict(value),)),
)


def _dataclass(writer: Writer, value: object, pointer: str) -> Json:
    fields = dataclasses.fields(cast("type", value))
    held = {field.name: getattr(value, field.name, None) for field in fields if field.init}
    name = writer.named(type(value))
    form: dict[str, Json] = {"call": name, **writer.arguments((), held.items(), pointer)}
    more = {key: item for key, item in getattr(value, "__dict__", {}).items() if key not in held}
    if more:
        form["then"] = [
            {"set": [key], "to": writer.value(item, f"{pointer}/then/{index}/to")}
            for index, (key, item) in enumerate(more.items())
        ]
    return form


def _subclassed(
    writer: Writer, value: object, pointer: str, origin: SourceExpression | None
) -> Json:
    """Return the form of an object of a built-in type's subclass: a call with the plain value."""
    name = writer.named(type(value))
    fields = getattr(value, "_fields", None)
    if isinstance(value, tuple) and isinstance(fields, tuple):
        named = zip(map(str, fields), value, strict=False)
        return {"call": name, **writer.arguments((), named, pointer)}
    plain: object = None
    for kind in _HELD:
        if isinstance(value, kind):
            plain = _plain(kind, value)
            break
    more = {} if _is_of_the_library(value) else getattr(value, "__dict__", {})
    args = [plain]
    factory = getattr(value, "default_factory", None)
    if _is_of_the_library(value) and factory is not None:
        args = [factory, plain]
    form: dict[str, Json] = {"call": name, **writer.arguments(args, (), pointer)}
    if more:
        form["then"] = [
            {"set": [str(key)], "to": writer.value(item, f"{pointer}/then/{index}/to", origin)}
            for index, (key, item) in enumerate(more.items())
        ]
    return form


def _plain(kind: type, value: object) -> object:
    """Return what a value holds, without a subclass's own methods having a say."""
    return _HELD[kind](value)


_HELD: dict[type, Callable[[object], object]] = {
    dict: lambda value: {
        key: dict.__getitem__(cast("dict[object, object]", value), key)
        for key in dict.keys(cast("dict[object, object]", value))
    },
    tuple: lambda value: tuple(tuple.__iter__(cast("tuple[object, ...]", value))),
    list: lambda value: list(list.__iter__(cast("list[object]", value))),
    set: lambda value: set(set.__iter__(cast("set[object]", value))),
    frozenset: lambda value: frozenset(frozenset.__iter__(cast("frozenset[object]", value))),
    str: lambda value: str.__str__(cast("str", value)),
    bytes: lambda value: bytes.__getitem__(cast("bytes", value), slice(None)),
    int: lambda value: int.__add__(cast("int", value), 0),
    float: lambda value: float.__add__(cast("float", value), 0.0),
}


def _is_of_a_file(writer: Writer, value: object) -> bool:
    module = sys.modules.get(str(type(value).__module__))
    path = getattr(module, "__file__", None)
    return type(value).__module__ == writer.module or path in writer.session.sources.files


def _is_of_the_library(value: object) -> bool:
    return str(type(value).__module__).partition(".")[0] in sys.stdlib_module_names


def _opaque(writer: Writer, value: object) -> Json:
    """Return the form of an object whose content nobody here can read: its type and text."""
    form: dict[str, Json] = {"object": writer.named(type(value))}
    is_annotation = type(value).__module__ in ("typing", "types")
    if is_annotation or not _is_of_the_library(value):
        try:
            text = repr(value)
        except Exception:  # noqa: BLE001 - whatever a file's code raises is an answer
            return form
        if " at 0x" not in text:
            form["text"] = writer.text(text)
    return form
