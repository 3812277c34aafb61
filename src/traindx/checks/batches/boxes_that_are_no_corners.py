"""B149: functions that read corners are given boxes that are none, in training."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from traindx.core.box_calls import Site, by_line, sites_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.recording import Recording


@check("B149", level="error")
def boxes_that_are_no_corners(
    recording: Recording, *, share: float = 0.3, min_boxes: int = 20
) -> Iterator[Finding | Measured]:
    """Training gives boxes to a function that reads corners, and of many the second corner lies left of or above the first.

    ## Why is this bad?
    `box_iou`, `generalized_box_iou` and their kin, and `box_convert` from `xyxy`, complain of nothing: overlaps of centre and size
    read as corners are zero or meaningless, and so are the matches and the loss made of them.

    ## How to fix
    `torchvision.ops.box_convert(boxes, "cxcywh", "xyxy")` before the call. Predicted corners may be in any order while they
    are learned: an overlap counts where both of its sets are so, or the one that does not learn while the other does.

    `share` of the boxes of a line of code, and `min_boxes`, are guesses; in a right call it is none. In a training that an
    error ended fewer boxes count.
    """
    groups = [g for g in by_line(sites_of(recording)) if not g[0].validating and reads_corners(g[0])]
    least = 1 if recording.ending == "raised" else min_boxes
    groups = [g for g in groups if sum(min(s.boxes) for s in g) >= least]
    if not groups:
        raise NotEnough("no function of boxes was called in training")
    for group in groups:
        shares = shares_of(group)
        fixed = [s for s, learns in zip(shares, group[-1].learns, strict=True) if not learns]
        worst = min(fixed) if fixed and (len(fixed) > 1 or len(shares) > 1) else 0.0
        worst = shares[0] if len(shares) == 1 and fixed else worst
        yield Measured(f"boxes that are no corners ({group[-1].path}:{group[-1].line})", worst, f"under {share:g}")
        if worst > share:
            text = f"{worst:.0%} of the boxes that are read as corners here have their second corner left of or above the first:"
            yield Finding(group[0].place, f"{text} they are in another format, such as centre and size")


def reads_corners(site: Site) -> bool:
    """Whether the function takes corners."""
    return site.call in ("overlap", "nms") or site.call.startswith("xyxy to")


def shares_of(group: Sequence[Site]) -> list[float]:
    """For each set of boxes the share that are no corners, over all calls of a line."""
    counts = range(len(group[0].boxes))
    return [sum(s.inverted[i] for s in group) / max(sum(s.boxes[i] for s in group), 1) for i in counts]


def run_with_calls(step: Sequence[Any] = (), lines: Sequence[Any] = ()) -> Facts:
    """A run of 60 steps whose sites of boxes are `step` in each step, and `lines` in each of six validations, for examples."""
    events = [{"kind": "box_calls", "step": 10 * n + 9, "sites": list(lines)} for n in range(6)]
    return {"recording": recording_with(falling(), detail={"box_calls": list(step)}, events=events if lines else [])}


def site(call: str, *inverted: int, learns: Sequence[bool] = (False, False), **meeting: Any) -> dict[str, Any]:
    """A site with 40 boxes in each set, of which so many are no corners."""
    many = len(inverted)
    found = {"call": call, "path": "train.py", "line": 42, "boxes": [40] * many, "inverted": list(inverted)}
    found |= {"learns": list(learns)[:many], "high": [1.0] * many}
    return found | ({"meeting": meeting} if meeting else {})


@boxes_that_are_no_corners.fires_on
def centres_in_the_loss() -> Facts:
    return run_with_calls([site("overlap", 30, 38, learns=(True, False))])


@boxes_that_are_no_corners.quiet_on
def corners_that_are_still_being_learned() -> Facts:
    return run_with_calls([site("overlap", 30, 0, learns=(True, False)), site("overlap", 30, 0)])


@boxes_that_are_no_corners.quiet_on
def predictions_in_any_order_converted() -> Facts:
    return run_with_calls([site("xyxy to cxcywh", 30, learns=(True,)), site("cxcywh to xyxy", 30)])
