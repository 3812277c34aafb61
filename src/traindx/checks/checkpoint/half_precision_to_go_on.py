"""S231: weights to go on from were saved in half precision."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.checkpoint.example import WEIGHTS, model, optimizer, saved
from traindx.core.check import Facts, NotEnough, check
from traindx.core.checkpoint import FLOATS, HALVES, Checkpoint, Part, Tensor
from traindx.core.finding import Finding, Measured, Place

ON_PURPOSE = ("ultralytics", "yolov5")


@check("S231", level="note")
def half_precision_to_go_on(checkpoint: Checkpoint) -> Iterator[Finding | Measured]:
    """Weights that a training would go on from are saved in half precision.

    ## Why is this bad?
    Half precision keeps three digits: steps smaller than a thousandth of a weight, which late steps are, are rounded away when
    the file is written. For use after training it does no harm, and Ultralytics saves so on purpose.

    ## How to fix
    Save the weights in full precision beside the optimizer, and a half precision copy for use.
    """
    floats = [t for _, t in checkpoint.weights if t.dtype in FLOATS]
    if not floats or not checkpoint.of("optimizer"):
        raise NotEnough("the checkpoint holds no weights with an optimizer to go on from")
    halves = [t for t in floats if t.dtype in HALVES]
    yield Measured("weights in half precision", len(halves), f"0 of {len(floats)}")
    if halves and checkpoint.writer not in ON_PURPOSE:
        text = f"{len(halves)} of {len(floats)} weights are {halves[0].dtype}, beside the state of an optimizer"
        yield Finding(Place(path=checkpoint.path, parameter=halves[0].name), text)


def _halved() -> Part:
    return Part("model", "model", tuple(Tensor(t.name, t.shape, "float16") for t in WEIGHTS))


@half_precision_to_go_on.fires_on
def halves_beside_an_optimizer() -> Facts:
    return saved(_halved(), optimizer())


@half_precision_to_go_on.quiet_on
def full_precision() -> Facts:
    return saved(model(), optimizer())


@half_precision_to_go_on.quiet_on
def as_ultralytics_saves() -> Facts:
    return saved(_halved(), optimizer(), writer="ultralytics")
