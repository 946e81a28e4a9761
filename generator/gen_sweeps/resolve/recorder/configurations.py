"""Classes of configurations whose entries are their attributes, as their documentation says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from .nodes import Attr, Invocation, Name, Seen

if TYPE_CHECKING:
    from .nodes import Key, State

_CLASSES = frozenset({"CfgNode", "ConfigDict", "EasyDict", "Munch"})
_OPTIONS = ("allow_dotted_keys", "convert_dict", "new_allowed", "sort_keys", "type_safe")
_READING = frozenset(
    [
        "copy_and_resolve_references",
        "get",
        "ignore_type",
        "is_locked",
        "items",
        "keys",
        "lock",
        "to_dict",
        "to_json",
        "unlock",
        "unlocked",
        "values",
    ]
)


def is_configuration(state: State) -> bool:
    """Return whether a state is what such a class was called for, or a part of it."""
    expression = state.owner()[0].expression
    callee = expression.callee if isinstance(expression, Invocation) else None
    named = callee.state.expression if isinstance(callee, Seen) else None
    return isinstance(named, Name) and named.dotted.rpartition(".")[2] in _CLASSES


def entry_key(state: State, key: Key) -> Key:
    """Return the key under which an entry is known: `config["lr"]` is `config.lr`."""
    if key[0] == "item" and type(key[1]) is str and is_configuration(state):
        return ("attr", key[1])
    return key


def given_entries(state: State) -> Mapping[object, object]:
    """Return the entries that a configuration was made with."""
    expression = state.expression
    if not isinstance(expression, Invocation) or not is_configuration(state):
        return {}
    first = expression.args[0] if expression.args else {}
    entries = dict(cast("Mapping[object, object]", first)) if isinstance(first, dict) else {}
    entries.update((name, value) for name, value in expression.kwargs if name not in _OPTIONS)
    return entries


def known_entry(state: State, args: tuple[object, ...]) -> tuple[object] | None:
    """Return what a call of a configuration's `get` gives, if that is known."""
    configuration, name = _method(state)
    if configuration is None or name != "get" or not args or not isinstance(args[0], str):
        return None
    key = ("attr", args[0])
    return (configuration.known[key],) if key in configuration.known else None


def only_reads(state: State) -> bool:
    """Return whether a call of a state changes no entry."""
    configuration, name = _method(state)
    return configuration is not None and name in _READING


def returns_itself(state: State) -> State | None:
    """Return the configuration whose `lock` or `unlock` a state is: they return it."""
    configuration, name = _method(state)
    return configuration if name in ("lock", "unlock") else None


def _method(state: State) -> tuple[State | None, str]:
    """Return the configuration and the name, if a state is a configuration's method."""
    expression = state.expression
    if isinstance(expression, Attr) and is_configuration(expression.base):
        return expression.base, expression.name
    return None, ""
