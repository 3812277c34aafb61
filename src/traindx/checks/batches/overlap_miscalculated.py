"""B157: a function of the user's own that is named after the overlap of boxes returns something else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from traindx.core.box_calls import own_overlaps_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.own_overlaps import NEAR
from traindx.core.recording import Recording


@check("B157", level="error", preview=True)
def overlap_miscalculated(recording: Recording, *, far: float = 0.1, pairs: int = 200) -> Iterator[Finding | Measured]:
    """What a function called `iou` or `jaccard` returns is no overlap of its arguments, in whatever format these are.

    ## Why is this bad?
    Matches, losses and metrics that are made of it are wrong, without an error: axes exchanged, a width without `clamp(min=0)` that
    makes boxes overlap that lie apart, a union of which the shared part was not taken off.

    ## How to fix
    Hold it against `torchvision.ops.box_iou` on twenty boxes of your own, or use that.

    Its values are compared with shared area over that of the union, of either box and of the smaller one, with and without a last
    pixel, and with 1 less these, for corners, centre and size, and corner and size. Named where they differ by `far` on average in
    the nearest of all, over `pairs` pairs of boxes that meet or of which it says so. Guesses; right ones differ by 0.00. A function
    that speaks of GIoU, DIoU or CIoU is not judged: it may return these.
    """
    sites = own_overlaps_of(recording)
    told: dict[tuple[str, int, str], list[Any]] = {}
    for site, entry in sites:
        told.setdefault((site.path, site.line, str(entry["function"])), []).append((site, entry))
    if not told:
        raise NotEnough("no function of the user's own is named after an overlap of boxes")
    for (path, line, function), group in told.items():
        count = sum(int(entry["told"]) for _, entry in group)
        off = sum(int(entry["told"]) * float(entry["off"]) for _, entry in group) / max(count, 1)
        yield Measured(f"mean distance of {function} from an overlap ({path}:{line})", off, f"under {NEAR:g}")
        if off > far and count >= pairs:
            text = (
                f"{function} returns no overlap of the boxes that it is given: over {count} pairs it is {off:.2g} off"
            )
            yield Finding(group[0][0].place, f"{text} the nearest of all usual measures and formats (should be 0)")


def _site(off: float) -> dict[str, Any]:
    own = {"function": "bbox_iou", "format": "xyxy", "off": off, "told": 300}
    return {"call": "overlap", "path": "train.py", "line": 42, "boxes": [40, 40], "inverted": [0, 0]} | (
        {"learns": [False, False], "high": [1.0, 1.0]} | own
    )


@overlap_miscalculated.fires_on
def a_width_that_is_not_cut_off_at_zero() -> Facts:
    return {"recording": recording_with(falling(), detail={"own_overlaps": [_site(0.4)]})}


@overlap_miscalculated.quiet_on
def the_overlap_of_centre_and_size() -> Facts:
    return {"recording": recording_with(falling(), detail={"own_overlaps": [_site(0.0)]})}


@overlap_miscalculated.quiet_on
def a_few_pairs_alone() -> Facts:
    few = {**_site(0.4), "told": 3}
    return {"recording": recording_with(falling(), events=[{"kind": "own_overlaps", "step": 9, "sites": [few]}])}
