"""How the package is built: what imports what, and that a name means one thing."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from conftest import PROJECT, World

LAYERS = ("cli", "commands", "console", "output", "proof", "rendering", "spec")
"""The folders in the order in which data flows, backwards: an import goes to the right."""

ENGINES = frozenset({"compare", "resolve", "adopt", "run", "results"})
"""Folders beside the layers; only `commands` imports them, and `proof` imports `compare`."""

FOUNDATIONS = frozenset({"characters", "errors", "progress"})
"""Modules that all may import."""

STARTERS = "starters"
"""Scripts for a user's own folder, no part of the package."""


@dataclass(frozen=True)
class Module:
    """One file of a package.

    Attributes:
        name: Its dotted name; a package's is that of its folder.
        tree: What is in it.
        is_package: Whether it is an `__init__.py`.
    """

    name: str
    tree: ast.Module
    is_package: bool

    @property
    def part(self) -> str:
        """The folder or module right below the package; "" for the package itself."""
        return _part(self.name)


@dataclass(frozen=True)
class Import:
    """A module that another one names, wherever in it.

    Attributes:
        importer: The module that imports.
        line: The 1-based line of the import.
        target: The dotted name of the module that is imported.
    """

    importer: Module
    line: int
    target: str

    @property
    def part(self) -> str:
        """The folder or module right below the package that is imported from."""
        return _part(self.target)

    def __str__(self) -> str:
        """Return what a reader needs to find it."""
        return f"{self.importer.name}:{self.line} imports {self.target}"


class Package:
    """The modules of a package, read without importing them."""

    def __init__(self, folder: Path) -> None:
        self.modules: dict[str, Module] = {}
        self._name = folder.name
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder.parent).with_suffix("").parts
            if parts[1] == STARTERS:
                continue
            is_package = parts[-1] == "__init__"
            name = ".".join(parts[:-1] if is_package else parts)
            tree = ast.parse(path.read_text(encoding="utf-8"))
            self.modules[name] = Module(name, tree, is_package)

    def imports(self) -> Iterator[Import]:
        """Yield the imports of the package's own modules, also those in functions."""
        for module in self.modules.values():
            for node in ast.walk(module.tree):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    for target in dict.fromkeys(self._targets(module, node)):
                        if target.split(".")[0] == self._name:
                            yield Import(module, node.lineno, target)

    def _targets(self, module: Module, node: ast.Import | ast.ImportFrom) -> Iterator[str]:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
            return
        base = node.module or ""
        if node.level:
            parts = module.name.split(".")
            above = parts[: len(parts) + module.is_package - node.level]
            base = ".".join([*above, *filter(None, [node.module])])
        for alias in node.names:
            inside = f"{base}.{alias.name}"
            yield inside if inside in self.modules else base


def _part(name: str) -> str:
    return f"{name}.".split(".")[1]


def upward(package: Package) -> list[str]:
    """Return the imports that go up the list of layers, or into an engine from a wrong place."""
    return [str(found) for found in package.imports() if not _is_allowed(found)]


def _is_allowed(found: Import) -> bool:
    importer, target = found.importer.part, found.part
    if importer in {"", "__main__", target}:
        return True
    if target in FOUNDATIONS:
        return importer != "errors"
    if target in ENGINES:
        is_judge = (importer, target) == ("proof", "compare")
        return importer == "commands" or importer in ENGINES or is_judge
    if importer in ENGINES:
        importer = "commands"  # they stand beside it
    both_are_layers = importer in LAYERS and target in LAYERS
    return both_are_layers and LAYERS.index(importer) < LAYERS.index(target)


def intrusions(package: Package) -> list[str]:
    """Return the imports from an engine's inside instead of its public names."""
    return [
        str(found)
        for found in package.imports()
        if found.part in ENGINES
        and found.importer.part != found.part
        and found.target.count(".") > 1
    ]


def circles(package: Package) -> list[str]:
    """Return circles of modules, until cutting one import of each leaves none."""
    graph: dict[str, set[str]] = {name: set() for name in package.modules}
    for found in package.imports():
        graph[found.importer.name].add(found.target)
        # Importing a module of another package runs that package first.
        above = found.target.rpartition(".")[0]
        while above and not f"{found.importer.name}.".startswith(f"{above}."):
            graph[found.importer.name].add(above)
            above = above.rpartition(".")[0]
    told = []
    while True:
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            circle: list[str] = error.args[1][::-1]
            told.append(" > ".join(circle))
            graph[circle[0]].discard(circle[1])
        else:
            return told


def named_like_a_function(package: Package) -> list[str]:
    """Return the modules that have a function of their own name; a command's module may."""
    return [
        name
        for name, module in package.modules.items()
        if module.part != "commands"
        and any(
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and node.name == name.rpartition(".")[2]
            for node in module.tree.body
        )
    ]


def namesakes(package: Package) -> list[str]:
    """Return the names that several classes have, with the modules that define them."""
    found: dict[str, list[str]] = {}
    for name, module in package.modules.items():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef):
                found.setdefault(node.name, []).append(name)
    return [f"{name}: {', '.join(found[name])}" for name in found if len(found[name]) > 1]


def made_up(folder: Path, files: Mapping[str, str]) -> Package:
    """Return a package of a few modules, each folder in it a package too."""
    for name, text in {"__init__.py": "", **files}.items():
        path = folder / "made_up" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        if path.parent.name != "made_up" and not (path.parent / "__init__.py").exists():
            (path.parent / "__init__.py").write_text("")
    return Package(folder / "made_up")


@pytest.fixture(scope="module")
def package() -> Package:
    """The project's own package."""
    return Package(PROJECT / "generator" / "gen_sweeps")


def test_imports_go_down_the_list(package: Package) -> None:
    assert upward(package) == []


def test_engines_are_imported_by_their_public_names(package: Package) -> None:
    assert intrusions(package) == []


def test_no_modules_import_each_other_in_a_circle(package: Package) -> None:
    assert circles(package) == []


def test_no_module_is_named_like_a_function_in_it(package: Package) -> None:
    assert named_like_a_function(package) == []


def test_no_two_classes_share_a_name(package: Package) -> None:
    assert namesakes(package) == []


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("spec/loading.py", "from made_up.rendering.renderer import render"),
        ("spec/loading.py", "def load():\n    from made_up.rendering import renderer"),
        ("spec/loading.py", "if TYPE_CHECKING:\n    import made_up.rendering.renderer"),
        ("spec/loading.py", "from ..rendering.renderer import render"),
        ("spec/loading.py", "from .. import rendering"),
        ("spec/loading.py", "import made_up"),
        ("errors.py", "from made_up.spec import model"),
        ("cli/app.py", "from made_up.compare import compare"),
        ("output/planning.py", "import made_up.resolve"),
        ("proof/proving.py", "import made_up.resolve"),
        ("compare/family.py", "from made_up.commands import init"),
        ("resolve/tracing.py", "import made_up.__main__"),
        ("leftovers.py", "from made_up.spec import model"),
    ],
)
def test_an_import_that_goes_up_is_found(tmp_path: Path, module: str, text: str) -> None:
    files = {"rendering/renderer.py": "", "errors.py": "", module: text}
    (found,) = upward(made_up(tmp_path, files))
    assert found.startswith(f"made_up.{module[:-3].replace('/', '.')}:")


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("__init__.py", "from made_up.output import writing"),
        ("__main__.py", "import made_up.cli.app, made_up.console, made_up.errors"),
        ("cli/app.py", "import made_up.commands, made_up.spec.model, made_up.errors"),
        ("commands/init.py", "import made_up.compare, made_up.resolve, made_up.console"),
        ("proof/proving.py", "import made_up.compare, made_up.rendering, json, made_upper"),
        ("compare/family.py", "import made_up.resolve, made_up.spec, made_up.progress"),
        ("spec/loading.py", "from . import model\nfrom .model import Spec"),
        ("starters/train.py", "import made_up.cli"),
    ],
)
def test_an_import_that_goes_down_is_none(tmp_path: Path, module: str, text: str) -> None:
    assert upward(made_up(tmp_path, {"spec/model.py": "", module: text})) == []


def test_an_import_from_the_inside_of_an_engine_is_found(tmp_path: Path) -> None:
    package = made_up(
        tmp_path,
        {
            "compare/__init__.py": "from made_up.compare.family import Family",
            "compare/family.py": "class Family: ...",
            "commands/compare.py": "from made_up.compare import Family",
            "proof/judging.py": "from made_up.compare.family import Family",
        },
    )
    assert intrusions(package) == ["made_up.proof.judging:1 imports made_up.compare.family"]


@pytest.mark.parametrize(
    "back",
    [
        "from made_up.spec import model",
        "from . import model",
        "def read():\n    from .model import Spec",
        "if TYPE_CHECKING:\n    from made_up.spec.model import Spec",
    ],
)
def test_a_circle_is_found(tmp_path: Path, back: str) -> None:
    files = {
        "spec/model.py": "import made_up.spec.names",
        "spec/names.py": "import made_up.spec.blocks",
        "spec/blocks.py": back,
    }
    (circle,) = circles(made_up(tmp_path, files))
    modules = circle.split(" > ")
    assert modules[0] == modules[-1]
    assert set(modules) == {"made_up.spec.model", "made_up.spec.names", "made_up.spec.blocks"}


def test_a_circle_through_what_a_package_re_exports_is_found(tmp_path: Path) -> None:
    files = {
        "spec/__init__.py": "from made_up.spec.model import Spec",
        "spec/model.py": "import made_up.errors",
        "spec/names.py": "",
        "errors.py": "import made_up.spec.names",
    }
    (circle,) = circles(made_up(tmp_path, files))
    assert set(circle.split(" > ")) == {"made_up.spec", "made_up.spec.model", "made_up.errors"}


def test_a_module_named_like_a_function_in_it_is_found(tmp_path: Path) -> None:
    files = {
        "spec/load.py": "def load(): ...",
        "proof/judge.py": "async def judge(): ...",
        "commands/init.py": "def init(): ...",
        "output/folder.py": "class OutputFolder:\n    def folder(self): ...",
        "rendering/render.py": "from made_up.rendering.renderer import render",
        "rendering/renderer.py": "def render(): ...",
    }
    found = named_like_a_function(made_up(tmp_path, files))
    assert found == ["made_up.proof.judge", "made_up.spec.load"]


def test_two_classes_of_a_name_are_found(tmp_path: Path) -> None:
    files = {
        "spec/model.py": "class Text: ...",
        "resolve/recorder/nodes.py": "def make():\n    class Text: ...",
        "rendering/escaping.py": "from made_up.spec.model import Text",
    }
    found = namesakes(made_up(tmp_path, files))
    assert found == ["Text: made_up.resolve.recorder.nodes, made_up.spec.model"]


def test_nothing_imports_the_package_a_second_time_by_its_folder() -> None:
    assert not (PROJECT / "generator" / "__init__.py").exists()
    for folder in ("generator", "tests", "benchmarks"):
        for path in sorted((PROJECT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom) and not node.level:
                    names = [node.module or ""]
                assert not any(f"{name}.".startswith("generator.") for name in names), path


@pytest.mark.parametrize("taken", ["generator.py", "generator/__init__.py"])
def test_a_repositorys_own_generator_does_not_break_the_command(empty: World, taken: str) -> None:
    path = empty.path(taken)
    path.parent.mkdir(exist_ok=True)
    path.write_text("raise SystemExit('this is the generator of a GAN')\n")
    assert empty.run("init", "sweep").exit_code == 0
    by_module = empty.run("sweep/spec.toml", "--check")
    script = Path(sys.executable).with_name("gen-sweeps")
    by_script = subprocess.run(
        [script, "sweep/spec.toml", "--check"], cwd=empty.folder, capture_output=True, check=False
    )
    assert (by_module.exit_code, by_module.err) == (0, "")
    assert (by_script.returncode, by_script.stderr) == (0, b"")
