"""B205: the augmentation returns another number of classes than of boxes."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.batches.augmented_example import augmented, sample
from traindx.core.augmentation import Augmentation
from traindx.core.augmented_boxes import place_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured


@check("B205", level="error")
def labels_of_another_number(augmentation: Augmentation) -> Iterator[Finding | Measured]:
    """A sample comes back with another number of classes than of boxes.

    ## Why is this bad?
    Boxes were removed and their classes were not: every class behind the first removed box belongs to another box, or the loss
    stops with sizes that do not match.

    ## How to fix
    Filter both with the same mask: `labels = labels[keep]`; with Albumentations name the classes in `label_fields`.
    """
    counted = [s for s in augmentation.samples if s.labels is not None]
    if not counted:
        raise NotEnough("the pipeline returns no classes")
    differ = [s for s in counted if s.labels != len(s.boxes)]
    yield Measured("samples with another number of classes than of boxes", len(differ), f"0 of {len(counted)}")
    if differ:
        first = differ[0]
        text = f"{first.path.rpartition('/')[2]} comes back with {len(first.boxes)} boxes and {first.labels} classes"
        yield Finding(place_of(augmentation), f"{text}, and {len(differ)} of {len(counted)} samples are so")


@labels_of_another_number.fires_on
def boxes_filtered_alone() -> Facts:
    return augmented(*(sample(number=n, labels=5) for n in range(16)))


@labels_of_another_number.quiet_on
def a_class_for_each_box() -> Facts:
    return augmented()
