"""What loggers are told stands in the recording: numbers by name, bounded, each once, and epochs by number."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.utils.data import DistributedSampler
from torch.utils.tensorboard import SummaryWriter

from tests.recorder.conftest import Net, Record, batch, train
from traindx.core.metrics import metrics_of
from traindx.core.recording import Recording
from traindx.recorder import logged


def sgd(model: torch.nn.Module) -> torch.optim.Optimizer:
    return torch.optim.SGD(model.parameters(), 0.01)


def test_values_of_every_plain_kind_are_written_and_what_is_no_number_is_not(record: Record, folder: Path) -> None:
    values = {
        "int": 3,
        "float": 0.25,
        "numpy": np.float32(0.5),
        "tensor": torch.tensor(0.75, requires_grad=True),
        "nan": float("nan"),
        "nested": {"a": 1.0},
        "epoch": 7,
        "flag": True,
        "word": "yes",
        "many": torch.ones(3),
        "array": np.ones(2),
        "nothing": None,
        "complex": torch.tensor(1j),
    }
    model = Net()
    with record() as session:
        train(model, sgd(model), 2)
        session.seen.logged.metrics(values, "somebody", epoch=7, at=70)
        session.seen.logged.metrics(None, "somebody")
    found = metrics_of(Recording.load(folder))
    assert {name: float(series.value[0]) for name, series in found.items() if name != "nan"} == {
        "int": 3.0,
        "float": 0.25,
        "numpy": 0.5,
        "tensor": 0.75,
        "nested/a": 1.0,
    }
    assert np.isnan(found["nan"].value[0]) and found["int"].epoch[0] == 7 and found["int"].step[0] == 2
    assert all(line["at"] == 70 and line["source"] == "somebody" for line in Recording.load(folder).lines["metric"])


def test_lines_and_names_are_bounded_and_the_last_values_are_still_written(
    record: Record, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logged, "IN_FULL", 50)
    model = Net()
    with record() as session:
        train(model, sgd(model), 1)
        for n in range(20_000):
            session.seen.logged.metrics({"loss": n}, "somebody")
        for n in range(1000):
            session.seen.logged.metrics({f"name {n}" * 50: n}, "somebody")
    found = metrics_of(Recording.load(folder))
    assert len(found["loss"]) < 500 and found["loss"].value[-1] > 0.97 * 20_000
    assert found["loss"].value[:50].tolist() == list(range(50))
    assert len(found) == logged.MOST_NAMES and max(map(len, found)) == logged.LONGEST_NAME


def test_one_value_that_goes_through_two_loggers_is_written_once(record: Record, folder: Path, tmp_path: Path) -> None:
    model = Net()
    writer = SummaryWriter(str(tmp_path / "events"))
    with record() as session:
        train(model, sgd(model), 3)
        session.seen.logged.metrics({"val/acc": 0.5}, "framework")
        writer.add_scalar("val/acc", 0.5, 3)
        writer.add_scalar("val/acc", torch.tensor(0.625), global_step=4)
        writer.add_scalars("parts", {"box": 1.0, "cls": 2.0}, 4)
    writer.close()
    lines = Recording.load(folder).lines["metric"]
    assert [(x["name"], x["value"], x["source"], x.get("at")) for x in lines] == [
        ("val/acc", 0.5, "framework", None),
        ("val/acc", 0.625, "tensorboard", 4),
        ("parts/box", 1.0, "tensorboard", 4),
        ("parts/cls", 2.0, "tensorboard", 4),
    ]


def test_logging_changes_no_weight_and_no_random_number(record: Record, tmp_path: Path) -> None:
    def run() -> bytes:
        torch.manual_seed(0)
        model = Net()
        optimizer, writer = sgd(model), SummaryWriter(str(tmp_path / "events"))
        for step in range(5):
            train(model, optimizer, 1)
            writer.add_scalar("x", torch.rand(1), step)
        writer.close()
        return b"".join(t.detach().numpy().tobytes() for t in (*model.parameters(), torch.rand(3)))

    plain = run()
    with record():
        assert run() == plain


def test_a_number_of_a_class_of_its_own_is_read_as_python_stores_it(
    record: Record, folder: Path, tmp_path: Path
) -> None:
    class Odd(float):
        def __float__(self) -> float:
            raise RuntimeError("no number after all")

    model = Net()
    writer = SummaryWriter(str(tmp_path / "events"))
    with record() as session:
        session.seen.logged.metrics({"before": 1.0}, "somebody")
        with pytest.raises(RuntimeError):
            writer.add_scalar("x", Odd(1.0), 0)
        train(model, sgd(model), 2)
    writer.close()
    recording = Recording.load(folder)
    assert [line["value"] for line in recording.lines["metric"] if line["name"] == "x"] == [1.0]
    assert recording.of("probe_failed") == [] and len(recording.step) == 2 and recording.ending == "finished"


def test_a_number_on_a_device_waits_for_the_readback(record: Record, folder: Path) -> None:
    model = Net()
    value = torch.tensor(0.375)
    with record() as session:
        train(model, sgd(model), 1)
        session.seen.logged._write("late", None, value, "somebody", None, None)
        value.fill_(99.0)
        train(model, sgd(model), 1)
    assert metrics_of(Recording.load(folder))["late"].value.tolist() == [0.375]


def test_numbers_that_wait_for_the_device_are_few(
    record: Record, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logged, "MOST_WAITING", 3)
    model = Net()
    with record() as session:
        train(model, sgd(model), 1)
        for n in range(9):
            if session.seen.logged._may_wait(torch.tensor(0.5)):
                session.seen.logged._write(f"late {n}", None, torch.tensor(0.5), "somebody", None, None)
        train(model, sgd(model), 1)
        assert session.seen.logged._waiting == 0
    assert len(metrics_of(Recording.load(folder))) == 3


def test_epochs_of_a_step_each_are_bounded(record: Record, folder: Path) -> None:
    model = Net()
    with record() as session:
        train(model, sgd(model), 1)
        for number in range(20_000):
            session.seen.logged.epoch(number, "framework")
    assert 1000 < len(Recording.load(folder).of("epoch")) < 1300


def test_an_epoch_is_told_once_by_samplers_and_frameworks(record: Record, folder: Path) -> None:
    data = torch.utils.data.TensorDataset(*batch(16))
    samplers = [DistributedSampler(data, num_replicas=2, rank=0) for _ in range(2)]
    model = Net()
    optimizer = sgd(model)
    with record() as session:
        for epoch in range(3):
            samplers[0].set_epoch(epoch)
            session.seen.logged.epoch(epoch, "framework")
            train(model, optimizer, 4)
            samplers[1].set_epoch(epoch)
    events = Recording.load(folder).of("epoch")
    assert [(e.data["number"], e.data["source"], e.step) for e in events] == [
        (0, "sampler", 0),
        (1, "sampler", 4),
        (2, "sampler", 8),
    ]


def test_torchmetrics_are_named_by_their_class_and_not_written_for_each_batch(record: Record, folder: Path) -> None:
    import torchmetrics

    accuracy = torchmetrics.classification.MulticlassAccuracy(4, average="micro")
    model = Net()
    with record():
        train(model, sgd(model), 2)
        model.eval()
        with torch.no_grad():
            for seed in range(3):
                x, y = batch(seed=seed)
                accuracy(model(x), y)
        expected = float(accuracy.compute())
        accuracy.compute()
    (line,) = Recording.load(folder).lines["metric"]
    assert line["name"] == "MulticlassAccuracy" and line["value"] == pytest.approx(expected, rel=1e-6)
    assert line["validating"] is True and line["step"] == 2


def test_a_row_of_timms_summary_and_a_coco_evaluation_are_written(record: Record, folder: Path, tmp_path: Path) -> None:
    import timm.utils
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    truth = COCO()
    box = {"image_id": 1, "category_id": 1, "bbox": [0, 0, 50, 50], "area": 2500, "iscrowd": 0}
    truth.dataset = {
        "info": {},
        "images": [{"id": 1, "height": 99, "width": 99}],
        "categories": [{"id": 1, "name": "a"}],
        "annotations": [{**box, "id": 1}],
    }
    truth.createIndex()
    found = truth.loadRes([{**box, "score": 0.9}])
    with record():
        model = Net()
        train(model, sgd(model), 2)
        file = tmp_path / "summary.csv"
        timm.utils.update_summary(4, {"loss": 1.5}, {"loss": 1.25, "top1": 60.0}, file, lr=0.1, write_header=True)
        evaluator = COCOeval(truth, found, "bbox")
        evaluator.evaluate(), evaluator.accumulate(), evaluator.summarize()
    series = metrics_of(Recording.load(folder))
    with file.open() as written:
        (row,) = csv.DictReader(written)
    assert {n: series[n].value[0] for n in ("train_loss", "eval_top1")} == {
        n: float(row[n]) for n in ("train_loss", "eval_top1")
    }
    assert series["lr"].epoch.tolist() == [4] and series["mAP50"].value[0] == pytest.approx(1.0)
    assert series["mAP50-95"].source == "coco" and "mAP50-95_small" not in series
