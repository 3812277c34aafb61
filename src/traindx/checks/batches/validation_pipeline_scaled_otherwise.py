"""B220: the pipeline of validation gives the same pictures in another range than that of training."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.batches.augmented_example import sample, validated
from traindx.core.augmentation import Augmentation, Sample
from traindx.core.augmented_boxes import place_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured


@check("B220", level="error")
def validation_pipeline_scaled_otherwise(
    augmentation: Augmentation, *, times: float = 2.5, shift: float = 1.0
) -> Iterator[Finding | Measured]:
    """The same pictures come out of the two pipelines with other means or deviations.

    ## Why is this bad?
    The network is validated on inputs that it never saw: one pipeline normalises, or scales to 0..1, and the other does not.

    ## How to fix
    End both with the same steps.

    Compared are medians over the same pictures; `times` between the deviations and `shift` of the means, in deviations, lie
    above what jitter and crops make (guesses). Pictures as bytes are scaled later, and left alone.
    """
    other = augmentation.validation
    if other is None or not other.samples or not augmentation.samples:
        raise NotEnough("needs the pipeline of validation: augment-val=train.py:name")
    types = {s.dtype for s in (*augmentation.samples, *other.samples)}
    if types == {"uint8"}:
        raise NotEnough("both pipelines return bytes, which are scaled later")
    (mean, std), (mean_there, std_there) = _usual(augmentation.samples), _usual(other.samples)
    ratio = max(std, 1e-6) / max(std_there, 1e-6)
    moved = abs(mean - mean_there) / max(std, std_there, 1e-6)
    yield Measured("deviation in training over that in validation", ratio, f"{1 / times:g} to {times:g}")
    yield Measured("distance of the means, in deviations", moved, f"at most {shift:g}")
    if not 1 / times <= ratio <= times or moved > shift:
        words = (
            f"mean {mean:.3g} and deviation {std:.3g} in training, {mean_there:.3g} and {std_there:.3g} in validation"
        )
        yield Finding(place_of(other), f"the same pictures come out with {words}")


def _usual(samples: tuple[Sample, ...]) -> tuple[float, float]:
    return float(np.median([s.mean for s in samples])), float(np.median([s.std for s in samples]))


@validation_pipeline_scaled_otherwise.fires_on
def validation_without_normalisation() -> Facts:
    return validated(*(sample(number=n, mean=(0.5, 0.45, 0.4), std=(0.22, 0.22, 0.22), low=0.0) for n in range(16)))


@validation_pipeline_scaled_otherwise.quiet_on
def both_normalised() -> Facts:
    return validated()


@validation_pipeline_scaled_otherwise.quiet_on
def one_of_them_with_jitter() -> Facts:
    return validated(*(sample(number=n, std=(0.7, 0.8, 1.3)) for n in range(16)))
