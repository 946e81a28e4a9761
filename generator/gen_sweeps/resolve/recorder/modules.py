"""Stand-ins for modules."""

# ruff: noqa: D105 - Python's data model says what these methods do

from __future__ import annotations

import os
import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, cast

from .definitions import free_names, is_dunder, stars
from .standin import read, state_of_name

if TYPE_CHECKING:
    from collections.abc import MutableSequence

    from .nodes import State
    from .session import Session


class RecordedModule(ModuleType):
    """A stand-in for a module that is not there."""

    __gs_session__: Session
    __gs_state__: State
    __path__: MutableSequence[str] = []  # noqa: RUF012 - as the import system has it; set, never changed

    def __getattr__(self, name: str) -> object:
        session = self.__gs_session__
        if name == "__all__":
            return self._taken()
        if name in _OF_THE_IMPORT_SYSTEM:
            raise AttributeError(name)
        if any(map(_is_module, (os.path.join(folder, name) for folder in self.__path__))):  # noqa: PTH118 - the import system's paths are texts
            return import_module(f"{self.__name__}.{name}")
        return read(session, self.__gs_state__, ("attr", name))

    def _taken(self) -> list[str]:
        """Return the names that `from this import *` must bring: the file defines them nowhere."""
        session, place = self.__gs_session__, self.__gs_session__.sources.here()
        source = session.sources.files[place.path] if place is not None else None
        names = sorted(free_names(source.tree)) if source is not None else []
        importing = sys.modules.get(source.module) if source is not None else None
        if importing is not None:  # others may import from it what this star brought
            vars(importing).setdefault("__getattr__", self._brought)
        statement = f"`from {self.__name__} import *`"
        if names and source is not None and stars(source.tree) > 1:
            message = f"which names {statement} brings is not known"
            failure = session.unknowable(message, self.__gs_state__)
            failure.place = place
            raise failure
        if names:
            session.note(f"{statement} is taken to bring {', '.join(names)}", place)
        return names

    def _brought(self, name: str) -> object:
        if is_dunder(name):
            raise AttributeError(name)
        return getattr(self, name)

    def __setattr__(self, name: str, value: object) -> None:
        if not isinstance(value, ModuleType) and not is_dunder(name):
            session = self.__gs_session__
            session.change(self.__gs_state__, "set", ("attr", name), value)
        else:
            super().__setattr__(name, value)


def _is_module(base: str) -> bool:
    """Return whether a module's file or a package stands at a path without its suffix."""
    names = (f"{base}.py", os.path.join(base, "__init__.py"))  # noqa: PTH118 - likewise
    return any(map(os.path.isfile, names))


_OF_THE_IMPORT_SYSTEM = frozenset(
    {"__path__", "__spec__", "__file__", "__loader__", "__cached__", "__warningregistry__"}
)


def module_standin(session: Session, dotted: str) -> RecordedModule:
    """Return a stand-in for a module."""
    state = state_of_name(session, dotted)
    kind = type(
        "RecordedModule", (RecordedModule,), {"__gs_session__": session, "__gs_state__": state}
    )
    module = cast("RecordedModule", kind(dotted))
    session.instances[id(module)] = (module, state)
    return module
