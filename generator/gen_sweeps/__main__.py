"""The entry of the command: `gen-sweeps` and `python -m gen_sweeps`."""

from __future__ import annotations

import gc
import io
import os
import sys

from gen_sweeps.cli.fast_path import plain_call
from gen_sweeps.errors import GenSweepsError


def main() -> None:
    """Run the command line; what goes wrong ends in a line and an exit code."""
    try:
        code = _run()
    except KeyboardInterrupt:
        import signal  # noqa: PLC0415 - paid only then

        signal.signal(signal.SIGINT, signal.SIG_IGN)  # once is enough
        _say("error: interrupted\n")
        code = 130
    except Exception:  # noqa: BLE001 - the last resort: whatever gets here is a bug
        import traceback  # noqa: PLC0415 - paid only then

        _say(f"{traceback.format_exc()}error: this is a bug in gen-sweeps\n")
        _say("hint: report it, with the lines above and the spec\n")
        code = 101
    sys.exit(code)


def _run() -> int:
    try:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                # Whatever the locale says: a diff is the bytes of files, and files are UTF-8.
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")
        return _answer(sys.argv[1:])
    except BrokenPipeError:
        _give_up_output()  # whoever read it has enough
        return 1
    except GenSweepsError as error:
        from gen_sweeps.console import terminal as console  # noqa: PLC0415 - it is loaded already

        _give_up_output()
        console.problems(error.problems)
        return error.exit_code


def _answer(arguments: list[str]) -> int:
    """Run the command on the shortest way that understands the arguments."""
    call = plain_call(arguments)
    if call is None:
        from gen_sweeps.cli.app import run  # noqa: PLC0415 - Typer is heavy

        return run(arguments)
    # A process as short as this one has nothing to collect, and looking for it takes a tenth of
    # the time; what runs on, like --watch, is not as plain as to get here.
    gc.disable()
    flags = call.flags
    if "check" in flags and not flags & {"diff", "no_cache"}:
        from gen_sweeps.output import known_good  # noqa: PLC0415 - who writes does not ask

        if (said := known_good.recall(call.spec)) is not None:
            sys.stdout.write("" if "quiet" in flags else said)
            return 0
    from pathlib import Path  # noqa: PLC0415 - the stages are heavy, and so is this

    from gen_sweeps.commands import job  # noqa: PLC0415 - likewise

    return job.run(
        job.Options(
            Path(call.spec),
            check="check" in flags,
            diff="diff" in flags,
            force="force" in flags,
            quiet="quiet" in flags,
            cache="no_cache" not in flags,
        )
    )


def _give_up_output() -> None:
    """Let nothing more go to stdout: Python's own attempt to flush it would fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(text: str) -> None:
    if sys.stderr is not None:  # a closed stream, as after `2>&-`
        sys.stderr.write(text)


if __name__ == "__main__":
    main()
