"""Checkpoints as logs: what they hold is read without loading them."""

from pathlib import Path

import pytest
import torch

from traindx.errors import TraindxError
from traindx.readers import read


def test_ultralytics_keeps_all_epochs_and_settings_in_its_weights(tmp_path):
    held = {
        "epoch": -1,
        "model": torch.nn.Linear(2, 2),
        "train_args": {"epochs": 9, "patience": 5, "close_mosaic": 3},
        "train_results": {"epoch": [1, 2], "train/box_loss": [2.0, 1.0], "metrics/mAP50-95(B)": [0.1, 0.2]},
    }
    (tmp_path / "weights").mkdir()
    torch.save(held, tmp_path / "weights" / "last.pt")
    for path in (tmp_path, tmp_path / "weights" / "last.pt"):
        facts = read(path)
        history = facts["history"]
        assert history.train_parts["box"].tolist() == [2.0, 1.0] and history.metric[1].tolist() == [0.1, 0.2]
        assert (history.planned_epochs, history.mosaic_closes) == (9, 3) and facts["setup"].settings["patience"] == 5


def test_lists_of_an_own_loop_are_read(tmp_path):
    torch.save({"state": {}, "train_losses": [2.0, 1.0], "val_accs": [0.4, 0.6]}, tmp_path / "last.pth")
    history = read(tmp_path / "last.pth")["history"]
    assert history.train_loss.tolist() == [2.0, 1.0] and history.metrics["accuracy"].tolist() == [0.4, 0.6]


def test_weights_alone_name_the_log_that_lies_near(tmp_path):
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "metrics.csv").write_text("epoch,step,train_loss\n0,1,2\n")
    torch.save({"epoch": 3, "state_dict": {}}, tmp_path / "checkpoints" / "a.ckpt")
    with pytest.raises(TraindxError, match=r"weights of epoch 3 and no history") as refused:
        read(tmp_path / "checkpoints" / "a.ckpt")
    assert "metrics.csv" in str(refused.value.hint)


def test_what_a_checkpoint_names_is_not_called(tmp_path):
    class Harm:
        def __reduce__(self):
            return Path.touch, (tmp_path / "harm",)

    torch.save({"loss": [1.0, 2.0], "harm": Harm()}, tmp_path / "a.pt")
    assert len(read(tmp_path / "a.pt")["history"]) == 2 and not (tmp_path / "harm").exists()


def test_a_file_that_is_no_checkpoint_is_refused(tmp_path):
    (tmp_path / "a.pt").write_bytes(b"nothing")
    with pytest.raises(TraindxError, match="no checkpoint"):
        read(tmp_path / "a.pt")
