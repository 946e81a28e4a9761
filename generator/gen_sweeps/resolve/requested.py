"""What `--call` asks for."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gen_sweeps.resolve.result import ResolveError

if TYPE_CHECKING:
    from gen_sweeps.resolve.recorder.forms import Json


_HINT = "write `--call NAME`, `--call Class.method` or `--call \"NAME('small')\"`"


def parsed_call(text: str) -> list[Json]:
    """Return name, arguments and keyword arguments of `name` or `name(literal, key=literal)`.

    Raises:
        ResolveError: It is neither, or an argument is no number, text, boolean, None, list or dict.
    """
    try:
        node = ast.parse(text.strip(), mode="eval").body
        args: list[Json] = []
        kwargs: dict[str, Json] = {}
        if isinstance(node, ast.Call):
            args = [_literal(arg) for arg in node.args]
            kwargs = {str(k.arg): _literal(k.value) for k in node.keywords if k.arg is not None}
            node = node.func
        name = ast.unparse(node)
        is_name = all(part.isidentifier() for part in name.split("."))
    except (SyntaxError, ValueError, TypeError) as error:
        raise ResolveError.at(
            f"`{text}` is no function to call",
            hint=_HINT,
        ) from error
    if not is_name:
        raise ResolveError.at(f"`{text}` is no function to call", hint=_HINT)
    return [name, list(args), dict(kwargs)]


def _literal(node: ast.expr) -> Json:
    return _json(ast.literal_eval(node))


def _json(value: object) -> Json:
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, list):
        return [_json(item) for item in value]
    if isinstance(value, dict):
        return {_key(key): _json(item) for key, item in value.items()}
    raise TypeError(value)


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError(key)
    return key
