"""One run: read the request, run the file, write what it built."""

from __future__ import annotations

import ast
import json
import os
import sys
import traceback
from importlib import import_module
from importlib.util import module_from_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, TextIO, cast

from . import guard
from .collect import CallError, Collector, TreeWriter, changed
from .display import describe
from .expressions import written_effects
from .hooks import Hooks, install
from .imports import Finder, Folders, guarded_imports
from .modules import RecordedModule
from .objects import written
from .origins import Provenance
from .places import SourcePlace, Sources, Unknowable
from .standin import Recorded, new_session
from .write import TooMuchError, Writer

if TYPE_CHECKING:
    from .forms import Json
    from .session import Session

_MEMORY = 4 << 30  # bytes
_DEEPEST_STACK = 5_000
_OF_THE_FILE = (Unknowable, SyntaxError, TooMuchError, CallError, SystemExit, ValueError, OSError)


class Request:
    """What the parent asks for, from JSON."""

    def __init__(self, data: dict[str, Json]) -> None:
        self.path = cast("str", data["path"])
        self.root = cast("str", data["root"])
        self.module = cast("str", data["module"])
        self.search = tuple(cast("list[str]", data["search"]))
        self.packages = cast("dict[str, str]", data["packages"])
        self.installed = cast("dict[str, list[str]]", data["installed"])
        self.stubs = tuple(cast("list[str]", data["stubs"]))
        self.unable = frozenset(cast("list[str]", data["unable"]))
        self.calls = cast("list[tuple[str, list[object], dict[str, object]]]", data["calls"])
        self.env = cast("dict[str, str]", data["env"])
        self.provenance = bool(data["provenance"])
        self.history = bool(data["history"])
        self.result = cast("str", data["result"])


def main(argument: str) -> None:
    """Run a request and leave; nothing that the file started keeps the interpreter alive."""
    request = Request(cast("dict[str, Json]", json.loads(argument)))
    _limit_memory()
    session = new_session(Sources())
    session.main = request.module
    output = os.open(request.result, os.O_WRONLY)
    try:
        answer = _answer(request, session)
    except BaseException as error:  # noqa: BLE001 - whatever a file's code raises is an answer
        answer = _ended(error, session, request.path)
    if session.failure is not None:
        answer = _ended(session.failure, session, request.path)
    if session.unable and "bug" not in answer:
        described = [_described(error, session, request.path) for _, error in session.unable]
        unable: list[Json] = [
            [path, how] for (path, _), how in zip(session.unable, described, strict=True)
        ]
        answer = {"error": described[0], "unable": unable}
    data = json.dumps(answer).encode()
    view = memoryview(data)
    while view:
        view = view[os.write(output, view) :]
    os.close(output)
    for stream in (sys.__stdout__, sys.stderr):
        try:
            cast("TextIO", stream).flush()
        except (AttributeError, OSError, ValueError):
            continue
    os._exit(0)


def _answer(request: Request, session: Session) -> dict[str, Json]:
    module = _run(request, session)
    source = session.sources.files[request.path]
    found = Collector(session, module, source).found(request.calls)
    first = Writer(session, request.module, request.root, written, history=request.history)
    TreeWriter(first, module, None).tree(found)
    origins = Provenance(session.sources) if request.provenance else None
    reached = frozenset(first.written)
    writer = Writer(
        session,
        request.module,
        request.root,
        written,
        reached=reached,
        origins=origins,
        history=request.history,
    )
    tree = TreeWriter(writer, module, origins).tree(found)
    effects = written_effects(writer, session.effects, "/(effects)")
    _note(session)
    return {
        "tree": tree,
        "effects": list(effects),
        "notes": [[message, *_at(place)] for message, place in session.notes],
        "provenance": {pointer: list(place) for pointer, place in writer.places.items()},
    }


def _run(request: Request, session: Session) -> ModuleType:
    folders = Folders(
        request.root,
        request.search,
        request.path,
        request.module,
        request.installed,
        request.stubs,
        request.unable,
    )
    finder = Finder(session, folders)
    install(Hooks(session, finder.spec))
    os.environ.clear()
    os.environ.update(request.env)
    sys.argv[:] = [request.path]
    sys.stdout = sys.stderr
    sys.setrecursionlimit(_DEEPEST_STACK)
    sys.meta_path[:] = [*sys.meta_path[:2], finder]
    for name, folder in request.packages.items():
        if name.rpartition(".")[2] != os.path.basename(folder):  # noqa: PTH119 - it is a text
            sys.modules[name] = RecordedPackage(name, folder)
    finder.take_over()
    guard.watch(session)
    if _imports_its_package(request):
        for name, folder in request.packages.items():
            _import_package(name, folder)
        loaded = sys.modules.get(request.module)
        if loaded is not None and getattr(loaded, "__file__", None) == request.path:
            return loaded
    spec = finder.spec(request.module, request.path, None)
    module = module_from_spec(spec)
    sys.modules[request.module] = module
    cast("object", spec.loader).exec_module(module)  # type: ignore[attr-defined] # the finder gave it one
    return module


def _import_package(name: str, folder: str) -> None:
    """Import a package above the file; if another module has its name, it is a bare folder."""
    try:
        import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
    if folder not in getattr(sys.modules.get(name), "__path__", ()):
        sys.modules[name] = RecordedPackage(name, folder)


def _imports_its_package(request: Request) -> bool:
    """Return whether the file imports from its own package, which then comes first."""
    own, _, inside = request.module.partition(".")
    if not inside:
        return False
    try:
        tree = ast.parse(Path(request.path).read_bytes())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.level or _top(node.module) == own):
            return True
        if isinstance(node, ast.Import) and any(_top(alias.name) == own for alias in node.names):
            return True
    return False


def _top(name: str | None) -> str:
    return (name or "").partition(".")[0]


class RecordedPackage(ModuleType):
    """A folder that no import finds by its name in the tree, as a package of that name."""

    def __init__(self, name: str, folder: str) -> None:
        super().__init__(name)
        self.__path__ = [folder]


def _note(session: Session) -> None:
    for source in list(session.sources.files.values()):
        for name, place in guarded_imports(source):
            if isinstance(sys.modules.get(name), RecordedModule):
                session.note(
                    f"`{name}` is taken as installed, though the file is ready for its absence",
                    place,
                )
    for original, copy, called_at in session.passed:
        if changed(original, copy, session):
            session.note(
                "an argument was changed after the call: it is shown as it was then", called_at
            )


def _at(place: SourcePlace | None) -> list[Json]:
    return [None, None, None] if place is None else [place.path, place.line, place.column]


def _ended(error: BaseException, session: Session, path: str) -> dict[str, Json]:
    """Return how a run ended: by the file, or by a mistake of the recorder's own."""
    of_the_file = session.sources.raised_at(error.__traceback__) is not None
    if of_the_file or isinstance(error, _OF_THE_FILE):
        described = _described(error, session, path)
        is_elsewhere = described[1] != path and not isinstance(error, SyntaxError)
        return {"error": described, "unable": [[described[1], described]] if is_elsewhere else []}
    return {"bug": "".join(traceback.format_exception(error))}


def _described(error: BaseException, session: Session, path: str) -> list[Json]:
    """Return message, path, line, column and hint."""
    sources = session.sources
    if isinstance(error, Unknowable):
        return [error.message, *_at(error.place), error.hint]
    if isinstance(error, SyntaxError) and error.filename and Path(error.filename).is_file():
        python = f"Python {sys.version_info.major}.{sys.version_info.minor}"
        return [
            f"not valid {python}: {error.msg}",
            error.filename,
            error.lineno,
            error.offset,
            None,
        ]
    place = sources.raised_at(error.__traceback__)
    at = _at(place) if place is not None else [path, None, None]
    hint: str | None = None
    if isinstance(error, TooMuchError):
        return [str(error), path, None, None, "resolve a smaller part with `--call`"]
    if isinstance(error, CallError):
        return [str(error), path, None, None, "see `--call`"]
    if isinstance(error, SystemExit):
        code = "" if error.code is None else f"({error.code!r})"
        return [f"the file ends the program: sys.exit{code}", *at, None]
    if isinstance(error, KeyError) and place is not None and "environ" in place.text:
        hint = (
            f"resolve runs the file without an environment: give it with `--env {error.args[0]}=…`"
        )
    message = f"{type(error).__name__}: {_text(error)}".removesuffix(": ")
    if "relative import" in message:
        hint = "give a folder further up with `--root`"
    if "Recorded" in message and hint is None:
        hint = "a recorded value reached code that needs a real one: see `--import`"
    return [message, *at, hint]


def _text(error: BaseException) -> str:
    """Return an exception's message on one line, whatever it holds."""
    parts = [describe(a.__gs_state__) if isinstance(a, Recorded) else None for a in error.args]
    if any(part is not None for part in parts):
        return " ".join(part or "…" for part in parts)
    try:
        return " ".join(str(error).split())
    except BaseException:  # noqa: BLE001 - whatever a file's code raises is an answer
        return ""


def _limit_memory() -> None:
    try:
        import resource  # noqa: PLC0415 - not on every system

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    except (ImportError, OSError, ValueError):
        return
