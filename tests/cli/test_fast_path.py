"""What is understood without Typer is what Typer would have understood."""

from __future__ import annotations

from functools import partial

from hypothesis import example, given
from hypothesis import strategies as st

from gen_sweeps.cli.app import parse
from gen_sweeps.cli.call import CommandCall
from gen_sweeps.cli.fast_path import plain_call

WORDS = (
    *("spec.toml", "a.toml", "a", "--check", "--diff", "--force", "--quiet", "-q", "-c"),
    *("--check=1", "--output-format", "json", "--", "-", "", "--version", "-qq", "init"),
)


def meaning(call: CommandCall) -> tuple[object, ...]:
    assert isinstance(call.run, partial)
    return call.command, call.run.func, call.run.args, call.output_format, call.watched


@given(st.lists(st.sampled_from(WORDS), max_size=4))
@example(["spec.toml", "--check"])
def test_plain_arguments_mean_what_typer_takes_them_for(arguments: list[str]) -> None:
    if call := plain_call(arguments):
        assert meaning(call) == meaning(parse(arguments))


COMPARISONS = (
    *("a.py", "./b.py", "runs/", "--full", "--vary", "--vary=lr", "Adam(lr)", "--layout", "--", ""),
    *("-", "--resolved", "a.py", "docstring"),
)


@given(st.lists(st.sampled_from(COMPARISONS), max_size=5))
@example(["a.py", "b.py", "--vary", "Adam(lr)", "--full"])
def test_a_plain_comparison_means_what_typer_takes_it_for(arguments: list[str]) -> None:
    if call := plain_call(["compare", *arguments]):
        assert meaning(call) == meaning(parse(["compare", *arguments]))


def test_what_hooks_and_people_call_is_plain() -> None:
    for arguments in (["spec.toml"], ["spec.toml", "--check"], ["--check", "spec.toml"]):
        assert plain_call(arguments) is not None
    assert plain_call(["compare", "a.py", "b.py", "--vary", "lr"]) is not None
