"""B221: the pipeline of validation gives the colours in the reverse order of that of training."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from traindx.checks.batches.augmented_example import sample, validated
from traindx.core.augmentation import Augmentation, Sample
from traindx.core.augmented_boxes import place_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.normalising import normalisations

FEWEST = 8
SHOWS = 0.015
"""How far the means of red and blue must be apart, of 1, to tell their order (a guess)."""


@check("B221", level="error")
def validation_pipeline_swaps_channels(
    augmentation: Augmentation, *, clear: float = 0.6
) -> Iterator[Finding | Measured]:
    """Training and validation give red and blue in opposite order.

    ## Why is this bad?
    OpenCV reads blue first, Pillow red first. A network that learned one order sees wrong colours in validation.

    ## How to fix
    Read with the same library, or turn the order once: `cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)`.

    How red against blue varies over the pictures is compared with the files themselves; `clear` is the correlation that
    both pipelines must have with it, with opposite signs, a guess. Where it hardly varies, what counts is whether red is
    above blue as in the files, once the normalisation is taken back.
    """
    other = augmentation.validation
    if other is None:
        raise NotEnough("needs the pipeline of validation: augment-val=train.py:name")
    here, there = _order(augmentation.samples), _order(other.samples)
    if here is None or there is None or min(abs(here), abs(there)) <= clear:
        orders = _by_means(augmentation), _by_means(other)
        here, there = orders if None not in orders else (here, there)
    if here is None or there is None:
        raise NotEnough("too few pictures in colour whose red and blue differ")
    yield Measured("red against blue as in the files, in training", here)
    yield Measured("and in validation", there, "of the same sign")
    if min(abs(here), abs(there)) > clear and here * there < 0:
        reverse = "validation" if there < 0 else "training"
        text = f"{reverse} gives blue first, the other red first (agreement with the files {here:.2f} and {there:.2f})"
        yield Finding(place_of(other), text)


def _by_means(pipeline: Augmentation) -> float | None:
    """1 where red lies above blue, or below, as it does in the files, -1 where it is the other way round: the share of the samples
    that say so, less those that say otherwise. None where the values cannot be brought back to 0..1, or no order shows.
    """
    scales = normalisations(pipeline)
    if len(scales) > 1 or any(len(s.mean) != 3 or len(s.std) != 3 for s in scales):
        return None
    mean, std = (
        (np.array(getattr(s, n)) for s in scales for n in ("mean", "std")) if scales else (np.zeros(3), np.ones(3))
    )
    votes = []
    for seen in (s for s in pipeline.samples if len(s.mean) == 3 and len(s.source) == 3):
        out, held = np.array(seen.mean) * std + mean, seen.source[0] - seen.source[2]
        if abs(held) > SHOWS and SHOWS / 2 < abs(out[0] - out[2]) < 1:
            votes.append(float(np.sign(held * (out[0] - out[2]))))
    return float(np.mean(votes)) if len(votes) >= FEWEST else None


def _order(samples: Sequence[Sample]) -> float | None:
    """The correlation of first minus third channel with red minus blue of the files; None where nothing varies."""
    held = [s for s in samples if len(s.mean) == 3 and len(s.source) == 3]
    if len(held) < FEWEST:
        return None
    out, source = (np.array([getattr(s, name) for s in held]) for name in ("mean", "source"))
    out = out / np.maximum(out.std(axis=0), 1e-9)
    ours, theirs = out[:, 0] - out[:, 2], source[:, 0] - source[:, 2]
    if theirs.std() < 0.01 or ours.std() < 1e-6:
        return None
    return float(np.corrcoef(ours, theirs)[0, 1])


@validation_pipeline_swaps_channels.fires_on
def validation_that_reads_blue_first() -> Facts:
    held = [sample(number=n) for n in range(16)]
    return validated(*(sample(number=n, mean=s.mean[::-1]) for n, s in enumerate(held)))


@validation_pipeline_swaps_channels.quiet_on
def both_red_first() -> Facts:
    return validated()
