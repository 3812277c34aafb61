"""T333: the loss has trainable parameters of its own, and no optimizer holds them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.recording import Recording


@check("T333", level="error")
def loss_parameters_without_optimizer(recording: Recording) -> Iterator[Finding | Measured]:
    """A loss with weights of its own gets gradients for them, and they stay as they began.

    ## Why is this bad?
    The directions of the classes (ArcFace, CosFace), their centres, the weights of several tasks or a temperature are learned
    with the network, or the loss is another one than was meant: the network has to go where they happen to lie.

    ## How to fix
    `optimizer = SGD([*model.parameters(), *criterion.parameters()], lr=…)`, or an optimizer of its own. Weights that are to
    stay say `requires_grad_(False)`, or are a buffer.

    Not reported are weights that change without an optimizer, and losses with a network inside, such as perceptual ones.
    """
    if not recording.details:
        raise NotEnough("no step was recorded in full")
    lines = [line for line in recording.lines.get("loss_parameters", ()) if line.get("reached")]
    found = [line for line in lines if line.get("moved") == 0]
    yield Measured("losses whose own parameters get gradients and are in no optimizer", len(found), "0")
    for line in found:
        shapes = ", ".join("×".join(map(str, shape)) for shape in line["shapes"])
        text = f"{', '.join(line['names'])} ({shapes}) of {line['class']} get gradients, are in no optimizer, and do not change"
        place = Place(path=line.get("path"), line=line.get("line"), parameter=line["names"][0])
        yield Finding(place, f"{text} (should be trained with the model)")


def _facts(**fields: Any) -> Facts:
    line = {"kind": "loss_parameters", "step": 1, "class": "ArcFaceLoss", "names": ["weight"], "shapes": [[10, 64]]}
    place = {"path": "train.py", "line": 31, "reached": 1, "moved": 0}
    detail = {"parameters": {"grad": [1.0]}}
    return {
        "recording": recording_with(falling(), detail=detail, events=[{**line, **place, **fields}] if fields else [])
    }


@loss_parameters_without_optimizer.fires_on
def directions_of_classes_left_out() -> Facts:
    return _facts(moved=0)


@loss_parameters_without_optimizer.quiet_on
def centres_that_the_training_moves_itself() -> Facts:
    return _facts(moved=1)


@loss_parameters_without_optimizer.quiet_on
def a_scale_that_no_gradient_reaches() -> Facts:
    return _facts(reached=0)


@loss_parameters_without_optimizer.quiet_on
def a_loss_without_weights() -> Facts:
    return _facts()
