"""What is understood without pydantic is what it would have understood."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gen_sweeps.spec import plain_shape, schema
from gen_sweeps.spec.plain_shape import is_plainly_valid
from gen_sweeps.spec.shape import shape_findings

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
