"""T420: the model is validated in training mode."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.loaders import loaders_of
from traindx.core.modal_layers import modal_kinds
from traindx.core.recording import Layer, Recording


@check("T420", level="error")
def validation_in_training_mode(
    recording: Recording, *, share: float = 0.8, rare: int = 5
) -> Iterator[Finding | Measured]:
    """The forward passes of the validation run with the model in training mode.

    ## Why is this bad?
    Dropout leaves units out, and batch normalisation takes the statistics of the validation batch: the metric depends on
    what else lies in the batch. The running statistics, which the saved model uses, follow the validation pictures too.

    ## How to fix
    `model.eval()` before the validation and `model.train()` after it.

    Judged are the model itself (no average of it), passes of several batches that are in training mode from the first to the
    last, of a model with batch norms or dropout. Where there are none, single passes count that come no more often than every
    `rare` steps (a guess): of a teacher or a player there is one at every step. Not reported: several optimizers (two
    players), models that return their losses themselves and do so in training mode only (torchvision's detectors), a
    minority of the validations (drawing several answers with dropout on purpose), and passes over the training data
    without a loss, which collect statistics.
    """
    validations = _validations(recording, rare)
    if not recording.lines.get("validation"):
        raise NotEnough("no validation was seen")
    modal = modal_kinds(recording)
    wrong = [v for v in validations if _in_training(v, modal)]
    yield Measured("validations in training mode", len(wrong), f"0 of {len(validations)}")
    if (
        not wrong
        or len(wrong) < share * len(validations)
        or len(recording.optimizers) > 1
        or _returns_losses(recording)
    ):
        return
    judged = any(v.get("loss") is not None or v.get("accuracy") is not None for v in wrong)
    if not judged and wrong[0]["batches"] > 1 and not _own_loader(recording):
        return
    first = wrong[0]
    kinds = ", ".join(sorted(k for k, (train, _) in first.get("kinds", {}).items() if train and k in modal))
    text = f"{len(wrong)} of {len(validations)} validations run in training mode, with active {kinds} (should be evaluation mode)"
    yield Finding(Place(path=first.get("path"), line=first.get("line"), step=int(first["step"])), text)


def _validations(recording: Recording, rare: int) -> list[Mapping[str, Any]]:
    """The validations of several batches whose mode is known, else those of one batch, if there are two and not too many."""
    known = [v for v in recording.lines.get("validation", ()) if "mode" in v]
    several = [v for v in known if v.get("batches", 0) > 1]
    single = [v for v in known if v.get("batches") == 1 and v["step"] > 0]
    gaps = np.diff([v["step"] for v in single])
    return several or (single if len(gaps) and gaps.min() >= rare else [])


def _in_training(validation: Mapping[str, Any], modal: set[str]) -> bool:
    """Whether the root itself is in training mode at the first and at the last batch, with layers for which that matters."""
    if validation.get("root") != "train" or not validation.get("training") or validation.get("root_itself") is False:
        return False
    return any(train and kind in modal for kind, (train, _) in validation.get("kinds", {}).items())


def _returns_losses(recording: Recording) -> bool:
    return any(d.get("loss_parts", {}).get("from") == "root" for d in recording.details.values())


def _own_loader(recording: Recording) -> bool:
    """Whether a loader was used without gradients alone: that of a validation."""
    passes = loaders_of(recording).passes
    return bool({p.loader for p in passes} - {p.loader for p in passes if p.training})


def _facts(*lines: Mapping[str, Any], **more: Any) -> Facts:
    run = recording_with(falling(), events=lines, **more)
    return {"recording": replace(run, layers=(*run.layers, Layer("bn", "BatchNorm2d")))}


def _validation(step: int, **more: Any) -> dict[str, Any]:
    seen = {"training": True, "mode": "train", "root": "train", "kinds": {"BatchNorm2d": [3, 0]}, "root_itself": True}
    place = {"path": "train.py", "line": 40}
    return {"kind": "validation", "step": step, "batches": 8, "loss": 0.5, **seen, **place, **more}


@validation_in_training_mode.fires_on
def eval_was_forgotten() -> Facts:
    return _facts(_validation(19), _validation(39))


@validation_in_training_mode.fires_on
def the_whole_test_set_at_once() -> Facts:
    return _facts(_validation(19, batches=1, loss=None), _validation(39, batches=1, loss=None))


@validation_in_training_mode.quiet_on
def a_teacher_at_every_step() -> Facts:
    return _facts(*(_validation(step, batches=1) for step in range(1, 60)))


@validation_in_training_mode.quiet_on
def in_evaluation_mode() -> Facts:
    return _facts(
        {"kind": "validation", "step": 19, "batches": 8, "training": False, "mode": "eval", "root_itself": True}
    )


@validation_in_training_mode.quiet_on
def drawing_several_answers_on_purpose() -> Facts:
    calm = {"kind": "validation", "step": 19, "batches": 8, "training": False, "mode": "eval", "root_itself": True}
    return _facts(calm, _validation(39))


@validation_in_training_mode.quiet_on
def a_detector_that_returns_losses_in_training_mode_only() -> Facts:
    return _facts(
        _validation(19), detail={"loss_parts": {"from": "root", "values": {"loss_box": 1.0, "loss_cls": 1.0}}}
    )


@validation_in_training_mode.quiet_on
def an_average_of_the_weights() -> Facts:
    return _facts(_validation(19, root_itself=False))


@validation_in_training_mode.quiet_on
def statistics_collected_after_training() -> Facts:
    return _facts(_validation(59, loss=None))
