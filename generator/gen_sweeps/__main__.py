"""The entry of the command, `gen-sweeps` and `python -m gen_sweeps`: prints, and exits."""

from __future__ import annotations

import gc
import io
import sys
from collections.abc import Sequence
from functools import partial

from gen_sweeps.cli.call import CommandCall
from gen_sweeps.cli.fast_path import plain_call
from gen_sweeps.commands.outcome import INTERRUPTED, Outcome
from gen_sweeps.console import terminal
from gen_sweeps.console.formats import failure
from gen_sweeps.errors import GenSweepsError

BUG = 101


def main() -> None:
    """Run the command line of this process, and exit."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Whatever the locale says: a diff is the bytes of files, and files are UTF-8.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run a command line, print what comes of it, and return the exit code."""
    try:
        call = _parsed(arguments)
        if call.watched is None:
            return _answer(call)
        from gen_sweeps.commands.watch import watch  # noqa: PLC0415 - few runs need it

        watch(call.watched, partial(_answer, call), terminal.note)
    except GenSweepsError as error:
        terminal.problems(error.problems)
        return error.exit_code
    except BrokenPipeError:  # the reader has closed the pipe, as `head` does
        terminal.give_up_output()
        return 1
    except KeyboardInterrupt:
        import signal  # noqa: PLC0415 - paid only then

        signal.signal(signal.SIGINT, signal.SIG_IGN)  # once is enough
        terminal.error("interrupted")
        return INTERRUPTED
    except Exception:  # noqa: BLE001 - the last resort: whatever gets here is a bug
        import traceback  # noqa: PLC0415 - paid only then

        terminal.traceback(traceback.format_exc())
        terminal.error("this is a bug in gen-sweeps")
        terminal.hint("report it, with the lines above and the spec")
        return BUG


def _parsed(arguments: Sequence[str]) -> CommandCall:
    """Return what the arguments ask for.

    Raises:
        GenSweepsError: They can't be understood.
    """
    if call := plain_call(arguments):
        # So short a process has nothing to collect, and looking for it takes a few per cent.
        gc.disable()
        return call
    from gen_sweeps.cli.app import parse  # noqa: PLC0415 - Typer is heavy

    return parse(arguments)


def _answer(call: CommandCall) -> int:
    """Run a command, and print what comes of it."""
    try:
        with terminal.progress_bar() as progress:
            outcome = call.run(progress)
    except GenSweepsError as error:
        code, problems = error.exit_code, error.problems
        outcome = Outcome(code, failure(call.output_format, call.command, code, problems), problems)
    for note in outcome.notes:
        terminal.note(note)
    parts = [outcome.result] if isinstance(outcome.result, str) else outcome.result
    for part in parts:
        terminal.result(part)
    terminal.problems(outcome.problems)
    terminal.warnings(outcome.warnings)
    return outcome.exit_code


if __name__ == "__main__":
    main()
