"""Groups of pictures by their names: copies of one source, tiles of one picture, frames of one recording.

A name alone proves nothing: `BloodImage_00001` to `BloodImage_00410` are a counter. So pictures are the witness: those of
one group have to be more alike across the splits than pictures of different groups are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from traindx.core.dataset import Dataset, Floats, Ints
from traindx.core.finding import Finding, Measured, Picture, Place
from traindx.core.hamming import hamming
from traindx.core.near_duplicates import MIRROR, residual
from traindx.core.two_sample import auc, sample

Kind = Literal["source", "tile", "sequence", "folder"]

ALIKE_BITS, ALIKE_RESIDUAL = 14, 0.4
"""What counts as alike within a group: looser than a near copy, since names speak too. Of unrelated pairs 1 of 66,066
of blood cells, none of 32,640 of COCO and 2,240 of 2,124,891 of hands are that alike (`python bench/near_copies.py`)."""

NEIGHBOURS = 8
"""Training pictures that a picture is held against: those of its group that are next to it by name, and as many others. A guess."""

MOST = 400
"""Pictures of a split that are held against train, to bound the time. A guess."""

SHOWN = 3
"""Pairs of pictures that a finding shows."""

_ROBOFLOW = re.compile(r"(?:_(?:jpe?g|png|bmp|webp))?\.rf\.[0-9A-Za-z]{8,}$")
_AUGMENTED = re.compile(
    r"(?:[ _.-]+\(?(?:aug(?:mented)?|[hv]?_?flip(?:ped)?(?:_?[hvlrud]{1,2})?|mirror(?:ed)?|rot(?:at(?:ed?|ion))?|crop(?:ped)?|"
    r"bright(?:ness|er)?|dark(?:er)?|contrast|blur(?:red)?|nois[ey]|gr[ae]y(?:scale)?|scaled?|shift(?:ed)?|zoom(?:ed)?|copy)"
    r"[ _.-]?\d*\)?| ?\(\d+\))$",
    re.IGNORECASE,
)
_TILE = re.compile(r"^(?:(.*?)[_. -]*)??(?<!\d)(?:row|[rxi])?\d+[_x-]+(?:col|[cyj])?\d+$", re.IGNORECASE)
_TILE_TO = re.compile(r"^(?:(.*?)[_. -]*)??(?<!\d)(\d+)[_x-]+(\d+)[_x-]+(\d+)[_x-]+(\d+)$")
_FRAME = re.compile(r"^(.*?)[ _.-]*(?:frames?|img|image|f)?[ _.-]*\d+$", re.IGNORECASE)


@dataclass(frozen=True)
class Shared:
    """Groups of one kind that are both in train and in `split`.

    `pictures` of the `total` ones of the split have their group in train too; `partner` is for each the most alike picture of
    train in the group. `alike` is the share of them that are alike in their group, `by_chance` the same for as many training
    pictures of other groups. `area` is that under the ROC curve of the distances, with its standard error: 0.5 is chance.
    `groups` is how many train has, of `group_size` pictures in the median.
    """

    kind: Kind
    split: str
    total: int
    pictures: Ints
    partner: Ints
    crossing: int
    alike: float
    by_chance: float
    area: float
    error: float
    groups: int = 0
    group_size: float = 0.0


def source_of(stem: str) -> str:
    """A stem without what Roboflow, augmentation and copying append: `a_jpg.rf.0123abcd` and `a_flip` are `a`."""
    shorter = _ROBOFLOW.sub("", stem)
    while (cut := _AUGMENTED.sub("", shorter)) != shorter and cut:
        shorter = cut
    return shorter


def keys(dataset: Dataset) -> dict[Kind, list[str]]:
    """For each kind the group of each picture, empty for none."""
    paths = [str(path).replace("\\", "/") for path in dataset.images.path]
    folders = ["" if dataset.task == "classify" else path.rpartition("/")[0].rpartition("/")[2] for path in paths]
    stems = [path.rpartition("/")[2].rpartition(".")[0] for path in paths]
    sources = [source_of(stem) for stem in stems]
    derived = {source for source, stem in zip(sources, stems, strict=True) if source != stem}
    of_source = [source if source in derived else "" for source in sources]
    return {
        "source": of_source,
        "tile": [_tile_of(source) for source in sources],
        "sequence": _matched(_FRAME, sources),
        "folder": folders,
    }


def _tile_of(source: str) -> str:
    """The picture that a tile is of by its name: `a_0_512`, `a__1__0___512` (DOTA), `a_r3_c4`, or `a_0_512_640_1152` (SAHI)."""
    if (found := _TILE_TO.match(source)) is not None:
        left, top, right, bottom = map(int, found.groups()[1:])
        if right - left == bottom - top > 0:
            return found[1] or ""
    return (found[1] or "") if (found := _TILE.match(source)) is not None else ""


def _matched(pattern: re.Pattern[str], sources: Sequence[str]) -> list[str]:
    return [(found[1] or "") if (found := pattern.match(source)) else "" for source in sources]


def shared_groups_of(dataset: Dataset) -> Mapping[Kind, tuple[Shared, ...]]:
    """For each kind, and each split but train, the groups that train has too; nothing where pictures cannot be the witness.

    Pictures that are in train themselves are left out: they are another finding.
    """
    images = dataset.images
    usable = (images.phash != 0) & np.isfinite(images.brightness)
    train = np.flatnonzero(usable & dataset.in_split("train"))
    if not len(train):
        return {}
    own = {
        split.name: np.flatnonzero(usable & dataset.in_split(split.name) & ~dataset.copies_of_train.exact)
        for split in dataset.splits
        if split.name != "train"
    }
    found: dict[Kind, tuple[Shared, ...]] = {}
    for kind, names in keys(dataset).items():
        codes = _codes(names)
        each = (_shared(dataset, kind, split, codes, train, rows) for split, rows in own.items() if len(rows))
        found[kind] = tuple(shared for shared in each if shared is not None)
    return found


def group_finding(
    dataset: Dataset, shared: Shared, relation: str, looks: str, numbers: tuple[Measured, ...]
) -> Finding:
    """A finding that says how many pictures of the split are in a `relation` to train and what their `looks` say, with pairs."""
    paths, splits = dataset.images.path, dataset.images.split
    pairs = list(zip(shared.pictures[:SHOWN].tolist(), shared.partner[:SHOWN].tolist(), strict=True))
    example, partner = (str(paths[i]) for i in pairs[0])
    text = (
        f"{shared.crossing:,} of {shared.total:,} pictures of {shared.split} {relation} that train has too, "
        f"{looks}: {example} and {partner}"
    )
    pictures = (
        Picture(dataset.absolute(str(paths[i])), caption=f"{paths[i]} ({splits[i]})") for pair in pairs for i in pair
    )
    return Finding(Place(image=example), text, (*numbers, *pictures))


def _codes(names: Sequence[str]) -> Ints:
    known: dict[str, int] = {"": -1}
    return np.array([known.setdefault(name, len(known)) for name in names], dtype=np.int64)


def _shared(dataset: Dataset, kind: Kind, split: str, codes: Ints, train: Ints, own: Ints) -> Shared | None:
    grouped = train[codes[train] >= 0]
    crossing = own[(codes[own] >= 0) & np.isin(codes[own], codes[grouped])]
    if not len(crossing) or len(np.unique(codes[grouped])) < 2:
        return None
    rows = sample(crossing, MOST)
    within = _neighbours(dataset, codes, grouped, rows)
    others = _others(dataset, codes, train, rows, within)
    if others is None:
        return None
    near, near_alike = _compared(dataset, rows, within, kind)
    far, far_alike = _compared(dataset, rows, others, kind)
    best = near.argmin(axis=1)
    score = -np.concatenate([near.min(axis=1), far.min(axis=1)])
    area, error = auc(score, np.repeat([True, False], [len(rows), len(rows)]))
    partner = within[np.arange(len(rows)), best]
    alike, chance = float(near_alike.any(axis=1).mean()), float(far_alike.any(axis=1).mean())
    sizes = np.unique(codes[grouped], return_counts=True)[1]
    size = float(np.median(sizes))
    return Shared(kind, split, len(own), rows, partner, len(crossing), alike, chance, area, error, len(sizes), size)


def _neighbours(dataset: Dataset, codes: Ints, grouped: Ints, rows: Ints) -> NDArray[np.int64]:
    """For each row, training pictures of its group next to it by name, (n, k); smaller groups repeat their last."""
    paths = dataset.images.path
    order = np.array(sorted(grouped.tolist(), key=lambda i: (codes[i], str(paths[i]).rpartition("/")[2])))
    names = np.array([str(paths[i]).rpartition("/")[2] for i in order], dtype=object)
    low, high = np.searchsorted(codes[order], codes[rows], "left"), np.searchsorted(codes[order], codes[rows], "right")
    found = np.empty((len(rows), NEIGHBOURS), dtype=np.int64)
    for n, i in enumerate(rows.tolist()):
        at = low[n] + int(np.searchsorted(names[low[n] : high[n]], str(paths[i]).rpartition("/")[2]))
        first = max(low[n], min(at - NEIGHBOURS // 2, high[n] - NEIGHBOURS))
        found[n] = order[np.minimum(first + np.arange(NEIGHBOURS), high[n] - 1)]
    return found


def _others(
    dataset: Dataset, codes: Ints, train: Ints, rows: Ints, within: NDArray[np.int64]
) -> NDArray[np.int64] | None:
    """For each row, as many different random training pictures of other groups, of the same class in classification."""
    rng = np.random.default_rng(0)
    found = np.empty_like(within)
    classes = dataset.images.class_id
    for n, i in enumerate(rows.tolist()):
        drawn = rng.choice(train, min(len(train), 40 * NEIGHBOURS), replace=False)
        fit = drawn[(codes[drawn] != codes[i]) & (classes[drawn] == classes[i])]
        if not len(fit):
            return None
        different = min(len(np.unique(within[n])), len(fit))
        found[n] = fit[np.minimum(np.arange(NEIGHBOURS), different - 1)]
    return found


def _compared(dataset: Dataset, rows: Ints, others: NDArray[np.int64], kind: Kind) -> tuple[Floats, NDArray[np.bool_]]:
    """Distances (n, k) and which are alike: of hashes, mirrored or not; of mean colours for tiles, which overlap little."""
    images = dataset.images
    a, b = np.repeat(rows, others.shape[1]), others.ravel()
    straight, turned = hamming(images.phash[a], images.phash[b]), hamming(images.phash[a] ^ MIRROR, images.phash[b])
    alike = (straight <= ALIKE_BITS) & (residual(images, a, b) <= ALIKE_RESIDUAL)
    alike |= (turned <= ALIKE_BITS) & (residual(images, a, b, mirrored=True) <= ALIKE_RESIDUAL)
    distance = np.minimum(straight, turned).astype(np.float64)
    if kind == "tile":
        colours = images.thumb.reshape(-1, 16, 3)
        distance = np.abs(colours[a].mean(axis=1) - colours[b].mean(axis=1)).sum(axis=1)
    return distance.reshape(others.shape), alike.reshape(others.shape)
