"""The history as a fact."""

import numpy as np
import pytest

from traindx.core.history import history_of


def test_the_total_loss_is_the_sum_of_its_parts():
    history = history_of([{"train/box": 1.0, "train/cls": 2.0, "val/loss": 4.0, "val/box": 1.0}])
    assert history.train_loss.tolist() == [3.0]
    assert history.val_loss.tolist() == [4.0]


def test_a_nan_that_was_written_is_told_from_a_cell_that_was_left_empty():
    history = history_of([{"train/box": float("nan"), "val/box": None}, {"train/box": 1.0, "val/box": 1.0}])
    assert "train/box" not in history.not_written
    assert history.not_written["val/box"].tolist() == [True, False]


def test_infinities_stay():
    assert np.isinf(history_of([{"train/box": float("inf")}]).train_loss[0])


def test_the_run_is_judged_by_the_stricter_map():
    history = history_of([{"metric/precision": 0.9, "metric/mAP50": 0.5, "metric/mAP50-95": 0.3}])
    assert history.metric is not None
    assert history.metric[0] == "mAP50-95"


def test_rows_without_an_epoch_count_from_one():
    assert history_of([{"train/loss": 1.0}] * 3).epoch.tolist() == [1, 2, 3]


def test_a_column_that_never_was_written_is_absent():
    assert history_of([{"train/loss": 1.0, "val/loss": None}]).val_parts == {}


def test_a_column_of_another_kind_is_refused():
    with pytest.raises(ValueError, match="'loss' is none of"):
        history_of([{"loss": 1.0}])


def test_no_rows_make_an_empty_history():
    history = history_of([])
    assert len(history) == 0
    assert history.metric is None
