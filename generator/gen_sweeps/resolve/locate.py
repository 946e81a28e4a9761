"""Where a file stands: its root, its dotted name, the folders in which its imports are found."""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gen_sweeps.resolve.result import ResolveError

if TYPE_CHECKING:
    from collections.abc import Iterable

_MARKS = ("pyproject.toml", ".git")


def root_of(path: Path) -> Path:
    """Return the nearest folder upwards with a pyproject.toml or .git.

    Without one it is the folder from which the file's packages and relative imports can be found.
    """
    for folder in path.parents:
        if any((folder / mark).exists() for mark in _MARKS):
            return folder
    above = path.parents[min(_highest_level(path), len(path.parents) - 1)]
    while (above / "__init__.py").exists() and above != above.parent:
        above = above.parent
    return above


def _highest_level(path: Path) -> int:
    """Return how many folders up the file's relative imports go, as `..a` goes two."""
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return 0  # the run says what is wrong with it
    return max(
        (node.level for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)), default=0
    )


def base_of(path: Path, root: Path) -> Path:
    """Return where the file's dotted name starts: the root, or a `src` folder right below it."""
    source = root / "src"
    in_source = path.is_relative_to(source) and not (source / "__init__.py").exists()
    return source if in_source else root


def module_name(path: Path, base: Path) -> str:
    """Return the dotted name of a file below a folder.

    A dot within a name becomes `_`; a first name that a module of the standard library has gets one
    behind it, so that each of the two stays what it is.
    """
    first, *others = [*path.relative_to(base).parent.parts, path.stem]
    top = _part(first)
    top += "_" if top in sys.stdlib_module_names else ""
    return ".".join([top, *map(_part, others)])


def package_folders(path: Path, base: Path) -> dict[str, str]:
    """Return the folders between a base and a file by their dotted names, outermost first."""
    names = module_name(path, base).split(".")[:-1]
    folders = list(reversed(path.relative_to(base).parents))[1:]
    return {
        ".".join(names[: depth + 1]): str(base / folder) for depth, folder in enumerate(folders)
    }


def search_folders(path: Path, root: Path, base: Path) -> list[str]:
    """Return where top-level names are looked up, in order.

    They are the base, the root, the folder above the file's packages, and the file's own.
    """
    above = path.parent
    while (above / "__init__.py").exists() and above != root:
        above = above.parent
    folders = [base, root, above]
    if not (path.parent / "__init__.py").exists():
        folders.append(path.parent)  # a script's; a module of a package sees none of its neighbours
    return [str(folder) for folder in dict.fromkeys(folders)]


def installed_folders(names: Iterable[str]) -> dict[str, list[str]]:
    """Return the folders of packages and of all that they require, by top-level name.

    Raises:
        ResolveError: A package is not installed.
    """
    wanted = list(names)
    if not wanted:
        return {}
    owners = importlib.metadata.packages_distributions()
    found: dict[str, list[str]] = {}
    todo = [(name.partition(".")[0], True) for name in wanted]
    while todo:
        name, is_asked = todo.pop()
        if name in found:
            continue
        folders = _folders(name)
        if not folders:
            if is_asked:
                raise ResolveError.at(
                    f"no package `{name}` is installed to be made real",
                    hint="leave out `--import` to record it instead",
                )
            continue
        found[name] = folders
        for distribution in owners.get(name, ()):
            needed = {_normal(distribution), *_required(distribution)}
            todo += [
                (package, False)
                for package, distributions in owners.items()
                if needed & {_normal(owner) for owner in distributions}
            ]
    return found


def _required(distribution: str) -> set[str]:
    """Return the distributions that one needs whatever extras it is installed with."""
    requirements = importlib.metadata.requires(distribution) or ()
    return {
        _normal(re.split(r"[^\w.-]", requirement, maxsplit=1)[0])
        for requirement in requirements
        if "extra ==" not in requirement
    }


def _folders(name: str) -> list[str]:
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return []
    if spec is None:
        return []
    if spec.submodule_search_locations:
        return [str(Path(folder).parent) for folder in spec.submodule_search_locations]
    return [str(Path(spec.origin).parent)] if spec.has_location and spec.origin else []


def _normal(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def _part(part: str) -> str:
    return part.replace(".", "_")
