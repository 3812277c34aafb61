"""What of each other split is in train as well, held against how much alike the training pictures are among themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, lgamma

import numpy as np

from traindx.core.dataset import Dataset, Ints
from traindx.core.finding import Evidence, Finding, Measured, Picture, Place
from traindx.core.near_duplicates import is_flat
from traindx.core.same_objects import same_objects

MATERIAL = 0.05
"""Share of a split from which leaked pictures are an error. A guess: a score is lifted by up to this much, which is more
than what most changes to a training gain."""

FEW = 0.03
"""Share of a split below which near copies change no score that anyone would see. A guess."""

AT_LEAST = 2
"""One leaked picture alone is never material."""

CHANCE = 0.005
"""Probability below which more near copies in a split than within train are no chance: one random split in 200 has them. A
guess; the share and the number that are asked for besides make it rarer."""

CLOSE = 6
"""Bits up to which near copies count for an error. Of pairs of drawings of a shape or two on one colour, 7 of 19,900 are within
6 bits by chance and 52 within 10; of pictures cropped by 5 % 59 to 94 % are within 6, of those coded again, scaled, darkened
or mirrored 87 to 100 % (`python bench/near_copies.py`)."""

CERTAIN = 4
"""Bits up to which a near copy is reported even where chance explains as many: six of two million pairs of hands differed in
four bits, none in fewer; of what is merely coded again, scaled or darkened 98 to 100 % differ in four at most
(`python bench/near_copies.py`)."""

ALIKE = 0.2
"""Share of train's pictures with a near copy in train from which on a near copy has to show the same objects (or be of the
same class): of a fixed camera all pictures are alike, whatever moves before it. A guess."""

FAR = 1 / 3
"""Share of near copies within `CLOSE` bits below which they are taken for look-alikes. Of scikit-learn's digits it is 0.15 (28
pixels) and 0.30 (8 pixels), of one hand seconds later none; of frames of a fixed camera 0.75, of altered copies 0.67 to 1."""

REPEATED = 0.5
"""Share of a split from which close copies with the same objects in the same places are an error, however alike train's own
pictures are: frames of recordings that were dealt to the splits one by one. A guess."""

MATERIAL_FRAMES = 10
"""Fewest pictures of which that is said. A guess."""

EVERY_PAIR = 100
PICTURES = 5


@dataclass(frozen=True)
class Leak:
    """Of the `total` pictures of `split`, those whose bytes are in train (`exact`) and those with a near copy there (`near`).

    `alike` of the `train` training pictures have a near copy in train themselves: their share is what to expect of a split
    that is drawn at random from pictures that look alike. `close` and `close_alike` count those up to `CLOSE` bits apart,
    `certain` and `certain_alike` those up to `CERTAIN`.
    """

    split: str
    total: int
    exact: Ints
    near: Ints
    train: int
    alike: int
    close: int
    close_alike: int
    certain: int
    certain_alike: int

    @property
    def likeness(self) -> float:
        """Share of train's pictures that have a near copy in train."""
        return self.alike / self.train

    @property
    def exact_is_material(self) -> bool:
        """Whether the pictures that are in train too are many enough to make the split's score wrong."""
        return len(self.exact) >= max(AT_LEAST, MATERIAL * self.total)

    @property
    def near_is_material(self) -> bool:
        """Whether close copies are many, three times what train's own likeness explains, and not so by chance."""
        least = max(AT_LEAST + 1, MATERIAL * self.total, 3 * self.total * self.close_alike / self.train)
        return self.close >= least and _by_chance(self.close, self.total, self.close_alike, self.train) < CHANCE

    @property
    def near_is_chance(self) -> bool:
        """Whether the near copies are few, and no more than to expect of pictures that are as alike as those of train."""
        n, p = self.total, self.likeness
        return len(self.near) <= min(MATERIAL * n, n * p + 3 * float(np.sqrt(n * p * (1 - p))))

    @property
    def near_is_likeness(self) -> bool:
        """Whether near copies are as many as those within train, which are not few, and mostly far ones: unrelated pictures
        that look alike, such as digits on black, are the more the more bits may differ; of copies and frames most are close.
        """
        counts = ((len(self.near), self.alike), (self.certain, self.certain_alike))
        as_many = all(_by_chance(own, self.total, train, self.train) >= CHANCE for own, train in counts)
        return as_many and self.likeness > MATERIAL and self.close < len(self.near) * FAR


def _by_chance(count: int, of: int, others: int, of_others: int) -> float:
    """Probability that, of `count` + `others` marked pictures dealt to two piles, `count` or more fall on the first (Fisher)."""
    marked, every = count + others, of + of_others

    def ways(n: int, k: int) -> float:
        return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)

    whole = ways(every, of)
    most = min(marked, of)
    return sum(exp(ways(marked, k) + ways(every - marked, of - k) - whole) for k in range(count, most + 1))


def leaks(dataset: Dataset) -> Iterator[Leak]:
    """For each split but train. Flat pictures are left out: that they are alike says nothing. Nothing without train."""
    images, found = dataset.images, dataset.copies_of_train
    train = dataset.in_split("train")
    if not train.any():
        return
    matter = (found.other >= 0) & ~is_flat(images)
    if (matter & ~found.exact & train).sum() >= ALIKE * train.sum():
        asked = np.flatnonzero(matter & ~found.exact & ~train)
        matter[asked] = same_objects(dataset, asked, found.other[asked], found.mirrored[asked])
    near = matter & ~found.exact
    close, certain = near & (found.distance <= CLOSE), near & (found.distance <= CERTAIN)
    for split in dataset.splits:
        own = dataset.in_split(split.name)
        if split.name != "train" and own.any():
            yield Leak(
                split.name,
                int(own.sum()),
                np.flatnonzero(matter & found.exact & own),
                np.flatnonzero(near & own),
                int(train.sum()),
                int((near & train).sum()),
                int((close & own).sum()),
                int((close & train).sum()),
                int((certain & own).sum()),
                int((certain & train).sum()),
            )


def repeated(dataset: Dataset, leak: Leak) -> Ints:
    """The pictures of a split that repeat a picture of train with its objects in their places, where that is most of the split
    and train's pictures are alike too; else none. Pictures without objects say nothing, a fixed camera's ground is alike."""
    close = leak.near[dataset.copies_of_train.distance[leak.near] <= CLOSE]
    close = close[np.isin(close, dataset.boxes.image)]
    many = leak.likeness >= ALIKE and len(close) >= max(MATERIAL_FRAMES, REPEATED * leak.total)
    return close if dataset.task == "detect" and many else close[:0]


def near_copies(dataset: Dataset, leak: Leak) -> Ints:
    """The pictures of a split that are near copies, where they are no error (D324) and not what look-alikes explain."""
    if leak.near_is_material or len(repeated(dataset, leak)) or leak.near_is_likeness:
        return leak.near[:0]
    return leak.near[dataset.copies_of_train.distance[leak.near] <= CERTAIN] if leak.near_is_chance else leak.near


def pair_findings(dataset: Dataset, pictures: Ints, summary: str, numbers: tuple[Measured, ...]) -> Iterator[Finding]:
    """A finding for each of `pictures` that names its copy in train; the first begins with the summary."""
    for n, i in enumerate(pictures[:EVERY_PAIR].tolist()):
        head = f"{summary}: " if n == 0 else ""
        shown = _shown(dataset, i) if n < PICTURES else ()
        image = str(dataset.images.path[i])
        more = len(pictures) - EVERY_PAIR
        tail = f" (and {more:,} more pictures)" if n == EVERY_PAIR - 1 and more > 0 else ""
        yield Finding(Place(image=image), f"{head}{image} {_kind(dataset, i)}{tail}", (*numbers, *shown))


def _kind(dataset: Dataset, i: int) -> str:
    found = dataset.copies_of_train
    other = str(dataset.images.path[found.other[i]])
    if found.exact[i]:
        return f"is {other} of train, byte for byte"
    how = "mirrored, is nearly" if found.mirrored[i] else "is nearly"
    return f"{how} {other} of train: {found.distance[i]} of 64 bits of the hash differ"


def _shown(dataset: Dataset, i: int) -> tuple[Evidence, ...]:
    paths = [str(dataset.images.path[k]) for k in (i, int(dataset.copies_of_train.other[i]))]
    return tuple(Picture(dataset.absolute(path), caption=path) for path in paths)
