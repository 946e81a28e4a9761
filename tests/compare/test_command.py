"""The compare command: from files to exit code and output."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from conftest import PYTHON

from gen_sweeps.commands.compare import CompareOptions, UsageError, compare_sources
from gen_sweeps.commands.outcome import Outcome
from gen_sweeps.compare.printing import View
from gen_sweeps.errors import GenSweepsError

if TYPE_CHECKING:
    from collections.abc import Mapping

BASE = '"""A run."""\n\nrate = 3e-4\nmodel = Model(width=8, depth=2)\n'
FILES = {
    "runs/a.py": BASE,
    "runs/b.py": BASE.replace("8", "16").replace("3e-4", "1e-4"),
    "runs/c.py": BASE.replace("3e-4", "5e-4"),
    "runs/d.py": BASE.replace(", depth=2", "").replace("A run", "No run"),
    "runs/e.py": BASE + "# end\n",
}


def run(sources: Mapping[str, str], **options: object) -> Outcome:
    """Run the command on files that exist only here; a name that ends in a slash is a folder."""

    def read(name: str) -> bytes:
        if name.endswith("/"):
            raise IsADirectoryError(21, "Is a directory", name)
        if name not in sources:
            raise FileNotFoundError(2, "No such file or directory", name)
        return sources[name].encode()

    given = {"files": tuple(sources), **options}
    return compare_sources(CompareOptions(**given), read)  # type: ignore[arg-type] # shorthand of the tests


def test_the_report_of_a_family_reads_as_it_should() -> None:
    result = run(FILES)
    assert result.exit_code == 1
    assert str(result.result) == (
        "  A  a.py, e.py\n"
        "  B  b.py\n"
        "  C  c.py\n"
        "  D  d.py\n"
        "\n"
        "             A     B     C     D\n"
        "model.width  8     16    ·     ·\n"
        "model.depth  2     ·     ·     —\n"
        "rate         3e-4  1e-4  5e-4  ·\n"
        "\n"
        "model.width: 1 of 5 differs: 16, the others 8\n"
        "    16  runs/b.py:4:21\n"
        "    8   runs/a.py:4:21, runs/c.py:4:21, runs/d.py:4:21 and 1 more\n"
        "\n"
        "model.depth: 1 of 5 differs: nothing, the others 2\n"
        "    nothing  runs/d.py\n"
        "    2        runs/a.py:4:24, runs/b.py:4:25, runs/c.py:4:24 and 1 more\n"
        "\n"
        "rate: 3 values in 5 files\n"
        "    1e-4  runs/b.py:3:8\n"
        "    5e-4  runs/c.py:3:8\n"
        "    3e-4  runs/a.py:3:8, runs/d.py:3:8, runs/e.py:3:8\n"
        "\n"
        "5 files compared with runs/a.py, the most typical: 3 differences in code\n"
        "docstrings: 1 place in 1 of 5 files (module docstring); list them with --comments\n"
        "comments: 1 place in 1 of 5 files (file); list them with --comments\n"
    )


def test_what_may_vary_does_not_count() -> None:
    result = run(FILES, vary=("rate", "Model(width, depth)", "docstring"))
    assert result.exit_code == 0
    assert "3 differences in code, none outside what may vary" in str(result.result)


def test_what_is_not_among_what_may_vary_is_listed_and_counts() -> None:
    result = run(FILES, vary=("rate", "Model(width, depth)"))
    assert result.exit_code == 1
    assert "docstring: module docstring: 1 of 5 differs" in str(result.result)
    assert "may vary: rate: 3 values in 5 files" in str(result.result)


def test_a_pattern_that_matches_nothing_is_noted() -> None:
    assert "note: --vary 'seed' matches no difference" in str(run(FILES, vary=("seed",)).result)


@pytest.mark.parametrize("view", [View(), View(layout=True, comments=True, color=True, width=40)])
def test_what_is_shown_does_not_change_the_exit_code(view: View) -> None:
    assert run(FILES, view=view).exit_code == 1
    assert run(FILES, view=view, vary=("rate", "model", "docstring")).exit_code == 0


def test_comments_and_layout_are_listed_when_asked_for() -> None:
    files = {"a.py": "x = 'a'  # one\n", "b.py": 'x = "a"  # two\n'}
    brief, full = run(files), run(files, view=View(layout=True, comments=True))
    assert brief.exit_code == full.exit_code == 0
    assert str(brief.result) == (
        "2 files compared: no difference in code\n"
        "comments: 1 place in 1 of 2 files (x); list them with --comments\n"
        "layout: 1 place in 1 of 2 files (quotes); list them with --layout\n"
    )
    assert "comment: x: changed\n    # one  a.py:1:10\n    # two  b.py:1:10\n" in str(full.result)
    assert "layout: x: changed [quotes]\n" in str(full.result)


def test_colour_is_used_only_when_asked_for() -> None:
    assert "\033" not in str(run(FILES).result)
    assert "\033[1mrate\033[0m" in str(run(FILES, view=View(color=True)).result)


def test_a_wide_family_folds_and_still_lists_every_value() -> None:
    files = {f"run_{n:02}.py": f'rate = {n}\nname = "{"x" * 30}{n}"\n' for n in range(60)}
    result = run(files, view=View(width=80))
    assert "more files, whose values are listed below" in str(result.result)
    assert max(map(len, str(result.result).splitlines())) <= 110
    assert all(f"run_{n:02}.py:1:8" in str(result.result) for n in range(60))


def test_names_that_are_the_same_in_two_folders_are_told_apart() -> None:
    files = {"x/run.py": "a = 1\n", "y/run.py": "a = 2\n", "z/other.py": "a = 2\n"}
    output = str(run(files).result)
    assert "y/run.py, other.py" in output
    assert "x/run.py" in output


def test_a_file_that_python_does_not_accept_is_named_and_the_others_are_compared() -> None:
    result = run({**FILES, "runs/bad.py": "x = (\n"})
    assert result.exit_code == 2
    assert [str(problem) for problem in result.problems] == [
        f"runs/bad.py:1:5: not valid {PYTHON}: '(' was never closed"
    ]
    assert "5 files compared" in str(result.result)


def test_a_missing_file_and_a_folder_are_named_and_the_others_are_compared() -> None:
    names = ("runs/a.py", "runs/b.py", "runs/none.py", "runs/")
    result = run(FILES, files=names)
    assert result.exit_code == 2
    assert [problem.path for problem in result.problems] == ["runs/none.py", "runs/"]
    assert result.problems[1].hint == "name the files in it: `gen-sweeps compare runs/*.py`"
    assert "2 files compared" in str(result.result)


@pytest.mark.parametrize("names", [(), ("runs/a.py",), ("runs/a.py", "./runs/a.py", "runs//a.py")])
def test_less_than_two_files_are_no_comparison(names: tuple[str, ...]) -> None:
    with pytest.raises(UsageError) as raised:
        run(FILES, files=names)
    assert raised.value.exit_code == 2
    assert raised.value.problems[0].hint


def test_if_only_one_file_can_be_read_there_is_no_answer() -> None:
    with pytest.raises(GenSweepsError, match=r"b\.py:1:5: not valid Python") as raised:
        run({"a.py": "x = 1\n", "b.py": "x = (\n"})
    assert (raised.value.exit_code, len(raised.value.problems)) == (2, 1)


def test_a_bad_pattern_is_an_error_before_any_file_is_read() -> None:
    with pytest.raises(GenSweepsError, match="can't understand --vary"):
        run({}, files=("none.py", "none2.py"), vary=("a b",))


def test_equal_files_are_exit_0() -> None:
    result = run({"a.py": BASE, "b.py": BASE, "c.py": BASE})
    assert result.exit_code == 0
    assert "3 files compared with a.py, the most typical: no difference in code" in str(
        result.result
    )


def test_json_has_a_version_and_everything_that_text_has() -> None:
    result = run({**FILES, "bad.py": "("}, output_format="json", vary=("rate", "nothing"))
    shape = json.loads(str(result.result))
    assert shape["version"] == 1
    assert shape["exit_code"] == result.exit_code == 2
    assert shape["files"] == list(FILES)
    assert shape["counts"] == {"code": 3, "docstring": 1, "comment": 1, "layout": 0}
    assert shape["unused_vary"] == ["nothing"]
    assert shape["problems"][0]["path"] == "bad.py"
    (width,) = [d for d in shape["differences"] if d["path"] == "model.width"]
    assert (width["kind"], width["change"]) == ("code", "changed")
    assert width["values"][0] == {
        "text": "16",
        "files": [{"file": "runs/b.py", "line": 4, "column": 21}],
    }
    assert [d["allowed"] for d in shape["differences"] if d["path"] == "rate"] == [True]


def test_annotations_name_the_outliers_and_escape_what_github_reads() -> None:
    files = {f"{n},x:.py": 'text = "a"\n' for n in range(3)}
    files["0,x:.py"] = 'text = """100%\nb"""\n'
    output = str(run(files, output_format="github").result)
    assert output.splitlines()[0] == (
        '::error file=0%2Cx%3A.py,line=1,col=8::text: 1 of 3 differs: """100%25 b""", '
        'the others "a" (here: """100%25%0Ab""")'
    )


def test_diff_shows_two_files_as_unified_text_with_the_same_exit_code() -> None:
    result = run(FILES, diff=("runs/a.py", "runs/c.py"))
    assert result.exit_code == 1
    assert str(result.result) == (
        "--- runs/a.py\n+++ runs/c.py\n@@ -1,4 +1,4 @@\n"
        ' """A run."""\n \n-rate = 3e-4\n+rate = 5e-4\n model = Model(width=8, depth=2)\n'
    )
    assert run(FILES, diff=("runs/a.py", "runs/e.py")).exit_code == 0


def test_diff_marks_a_missing_newline_at_the_end() -> None:
    output = str(run({"a.py": "x = 1\n", "b.py": "x = 1"}, diff=("a.py", "b.py")).result)
    assert output.endswith("-x = 1\n+x = 1\n\\ No newline at end of file\n")
