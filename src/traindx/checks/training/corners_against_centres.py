"""T442: a distance is taken from corners of boxes to numbers that are no corners."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.loss_calls import loss_calls_of
from traindx.core.loss_names import DISTANCES
from traindx.core.recording import Recording


@check("T442", level="error", preview=True)
def corners_against_centres(
    recording: Recording, *, always: float = 0.999, seldom: float = 0.5, min_steps: int = 10, min_boxes: int = 100
) -> Iterator[Finding | Measured]:
    """A squared or absolute error compares predictions that always are corners of boxes with targets that mostly are none.

    ## Why is this bad?
    The second corner is driven to where the width and the height stand: what is learned are boxes of another format, while an
    overlap in the same loss may pull the other way.

    ## How to fix
    Compare both in one format: convert for the overlap alone, `generalized_box_iou(to_corners(found), to_corners(meant))`, and
    take the distance of the boxes as they are, `l1_loss(found, meant)`.

    Of rows of four numbers the share is counted in which the third is above the first and the fourth above the second. Reported
    where all predictions have it in each recorded step (`always`), and of the targets no more than `seldom`: what is learned from
    such targets, and is free to, takes their order. Over `min_steps` and `min_boxes`. Guesses.
    """
    seen = [
        c for c in loss_calls_of(recording) if c.name in DISTANCES and np.isfinite(c.column("target_corners")).any()
    ]
    if not seen:
        raise NotEnough("no distance of rows of four numbers was seen")
    for calls in seen:
        found, meant = calls.column("input_corners"), calls.column("target_corners")
        known = np.isfinite(found) & np.isfinite(meant)
        boxes = sum(int(c["shape"][0]) for c, k in zip(calls.calls, known, strict=True) if k)
        if known.sum() < min_steps or boxes < min_boxes:
            continue
        least, share = float(found[known].min()), float(meant[known].mean())
        yield Measured(f"share of the predictions of {calls.shown} that are corners, at least", least)
        yield Measured("share of its targets that are corners, on average", share, "the same")
        if least >= always and share <= seldom:
            text = f"{calls.shown} compares predictions of which all are corners, in {int(known.sum())} recorded steps, with"
            text += f" targets of which {share:.0%} are: they are in another format, such as centre and size"
            yield Finding(calls.place, text)


def _run(found: float, meant: float) -> Facts:
    call = {"name": "l1_loss", "shape": [16, 4], "path": "train.py", "line": 42}
    return {
        "recording": recording_with(
            falling(), detail={"loss_call": call | {"input_corners": found, "target_corners": meant}}
        )
    }


@corners_against_centres.fires_on
def converted_predictions_and_targets_as_they_are() -> Facts:
    return _run(1.0, 0.1)


@corners_against_centres.quiet_on
def centres_against_centres() -> Facts:
    return _run(0.2, 0.1)


@corners_against_centres.quiet_on
def corners_against_corners() -> Facts:
    return _run(1.0, 1.0)
