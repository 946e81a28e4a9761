"""Maps output paths to templates: which template makes which file, and for which strategy."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gen_sweeps.errors import TemplateError
from gen_sweeps.spec.model import Spec, Strategy
from gen_sweeps.spec.names import file_fault, fold

SUFFIX = ".jinja"
"""The end of a template's name; what precedes it is the name of the file that it makes."""

STRATEGY = "{strategy}"
"""The placeholder for a strategy's name in the name of a template."""

MANIFEST = "manifest.json"
"""The manifest's name in the output folder; no template can make a file of that name."""

OWN_PREFIX = ".gen-sweeps-"
"""The start of the names of temporary files, which are in the output folder only during a run."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """The files that a spec's templates make.

    Attributes:
        shared: The template of each file that all strategies share, by the file's path.
        of_strategies: By each other template: the strategy of each file that it makes, the
            control first, by the file's path.
    """

    shared: Mapping[str, str]
    of_strategies: Mapping[str, Mapping[str, Strategy]]

    def __len__(self) -> int:
        """Return the number of files."""
        return len(self.shared) + sum(map(len, self.of_strategies.values()))

    def origin(self, path: str) -> tuple[str, Strategy | None]:
        """Return the template that makes a file, and the strategy that the file is for, if any.

        Raises:
            KeyError: There is no such file.
        """
        for template, arms in self.of_strategies.items():
            if strategy := arms.get(path):
                return template, strategy
        return self.shared[path], None


def output_path(template: str, strategy: str) -> str:
    """Return the path of the file that a template makes for a strategy."""
    return template.removesuffix(SUFFIX).replace(STRATEGY, strategy)


def find_outputs(spec: Spec, names: Sequence[str]) -> Outputs:
    """Return the files that templates make.

    Args:
        spec: The spec.
        names: The names of its templates, as paths below their folder.

    Raises:
        TemplateError: There are no templates, or their names make no valid files.
    """
    _check_names(spec, names)
    claims = _Claims(spec)

    def claimed(path: str, template: str) -> str:
        if fault := claims.claim(path):
            raise TemplateError.at(f"makes {fault}", str(spec.template_folder / template))
        return path

    shared = {
        claimed(name.removesuffix(SUFFIX), name): name for name in names if STRATEGY not in name
    }
    strategies = sorted(spec.strategies, key=lambda strategy: strategy.name != spec.control)
    of_strategies = {}
    for name in names:
        if STRATEGY not in name:
            continue
        if not name.endswith(f".py{SUFFIX}"):
            hint = "without a treatment call it can't be proven; make one file for all strategies"
            message = "makes a file that is not Python for each strategy"
            raise TemplateError.at(message, str(spec.template_folder / name), hint=hint)
        of_strategies[name] = {
            claimed(output_path(name, strategy.name), name): strategy for strategy in strategies
        }
    return Outputs(shared, of_strategies)


def _check_names(spec: Spec, names: Sequence[str]) -> None:
    """Check that there are templates, at least one of them for strategies."""
    folder = str(spec.template_folder)
    if not names:
        hint = f"`templates` in {spec.path} is relative to that file"
        raise TemplateError.at(
            f"has no templates: no file name ends with {SUFFIX}", folder, hint=hint
        )
    if not any(STRATEGY in name for name in names):
        hint = f"name the template of the strategies' files like sweep_{STRATEGY}.py{SUFFIX}"
        raise TemplateError.at(f"no template has {STRATEGY} in its name", folder, hint=hint)


class _Claims:
    """The paths in the output folder, each claimed by one file on every file system."""

    def __init__(self, spec: Spec) -> None:
        self._files = {MANIFEST: MANIFEST}
        self._folders: dict[str, str] = {}
        self._spec, templates = (
            os.path.relpath(path, spec.output_folder).replace(os.sep, "/")
            for path in (spec.path, spec.template_folder)
        )
        self._templates = f"{templates}/"

    def claim(self, path: str) -> str | None:
        """Claim a path; return why it can't be had, or None if it can."""
        if fault := file_fault(path):
            return f"a file {path!r}, which {fault}"
        if path == self._spec or path.startswith(self._templates):
            return f"{path}, which the files are made from"
        if path.rpartition("/")[2].startswith(OWN_PREFIX):
            return f"{path}, a name that gen-sweeps reserves for its own files"
        folded = fold(path)
        if other := self._files.get(folded) or self._folders.get(folded):
            return f"{path}, but there already is {other}"
        self._files[folded] = path
        for folder in _folders_above(folded):
            if other := self._files.get(folder):
                return f"{path}, but {other} is already a file"
            self._folders[folder] = f"{path[: len(folder)]}/"
        return None


def _folders_above(path: str) -> Iterator[str]:
    end = path.rfind("/")
    while end > 0:
        yield path[:end]
        end = path.rfind("/", 0, end)
