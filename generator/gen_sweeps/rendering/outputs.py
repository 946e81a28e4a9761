"""Which template makes which file, of which strategy."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from gen_sweeps.errors import TemplateError
from gen_sweeps.output.journal import PREFIX
from gen_sweeps.output.manifest import MANIFEST, spec_name
from gen_sweeps.rendering.loader import STRATEGY, SUFFIX, TemplateFolder
from gen_sweeps.spec.model import Spec, Strategy
from gen_sweeps.spec.names import file_fault, fold


@dataclass(frozen=True, slots=True)
class Origins:
    """Where each file comes from, in the order of rendering.

    Attributes:
        shared: The template of each file that all strategies share, by the file's path.
        of_strategies: By each other template: the strategy of each file that it makes, the
            control first, by the file's path.
    """

    shared: Mapping[str, str]
    of_strategies: Mapping[str, Mapping[str, Strategy]]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the paths."""
        yield from self.shared
        for files in self.of_strategies.values():
            yield from files

    def __len__(self) -> int:
        """Return the number of files."""
        return len(self.shared) + sum(map(len, self.of_strategies.values()))

    def __contains__(self, path: object) -> bool:
        """Say whether there is such a file."""
        return path in self.shared or any(path in files for files in self.of_strategies.values())

    def of(self, path: str) -> tuple[str, Strategy | None]:
        """Return the template of a file, and its strategy if it is for one.

        Raises:
            KeyError: There is no such file.
        """
        for template, files in self.of_strategies.items():
            if strategy := files.get(path):
                return template, strategy
        return self.shared[path], None

    @property
    def templates(self) -> AbstractSet[str]:
        """The names of all templates that make files."""
        return {*self.shared.values(), *self.of_strategies}


def made_by(template: str, strategy: str) -> str:
    """Return the path of the file that a template makes for a strategy."""
    return template.removesuffix(SUFFIX).replace(STRATEGY, strategy)


def origins(spec: Spec, folder: TemplateFolder) -> Origins:
    """Return where the files of a spec come from.

    Raises:
        TemplateError: There are no templates, or their names make no valid files.
    """
    names = _names(spec, folder)
    places = _Places(spec)

    def taken(path: str, template: str) -> str:
        if fault := places.take(path):
            raise TemplateError.at(f"makes {fault}", folder.display(template))
        return path

    shared = {
        taken(name.removesuffix(SUFFIX), name): name for name in names if STRATEGY not in name
    }
    strategies = sorted(spec.strategies, key=lambda strategy: strategy.name != spec.control)
    of_strategies = {}
    for name in names:
        if STRATEGY not in name:
            continue
        if not name.endswith(f".py{SUFFIX}"):
            hint = "what has no treatment call can't be proven; make it for all strategies at once"
            message = "makes strategies' files that are not Python"
            raise TemplateError.at(message, folder.display(name), hint=hint)
        of_strategies[name] = {
            taken(made_by(name, strategy.name), name): strategy for strategy in strategies
        }
    return Origins(shared, of_strategies)


def _names(spec: Spec, folder: TemplateFolder) -> list[str]:
    """Return the names of the templates, of which at least one is for strategies."""
    shown = str(spec.template_folder)
    hint = f"`templates` in {spec.path} is relative to that file"
    try:
        names = folder.names()
    except FileNotFoundError:
        raise TemplateError.at("no such folder", shown, hint=hint) from None
    except OSError as error:
        raise TemplateError.at(f"can't be read: {error.strerror}", shown) from None
    if not names:
        message = f"has no template: no file ends with {SUFFIX}"
        raise TemplateError.at(message, shown, hint=hint)
    if not any(STRATEGY in name for name in names):
        hint = f"name the template of the strategies' files like sweep_{STRATEGY}.py{SUFFIX}"
        raise TemplateError.at(f"no template has {STRATEGY} in its name", shown, hint=hint)
    return names


class _Places:
    """The places of files in the output folder, each for one file on every file system."""

    def __init__(self, spec: Spec) -> None:
        self._files = {MANIFEST: MANIFEST}
        self._folders: dict[str, str] = {}
        templates = os.path.relpath(spec.template_folder, spec.output_folder)
        self._sources = (spec_name(spec), f"{templates.replace(os.sep, '/')}/")

    def take(self, path: str) -> str | None:
        """Take a place; return why it can't be had, or None if it can."""
        if fault := file_fault(path):
            return f"a file {path!r}, which {fault}"
        spec, templates = self._sources
        if path == spec or path.startswith(templates):
            return f"{path}, which is what the files are made from"
        if path.rpartition("/")[2].startswith(PREFIX):
            return f"{path}, a name that gen-sweeps has for files of its own"
        folded = fold(path)
        if other := self._files.get(folded) or self._folders.get(folded):
            return f"{path}, but there is {other} already"
        self._files[folded] = path
        end = folded.rfind("/")
        while end > 0:
            if other := self._files.get(folded[:end]):
                return f"{path}, but {other} is a file already"
            self._folders[folded[:end]] = f"{path[:end]}/"
            end = folded.rfind("/", 0, end)
        return None
