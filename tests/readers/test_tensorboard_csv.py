"""Csv files downloaded from TensorBoard's page."""

from pathlib import Path

import numpy as np
import pytest

from traindx.readers import read
from traindx.readers.tensorboard_csv import column_of


@pytest.mark.parametrize(
    ("stem", "column"),
    [
        ("run-resnet_train-tag-loss", "train/loss"),
        ("run-validation-tag-epoch_loss", "val/loss"),
        ("run-.-tag-Loss_train", "train/loss"),
        ("run-x-tag-val_acc", "metric/accuracy"),
        ("Accuracy_test", "metric/accuracy"),
        ("run-x-tag-grad_norm", None),
        ("data", None),
    ],
)
def test_the_name_of_the_file_tells_the_curve(stem: str, column: str | None) -> None:
    assert column_of(stem) == column


def test_the_files_of_a_folder_are_one_history(tmp_path: Path) -> None:
    for name, values in (("loss_train", (2.0, 1.0, "NaN")), ("loss_val", (2.1, 1.2, 1.1))):
        rows = "".join(f"17726329{i}.5,{i * 19},{v}\n" for i, v in enumerate(values))
        (tmp_path / f"run-a-tag-{name}.csv").write_text("Wall time,Step,Value\n" + rows)
    history = read(tmp_path)["history"]
    assert history.train_loss[:2].tolist() == [2.0, 1.0] and np.isnan(history.train_loss[2])
    assert history.val_loss.tolist() == [2.1, 1.2, 1.1]
