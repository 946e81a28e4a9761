"""The statistics and the reader of event files, against the packages that set the standard.

The package itself does without them. They are many and large, so they are in the group `oracles`,
which `.ci/run` installs, and are imported only by the tests that need them.
"""

from __future__ import annotations

import math
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gen_sweeps.results.inference import EXACT_PAIRS, estimate, holm, sign_flip_p, t_quantile
from gen_sweeps.results.readers import read_tensorboard

pytestmark = pytest.mark.slow

AGREEMENT = 1e-9

MEASURED = st.floats(-1e6, 1e6, width=32)

# Sums of these are exact, so that equal ones are equal for both implementations.
WHOLE = st.integers(-50, 50).map(float)


@pytest.mark.parametrize("degrees", [*range(1, 41), 99, 100, 1_000, 9_999, 100_000])
@pytest.mark.parametrize("probability", [0.6, 0.9, 0.95, 0.975, 0.995, 0.9995])
def test_quantiles_of_t_are_those_of_scipy(probability: float, degrees: int) -> None:
    from scipy import stats  # noqa: PLC0415 - only in the group oracles

    expected = stats.t.ppf(probability, degrees)
    assert t_quantile(probability, degrees) == pytest.approx(expected, rel=AGREEMENT)


@given(st.lists(MEASURED, min_size=2, max_size=40))
def test_an_interval_is_that_of_scipy(values: list[float]) -> None:
    import numpy as np  # noqa: PLC0415 - only in the group oracles
    from scipy import stats  # noqa: PLC0415 - only in the group oracles

    found = estimate(values)
    width = stats.t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / math.sqrt(len(values))
    scale = max(map(abs, values)) * AGREEMENT
    assert found.mean == pytest.approx(float(np.mean(values)), rel=AGREEMENT, abs=scale)
    assert found.half_width == pytest.approx(float(width), rel=AGREEMENT, abs=scale)


@given(st.lists(st.one_of(WHOLE, MEASURED), min_size=1, max_size=8))
def test_the_sign_flip_test_is_scipys_exact_permutation_test(differences: list[float]) -> None:
    import numpy as np  # noqa: PLC0415 - only in the group oracles
    from scipy import stats  # noqa: PLC0415 - only in the group oracles

    if any(differences) and len(differences) > 1:
        expected = stats.permutation_test(
            (differences,), np.sum, permutation_type="samples", n_resamples=np.inf
        ).pvalue
        assert sign_flip_p(differences) == pytest.approx(float(expected), abs=AGREEMENT)


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=30))
def test_adjusted_p_values_are_those_of_statsmodels(probabilities: list[float]) -> None:
    from statsmodels.stats.multitest import (  # noqa: PLC0415 - only in the group oracles
        multipletests,
    )

    expected = multipletests(probabilities, method="holm")[1]
    assert holm(probabilities) == pytest.approx(list(expected), abs=AGREEMENT)


def test_a_p_that_is_drawn_is_close_to_that_of_a_t_test() -> None:
    from scipy import stats  # noqa: PLC0415 - only in the group oracles

    source = Random(1)  # noqa: S311 - nothing secret
    differences = [source.gauss(0.3, 1.0) for _ in range(EXACT_PAIRS + 1)]
    approximate = stats.ttest_1samp(differences, 0.0).pvalue
    assert sign_flip_p(differences) == pytest.approx(approximate, abs=0.02)


def _events(folder: Path, tag: str, values: list[float], first: int = 0) -> None:
    from tensorboard.compat.proto import (  # noqa: PLC0415 - only in the group oracles
        event_pb2,
        summary_pb2,
    )
    from tensorboard.summary.writer import event_file_writer  # noqa: PLC0415 - likewise

    writer = event_file_writer.EventFileWriter(str(folder))
    for step, value in enumerate(values, first):
        summary = summary_pb2.Summary(
            value=[summary_pb2.Summary.Value(tag=tag, simple_value=value)]
        )
        writer.add_event(event_pb2.Event(wall_time=1.0, step=step, summary=summary))
    writer.close()


def test_scalars_of_event_files_are_read_a_log_for_each_file(tmp_path: Path) -> None:
    _events(tmp_path, "loss", [0.5, 0.25, math.nan])
    (log,) = read_tensorboard(tmp_path)
    assert [(it.step, it.values) for it in log.measurements[:2]] == [
        (0, {"loss": 0.5}),
        (1, {"loss": 0.25}),
    ]
    assert math.isnan(log.measurements[2].values["loss"])


def test_a_torn_event_file_is_read_up_to_there(tmp_path: Path) -> None:
    _events(tmp_path, "loss", [0.5, 0.25])
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-7])
    (log,) = read_tensorboard(tmp_path)
    assert [(it.step, it.values) for it in log.measurements] == [(0, {"loss": 0.5})]


def test_event_files_in_folders_below_are_not_mixed_but_named(tmp_path: Path) -> None:
    _events(tmp_path / "train", "loss", [0.5])
    _events(tmp_path / "validation", "loss", [0.6])
    (log,) = read_tensorboard(tmp_path)
    assert not log.measurements
    assert [(it.message, it.hint) for it in log.faults] == [
        (
            "has event files only below",
            "name the folder in `run.metrics.tensorboard`: train, validation",
        )
    ]
    assert read_tensorboard(tmp_path / "nothing") == []
