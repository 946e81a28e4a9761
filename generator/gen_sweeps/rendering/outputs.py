"""Maps output paths to templates: which template makes which file, and for which strategy."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gen_sweeps.errors import TemplateError
from gen_sweeps.spec.model import Arm, Spec
from gen_sweeps.spec.names import closest_match, file_fault, fold

SUFFIXES = (".jinja", ".jinja2", ".j2")
"""The ends of templates' names; what precedes it is the name of the file that one makes."""

_FIELD = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
"""An axis in the name of a template, where the name of its level stands in the file's."""

_NO_BACKUP = re.compile(r"(?!.*\.(jinja|j2))[\w{][\w.{}-]*")
"""A name that is not one of those that editors and merges give to what they put aside."""

MANIFEST = "manifest.json"
"""The manifest's name in the output folder; no template can make a file of that name."""

OWN_PREFIX = ".gen-sweeps-"
"""The start of the names of temporary files, which are in the output folder only during a run."""


@dataclass(frozen=True, slots=True)
class Template:
    """A template that makes a file for each arm, or for some that share it.

    Attributes:
        name: Its path in the template folder.
        axes: The axes that its name carries, in the order of the spec.
        arms: By the path of each file: the arm that it is for, or the first of those that share
            it. Controls come first.
    """

    name: str
    axes: tuple[str, ...]
    arms: Mapping[str, Arm]


@dataclass(frozen=True, slots=True)
class Outputs:
    """The files that a spec's templates make.

    Attributes:
        shared: The template of each file that all arms share, by the file's path.
        templates: The templates of all other files.
    """

    shared: Mapping[str, str]
    templates: tuple[Template, ...]

    def __len__(self) -> int:
        """Return the number of files."""
        return len(self.shared) + sum(len(template.arms) for template in self.templates)

    def origin(self, path: str) -> tuple[str, Template | None]:
        """Return the name of the template that makes a file; the template if it is for arms.

        Raises:
            KeyError: There is no such file.
        """
        for template in self.templates:
            if path in template.arms:
                return template.name, template
        return self.shared[path], None


def is_named_like_template(name: str) -> bool:
    """Say whether a file's name ends like a template's, or has an axis in it."""
    return name.endswith(SUFFIXES) or bool(_FIELD.search(name) and _NO_BACKUP.fullmatch(name))


def output_path(template: str, levels: Mapping[str, str]) -> str:
    """Return the path of the file that a template makes for levels, by the axis."""
    return _FIELD.sub(lambda field: levels[field[1]], _without_suffix(template))


def output_pattern(template: str) -> str:
    """Return the path of the files that a template makes, with `*` where levels stand."""
    return _FIELD.sub("*", _without_suffix(template))


def _without_suffix(template: str) -> str:
    return template.removesuffix(next(filter(template.endswith, SUFFIXES)))


def find_outputs(spec: Spec, names: Sequence[str]) -> Outputs:
    """Return the files that templates make.

    Args:
        spec: The spec.
        names: The names of its templates, as paths below their folder; also those that only have
            an axis in them.

    Raises:
        TemplateError: There are no templates, or their names make no valid files.
    """
    _check_names(spec, names)
    claims = _Claims(spec)

    makers: dict[str, str] = {}

    def claimed(path: str, template: str) -> str:
        shown = str(spec.template_folder / template)
        if maker := makers.get(path):
            raise TemplateError.at(f"makes {path}, as {maker} does", shown)
        if fault := claims.claim(path):
            raise TemplateError.at(f"makes {fault}", shown)
        makers[path] = template
        return path

    fields = {name: set(_FIELD.findall(name)) for name in names}
    shared = {claimed(_without_suffix(name), name): name for name in names if not fields[name]}
    arms = sorted(spec.arms, key=lambda arm: not spec.control.items() <= arm.levels.items())
    templates = []
    for name in filter(fields.get, names):
        axes = tuple(axis for axis in spec.axis_names if axis in fields[name])
        files: dict[str, Arm] = {}
        for arm in arms:
            files.setdefault(output_path(name, arm.levels), arm)
        for path in files:
            claimed(path, name)
        templates.append(Template(name, axes, files))
    return Outputs(shared, tuple(templates))


def _check_names(spec: Spec, names: Sequence[str]) -> None:
    """Check that there are templates, at least one for arms, and that they name known axes."""
    shown = str(spec.template_folder)
    if not names:
        hint = f"`templates` in {spec.path} is relative to that file"
        raise TemplateError.at(
            f"has no template: no file ends with {SUFFIXES[0]}", shown, hint=hint
        )
    known = spec.axis_names
    for name in names:
        if not name.endswith(SUFFIXES):
            message = "has an axis in its name, but does not end like a template"
            hint = f"call it {name}{SUFFIXES[0]}"
            raise TemplateError.at(message, str(spec.template_folder / name), hint=hint)
        if unknown := [axis for axis in _FIELD.findall(name) if axis not in known]:
            hint = f"declare `[axes.{unknown[0]}]`, or use one of these: {', '.join(known)}"
            if match := closest_match(unknown[0], known):
                hint = f"did you mean `{{{match}}}`?"
            message = f"names {{{unknown[0]}}}, which is no axis of {spec.path}"
            raise TemplateError.at(message, str(spec.template_folder / name), hint=hint)
    whole = [name for name in names if set(_FIELD.findall(name)) >= set(known)]
    if not any(map(_FIELD.search, names)):
        fields = "_".join(f"{{{axis}}}" for axis in known)
        hint = f"name the template of the arms' files like run_{fields}.py{SUFFIXES[0]}"
        raise TemplateError.at(f"no template has {{{known[0]}}} in its name", shown, hint=hint)
    if not whole:
        carried = {axis for name in names for axis in _FIELD.findall(name)}
        if missing := [axis for axis in known if axis not in carried]:
            message = f"no template has {{{missing[0]}}} in its name: its levels would share files"
            hint = f"put {{{missing[0]}}} into the name of the template of the arms' files"
            raise TemplateError.at(message, shown, hint=hint)


class ProtectedPaths:
    """What no run may change: the spec, its templates and git's own files, whatever leads there.

    Folders are compared by where they really are, and names by what they fold to. The folder of
    the templates may be the output folder too; then only files that end like templates are theirs,
    and those that were read.

    Args:
        spec: The spec; what it extends is protected too.
        templates: Templates that were read, whatever they are called.
    """

    def __init__(self, spec: Spec, templates: Iterable[Path] = ()) -> None:
        self._output = spec.output_folder
        # A link that leads to a source is as good as the source.
        self._sources = {
            _inside(place).rstrip("/")
            for path in (spec.path, *spec.sources, *templates)
            for place in (
                os.path.realpath(path),
                f"{os.path.realpath(path.parent)}{os.sep}{path.name}",
            )
        }
        self._templates = _inside(os.path.realpath(spec.template_folder))
        self._shared = _inside(os.path.realpath(spec.output_folder)).startswith(self._templates)
        self._folders: dict[str, str] = {}

    def fault(self, path: str) -> str | None:
        """Return why a path in the output folder may not be written or removed; None if it may."""
        folder, _, name = path.rpartition("/")
        if folder not in self._folders:
            self._folders[folder] = _inside(os.path.realpath(self._output / folder))
        inside = self._folders[folder]
        place = f"{inside}{fold(name)}"
        if "/.git/" in f"{place}/":
            return "which is git's own"
        theirs = not self._shared or fold(name).endswith(SUFFIXES)
        if place in self._sources or (theirs and f"{place}/".startswith(self._templates)):
            return "which the files are made from"
        return None


def _inside(folder: str) -> str:
    """Return what the paths of all files below a folder start with, folded, with `/`."""
    return f"{fold(folder.replace(os.sep, '/')).rstrip('/')}/"


class _Claims:
    """The paths in the output folder, each claimed by one file on every file system."""

    def __init__(self, spec: Spec) -> None:
        self._files = {MANIFEST: MANIFEST}
        self._folders: dict[str, str] = {}
        self._protected = ProtectedPaths(spec)

    def claim(self, path: str) -> str | None:
        """Claim a path; return why it can't be had, or None if it can."""
        if fault := file_fault(path):
            return f"a file {path!r}, which {fault}"
        if fault := self._protected.fault(path):
            return f"{path}, {fault}"
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
