"""D105: 16 bits, CMYK, transparency that hides something, an animation."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.pictures.misread_picture import DEEP
from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.picture_findings import picture_findings, quirk
from traindx.core.small_dataset import dataset_of


@check("D105", level="warning", depth="full")
def unusual_picture_mode(
    dataset: Dataset, *, least_hidden: float = 0.01, most: float = 0.5
) -> Iterator[Finding | Measured]:
    """A picture has 16 bits, CMYK colours, transparency over content, or several frames: loaders differ on it.

    What loaders make of them (Pillow 13.0, OpenCV 4.14, torchvision 0.28: `python bench/loaders.py`):

    - 16 bits, grey: Pillow cuts at 255 (white), OpenCV divides by 256, torchvision's `decode_image` gives 16 bits.
    - CMYK: all turn it to RGB without its colour profile; `decode_image` gives four channels unless told `RGB`.
    - Transparency: Pillow, OpenCV and `decode_image` drop it and train on the colours under it, which no viewer shows.
    - Animations: Pillow and OpenCV take the first frame, `decode_image` gives all of them or refuses. Pages of a TIFF are
      channels where the settings' `channels` is their number, as Ultralytics reads them (`utils/patches.py`, `imread`).

    Where more than `most` of the set have 16 bits it was meant so, and is a note, D114 (a guess). `least_hidden` is the share of
    pixels that are transparent and yet of several colours (a guess: an edge is less).

    ## Why is this bad?
    What the annotator saw is not what the network sees, or training and use see different things.

    ## How to fix
    Write the picture as RGB of 8 bits, transparent parts filled with the colour that they should have.
    """
    images = dataset.images
    if dataset.depth == "labels" or not len(images):
        return
    hidden, frames = quirk(dataset, "hidden"), quirk(dataset, "frames")
    deep, cmyk = np.isin(images.mode, DEEP), images.mode == "CMYK"
    deep &= deep.mean() <= most
    covered = hidden >= least_hidden
    planes = (images.format == "TIFF") & (frames == _channels(dataset))
    odd = deep | cmyk | covered | ((frames > 1) & ~planes)
    yield Measured("pictures of an unusual mode", int(odd.sum()), "0")

    def message(i: int) -> str:
        if deep[i]:
            return f"mode {images.mode[i]}: Pillow cuts values above 255, OpenCV divides by 256; should be 8 bits"
        if cmyk[i]:
            return "mode CMYK: turned to RGB without its colour profile, or read as four channels; should be RGB"
        if covered[i]:
            return f"transparency covers {hidden[i]:.0%} of the picture over several colours: loaders drop it and show them"
        return f"an animation of {frames[i]:.0f} frames: loaders take the first, or refuse; should be one"

    yield from picture_findings(dataset, np.flatnonzero(odd), message)


def _channels(dataset: Dataset) -> int:
    written = dataset.settings.get("channels")
    return written if isinstance(written, int) else 0


@unusual_picture_mode.fires_on
def one_of_each() -> Facts:
    pictures = [
        {"path": "a.jpg"},
        {"path": "b.jpg", "mode": "CMYK"},
        {"path": "c.png", "mode": "I;16", "quirks": "depth=16 top=61000"},
        {"path": "d.png", "mode": "RGBA", "quirks": "clear=0.4 hidden=0.4"},
        {"path": "e.gif", "mode": "P", "quirks": "frames=12"},
    ]
    return {"dataset": dataset_of(pictures)}


@unusual_picture_mode.quiet_on
def colour_grey_palette_and_transparency_over_one_colour() -> Facts:
    pictures = [
        {"path": "a.jpg"},
        {"path": "b.jpg", "mode": "L"},
        {"path": "c.png", "mode": "P"},
        {"path": "d.png", "mode": "RGBA"},
        {"path": "e.png", "mode": "RGBA", "quirks": "clear=0.3"},
    ]
    return {"dataset": dataset_of(pictures)}


@unusual_picture_mode.quiet_on
def a_set_of_sixteen_bits_throughout() -> Facts:
    return {
        "dataset": dataset_of([{"path": f"{n}.png", "mode": "I;16", "quirks": "depth=16 top=61000"} for n in range(4)])
    }
