"""T323: most of the model is frozen at the random values that it began with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.gradient_flow import freezing_line, frozen_at_random, layer_of, place_at
from traindx.core.recording import Recording


@check("T323", level="warning")
def random_weights_frozen(recording: Recording, *, share: float = 0.5) -> Iterator[Finding | Measured]:
    """Weights that were drawn at random in this run, and into which nothing was loaded, do not require gradients.

    ## Why is this bad?
    Freezing keeps what was learned before. Here nothing was: the layers that train stand on random features.

    ## How to fix
    Load pretrained weights before freezing, or take the freezing out. Random features may be meant, so this is a warning;
    the checks of the loss say whether the run learns all the same.

    `share` of the model's weights is a guess.
    """
    if not recording.parameters or not recording.details:
        raise NotEnough("no step was recorded in full")
    frozen, part, all_of_them = frozen_at_random(recording)
    yield Measured("share of the weights that is frozen at random values", round(part, 4), f"under {share:g}")
    if part < share or all_of_them:
        return
    text = f"{part:.0%} of the weights are frozen at the random values that they began with ({len(frozen)} tensors)"
    yield Finding(place_at(freezing_line(recording), layer=layer_of(frozen[0].name), parameter=frozen[0].name), text)


def frozen_run(loss: list[float], *, random: bool = True) -> Recording:
    """A recording of a run of which all but the last layer is frozen."""
    shapes: Mapping[str, Any] = {"conv1.weight": [64, 3, 3, 3], "conv2.weight": [64, 64, 3, 3], "fc.weight": [10, 64]}
    held = [{"name": n, "shape": s, "trainable": n == "fc.weight", "optimizer": 0} for n, s in shapes.items()]
    call = {"call": "kaiming_uniform_", "numbers": "", "parameters": list(shapes)}
    lines: list[Mapping[str, Any]] = [{"kind": "initialised", "step": 0, "calls": [call]}]
    if not random:
        lines.append({"kind": "weights_loaded", "covers": 1.0, "kept": 3, "looked": 3})
    return recording_with(loss, parameters=held, events=lines)


@random_weights_frozen.fires_on
def a_random_backbone_is_frozen() -> Facts:
    return {"recording": frozen_run(falling())}


@random_weights_frozen.quiet_on
def a_pretrained_backbone_is_frozen() -> Facts:
    return {"recording": frozen_run(falling(), random=False)}
