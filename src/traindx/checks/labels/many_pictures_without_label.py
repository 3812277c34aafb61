"""D223: more pictures without a label file than are usual as background."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place
from traindx.core.missing_labels import BACKGROUND_SHARE, unlabelled
from traindx.core.small_dataset import dataset_of


@check("D223", level="warning")
def many_pictures_without_label(dataset: Dataset, *, share: float = BACKGROUND_SHARE) -> Iterator[Finding | Measured]:
    """More than a tenth of the pictures of train or val have no label file, beside pictures that have one.

    Each counts as background. `share` is what Ultralytics' training tips recommend of these at most. Whole folders without
    labels, and labels that lie elsewhere, are D201.

    ## Why is this bad?
    Background pictures are legal, so no trainer says a word. If objects are to be seen, the network is taught to miss them.

    ## How to fix
    Look at some of the pictures. Where objects are, label them or leave the picture out. Where none are, an empty label file
    says so.
    """
    if dataset.task != "detect" or dataset.format == "coco":
        return
    images = dataset.images
    groups = [group for group in unlabelled(dataset) if not group.fault and group.split != "test"]
    for split in dataset.splits:
        total = int(dataset.in_split(split.name).sum())
        members = [i for group in groups if group.split == split.name for i in group.images]
        if split.name == "test" or not total:
            continue
        number = Measured(f"share of {split.name} without a label file", len(members) / total, f"up to {share:g}")
        yield number
        if len(members) > max(share * total, 1):
            image = str(images.path[members[0]])
            text = (
                f"{len(members):,} of {total:,} pictures of {split.name} have no label file and count as background, "
                f"usual are up to {share:.0%}: {image} and others"
            )
            yield Finding(Place(image=image, setting=split.name), text, (number,))


def _set(missing: int) -> Facts:
    states = ["missing" if n < missing else "labelled" for n in range(20)]
    images = [{"path": f"images/{n}.jpg", "label_state": state} for n, state in enumerate(states)]
    return {"dataset": dataset_of(images, [{"image": 19}])}


@many_pictures_without_label.fires_on
def a_quarter_without() -> Facts:
    return _set(5)


@many_pictures_without_label.quiet_on
def one_of_twenty_without() -> Facts:
    return _set(1)
