"""Everything that one run records: the stand-ins that it made, and what was done to them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from .configurations import entry_key, given_entries, known_entry, only_reads, returns_itself
from .mappings import AttributeDict
from .nodes import (
    Attr,
    Binary,
    Choice,
    Copied,
    Defined,
    Display,
    Expression,
    FString,
    Invocation,
    Item,
    Key,
    Name,
    Parent,
    Placeholder,
    Seen,
    State,
    Step,
    Unary,
    Unpacked,
)
from .places import SourcePlace, Sources, Unknowable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Session:
    """Everything that one run records.

    Attributes:
        sources: The files that run as themselves.
        make: Makes the stand-in for a state.
        names: Imported names, so that each is one object.
        instances: States of objects and classes with a recorded base, by identity.
        effects: What was done for its effect, in order.
        passed: Containers given to recorded calls, with the copy that was recorded.
        main: The name of the resolved file's module.
        unable: Files that failed, and how; this run only looks for more of them.
        failure: The first thing that could not be known; it stands even if the file catches it.
    """

    def __init__(self, sources: Sources, make: Callable[[Session, State], object]) -> None:
        self.sources = sources
        self.make = make
        self.names: dict[str, object] = {}
        self.instances: dict[int, tuple[object, State]] = {}
        self.effects: list[Step] = []
        self.passed: list[tuple[object, object, SourcePlace | None]] = []
        self.contexts: list[Seen] = []
        self.main = ""
        self.unable: list[tuple[str, BaseException]] = []
        self.failure: Unknowable | None = None
        self.notes: dict[tuple[str, SourcePlace | None], None] = {}
        self._serial = 0

    def state(self, expression: Expression, place: SourcePlace | None = None) -> State:
        """Return a fresh state, made at the innermost running place unless told."""
        self._serial += 1
        here = place or self.sources.here()
        return State(expression, here, self._serial, tuple(self.contexts))

    def record(self, expression: Expression) -> object:
        """Return a stand-in for an expression."""
        return self.make(self, self.state(expression))

    def name(self, dotted: str) -> object:
        """Return the stand-in for an imported name, always the same one."""
        if dotted not in self.names:
            self.names[dotted] = self.record(Name(dotted))
        return self.names[dotted]

    def note(self, message: str, place: SourcePlace | None) -> None:
        """Take down what the reader must know to trust the tree."""
        self.notes[message, place] = None

    def unknowable(self, message: str, state: State | None) -> Unknowable:
        """Return, to be raised, that something can't be known; `{}` is the expression."""
        place = self.sources.here()
        if place is not None:
            place = self.sources.files[place.path].decisive(
                place, is_branch=message.startswith("a branch")
            )
        text = (place.text if place else "") or "a recorded value"
        package = self.package(state) if state else None
        hint = f"make the package real with `--import {package}` if it is installed"
        failure = Unknowable(message.format(f"`{text}`"), place, hint if package else None)
        self.failure = self.failure or failure
        return failure

    def seen(self, value: object) -> object:
        """Return a value as it is now, to be kept: containers are copied, recorded values dated."""
        state = self.state_of(value)
        if state is not None:
            return Seen(state, len(state.owner()[0].steps))
        if type(value) in _CONTAINERS:
            copy = _copied(self, value, {})
            if type(value) is not tuple:
                self.passed.append((value, copy, self.sources.here()))
            return copy
        return value

    def state_of(self, value: object) -> State | None:
        """Return the state behind a recorded value; None if it is an ordinary one."""
        entry = self.instances.get(id(value))
        return entry[1] if entry is not None and entry[0] is value else None

    def instance(self, state: State) -> object:
        """Return the value behind a state."""
        return next(value for value, found in self.instances.values() if found is state)

    def is_recorded(self, value: object) -> bool:
        """Return whether a value is a stand-in or an object with a recorded base."""
        return id(value) in self.instances and not isinstance(value, type)

    def call(self, state: State, args: tuple[object, ...], kwargs: Mapping[str, object]) -> object:
        """Record a call of a stand-in and forget what it may have changed."""
        entry = known_entry(state, args)
        if entry is not None and not kwargs:
            return entry[0]
        recorded = self.state(
            Invocation(
                self.seen_state(state),
                tuple(self.seen(arg) for arg in args),
                tuple((name, self.seen(value)) for name, value in kwargs.items()),
            )
        )
        owner, path = state.owner()
        if not isinstance(owner.expression, Name):
            place, within = recorded.place, recorded.within
            owner.steps.append(Step("call", path, place, within, call=recorded, owner=owner))
        if only_reads(state):
            same = returns_itself(state)
            return self.make(self, recorded) if same is None else self.instance(same)
        self.forget(owner)
        for value in (*args, *kwargs.values()):
            argument = self.state_of(value)
            if argument is not None and not isinstance(argument.expression, (Name, Defined)):
                self.forget(argument)
        made = self.make(self, recorded)
        self._know(recorded, given_entries(recorded))
        return made

    def _know(self, state: State, entries: Mapping[object, object]) -> None:
        """Take down the entries of a new configuration that nothing but a record can change."""
        for name, value in entries.items():
            key = ("attr", name)
            if isinstance(value, dict) and type(name) is str:
                child = self.make(self, self.state(Attr(state, name)))
                state.children[key] = child
                found = self.state_of(child)
                if found is not None:
                    self._know(found, value)
            elif value is None or type(value) in (bool, int, float, str):
                state.known[key] = value

    def decorated(self, state: State) -> object:
        """Return the class or function whose name stands for a value, None if none does."""
        module = sys.modules.get(str(getattr(state.decorates, "__module__", None)))
        found: object = module
        for part in str(getattr(state.decorates, "__qualname__", "")).split("."):
            found = getattr(found, "__dict__", {}).get(part)
        return state.decorates if self.state_of(found) is state else None

    def package(self, state: State) -> str | None:  # noqa: C901, PLR0912 - one case for each kind
        """Return the top-level name of the package that a value comes from."""
        expression = state.expression
        while not isinstance(expression, Name):
            follow: object = None
            match expression:
                case Attr(base=base) | Item(base=base) | Parent(base=base):
                    expression = base.expression
                    continue
                case Invocation(callee=callee, args=call_args, kwargs=keywords):
                    follow = callee
                    if isinstance(callee, Seen) and self.is_of_the_library(callee.state):
                        given = (*call_args, *(value for _name, value in keywords))
                        follow = next((arg for arg in given if isinstance(arg, Seen)), None)
                case Binary(left=left, right=right):
                    follow = left if isinstance(left, Seen) else right
                case Unary(operand=operand):
                    follow = operand
                case Choice(test=test):
                    follow = test
                case FString(parts=parts):
                    values = (part.value for part in parts if isinstance(part, Placeholder))
                    follow = next((value for value in values if isinstance(value, Seen)), None)
                case Unpacked(base=base):
                    follow = base
                case Copied(source=source):
                    follow = source
                case Display(parts=parts):
                    follow = next((part for part in parts if isinstance(part, Seen)), None)
                case Defined(value=value):
                    bases = getattr(value, "__orig_bases__", ())
                    follow = next((self.seen(base) for base in bases), None)
            if not isinstance(follow, Seen):
                return None
            expression = follow.state.expression
        top = expression.dotted.partition(".")[0]
        return None if top in sys.stdlib_module_names else top

    @staticmethod
    def is_of_the_library(state: State) -> bool:
        """Return whether a state is a name of the standard library's."""
        named = state.expression
        return isinstance(named, Name) and named.dotted.split(".")[0] in sys.stdlib_module_names

    def seen_state(self, state: State) -> Seen:
        """Return a state as it is now."""
        return Seen(state, len(state.owner()[0].steps))

    def forget(self, state: State) -> None:
        """Drop what is known of a value and all below it: a call may have changed it."""
        todo, seen = [state], {id(state)}
        while todo:
            current = todo.pop()
            values = [*current.known.values(), *current.children.values()]
            current.known.clear()
            for found in map(self.state_of, values):
                if found is not None and id(found) not in seen:
                    seen.add(id(found))
                    todo.append(found)

    def change(self, state: State, verb: str, key: Key, value: object = None) -> None:
        """Record that an attribute or item was set or deleted."""
        owner, path = state.owner()
        place = self.sources.here()
        within = tuple(self.contexts)
        is_exact = is_hashable(key)
        if not is_exact:  # it may mean any item, and may change later itself
            key = (key[0], self.seen(key[1]))
            for items in (state.known, state.children):
                for other in [other for other in items if other[0] == "item"]:
                    del items[other]
        step = Step(verb, (*path, key), place, within, value=value, owner=owner)
        if isinstance(owner.expression, Name):
            self.effects.append(step)
        else:
            owner.steps.append(step)
        if not is_exact:
            return
        key = entry_key(state, key)
        if verb == "set":
            state.known[key] = value
        else:
            state.known.pop(key, None)
            state.children.pop(key, None)

    def statement(self, value: object) -> None:
        """Take down that a call was made for its effect alone."""
        state = self.state_of(value)
        if state is None or not isinstance(state.expression, Invocation):
            return
        callee = state.expression.callee
        owner = callee.state.owner()[0] if isinstance(callee, Seen) else None
        for step in reversed(owner.steps if owner is not None else []):
            if step.call is state:
                step.statement = True
                break
        effect = Step("call", (), state.place, state.within, call=state, owner=owner)
        self.effects.append(effect)


def is_hashable(key: Key) -> bool:
    """Return whether what is set under a key is read again under an equal one: no slice is."""
    if type(key[1]) is slice or (type(key[1]) is tuple and any(type(k) is slice for k in key[1])):
        return False  # newer Pythons hash them
    try:
        hash(key)
    except TypeError:
        return False
    return True


_CONTAINERS = (list, dict, AttributeDict, tuple, set, frozenset)


def _copied(session: Session, value: object, memo: dict[int, object]) -> object:
    """Return a container, its containers copied, its recorded values dated; cycles stay."""
    if id(value) in memo:
        return memo[id(value)]
    if type(value) is list:
        items = list[object]()
        memo[id(value)] = items
        items += [_copied(session, item, memo) for item in value]
        return items
    if type(value) is dict or type(value) is AttributeDict:
        entries = type(value)()
        memo[id(value)] = entries
        entries.update((key, _copied(session, item, memo)) for key, item in value.items())
        return entries
    if type(value) is tuple:
        return tuple(_copied(session, item, memo) for item in value)
    state = session.state_of(value)
    if state is not None:
        return Seen(state, len(state.owner()[0].steps))
    return value.copy() if type(value) is set else value
