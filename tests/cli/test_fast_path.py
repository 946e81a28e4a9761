"""What is understood without Typer is what it would have understood."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gen_sweeps.cli import app as cli
from gen_sweeps.cli.fast_path import plain_call
from gen_sweeps.commands import job

WORDS = (
    *("spec.toml", "a", "--check", "--diff", "--force", "--quiet", "-q", "--no-cache", "-c"),
    *("--cache", "--check=1", "--output-format", "json", "--", "-", "", "--version", "-qq"),
)
arguments = st.lists(st.sampled_from(WORDS), max_size=4)


@given(arguments)
@example(["spec.toml", "--check"])
def test_plain_arguments_mean_what_typer_takes_them_for(given_arguments: list[str]) -> None:
    call = plain_call(given_arguments)
    if call is None:
        return
    seen: list[job.Options] = []

    def record(options: job.Options) -> int:
        seen.append(options)
        return 7

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(job, "run", record)
        assert cli.run(list(given_arguments)) == 7
    assert seen == [
        job.Options(
            Path(call.spec),
            check="check" in call.flags,
            diff="diff" in call.flags,
            force="force" in call.flags,
            quiet="quiet" in call.flags,
            cache="no_cache" not in call.flags,
        )
    ]


def test_what_hooks_and_people_call_is_plain() -> None:
    for given_arguments in (["spec.toml"], ["spec.toml", "--check"], ["--check", "spec.toml"]):
        assert plain_call(given_arguments) is not None
