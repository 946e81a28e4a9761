"""mmengine's `_base_`: files that a configuration is merged into, as its documentation says."""

from __future__ import annotations

from importlib.util import module_from_spec
from pathlib import Path
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, cast

from .mappings import AttributeDict, attributed
from .modules import RecordedModule

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from importlib.machinery import ModuleSpec

    from .session import Session

    SpecOf = Callable[[str, str, list[str] | None], ModuleSpec]


class Bases(AttributeDict):
    """What the files of a `_base_` hold together; what a missing one may hold is recorded."""

    missing: tuple[str, ...]
    session: Session

    def __getattr__(self, name: str) -> object:
        """Return a value, or a stand-in if a file is missing."""
        if name not in self and self.missing and not name.startswith("__"):
            return self.session.name(f"_base_.{name}")
        return super().__getattr__(name)


def followed(session: Session, spec_of: SpecOf, value: object, path: str) -> object:
    """Return what the files hold that `_base_` names, relative to the file that names them."""
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return value
    held, missing = Bases(), list[str]()
    for name in cast("list[str]", names):
        file = (Path(path).parent / name).resolve()
        spec = spec_of(file.stem, str(file), None) if _is_python(file, path) else None
        module = module_from_spec(spec) if spec is not None else None
        if spec is None or module is None or isinstance(module, RecordedModule):
            missing.append(name)
            continue
        cast("object", spec.loader).exec_module(module)  # type: ignore[attr-defined] # the finder gave it one
        held.update(cast("AttributeDict", attributed(_configured(vars(module)))))
    if missing:
        session.note(f"`_base_` is not followed to {', '.join(missing)}", session.sources.here())
    object.__setattr__(held, "missing", tuple(missing))
    object.__setattr__(held, "session", session)
    return held


def merge(names: dict[str, object]) -> None:
    """Merge a module's values into those of the files that its `_base_` named."""
    base = names.get("_base_")
    if not isinstance(base, Bases):
        return
    merged = _merged(base, cast("Mapping[object, object]", _configured(names)))
    if base.missing:
        names["_base_"] = list(base.missing)
    else:
        del names["_base_"]
    names.update(cast("dict[str, object]", merged))


def _is_python(file: Path, path: str) -> bool:
    return file.suffix == ".py" and file.is_file() and str(file) != path


def _configured(names: dict[str, object]) -> dict[str, object]:
    kinds = (ModuleType, FunctionType, type)
    return {
        name: value
        for name, value in names.items()
        if not name.startswith("_") and not isinstance(value, kinds)
    }


def _merged(base: Mapping[object, object], own: Mapping[object, object]) -> dict[object, object]:
    merged = dict(base)
    for key, value in own.items():
        under = merged.get(key)
        if isinstance(value, dict) and value.get("_delete_"):
            merged[key] = {name: item for name, item in value.items() if name != "_delete_"}
        elif isinstance(value, dict) and isinstance(under, dict) and value is not under:
            merged[key] = _merged(under, value)
        else:
            merged[key] = value
    return merged
