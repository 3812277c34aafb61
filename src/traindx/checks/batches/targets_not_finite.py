"""B147: boxes of a training batch hold NaN or infinity."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.box_examples import run_with_boxes
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
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

    Looked at are the batches of recorded steps, those at which a loss turned NaN among them.
    """
    held = [(r.step, r, recording.details[r.step]["targets"]) for r in received(recording) if r.count and r.images]
    if not held:
        raise NotEnough("no targets with boxes were seen")
    bad = [(step, r) for step, r, targets in held if (targets.get("boxes") or {}).get("not_finite")]
    yield Measured("recorded steps with boxes that are not finite", len(bad), f"0 of {len(held)}")
    if bad:
        step, first = bad[0]
        count = int(recording.details[step]["targets"]["boxes"]["not_finite"])
        text = f"{count} of {first.count} boxes of step {step} hold NaN or infinity (should be 0)"
        files = f": in one of {', '.join(first.files[:4])}" if first.files else ""
        yield Finding(fed_at(recording, step=step), text + files)


def _run(bad: int) -> Facts:
    facts = run_with_boxes((300, 310, 320, 315))
    for detail in facts["recording"].details.values():
        detail["targets"] = {**detail["targets"], "boxes": {**detail["targets"]["boxes"], "not_finite": bad}}
    return facts


@targets_not_finite.fires_on
def one_coordinate_that_is_nan() -> Facts:
    return _run(1)


@targets_not_finite.quiet_on
def boxes_of_numbers() -> Facts:
    return _run(0)
