"""B217: pictures come out of the augmentation as if they had been normalised twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from traindx.checks.batches.augmented_example import augmented, sample
from traindx.core.augmentation import Augmentation, Sample
from traindx.core.augmented_boxes import place_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.normalising import normalisations


@check("B217", level="warning")
def results_spread_too_far(
    augmentation: Augmentation, *, spread: float = 2.5, reach: float = 40.0, fewest: int = 6
) -> Iterator[Finding | Measured]:
    """The values of the results deviate by several times one, around a mean far from zero: what is left of two normalisations.

    ## Why is this bad?
    Normalised inputs deviate by about one around zero. A second normalisation divides by 0.23 once more: inputs deviate by four
    and lie around -2, and weights that were trained before do not know such pictures.

    ## How to fix
    Normalise once. `Normalize` of Albumentations and of torchvision, the preprocessing of pretrained weights and an image
    processor of transformers each do it.

    Judged is the deviation of all samples together, of the channel where it is largest, above `spread`: what lies in 0..1
    deviates by 0.5 at most, divided by 0.22 that is 2.3. Values lie on both sides of zero within `reach` (a guess): 0..255, and
    what is left of it by a mean alone, reach further. Two steps that tell what they are are B214's.
    """
    held = [s for s in augmentation.samples if s.std and not s.not_finite and s.dtype not in ("uint8", "int8", "bool")]
    if len(held) < fewest:
        raise NotEnough(f"{len(held)} results of floating point were seen, and {fewest} are needed")
    middle = _deviation(held)
    most = max(max(abs(s.low), abs(s.high)) for s in held)
    yield Measured("deviation of all values of a channel", middle, f"at most {spread:g}")
    twice = len(normalisations(augmentation)) > 1
    if middle > spread and most <= reach and min(s.low for s in held) < 0 and not twice:
        text = f"the values of a channel deviate by {middle:.2g} and reach {most:.3g}"
        yield Finding(place_of(augmentation), f"{text}, should deviate by about 1: they look normalised twice")


def _deviation(held: Sequence[Sample]) -> float:
    """That of the values of all samples, in the channel where it is largest."""
    width = min(len(s.std) for s in held)
    means, stds = (np.array([getattr(s, name)[:width] for s in held]) for name in ("mean", "std"))
    return float(np.sqrt((stds**2).mean(axis=0) + means.var(axis=0)).max())


@results_spread_too_far.fires_on
def normalised_in_the_dataset_and_in_the_transform() -> Facts:
    return augmented(*(sample(number=n, std=(4.4, 4.5, 4.4), low=-11.4, high=9.6) for n in range(16)))


@results_spread_too_far.quiet_on
def normalised_once() -> Facts:
    return augmented()


@results_spread_too_far.quiet_on
def a_mean_in_0_to_255_taken_away() -> Facts:
    return augmented(*(sample(number=n, std=(58.0, 57.0, 57.0), low=-123.0, high=151.0) for n in range(16)), steps=())
