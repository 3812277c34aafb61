"""Findings about what two annotations of the same pictures disagree on: places in both, pictures of both."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from traindx.core.agreement import Agreement, Disagreement, Kind
from traindx.core.dataset import Dataset
from traindx.core.finding import Box, Finding, Picture, Place
from traindx.core.prediction_findings import place_of_picture
from traindx.core.row_findings import place_of

MOST = 1_000
"""Findings of one kind, to bound a report's size."""

PICTURES = 12
"""Of these, so many with a picture."""

OTHER_BOXES = 60


def disagreements(
    agreement: Agreement, kinds: tuple[Kind, ...], message: Callable[[Disagreement], str]
) -> Iterator[Finding]:
    """A finding for each disagreement of these kinds; every picture is drawn once before any is drawn again."""
    images = _images(agreement)
    chosen = [(one, image) for one, image in zip(agreement.disagreements, images, strict=True) if one.kind in kinds]
    of_image: dict[int, list[Disagreement]] = {}
    for one, image in zip(agreement.disagreements, images, strict=True):
        of_image.setdefault(image, []).append(one)
    shown: set[int] = set()
    for rank, (one, image) in enumerate(chosen[:MOST]):
        more = f" (and {len(chosen) - MOST:,} more)" if rank == MOST - 1 and len(chosen) > MOST else ""
        evidence = []
        if len(shown) < PICTURES and image not in shown:
            shown.add(image)
            evidence.append(drawn(agreement, image, of_image[image], kinds))
        there = where_in_b(agreement, one)
        said = f"{message(one)}; B: {there}" if there else message(one)
        yield Finding(_place_in_a(agreement, one, image), said + more, tuple(evidence))


def _images(agreement: Agreement) -> list[int]:
    """The picture of each disagreement, among those shared."""
    places = []
    for dataset, shared in ((agreement.a, agreement.pictures_a), (agreement.b, agreement.pictures_b)):
        place = np.full(len(dataset.images), -1, dtype=np.int64)
        place[shared] = np.arange(len(shared))
        places.append(place[dataset.boxes.image] if dataset.task == "detect" else place)
    return [int(places[0][one.a] if one.a >= 0 else places[1][one.b]) for one in agreement.disagreements]


def _place_in_a(agreement: Agreement, one: Disagreement, image: int) -> Place:
    """Where A says it; where A says nothing, A's file for the picture."""
    if one.a >= 0 and agreement.a.task == "detect":
        return place_of(agreement.a, one.a)
    return place_of_picture(agreement.a, int(agreement.pictures_a[image]))


def where_in_b(agreement: Agreement, one: Disagreement) -> str:
    """Where B says it, as `file:line`; empty where B says nothing."""
    if one.b < 0:
        return ""
    return str(place_of(agreement.b, one.b) if agreement.b.task == "detect" else place_of_picture(agreement.b, one.b))


def class_in(dataset: Dataset, one: int) -> str:
    """The class of a box (of a picture, in classification) in its own set's words."""
    class_id = dataset.boxes.class_id[one] if dataset.task == "detect" else dataset.images.class_id[one]
    return dataset.names.get(int(class_id), f"{class_id:g}")


def drawn(agreement: Agreement, image: int, here: list[Disagreement], kinds: tuple[Kind, ...]) -> Picture:
    """A picture with the boxes on which A and B differ (marked where of these kinds) and the others of A."""
    a, b = agreement.a, agreement.b
    at_a, at_b = int(agreement.pictures_a[image]), int(agreement.pictures_b[image])
    source, at = (a, at_a) if a.images.width[at_a] else (b, at_b)
    path = str(source.images.path[at])
    caption = f"{a.images.path[at_a]}: boxes of A and of B"
    if a.task == "classify":
        return Picture(source.absolute(path), (), f"{path}: A says {class_in(a, at_a)}, B says {class_in(b, at_b)}")
    boxes: list[Box] = []
    for letter, dataset, own in (("A", a, [d.a for d in here]), ("B", b, [d.b for d in here])):
        marked = {i for i, d in zip(own, here, strict=True) if d.kind in kinds}
        boxes += [_box(dataset, i, letter, source, at, i in marked) for i in own if i >= 0]
    agreed = [i for i in np.flatnonzero(a.boxes.image == at_a).tolist() if i not in {d.a for d in here}]
    boxes += [_box(a, i, "A+B", source, at, False) for i in agreed[:OTHER_BOXES]]
    return Picture(source.absolute(path), tuple(box for box in boxes if np.isfinite(box.x0 + box.y1)), caption)


def _box(dataset: Dataset, i: int, letter: str, source: Dataset, at: int, wrong: bool) -> Box:
    width = float(source.images.width[at] or source.images.recorded_width[at] or 1)
    height = float(source.images.height[at] or source.images.recorded_height[at] or 1)
    x, y, w, h = (float(getattr(dataset.boxes, name)[i]) for name in "xywh")
    corners = ((x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height)
    return Box(*corners, f"{letter}: {class_in(dataset, i)}", wrong)
