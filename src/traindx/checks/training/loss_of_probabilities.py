"""T401: cross entropy is given probabilities instead of logits."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from traindx.core.check import Facts, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.loss_calls import layer_of, loss_calls_of
from traindx.core.recording import Recording

HALF = 0.03
"""How far sums of a softmax in half precision may lie from 1: rounding of its numbers."""


@check("T401", level="error")
def loss_of_probabilities(recording: Recording, *, tolerance: float = 1e-3) -> Iterator[Finding | Measured]:
    """The inputs of the cross entropy are not negative and sum to 1 in every row: softmax was applied already.

    ## Why is this bad?
    Cross entropy applies its own softmax. Applied twice, the outputs can differ by a factor e at most: the loss cannot
    fall below -ln(e / (e + K - 1)), 1.461 for 10 classes, and the gradients are many times smaller.

    ## How to fix
    Return the logits: leave out the model's last softmax, and apply it only for predictions.
    """
    for found in loss_calls_of(recording):
        calls = [c for c in found.calls if c.get("row_sum_min") is not None and int(c.get("classes") or 2) > 1]
        if found.name != "cross_entropy" or len(calls) < 2:
            continue
        twice = [c for c in calls if _probabilities(c, tolerance)]
        yield Measured("recorded steps at which the outputs already sum to 1", len(twice), f"0 of {len(calls)}")
        if len(twice) < 0.9 * len(calls):
            continue
        call, classes = calls[0], int(calls[0].get("classes") or 2)
        floor = -math.log(math.e / (math.e + classes - 1))
        text = f"cross entropy gets probabilities (rows sum to {call['row_sum_max']:.4g}, smallest {call['input_min']:.3g})"
        evidence = (Measured("lowest loss that can be reached", floor, "0"),)
        place = replace(found.place, layer=layer_of(recording, "Softmax"))
        yield Finding(place, f"{text}; its loss cannot fall below {floor:.3f} with {classes} classes", evidence)


def _probabilities(call: Mapping[str, Any], tolerance: float) -> bool:
    if call.get("made_by") == "Softmax":
        tolerance = max(tolerance, HALF)
    sums = abs(call["row_sum_min"] - 1) < tolerance and abs(call["row_sum_max"] - 1) < tolerance
    return bool(sums and call["input_min"] >= 0 and call["input_max"] <= 1 + tolerance)


def _call(low: float, high: float, row_low: float, row_high: float) -> dict[str, object]:
    sums = {"row_sum_min": row_low, "row_sum_max": row_high}
    return {"loss_call": {"name": "cross_entropy", "classes": 10, "input_min": low, "input_max": high, **sums}}


@loss_of_probabilities.fires_on
def softmax_twice() -> Facts:
    return {"recording": recording_with(flat(level=2.2), detail=_call(0.01, 0.9, 0.99999, 1.00001))}


@loss_of_probabilities.quiet_on
def logits() -> Facts:
    return {"recording": recording_with(falling(), detail=_call(-4.0, 6.0, -3.0, 9.0))}


@loss_of_probabilities.quiet_on
def log_softmax_twice_which_changes_nothing() -> Facts:
    return {"recording": recording_with(falling(), detail=_call(-9.0, -0.01, -60.0, -23.0))}
