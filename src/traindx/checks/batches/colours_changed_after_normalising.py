"""B212: the augmentation changes colours after it has normalised."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.batches.augmented_example import SCALE, augmented
from traindx.core.augmentation import Augmentation, Step
from traindx.core.augmented_boxes import place_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.normalising import normalising

COLOURS = frozenset(
    [
        *(
            "ColorJitter",
            "RandomBrightnessContrast",
            "HueSaturationValue",
            "RandomHSV",
            "RGBShift",
            "CLAHE",
            "Equalize",
        ),
        *("RandomEqualize", "Posterize", "RandomPosterize", "Solarize", "RandomSolarize", "RandomGamma", "AutoAugment"),
        *(
            "RandAugment",
            "TrivialAugmentWide",
            "AugMix",
            "RandomAutocontrast",
            "RandomPhotometricDistort",
            "RandomInvert",
        ),
        *(
            "ToSepia",
            "FancyPCA",
            "PlanckianJitter",
            "ChannelDropout",
            "RandomToneCurve",
            "ImageCompression",
            "RandomGrayscale",
        ),
    ]
)
"""Transforms whose arithmetic is that of colours: in 0..1 or 0..255, and cut off at both ends."""


@check("B212", level="error")
def colours_changed_after_normalising(augmentation: Augmentation) -> Iterator[Finding | Measured]:
    """The pipeline normalises first and changes colours afterwards.

    ## Why is this bad?
    Such transforms take their input for colours in 0..1 and cut off what lies outside: after a normalisation that is everything
    below the mean, half of the picture.

    ## How to fix
    Put the normalisation last.
    """
    steps = augmentation.steps
    first = next((at for at, step in enumerate(steps) if normalising(step)), None)
    if first is None:
        raise NotEnough("the steps of the pipeline name no normalisation")
    late = [step.name for step in steps[first + 1 :] if step.name in COLOURS]
    yield Measured("colour transforms behind the normalisation", len(late), "0")
    if late:
        text = f"{late[0]} stands behind {steps[first].name}, whose mean is {steps[first].mean[0]:g}, and cuts off what is below 0"
        yield Finding(place_of(augmentation), text, fix=f"put {steps[first].name} last")


@colours_changed_after_normalising.fires_on
def jitter_behind_the_normalisation() -> Facts:
    return augmented(steps=(SCALE, Step("ColorJitter")))


@colours_changed_after_normalising.quiet_on
def jitter_before_the_normalisation() -> Facts:
    return augmented(steps=(Step("ColorJitter"), SCALE))


@colours_changed_after_normalising.quiet_on
def scaled_to_one_before() -> Facts:
    return augmented(steps=(Step("Normalize", (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)), Step("ColorJitter"), SCALE))
