"""The comparison that explains leaks: all that differs outside of the docstring, to the byte."""

from __future__ import annotations

import pytest

from gen_sweeps.errors import GenSweepsError
from gen_sweeps.proof.judge import Leak, keeps_bytes, leaks

CONTROL = '''"""The control."""

from sdk import Config, Other

rate = 1  # chosen by hand
streamers = [
    Other(2),
    Config(
        shared=1,
        strategy="identity",
        params={"n": 3},
    ),
]
'''
PARAMS = '        params={"n": 3},\n'


def found_in(other: str, control: str = CONTROL) -> list[Leak]:
    return leaks(control, other, "other.py")


@pytest.mark.parametrize(
    ("old", "new", "kind", "path", "line"),
    [
        ("rate = 1", "rate = 2", "code", "rate", 5),
        ("by hand", "by dice", "comment", "rate (comment)", 5),
        ("\nrate", "\n\nrate", "layout", "rate", 5),
        ("rate = 1", "rate  = 1", "layout", "rate", 5),
        ("rate = 1", "rate = 0x1", "layout", "rate", 5),
        ("rate = 1", "rate = (1)", "layout", "rate", 5),
        ("Other(2)", "Other(3)", "code", "streamers[0][0]", 7),
        ("shared=1", "shared=1.0", "code", "streamers[1].shared", 9),
        ("shared=1", "shared = 1", "layout", "streamers[1].shared", 9),
        ("        shared=1,\n", "", "code", "streamers[1].shared", None),
        ("shared=1,", "shared=1, fresh=2,", "code", "streamers[1].fresh", 9),
        ('"identity"', '"other"', "code", "streamers[1].strategy", 10),
        (PARAMS, '        params={"n": 3},  # c\n', "comment", "streamers[1].params (comment)", 11),
        (PARAMS, "        # c\n" + PARAMS, "comment", "streamers[1].params (comment)", 11),
        ("import Config, Other", "import Other, Config", "code", "(from sdk) (order)", 3),
        ("]\n", "]", "layout", "file", 13),
        ("]\n", "]\n\n", "layout", "file", 14),
    ],
)
def test_everything_is_a_difference_at_its_place(
    old: str, new: str, kind: str, path: str, line: int | None
) -> None:
    assert CONTROL.count(old) == 1
    found = found_in(CONTROL.replace(old, new))[0]
    assert (found.kind, found.path) == (kind, path)
    assert found.lines[1] == line


@pytest.mark.parametrize("new", ["Another\n\ntext.", "A"])
def test_the_docstring_is_left_out(new: str) -> None:
    other = CONTROL.replace("The control.", new).replace("rate = 1", "rate = 2")
    assert [leak.path for leak in found_in(other)] == ["rate"]


@pytest.mark.parametrize("change", ["\r\n", "\ufeff"])
def test_bytes_that_no_diff_shows_are_differences(change: str) -> None:
    other = CONTROL.replace("\n", change) if change == "\r\n" else change + CONTROL
    assert found_in(other)


def test_a_changed_byte_anywhere_is_a_difference() -> None:
    for at in range(len('"""The control."""'), len(CONTROL)):
        for text in ("", " ", "\n", "#", ",", "(", "1", "x"):
            other = CONTROL[:at] + text + CONTROL[at + 1 :]
            if other == CONTROL:
                continue
            try:
                found = found_in(other)
            except GenSweepsError:
                continue
            assert found, (at, text)


def test_libcst_says_whether_it_keeps_every_byte() -> None:
    assert keeps_bytes(CONTROL, "control.py")
    with pytest.raises(GenSweepsError, match="LibCST can't read it"):
        keeps_bytes("x = (\n", "other.py")
