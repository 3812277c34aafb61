"""B213: the augmentation normalises pictures in 0..255 with a mean for pictures in 0..1."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.batches.augmented_example import augmented, sample
from traindx.core.augmentation import Augmentation
from traindx.core.augmented_boxes import place_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.normalising import normalisations


@check("B213", level="error")
def normalised_before_scaling(augmentation: Augmentation, *, reach: float = 20.0) -> Iterator[Finding | Measured]:
    """The pipeline normalises with a mean below 1, and its results reach values that only 0..255 can give.

    ## Why is this bad?
    The pictures were not scaled to 0..1 before: inputs are hundreds where the network expects -2 to 2.

    ## How to fix
    Scale first: `v2.ToDtype(torch.float32, scale=True)`, `ToTensor` of a picture of bytes, `max_pixel_value=255` of
    Albumentations.

    `reach` lies between: 0..1 normalised with the numbers of ImageNet ends at 2.6, 0..255 at 1,140.
    """
    steps = [step for step in normalisations(augmentation) if max(step.mean) <= 1 and max(step.std, default=1.0) <= 1]
    if not steps or not augmentation.samples:
        raise NotEnough("the steps of the pipeline name no normalisation of pictures in 0..1")
    most = max(max(abs(s.low), abs(s.high)) for s in augmentation.samples)
    yield Measured("largest value after the normalisation", most, f"at most {reach:g}")
    if most > reach:
        text = f"{steps[0].name} takes away {steps[0].mean[0]:g}, and the results reach {most:,.0f}: the pictures were not in 0..1"
        yield Finding(place_of(augmentation), text, fix="v2.ToDtype(torch.float32, scale=True) before it")


@normalised_before_scaling.fires_on
def type_changed_and_not_scaled() -> Facts:
    return augmented(*(sample(number=n, low=-2.1, high=1136.0) for n in range(16)))


@normalised_before_scaling.quiet_on
def scaled_before() -> Facts:
    return augmented()
