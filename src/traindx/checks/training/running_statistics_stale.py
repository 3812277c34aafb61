"""T431: running statistics of batch norms have not followed the batches."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.norm_layers import NormLayer, norm_layers_of
from traindx.core.recording import Recording


@check("T431", level="error")
def running_statistics_stale(
    recording: Recording, *, taken: float = 0.1, steps: int = 50, apart: float = 2.0, usual: float = 0.01
) -> Iterator[Finding | Measured]:
    """At the end of the run the running statistics still are mostly those that the layers started with, and do not fit.

    ## Why is this bad?
    Training normalises by the batch, evaluation by the running statistics. Where those have hardly moved from their start, the
    network that is evaluated is another one than the network that was trained, whatever the training loss says.

    ## How to fix
    PyTorch's `momentum` is the share of the new batch: 0.1 is usual, 0.01 follows in some hundred steps. 0 never follows;
    a framework that writes 0.99 means 0.01 here. `torch.optim.swa_utils.update_bn` computes the statistics anew.

    Reported after `steps` steps where less than `taken` of the statistics has come from batches, 1 - (1 - momentum)^steps, and a
    typical channel's variance differs from the running one by a factor of `apart`, or its mean by `apart` / 4 standard
    deviations; or less than half of them has, and they differ by the square of that (guesses): pretrained statistics that
    fit the pictures are not reported. Nor is a momentum of `usual` or more, EfficientNet's, in a run of some dozen steps.
    """
    layers = [x for x in norm_layers_of(recording) if x.updates and np.mean(x.training) > 0.5]
    if not layers:
        raise NotEnough("no batch norm in training mode with running statistics was recorded")
    shares = [_taken(x, recording) for x in layers]
    least = int(np.argmin(shares))
    yield Measured("share of the running statistics that came from batches", shares[least], f"over {taken:g}")
    if recording.passes < steps:
        return
    stale = [
        x
        for x, share in zip(layers, shares, strict=True)
        if (share < taken and _misfits(x, apart))
        or (share < 0.5 and float(x.settings.get("momentum") or 0) < usual and _misfits(x, apart**2))
    ]
    if stale:
        worst = max(stale, key=lambda x: abs(math.log(max(x.late("ratio"), 1e-9))))
        momentum = worst.settings.get("momentum")
        text = f"{len(stale)} of {len(layers)} batch norms (momentum {momentum:g}) keep statistics that do not fit"
        text += (
            f": in {worst.name} the batch has {worst.late('ratio'):.2g} times the running variance (should be near 1)"
        )
        yield Finding(Place(layer=worst.name, setting="momentum", step=int(worst.steps[-1])), text)


def _taken(layer: NormLayer, recording: Recording) -> float:
    """The share of the running statistics that batches of this run have made."""
    momentum = layer.settings.get("momentum")
    return 1.0 if momentum is None else 1 - (1 - min(float(momentum), 1.0)) ** recording.passes


def _misfits(layer: NormLayer, apart: float) -> bool:
    ratio, away = layer.late("ratio"), layer.late("z_median")
    return bool((np.isfinite(ratio) and not 1 / apart <= ratio <= apart) or (np.isfinite(away) and away > apart / 4))


def _facts(momentum: float, ratio: float, z: float) -> Facts:
    settings: dict[str, Any] = {"kind": "BatchNorm2d", "track_running_stats": True, "momentum": momentum}
    line = {
        "kind": "normalisation",
        "step": 0,
        "layers": [{"name": "bn", "training": True, "trainable": True, **settings}],
    }
    detail = {"normalisation": {"ratio": [ratio], "z_median": [z]}}
    return {"recording": recording_with(falling(), events=[line], detail=detail)}


@running_statistics_stale.fires_on
def momentum_of_zero() -> Facts:
    return _facts(0.0, 0.05, 0.3)


@running_statistics_stale.fires_on
def momentum_of_a_hundredth_of_the_usual() -> Facts:
    return _facts(0.003, 0.05, 0.3)


@running_statistics_stale.quiet_on
def statistics_that_come_near() -> Facts:
    return _facts(0.003, 0.4, 0.3)


@running_statistics_stale.quiet_on
def the_momentum_of_efficientnet_after_sixty_steps() -> Facts:
    return _facts(0.01, 0.01, 0.3)


@running_statistics_stale.quiet_on
def the_usual_momentum() -> Facts:
    return _facts(0.1, 0.9, 0.1)


@running_statistics_stale.quiet_on
def pretrained_statistics_that_fit() -> Facts:
    return _facts(0.0003, 0.9, 0.1)
