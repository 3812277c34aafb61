"""B153: rows are numbered by the samples that have boxes, and not by the pictures of the batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import comb, log10

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.loaders import fed_at
from traindx.core.recording import Recording


@check("B153", level="error")
def rows_numbered_without_gaps(
    recording: Recording, *, chance: float = 1e-6, kinds: int = 3
) -> Iterator[Finding | Measured]:
    """Batches have pictures without a box, and the numbers by which boxes name their picture run from 0 without a gap.

    ## Why is this bad?
    Samples without boxes were left out before they were numbered: all boxes behind the first of them are put on the picture before
    their own. The loss falls a little, and what is learned is where boxes usually lie.

    ## How to fix
    Number all samples of the batch, and leave out none: `for i, (image, boxes) in enumerate(batch)`. A sample without boxes
    makes a gap, unless it comes last.

    Named where the chance that all of them always came last is under `chance`, if their places are drawn, and their count
    takes `kinds` values or more: a constant one may be a part of the batch that has no labels on purpose. Both are guesses.
    """
    rows = [d["row_numbers"] for d in recording.details.values() if d.get("row_numbers")]
    short = [(images, seen, end) for images, seen, end in rows if seen < images]
    if not rows:
        raise NotEnough("no rows of boxes that name their picture by its number were seen")
    gapless = [images for images, seen, end in short if seen == end]
    odds = -sum(log10(comb(images, seen)) for images, seen, _ in short)
    yield Measured(
        "batches with pictures without a box, and no gap in the numbers", len(gapless), f"few of {len(short)}"
    )
    if (
        short
        and len(gapless) == len(short)
        and odds < log10(chance)
        and len({i - seen for i, seen, _ in short}) >= kinds
    ):
        step = min(s for s, d in recording.details.items() if d.get("row_numbers"))
        images, seen, _ = short[0]
        text = f"in {len(short)} batches with pictures without a box the rows' numbers of pictures have no gap"
        more = f"in the first 0 to {seen - 1} for {images} pictures: boxes are on other pictures than their own"
        yield Finding(fed_at(recording, step=step), f"{text}, {more}")


def _run(batches: Sequence[tuple[int, int, int]]) -> Facts:
    run = recording_with(falling(), detail={})
    for step, row in enumerate(batches):
        run.details[step]["row_numbers"] = list(row)  # type: ignore[index]
    return {"recording": run}


@rows_numbered_without_gaps.fires_on
def empty_samples_left_out_before_counting() -> Facts:
    return _run([(16, seen, seen) for seen in (11, 9, 12, 16, 10, 11)])


@rows_numbered_without_gaps.quiet_on
def samples_counted_as_they_come() -> Facts:
    return _run([(16, 11, 16), (16, 9, 15), (16, 12, 12), (16, 10, 16), (16, 11, 14)])


@rows_numbered_without_gaps.quiet_on
def a_second_half_without_labels() -> Facts:
    return _run([(16, 8, 8)] * 8)


@rows_numbered_without_gaps.quiet_on
def boxes_in_each_picture() -> Facts:
    return _run([(16, 16, 16)] * 8)
