"""Boxes in pixels to shares of their picture, and pictures whose recorded size is not their own; for COCO and VOC."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.dataset import NOT_THERE, Floats, Images, Ints
from traindx.scan.entry_rows import Entry

TURNED = (5, 6, 7, 8)
"""EXIF orientations that exchange width and height."""


def frames(images: Images, image: Ints, right: Floats, lower: Floats) -> tuple[Floats, Floats]:
    """Width and height by which the boxes of the pictures `image` are to be divided.

    That is the picture's own size; the recorded one where the picture could not be read, or where it is the picture's own
    turned by EXIF (boxes are then in the turned frame); without either, the reach of the picture's boxes.
    """
    width, height = images.width.astype(float), images.height.astype(float)
    recorded = images.recorded_width.astype(float), images.recorded_height.astype(float)
    turned = np.isin(images.orientation, TURNED) & (recorded[0] == height) & (recorded[1] == width)
    unread = (width == 0) | (height == 0)
    known = (recorded[0] > 0) & (recorded[1] > 0)
    width = np.where((unread & known) | turned, recorded[0], width)
    height = np.where((unread & known) | turned, recorded[1], height)
    for side, far in ((width, right), (height, lower)):
        lost = side[image] == 0
        np.maximum.at(side, image[lost], np.nan_to_num(np.maximum(far[lost], 1.0), posinf=1.0))
    return width[image], height[image]


def shares(frame: tuple[Floats, Floats], x0: Floats, y0: Floats, x1: Floats, y1: Floats) -> dict[str, Floats]:
    """Centre and size as shares of the frame, from corners in pixels."""
    width, height = frame
    with np.errstate(invalid="ignore", over="ignore"):
        sizes = {"w": (x1 - x0) / width, "h": (y1 - y0) / height}
        return {"x": (x0 + x1) / 2 / width, "y": (y0 + y1) / 2 / height, **sizes}


def recorded_sizes(images: Images, of: Ints, lines: Ints, label_path: str | None = None) -> Iterator[Entry]:
    """An entry for each of the pictures `of` whose recorded size, if there is one, is not that of the file."""
    width, height = images.width[of], images.height[of]
    own, other = images.recorded_width[of], images.recorded_height[of]
    wrong = (width > 0) & (own > 0) & (other > 0) & ((width != own) | (height != other))
    for n in np.flatnonzero(wrong).tolist():
        reason = f"recorded as {own[n]}x{other[n]}, the file is {width[n]}x{height[n]}"
        path = label_path if label_path is not None else str(images.label_path[of[n]])
        yield Entry(path, int(lines[n]), "recorded-size", reason, "", int(of[n]))


def missing_pictures(images: Images, of: Ints, lines: Ints, label_path: str) -> Iterator[Entry]:
    """An entry for each of the pictures `of` that is not there, so that its line is known."""
    for n in np.flatnonzero(images.damage[of] != "").tolist():
        damage = str(images.damage[of[n]])
        if damage.startswith(NOT_THERE):
            yield Entry(label_path, int(lines[n]), "missing-picture", damage, "", int(of[n]))
