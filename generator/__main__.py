"""The entry of the command: `gen-sweeps` and `python -m generator`."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

from generator.quick import plain_call


def _run(arguments: list[str]) -> int:
    """Run the command on the shortest way that understands the arguments."""
    call = plain_call(arguments)
    if call is None:
        from generator.cli import run  # noqa: PLC0415 - Typer is heavy

        return run(arguments)
    from generator import job  # noqa: PLC0415 - the stages are

    flags = call.flags
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


def main() -> None:
    """Run the command line; what goes wrong ends in a line and an exit code."""
    try:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                # Whatever the locale says: a diff is the bytes of files, and files are UTF-8.
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")
        code = _run(sys.argv[1:])
        sys.stdout.flush()
    except KeyboardInterrupt:
        sys.stderr.write("error: interrupted\n")
        code = 130
    except BrokenPipeError:
        # Whoever read the output has enough; Python's own attempt to flush it would fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    except Exception:  # noqa: BLE001 - the last resort: whatever gets here is a bug
        import traceback  # noqa: PLC0415 - paid only then

        traceback.print_exc()
        sys.stderr.write("error: this is a bug in gen-sweeps\n")
        sys.stderr.write("hint: report it, with the lines above and the spec\n")
        code = 101
    sys.exit(code)


if __name__ == "__main__":
    main()
