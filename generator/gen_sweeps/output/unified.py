"""Two files as one unified diff, byte for byte: what `git apply` and `patch` take."""

from __future__ import annotations

from difflib import unified_diff


def unified(old_name: str, new_name: str, old: bytes, new: bytes) -> str:
    """Return the diff of two files' contents; empty if they are the same bytes."""
    lines = unified_diff(_lines(old), _lines(new), old_name, new_name)
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _lines(data: bytes) -> list[str]:
    """Return lines as a patch has them: they end with LF and with nothing else."""
    lines = data.decode(errors="backslashreplace").split("\n")
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
