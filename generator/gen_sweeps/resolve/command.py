"""`gen-sweeps resolve FILE`, from its options to what it prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from gen_sweeps.resolve.document import as_json
from gen_sweeps.resolve.result import ResolveError
from gen_sweeps.resolve.run import resolve
from gen_sweeps.resolve.text import as_text

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class ResolveOptions:
    """What the command line says.

    Attributes:
        path: The file.
        root: The folder under which files are real; None to look for it.
        imports: Installed packages that are real.
        calls: Functions to call instead of `get_config` and `get_search_space`.
        env: `NAME=VALUE` for the environment that the file sees.
        timeout: Seconds.
        provenance: Whether to say where each value came from.
        output_format: For a person or a program.
    """

    path: Path
    root: Path | None = None
    imports: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    timeout: float = 30.0
    provenance: bool = False
    output_format: Literal["text", "json"] = "text"


@dataclass(frozen=True, slots=True)
class ResolveOutput:
    """What the command gives.

    Attributes:
        exit_code: 0.
        stdout: The tree.
        stderr: A line for each thing that was assumed, and none for a program, which finds them in
            the JSON.
    """

    exit_code: int
    stdout: str
    stderr: str


def run_resolve(options: ResolveOptions) -> ResolveOutput:
    """Run a file and return what it builds, ready to be printed.

    What the file itself prints goes to standard error.

    Raises:
        ResolveError: The options are wrong, or the file can't be resolved.
    """
    resolved = resolve(
        options.path,
        root=options.root,
        imports=options.imports,
        calls=options.calls,
        env=dict(map(_variable, options.env)),
        timeout=options.timeout,
        provenance=options.provenance,
    )
    if options.output_format == "json":
        return ResolveOutput(0, as_json(resolved), "")
    text = as_text(resolved)
    if not text:
        raise ResolveError.at(
            "builds nothing: no class, value or function to call",
            str(options.path),
            hint="name a function that takes no arguments with `--call NAME`",
        )
    notes = (
        f"note: {note.origin}: {note.message}\n" if note.origin else f"note: {note.message}\n"
        for note in resolved.notes
    )
    return ResolveOutput(0, text, "".join(notes))


def _variable(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals or "\0" in text:
        raise ResolveError.at(f"`{text}` sets no variable", hint="write `--env NAME=VALUE`")
    return name, value
