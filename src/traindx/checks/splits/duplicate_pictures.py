"""D320: the same picture is in one split twice."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.contradictions import groups_of_twins
from traindx.core.dataset import Dataset
from traindx.core.finding import Evidence, Finding, Measured, Picture, Place
from traindx.core.small_dataset import dataset_of

EVERY_GROUP, PICTURES = 100, 5


@check("D320", level="warning", depth="full")
def duplicate_pictures(dataset: Dataset) -> Iterator[Finding | Measured]:
    """Files of one split are the same picture, byte for byte, under several names.

    Pictures of one colour are left out.

    ## Why is this bad?
    In train the picture weighs more than others; in val it is counted more than once. If its labels are not kept alike,
    they contradict each other.

    ## How to fix
    Keep one of the files. If the picture was repeated on purpose, to weigh more, a sampler with weights does the same.
    """
    if not (dataset.images.content != 0).any():
        return
    split = dataset.images.split
    groups = [group[split[group] == name] for group in groups_of_twins(dataset) for name in sorted(set(split[group]))]
    twice = [group.tolist() for group in groups if len(group) > 1]
    superfluous = sum(len(group) - 1 for group in twice)
    yield Measured("pictures that are in their split already", superfluous, f"0 of {len(split):,}")
    for n, (first, *others) in enumerate(twice[:EVERY_GROUP]):
        paths = [str(dataset.images.path[i]) for i in (first, *others)]
        shown: tuple[Evidence, ...] = tuple(Picture(dataset.absolute(p), caption=p) for p in paths[:3])
        names = ", ".join(paths[1:4]) + (f" and {len(paths) - 4} more" if len(paths) > 4 else "")
        head = f"{superfluous:,} pictures are in their split already: " if n == 0 else ""
        text = f"{head}{paths[0]} is in {split[first]} {len(paths)} times: {names}"
        yield Finding(Place(image=paths[0]), text, shown if n < PICTURES else ())


@duplicate_pictures.fires_on
def one_picture_under_two_names() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg", "content": 7}, {"path": "b.jpg", "content": 7}])}


@duplicate_pictures.quiet_on
def pictures_of_one_colour() -> Facts:
    images = [{"path": f"{name}.jpg", "content": 7, "contrast": 0.0} for name in "ab"]
    return {"dataset": dataset_of(images)}
