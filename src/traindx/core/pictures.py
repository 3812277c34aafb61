"""The pictures of a dataset, as columns: what their files are, and where they stand in it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from traindx.core.path_shapes import Shapes

Strings: TypeAlias = NDArray[np.object_]
Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Hashes: TypeAlias = NDArray[np.uint64]
Thumbs: TypeAlias = NDArray[np.uint8]

NOT_THERE = ("no such file", "broken link")
"""How the damage of a picture begins whose file does not exist."""


@dataclass(frozen=True)
class Pictures:
    """What picture files are, as columns. Sizes are those of the file's pixels as stored, 0 where unreadable.

    Of the file: `mode` and `format` in Pillow's words, `orientation` the EXIF tag, `damage` empty for a sound picture,
    otherwise what is wrong; `file_size` its bytes; `content` the 64-bit xxh3 of its bytes; `phash` 64 bits that nearly equal
    pictures share (by Hamming distance); hashes are 0 where unknown. Of the pixels, nan where not decoded: `brightness`
    (mean of grey, 0..1), `contrast` (standard deviation of grey, 0..1), `saturation` (mean of HSV's, 0..1), `sharpness`
    (standard deviation of the Laplacian over contrast); `thumb` is the picture as 4 x 4 mean colours, (n, 48) RGB.

    `quirks` are what a sound file holds that loaders treat each in its way, as `word=number` with blanks between: `trailing`
    bytes behind its end marker, `frames` of an animation, `clear` the share of its pixels that are transparent, `hidden` the
    same where they are of several colours, `depth` bits of a channel where not 8, `top` the largest of a grey one's values.
    """

    width: Ints
    height: Ints
    mode: Strings
    format: Strings
    orientation: Ints
    damage: Strings
    file_size: Ints
    content: Hashes
    phash: Hashes
    brightness: Floats
    contrast: Floats
    saturation: Floats
    sharpness: Floats
    thumb: Thumbs
    quirks: Strings

    def __len__(self) -> int:
        return len(self.width)

    def take(self, index: Ints) -> Pictures:
        """The entries at `index`, in its order."""
        return Pictures(**{column.name: getattr(self, column.name)[index] for column in fields(Pictures)})


@dataclass(frozen=True)
class Images(Pictures):
    """One entry per picture of a split.

    `path` is relative to the dataset's root where it lies under it, else absolute. `label_path` is the absolute path of the
    label file that was looked for (of a picture in a class folder, that folder). `class_id` is the class of a picture in
    classification, else -1. `recorded_width` and `recorded_height` are what the annotation says of the picture, 0 if nothing.
    """

    path: Strings
    split: Strings
    label_path: Strings
    label_state: Strings
    class_id: Ints
    recorded_width: Ints
    recorded_height: Ints

    @cached_property
    def once(self) -> bool:
        """Whether no picture is listed twice, in one split or in two."""
        return len(set(self.path.tolist())) == len(self.path)

    @cached_property
    def shapes(self) -> Shapes:
        """The paths with every digit as 0."""
        from traindx.core.path_shapes import shapes_of

        return shapes_of(self.path.tolist())

    def is_there(self, image: int) -> bool:
        """Whether the file exists, as far as it was looked at."""
        return not str(self.damage[image]).startswith(NOT_THERE)
