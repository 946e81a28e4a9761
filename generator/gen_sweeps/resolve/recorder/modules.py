"""Stand-ins for modules."""

# ruff: noqa: D105 - Python's data model says what these methods do

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, cast

from .definitions import is_dunder
from .standin import read, state_of_name

if TYPE_CHECKING:
    from .nodes import State
    from .session import Session


class RecordedModule(ModuleType):
    """A stand-in for a module that is not there."""

    __gs_session__: Session
    __gs_state__: State

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
        return read(session, self.__gs_state__, ("attr", name))

    def __setattr__(self, name: str, value: object) -> None:
        if not isinstance(value, ModuleType) and not is_dunder(name):
            session = self.__gs_session__
            session.change(self.__gs_state__, "set", ("attr", name), value)
        else:
            super().__setattr__(name, value)


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
