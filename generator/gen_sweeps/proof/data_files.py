"""Checks files that are no Python: that JSON is JSON, and TOML is TOML."""

from __future__ import annotations

import json
import tomllib

from gen_sweeps.errors import TemplateError
from gen_sweeps.rendering.renderer import File
from gen_sweeps.spec.loading import decode_error


def check_data(file: File, shown: str) -> None:
    """Check that a file says what its ending promises.

    Args:
        file: A file that is no Python.
        shown: The file's path as the user would name it.

    Raises:
        TemplateError: It is not JSON, or not TOML.
    """
    if file.arm is None:
        return  # what all arms share is free
    hint = f"look into {file.template}; `| json` makes any value safe"
    if file.path.endswith(".json"):
        try:
            json.loads(file.source)
        except json.JSONDecodeError as error:
            message = f"is not JSON: {error.msg}"
            raise TemplateError.at(message, shown, error.lineno, error.colno, hint=hint) from None
        except (ValueError, RecursionError) as error:
            raise TemplateError.at(f"is not JSON: {error}", shown, hint=hint) from None
    elif file.path.endswith(".toml"):
        try:
            tomllib.loads(file.source)
        except tomllib.TOMLDecodeError as error:
            fault, line, column = decode_error(str(error), file.source)
            message = f"is not TOML: {fault}"
            raise TemplateError.at(message, shown, line, column, hint=hint) from None
        except (ValueError, RecursionError) as error:
            raise TemplateError.at(f"is not TOML: {error}", shown, hint=hint) from None
