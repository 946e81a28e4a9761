"""Finding what a file builds: its classes, its values, and what its `get_config()` returns."""

from __future__ import annotations

import ast
import dataclasses
import enum
import functools
import inspect
import sys
from types import FunctionType, GeneratorType, ModuleType
from typing import TYPE_CHECKING, cast

from .definitions import free_names
from .forms import Json, escaped
from .modules import RecordedModule
from .nodes import Name
from .origins import absolute
from .places import SourcePlace
from .standin import RecordedBase
from .write import TooMuchError, Writer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .origins import Provenance
    from .places import Source
    from .session import Session

CALLED = ("get_config", "get_search_space")
_MOST_YIELDED = 100_000
_MOST_OFFERED = 3


class CallError(Exception):
    """What was asked to be called can't be."""


@dataclasses.dataclass(slots=True)
class Found:
    """What a file builds, ready to be written, in the order in which it is written.

    Attributes:
        values: Module-level values and classes, by name.
        called: What functions returned, by class (None: a function of the module) and name.
    """

    values: dict[str, object]
    called: dict[tuple[type | None, str], object]


class Collector:
    """Finds what one module builds."""

    def __init__(self, session: Session, module: ModuleType, source: Source) -> None:
        self._session = session
        self._module = module
        self._source = source

    def found(self, calls: list[tuple[str, list[object], dict[str, object]]]) -> Found:
        """Return the values, after the functions have been called.

        Raises:
            CallError: A function that was asked for is not there, or takes other arguments.
        """
        called: dict[tuple[type | None, str], object] = {}
        values = self._values()
        if calls:
            for name, args, kwargs in calls:
                target = self._target(name)
                try:
                    inspect.signature(target).bind(*args, **kwargs)
                except TypeError as error:
                    raise CallError(f"`{name}` can't be called: {error}") from error
                called[None, name] = _drained(target(*args, **kwargs))
        else:
            for name in CALLED:
                function = vars(self._module).get(name)
                if isinstance(function, FunctionType) and self._is_own(function):
                    self._call(called, None, name, function)
            for value in list(values.values()):
                if isinstance(value, type) and self._is_own(value):
                    self._call_methods(called, value)
            self._make(called, values)
            if not called and not self._values():
                self._offer()
        return Found(self._values(), called)

    def _values(self) -> dict[str, object]:
        passing = _passing(self._source)
        defined = {
            node.name
            for node in _of_the_module(self._source.tree)
            if isinstance(node, _DEFINITIONS)
        }
        changed = _changed_names(self._source)
        return {
            name: value
            for name, value in vars(self._module).items()
            if (name not in passing or (name in changed and self._is_held(value)))
            and not (name.startswith("__") and name.endswith("__"))
            and not (name in defined and isinstance(value, (FunctionType, _CACHED)))
        }

    def _is_held(self, value: object) -> bool:
        """Return whether an imported value is data of another file, which this one can change."""
        state = self._session.state_of(value)
        is_name = state is not None and isinstance(state.owner()[0].expression, Name)
        return not is_name and not isinstance(value, (ModuleType, FunctionType, type))

    def _is_own(self, value: FunctionType | type) -> bool:
        return value.__module__ == self._module.__name__

    def _call_methods(self, called: dict[tuple[type | None, str], object], cls: type) -> None:
        for name in CALLED:
            method = inspect.getattr_static(cls, name, None)
            if isinstance(method, (staticmethod, classmethod)):
                self._call(called, cls, name, getattr(cls, name))
            elif isinstance(method, FunctionType):
                if not _takes_nothing(cls):
                    self._skipped(
                        f"{cls.__qualname__}.{name}() was not called: its class takes arguments"
                    )
                    continue
                self._call(called, cls, name, getattr(cls(), name))

    def _make(
        self, called: dict[tuple[type | None, str], object], values: dict[str, object]
    ) -> None:
        """Make an object of each class whose constructor says what it holds and nobody calls."""
        needy = list[str]()
        used = {ast.unparse(n.func) for n in ast.walk(self._source.tree) if isinstance(n, ast.Call)}
        for name, value in values.items():
            if not isinstance(value, type) or not self._is_own(value) or not self._has_init(value):
                continue
            if name in used or any(_has_own(value, method) for method in CALLED):
                continue
            if not _takes_nothing(value):
                needy.append(f"`--call '{_call_text(name, value)}'`")
                continue
            session = self._session
            before, count, inside = session.failure, len(session.effects), len(session.contexts)
            try:
                made: object = value()
            except BaseException as error:  # noqa: BLE001 - whatever a constructor raises
                session.failure = before
                del session.effects[count:], session.contexts[inside:]
                reason = getattr(error, "message", None) or type(error).__name__
                self._skipped(f"{name}() was not made: {reason}")
                continue
            if session.state_of(made) is not None or vars(made):
                called[None, name] = made
        if needy:
            are = "a class takes" if len(needy) == 1 else "classes take"
            self._skipped(f"{are} arguments: give some with {', '.join(needy)}")

    def _offer(self) -> None:
        """Name functions that could be called where a file has nothing else."""
        offered = sorted(
            (_call_text(name, function) for name, function in vars(self._module).items()
             if isinstance(function, FunctionType) and self._is_own(function) and name[0] != "_"
             and name not in CALLED),
            key=lambda text: not text.endswith("()"),
        )  # fmt: skip
        if offered:
            shown = ", ".join(f"`--call '{text}'`" for text in offered[:_MOST_OFFERED])
            self._skipped(f"the file only defines functions: call one, as with {shown}")

    def _has_init(self, cls: type) -> bool:
        if issubclass(cls, (BaseException, enum.Enum, tuple)) or inspect.isabstract(cls):
            return False
        maker = next(base for base in cls.__mro__ if "__init__" in vars(base))
        init = vars(maker)["__init__"]
        return (
            isinstance(init, FunctionType)
            and init.__code__.co_filename in self._session.sources.files
        )

    def _call(
        self,
        called: dict[tuple[type | None, str], object],
        cls: type | None,
        name: str,
        function: object,
    ) -> None:
        if not _takes_nothing(function):
            full = f"{cls.__qualname__}.{name}" if cls is not None else name
            call = _call_text(full, function)
            self._skipped(f"{full}() was not called: give its arguments with `--call '{call}'`")
            return
        called[cls, name] = _drained(cast("FunctionType", function)())

    def _skipped(self, message: str) -> None:
        self._session.note(message, SourcePlace(self._source.path, 1))

    def _target(self, name: str) -> FunctionType:
        value: object = self._module
        for part in name.split("."):
            if isinstance(value, type) and not isinstance(
                inspect.getattr_static(value, part, None), (staticmethod, classmethod, type)
            ):
                value = value()
            if not hasattr(value, part):
                raise CallError(f"there is no `{name}` to call")
            value = getattr(value, part)
        if not callable(value):
            raise CallError(f"there is no `{name}` to call")
        return cast("FunctionType", value)


class TreeWriter:
    """Writes what was found."""

    def __init__(self, writer: Writer, module: ModuleType, origins: Provenance | None) -> None:
        self._writer = writer
        self._module = module
        self._origins = origins

    def tree(self, found: Found) -> dict[str, Json]:
        """Return the tree: names and what they stand for."""
        tree: dict[str, Json] = {}
        for name, value in found.values.items():
            pointer = f"/{escaped(name)}"
            if not isinstance(value, type) or not self._is_defined(value, name):
                tree[name] = self._bound(name, value, pointer)
            elif not issubclass(value, enum.Enum):
                form = self._class(value, pointer, found)
                if form is not None:
                    tree[name] = form
            else:
                tree[name] = self._enum(value, pointer)
        for (cls, name), value in found.called.items():
            if cls is None:
                tree[f"{name}()"] = self._writer.value(value, f"/{name}()")
        return tree

    def _is_defined(self, cls: type, name: str) -> bool:
        """Return whether a name is a class's own, and not another name for it."""
        own = cls.__module__ == self._module.__name__
        return own and (cls.__qualname__ == name or cls.__qualname__ not in vars(self._module))

    def _bound(self, name: str, value: object, pointer: str) -> Json:
        state = self._writer.session.state_of(value)
        decorated = self._writer.session.decorated(state) if state is not None else None
        if isinstance(decorated, type):
            self._writer.inline[decorated] = self._class(decorated, pointer, Found({}, {}))
            form = self._writer.value(value, pointer)
            del self._writer.inline[decorated]
            return form
        origin = self._origins.defined(self._module.__name__, name) if self._origins else None
        return self._writer.value(value, pointer, origin)

    def _class(self, cls: type, pointer: str, found: Found) -> Json:
        """Return a class's own attributes, or None if there are none and no recorded base."""
        bases = [
            base for base in getattr(cls, "__orig_bases__", cls.__bases__) if base is not object
        ]
        form: dict[str, Json] = {
            "(bases)": self._writer.items(bases, f"{pointer}/(bases)"),
        }
        keywords = vars(cls).get("__gs_keywords__")
        if keywords:
            form["(keywords)"] = self._writer.entries(keywords, f"{pointer}/(keywords)")
        form |= self._attributes(cls, pointer, found)
        inherited: dict[str, Json] = {}
        for base in reversed(cls.__mro__[1:]):
            if self._is_of_another_file(base):
                inside = self._attributes(base, f"{pointer}/(inherited)", Found({}, {}))
                inherited |= {key: value for key, value in inside.items() if key not in form}
        if inherited:
            form["(inherited)"] = inherited
        for (owner, name), value in found.called.items():
            if owner is cls:
                form[f"{name}()"] = self._writer.value(value, f"{pointer}/{name}()")
        recorded = any(self._writer.session.state_of(base) is not None for base in bases)
        return form if len(form) > 1 or recorded else None

    def _attributes(self, cls: type, pointer: str, found: Found) -> dict[str, Json]:
        form: dict[str, Json] = {}
        for name, value in _attributes(cls):
            at = f"{pointer}/{escaped(name)}"
            if isinstance(value, type) and value.__qualname__ == f"{cls.__qualname__}.{name}":
                inside = self._class(value, at, found)
                if inside is not None:
                    form[name] = inside
                continue
            origin = None
            if self._origins is not None:
                origin = self._origins.attribute(cls.__module__, cls.__qualname__, name)
            form[name] = self._writer.value(value, at, origin)
        return form

    def _enum(self, cls: type[enum.Enum], pointer: str) -> Json:
        form: dict[str, Json] = {"(bases)": self._writer.items(cls.__bases__, f"{pointer}/(bases)")}
        for member in cls:
            form[member.name] = self._writer.value(member.value, f"{pointer}/{member.name}")
        return form

    def _is_of_another_file(self, cls: type) -> bool:
        files = {source.module for source in self._writer.session.sources.files.values()}
        return cls.__module__ in files and cls.__module__ != self._module.__name__


def _attributes(cls: type) -> Iterator[tuple[str, object]]:
    """Yield a class's own data attributes in order; those of a dataclass by its fields."""
    if issubclass(cls, tuple) and "_field_defaults" in vars(cls):
        yield from vars(cls)["_field_defaults"].items()
        return
    inherited = {
        id(field)
        for base in cls.__mro__[1:]
        for field in vars(base).get("__dataclass_fields__", {}).values()
    }
    fields = {
        name: field
        for name, field in vars(cls).get("__dataclass_fields__", {}).items()
        if id(field) not in inherited
    }
    for name, field in fields.items():
        if field.default is not dataclasses.MISSING:
            yield name, field.default
        elif field.default_factory is not dataclasses.MISSING:
            yield name, field.default_factory()
    for name, value in vars(cls).items():
        skipped = name in fields or (name.startswith("__") and name.endswith("__"))
        private = name.startswith("_abc_") or name == "_is_protocol"
        if not skipped and not private and not isinstance(value, _METHODS):
            yield name, value


_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_CACHED = type(functools.cache(len))
_METHODS = (FunctionType, staticmethod, classmethod, property, functools.cached_property, _CACHED)


def _takes_nothing(function: object) -> bool:
    """Return whether something can be called without arguments."""
    if isinstance(function, type) and issubclass(function, RecordedBase):
        maker = next(base for base in function.__mro__ if "__init__" in vars(base))
        if maker is RecordedBase or "__dataclass_fields__" in vars(maker):
            return True
        function = vars(maker)["__init__"].__get__(object())
    try:
        inspect.signature(cast("FunctionType", function)).bind()
    except TypeError:
        return False
    except ValueError:
        return True
    return True


def _has_own(cls: type, name: str) -> bool:
    """Return whether a class has an attribute that is not a recorded base's."""
    return any(name in vars(base) for base in cls.__mro__)


def _call_text(name: str, function: object) -> str:
    """Return the call that lacks nothing but values, as `Other(lr=…)`."""
    try:
        parameters = inspect.signature(cast("FunctionType", function)).parameters.values()
    except (TypeError, ValueError):
        return f"{name}(…)"
    needed = [p for p in parameters if p.default is p.empty]
    keys = (p.name for p in needed if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY))
    return f"{name}({', '.join(f'{key}=…' for key in keys)})"


def _drained(value: object) -> object:
    """Return a generator's values as a list."""
    if not isinstance(value, GeneratorType):
        return value
    items = list[object]()
    for item in value:
        items.append(item)
        if len(items) > _MOST_YIELDED:
            raise TooMuchError(f"a generator yields more than {_MOST_YIELDED:,} values")
    return items


def _passing(source: Source) -> frozenset[str]:
    """Return the module-level names that only an import, a loop or a `with` binds."""
    passing, kept = set[str](), set[str]()
    for node in _of_the_module(source.tree):
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            module = sys.modules.get(absolute(source, node), ast)
            is_recorded = isinstance(module, RecordedModule)
            passing |= free_names(source.tree) if is_recorded else vars(module).keys()
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            passing |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        elif isinstance(node, (ast.For, ast.AsyncFor)):
            passing |= _bound(node.target)
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            passing |= _bound(node.optional_vars)
        elif isinstance(node, ast.Assign):
            kept |= {name for target in node.targets for name in _bound(target)}
        elif isinstance(node, (ast.AnnAssign, ast.AugAssign, ast.NamedExpr)):
            kept |= _bound(node.target)
        elif isinstance(node, ast.ClassDef):
            kept.add(node.name)
    return frozenset(passing - kept)


def _changed_names(source: Source) -> set[str]:
    """Return the imported names whose attributes or items a module sets, deletes or calls."""
    changed, imported = set[str](), set[str]()
    for node in _of_the_module(source.tree):
        targets: list[ast.expr] = []
        if isinstance(node, (ast.Assign, ast.Delete)):
            targets = node.targets
        elif isinstance(node, (ast.AugAssign, ast.AnnAssign)):
            targets = [node.target]
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            targets = [node.value.func]
        elif isinstance(node, ast.ImportFrom):
            imported |= {alias.asname or alias.name for alias in node.names}
        for target in targets:
            root = target
            while isinstance(root, (ast.Attribute, ast.Subscript)):
                root = root.value
            if root is not target and isinstance(root, ast.Name):
                changed.add(root.id)
    return changed & imported


def _of_the_module(tree: ast.Module) -> Iterator[ast.AST]:
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        yield node
        if isinstance(node, ast.With) and _is_read_base(node):
            continue  # what it imports is part of the configuration, as mmengine documents
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            todo += ast.iter_child_nodes(node)


def _is_read_base(node: ast.With) -> bool:
    call = node.items[0].context_expr
    return isinstance(call, ast.Call) and ast.unparse(call.func).endswith("read_base")


def _bound(target: ast.expr) -> set[str]:
    return {
        node.id
        for node in ast.walk(target)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def changed(
    original: object, copy: object, session: Session, seen: Mapping[int, object] | None = None
) -> bool:
    """Return whether a container is no longer what was given to a recorded call."""
    known = dict(seen or {})
    if id(original) in known:
        return False
    known[id(original)] = copy
    if isinstance(original, list) and isinstance(copy, list):
        if len(original) != len(copy):
            return True
        return any(changed(a, b, session, known) for a, b in zip(original, copy, strict=True))
    if isinstance(original, dict) and isinstance(copy, dict):
        if (
            list(original) != list(copy)
            if all(type(k) is str for k in original)
            else len(original) != len(copy)
        ):
            return True
        return any(
            changed(original[key], copy[key], session, known) for key in copy if key in original
        )
    if isinstance(original, set) and isinstance(copy, set):
        return len(original) != len(copy)
    state = session.state_of(original)
    if state is not None or session.state_of(copy) is not None or hasattr(copy, "version"):
        return getattr(copy, "state", copy) is not (state or original)
    return type(original) is not type(copy) or (
        isinstance(original, (str, int, float, bool)) and original != copy
    )
