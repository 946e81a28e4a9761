"""What is understood without Typer and pydantic is what they would have understood."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gen_sweeps.cli import app as cli
from gen_sweeps.cli.fast_path import plain_call
from gen_sweeps.commands import job
from gen_sweeps.spec import plain_shape, schema
from gen_sweeps.spec.plain_shape import is_plainly_valid
from gen_sweeps.spec.shape import shape_findings

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


leaves = st.none() | st.booleans() | st.integers() | st.text(max_size=2)
anything = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=1), inner),
    max_leaves=3,
)


def table(name: str) -> st.SearchStrategy[dict[str, object]]:
    """Return a strategy of tables that are right, or nearly."""
    right: dict[str, st.SearchStrategy[object]] = {
        plain_shape.TEXT: st.text(min_size=1, max_size=3),
        plain_shape.TEXT_OR_NONE: st.text(max_size=3),
        plain_shape.STRINGS: st.lists(st.text(max_size=1), min_size=1, max_size=2),
        plain_shape.TABLE: st.dictionaries(st.text(max_size=1), leaves, max_size=1),
    }
    kinds: dict[str, st.SearchStrategy[object]]
    kinds = {key: right[kind] for key, kind in plain_shape.TABLES[name].items()}
    exact: st.SearchStrategy[dict[str, object]] = st.fixed_dictionaries(kinds)
    return exact | st.builds(
        lambda rest, key, value: {**rest, key: value},
        exact,
        st.sampled_from([*kinds, "more"]),
        anything,
    )


documents = st.fixed_dictionaries(
    {
        "sweep": table("sweep"),
        "treatment": table("treatment"),
        "strategies": st.dictionaries(st.text(max_size=1), table("strategies"), max_size=2),
    },
    optional={"vars": anything, "base": anything, "more": anything},
)


@given(documents)
def test_a_plainly_valid_document_is_valid(document: dict[str, object]) -> None:
    if is_plainly_valid(document):
        assert list(shape_findings(document)) == []


def test_the_plain_shape_has_the_tables_and_keys_of_the_models() -> None:
    models: dict[str, type[schema.Table]] = {
        "sweep": schema.SweepTable,
        "treatment": schema.TreatmentTable,
        "strategies": schema.StrategyTable,
    }
    assert plain_shape.TABLES.keys() == models.keys()
    for name, model in models.items():
        assert plain_shape.TABLES[name].keys() == model.model_fields.keys()
        required = {key for key, info in model.model_fields.items() if info.is_required()}
        assert plain_shape.REQUIRED[name] == required
    known = {*plain_shape.TABLES, *plain_shape.OPTIONAL_TABLES}
    assert schema.Document.model_fields.keys() == known
