"""What the rewritten expressions call: Python's own meaning, unless an operand is recorded."""

from __future__ import annotations

import builtins
import random
import sys
from collections.abc import Callable
from functools import partial
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType, new_class
from typing import TYPE_CHECKING, cast

from .bases import followed
from .configurations import is_configuration
from .library import BUILTINS, COMPUTING, OF_THE_MOMENT, public_name
from .mappings import AttributeDict, attributed
from .modules import RecordedModule
from .nodes import (
    Attr,
    Binary,
    Choice,
    Display,
    FString,
    Invocation,
    Name,
    Placeholder,
    Seen,
    Star,
    State,
    Unpacked,
)
from .rewrite import compiled
from .session import Session
from .standin import Recorded, RecordedBase, attribute, parent_attribute

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .bases import SpecOf

_Callable = Callable[..., object]

_METHODS_OF = (str, bytes, int, float, dict)
_DEEPEST_LOOK = 6


class Hooks:
    """The hooks of one run."""

    def __init__(self, session: Session, spec_of: SpecOf) -> None:
        self._session = session
        self._spec_of = spec_of
        self._seeded = False
        self._choices: dict[int, list[tuple[bool, bool]]] = {}

    def callee(self, function: object) -> object:
        """Return what to call for `function`: itself, or a form that records."""
        kind = type(function)
        if kind is Recorded:
            return function
        name = ""
        if kind is BuiltinFunctionType or kind is MethodType:
            method = cast("BuiltinFunctionType", function)
            return self._builtin(method)
        if kind is FunctionType:
            plain = cast("FunctionType", function)
            name = f"{plain.__module__}.{plain.__qualname__}"
        elif isinstance(function, type):
            name = f"{function.__module__}.{function.__qualname__}"
        return self._wrapped(cast("_Callable", function), name)

    def spread(
        self,
        function: object,
        args: list[tuple[bool, object]],
        keywords: list[tuple[str | None, object]],
    ) -> object:
        """Call with starred arguments; of a recorded callee they may be recorded themselves."""
        positional, named = list[object](), dict[str, object]()
        recorded = self._session.is_recorded(function)
        for starred, value in args:
            if not starred:
                positional.append(value)
            elif recorded and self._session.is_recorded(value):
                positional.append(Star(self._session.seen(value)))
            else:
                positional.extend(cast("Iterable[object]", value))
        for name, value in keywords:
            if name is not None:
                named[name] = value
            elif recorded and self._session.is_recorded(value):
                named["**" * (1 + sum(key.startswith("**") for key in named))] = Star(
                    self._session.seen(value)
                )
            else:
                entries = dict(cast("Mapping[str, object]", value))
                twice = next((key for key in entries if key in named), None)
                if twice is not None:
                    message = f"got multiple values for keyword argument {twice!r}"
                    raise TypeError(message)
                named.update(entries)
        return cast("_Callable", self.callee(function))(*positional, **named)

    def text(self, parts: list[object]) -> object:
        """Format an f-string."""
        if not any(self._holds_recorded(part) for part in parts):
            return "".join(part if isinstance(part, str) else _formatted(part) for part in parts)
        kept = list[object]()
        for part in parts:
            if isinstance(part, str):
                _append(kept, part)
                continue
            value, conversion, spec = cast("tuple[object, str, object]", part)
            if self._holds_recorded(value) or self._holds_recorded(spec):
                seen = self._session.seen
                kept.append(Placeholder(seen(value), conversion, seen(spec)))
            else:
                _append(kept, _formatted(part))
        return self._session.record(FString(tuple(kept)))

    def begin(self, test: object) -> object:
        """Begin `yes if test else no`; both sides are wanted where the test is recorded."""
        is_open = self._session.is_recorded(test)
        truth = (True, True) if is_open else (bool(test), not test)
        frame = sys._getframe(1)  # noqa: SLF001 - one expression at a time runs in a frame
        self._choices.setdefault(id(frame), []).append(truth)
        return test

    def wanted(self, side: int) -> bool:
        """Return whether a side of the innermost choice of the calling frame is wanted."""
        return self._choices[id(sys._getframe(1))][-1][side]  # noqa: SLF001 - likewise

    def choice(self, test: object, yes: object, no: object) -> object:
        """End it."""
        wanted = self._choices[id(sys._getframe(1))].pop()  # noqa: SLF001 - likewise
        if all(wanted):
            seen = self._session.seen
            return self._session.record(Choice(seen(test), seen(yes), seen(no)))
        return yes if wanted[0] else no

    def imports(self, test: object) -> object:
        """Decide whether a branch that only imports is taken: it is, if nobody knows."""
        if not self._session.is_recorded(test):
            return test
        place = self._session.sources.here()
        self._session.note("a branch on a recorded value only imports: it is taken", place)
        return True

    def imported(self, value: object) -> object:
        """Give a dict of another file attributes, where the importing file reads some."""
        return attributed(value) if type(value) is dict else value

    def bases(self, value: object, path: str) -> object:
        """Follow mmengine's `_base_`."""
        return followed(self._session, self._spec_of, value, path)

    def percent(self, left: object, right: object) -> object:
        """Compute `left % right`."""
        if isinstance(left, (str, bytes)) and self._holds_recorded(right):
            return self._session.record(Binary(left, "%", self._session.seen(right)))
        return left % right  # type: ignore[operator] # the file's own business

    def same(self, left: object, right: object) -> object:
        """Compute `left is right`."""
        return self._identity(left, right, "is")

    def not_same(self, left: object, right: object) -> object:
        """Compute `left is not right`."""
        return self._identity(left, right, "is not")

    def within(self, left: object, right: object) -> object:
        """Compute `left in right`."""
        return self._membership(left, right, "in")

    def not_within(self, left: object, right: object) -> object:
        """Compute `left not in right`."""
        return self._membership(left, right, "not in")

    def attribute(self, value: object, name: str) -> object:
        """Read a dunder attribute."""
        if isinstance(value, Recorded):
            return attribute(value, name)
        if isinstance(value, RecordedModule) and not hasattr(value, name):
            return attribute(value, name)
        if isinstance(value, _Parent):
            return value.read(name)
        return getattr(value, name)

    def parent(self, found: object) -> object:
        """Return `super()`, which knows what a recorded base may have."""
        this = getattr(found, "__self__", None)
        if isinstance(this, RecordedBase):
            state = self._session.state_of(this)
            if state is not None:
                return _Parent(found, self._session, state)
        return found

    def statement(self, value: object) -> object:
        """Take down a call that stands alone."""
        self._session.statement(value)
        return value

    def unpack(self, value: object, count: int) -> object:
        """Give an assignment the values that it asks for."""
        if not self._session.is_recorded(value):
            return value
        seen = self._session.seen(value)
        return [self._session.record(Unpacked(seen, index)) for index in range(count)]

    def display(self, kind: str, parts: list[tuple[bool, object]]) -> object:
        """Build a list, tuple or set with starred parts."""
        if any(starred and self._session.is_recorded(value) for starred, value in parts):
            seen = self._session.seen
            kept = (Star(seen(value)) if starred else seen(value) for starred, value in parts)
            return self._session.record(Display(kind, tuple(kept)))
        items = list[object]()
        for starred, value in parts:
            items.extend(cast("Iterable[object]", value) if starred else (value,))
        return {"list": list, "tuple": tuple, "set": set}[kind](items)

    def mapping(self, entries: list[tuple[bool, object, object]]) -> object:
        """Build a dict with `**` parts."""
        if any(starred and self._session.is_recorded(value) for starred, _key, value in entries):
            seen = self._session.seen
            kept = (
                Star(seen(value)) if starred else {key: seen(value)}
                for starred, key, value in entries
            )
            return self._session.record(Display("dict", tuple(kept)))
        made = dict[object, object]()
        for starred, key, value in entries:
            made.update(cast("Mapping[object, object]", value) if starred else {key: value})
        return made

    def subject(self, value: object) -> object:
        """Refuse to match a recorded value."""
        if self._session.is_recorded(value):
            message = "a branch on a recorded value: which pattern {} matches is not known"
            raise self._session.unknowable(message, self._session.state_of(value))
        return value

    def raised(self, value: object) -> object:
        """Refuse to raise a recorded value."""
        if self._session.is_recorded(value) and not isinstance(value, BaseException):
            raise self._session.unknowable("the file raises {}", self._session.state_of(value))
        return value

    def _builtin(self, method: BuiltinFunctionType | MethodType) -> object:
        this = method.__self__
        if isinstance(this, ModuleType) or this is None:
            return self._wrapped(method, f"{method.__module__}.{method.__qualname__}")
        if this is getattr(random, "_inst", None):
            if method.__name__ == "seed":
                self._seeded = True
            if not self._seeded:
                return partial(self._record, f"random.{method.__name__}")
            return method
        if isinstance(this, type):
            return self._wrapped(method, f"{this.__module__}.{this.__qualname__}.{method.__name__}")
        if isinstance(this, AttributeDict) or type(this) in _METHODS_OF:
            return partial(self._method, cast("BuiltinFunctionType", method))
        return method

    def _wrapped(self, function: _Callable, name: str) -> object:
        name = public_name(name)
        module, _, _rest = name.partition(".")
        if name in OF_THE_MOMENT:
            return partial(self._record, name)
        if module == "builtins":
            if function is exec or function is eval:
                return partial(self._evaluate, function)
            if function is print:
                return displaying
            if function is getattr:
                return self._getattr
            return partial(self._compute, function, name) if name[9:] in BUILTINS else function
        packages = {module, name.rpartition(".")[0]}
        if packages & COMPUTING:
            return partial(self._compute, function, name)
        return function

    def _compute(
        self, function: _Callable, name: str, /, *args: object, **kwargs: object
    ) -> object:
        deep = not name.startswith("builtins.")
        look = self._holds_recorded if deep else self._session.is_recorded
        values = (*args, *kwargs.values()) if deep else args
        if name == "builtins.type" and len(args) > 1:
            namespace = cast("dict[str, object]", args[2])
            caller = sys._getframe(1).f_globals  # noqa: SLF001 - the only way to the caller's frame
            made = {"__module__": caller.get("__name__"), **namespace}
            bases = cast("tuple[type, ...]", args[1])
            return new_class(str(args[0]), bases, kwargs, lambda body: body.update(made))
        if name in ("builtins.map", "builtins.filter"):
            values = args[1:]
        if not any(look(value) for value in values):
            return function(*args, **kwargs)
        known = self._known(name, args)
        return self._record(name, *args, **kwargs) if known is None else known

    def _known(self, name: str, args: tuple[object, ...]) -> bool | None:
        """Return what is known even of a recorded value."""
        value = args[0]
        state = self._session.state_of(value)
        if name == "builtins.hasattr" and state is not None:
            return True if ("attr", args[1]) in state.known else None
        if name == "builtins.isinstance" and isinstance(args[1], type):
            return True if isinstance(value, args[1]) else None
        if name == "builtins.isinstance" and state is not None:
            return True if self._made_by(state) is self._session.state_of(args[1]) else None
        if name == "builtins.callable" and isinstance(value, RecordedModule):
            return False
        return None

    @staticmethod
    def _made_by(state: State) -> State | None:
        """Return the state of what was called to make a value."""
        callee = state.expression.callee if isinstance(state.expression, Invocation) else None
        return callee.state if isinstance(callee, Seen) else None

    def _getattr(self, value: object, name: str, /, *default: object) -> object:
        if not default or not self._session.is_recorded(value):
            if isinstance(value, Recorded) and isinstance(name, str):
                return attribute(value, name)
            return getattr(value, name, *default)
        state = self._session.state_of(value)
        if state is not None and ("attr", name) in state.known:
            return state.known["attr", name]
        return self._record("builtins.getattr", value, name, *default)

    def _method(self, method: BuiltinFunctionType, /, *args: object, **kwargs: object) -> object:
        this = method.__self__
        if isinstance(this, dict):
            asks = method.__name__ in ("get", "pop", "setdefault")
            if not asks or not args or not self._session.is_recorded(args[0]):
                return method(*args, **kwargs)
            if any(key is args[0] for key in this):
                return method(*args, **kwargs)
            if method.__name__ != "get":
                message = "whether {} finds its key is not known"
                raise self._session.unknowable(message, self._session.state_of(args[0]))
        elif not any(self._holds_recorded(value) for value in (*args, *kwargs.values())):
            return method(*args, **kwargs)
        seen = self._session.seen
        callee = self._session.record(Display("method", (seen(this), method.__name__)))
        return cast("_Callable", callee)(*args, **kwargs)

    def _record(self, name: str, /, *args: object, **kwargs: object) -> object:
        return cast("_Callable", self._session.name(name))(*args, **kwargs)

    def _identity(self, left: object, right: object, op: str) -> object:
        is_same = left is right
        recorded = [value for value in (left, right) if self._session.is_recorded(value)]
        other = right if self._session.is_recorded(left) else left
        if not recorded or is_same or all(self._is_object(value, other) for value in recorded):
            return is_same == (op == "is")
        seen = self._session.seen
        return self._session.record(Binary(seen(left), op, seen(right)))

    def _is_object(self, value: object, other: object) -> bool:
        """Return whether a recorded value is surely not None, True or False."""
        if other is not None and not isinstance(other, bool):
            return False
        if isinstance(value, (RecordedModule, RecordedBase)):
            return True
        state = self._session.state_of(value)
        if state is None or not isinstance(state.expression, Invocation):
            return isinstance(getattr(state, "expression", None), (FString, Display))
        callee = state.expression.callee
        named = getattr(callee, "state", None)
        last = named.expression if isinstance(named, State) else None
        name = ""
        if isinstance(last, Name):
            name = last.dotted.rpartition(".")[2]
        elif isinstance(last, Attr):
            name = last.name
        if name[:1].isupper():
            message = f"took what `{name}(…)` makes as an object, not None: its name is a class's"
            self._session.note(message, self._session.sources.here())
            return True
        return False

    def _membership(self, left: object, right: object, op: str) -> object:
        session = self._session
        if not session.is_recorded(left) and not session.is_recorded(right):
            found = left in cast("Iterable[object]", right)
            return found == (op == "in")
        if isinstance(right, (list, tuple, set, frozenset, dict)) and any(
            item is left for item in right
        ):
            return op == "in"
        if isinstance(right, (list, tuple, set, frozenset, dict)) and not right:
            return op != "in"
        state = session.state_of(right)
        if state is not None and is_configuration(state) and _has_entry(state, left):
            return op == "in"
        return session.record(Binary(session.seen(left), op, session.seen(right)))

    def _evaluate(self, function: _Callable, source: object, /, *args: object) -> object:
        """Run `exec` and `eval` with hooks in what they run too."""
        frame = sys._getframe(1)  # noqa: SLF001 - the only way to the caller's frame
        names = args or (frame.f_globals, frame.f_locals)
        if not isinstance(source, (str, bytes)):
            return function(source, *names)
        mode = "exec" if function is exec else "eval"
        text = source.strip() if mode == "eval" else source
        return function(compiled(text, "<string>", mode), *names)

    def _holds_recorded(self, value: object, depth: int = 0) -> bool:
        if self._session.is_recorded(value):
            return True
        if depth >= _DEEPEST_LOOK or not isinstance(value, (list, tuple, dict, set, frozenset)):
            return False
        items = [*value, *value.values()] if isinstance(value, dict) else value
        return any(self._holds_recorded(item, depth + 1) for item in items)


def _has_entry(state: State, name: object) -> bool:
    return isinstance(name, str) and ("attr", name) in state.known


class _Parent:
    """`super()` of an object with a recorded base."""

    def __init__(self, found: object, session: Session, state: State) -> None:
        self.read = partial(_of_parent, found, session, state)

    def __getattr__(self, name: str) -> object:
        return self.read(name)


def _of_parent(found: object, session: Session, state: State, name: str) -> object:
    try:
        return getattr(found, name)
    except AttributeError:
        return parent_attribute(session, state, name)


def displaying(*values: object, **kwargs: object) -> None:
    """Print, with texts for recorded values: a print can't get into the tree."""
    cast("_Callable", builtins.print)(*(_shown(value) for value in values), **kwargs)


def _shown(value: object) -> str:
    return str(value)


def install(hooks: Hooks) -> None:
    """Make the hooks visible to every rewritten module."""
    vars(builtins)["__recorder__"] = hooks


def _append(parts: list[object], text: str) -> None:
    """Add a text to the parts of an f-string, joined with a text before it."""
    if parts and isinstance(parts[-1], str):
        parts[-1] += text
    elif text:
        parts.append(text)


def _formatted(part: object) -> str:
    value, conversion, spec = cast("tuple[object, str, str]", part)
    if conversion:
        value = _CONVERSIONS[conversion](value)
    return format(value, spec)


_CONVERSIONS: dict[str, _Callable] = {"s": str, "r": repr, "a": ascii}
