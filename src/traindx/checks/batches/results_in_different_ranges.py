"""B211: some pictures come back from the augmentation in 0..255 and others in 0..1."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.batches.augmented_example import augmented, sample
from traindx.core.augmentation import Augmentation
from traindx.core.augmented_boxes import place_of
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured


@check("B211", level="error")
def results_in_different_ranges(augmentation: Augmentation, *, apart: float = 20.0) -> Iterator[Finding | Measured]:
    """The pictures of one pipeline come back in ranges that differ by far, or in different types.

    ## Why is this bad?
    A step that scales stands in one branch only: the network gets some pictures a hundred times as bright as others.

    ## How to fix
    Scale once, at the end, for all.

    `apart` is how many times the widest range may be the usual one: a dark picture is a few times narrower, 0..255 against
    0..1 is 255 times.
    """
    widths = sorted(s.high - s.low for s in augmentation.samples if s.high > s.low)
    types = sorted({s.dtype for s in augmentation.samples})
    if len(widths) < 2:
        return
    usual = widths[len(widths) // 2]
    ratio = widths[-1] / usual
    yield Measured("widest range of a result over the usual one", ratio, f"at most {apart:g}")
    if ratio > apart or len(types) > 1:
        words = f"results reach over {widths[0]:.3g} to {widths[-1]:.3g}, in {' and '.join(types)}"
        yield Finding(place_of(augmentation), f"{words}: pictures of one pipeline are scaled in different ways")


@results_in_different_ranges.fires_on
def scaled_in_one_branch() -> Facts:
    return augmented(*(sample(number=n, low=0.0, high=255.0 if n == 3 else 1.0) for n in range(16)))


@results_in_different_ranges.quiet_on
def one_dark_picture() -> Facts:
    return augmented(*(sample(number=n, low=0.0, high=0.3 if n == 3 else 1.0) for n in range(16)))
