"""D111: a picture whose name says another format than its bytes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.picture_findings import picture_findings
from traindx.core.small_dataset import dataset_of

EXTENSIONS = {
    "JPEG": ("jpg", "jpeg", "jpe", "jfif", "mpo"),
    "MPO": ("jpg", "jpeg", "jpe", "jfif", "mpo"),
    "PNG": ("png", "apng"),
    "BMP": ("bmp", "dib"),
    "DIB": ("bmp", "dib"),
    "GIF": ("gif",),
    "WEBP": ("webp",),
    "TIFF": ("tif", "tiff", "dng"),
    "JPEG2000": ("jp2", "j2k", "jpx", "jpf", "jpc"),
    "AVIF": ("avif", "avifs"),
    "PPM": ("ppm", "pgm", "pbm", "pnm", "pfm"),
    "ICO": ("ico",),
}


@check("D111", level="warning", depth="quick")
def wrong_extension(dataset: Dataset) -> Iterator[Finding | Measured]:
    """A picture's name says another format than its bytes: a PNG named .jpg.

    Pillow, OpenCV, torchvision's `decode_image` and so Ultralytics look at the bytes and read it rightly (measured).
    Ultralytics drops a GIF under any name. A name without an extension says nothing.

    ## Why is this bad?
    Readers that trust the name (`tf.io.decode_jpeg`, TurboJPEG, DALI's and FFCV's JPEG paths, upload forms) fail on it.
    A name changed by hand also hints at a picture that passed other tools than the rest.

    ## How to fix
    Rename the file, with its label file's stem unchanged, or write it anew in the format that its name says.
    """
    images = dataset.images
    if dataset.depth == "labels" or not len(images):
        return
    suffixes = [path.rpartition(".")[2].lower() if "." in path else "" for path in images.path.tolist()]
    known = {suffix for each in EXTENSIONS.values() for suffix in each}
    named = list(zip(suffixes, images.format.tolist(), strict=True))
    odd = {(s, kind) for s, kind in set(named) if s in known and kind in EXTENSIONS and s not in EXTENSIONS[kind]}
    wrong = [i for i, pair in enumerate(named) if pair in odd] if odd else []
    yield Measured("pictures named for another format", len(wrong), "0")
    yield from picture_findings(
        dataset, np.array(wrong, dtype=int), lambda i: f"the file is {images.format[i]} and is named .{suffixes[i]}"
    )


@wrong_extension.fires_on
def a_png_named_jpg() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}, {"path": "b.jpg", "format": "PNG"}])}


@wrong_extension.quiet_on
def names_that_fit_in_any_case() -> Facts:
    pictures = [
        {"path": "a.JPG"},
        {"path": "b.jpeg", "format": "MPO"},
        {"path": "c.TIF", "format": "TIFF"},
        {"path": "no-suffix"},
        {"path": "v1.2/plain", "format": "PNG"},
    ]
    return {"dataset": dataset_of(pictures)}
