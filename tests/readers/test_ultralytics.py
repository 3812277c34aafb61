"""Run folders of YOLOv5 and Ultralytics of all ages."""

from pathlib import Path

import numpy as np
import pytest

from traindx.readers import read
from traindx.readers.ultralytics import meaning, read_run, settings_beside

YOLOV5 = """               epoch,      train/box_loss,      train/obj_loss,      train/cls_loss,   metrics/precision,      metrics/recall,     metrics/mAP_0.5,metrics/mAP_0.5:0.95,        val/box_loss,        val/obj_loss,        val/cls_loss,               x/lr0,               x/lr1,               x/lr2
                   0,             0.09,            0.03,            0.02,               0.1,               0.2,              0.05,              0.01,               0.08,             0.02,             0.02,              0.003,              0.003,               0.07
                   1,             0.07,            0.03,            0.01,               0.3,               0.4,              0.25,              0.11,               0.07,             0.02,             0.01,              0.006,              0.006,               0.04
"""  # noqa: E501
ULTRALYTICS = """epoch,time,train/box_loss,train/cls_loss,train/dfl_loss,metrics/precision(B),metrics/recall(B),\
metrics/mAP50(B),metrics/mAP50-95(B),val/box_loss,val/cls_loss,val/dfl_loss,lr/pg0,lr/pg1,lr/pg2
1,7.5,3.7,4.3,1.25,0.17,0.25,0.14,0.04,3.5,7.1,0.9,0.0001,0.0001,0.0001
2,16.6,inf,1.4,0.97,0.27,0.32,0.17,0.05,nan,3.4,0.9,0.0003,0.0003,0.0003
"""
CLASSIFY = """epoch,time,train/loss,metrics/accuracy_top1,metrics/accuracy_top5,val/loss,lr/pg0
1,2.0,2.3,0.2,0.6,2.2,0.001
"""
TEXT = """   0/299     2.97G    0.1117   0.03165   0.02793    0.1713        16       640   0.01  0.02  0.03  0.004  0.07  0.02  0.03
   1/299     2.97G    0.0917   0.03065   0.02193    0.1443        11       640   0.11  0.12  0.13  0.014  0.06  0.02  0.02
"""


def run_folder(folder: Path, log: str, name: str = "results.csv", **settings: str) -> Path:
    (folder / name).write_text(log)
    for file, text in settings.items():
        (folder / f"{file}.yaml").write_text(text)
    return folder


def test_yolov5_with_its_padded_header(tmp_path):
    history = read(run_folder(tmp_path, YOLOV5))["history"]
    assert history.tool == "YOLOv5"
    assert history.epoch.tolist() == [0, 1]
    assert list(history.train_parts) == ["box", "obj", "cls"]
    assert history.metrics["mAP50-95"].tolist() == [0.01, 0.11]
    assert history.lr["lr2"].tolist() == [0.07, 0.04]


def test_ultralytics_with_time_and_values_that_are_not_finite(tmp_path):
    history = read(run_folder(tmp_path, ULTRALYTICS))["history"]
    assert history.seconds.tolist() == [7.5, 16.6]
    assert np.isinf(history.train_loss[1])
    assert np.isnan(history.val_parts["box"][1])
    assert history.not_written == {}


def test_a_classification_run(tmp_path):
    history = read(run_folder(tmp_path, CLASSIFY))["history"]
    assert history.metric is not None
    assert history.metric[0] == "accuracy_top1"
    assert history.train_loss.tolist() == [2.3]


def test_the_text_log_of_older_yolov5_and_yolov7(tmp_path):
    history = read(run_folder(tmp_path, TEXT, "results.txt"))["history"]
    assert history.train_parts["obj"].tolist() == [0.03165, 0.03065]
    assert history.metrics["mAP50"].tolist() == [0.03, 0.13]
    assert history.val_parts["box"].tolist() == [0.07, 0.06]


def test_the_log_itself_can_be_named(tmp_path):
    run_folder(tmp_path, CLASSIFY)
    assert len(read(tmp_path / "results.csv")["history"]) == 1


def test_settings_of_ultralytics_become_the_setup_and_the_plan(tmp_path):
    facts = read(run_folder(tmp_path, ULTRALYTICS, args="epochs: 50\npatience: 7\nwarmup_epochs: 3.0\nlr0: 0.01\n"))
    assert facts["history"].planned_epochs == 50
    assert facts["history"].patience == 7
    assert facts["history"].warmup_epochs == 3.0
    assert facts["setup"].framework == "ultralytics"
    assert facts["setup"].settings["lr0"] == 0.01


def test_settings_of_yolov5_join_options_and_hyperparameters(tmp_path):
    run_folder(tmp_path, YOLOV5, opt="epochs: 300\nhyp:\n  lr0: 0.02\n", hyp="lr0: 0.01\nwarmup_epochs: 3.0\n")
    assert settings_beside(tmp_path / "results.csv") == {"lr0": 0.02, "warmup_epochs": 3.0, "epochs": 300}


def test_a_data_yaml_that_is_still_there_is_named(tmp_path):
    (tmp_path / "data.yaml").write_text("names: [a]\n")
    facts = read(run_folder(tmp_path, ULTRALYTICS, args=f"data: {tmp_path}/data.yaml\n"))
    assert facts["setup"].datasets == (f"{tmp_path}/data.yaml",)


def test_a_run_without_settings_has_no_setup(tmp_path):
    assert "setup" not in read(run_folder(tmp_path, ULTRALYTICS))


def test_broken_settings_do_not_keep_the_log_from_being_read(tmp_path):
    assert len(read(run_folder(tmp_path, ULTRALYTICS, args="a: [\n"))["history"]) == 2


def test_a_resumed_run_counts_its_later_rows(tmp_path):
    again = "2,20.0,1.0,1.0,1.0,0.3,0.3,0.2,0.06,1.0,1.0,1.0,0.1,0.1,0.1\n"
    history = read(run_folder(tmp_path, ULTRALYTICS + "3,18.0,9,9,9,0,0,0,0,9,9,9,0,0,0\n" + again))["history"]
    assert history.epoch.tolist() == [1, 2]
    assert history.train_parts["box"].tolist() == [3.7, 1.0]
    assert history.notes == ("2 epochs (2 to 3) written twice by a resumed run",)


def test_a_second_run_in_the_same_file_replaces_the_first(tmp_path):
    history = read(run_folder(tmp_path, ULTRALYTICS + ULTRALYTICS))["history"]
    assert history.epoch.tolist() == [1, 2]
    assert "earlier run" in history.notes[0]


def test_a_last_row_cut_by_a_kill_is_left_out(tmp_path):
    assert len(read(run_folder(tmp_path, ULTRALYTICS + "3,20.0,1."))["history"]) == 2


@pytest.mark.parametrize(
    ("column", "known"),
    [
        ("metrics/mAP50-95(M)", "metric/mAP50-95(M)"),
        ("metrics/mAP_0.5", "metric/mAP50"),
        ("test/loss", "val/loss"),
        ("train/seg_loss", "train/seg"),
        ("lr/pg7", "lr/pg7"),
        ("git/sha", None),
    ],
)
def test_columns_are_known_by_their_names(column, known):
    assert meaning(column) == known


def test_a_csv_of_something_else_is_not_claimed(tmp_path):
    assert read_run(run_folder(tmp_path, "epoch,price\n1,2\n")) is None
