"""Run folders of other tools, diagnosed as a whole: verdict, first cause, and what is named as no fault."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from traindx.core.report import Report
from traindx.examine import diagnose

RIPPLE = (0.006, -0.004, 0.0, 0.005, -0.006)
SETTINGS = """task: detect
model: yolov8n.pt
data: my data.yaml
epochs: {epochs}
imgsz: 640
batch: 16
close_mosaic: 10
patience: 100
"""


def ultralytics(folder: Path, rows: Iterable[tuple[float, float, float]], epochs: int = 60) -> Report:
    """The report on a folder with a training loss, a validation loss and mAP50-95 for each epoch."""
    lines = ["epoch,train/box_loss,val/box_loss,metrics/mAP50(B),metrics/mAP50-95(B),lr/pg0"]
    lines += [
        f"{i},{t},{v},{min(1.4 * m, 1.0)},{m},{min(i, 3) * 0.003 * (1 - i / 100)}"
        for i, (t, v, m) in enumerate(rows, 1)
    ]
    (folder / "results.csv").write_text("\n".join(lines) + "\n")
    (folder / "args.yaml").write_text(SETTINGS.format(epochs=epochs))
    return diagnose(folder)


def healthy(epochs: int = 60, closes: int = 1000) -> list[tuple[float, float, float]]:
    """A run that learns and settles; its training loss falls by a tenth where mosaic is closed."""
    return [
        (
            (1.0 + 2.0 * 0.9**i + RIPPLE[i % 5]) * (0.9 if i >= closes else 1.0),
            1.1 + 2.0 * 0.9**i + RIPPLE[i % 5],
            0.6 * (1 - 0.9**i) + RIPPLE[(i + 2) % 5],
        )
        for i in range(epochs)
    ]


def causes(report: Report) -> list[str]:
    return [d.cause for d in report.diagnoses if d.status in ("proved", "consistent")]


def test_a_run_that_settled_is_healthy_and_its_closed_mosaic_is_named(tmp_path):
    report = ultralytics(tmp_path, healthy(closes=50))
    assert report.verdict == "healthy" and causes(report) == ["healthy", "schedule-event"]
    assert "close_mosaic=10" in report.diagnoses[1].because[0].text
    assert report.meta["sentence"].startswith("Healthy: mAP50-95, first epoch to best level")


def test_what_could_not_be_looked_at_comes_with_the_runs_own_command(tmp_path):
    reasons = {o.reason for o in ultralytics(tmp_path, healthy()).outcomes if o.code == "T201"}
    assert reasons == {"needs a recording; run `traindx run -- yolo detect train model=yolov8n.pt 'data=my data.yaml'`"}


def test_a_run_that_learnt_by_heart_is_overfitting(tmp_path):
    rows = [
        (2.0 * 0.95**i, v + 0.03 * max(0, i - 20), m - 0.006 * max(0, i - 20)) for i, (_, v, m) in enumerate(healthy())
    ]
    report = ultralytics(tmp_path, rows)
    assert report.verdict == "faulty" and causes(report)[0] == "overfitting"


def test_a_validation_loss_that_rises_alone_is_left_open(tmp_path):
    rows = [(2.0 * 0.93**i, v + 0.05 * max(0, i - 30), min(m, 0.5)) for i, (_, v, m) in enumerate(healthy())]
    report = ultralytics(tmp_path, rows)
    assert report.verdict == "unclear" and causes(report)[0] == "overfitting"


@pytest.mark.parametrize(("epochs", "state"), [(3, "too-early-to-tell"), (20, "too-early-to-tell")])
def test_a_run_that_was_cut_off_is_unclear(tmp_path, epochs, state):
    report = ultralytics(tmp_path, healthy(epochs))
    assert report.verdict == "unclear" and causes(report)[0] == state


def test_validation_labels_that_were_not_found_are_named(tmp_path):
    report = ultralytics(tmp_path, [(t, 0.0, 0.0) for t, _, _ in healthy()])
    assert report.verdict == "faulty" and causes(report)[0] == "labels-not-found"


def test_losses_that_end_above_their_start_are_a_rate_too_high(tmp_path):
    rows = [(t, v, m) if i < 10 else (9.0, 9.5, 0.001) for i, (t, v, m) in enumerate(healthy())]
    report = ultralytics(tmp_path, rows)
    assert report.verdict == "faulty" and causes(report)[0] == "lr-too-high"


def test_finished_weights_that_a_warm_up_wrecked_are_a_rate_too_high(tmp_path):
    rows = [(2.3, 2.4, max(0.02, 0.5 - 0.04 * i) + RIPPLE[i % 5]) for i in range(60)]
    report = ultralytics(tmp_path, rows)
    assert report.verdict == "faulty" and causes(report)[0] == "lr-too-high"


def test_training_that_is_as_poor_as_validation_is_not_called_healthy(tmp_path):
    rows = [(2.0 + 0.4 * 0.8**i + RIPPLE[i % 5], 2.1 + RIPPLE[i % 5], 0.12 * (1 - 0.8**i)) for i in range(60)]
    report = ultralytics(tmp_path, rows)
    assert report.verdict == "unclear" and causes(report)[0] == "underfitting"


def test_settings_without_results_are_too_early_to_tell(tmp_path):
    (tmp_path / "args.yaml").write_text(SETTINGS.format(epochs=60))
    report = diagnose(tmp_path)
    assert report.verdict == "unclear" and "0 epochs of 60" in report.meta["sentence"]


def test_a_console_log_that_ends_in_an_error_names_the_users_line(tmp_path):
    log = tmp_path / "train.log"
    log.write_text(
        "Epoch 1/10 loss: 0.93\nTraceback (most recent call last):\n"
        '  File "train.py", line 21, in <module>\n    loss.backward()\n'
        "torch.OutOfMemoryError: CUDA out of memory.\n"
    )
    report = diagnose(log)
    finding = next(f for o in report.outcomes if o.code == "V419" for f in o.findings)
    assert report.verdict == "faulty" and (finding.place.path, finding.place.line) == ("train.py", 21)


def classifier(folder: Path, rows: Iterable[tuple[float, float, float, float]]) -> Report:
    """The report on a csv of training loss, validation loss, accuracy and rate for each epoch."""
    lines = [f"{i},{t},{v},{a},{r}" for i, (t, v, a, r) in enumerate(rows, 1)]
    (folder / "log.csv").write_text("\n".join(["epoch,train_loss,val_loss,val_acc,lr", *lines]) + "\n")
    return diagnose(folder)


CHANCE = 2.3026
STANDING = {
    "far too small a rate": ([(CHANCE - 1e-5 * i, CHANCE, 0.1, 1e-7) for i in range(12)], "lr-too-low"),
    "a first epoch that shot up": (
        [(4e3 if i == 0 else 2.4 + 0.02 * (i % 3), 2.4, 0.1, 0.1) for i in range(12)],
        "lr-too-high",
    ),
    "a rate raised above all before": (
        [(2.3 * 0.7**i, 1.0, 0.9, 0.01) if i < 8 else (2.7, 3.0, 0.1, 5.0) for i in range(15)],
        "lr-too-high",
    ),
    "a schedule by epochs, stepped per batch": (
        [(CHANCE, CHANCE, 0.1, 0.001 * 0.01**i) for i in range(12)],
        "schedule-misapplied",
    ),
    "classes in another order": ([(2.3 * 0.7**i, 2.3 + i, 0.005, 0.01) for i in range(12)], "evaluator-mismatch"),
}


@pytest.mark.parametrize("rows, cause", STANDING.values(), ids=STANDING)
def test_a_log_in_which_nothing_good_comes_is_faulty_with_its_cause(tmp_path, rows, cause):
    report = classifier(tmp_path, rows)
    assert report.verdict == "faulty" and causes(report)[0] == cause
    assert not {"healthy", "within-noise", "val-below-train", "schedule-event"} & set(causes(report))


def test_fine_tuning_that_starts_near_its_end_is_healthy(tmp_path):
    rows = [(0.05 + 0.001 * (i % 3), 0.06, 0.95 + 0.002 * (i % 2), 1e-5) for i in range(12)]
    assert classifier(tmp_path, rows).verdict == "healthy"
