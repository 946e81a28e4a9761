"""The stand-ins: objects that write down what is done with them and refuse what they can't know."""

# ruff: noqa: D102, D105 - Python's data model says what these methods do

from __future__ import annotations

import copy
import sys
from abc import ABCMeta
from types import FunctionType
from typing import TYPE_CHECKING, NoReturn, cast

from .configurations import entry_key
from .definitions import annotated_names, has_generated_init, is_dunder
from .display import displayed
from .mappings import attributed
from .nodes import (
    Attr,
    Binary,
    Copied,
    Defined,
    Invocation,
    Item,
    Name,
    Parent,
    Seen,
    State,
    Step,
    Unary,
)
from .session import Session, is_hashable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .places import Sources


def _operator(op: str) -> Callable[[Recording, object], object]:
    def method(self: Recording, other: object) -> object:
        session = _session(self)
        return session.record(Binary(session.seen(self), op, session.seen(other)))

    return method


def _comparison(op: str) -> Callable[[Recording, object], object]:
    record = _operator(op)

    def method(self: Recording, other: object) -> object:
        if _asked_by() in sys.stdlib_module_names:
            return NotImplemented  # the library looks for an object, and finds it by identity
        return record(self, other)

    return method


def _reflected(op: str) -> Callable[[Recording, object], object]:
    def method(self: Recording, other: object) -> object:
        session = _session(self)
        return session.record(Binary(session.seen(other), op, session.seen(self)))

    return method


def _unary(op: str) -> Callable[[Recording], object]:
    def method(self: Recording) -> object:
        session = _session(self)
        return session.record(Unary(op, session.seen(self)))

    return method


def _refusal(message: str) -> Callable[..., NoReturn]:
    def method(self: Recording, *_args: object) -> NoReturn:
        raise _session(self).unknowable(message, _state(self))

    return method


class Recording:
    """The operations that Python looks up on a type, of stand-ins and objects built on them."""

    __slots__ = ()
    __add__, __radd__, __iadd__ = _operator("+"), _reflected("+"), _operator("+=")
    __sub__, __rsub__, __isub__ = _operator("-"), _reflected("-"), _operator("-=")
    __mul__, __rmul__, __imul__ = _operator("*"), _reflected("*"), _operator("*=")
    __matmul__, __rmatmul__, __imatmul__ = _operator("@"), _reflected("@"), _operator("@=")
    __truediv__, __rtruediv__, __itruediv__ = _operator("/"), _reflected("/"), _operator("/=")
    __floordiv__, __rfloordiv__ = _operator("//"), _reflected("//")
    __ifloordiv__ = _operator("//=")
    __mod__, __rmod__, __imod__ = _operator("%"), _reflected("%"), _operator("%=")
    __pow__, __rpow__, __ipow__ = _operator("**"), _reflected("**"), _operator("**=")
    __lshift__, __rlshift__, __ilshift__ = _operator("<<"), _reflected("<<"), _operator("<<=")
    __rshift__, __rrshift__, __irshift__ = _operator(">>"), _reflected(">>"), _operator(">>=")
    __and__, __rand__, __iand__ = _operator("&"), _reflected("&"), _operator("&=")
    __xor__, __rxor__, __ixor__ = _operator("^"), _reflected("^"), _operator("^=")
    __or__, __ror__, __ior__ = _operator("|"), _reflected("|"), _operator("|=")
    __lt__, __le__, __gt__, __ge__ = map(_operator, ("<", "<=", ">", ">="))
    __eq__ = _comparison("==")  # type: ignore[assignment] # a comparison is written down, not made
    __ne__ = _comparison("!=")  # type: ignore[assignment] # likewise

    def __hash__(self) -> int:
        return hash(("recorded", _state(self).serial))

    __neg__, __pos__, __invert__ = _unary("-"), _unary("+"), _unary("~")

    def __bool__(self) -> bool:
        if _asked_by() == "typing":
            return True  # it asks whether it was given a type
        message = "a branch on a recorded value: whether {} is true is not known"
        raise _session(self).unknowable(message, _state(self))

    __len__ = _refusal("how long {} is is not known")
    __iter__ = _refusal("iteration over a recorded value: how many there are in {} is not known")
    __contains__ = _refusal("what is in {} is not known")
    __index__ = _refusal("which number {} is is not known")
    __int__ = __index__
    __float__ = __index__
    __complex__ = __index__
    __await__ = _refusal("what awaiting {} gives is not known")
    __aiter__ = _refusal("iteration over a recorded value: how many there are in {} is not known")

    def __call__(self, /, *args: object, **kwargs: object) -> object:
        session = _session(self)
        result = session.call(_state(self), args, kwargs)
        if len(args) == 1 and not kwargs and isinstance(result, Recorded):
            inner = session.state_of(args[0])
            is_definition = isinstance(args[0], (FunctionType, type))
            decorated = args[0] if is_definition or inner is None else inner.decorates
            _state(result).decorates = decorated if is_definition or inner is not None else None
        return result

    def __getitem__(self, key: object) -> object:
        return read(_session(self), _state(self), ("item", key))

    def __setitem__(self, key: object, value: object) -> None:
        _session(self).change(_state(self), "set", ("item", key), value)

    def __delitem__(self, key: object) -> None:
        _session(self).change(_state(self), "del", ("item", key))

    def __enter__(self) -> object:
        session, state = _session(self), _state(self)
        owner, path = state.owner()
        call = state if isinstance(state.expression, Invocation) else None
        step = Step("enter", path, session.sources.here(), tuple(session.contexts), call=call)
        step.owner = owner
        step.value = session.seen(self)
        session.effects.append(step)
        session.contexts.append(session.seen_state(state))
        return read(session, state, ("attr", "__enter__()"))

    def __exit__(self, *_error: object) -> None:
        _session(self).contexts.pop()

    def __copy__(self) -> object:
        session = _session(self)
        return session.call(_state(session.name("copy.copy")), (self,), {})

    def __deepcopy__(self, memo: dict[int, object]) -> object:
        return _forked(self, memo)

    def __str__(self) -> str:
        return displayed(_session(self), _state(self))

    def __repr__(self) -> str:
        return displayed(_session(self), _state(self))

    def __format__(self, spec: str) -> str:
        return displayed(_session(self), _state(self))

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise _session(self).unknowable("{} can't be pickled: it is only recorded", _state(self))


class Recorded(Recording):
    """A stand-in for something in a package that is not there."""

    __slots__ = ("__gs_session__", "__gs_state__", "__weakref__")
    __gs_session__: Session
    __gs_state__: State
    __instancecheck__ = _refusal("a branch on a recorded class: whether {} is not known")
    __subclasscheck__ = __instancecheck__

    def __init__(self, session: Session, state: State) -> None:
        object.__setattr__(self, "__gs_session__", session)
        object.__setattr__(self, "__gs_state__", state)
        session.instances[id(self)] = (self, state)

    def __getattr__(self, name: str) -> object:
        if is_dunder(name):
            raise AttributeError(name)
        return read(_session(self), _state(self), ("attr", name))

    def __setattr__(self, name: str, value: object) -> None:
        _session(self).change(_state(self), "set", ("attr", name), value)

    def __delattr__(self, name: str) -> None:
        _session(self).change(_state(self), "del", ("attr", name))

    def __mro_entries__(self, bases: tuple[object, ...]) -> tuple[type, ...]:
        """Return the class that stands in for this one among the bases of a class."""
        state = _state(self)
        metaclass: type = RecordedType
        for base in bases:
            if isinstance(base, type) and not issubclass(metaclass, type(base)):
                metaclass = type("RecordedType", (metaclass, type(base)), {})
        made = state.children.get(("base", metaclass))
        if made is None:
            namespace = {"__gs_session__": self.__gs_session__, "__module__": __name__}
            made = metaclass("Recorded", (RecordedBase,), namespace)
            state.children["base", metaclass] = made
        return (cast("type", made),)


class RecordedType(ABCMeta):
    """The type of classes with a recorded base."""

    __gs_session__: Session

    def __call__(cls, /, *args: object, **kwargs: object) -> object:
        """Make an object; a constructor that is only recorded takes any arguments."""
        maker = next(base for base in cls.__mro__ if "__init__" in vars(base))
        if maker is not RecordedBase and not has_generated_init(maker):
            return super().__call__(*args, **kwargs)
        made = cast("Callable[..., object]", cls.__new__)(cls, *args, **kwargs)
        state = cls.__gs_session__.state_of(made)
        if state is not None:
            annotated = {
                name
                for base in cls.__mro__
                if "__gs_session__" not in vars(base)
                for name in annotated_names(base)
            }
            state.hidden = frozenset(kwargs) | frozenset(annotated if args else ())
        return made

    def __getattr__(cls, name: str) -> object:
        """Return a recorded attribute: a recorded base may have it."""
        if is_dunder(name):
            raise AttributeError(name)
        return read(cls.__gs_session__, class_state(cls), ("attr", name))

    def __getitem__(cls, key: object) -> object:
        """Return the class with parameters."""
        if any("__class_getitem__" in vars(base) for base in cls.__mro__):
            parametrised: object = type.__getattribute__(cls, "__class_getitem__")(key)
            return parametrised
        return read(cls.__gs_session__, class_state(cls), ("item", key))


class RecordedBase(Recording, metaclass=RecordedType):
    """The base of classes that a file builds on a stand-in: their own part is real."""

    __gs_session__: Session
    __gs_keywords__: Mapping[str, object] = {}

    def __init_subclass__(cls, **kwargs: object) -> None:
        """Take the keywords of the class statement, whatever they are."""
        super().__init_subclass__()
        if kwargs:
            cls.__gs_keywords__ = kwargs

    def __new__(cls, /, *args: object, **kwargs: object) -> RecordedBase:  # noqa: PYI034 - a subclass's type is no help to a record
        """Return an object with a record."""
        made: RecordedBase = super().__new__(cls)
        session = cls.__gs_session__
        seen = tuple(session.seen(arg) for arg in args)
        named = tuple((name, session.seen(value)) for name, value in kwargs.items())
        state = session.state(Invocation(session.seen_state(class_state(cls)), seen, named))
        session.instances[id(made)] = (made, state)
        return made

    def __init__(self, /, *args: object, **kwargs: object) -> None:
        session, state = _session(self), _state(self)
        parent = session.state(Parent(state))
        session.call(session.state(Attr(parent, "__init__")), args, kwargs)
        state.steps[-1].statement = True

    def __getattribute__(self, name: str) -> object:
        if not name.startswith("__"):
            state = _state(self)
            if name in state.hidden and name not in object.__getattribute__(self, "__dict__"):
                found = getattr(type(self), name, None)
                if not isinstance(found, (FunctionType, property)):
                    return read(_session(self), state, ("attr", name))
        return super().__getattribute__(name)

    def __getattr__(self, name: str) -> object:
        if is_dunder(name):
            raise AttributeError(name)
        return read(_session(self), _state(self), ("attr", name))

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)
        if not is_dunder(name) and not isinstance(getattr(type(self), name, None), property):
            _session(self).change(_state(self), "set", ("attr", name), value)


def state_of_name(session: Session, dotted: str) -> State:
    """Return the state behind an imported name."""
    return _state(session.name(dotted))


def new_session(sources: Sources) -> Session:
    """Return a session that makes these stand-ins."""
    return Session(sources, Recorded)


def class_state(cls: RecordedType) -> State:
    """Return the state behind a class with a recorded base."""
    session = cls.__gs_session__
    state = session.state_of(cls)
    if state is None:
        state = session.state(Defined(cls))
        session.instances[id(cls)] = (cls, state)
    return state


def attribute(value: object, name: str) -> object:
    """Return a recorded attribute by any name, dunder names too."""
    return read(_session(value), _state(value), ("attr", name))


def parent_attribute(session: Session, state: State, name: str) -> object:
    """Return what `super()` of a recorded object has under a name."""
    return read(session, session.state(Parent(state)), ("attr", name))


def _session(value: object) -> Session:
    return cast("Recorded | RecordedBase", value).__gs_session__


def _state(value: object) -> State:
    if isinstance(value, Recorded):
        return value.__gs_state__
    return _session(value).instances[id(value)][1]


def read(session: Session, state: State, key: tuple[str, object]) -> object:
    """Return an attribute or item: what was set, or a stand-in, always the same one."""
    kind, name = key
    if is_hashable(key):
        key = entry_key(state, key)
        if key in state.known:
            return _by_attribute(state, key)
        child = state.children.get(key)
        if child is not None:
            return child
    child = None
    if kind == "item":
        child = session.record(Item(state, session.seen(name)))
    elif isinstance(state.expression, Name):
        child = session.name(f"{state.expression.dotted}.{name}")
    else:
        lazy = _lazy_argument(session, state, str(name))
        if lazy is not None and session.state_of(lazy) is None and not isinstance(lazy, Seen):
            return lazy
        child = session.record(Attr(state, str(name)))
    if is_hashable(key):
        state.children[key] = child
    return child


def _lazy_argument(session: Session, state: State, name: str) -> object:
    """Return an argument of a `LazyCall`, whose result is the configuration of a call.

    What `LazyCall(f)(x=[1])` gives has an attribute `x`, by the documentation of detectron2.
    """
    expression = state.expression
    found: object = None
    if isinstance(expression, Attr):
        inner = _lazy_argument(session, expression.base, expression.name)
        return _lazy_argument(session, inner.state, name) if isinstance(inner, Seen) else None
    if isinstance(expression, Invocation) and isinstance(expression.callee, Seen):
        made = expression.callee.state.expression
        maker = made.callee if isinstance(made, Invocation) else None
        named = maker.state.expression if isinstance(maker, Seen) else None
        if isinstance(named, Name) and named.dotted.endswith(".LazyCall"):
            found = dict(expression.kwargs).get(name)
    return found


def _by_attribute(state: State, key: tuple[str, object]) -> object:
    """Return what was set; a dict so that it can be read by attribute, as of a configuration."""
    value = state.known[key]
    if type(value) is not dict:
        return value
    owner, _path = state.owner()
    made = attributed(value)
    for step in owner.steps:
        if step.value is value:
            step.value = made
    state.known[key] = made
    return made


def _forked(value: Recording, memo: dict[int, object]) -> object:
    """Return a deep copy: the same expression and steps so far, and its own steps from here on."""
    session, state = _session(value), _state(value)
    if isinstance(value, RecordedBase):
        made: object = object.__new__(type(value))
        fork = session.state(state.expression, state.place)
        session.instances[id(made)] = (made, fork)
        fork.hidden = state.hidden
        memo[id(value)] = made
        object.__getattribute__(made, "__dict__").update(copy.deepcopy(vars(value), memo))
    elif not isinstance(state.expression, Invocation):
        copied = session.record(Copied(session.seen_state(state)))
        memo[id(value)] = copied
        return copied
    else:
        fork = session.state(state.expression, state.place)
        made = Recorded(session, fork)
        memo[id(value)] = made
    fork.within = state.within
    fork.steps = [_step_copy(step, fork, memo) for step in state.steps]
    fork.known = {key: copy.deepcopy(known, memo) for key, known in state.known.items()}
    return made


def _step_copy(step: Step, owner: State, memo: dict[int, object]) -> Step:
    value = copy.deepcopy(step.value, memo) if step.verb == "set" else step.value
    return Step(
        step.verb, step.path, step.place, step.within, value, step.call, step.statement, owner
    )


def _asked_by() -> str:
    """Return the top-level name of the module whose code applies an operator."""
    name = str(sys._getframe(2).f_globals.get("__name__"))  # noqa: SLF001 - the only way to the caller's frame
    return name.partition(".")[0]
