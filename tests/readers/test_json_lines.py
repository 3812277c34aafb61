"""Logs of one JSON object a line, as DETR, OpenMMLab and Detectron2 write them."""

import json

import pytest

from traindx.errors import TraindxError
from traindx.readers import read

DETR = [
    {
        "train_lr": 1e-4,
        "train_loss": 9.3,
        "train_loss_ce": 1.0,
        "test_loss": 8.1,
        "test_coco_eval_bbox": [0.1, 0.2] + [0.0] * 10,
    }
    | {"epoch": 0, "n_parameters": 41302368},
    {
        "train_lr": 1e-4,
        "train_loss": 5.3,
        "train_loss_ce": 0.8,
        "test_loss": 6.1,
        "test_coco_eval_bbox": [0.3, 0.5] + [0.0] * 10,
    }
    | {"epoch": 1, "n_parameters": 41302368},
]
DEIT = [
    {"train_lr": 1e-4, "train_loss": 6.9 - e, "test_loss": 6.5 - e, "test_acc1": 10.0 + e, "epoch": e} for e in range(2)
]
OLD = [
    {"env_info": "sys.platform: linux", "seed": 0},
    {"mode": "train", "epoch": 1, "iter": 50, "lr": 0.01, "loss_cls": 0.4, "loss": 1.2},
    {"mode": "train", "epoch": 1, "iter": 100, "lr": 0.01, "loss_cls": 0.3, "loss": 1.0},
    {"mode": "val", "epoch": 1, "iter": 20, "lr": 0.01, "bbox_mAP": 0.3, "bbox_mAP_50": 0.5},
    {"mode": "train", "epoch": 2, "iter": 50, "lr": 0.01, "loss_cls": 0.2, "loss": 0.8},
    {"mode": "val", "epoch": 2, "iter": 20, "lr": 0.01, "bbox_mAP": 0.4, "bbox_mAP_50": 0.6},
]
NEW = [
    {"lr": 0.01, "loss": 1.2, "loss_cls": 0.4, "epoch": 1, "iter": 50, "step": 50},
    {"coco/bbox_mAP": 0.3, "coco/bbox_mAP_50": 0.5, "step": 1},
    {"lr": 0.01, "loss": 0.8, "loss_cls": 0.2, "epoch": 2, "iter": 100, "step": 100},
    {"coco/bbox_mAP": 0.4, "coco/bbox_mAP_50": 0.6, "step": 2},
]
DETECTRON = [
    {"iteration": i, "total_loss": 3.0 - 0.01 * i, "loss_cls": 1.0, "lr": 0.001}
    | ({"bbox/AP": 10.0 + i / 10, "bbox/AP50": 20.0} if i % 100 == 99 else {})
    for i in range(19, 200, 20)
]


def log(folder, entries, name):
    (folder / name).write_text("\n".join(map(json.dumps, entries)) + '\n{"train_lr": 1e-4, "tra')
    return read(folder)["history"]


def test_detr_writes_a_line_an_epoch_and_calls_validation_test(tmp_path):
    history = log(tmp_path, DETR, "log.txt")
    assert (history.tool, history.epoch.tolist()) == ("DETR", [0, 1])
    assert history.train_loss.tolist() == [9.3, 5.3] and history.val_loss.tolist() == [8.1, 6.1]
    assert history.metrics["mAP50-95"].tolist() == [0.1, 0.3] and history.metrics["mAP50"].tolist() == [0.2, 0.5]


def test_deit_writes_accuracy_in_per_cent(tmp_path):
    history = log(tmp_path, DEIT, "log.txt")
    assert history.metric[0] == "accuracy_top1" and history.metric[1].tolist() == pytest.approx([0.1, 0.11])


def test_older_openmmlab_logs_have_modes(tmp_path):
    history = log(tmp_path, OLD, "20240501_100000.log.json")
    assert history.tool == "OpenMMLab" and history.epoch.tolist() == [1, 2]
    assert history.train_loss.tolist() == pytest.approx([1.1, 0.8])
    assert history.metrics["mAP50-95"].tolist() == [0.3, 0.4]


def test_mmengine_gives_a_validation_its_epoch_as_step(tmp_path):
    (tmp_path / "20240501" / "vis_data").mkdir(parents=True)
    (tmp_path / "20240501" / "vis_data" / "scalars.json").write_text("\n".join(map(json.dumps, NEW)))
    history = read(tmp_path)["history"]
    assert history.epoch.tolist() == [1, 2] and history.train_loss.tolist() == [1.2, 0.8]
    assert history.metrics["mAP50-95"].tolist() == [0.3, 0.4]


def test_detectron2_counts_iterations_and_validates_now_and_then(tmp_path):
    history = log(tmp_path, DETECTRON, "metrics.json")
    assert history.tool == "Detectron2" and len(history) == 2
    assert history.metrics["mAP50-95"].tolist() == pytest.approx([0.199, 0.299])
    assert history.train_loss[0] > history.train_loss[1]
    assert history.notes[0] == "an epoch here ends with a validation"


def test_a_file_of_other_json_is_no_log(tmp_path):
    with pytest.raises(TraindxError, match="no training log"):
        log(tmp_path, [{"id": 1, "name": "cat"}], "log.txt")


def test_lines_without_epoch_or_step_are_an_epoch_each(tmp_path):
    rows = [{name: value for name, value in row.items() if name != "epoch"} for row in DETR]
    (tmp_path / "log.txt").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert read(tmp_path)["history"].metrics["mAP50"].tolist() == [0.2, 0.5]
