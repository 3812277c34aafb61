"""T440: dropout leaves out nine tenths or more of what a layer hands on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.recording import Recording
from traindx.core.trend import over_chance, trend

UNITS = ("Dropout", "AlphaDropout", "FeatureAlphaDropout")


@check("T440", level="error")
def dropout_too_high(
    recording: Recording,
    *,
    most: float = 0.9,
    surely: float = 0.97,
    worse: float = 1.5,
    passes: int = 30,
    stacked: float = 0.75,
    chance: float = 0.85,
) -> Iterator[Finding | Measured]:
    """A dropout of `most` or more keeps the training loss up.

    ## Why is this bad?
    PyTorch's `p` is the share that is left out, and what is kept is multiplied by 1 / (1 - p): with 0.95 a unit is either
    off or twenty times as large. The noise drowns what the layer had learned; the loss falls slowly or not at all.

    ## How to fix
    0.1 to 0.5 are usual. Other frameworks ask for the share to keep: a keep probability of 0.9 is `Dropout(0.1)` here.

    Below `surely` it is reported where the run shows it: the training loss ends over a third of that of guessing, or
    over `worse` times the loss of the validation, where dropout is off. Paths that are dropped as a whole are not meant.
    Three layers or more of `stacked` or more, one behind another as in a transformer, are reported where a hundred passes end
    over `chance` of the loss of guessing. Guesses: a single 0.8 is in use on wide features.
    """
    lines = recording.lines.get("dropout", ())
    layers = [x for line in lines[-1:] for x in line["layers"] if x.get("training") and x["kind"].startswith(UNITS)]
    if not lines:
        raise NotEnough("no dropout layer was seen")
    highest: Mapping[str, Any] = max(layers, key=lambda x: float(x["p"]), default={"name": "", "p": 0.0})
    share = float(highest["p"])
    yield Measured("largest share that a dropout layer leaves out", share, f"under {most:g}")
    several = [x for x in layers if float(x["p"]) >= stacked]
    reached = over_chance(recording)
    if len(several) >= 3 and recording.passes >= 100 and reached is not None and reached > chance:
        text = f"{len(several)} dropouts ({highest['name']} ...) leave out up to {share:.0%} of their units (0.1 to 0.3 are usual)"
        why = f": the training loss ends at {reached:.0%} of that of guessing"
        yield Finding(Place(layer=str(highest["name"]) or None, setting="p"), f"{text}{why}")
        return
    if share < most or recording.passes < passes or not np.isfinite(recording.loss).any():
        return
    why = _symptom(recording, worse)
    if why or share >= surely:
        text = f"dropout {highest['name']} leaves out {share:.0%} of its units (0.1 to 0.5 are usual)"
        yield Finding(Place(layer=str(highest["name"]) or None, setting="p"), f"{text}{why}")


def _symptom(recording: Recording, worse: float) -> str:
    """What shows that the noise is too much, in words."""
    end, reached = trend(recording.loss).end, over_chance(recording)
    calm = [v.loss for v in recording.validations[-1:] if v.loss is not None and v.batches > 1]
    modes = [v.get("mode") for v in recording.lines.get("validation", ())[-1:]]
    if calm and calm[0] > 0 and modes == ["eval"] and end > worse * calm[0]:
        return f": the training loss is {end:.3g}, without dropout in the validation it is {calm[0]:.3g}"
    if reached is not None and reached > 1 / 3:
        return f": the training loss ends at {reached:.0%} of that of guessing"
    if reached is None and trend(recording.loss).drop < 0.5:
        return f": the training loss fell by {max(trend(recording.loss).drop, 0):.0%}"
    return ""


def _facts(p: float, loss: list[float], kind: str = "Dropout", times: int = 1) -> Facts:
    line = {"kind": "dropout", "step": 0, "layers": times * [{"name": "drop", "kind": kind, "p": p, "training": True}]}
    call = {"loss_call": {"name": "cross_entropy", "classes": 10}}
    return {"recording": recording_with(loss, events=[line], detail=call)}


@dropout_too_high.fires_on
def the_share_to_keep_given_as_the_share_to_drop() -> Facts:
    return _facts(0.9, falling(end=1.5))


@dropout_too_high.fires_on
def nothing_comes_through() -> Facts:
    return _facts(1.0, flat())


@dropout_too_high.fires_on
def much_in_each_block_of_a_transformer() -> Facts:
    return _facts(0.8, falling(start=2.3, end=2.2, steps=200), times=9)


@dropout_too_high.quiet_on
def much_in_each_block_and_it_learns() -> Facts:
    return _facts(0.8, falling(start=2.3, end=1.2, steps=200), times=9)


@dropout_too_high.quiet_on
def one_half() -> Facts:
    return _facts(0.5, falling(end=1.5))


@dropout_too_high.quiet_on
def much_on_wide_features_and_it_learns() -> Facts:
    return _facts(0.9, falling(end=0.1))


@dropout_too_high.quiet_on
def whole_paths() -> Facts:
    return _facts(0.95, falling(end=1.5), kind="DropPath")
