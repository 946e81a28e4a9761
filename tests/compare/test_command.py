"""The compare command: from files to exit code and output."""

from __future__ import annotations

import json
import sys
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
        "5 files: 3 places differ, in 3 ways\n"
        "\n"
        "look at:\n"
        "  copies              a: same code as e\n"
        "  missing here alone  d: model.depth = nothing; 4 others 2\n"
        "\n"
        "only b: 1 place\n"
        "  model.width  16 | 8\n"
        "only d: 1 place\n"
        "  model.depth  – | 2\n"
        "b, c | the other 3: 1 place\n"
        "  rate  1e-4 | 5e-4 | 3e-4\n"
        "\n"
        "docstrings: 1 place (docstring); --comments shows them\n"
        "comments: 1 place (model (comment)); --comments shows them\n"
    )


def test_what_may_vary_does_not_count() -> None:
    result = run(FILES, vary=("rate", "Model(width, depth)", "docstring"))
    assert result.exit_code == 0
    assert "no difference in code but what may vary" in str(result.result)


def test_what_is_not_among_what_may_vary_is_shown_and_counts() -> None:
    result = run(FILES, vary=("rate", "Model(width, depth)"))
    assert result.exit_code == 1
    assert 'only d: 1 place\n  docstring  """No run.""" | """A run."""\n' in str(result.result)
    assert "may vary: 3 places: model.width, model.depth, rate\n" in str(result.result)


def test_what_is_declared_is_no_finding() -> None:
    assert "missing here alone" in str(run(FILES).result)
    assert "missing here alone" not in str(run(FILES, vary=("Model(depth)",)).result)


def test_a_pattern_that_matches_nothing_is_noted() -> None:
    assert "note: --vary 'seed' matches no difference" in str(run(FILES, vary=("seed",)).result)


def test_a_call_named_without_its_arguments_is_answered_with_them() -> None:
    said = str(run(FILES, vary=("Model",)).result)
    assert "note: --vary 'Model' matches no difference; for its arguments, write " in said
    assert said.split("write")[1].split("\n", maxsplit=1)[0] == " 'Model(depth, width)'"
    assert run(FILES, vary=("Model(depth, width)", "rate", "docstring")).exit_code == 0


def test_a_narrow_terminal_shows_findings_to_their_end_and_no_longer_line() -> None:
    names = ("ant_stage_one", "ant_stage_two", "ant_stage_three", "ant_stage_four")
    files = {
        f"{name}_512x512.py": f"experiment = dict(\n    name='out/{name}_by_many_steps_512x512')\n"
        for name in names
    }
    files["ant_stage_two_512x512.py"] = files["ant_stage_two_512x512.py"].replace("_two", "_tvo")
    text = str(run(files, view=View(width=80)).result)
    assert max(map(len, text.splitlines())) <= 80
    assert "look at:\n  odd one in a pattern  two:2: experiment.name =\n" in text
    assert "'out/ant_stage_tvo_by_many_steps_512x512'" in text


def test_values_that_part_behind_what_fits_are_shown_from_where_they_part() -> None:
    start = "/a/very/long/path/that/does/not/fit/on/a/narrow/terminal/"
    files = {f"{n}.py": f"base = '{start}{n}.py'\n" for n in ("left", "right")}
    text = str(run(files, view=View(width=60)).result)
    assert "  base  …left.py' | …right.py'\n" in text


def test_text_of_a_file_starts_no_line_and_tells_a_terminal_nothing() -> None:
    files = {f"{n}\n\x1b[2J.py": f"x = '\x1b[31m{n}\u202e'\n" for n in range(3)}
    files["copy\n\x1b[2J.py"] = files["0\n\x1b[2J.py"]  # so that there is a finding
    for view in (View(), View(color=True, full=True)):
        text = str(run(files, view=view).result)
        assert "copies" in text
        for code in ("\x1b[1m", "\x1b[33m", "\x1b[0m"):
            text = text.replace(code, "")
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "\\x1b[31m" in text


@pytest.mark.parametrize("view", [View(), View(layout=True, comments=True, color=True, width=40)])
def test_what_is_shown_does_not_change_the_exit_code(view: View) -> None:
    assert run(FILES, view=view).exit_code == 1
    assert run(FILES, view=view, vary=("rate", "model", "docstring")).exit_code == 0


def test_comments_and_layout_are_shown_when_asked_for() -> None:
    files = {"a.py": "x = 'a'  # one\n", "b.py": 'x = "a"  # two\n'}
    brief, full = run(files), run(files, view=View(layout=True, comments=True))
    assert brief.exit_code == full.exit_code == 0
    assert str(brief.result) == (
        "2 files: no difference in code\n"
        "\n"
        "comments: 1 place (x (comment)); --comments shows them\n"
        "layout: 1 place (quotes); --layout shows them\n"
    )
    assert "  x (comment)        # one | # two\n" in str(full.result)
    assert "  x layout [quotes]  'a' | \"a\"\n" in str(full.result)


def test_colour_is_used_only_when_asked_for() -> None:
    assert "\033" not in str(run(FILES).result)
    assert "\033[1monly b: 1 place\033[0m" in str(run(FILES, view=View(color=True)).result)


def test_a_wide_family_is_folded_with_a_count_and_shown_in_full() -> None:
    lines = [[f"v{n}_{k} = {int(n == k)}" for k in range(40)] for n in range(40)]
    files = {f"run_{n:02}.py": "\n".join(own) + "\n" for n, own in enumerate(lines)}
    for number, own in enumerate(lines):
        files[f"run_{number:02}.py"] = "\n".join(line.replace(f"v{number}_", "v") for line in own)
    brief = str(run(files, view=View(width=80)).result).splitlines()
    full = str(run(files, view=View(width=80, full=True)).result).splitlines()
    assert len(brief) <= 42
    assert brief[-1].endswith("--full shows all")
    shown = sum(line.startswith("  v") for line in brief)
    assert brief[-1].startswith(f"not shown: {40 - shown} places")
    assert sum(line.startswith("  v") for line in full) == 40
    assert max(map(len, full)) <= 80


def test_values_that_follow_the_name_are_one_pattern_and_the_odd_one_is_named() -> None:
    names = ("ant", "hopper", "walker", "cheetah", "pong")
    files = {f"{name}_run.py": f'env = "{name}-v2"\n' for name in names}
    assert '  env  "‹own›-v2" in all\n' in str(run(files).result)
    files["pong_run.py"] = 'env = "tennis"\n'
    assert '  env  "‹own›-v2" in 4 of 5; pong: "tennis"\n' in str(run(files).result)


def test_the_word_of_the_names_that_parts_the_files_is_the_heading() -> None:
    grid = [(env, algorithm) for env in ("ant", "pong") for algorithm in ("sac", "ppo")]
    files = {f"{e}_{a}.py": f"lr = {len(e)}\nclip = {len(a) + (a == 'ppo')}\n" for e, a in grid}
    output = str(run(files).result)
    assert "by the name's ant, pong: 1 place\n  lr  3 | 4\n" in output
    assert "by the name's sac, ppo: 1 place\n  clip  3 | 4\n" in output


def test_names_that_are_the_same_in_two_folders_are_told_apart() -> None:
    files = {"x/run.py": "a = 1\n", "y/run.py": "a = 2\n", "z/other.py": "a = 2\n"}
    assert "only x/run: 1 place\n  a  1 | 2\n" in str(run(files).result)


def test_a_file_that_python_does_not_accept_is_named_and_the_others_are_compared() -> None:
    result = run({**FILES, "runs/bad.py": "x = (\n"})
    assert result.exit_code == 2
    assert [str(problem) for problem in result.problems] == [
        f"runs/bad.py:1:5: not valid {PYTHON}: '(' was never closed"
    ]
    assert "5 files: 3 places differ" in str(result.result)


def test_what_only_a_newer_python_accepts_is_said_to_be_that() -> None:
    (problem,) = run({**FILES, "runs/bad.py": "x = 1\nprint t'{x}'\n"}).problems
    assert problem.hint is None
    problems = run({**FILES, "runs/new.py": "x = t'{x}'\n"}).problems
    if sys.version_info >= (3, 14):
        assert not problems
    else:
        assert "run gen-sweeps with the Python that the cluster has" in str(problems[0].hint)


@pytest.mark.parametrize("suffix", ["yaml", "yml", "toml"])
def test_what_is_neither_python_nor_json_is_refused_though_it_may_read_as_python(
    suffix: str,
) -> None:
    files = {f"{n}.{suffix}": f"lr: {n}\n" for n in range(2)}
    with pytest.raises(GenSweepsError, match=r"is neither Python nor JSON") as error:
        run(files)
    assert len(error.value.problems) == 2
    assert "reads Python, and JSON if the name ends in .json" in str(error.value.problems[0].hint)


def test_a_missing_file_and_a_folder_are_named_and_the_others_are_compared() -> None:
    names = ("runs/a.py", "runs/b.py", "runs/none.py", "runs/")
    result = run(FILES, files=names)
    assert result.exit_code == 2
    assert [problem.path for problem in result.problems] == ["runs/none.py", "runs/"]
    assert "gen-sweeps compare" in (result.problems[1].hint or "")
    assert "2 files: 2 places differ" in str(result.result)


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
    assert str(result.result) == "3 files: no difference in code\n"


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
    finding = next(f for f in shape["findings"] if f["class"] == "missing")
    assert finding == {
        "class": "missing",
        "message": "model.depth = nothing; 4 others 2",
        "path": "model.depth",
        "files": [{"file": "runs/d.py", "line": None, "column": None}],
    }


def test_annotations_name_the_outliers_and_escape_what_github_reads() -> None:
    files = {f"{n},x:.py": 'text = "a"\n' for n in range(3)}
    files["0,x:.py"] = 'text = """100%\nb"""\n'
    output = str(run(files, output_format="github").result)
    assert output.splitlines()[0] == (
        '::error file=0%2Cx%3A.py,line=1,col=8::text: """100%25 b"""; 2 of 3 have "a"'
    )


def test_a_finding_is_a_warning_at_each_of_its_files() -> None:
    files = {f"{name}.py": f'name = "{name}"\nx = {n}\n' for n, name in enumerate("abcd")}
    files["owl.py"] = 'name = "owl"\nx = 9\n'
    files["elk.py"] = 'name = "owl"\nx = 8\n'
    output = str(run(files, vary=("x",), output_format="github").result)
    assert (
        '::warning file=elk.py,line=1,col=8::a sibling\'s name: name = "owl", the name of owl\n'
    ) in output


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
