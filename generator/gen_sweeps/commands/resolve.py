"""`gen-sweeps resolve`: the configuration that a Python file builds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gen_sweeps.commands.outcome import Outcome
from gen_sweeps.progress import Progress, silent
from gen_sweeps.resolve import ResolveError, as_json, as_text
from gen_sweeps.resolve import resolve as resolve_file


@dataclass(frozen=True, slots=True)
class ResolveOptions:
    """What to resolve, and how.

    Attributes:
        path: The file.
        root: The folder under which files are real; None to look for it.
        imports: Installed packages that are real.
        stubs: Modules under the root that are stand-ins.
        calls: Functions to call instead of `get_config` and `get_search_space`.
        env: `NAME=VALUE` for the environment that the file sees.
        timeout: Seconds.
        provenance: Whether to say where each value came from.
        history: Whether to show values that were set again later.
        output_format: "text" or "json".
    """

    path: Path
    root: Path | None = None
    imports: tuple[str, ...] = ()
    stubs: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    timeout: float = 30.0
    provenance: bool = False
    history: bool = False
    output_format: str = "text"


def resolve(options: ResolveOptions, progress: Progress = silent) -> Outcome:
    """Run a file and return what it builds.

    What the file itself prints goes to standard error.

    Raises:
        ResolveError: The options are wrong, or the file can't be resolved.
    """
    del progress  # nobody knows how far somebody else's code is
    resolved = resolve_file(
        options.path,
        root=options.root,
        imports=options.imports,
        stubs=options.stubs,
        calls=options.calls,
        env=dict(map(_variable, options.env)),
        timeout=options.timeout,
        provenance=options.provenance,
        history=options.history,
    )
    if options.output_format == "json":  # it has the notes in it
        return Outcome(result=as_json(resolved))
    text = as_text(resolved)
    if not text:
        offers = [note.message for note in resolved.notes if "`--call" in note.message]
        raise ResolveError.at(
            "builds nothing: no class, value or function to call",
            str(options.path),
            hint="; ".join(offers) or "name a function with `--call NAME`",
        )
    notes = [
        f"{note.origin}: {note.message}" if note.origin else note.message for note in resolved.notes
    ]
    return Outcome(result=text, notes=notes)


def _variable(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals or "\0" in text:
        raise ResolveError.at(f"`{text}` sets no variable", hint="write `--env NAME=VALUE`")
    return name, value
