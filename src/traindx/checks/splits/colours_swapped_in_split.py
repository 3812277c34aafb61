"""D335: red and blue are exchanged in the pictures of a split."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset, Floats
from traindx.core.finding import Finding, Measured, Picture, Place
from traindx.core.small_dataset import dataset_of

SHOWN = 2


@check("D335", level="warning", depth="full")
def colours_swapped_in_split(
    dataset: Dataset, *, apart: float = 3.0, alike: float = 1.6, times: float = 2.2, fewest: int = 12
) -> Iterator[Finding | Measured]:
    """The colours of a split are far from train's, and are train's once red and blue are exchanged.

    Compared are red and blue of 4 x 4 cells, as mean differences from train in standard errors, by their root mean square:
    as they are at least `apart`, exchanged at most `alike` and `times` less, in splits of `fewest` pictures or more. Splits of
    18 to 100 pictures drawn at random from COCO, blood cells and hands come to 2.1 at most; the same exchanged to 1.2 to 10:
    in small splits of mixed pictures it is not seen.

    ## Why is this bad?
    The network learns colours that val does not show. OpenCV reads blue first, Pillow red first: pictures that were read by
    the one and written by the other are exchanged for good.

    ## How to fix
    Look at the pictures. Write those of the split anew with `picture[..., ::-1]`, and mend the script that made them.
    """
    images = dataset.images
    if not np.isfinite(images.brightness).any():
        return
    coloured = np.isfinite(images.brightness) & ~np.isin(images.mode.astype(str), ("L", "1", "I;16", "I", "F"))
    cells = images.thumb.reshape(-1, 16, 3)
    train = cells[coloured & (images.split == "train")]
    for split in dataset.splits:
        own = np.flatnonzero(coloured & (images.split == split.name))
        if split.name == "train" or min(len(own), len(train)) < fewest:
            continue
        plain, swapped = _apart(train, cells[own]), _apart(train, cells[own][:, :, ::-1])
        number = Measured(f"red and blue of {split.name} from train's", plain, f"below {apart:g}", "standard errors")
        exchanged = Measured(f"the same, red and blue of {split.name} exchanged", swapped)
        yield number
        if plain >= apart and swapped <= alike and swapped * times <= plain:
            text = (
                f"red and blue of {split.name} are {plain:.1f} standard errors from train's, exchanged {swapped:.1f}: "
                "its pictures were written with the colours in the other order"
            )
            paths = [str(images.path[i]) for i in own[:SHOWN]]
            shown = tuple(Picture(dataset.absolute(path), caption=path) for path in paths)
            yield Finding(Place(image=paths[0], setting=split.name), text, (number, exchanged, *shown))


def _apart(train: NDArray[np.uint8], own: NDArray[np.uint8]) -> float:
    """Root mean square over red and blue of all cells of the difference of means in its standard errors."""
    one, other = (part[:, :, [0, 2]].astype(np.float64) for part in (train, own))
    error = np.sqrt(one.var(axis=0) / len(one) + other.var(axis=0) / len(other))
    apart: Floats = (other.mean(axis=0) - one.mean(axis=0)) / np.maximum(error, 1e-3)
    return float(np.sqrt(np.mean(apart**2)))


def _warm(*, exchanged: bool, cooler: bool = False) -> Dataset:
    """60 pictures of warm colours, the last 20 val: with red and blue exchanged, or a little cooler."""
    rng = np.random.default_rng(0)
    colours = rng.normal((150, 110, 80), 25, (60, 16, 3))
    if exchanged:
        colours[40:] = colours[40:, :, ::-1]
    if cooler:
        colours[40:] -= (45, 0, -10)
    thumbs = np.clip(colours, 0, 255).astype(np.uint8).reshape(60, 48)
    made = dataset_of([{"path": f"{n}.jpg", "split": "val" if n >= 40 else "train"} for n in range(60)])
    return replace(made, images=replace(made.images, thumb=thumbs))


@colours_swapped_in_split.fires_on
def blue_first_in_val() -> Facts:
    return {"dataset": _warm(exchanged=True)}


@colours_swapped_in_split.quiet_on
def the_same_colours() -> Facts:
    return {"dataset": _warm(exchanged=False)}


@colours_swapped_in_split.quiet_on
def cooler_light() -> Facts:
    return {"dataset": _warm(exchanged=False, cooler=True)}
