"""Values logged by step become rows by epoch."""

import pytest

from traindx.readers.windows import WINDOWS, by_validation


def test_logged_epochs_gather_the_steps_after_them():
    rows = [
        {"step": 0, "train/loss": 2.0, "epoch": 0},
        {"step": 1, "train/loss": 1.0},
        {"step": 2, "val/loss": 3.0, "epoch": 1},
    ]
    assert by_validation(rows)[0] == [{"train/loss": 1.5, "epoch": 0}, {"val/loss": 3.0, "epoch": 1}]


def test_without_epochs_a_validation_ends_one():
    steps = [{"step": float(s), "train/loss": float(100 - s)} for s in range(100)]
    validations = [{"step": float(s), "val/loss": 1.0} for s in (49, 99)]
    rows = sorted([*steps, *validations], key=lambda row: (row["step"], "val/loss" in row))
    epochs, notes = by_validation(rows)
    assert [row["epoch"] for row in epochs] == [1, 2] and notes == ["an epoch here ends with a validation"]
    assert epochs[0]["train/loss"] == pytest.approx(75.5) and all("step" not in row for row in epochs)


def test_a_step_for_each_validation_is_an_epoch():
    rows = [{"step": float(s), "train/loss": 1.0, "val/loss": 1.0} for s in range(3)]
    assert [row["epoch"] for row in by_validation(rows)[0]] == [0, 1, 2]


def test_training_alone_becomes_equal_windows():
    epochs, notes = by_validation([{"step": float(s), "train/loss": float(s)} for s in range(1000)])
    assert len(epochs) == WINDOWS and epochs[0]["train/loss"] == 12.0 and "25 logged steps" in notes[0]


def test_nothing_is_nothing():
    assert by_validation([]) == ([], [])


def test_rows_before_a_validation_that_alone_tells_its_epoch_belong_to_it():
    rows = [{"step": 1.0, "train/loss": 3.0}, {"step": 2.0, "val/loss": 2.5, "epoch": 0.0}]
    rows += [{"step": 3.0, "train/loss": 1.0}, {"step": 4.0, "val/loss": 1.5, "epoch": 1.0}]
    assert by_validation(rows)[0] == [
        {"epoch": 0.0, "train/loss": 3.0, "val/loss": 2.5},
        {"epoch": 1.0, "train/loss": 1.0, "val/loss": 1.5},
    ]
