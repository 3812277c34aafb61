"""T405: the output activation cannot give the values that the targets have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.loss_calls import layer_of, loss_calls_of
from traindx.core.loss_names import DISTANCES
from traindx.core.recording import Recording

REACHES = {
    "Sigmoid": "0..1",
    "Hardsigmoid": "0..1",
    "Softmax": "0..1",
    "Tanh": "-1..1",
    "Relu": "0 and above",
    "Softplus": "0 and above",
    "LogSoftmax": "0 and below",
    "LogSigmoid": "0 and below",
}


@check("T405", level="error")
def targets_out_of_reach(recording: Recording, *, share: float = 0.05) -> Iterator[Finding | Measured]:
    """A regression compares the output of a bounded activation with targets that lie beyond its bounds.

    ## Why is this bad?
    A sigmoid gives 0 to 1, tanh -1 to 1, ReLU nothing below 0. Targets beyond that can never be reached: the loss stops at
    their distance, the activation is driven into its flat end, and its gradient goes out.

    ## How to fix
    Leave the activation out, or scale the targets into its range (and the predictions back). Box coordinates that are divided
    by the size of the picture, or pictures scaled to 0..1, fit a sigmoid.

    Told by the operation that made the scores, as the graph names it. `share` of the targets out of reach is a guess:
    single outliers are no fault of the activation.
    """
    for found in loss_calls_of(recording):
        kinds = [kind for kind in REACHES if found.made_by(kind)]
        beyond = found.column("beyond")
        if found.name not in DISTANCES or not kinds or np.isnan(beyond).all():
            continue
        typical = float(np.nanmedian(beyond))
        yield Measured(
            f"targets beyond the reach of {kinds[0].lower()}", round(100 * typical, 2), f"under {100 * share:g}", "%"
        )
        if typical < share:
            continue
        low, high = np.nanmin(found.column("target_min")), np.nanmax(found.column("target_max"))
        text = f"{kinds[0].lower()} gives {REACHES[kinds[0]]}, the targets of {found.shown} go from {low:.4g} to {high:.4g}"
        text += f": {typical:.0%} of them are out of reach (should be none)"
        yield Finding(replace(found.place, layer=layer_of(recording, kinds[0])), text)


def _call(made_by: str, low: float, high: float, beyond: float) -> Facts:
    call = {"name": "mse_loss", "made_by": made_by, "target_min": low, "target_max": high, "beyond": beyond}
    return {"recording": recording_with(falling(), detail={"loss_call": call})}


@targets_out_of_reach.fires_on
def sigmoid_for_prices() -> Facts:
    return _call("Sigmoid", 3.0, 50.0, 1.0)


@targets_out_of_reach.fires_on
def relu_for_standardised_targets() -> Facts:
    return _call("Relu", -2.1, 2.4, 0.5)


@targets_out_of_reach.quiet_on
def sigmoid_for_boxes_as_shares_of_the_picture() -> Facts:
    return _call("Sigmoid", 0.02, 0.97, 0.0)


@targets_out_of_reach.quiet_on
def relu_for_counts() -> Facts:
    return _call("Relu", 0.0, 31.0, 0.0)


@targets_out_of_reach.quiet_on
def tanh_for_pictures_from_minus_one_to_one() -> Facts:
    return _call("Tanh", -1.0, 1.0, 0.0)


@targets_out_of_reach.quiet_on
def a_linear_output() -> Facts:
    call = {"name": "mse_loss", "made_by": "Addmm", "target_min": -3.0, "target_max": 50.0}
    return {"recording": recording_with(falling(), detail={"loss_call": call})}
