"""S205: the saved loss scale of mixed precision has collapsed."""

from __future__ import annotations

import math
from collections.abc import Iterator

from traindx.checks.checkpoint.example import model, optimizer, saved
from traindx.core.check import Facts, NotEnough, check
from traindx.core.checkpoint import Checkpoint, Part
from traindx.core.finding import Finding, Measured, Place


@check("S205", level="warning")
def loss_scale_collapsed(checkpoint: Checkpoint, *, least: float = 1.0) -> Iterator[Finding | Measured]:
    """The saved loss scale is below 1: half precision overflowed again and again before the checkpoint was written.

    ## Why is this bad?
    The scale begins at 65,536 and is halved at every step whose gradients are not finite. Below 1 small gradients vanish, and a
    scale of zero trains nothing. A resume goes on with it.

    ## How to fix
    Look for what overflows (a rate that is too high, an operation that wants full precision), or train in bfloat16, which
    needs no scale.

    `least` is a guess; seventeen overflows lead there from torch's beginning (torch.amp.GradScaler).
    """
    scalers = [part for part in checkpoint.of("scaler") if "scale" in part.values]
    if not scalers:
        raise NotEnough("the checkpoint holds no loss scale")
    for part in scalers:
        scale = float(part.values["scale"])
        yield Measured("saved loss scale", scale, f"at least {least:g}")
        if not math.isfinite(scale) or scale < least:
            text = (
                f"the saved loss scale is {scale:g}: half precision overflowed until nearly nothing was left of 65,536"
            )
            yield Finding(Place(path=checkpoint.path, setting=str(part)), text)


def _scaler(scale: float) -> Part:
    return Part("scaler", "scaler", values={"scale": scale, "growth_factor": 2.0})


@loss_scale_collapsed.fires_on
def scale_near_zero() -> Facts:
    return saved(model(), optimizer(), _scaler(2.0**-30))


@loss_scale_collapsed.quiet_on
def scale_as_usual() -> Facts:
    return saved(model(), optimizer(), _scaler(65_536.0))
