"""Who is real: the standard library, the files under the root, the packages asked for."""

from __future__ import annotations

import ast
import os
import sys
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import spec_from_file_location
from typing import TYPE_CHECKING, cast

from .bases import merge
from .modules import RecordedModule, module_standin
from .places import Source, SourcePlace, span_of
from .rewrite import compiled, source_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType, ModuleType

    from .session import Session

_FROZEN = "<frozen importlib"
_ASKING = ("_handle_fromlist", "find_spec")
_FINDING = ("importlib._bootstrap", "importlib.util")
_CAUGHT = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})


@dataclass(frozen=True, slots=True)
class Folders:
    """Where modules are found.

    Attributes:
        root: The folder under which files are real.
        search: Where top-level names are looked up, in order; all are under the root.
        path: The resolved file; it is found under its own name alone, not as a script's neighbour.
        module: Its dotted name.
        installed: The folders of each package that was asked for, by its top-level name.
        stubs: Modules that are stand-ins with all below them, though their files are there.
        unable: Files that are stand-ins because they can't run; what is below them is real.
    """

    root: str
    search: tuple[str, ...]
    path: str
    module: str
    installed: dict[str, list[str]]
    stubs: tuple[str, ...]
    unable: frozenset[str]


class Finder(MetaPathFinder):
    """Finds every module that is imported once the file runs."""

    def __init__(self, session: Session, folders: Folders) -> None:
        self._session = session
        self._folders = folders
        self._library = list(sys.path)

    def take_over(self) -> None:
        """Run files under the root with hooks also where the file loads them by their path."""
        exec_module = SourceFileLoader.exec_module
        libraries = [
            *self._library,
            *(f for found in self._folders.installed.values() for f in found),
        ]

        def hooked(loader: SourceFileLoader, module: ModuleType) -> None:
            path = os.path.realpath(loader.path)
            if not _is_inside(path, self._folders.root) or any(
                _is_inside(path, library) for library in libraries
            ):
                exec_module(loader, module)
            else:
                _FileLoader(self._session, path).exec_module(module)

        SourceFileLoader.exec_module = hooked  # type: ignore[method-assign, assignment] # there is no other way in

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """Return how a module is loaded; None if it must not be found."""
        top = fullname.partition(".")[0]
        if top in sys.stdlib_module_names:
            return PathFinder.find_spec(fullname, path or self._library, target)
        if top in self._folders.installed:
            return PathFinder.find_spec(fullname, path or self._folders.installed[top], target)
        if not self._is_asked_by_a_file():
            return PathFinder.find_spec(fullname, path or self._library, target)
        if any(f"{fullname}.".startswith(f"{stub}.") for stub in self._folders.stubs):
            return self._standin(fullname, [])
        tail = fullname.rpartition(".")[2]
        found, portions = self._under_root(fullname, tail, path)
        if found is not None:
            return found
        parent = sys.modules.get(fullname.rpartition(".")[0])
        if parent is not None and not isinstance(parent, RecordedModule):
            if portions:
                return _namespace(fullname, portions)
            if not self._must_be_there():
                return None
        if path and not portions:
            message = f"`{fullname}` is not under the root: it is recorded"
            self._session.note(message, self._session.sources.here())
        return self._standin(fullname, portions)

    def _under_root(
        self, fullname: str, tail: str, path: Sequence[str] | None
    ) -> tuple[ModuleSpec | None, list[str]]:
        portions = list[str]()
        for folder in self._search() if path is None else path:
            base = os.path.join(folder, tail)  # noqa: PTH118 - the import system's paths are texts
            package = os.path.join(base, "__init__.py")  # noqa: PTH118 - the import system's paths are texts
            if os.path.isfile(package):  # noqa: PTH113 - the import system's paths are texts
                return self.spec(fullname, package, [base]), []
            is_itself = f"{base}.py" == self._folders.path and fullname != self._folders.module
            if not is_itself and os.path.isfile(f"{base}.py"):  # noqa: PTH113 - the import system's paths are texts
                return self.spec(fullname, f"{base}.py", None), []
            if os.path.isdir(base):  # noqa: PTH112 - the import system's paths are texts
                portions.append(base)
        return None, portions

    def spec(self, fullname: str, path: str, folders: list[str] | None) -> ModuleSpec:
        """Return how a file under the root is loaded."""
        if path in self._folders.unable:
            return self._standin(fullname, folders or [])
        loader = _FileLoader(self._session, path)
        spec = spec_from_file_location(
            fullname, path, loader=loader, submodule_search_locations=folders
        )
        return cast("ModuleSpec", spec)

    def _standin(self, fullname: str, portions: list[str]) -> ModuleSpec:
        return ModuleSpec(fullname, _StandinLoader(self._session, portions), is_package=True)

    def _search(self) -> Iterator[str]:
        yield from self._folders.search
        for folder in cast("list[object]", sys.path):
            if not isinstance(folder, str):  # Python passes over it too
                continue
            added = os.path.realpath(folder)
            if folder not in self._library and _is_inside(added, self._folders.root):
                yield added

    def _is_asked_by_a_file(self) -> bool:
        """Return whether the import is one of the files' own: a library's optional imports fail."""
        frame: FrameType | None = sys._getframe(2)  # noqa: SLF001 - the only way to the caller's frame
        while frame is not None:
            code = frame.f_code
            name = str(frame.f_globals.get("__name__", ""))
            if code.co_filename in self._session.sources.files or code.co_filename == "<string>":
                return True
            of_the_system = code.co_filename.startswith(_FROZEN) or name.startswith("importlib")
            if name == "importlib.util" and code.co_name == "find_spec":
                message = "a package that is looked for with `find_spec` is taken as installed"
                self._session.note(message, self._session.sources.here())
            own = name.startswith("_gen_sweeps_recorder") or name == __name__
            if not of_the_system and not own:
                return False
            frame = frame.f_back
        return False

    def _must_be_there(self) -> bool:
        """Return whether the file is not ready for a module's absence."""
        frame: FrameType | None = sys._getframe(2)  # noqa: SLF001 - the only way to the caller's frame
        while frame is not None:
            code = frame.f_code
            if code.co_name in _ASKING and frame.f_globals.get("__name__") in _FINDING:
                return False  # `from package import name` finds out whether a name is a module
            frame = frame.f_back
        return not _is_awaited(self._session)


def _is_awaited(session: Session) -> bool:
    """Return whether a file that is running catches what a failing import raises."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the only way to the caller's frame
    while frame is not None:
        source = session.sources.files.get(frame.f_code.co_filename)
        if source is not None and is_guarded(source, frame.f_lineno):
            return True
        frame = frame.f_back
    return False


def _is_inside(path: str, folder: str) -> bool:
    resolved = os.path.realpath(folder)
    return path == resolved or path.startswith(os.path.join(resolved, ""))  # noqa: PTH118 - the import system's paths are texts


def _namespace(fullname: str, portions: list[str]) -> ModuleSpec:
    """Return how a folder without an `__init__.py` is loaded within a package."""
    spec = ModuleSpec(fullname, None, is_package=True)
    spec.submodule_search_locations = portions
    return spec


class _FileLoader(Loader):
    """Runs a file under the root, with hooks in it; no byte code is read or written."""

    def __init__(self, session: Session, path: str) -> None:
        self._session = session
        self._path = path

    def exec_module(self, module: ModuleType) -> None:
        """Run the file in its module; one that fails becomes a stand-in, and others go on."""
        session = self._session
        before, count, inside = session.failure, len(session.effects), len(session.contexts)
        try:
            self._run(module)
        except BaseException as error:
            place = session.sources.raised_at(error.__traceback__)
            is_own = place is not None and place.path == self._path
            is_awaited = isinstance(error, Exception) and _is_awaited(session)
            if not is_own or is_awaited or module.__name__ == session.main:
                raise
            session.unable.append((self._path, error))
            session.failure = before
            del session.effects[count:], session.contexts[inside:]
            standin = module_standin(session, module.__name__)
            standin.__path__ = getattr(module, "__path__", [])
            sys.modules[module.__name__] = standin

    def _run(self, module: ModuleType) -> None:
        with open(self._path, "rb") as file:  # noqa: PTH123 - the import system's paths are texts
            data = file.read()
        package = module.__package__ or ""
        self._session.sources.add(Source(self._path, "", module.__name__, package))
        code = compiled(data, self._path)
        self._session.sources.add(source_of(self._path, data, module.__name__, package))
        exec(code, vars(module))  # noqa: S102 - running the file is what was asked for
        merge(vars(module))

    def get_source(self, _fullname: str) -> str:
        """Return the file's text, for `inspect` and tracebacks."""
        return self._session.sources.files[self._path].text


class _StandinLoader(Loader):
    """Makes a stand-in for a module."""

    def __init__(self, session: Session, portions: list[str]) -> None:
        self._session = session
        self._portions = portions

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the stand-in."""
        return module_standin(self._session, spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Let submodules be found in the folders of the same name under the root."""
        module.__path__ = self._portions


def guarded_imports(source: Source) -> Iterator[tuple[str, SourcePlace]]:
    """Yield the modules that a file imports where it is ready for their absence."""
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Try) or not any(map(_catches, node.handlers)):
            continue
        for statement in node.body:
            for name in _imported(statement):
                yield name, SourcePlace(source.path, statement.lineno, span_of(statement))


def is_guarded(source: Source, line: int) -> bool:
    """Return whether a line's failing imports are caught in its file."""
    return any(
        isinstance(node, ast.Try)
        and node.body[0].lineno <= line <= (node.body[-1].end_lineno or line)
        and any(map(_catches, node.handlers))
        for node in ast.walk(source.tree)
    )


def _imported(statement: ast.stmt) -> list[str]:
    if isinstance(statement, ast.Import):
        return [alias.name for alias in statement.names]
    if isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
        return [statement.module]
    return []


def _catches(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(kind, ast.Name) and kind.id in _CAUGHT for kind in caught)
