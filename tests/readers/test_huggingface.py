"""The state that a Hugging Face Trainer leaves behind."""

import json

import numpy as np
import pytest

from traindx.errors import TraindxError
from traindx.readers import read

LOG = [
    {"epoch": 0.5, "learning_rate": 5e-5, "loss": 2.0, "step": 10, "grad_norm": 1.0},
    {"epoch": 1.0, "learning_rate": 4e-5, "loss": 1.0, "step": 20},
    {"epoch": 1.0, "eval_accuracy": 0.6, "eval_loss": 0.9, "eval_runtime": 3.0, "step": 20},
    {"epoch": 2.0, "learning_rate": 3e-5, "loss": 0.5, "step": 40},
    {"epoch": 2.0, "eval_accuracy": 0.7, "eval_loss": 0.8, "step": 40},
    {"epoch": 2.0, "step": 40, "train_loss": 1.1, "train_runtime": 60.0},
]


def state(folder, log=LOG):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "trainer_state.json").write_text(json.dumps({"log_history": log, "num_train_epochs": 5}))


def test_entries_are_gathered_by_epoch(tmp_path):
    state(tmp_path)
    facts = read(tmp_path)
    history = facts["history"]
    assert history.epoch.tolist() == [1, 2]
    assert history.train_loss.tolist() == [1.5, 0.5]
    assert history.val_loss.tolist() == [0.9, 0.8]
    assert history.metrics["accuracy"].tolist() == [0.6, 0.7]
    assert history.planned_epochs == 5
    assert facts["setup"].framework == "huggingface"


def test_the_latest_checkpoint_counts(tmp_path):
    state(tmp_path / "checkpoint-9", LOG[:3])
    state(tmp_path / "checkpoint-40")
    assert len(read(tmp_path)["history"]) == 2


def test_a_broken_state_is_named(tmp_path):
    (tmp_path / "trainer_state.json").write_text('{"log_history": 3}')
    with pytest.raises(TraindxError, match="no state of a Trainer"):
        read(tmp_path)


def test_an_empty_log_is_named(tmp_path):
    state(tmp_path, [])
    with pytest.raises(TraindxError, match="empty log_history"):
        read(tmp_path)


def test_in_a_few_long_epochs_each_evaluation_ends_a_row(tmp_path):
    steps = [{"epoch": i / 4, "loss": 2.0 - 0.1 * i, "step": 10 * i} for i in range(1, 9)]
    evaluated = [
        entry
        for one in steps
        for entry in (one, {"epoch": one["epoch"], "eval_loss": one["loss"], "step": one["step"]})
    ]
    state(tmp_path, evaluated)
    assert len(read(tmp_path)["history"]) == 8


def test_a_loss_of_zero_beside_a_gradient_that_is_nan_was_nan(tmp_path):
    state(
        tmp_path,
        [
            {"epoch": 1.0, "loss": 0.0, "grad_norm": float("nan"), "step": 10},
            {"epoch": 2.0, "loss": 0.0, "grad_norm": 0.1, "step": 20},
        ],
    )
    loss = read(tmp_path)["history"].train_loss
    assert np.isnan(loss[0]) and loss[1] == 0
