"""T437: running statistics are those of the last batch alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.norm_layers import norm_layers_of
from traindx.core.recording import Recording


@check("T437", level="warning")
def running_statistics_of_last_batch(recording: Recording, *, most: float = 0.9) -> Iterator[Finding | Measured]:
    """The momentum of batch norms is 0.9 or more: the running statistics forget all but the last batch.

    ## Why is this bad?
    What evaluation normalises by then depends on which pictures came last. The smaller the batch, the more the validation
    swings from epoch to epoch.

    ## How to fix
    PyTorch's `momentum` is the share of the new batch. What other frameworks write as 0.99 or 0.9 is 0.01 or 0.1 here.
    """
    layers = [x for x in norm_layers_of(recording) if x.updates]
    if not layers:
        raise NotEnough("no batch norm with running statistics was recorded")
    known = [x for x in layers if x.training[-1] and isinstance(x.settings.get("momentum"), (int, float))]
    if not known:
        yield Measured("batch norms that update their statistics", 0)
        return
    highest = max(known, key=lambda x: float(x.settings["momentum"]))
    momentum = float(highest.settings["momentum"])
    yield Measured("largest momentum of a batch norm", momentum, f"under {most:g}")
    if momentum >= most:
        count = sum(float(x.settings["momentum"]) >= most for x in known)
        text = f"{count} of {len(known)} batch norms have momentum {momentum:g}: they keep the statistics of the last batch"
        yield Finding(Place(layer=highest.name, setting="momentum"), f"{text} (0.1 is usual)")


def _facts(momentum: float, training: bool = True) -> Facts:
    settings: dict[str, Any] = {"kind": "BatchNorm2d", "track_running_stats": True, "momentum": momentum}
    line = {
        "kind": "normalisation",
        "step": 0,
        "layers": [{"name": "bn", "training": training, "trainable": True, **settings}],
    }
    return {"recording": recording_with(falling(), events=[line], detail={"normalisation": {"ratio": [1.0]}})}


@running_statistics_of_last_batch.fires_on
def the_other_convention() -> Facts:
    return _facts(0.99)


@running_statistics_of_last_batch.quiet_on
def as_yolo_has_it() -> Facts:
    return _facts(0.03)


@running_statistics_of_last_batch.quiet_on
def frozen() -> Facts:
    return _facts(0.99, training=False)
