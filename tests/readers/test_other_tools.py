"""Weights & Biases, MLflow, histories in one JSON file, settings without results: small folders as the tools leave them."""

import json
import sqlite3
import struct

import pytest

from traindx.errors import TraindxError
from traindx.readers import read


def field(number, content):
    key = number << 3 | 2
    prefix = bytes([key]) if key < 128 else bytes([key & 127 | 128, key >> 7])
    size = len(content)
    return prefix + (bytes([size]) if size < 128 else bytes([size & 127 | 128, size >> 7])) + content


def item(name, value):
    return field(1, field(1, name.encode()) + field(16, json.dumps(value).encode()))


def wandb_file(folder, records):
    """A log of whole records, or of two halves where a block of 32 KiB ends."""
    data = b":W&B" + struct.pack("<HB", 0xBEE1, 0)
    for record in records:
        room = 32768 - len(data) % 32768
        if room < 7:
            data, room = data + b"\0" * room, 32768
        pieces = [record] if len(record) + 7 <= room else [record[: room - 7], record[room - 7 :]]
        kinds = [1] if len(pieces) == 1 else [2, 4]
        for piece, kind in zip(pieces, kinds, strict=True):
            data += b"\0\0\0\0" + struct.pack("<HB", len(piece), kind) + piece
    folder.mkdir(parents=True)
    (folder / "run-abc.wandb").write_bytes(data)


def test_an_offline_run_of_weights_and_biases(tmp_path):
    config = field(17, field(4, item("epochs", 30) + item("_wandb", {})))
    history = [
        field(
            2, item("epoch", e) + item("train/loss", 2.0 - 0.01 * e) + item("val_acc", 0.5) + item("note", "x" * 9000)
        )
        for e in range(12)
    ]
    wandb_file(tmp_path / "wandb" / "offline-run-20240501-abc", [config, *history])
    facts = read(tmp_path)
    assert facts["history"].epoch.tolist() == list(range(12))
    assert facts["history"].train_loss[-1] == pytest.approx(1.89)
    assert facts["history"].planned_epochs == 30 and facts["setup"].settings == {"epochs": 30}


def test_a_run_of_weights_and_biases_that_was_cut_is_read_up_to_there(tmp_path):
    wandb_file(tmp_path / "run", [field(2, item("epoch", e) + item("train_loss", 1.0)) for e in range(3)])
    file = tmp_path / "run" / "run-abc.wandb"
    file.write_bytes(file.read_bytes()[:-4])
    assert len(read(file)["history"]) == 2


def test_a_file_store_of_mlflow(tmp_path):
    run = tmp_path / "mlruns" / "1" / "abc"
    (run / "metrics" / "val").mkdir(parents=True)
    (run / "params").mkdir()
    (run / "meta.yaml").write_text("status: 3\n")
    (run / "params" / "epochs").write_text("3")
    (run / "metrics" / "train_loss").write_text("1700000000 2.0 0\n1700000001 1.0 1\n1700000002 0.5 2\n")
    (run / "metrics" / "val" / "accuracy").write_text("1700000000 0.5 0\n1700000001 0.6 1\n1700000002 0.7 2\n")
    for path in (run, tmp_path / "mlruns"):
        facts = read(path)
        assert facts["history"].train_loss.tolist() == [2.0, 1.0, 0.5]
        assert facts["history"].metrics["accuracy"].tolist() == [0.5, 0.6, 0.7]
        assert facts["history"].planned_epochs == 3 and facts["setup"].settings == {"epochs": "3"}


@pytest.mark.parametrize(
    "content",
    [
        {"loss": [2.0, 1.0], "accuracy": [0.4, 0.6], "val_loss": [2.1, 1.2], "val_accuracy": [0.3, 0.5]},
        {"history": {"train_losses": [2.0, 1.0], "val_losses": [2.1, 1.2], "val_accs": [0.3, 0.5]}},
        [
            {"epoch": e, "train": {"loss": 2.0 - e}, "val": {"loss": 2.1 - 0.9 * e, "acc": 0.3 + 0.2 * e}}
            for e in (0, 1)
        ],
    ],
    ids=["keras", "lists of an own loop", "epochs"],
)
def test_a_history_in_one_json_file(tmp_path, content):
    (tmp_path / "history.json").write_text(json.dumps(content))
    history = read(tmp_path)["history"]
    assert history.train_loss.tolist() == [2.0, 1.0]
    assert history.val_loss.tolist() == pytest.approx([2.1, 1.2])
    assert history.metrics["accuracy"].tolist() == pytest.approx([0.3, 0.5])


def test_a_report_is_no_history(tmp_path):
    (tmp_path / "report.json").write_text('{"schema": 1, "verdict": "healthy", "diagnoses": []}')
    with pytest.raises(TraindxError, match="no training log"):
        read(tmp_path / "report.json")


def test_settings_without_results_are_a_run_without_an_epoch(tmp_path):
    (tmp_path / "args.yaml").write_text("task: detect\nepochs: 50\nimgsz: 640\nbatch: 16\n")
    facts = read(tmp_path)
    assert len(facts["history"]) == 0 and facts["history"].planned_epochs == 50
    assert "before its first epoch" in facts["history"].notes[0] and facts["setup"].settings["batch"] == 16


def test_timms_settings_lie_beside_its_summary(tmp_path):
    (tmp_path / "summary.csv").write_text("epoch,train_loss,eval_loss,eval_top1\n0,2.0,2.1,30.0\n1,1.0,1.2,50.0\n")
    (tmp_path / "args.yaml").write_text("epochs: 300\nwarmup_epochs: 5\nmodel: resnet18\n")
    facts = read(tmp_path)
    assert (facts["history"].planned_epochs, facts["history"].warmup_epochs) == (300, 5.0)
    assert facts["setup"].framework == "pytorch" and facts["setup"].settings["model"] == "resnet18"


def test_settings_with_python_objects_make_none(tmp_path):
    (tmp_path / "metrics.csv").write_text("epoch,step,train_loss\n0,1,2.0\n1,2,1.0\n")
    (tmp_path / "hparams.yaml").write_text("args: !!python/object:argparse.Namespace\n  lr: 0.1\nmax_epochs: 9\n")
    facts = read(tmp_path)
    assert facts["setup"].settings == {"args": {"lr": 0.1}, "max_epochs": 9} and facts["history"].planned_epochs == 9


EPOCHS = (
    {"train_loss": 2.0, "test_loss": 2.1, "test_acc": 0.3},
    {"train_loss": 1.5, "test_loss": 1.8, "test_acc": 0.4},
)
LISTS = {name: [epoch[name] for epoch in EPOCHS] for name in EPOCHS[0]}
HISTORIES = {
    "lists": LISTS,
    "epochs": list(EPOCHS),
    "numbered": {str(i): epoch for i, epoch in enumerate(EPOCHS, 1)},
    "by split": {"train": {"loss": LISTS["train_loss"]}, "val": {"loss": LISTS["test_loss"], "acc": LISTS["test_acc"]}},
}


@pytest.mark.parametrize("held", HISTORIES.values(), ids=HISTORIES)
def test_a_history_in_json_is_read_in_the_shapes_that_people_give_it(tmp_path, held):
    (tmp_path / "run_7.json").write_text(json.dumps(held))
    history = read(tmp_path)["history"]
    assert history.train_loss.tolist() == [2.0, 1.5] and history.val_loss.tolist() == [2.1, 1.8]
    assert history.metrics["accuracy"].tolist() == [0.3, 0.4]


def test_a_database_of_mlflow(tmp_path):
    with sqlite3.connect(tmp_path / "mlflow.db") as database:
        database.execute("create table metrics (key, value, timestamp, run_uuid, is_nan, step)")
        database.execute("create table params (key, value, run_uuid)")
        database.execute("insert into params values ('epochs', '3', 'b')")
        for epoch in range(3):
            rows = [
                ("train_loss", 2.0 - epoch, epoch, "b", 0, epoch),
                ("metrics/mAP50-95B", 0.1 * epoch, epoch, "b", 0, epoch),
            ]
            database.executemany(
                "insert into metrics values (?, ?, ?, ?, ?, ?)", [*rows, ("train_loss", 9.0, -1, "a", 0, epoch)]
            )
    found = read(tmp_path)
    assert found["history"].train_loss.tolist() == [2.0, 1.0, 0.0]
    assert found["history"].metrics["mAP50-95"].tolist() == pytest.approx([0.0, 0.1, 0.2])
    assert found["setup"].settings["epochs"] == "3"
