"""The accuracies that a training tells of its validations, beside those that were seen."""

from __future__ import annotations

import pytest

from traindx.core.example import falling, recording_with
from traindx.core.history import Told
from traindx.readers.told import told_in


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("epoch 9 train_loss 0.02 train_acc 0.9 val_loss 0.07 val_acc 0.1590", (0.159,)),
        ("[0] loss=1.2 acc=0.3 val_loss=1.1 val_acc=0.5", (0.5,)),
        ("{'epoch': 3, 'train/loss': 0.2, 'val/acc': 0.98}", (0.98,)),
        (" *   Acc@1 71.2 Acc@5 90", (71.2,)),
        ("val robust acc 0.0 val clean acc 0.9", (0.0, 0.9)),
        ("val_f1 0.3", ()),
    ],
)
def test_accuracies_of_the_validation_set_are_taken_and_no_others(text: str, values: tuple[float, ...]) -> None:
    validation = {"kind": "validation", "step": 29, "batches": 4, "accuracy": 0.75}
    printed = {"kind": "printed", "step": 30, "text": text, "validating": True}
    told = told_in(recording_with(falling(), events=[printed, validation]))
    assert told == ((Told(29, values, 0.75),) if values else ())


def test_an_accuracy_beside_a_loss_may_be_of_the_training_set() -> None:
    validation = {"kind": "validation", "step": 29, "batches": 4, "accuracy": 0.75}
    printed = {"kind": "printed", "step": 30, "text": "epoch 3 loss 0.2 acc 0.9", "validating": True}
    told = told_in(recording_with(falling(), events=[printed, validation]))
    assert told == (Told(29, (0.9,), 0.75, beside_loss=True),)


def test_what_is_printed_during_the_training_is_not_told_of_a_validation() -> None:
    validation = {"kind": "validation", "step": 29, "batches": 4, "accuracy": 0.75}
    printed = {"kind": "printed", "step": 20, "text": "val_acc 0.3"}
    assert told_in(recording_with(falling(), events=[printed, validation])) == ()


def test_a_validation_of_two_heads_is_left_out() -> None:
    validation = {
        "kind": "validation",
        "step": 29,
        "batches": 4,
        "accuracy": 0.6,
        "by_class": [[9, 3, 0, 3], [9, 3, 1, 3]],
    }
    printed = {"kind": "printed", "step": 30, "text": "val_acc 0.3", "validating": True}
    assert told_in(recording_with(falling(), events=[printed, validation])) == ()


@pytest.mark.parametrize(
    "calls",
    [
        {"loss_call": {"name": "cross_entropy", "shape": [96, 26]}},
        {
            "loss_call": {"name": "cross_entropy", "shape": [32, 10]},
            "more_loss_calls": [{"name": "cross_entropy", "shape": [32, 10]}],
        },
    ],
)
def test_letters_of_a_word_are_no_answers_to_whole_pictures(calls: dict[str, object]) -> None:
    validation = {"kind": "validation", "step": 29, "batches": 4, "accuracy": 0.9}
    printed = {"kind": "printed", "step": 30, "text": "val_acc 0.4", "validating": True}
    detail = {"batch": {"samples": 32}, **calls}
    assert told_in(recording_with(falling(), events=[printed, validation], detail=detail)) == ()
    one = {"batch": {"samples": 32}, "loss_call": {"name": "cross_entropy", "shape": [32, 26]}}
    assert len(told_in(recording_with(falling(), events=[printed, validation], detail=one))) == 1
