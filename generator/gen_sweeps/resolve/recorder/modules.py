"""Stand-ins for modules."""

# ruff: noqa: D105 - Python's data model says what these methods do

from __future__ import annotations

import os
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, cast

from .definitions import is_dunder
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
            message = "which names `from {} import *` brings is not known"
            place = session.sources.here()
            failure = session.unknowable(message.format(self.__name__), self.__gs_state__)
            failure.place = place
            raise failure
        if name in _OF_THE_IMPORT_SYSTEM:
            raise AttributeError(name)
        if any(map(_is_module, (os.path.join(folder, name) for folder in self.__path__))):  # noqa: PTH118 - the import system's paths are texts
            return import_module(f"{self.__name__}.{name}")
        return read(session, self.__gs_state__, ("attr", name))

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
