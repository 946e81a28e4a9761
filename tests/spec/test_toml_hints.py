"""What is said of values that TOML refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from gen_sweeps.errors import SpecError
from gen_sweeps.spec.loading import load


def _hint(folder: Path, text: str) -> str | None:
    (folder / "spec.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SpecError) as raised:
        load(folder / "spec.toml")
    (problem,) = raised.value.problems
    return problem.hint


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("None", 'write `{ python = "None" }`'),
        ("null", 'write `{ python = "None" }`'),
        ("True", "write `true`"),
        ("False  # off", "write `false`"),
        (".5", "write `0.5`"),
        ("-.5e-3", "write `-0.5e-3`"),
        ("5.", "write `5.0`"),
        ("(1, 2)", 'write `{ python = "(1, 2)" }`'),
        ("3 * 10**4", 'write `{ python = "3 * 10**4" }`'),
        ('dict(a="b")', "write `{ python = 'dict(a=\"b\")' }`"),
        ("adam", 'text stands in quotes, `"adam"`; for a name in Python, `{ python = "adam" }`'),
        ("[1, None]", 'write `{ python = "None" }`'),
        ("[[.5]]", "write `0.5`"),
        ("[(1, 2), 3]", 'write `{ python = "(1, 2)" }`'),
        ("{ a = True }", "write `true`"),
        ("{1, 2}", 'write `{ python = "{1, 2}" }`'),
        ("{'a': 1}", "a table has `=` in it, as in `{ key = 1 }`"),
        ('{ x = 1, "a" : 1 }', "a table has `=` in it, as in `{ key = 1 }`"),
        ("0.1,", "write no comma after a value"),
        ("""('a', "b")""", """write `{ python = '''('a', "b")''' }`"""),
        ("1\n<<<<<<< HEAD", "resolve the conflict that a merge left here"),
        ("1\n=======\nlr = 2", "resolve the conflict that a merge left here"),
        ("1 2", None),
        ("[1 2]", None),
        ('f"{x}"', None),
        ("lambda: 1", None),
        ("'a' 'b'", None),
        ("x" * 100, None),
    ],
)
def test_a_hint_says_what_to_write(tmp_path: Path, value: str, hint: str | None) -> None:
    assert _hint(tmp_path, f"[sweep]\nlr = {value}\n") == hint


def test_nothing_is_quoted_of_a_file_that_is_no_spec(tmp_path: Path) -> None:
    assert _hint(tmp_path, "TOKEN = s3cret\n") is None
