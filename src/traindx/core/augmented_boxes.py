"""Boxes of augmented samples, counted: seen again, left behind, put elsewhere, taken away; and where the pipeline is written."""

from __future__ import annotations

from traindx.core.augmentation import Augmentation, Sample
from traindx.core.check import NotEnough
from traindx.core.finding import Box, Picture, Place

FEWEST = 8
"""Boxes that have to be seen again before shares of them are judged (a guess)."""

SHOWN = 4


def place_of(augmentation: Augmentation) -> Place:
    """The line where the pipeline is written, or what names it."""
    if augmentation.path:
        return Place(path=augmentation.path, line=augmentation.line)
    return Place(setting=f"augment={augmentation.spec}")


def seen_again(augmentation: Augmentation) -> int:
    """How many boxes were found again by their pixels. Raises `NotEnough` where these are too few to judge."""
    if augmentation.followed:
        raise NotEnough(f"boxes could not be followed: {augmentation.followed}")
    seen = sum(box.seen is not None for _, box in augmentation.boxes)
    if seen < FEWEST:
        raise NotEnough(f"{seen} boxes were found again in the results, and {FEWEST} are needed")
    return seen


def misplaced(sample: Sample) -> int:
    """Boxes whose pixels are there and that came back elsewhere: those astray, less the ones that the pipeline may have removed."""
    away = [box for box in sample.followed if box.astray and not box.left_behind]
    hidden = sum(box.seen is None for box in sample.followed)
    taken = max(sample.boxes_in - len(sample.boxes), 0)
    return max(0, min(len(away), len(away) + hidden - taken))


def removed(sample: Sample) -> int:
    """Boxes whose pixels are there and that did not come back at all, at most."""
    away = sum(box.astray and not box.left_behind for box in sample.followed)
    return away - misplaced(sample)


def shown(samples: list[Sample], words: str) -> tuple[Picture, ...]:
    """Results with the boxes that came back; those that miss their pixels are marked wrong, and where these went is drawn."""
    pictures = []
    for sample in [s for s in samples if s.picture][:SHOWN]:
        wrong = {box.given for box in sample.followed if box.astray}
        boxes = [Box(*corners, wrong=corners in wrong) for corners in sample.boxes]
        boxes += [Box(*box.seen, label="pixels") for box in sample.followed if box.astray and box.seen is not None]
        pictures.append(Picture(sample.picture, tuple(boxes), f"{sample.path.rpartition('/')[2]}: {words}"))
    return tuple(pictures)
