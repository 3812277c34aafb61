"""S212: a training in half precision whose loss scale is not in the checkpoint."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.checkpoint.example import SCHEDULE, model, optimizer, saved
from traindx.core.check import Facts, NotEnough, check
from traindx.core.checkpoint import Checkpoint, Part
from traindx.core.finding import Finding, Measured, Place

HALF = ("16", "16-mixed", "fp16", "float16", "half", "O1", "O2")
KEYS = ("amp", "fp16", "use_amp", "native_amp", "mixed_precision", "precision", "amp_dtype")
OWN_WAY = ("ultralytics", "yolov5", "huggingface", "lightning")
"""What these save is their own affair: Ultralytics and the Trainer keep the scale, or switch it off on the processor alone."""


@check("S212", level="warning")
def loss_scale_not_saved(checkpoint: Checkpoint) -> Iterator[Finding | Measured]:
    """The saved settings say half precision with a loss scale, and the scale is not in the checkpoint.

    ## Why is this bad?
    A resume begins at 65,536 again: the first steps overflow and are left out until the scale has come down once more.

    ## How to fix
    Save `scaler.state_dict()` and give it back. Training in bfloat16 needs no scale.
    """
    if not checkpoint.of("optimizer") or checkpoint.writer in OWN_WAY:
        raise NotEnough("the checkpoint is not one that an own loop would go on from")
    asked = {key: checkpoint.settings[key] for key in KEYS if key in checkpoint.settings}
    bfloat = any("bf" in str(value) for value in checkpoint.settings.values() if isinstance(value, str))
    half = [key for key, value in asked.items() if (value is True and not bfloat) or str(value) in HALF]
    kept = checkpoint.of("scaler")
    yield Measured("settings that ask for half precision", len(half))
    yield Measured("saved loss scales", len(kept), "1" if half else "")
    if half and not kept:
        text = f"{half[0]} is {asked[half[0]]} in the saved settings, and the loss scale is not in the checkpoint"
        yield Finding(Place(path=checkpoint.path, setting="scaler"), text, fix='save {"scaler": scaler.state_dict()}')


@loss_scale_not_saved.fires_on
def half_precision_without_scale() -> Facts:
    return saved(model(), optimizer(), SCHEDULE, settings={"amp": True})


@loss_scale_not_saved.quiet_on
def scale_that_was_saved() -> Facts:
    scale = Part("scaler", "scaler", values={"scale": 65_536.0, "growth_factor": 2.0})
    return saved(model(), optimizer(), SCHEDULE, scale, settings={"amp": True})


@loss_scale_not_saved.quiet_on
def bfloat_without_scale() -> Facts:
    return saved(model(), optimizer(), SCHEDULE, settings={"amp": True, "amp_dtype": "bfloat16"})
