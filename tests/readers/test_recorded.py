"""The history of a recording: from what a framework logged, else from the validations that were seen."""

from __future__ import annotations

from typing import Any

import numpy as np

from traindx.core.recording import Recording, recording_of
from traindx.readers.recorded import history_in


def metric(step: int, source: str, epoch: float | None = None, **values: float) -> list[dict[str, Any]]:
    """Lines of one moment; a double underscore in a name is a slash."""
    more = {} if epoch is None else {"epoch": epoch}
    return [
        {
            "kind": "metric",
            "step": step,
            "time": step,
            "name": n.replace("__", "/"),
            "value": v,
            "source": source,
            **more,
        }
        for n, v in values.items()
    ]


def recording(*lines: list[dict[str, Any]]) -> Recording:
    return recording_of([line for group in lines for line in group])


def said(step: int, text: str, *, validating: bool = False) -> list[dict[str, Any]]:
    more = {"validating": True} if validating else {}
    return [{"kind": "printed", "step": step, "time": step, "text": text, **more}]


def test_what_was_printed_after_a_validation_is_its_metric() -> None:
    found = history_in(
        recording(
            said(10, "epoch 1: loss 2.1, accuracy 0.30", validating=True),
            said(20, "epoch 2: loss 1.1, accuracy 0.60", validating=True),
        )
    )
    assert found is not None and found.tool == "what the training printed"
    np.testing.assert_allclose(found.metrics["accuracy"], [0.3, 0.6])
    np.testing.assert_allclose(found.train_loss, [2.1, 1.1])


def test_without_an_epoch_each_validation_that_was_printed_is_one() -> None:
    found = history_in(
        recording(
            said(5, "train loss 2.0"),
            said(10, "val acc: 41.5%", validating=True),
            said(15, "train loss 1.0"),
            said(20, "val acc: 63.0%", validating=True),
        )
    )
    assert found is not None and list(found.epoch) == [1, 2]
    np.testing.assert_allclose(found.metrics["accuracy"], [0.415, 0.63])
    np.testing.assert_allclose(found.train_loss, [2.0, 1.0])


def test_what_was_printed_of_the_training_alone_is_no_history() -> None:
    assert (
        history_in(recording(said(10, "epoch 1: loss 2.1, acc 0.30"), said(20, "epoch 2: loss 1.9, acc 0.4"))) is None
    )


def test_losses_between_two_validations_are_averaged_and_each_validation_is_a_row() -> None:
    made = recording(
        metric(5, "lightning", 0, train_loss=3.0, lr=0.1),
        metric(10, "lightning", 0, train_loss=2.0, lr=0.1),
        metric(10, "lightning", 0, val_loss=2.5),
        metric(10, "lightning", 0, val_acc=0.4),
        metric(15, "lightning", 1, train_loss=1.0, lr=0.05),
        metric(20, "lightning", 1, val_loss=1.5, val_acc=0.6),
        metric(25, "lightning", 2, train_loss=0.5),
    )
    history = history_in(made)
    assert history is not None and history.tool == "what lightning logged" and history.epoch.tolist() == [0, 1]
    assert history.train_loss.tolist() == [2.5, 1.0] and history.val_loss.tolist() == [2.5, 1.5]
    assert history.metric is not None and history.metric[1].tolist() == [0.4, 0.6]
    assert history.lr["lr"].tolist() == [0.1, 0.05] and history.seconds.tolist() == [10, 20]


def test_epochs_without_an_optimizer_step_between_them_are_rows_of_their_own() -> None:
    lines = [
        line for epoch in (0, 1) for line in metric(0, "ultralytics", epoch, train__box_loss=1.0, val__box_loss=2.0)
    ]
    history = history_in(recording(lines))
    assert history is not None and history.epoch.tolist() == [0, 1] and history.val_loss.tolist() == [2.0, 2.0]


def test_the_framework_is_believed_before_the_logger_that_it_tells() -> None:
    both = [line for step in (10, 20) for line in metric(step, "tensorboard", None, val__acc=0.1)]
    both += [line for step in (10, 20) for line in metric(step, "ultralytics", step / 10, **{"metrics__mAP50(B)": 0.3})]
    history = history_in(recording(both))
    assert history is not None and list(history.metrics) == ["mAP50"] and history.epoch.tolist() == [1, 2]


def test_a_tensorboard_tag_with_the_split_behind_it_and_percent_are_read() -> None:
    lines = [
        line
        for step in (10, 20)
        for line in metric(step, "tensorboard", None, Loss__train=2.0, Loss__val=3.0, Accuracy__val=40.0)
    ]
    history = history_in(recording(lines))
    assert history is not None and history.epoch.tolist() == [1, 2]
    assert history.val_loss.tolist() == [3.0, 3.0] and history.train_loss.tolist() == [2.0, 2.0]
    assert history.metrics["accuracy"].tolist() == [0.4, 0.4] and history.notes == ("accuracy read as per cent",)


def test_a_metric_of_the_training_set_is_not_taken_for_validation() -> None:
    assert history_in(recording(metric(1, "wandb", None, loss=1.0, accuracy=0.9))) is None


def test_evaluations_of_the_trainer_are_rows_by_epoch() -> None:
    lines = [
        *metric(4, "transformers", 0.5, loss=2.0),
        *metric(8, "transformers", 1.0, eval_loss=1.5, eval_accuracy=0.5),
        *metric(16, "transformers", 2.0, eval_loss=1.0, eval_accuracy=0.75),
    ]
    history = history_in(recording(lines))
    assert (
        history is not None and history.epoch.tolist() == [1, 2] and history.metrics["accuracy"].tolist() == [0.5, 0.75]
    )


def test_without_a_logger_the_validations_of_several_batches_are_the_rows() -> None:
    steps = [{"kind": "step", "step": n, "loss": 4.0 - n} for n in range(4)]
    seen = [
        {"kind": "validation", "step": n, "batches": b, "loss": 2.0, "accuracy": 0.5}
        for n, b in ((1, 5), (2, 1), (3, 5))
    ]
    history = history_in(recording_of([*steps, *seen]))
    assert history is not None and history.epoch.tolist() == [1, 2]
    np.testing.assert_allclose(history.train_loss, [3.5, 1.5])
    assert history.val_loss.tolist() == [2.0, 2.0] and history.metrics["accuracy"].tolist() == [0.5, 0.5]


def test_a_step_whose_loss_was_not_seen_is_no_loss_that_is_not_finite() -> None:
    losses: list[float | str | None] = [3.0, None, None, None, 1.0, "inf"]
    steps = [{"kind": "step", "step": n, "loss": loss} for n, loss in enumerate(losses)]
    seen = [{"kind": "validation", "step": n, "batches": 5, "loss": 2.0} for n in (1, 3, 5)]
    history = history_in(recording_of([*steps, *seen]))
    assert history is not None and history.not_written["train/loss"].tolist() == [False, True, False]
    assert history.train_loss[0] == 3.0 and history.train_loss[2] == np.inf


def test_a_training_that_was_never_validated_has_no_history() -> None:
    assert history_in(recording_of([{"kind": "step", "step": 0, "loss": 1.0}])) is None


def test_the_loss_of_a_validation_counts_only_where_one_function_makes_it() -> None:
    def seen(*functions: str) -> Recording:
        first, *more = ({"name": name, "shape": [8, 4], "value": 1.0} for name in functions)
        step = {"kind": "step", "step": 0, "time": 0, "loss": 11.0, "weight_norm": 1.0, "loss_call": first}
        valid = {"kind": "validation", "step": 0, "time": 1, "batches": 4, "loss": 1.5, "accuracy": 0.5}
        printed = said(1, "epoch 1: train loss 11.0, val loss 12.5", validating=True)
        return recording([{**step, "more_loss_calls": more}, valid], printed)

    one, several = history_in(seen("cross_entropy")), history_in(seen("cross_entropy", "smooth_l1_loss"))
    assert one is not None and several is not None
    assert list(one.val_loss) == [1.5] and list(several.val_loss) == [12.5]


def test_a_printed_metric_is_not_lost_beside_losses_that_were_seen() -> None:
    steps = [{"kind": "step", "step": n, "time": n, "loss": 4.0 - 0.1 * n} for n in range(20)]
    seen = [{"kind": "validation", "step": n, "batches": 3, "loss": 5.0 - 0.1 * n} for n in (9, 19)]
    lines = [said(n + 1, f"epoch {n} AP50 cat 0.{n}0 dog 0.{n}4", validating=True) for n in (1, 2)]
    found = history_in(recording(steps, seen, *lines))
    assert found is not None
    np.testing.assert_allclose(found.metrics["mAP50"], [0.12, 0.22])
    np.testing.assert_allclose(found.val_loss, [4.1, 3.1])
