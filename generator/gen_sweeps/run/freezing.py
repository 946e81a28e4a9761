"""What each arm runs: the command, the frozen bytes, and the digest that names its folder."""

from __future__ import annotations

import glob
import json
import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from gen_sweeps.errors import FileError, SpecError
from gen_sweeps.output.manifest import Owner, UnreadableManifestError, recorded
from gen_sweeps.rendering.outputs import MANIFEST
from gen_sweeps.run.records import RUNS, RunFolder, sweep_folder
from gen_sweeps.spec.digests import digest
from gen_sweeps.spec.findings import Finding
from gen_sweeps.spec.loading import located
from gen_sweeps.spec.model import Arm, RunSettings, Spec
from gen_sweeps.spec.names import identifier_fault
from gen_sweeps.spec.patterns import parse_pattern
from gen_sweeps.spec.running import PLACEHOLDERS

MAX_BYTES = 100_000_000
"""What `run.freeze` may name, in bytes."""

MAX_FILES = 10_000
"""How many files that may be."""

_GLOB = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class GeneratedFiles:
    """The generated files of a spec, by their paths in the output folder.

    Attributes:
        digests: The sha256 of each, in hexadecimal.
        owners: Whose each is; one that is not in it is shared by all arms.
    """

    digests: Mapping[str, str]
    owners: Mapping[str, Owner]


@dataclass(frozen=True, slots=True)
class ArmRun:
    """What is to be run of an arm.

    Attributes:
        arm: The arm.
        argv: Its command; `{run_dir}` and `{frozen}` are left in it.
        env: The environment variables that the spec sets, likewise.
        workdir: "frozen" or "project".
        files: The sha256 of each file to freeze, by its path from the spec's folder.
        digest: The digest of all that.
        folder: Its folder, which need not be there.
    """

    arm: Arm
    argv: tuple[str, ...]
    env: Mapping[str, str]
    workdir: str
    files: Mapping[str, str]
    digest: str
    folder: RunFolder


@dataclass(frozen=True, slots=True)
class FrozenLayout:
    """Where frozen files stand below `files/`, which has the folder that all of them are in.

    Attributes:
        cwd: The folder that stands for the spec's.
        imports: The folders that come first where Python looks for modules.
        modules: The modules that have to be imported from there.
    """

    cwd: PurePosixPath
    imports: tuple[str, ...]
    modules: tuple[str, ...]

    @classmethod
    def of(cls, spec: Spec, paths: Iterable[str]) -> FrozenLayout:
        """Return the layout of files, named by their paths from the spec's folder."""
        paths = [*paths]
        above = max((PurePosixPath(path).parts.count("..") for path in paths), default=0)
        real = Path(os.path.abspath(spec.path.parent))  # noqa: PTH100 - links stay
        cwd = PurePosixPath(*(real.parts[len(real.parts) - above :] if above else ()))
        layout = cls(cwd, (), ())
        sources = [layout.place(path) for path in paths if path.endswith(".py")]
        packages = {source.parent for source in sources if source.name == "__init__.py"}
        roots = {cwd: None}
        modules = dict.fromkeys([spec.package.split(".")[0]] if spec.package else [])
        if spec.run is None or spec.run.workdir == "frozen":
            for source in sorted(sources):
                top = source.parent
                while top in packages and top != cwd:
                    top = top.parent
                if source.parent in packages or top.name == "src":
                    roots[top] = None
                if top in roots and source != top / "__init__.py":
                    name = source.relative_to(top).parts[0].removesuffix(".py")
                    is_package = source.parent != top
                    if not is_package or top / name in packages:
                        modules[name] = None
        names = tuple(name for name in modules if not identifier_fault(name))
        return cls(cwd, tuple(map(str, roots)), names)

    def place(self, path: str) -> PurePosixPath:
        """Return the path below `files/` of a path from the spec's folder."""
        return PurePosixPath(os.path.normpath(self.cwd / path))


@dataclass(frozen=True, slots=True)
class FrozenSource:
    """A file that is frozen beside the generated ones: its bytes, and whether it is a program."""

    content: bytes
    is_executable: bool


def frozen_sources(spec: Spec, generated: GeneratedFiles) -> Mapping[str, FrozenSource]:
    """Return what `run.freeze` names, by its path from the spec's folder.

    Patterns pass over runs, and over the generated files of arms: those are frozen anyway, or are
    other arms'.

    Raises:
        SpecError: One matches nothing, something that may not be frozen, or too much.
    """
    reader = _SourceReader(spec, generated)
    for index, pattern in enumerate(spec.run.freeze if spec.run else ()):
        try:
            reader.add(pattern)
        except _NotFrozenError as refused:
            where = ("run", "freeze", index)
            finding = Finding(where, refused.message, refused.hint, at_value=True)
            raise SpecError(*located(spec, [finding])) from None
    return reader.files


class _NotFrozenError(Exception):
    """Something can't be frozen: why, and what to do about it."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class _SourceReader:
    """Reads what patterns name."""

    def __init__(self, spec: Spec, generated: GeneratedFiles) -> None:
        self.files: dict[str, FrozenSource] = {}
        self._folder = spec.path.parent
        self._left = MAX_BYTES
        own = (f"{spec.output}/{path}" for path in (*generated.owners, MANIFEST))
        self._own = set(map(os.path.normpath, own))
        real = Path(os.path.realpath(self._folder))
        above = (folder for folder in (real, *real.parents) if (folder / ".git").exists())
        self._root = next(above, real)

    def add(self, pattern: str) -> None:
        """Read what a pattern names.

        Raises:
            _NotFrozenError: It names nothing, or something that may not be frozen.
        """
        found = [*(self._matching if _GLOB.intersection(pattern) else self._named)(pattern)]
        if not found:
            hint = "patterns are relative to the spec; `**` stands for any folders"
            raise _NotFrozenError(f"no file matches {pattern!r}", hint)
        for path in found:
            if path not in self.files:
                self.files[path] = self._read(path)

    def _named(self, path: str) -> Iterator[str]:
        place = self._folder / path
        if place.is_dir():
            raise _NotFrozenError(f"{path} is a folder", f"write `{path.rstrip('/')}/**/*.py`")
        if os.path.lexists(place):
            yield os.path.normpath(path)

    def _matching(self, pattern: str) -> Iterator[str]:
        for match in sorted(glob.iglob(pattern, root_dir=self._folder, recursive=True)):  # noqa: PTH207 - hidden files are passed over
            path = os.path.normpath(match)
            is_passed_over = path.startswith(f"{RUNS}/") or "__pycache__" in path
            if not is_passed_over and path not in self._own and not (self._folder / path).is_dir():
                yield path

    def _read(self, path: str) -> FrozenSource:
        place = self._folder / path
        for real in map(Path, map(os.path.realpath, (place, place.parent))):
            if not real.is_relative_to(self._root):
                raise _NotFrozenError(f"{path} leads outside of {self._root}")
            if ".git" in real.relative_to(self._root).parts:
                raise _NotFrozenError(f"{path} is git's own")
        try:
            status = place.stat()
            if not stat.S_ISREG(status.st_mode):
                raise _NotFrozenError(f"{path} is no regular file")
            self._left -= status.st_size
            if self._left < 0:
                message = f"{path} makes what is frozen larger than {MAX_BYTES // 10**6} MB"
                hint = "freeze code; let the command name data by an absolute path"
                raise _NotFrozenError(message, hint)
            if len(self.files) == MAX_FILES:
                raise _NotFrozenError(
                    f"matches more than {MAX_FILES} files", "freeze what is needed"
                )
            return FrozenSource(place.read_bytes(), bool(status.st_mode & stat.S_IXUSR))
        except OSError as error:
            raise _NotFrozenError(f"{path} can't be read: {error.strerror}") from None


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What is to be run of some arms.

    Attributes:
        runs: It, for each arm that has files.
        sources: What is frozen beside the generated files, by its path from the spec's folder.
        ungenerated: The arms that have no files yet.
    """

    runs: tuple[ArmRun, ...]
    sources: Mapping[str, FrozenSource]
    ungenerated: tuple[Arm, ...]


def plan_runs(spec: Spec, settings: RunSettings, arms: Sequence[Arm]) -> RunPlan:
    """Return what is to be run of arms, by what the manifest says of the generated files.

    Nothing is frozen, and nothing is rendered.

    Args:
        spec: The spec, whole.
        settings: Its `[run]`.
        arms: The arms.

    Raises:
        FileError: There is no manifest, or it can't be read.
        SpecError: What is to be frozen can't be, or the command names a file that is not there.
    """
    generated = _generated(spec)
    sources = frozen_sources(spec, generated)
    planner = _Planner(spec, settings, generated, sources)
    runs = [planner.run(arm) for arm in arms]
    missing = (arm for arm, run in zip(arms, runs, strict=True) if run is None)
    return RunPlan(tuple(filter(None, runs)), sources, tuple(missing))


def _generated(spec: Spec) -> GeneratedFiles:
    path = spec.output_folder / MANIFEST
    hint = f"run `gen-sweeps {spec.path}`"
    try:
        return GeneratedFiles(*recorded(path.read_bytes(), spec))
    except FileNotFoundError:
        raise FileError.at("is missing: nothing is generated yet", str(path), hint=hint) from None
    except OSError as error:
        raise FileError.at(f"can't be read: {error.strerror}", str(path)) from None
    except UnreadableManifestError as error:
        raise FileError.at(str(error), str(path), hint=hint) from None


class _Planner:
    """Puts together what is run of arms; what they share is looked at once."""

    def __init__(
        self,
        spec: Spec,
        settings: RunSettings,
        generated: GeneratedFiles,
        sources: Mapping[str, FrozenSource],
    ) -> None:
        self._spec = spec
        self._settings = settings
        self._home = sweep_folder(spec.path, spec.name)
        self._shared = {path: digest(source.content) for path, source in sources.items()}
        self._of_arms: dict[str, dict[str, str]] = {}
        self._of_levels: list[tuple[Mapping[str, str], str, str]] = []
        output = spec.output.as_posix()
        for path, content in generated.digests.items():
            place = os.path.normpath(f"{output}/{path}")
            owner = generated.owners.get(path)
            if isinstance(owner, str):
                self._of_arms.setdefault(owner, {})[place] = content
            elif owner:
                self._of_levels.append((owner, place, content))
            elif path.endswith(".py") or place in self._shared:
                # Of others, such as a script that starts every arm, no arm has to know.
                self._shared[place] = content
        names = frozenset((*PLACEHOLDERS, *spec.axis_names))
        self._words = [(word, parse_pattern(word, names, varies=True)) for word in settings.command]
        self._env = {
            name: (value, parse_pattern(value, names, varies=True))
            for name, value in settings.env.items()
        }
        self._cwd: PurePosixPath | None = None

    def run(self, arm: Arm) -> ArmRun | None:
        """Return what is run of an arm; None if it has no file of its own."""
        own = self._of_arms.get(arm.name, {})
        levels = {
            place: content
            for owner, place, content in self._of_levels
            if owner.items() <= arm.levels.items()
        }
        if not own and not levels:
            return None
        files = {**self._shared, **levels, **own}
        values = _Values(self, arm, own, files)
        argv = tuple(pattern.fill(values) if pattern else word for word, pattern in self._words)
        env = {
            name: pattern.fill(values) if pattern else value
            for name, (value, pattern) in self._env.items()
        }
        workdir = self._settings.workdir
        what = {"argv": argv, "env": env, "workdir": workdir, "files": files}
        text = json.dumps(what, sort_keys=True, separators=(",", ":"))
        name = digest(text.encode())[:16]
        folder = RunFolder(self._home / arm.name / name)
        return ArmRun(arm, argv, env, workdir, files, name, folder)

    def file(self, own: Mapping[str, str], arm: Arm) -> str:
        """Return the path, from the spec's folder, of an arm's own file."""
        for candidates in ([path for path in own if path.endswith(".py")], list(own)):
            if len(candidates) == 1:
                return candidates[0]
        what = f"{len(own)} files are its own" if own else "none is its own"
        message = f"names the file of an arm, but of {arm.name} {what}"
        hint = f"name one by its pattern, as in `{self._spec.output}/{{arm}}.py`"
        finding = Finding(("run", "command"), message, hint)
        raise SpecError(*located(self._spec, [finding]))

    def module(self, path: str) -> str:
        """Return the dotted name of a file for imports."""
        inside = PurePosixPath(os.path.relpath(path, self._spec.output)).with_suffix("")
        package = self._spec.package or ".".join(self._spec.output.parts)
        return ".".join([*filter(None, [package]), *inside.parts])

    def argument(self, path: str, files: Iterable[str]) -> str:
        """Return a file's path as a command is given it."""
        if self._settings.workdir == "frozen":
            return path
        self._cwd = self._cwd or FrozenLayout.of(self._spec, files).cwd
        return f"{{frozen}}/{os.path.normpath(self._cwd / path)}"


class _Values(Mapping[str, str]):
    """What the names in braces stand for in an arm."""

    def __init__(
        self, planner: _Planner, arm: Arm, own: Mapping[str, str], files: Mapping[str, str]
    ) -> None:
        self._planner = planner
        self._arm = arm
        self._own = own
        self._files = files

    def __getitem__(self, name: str) -> str:
        """Return what a name stands for; what depends on the folder is left in braces."""
        match name:
            case "file":
                path = self._planner.file(self._own, self._arm)
                return self._planner.argument(path, self._files)
            case "module":
                return self._planner.module(self._planner.file(self._own, self._arm))
            case "arm":
                return self._arm.name
            case "run_dir" | "frozen":
                return f"{{{name}}}"
            case _:
                return self._arm.levels[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter((*PLACEHOLDERS, *self._arm.levels))

    def __len__(self) -> int:
        """Return how many names there are."""
        return len(PLACEHOLDERS) + len(self._arm.levels)
