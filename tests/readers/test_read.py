"""Which reader reads what, and what is said when none can."""

import json
import zipfile

import pytest

from traindx.errors import TraindxError
from traindx.readers import all_readers, read


def test_every_tool_is_found_without_a_list():
    assert [r.tool for r in all_readers()] == [
        "Ultralytics and YOLOv5",
        "Hugging Face Trainer",
        "TensorBoard's csv",
        "Weights & Biases",
        "Lightning, timm, csv logs",
        "DETR, OpenMMLab, Detectron2",
        "Keras-like history",
        "MLflow",
        "MLflow's database",
        "TensorBoard",
        "console logs",
        "checkpoints",
        "Ultralytics before its first epoch",
    ]


def test_a_path_that_is_not_there_is_named(tmp_path):
    with pytest.raises(TraindxError, match="nowhere does not exist"):
        read(tmp_path / "nowhere")


def test_a_folder_without_a_log_says_what_is_there_and_what_was_tried(tmp_path):
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8")
    with pytest.raises(TraindxError, match=r"holds photo\.jpg.*tried.*Ultralytics.*TensorBoard"):
        read(tmp_path)


def test_a_folder_of_runs_asks_for_one_of_them(tmp_path):
    for name in ("train", "train2"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "results.csv").write_text("epoch,train/loss\n1,2\n")
    with pytest.raises(TraindxError, match=r"logs lie in 2 folders.*train.* or .*train2"):
        read(tmp_path)


def test_a_binary_file_under_the_name_of_a_log_is_refused(tmp_path):
    (tmp_path / "results.csv").write_bytes(b"\xff\xfe\x00\x81" * 20)
    with pytest.raises(TraindxError, match="no readable csv"):
        read(tmp_path)


def test_an_archive_is_to_be_unpacked_and_the_log_in_it_is_named(tmp_path):
    with zipfile.ZipFile(tmp_path / "run.zip", "w") as archive:
        archive.writestr("train/results.csv", "epoch,train/loss\n1,2\n")
    with pytest.raises(TraindxError, match=r"archive.*unpack it and name train/results\.csv"):
        read(tmp_path / "run.zip")


def test_a_text_without_losses_is_shown_by_its_first_line(tmp_path):
    (tmp_path / "notes.txt").write_text("\nwe trained for 3 days\n")
    with pytest.raises(TraindxError, match="begin with 'we trained for 3 days'"):
        read(tmp_path / "notes.txt")


def test_a_log_with_a_header_and_nothing_else_is_no_log(tmp_path):
    (tmp_path / "results.csv").write_text("epoch,train/loss\n")
    with pytest.raises(TraindxError, match="no row"):
        read(tmp_path)


def test_the_only_run_below_a_folder_is_read_without_being_named(tmp_path):
    home = tmp_path / "lightning_logs" / "version_0"
    home.mkdir(parents=True)
    (home / "metrics.csv").write_text("epoch,step,train_loss,val_loss\n0,1,2.0,2.1\n1,2,1.0,1.1\n")
    assert read(tmp_path)["history"].train_loss.tolist() == [2.0, 1.0]


def test_the_only_text_of_a_folder_is_its_log_whatever_it_is_called(tmp_path):
    (tmp_path / "what I saw.txt").write_text("Epoch 1 loss: 2.0 val_loss: 2.1\nEpoch 2 loss: 1.0 val_loss: 1.1\n")
    assert read(tmp_path)["history"].val_loss.tolist() == [2.1, 1.1]


def test_folders_of_single_curves_are_parts_of_the_one_run_below(tmp_path):
    run = tmp_path / "runs" / "May11"
    (run / "Loss_train").mkdir(parents=True)
    (run / "Loss_train" / "events.out.tfevents.1").write_bytes(b"")
    (run / "train.log").write_text("Epoch 1 loss: 2.0\nEpoch 2 loss: 1.0\n")
    assert len(read(tmp_path)["history"]) == 2


def test_the_only_notebook_of_a_folder_is_read_beside_other_files(tmp_path):
    printed = {"output_type": "stream", "text": "Epoch 1 loss: 2.0\nEpoch 2 loss: 1.0\n"}
    (tmp_path / "train.ipynb").write_text(json.dumps({"cells": [{"outputs": [printed]}]}))
    (tmp_path / "README.md").write_text("a set of hands")
    assert len(read(tmp_path)["history"]) == 2
