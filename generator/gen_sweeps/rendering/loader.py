"""Loads templates from one folder and from nowhere else."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Never

from jinja2 import BaseLoader, Environment, TemplateNotFound

from gen_sweeps.errors import TemplateError
from gen_sweeps.rendering.filters import MARK
from gen_sweeps.rendering.outputs import is_named_like_template


class TemplateFolder(BaseLoader):
    """The templates of a spec.

    Attributes:
        loaded: The paths of the templates that were loaded.
    """

    def __init__(self, folder: Path) -> None:
        self.loaded: set[str] = set()
        self._folder = folder

    def names(self) -> list[str]:
        """Return what is named like a template that makes files, as paths below the folder.

        Other files may be included or imported, and make none.

        Raises:
            TemplateError: The folder can't be listed (what is in it must not be taken for
                removed), or something has the name of a template, but is no file.
        """
        found = []
        try:
            for folder, _, files in os.walk(self._folder, onerror=_raise):
                found += [Path(folder, name) for name in files if is_named_like_template(name)]
        except FileNotFoundError:
            hint = "`templates` in a spec is relative to the spec"
            raise TemplateError.at("no such folder", str(self._folder), hint=hint) from None
        except OSError as error:
            message = f"can't be read: {error.strerror}"
            raise TemplateError.at(message, str(self._folder)) from None
        for path in found:
            if not path.is_file():
                message = "is not a regular file: a link that leads nowhere, or a device"
                raise TemplateError.at(message, str(path))
        return sorted(path.relative_to(self._folder).as_posix() for path in found)

    def display(self, name: str) -> str:
        """Return the path of a template as the user would name it."""
        return str(self._folder / name)

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """Return the text of a template and its path; part of Jinja's protocol for loaders."""
        del environment
        if not self._contains(template):
            message = f"{template!r} is outside of the template folder"
            raise TemplateNotFound(template, message)
        path = self._folder / template
        if not path.exists():
            raise TemplateNotFound(template, f"no template {template!r} in the folder")
        if not path.is_file():  # a pipe would never end
            raise TemplateNotFound(template, f"{template!r} is not a regular file")
        source = path.read_bytes().decode("utf-8-sig")
        if MARK in source:
            raise TemplateError.at("has U+0000, which no generated file may have", str(path))
        self.loaded.add(str(path))
        return source, str(path), lambda: True

    def _contains(self, template: str) -> bool:
        name = PurePosixPath(template)
        if name.is_absolute() or ".." in name.parts or "\\" in template or "\0" in template:
            return False
        real = Path(os.path.realpath(self._folder / template))
        return real.is_relative_to(os.path.realpath(self._folder))


def _raise(error: OSError) -> Never:
    raise error
