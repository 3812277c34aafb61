"""S213: a training with averaged weights whose average, or its count of updates, is not in the checkpoint."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.checkpoint.example import SCHEDULE, average, model, optimizer, saved
from traindx.core.check import Facts, NotEnough, check
from traindx.core.checkpoint import Checkpoint
from traindx.core.finding import Finding, Measured, Place

ASKED = ("model_ema", "ema", "use_ema")
COUNTED = ("ultralytics", "yolov5")
"""Their average follows faster at first, by its count of updates, which a resume has to have (`ModelEMA`)."""


@check("S213", level="warning")
def average_not_saved(checkpoint: Checkpoint) -> Iterator[Finding | Measured]:
    """The training averages its weights, and the average or its count of updates is not in the checkpoint.

    ## Why is this bad?
    A resume begins the average anew, and the weights that are validated and kept lose what the average had gathered. Without its
    count it follows every step again as in the first ones.

    ## How to fix
    Save the average's `state_dict()` and its count of updates, and give both back.
    """
    if not checkpoint.of("optimizer"):
        raise NotEnough("the checkpoint is not one that a training would go on from")
    asked = [key for key in ASKED if checkpoint.settings.get(key) is True]
    averages = checkpoint.of("ema")
    yield Measured("averages of the weights", len(averages), "1" if asked else "")
    place = Place(path=checkpoint.path, setting="ema")
    if asked and not averages:
        text = f"{asked[0]} is on in the saved settings, and the averaged weights are not in the checkpoint"
        yield Finding(place, text, fix='save {"ema": ema.state_dict()}')
    counted = isinstance(checkpoint.values.get("updates"), int) or any("updates" in part.values for part in averages)
    if averages and checkpoint.writer in COUNTED and not counted:
        text = "the averaged weights are saved without their count of updates, which sets how fast they follow"
        yield Finding(place, text, fix='save {"updates": ema.updates}')


@average_not_saved.fires_on
def average_that_was_asked_for() -> Facts:
    return saved(model(), optimizer(), SCHEDULE, settings={"model_ema": True})


@average_not_saved.fires_on
def average_without_its_count() -> Facts:
    return saved(model(), optimizer(), average(updates=None), writer="yolov5")


@average_not_saved.quiet_on
def average_with_its_count() -> Facts:
    return saved(model(), optimizer(), average(), writer="yolov5")


@average_not_saved.quiet_on
def training_without_average() -> Facts:
    return saved()
