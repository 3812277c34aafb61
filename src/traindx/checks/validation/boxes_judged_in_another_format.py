"""V435: validation compares boxes in two formats, or reads boxes as corners that are none."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.batches.boxes_that_are_no_corners import reads_corners, run_with_calls, shares_of, site
from traindx.core.box_calls import by_line, sites_of
from traindx.core.box_meeting import GIVEN, pooled
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.recording import Recording


@check("V435", level="error")
def boxes_judged_in_another_format(
    recording: Recording,
    *,
    poor: float = 0.35,
    good: float = 0.4,
    gain: float = 0.2,
    least: float = 0.1,
    many: int = 100,
    share: float = 0.5,
    min_boxes: int = 20,
) -> Iterator[Finding | Measured]:
    """Validation's boxes hardly overlap as they are given, and do in another reading; or they are no corners and are read as such.

    ## Why is this bad?
    The metric stays near zero whatever was learned, or non-maximum suppression drops boxes by areas that are none.

    ## How to fix
    Bring both sets to corners in one unit before `box_iou` and `nms`: `torchvision.ops.box_convert(boxes, "cxcywh",
    "xyxy")`. Where predictions are shifted by half their size, targets were written with another corner or centre than
    predictions are read with.

    Compared is the mean of the best overlap of each box of the smaller set, at each line of code, in the later half of the
    validations. It must be under `poor` as given; and in another reading that leaves the boxes in the picture by `least`
    higher than with boxes of another call, which predictions that are everywhere the same reach as well. There it must be
    `good`, and `gain` higher than as given; or, over `many` boxes, as given must have less than a third of what it has over
    another call's. Guesses.
    """
    groups = [g for g in by_line(sites_of(recording)) if g[0].validating and reads_corners(g[0])]
    groups = [g for g in groups if sum(min(s.boxes) for s in g) >= min_boxes]
    if not groups:
        raise NotEnough("no function of boxes was called in validation")
    for group in groups:
        last, worst = group[-1], min(shares_of(group))
        at = f"({last.path}:{last.line})"
        yield Measured(f"boxes of validation that are no corners {at}", worst, f"under {share:g}")
        if worst > share:
            text = f"{worst:.0%} of the boxes that validation reads as corners have their second corner left of or above the first"
            yield Finding(last.place, f"{text}: they are in another format, such as centre and size")
            continue
        met = pooled([s.meeting for s in group if s.meeting is not None])
        if met is None:
            continue
        yield Measured(f"best overlap of boxes in validation {at}", met.given)
        name = max(met.read, key=lambda name: met.read[name] - met.elsewhere.get(name, 1.0), default="")
        read, own = met.read.get(name, 0.0), met.read.get(name, 0.0) - met.elsewhere.get(name, 1.0)
        lost = met.pairs >= many and met.given - met.elsewhere.get(GIVEN, 0.0) < 0.3 * own
        if met.given < poor and own >= least and read >= (met.given + least if lost else max(good, met.given + gain)):
            which, _, words = name.partition(": ")
            text = f"boxes overlap by {met.given:.2g} as they are given in validation, and by {read:.2g} if the {_SET[which]}"
            yield Finding(last.place, f"{text} {words if words.startswith('as ') else 'as ' + words}")


_SET = {"first": "first set is read", "second": "second set is read"}


@boxes_judged_in_another_format.fires_on
def predictions_left_as_centre_and_size() -> Facts:
    read, elsewhere = {"second: centre and size": 0.71}, {"second: centre and size": 0.3}
    return run_with_calls(lines=[site("overlap", 0, 10, pairs=40, given=0.03, read=read, elsewhere=elsewhere)])


@boxes_judged_in_another_format.fires_on
def centres_given_to_nms() -> Facts:
    return run_with_calls(lines=[site("nms", 33)])


@boxes_judged_in_another_format.quiet_on
def a_detector_that_finds_its_objects() -> Facts:
    read, elsewhere = (
        {"second: a width and a height that are exchanged": 0.66},
        {"second: a width and a height that are exchanged": 0.3},
    )
    return run_with_calls(
        lines=[site("overlap", 0, 0, pairs=40, given=0.7, read=read, elsewhere=elsewhere), site("nms", 0)]
    )


@boxes_judged_in_another_format.quiet_on
def predictions_that_are_everywhere_the_same() -> Facts:
    read, elsewhere = {"first: centre and size": 0.6}, {"first: centre and size": 0.59}
    return run_with_calls(lines=[site("overlap", 12, 0, pairs=40, given=0.1, read=read, elsewhere=elsewhere)])
