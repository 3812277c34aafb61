"""B147: boxes of a training batch hold NaN or infinity."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from traindx.core.box_examples import run_with_boxes
from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.loaders import fed_at
from traindx.core.received import received
from traindx.core.recording import Recording


@check("B147", level="error", preview=True)
def targets_not_finite(recording: Recording) -> Iterator[Finding | Measured]:
    """A box that the network is to learn has a coordinate that is no number.

    ## Why is this bad?
    The box loss of that picture is NaN, and after the optimizer's step every weight is.

    ## How to fix
    Look at what the dataset returns for the pictures of this batch: a division by a width or height of zero, an empty cell
    of a table, a transform. Leave out such boxes, or correct them: `assert torch.isfinite(target["boxes"]).all()`.

    Looked at are the batches of recorded steps, those at which a loss turned NaN among them, and what loss functions are given
    as targets where it is not finite from the first step on, and the predictions are.
    """
    held = [(r.step, r, recording.details[r.step]["targets"]) for r in received(recording) if r.count and r.images]
    calls = [(step, call) for step, detail in sorted(recording.details.items()) for call in _calls(detail)]
    given = [(step, call) for step, call in calls if "target_min" in call]
    if given:
        broken = [(step, call) for step, call in given if _is_broken(call)]
        yield Measured("recorded losses whose targets are not finite", len(broken), f"0 of {len(given)}")
        if broken and _is_broken(given[0][1]):  # from the first step on: no weight can have made it
            step, call = broken[0]
            place = Place(path=call.get("path"), line=call.get("line"), step=step)
            text = f"the targets of {call['name']} hold NaN or infinity at step {step}, before any weight was changed"
            yield Finding(place, f"{text}: look at what they are made of, such as the logarithm of a box's size")
    if not held and not given:
        raise NotEnough("no targets with boxes were seen")
    bad = [(step, r) for step, r, targets in held if (targets.get("boxes") or {}).get("not_finite")]
    yield Measured("recorded steps with boxes that are not finite", len(bad), f"0 of {len(held)}")
    if bad:
        step, first = bad[0]
        count = int(recording.details[step]["targets"]["boxes"]["not_finite"])
        text = f"{count} of {first.count} boxes of step {step} hold NaN or infinity (should be 0)"
        files = f": in one of {', '.join(first.files[:4])}" if first.files else ""
        yield Finding(fed_at(recording, step=step), text + files)


_OFFSETS = {
    "name": "smooth_l1_loss",
    "input_min": -1.0,
    "input_max": 1.5,
    "target_max": 2.0,
    "path": "train.py",
    "line": 109,
}


def _calls(detail: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [call for call in (detail.get("loss_call"), *detail.get("more_loss_calls", ())) if call]


def _is_broken(call: Mapping[str, Any]) -> bool:
    """Whether the targets are not finite where the predictions are."""
    low, high = call.get("target_min"), call.get("target_max")
    known = math.isfinite(call.get("input_min") or 0.0) and math.isfinite(call.get("input_max") or 0.0)
    return known and any(v is not None and not math.isfinite(v) for v in (low, high))


def _run(bad: int) -> Facts:
    facts = run_with_boxes((300, 310, 320, 315))
    for detail in facts["recording"].details.values():
        detail["targets"] = {**detail["targets"], "boxes": {**detail["targets"]["boxes"], "not_finite": bad}}
    return facts


@targets_not_finite.fires_on
def one_coordinate_that_is_nan() -> Facts:
    return _run(1)


@targets_not_finite.fires_on
def offsets_made_of_boxes_with_a_negative_width() -> Facts:
    return {"recording": recording_with(falling(), detail={"loss_call": {**_OFFSETS, "target_min": math.nan}})}


@targets_not_finite.quiet_on
def offsets_made_of_boxes() -> Facts:
    return {"recording": recording_with(falling(), detail={"loss_call": {**_OFFSETS, "target_min": -2.0}})}


@targets_not_finite.quiet_on
def boxes_of_numbers() -> Facts:
    return _run(0)
