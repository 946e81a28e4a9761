"""The judge of the proof: nothing but the treatment may differ, to the byte."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gen_sweeps.compare.parsing import parse
from gen_sweeps.errors import GenSweepsError, ProofError
from gen_sweeps.proof.judge import undeclared_differences

if TYPE_CHECKING:
    from gen_sweeps.compare.difference import Difference

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
STRATEGY = '        strategy="identity",\n'
PARAMS = '        params={"n": 3},\n'


def judged(other: str, control: str = CONTROL) -> tuple[Difference, ...]:
    modules = parse("control.py", control.encode()), parse("other.py", other.encode())
    return undeclared_differences(*modules, "sdk.Config", ("strategy", "params"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("The control.", "Another\n\ntext."),
        ('"""The control."""', "'''The control'''"),
        ('"identity"', '"other"'),
        ('"identity"', "\n            build(1, [2])"),
        (STRATEGY, ""),
        (PARAMS, ""),
        (STRATEGY + PARAMS, ""),
        (STRATEGY + PARAMS, PARAMS + STRATEGY),
        ("        shared=1,\n" + STRATEGY, STRATEGY + "        shared=1,\n"),
        ('{"n": 3}', '{"n": 3, "m": [1]}'),
    ],
)
def test_the_docstring_and_the_varying_arguments_may_differ(old: str, new: str) -> None:
    assert judged(CONTROL.replace(old, new)) == ()


@pytest.mark.parametrize(
    ("control", "other"),
    [
        ("Config()\n", "Config(strategy=1)\n"),
        ("Config(shared=1)\n", "Config(shared=1, strategy=1)\n"),
        ("Config(shared=1)\n", "Config(strategy=1, shared=1)\n"),
        ("Config(shared=1, last=2)\n", "Config(shared=1, params=3, last=2)\n"),
        ("Config(strategy=1)\n", "Config(\n    strategy=2,\n)\n"),
    ],
)
def test_an_argument_that_varies_may_stand_anywhere_in_the_call(control: str, other: str) -> None:
    assert judged(other, control) == ()
    assert judged(control, other) == ()


@pytest.mark.parametrize(
    ("old", "new", "kind", "path", "line"),
    [
        ("rate = 1", "rate = 2", "code", "rate", 5),
        ("by hand", "by dice", "comment", "rate", 5),
        ("\nrate", "\n\nrate", "layout", "rate", 4),
        ("rate = 1", "rate  = 1", "layout", "rate", 5),
        ("rate = 1", "rate = 0x1", "layout", "rate", 5),
        ("rate = 1", "rate = (1)", "layout", "rate", 5),
        ("Other(2)", "Other(3)", "code", "streamers[0].Other(1st argument)", 7),
        ("shared=1", "shared=1.0", "code", "streamers[1].Config(shared)", 9),
        ("shared=1", "shared = 1", "layout", "streamers[1].Config(shared)", 9),
        ("        shared=1,\n", "", "code", "streamers[1].Config(shared)", None),
        ("shared=1,", "shared=1, fresh=2,", "code", "streamers[1].Config(fresh)", 9),
        (PARAMS, '        params={"n": 3},  # c\n', "comment", "streamers[1].Config(params)", 11),
        (PARAMS, "        # c\n" + PARAMS, "comment", "streamers[1].Config(params)", 11),
        ("import Config, Other", "import Other, Config", "code", "sdk import", 3),
        ("]\n", "]", "layout", "streamers", 13),
        ("]\n", "]\n\n", "layout", "file", 14),
    ],
)
def test_everything_else_is_a_difference_at_its_place(
    old: str, new: str, kind: str, path: str, line: int | None
) -> None:
    assert CONTROL.count(old) == 1
    found = judged(CONTROL.replace(old, new))[0]
    assert (found.kind, found.path) == (kind, path)
    assert (found.right and found.right.line) == line


@pytest.mark.parametrize("change", ["\r\n", "\ufeff"])
def test_bytes_that_no_diff_shows_are_differences(change: str) -> None:
    other = CONTROL.replace("\n", change) if change == "\r\n" else change + CONTROL
    assert judged(other) != ()


def test_an_empty_line_beside_an_argument_that_varies_is_a_difference() -> None:
    assert judged(CONTROL.replace(PARAMS, "\n" + PARAMS)) != ()


@pytest.mark.parametrize("text", ["shared=1 ,", "shared=1, ", "shared=1,\t"])
def test_stray_space_before_an_argument_that_varies_is_a_difference(text: str) -> None:
    assert judged(CONTROL.replace("shared=1,", text)) != ()


def test_a_changed_byte_anywhere_else_is_a_difference() -> None:
    hole = CONTROL.index(STRATEGY)
    free = [
        *range(len('"""The control."""') + 1),
        *range(hole, hole + len(STRATEGY + PARAMS) + 1),
    ]
    for at in set(range(len(CONTROL))) - set(free):
        for text in ("", " ", "\n", "#", ",", "(", "1", "x"):
            other = CONTROL[:at] + text + CONTROL[at + 1 :]
            try:
                found = judged(other)
            except GenSweepsError:
                continue
            assert bool(found) == (other != CONTROL), (at, text)


def test_a_trailing_comma_in_the_call_is_a_difference() -> None:
    assert judged("Config(shared=1,)\n", "Config(shared=1, strategy=2)\n") != ()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("    Config(", "    Another(", "has no treatment call: Config is not called"),
        ("rate = 1", "rate = Config()", "has 2 treatment calls (line 5, line 8)"),
        ("rate = 1", "rate = f'{Config()}'", "calls Config in an f-string"),
        ("    Config(", "    f'{Config()}', Another(", "calls Config in an f-string"),
        (
            "import Config,",
            "import Config as Renamed, Config,",
            "aliases Config",
        ),
        ("rate = 1", "Alias = Config", "aliases Config"),
        ("rate = 1", "rate = partial(Config, 1)", "aliases Config"),
        ("rate = 1", "rate = sdk.Config", "aliases Config"),
        ('"identity"', "(name := 1)", "assigns a variable"),
        ("rate = 1", "\frate = 1", "bytes that LibCST drops"),
    ],
)
def test_a_file_without_one_plain_treatment_is_refused(old: str, new: str, message: str) -> None:
    with pytest.raises(ProofError, match=r"other\.py") as raised:
        judged(CONTROL.replace(old, new))
    (problem,) = raised.value.problems
    assert message in problem.message
    assert problem.hint


def test_an_annotation_with_the_treatments_name_is_no_alias() -> None:
    annotated = CONTROL.replace("rate = 1", "def f(x: Config) -> Config: ...\n\n\nrate = 1")
    assert judged(annotated.replace("identity", "coma"), annotated) == ()
