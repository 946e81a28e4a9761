"""Texts of recorded values: for people only, never for the tree."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from .nodes import Attr, Defined, Invocation, Name, State

if TYPE_CHECKING:
    from types import FrameType

    from .session import Session

_DISPLAYING = frozenset({"logging", "warnings", "traceback", "pprint"})
_DOCUMENTING = frozenset(
    {
        ("_gen_sweeps_recorder.hooks", "displaying"),
        ("dataclasses", "_process_class"),  # writes a docstring with the defaults in it
    }
)


def displayed(session: Session, state: State) -> str:
    """Return a text when it is only printed; refuse when it could get into the tree."""
    frame: FrameType | None = sys._getframe(2)  # noqa: SLF001 - the only way to the caller's frame
    while frame is not None and frame.f_code.co_filename not in session.sources.files:
        name = str(frame.f_globals.get("__name__", ""))
        doing = (name, frame.f_code.co_name)
        if name.partition(".")[0] in _DISPLAYING or doing in _DOCUMENTING:
            return describe(state)
        if frame.f_back is None:
            return describe(state)  # no file is running: the tree is being written
        frame = frame.f_back
    raise session.unknowable("the text of a recorded value is not known: {}", state)


def describe(state: State) -> str:
    """Return a short text for a person."""
    expression = state.expression
    if isinstance(expression, Name):
        return f"<{expression.dotted}>"
    if isinstance(expression, Attr):
        return f"{describe(expression.base)[:-1]}.{expression.name}>"
    if isinstance(expression, Invocation):
        callee = getattr(expression.callee, "state", None)
        return f"{describe(callee)[:-1]}(…)>" if isinstance(callee, State) else "<…(…)>"
    if isinstance(expression, Defined):
        return f"<{getattr(expression.value, '__qualname__', '…')}>"
    return "<a recorded value>"
