"""The two ways to see the proof agree: by construction, and by reading every file whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from conftest import MINIMAL_BASE, MINIMAL_SPEC, MINIMAL_TEMPLATE, World
from hypothesis import example, given
from hypothesis import strategies as st

from gen_sweeps.errors import GenSweepsError
from gen_sweeps.proof.proving import prove
from gen_sweeps.rendering.renderer import File, Rendering, render
from gen_sweeps.rendering.skeleton import Page, Skeleton
from gen_sweeps.spec.loading import load

CONTROL = "run_plain.py"


@pytest.fixture(scope="module")
def rendering(tmp_path_factory: pytest.TempPathFactory) -> Rendering:
    """The small experiment, rendered."""
    folder: Path = tmp_path_factory.mktemp("agree")
    (folder / "templates").mkdir()
    (folder / "spec.toml").write_text(MINIMAL_SPEC)
    (folder / "templates/_base.py.jinja").write_text(MINIMAL_BASE)
    (folder / "templates/run_{strategy}.py.jinja").write_text(MINIMAL_TEMPLATE)
    return render(load(folder / "spec.toml"))


def edited(file: File, start: int, end: int, text: str) -> File:
    """Return the file with a part outside of the treatment replaced, as its arm's name would do."""
    first, last = file.treatments[0]
    before, after = file.source[:first], file.source[last:]
    if end <= first:
        before = before[:start] + text + before[end:]
    else:
        after = after[: start - last] + text + after[end - last :]
    skeleton = Skeleton((before, after), file.page.skeleton.holes[-1:], ())
    return replace(file, page=Page(skeleton, file.page.fillings[-1:]), asks_identity=True)


def is_proven(rendering: Rendering, file: File) -> bool:
    """Say whether a file is proven; reading it whole must not refuse what is."""
    files = {CONTROL: rendering[CONTROL], file.path: file}
    try:
        prove(replace(rendering, files=files), paranoid=True)
    except GenSweepsError:
        return False
    return True


SNIPPETS = (
    *(" ", "\n", "\n\n", "\t", "#", "# x", ",", "()", "0", ".0", "'", '"', '"""', "\\", "\\\n"),
    *(";", ":", "[", "]", "(", ")", "not ", "Block()", "Block", "x = 1\n", "yield", "*", "=", "é"),
    *("\r", "\x00", "\x0c", "\ufeff", "f'{Block()}'", "import os\n", "pass\n", "if 1:\n    ", "-"),
)


@given(st.integers(0, 400), st.integers(0, 3), st.sampled_from(("", *SNIPPETS)))
@example(0, 0, " ")
def test_both_proofs_agree_on_files_that_are_edited_anywhere(
    rendering: Rendering, place: int, length: int, text: str
) -> None:
    shaped = rendering["run_shaped.py"]
    first, last = shaped.treatments[0]
    outside = len(shaped.source) - (last - first)
    start = place % (outside + 1)
    start += (last - first) if start > first else 0
    end = min(start + length, first if start <= first else len(shaped.source))
    file = edited(shaped, start, end, text)

    proven = is_proven(rendering, file)

    if start > shaped.source.index('"""', 3) + len('"""'):
        assert proven == (file.source == shaped.source)
    elif proven:
        code = shaped.source[shaped.source.index('"""', 3) + len('"""') :]
        assert file.source.endswith(code)


def test_every_file_can_be_read_whole_as_well(world: World) -> None:
    assert world.run("spec.toml", "--paranoid").exit_code == 0
    assert world.run("spec.toml", "--check", "--paranoid").exit_code == 0


VARIANTS = {
    "a second call in an annotation": ("config = [", "def f(v: Block(x=99)): ...\nconfig = [", 1),
    "a call in the annotation of a variable": ("config = [", "v: Block(x=99) = 1\nconfig = [", 1),
    "a rebound name": ("config = [", "Block = lambda **k: 1\nconfig = [", 1),
    "a name rebound by an import": ("Block, Other", "Block, Other, Wrong as Block", 1),
    "a name rebound by a parameter": ("config = [", "def f(Block): ...\nconfig = [", 1),
    "an alias made in an annotation": ("config = [", "v: (B := Block) = 1\nconfig = [", 1),
    "an alias handed on in an annotation": ("config = [", "v: list[f(Block)]\nconfig = [", 1),
    "an annotation that names the class": ("config = [", "v: list[Block] = []\nconfig = [", 0),
    "a final line of blanks": ("]\n", "]\n\n    \n", 0),
    "a final line of blanks in one file": (
        "]\n",
        "]\n{% if strategy.name == 'shaped' %}\n    \n{% endif %}\n",
        1,
    ),
    "float bound to something else": ("config = [", "float = str\nconfig = [", 2),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_both_proofs_agree_on_what_a_template_may_say(world: World, variant: str) -> None:
    old, new, exit_code = VARIANTS[variant]
    world.replace("spec.toml", "gamma = 0.99", "gamma = inf")
    world.replace("templates/run_{strategy}.py.jinja", old, new)
    results = [world.run("spec.toml", "--check"), world.run("spec.toml", "--check", "--paranoid")]
    if exit_code:
        assert [result.exit_code for result in results] == [exit_code] * 2, results
        assert "is missing" not in results[0].err
    else:
        assert all("is missing" in result.err for result in results)
        assert world.run("spec.toml", "--paranoid").exit_code == 0
