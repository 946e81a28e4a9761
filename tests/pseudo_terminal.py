"""Runs a command with a terminal as its stderr; not on Windows."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from conftest import Result


def run_on_terminal(command: list[str], folder: Path, **environment: str) -> Result:
    """Return what a command prints, and as `err` what the terminal got."""
    import pty  # noqa: PLC0415 - not on Windows

    main, other = pty.openpty()
    env = os.environ | {"TERM": "xterm", "COLUMNS": "80"} | environment
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=other, text=True, env=env
    ) as process:
        os.close(other)
        terminal = b""
        while True:
            try:
                piece = os.read(main, 4096)
            except OSError:  # that is how Linux says that nobody holds the other end
                break
            if not piece:
                break
            terminal += piece
        out, _ = process.communicate(timeout=60)
    os.close(main)
    return Result(process.returncode, out, terminal.decode())
