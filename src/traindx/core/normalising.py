"""Normalisations among the steps of a pipeline: those that take a mean away; what only scales to 0..1 is none."""

from __future__ import annotations

from traindx.core.augmentation import Augmentation, Step


def normalising(step: Step) -> bool:
    """Whether a step takes a mean from the picture."""
    return step.name.startswith("Normali") and any(value != 0 for value in step.mean)


def normalisations(augmentation: Augmentation) -> tuple[Step, ...]:
    """All of a pipeline, in order."""
    return tuple(step for step in augmentation.steps if normalising(step))
