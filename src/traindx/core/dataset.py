"""The dataset as a fact: pictures, boxes, label files and what could not be read, as columns of equal length."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from traindx.core.pictures import NOT_THERE as NOT_THERE
from traindx.core.pictures import Floats as Floats
from traindx.core.pictures import Hashes as Hashes
from traindx.core.pictures import Images as Images
from traindx.core.pictures import Ints as Ints
from traindx.core.pictures import Pictures as Pictures
from traindx.core.pictures import Strings as Strings
from traindx.core.pictures import Thumbs as Thumbs

if TYPE_CHECKING:
    from traindx.core.box_pairs import Pairs
    from traindx.core.groups import Kind, Shared
    from traindx.core.near_duplicates import Copies
    from traindx.core.shift import Shift

Format = Literal["yolo", "coco", "voc", "imagefolder"]
LabelState = Literal["labelled", "background", "missing", "unreadable"]
Depth: TypeAlias = Literal["labels", "quick", "full"]
"""How deep a dataset is scanned: labels alone, headers of pictures too, every picture decoded."""


@dataclass(frozen=True)
class Split:
    """One split as the settings write it (`written`) and where that leads (`resolved`, absolute).

    `label_rule` says in words how labels are found and `looked_in` is the absolute folder where labels were looked for.
    `problem` is why the split could not be read, if so.
    """

    name: str
    written: str
    resolved: str
    looked_in: str = ""
    label_rule: str = ""
    problem: str | None = None


@dataclass(frozen=True)
class Boxes:
    """One entry per well-formed row of a label file, or per annotated object. `image` indexes `Images`; `line` counts from 1.

    `class_id` is a float as written (it need not be an integer); x, y, w, h are the centre and size as written,
    which should be shares of the picture's width and height (formats in pixels are divided by its true size).
    `label_path` is relative to the root. `id` is the annotation's own id where the format has one, else -1.
    """

    image: Ints
    label_path: Strings
    line: Ints
    class_id: Floats
    x: Floats
    y: Floats
    w: Floats
    h: Floats
    id: Ints

    def __len__(self) -> int:
        return len(self.line)

    @cached_property
    def sound(self) -> NDArray[np.bool_]:
        """Boxes of four finite numbers that have an area."""
        finite = np.isfinite(self.x) & np.isfinite(self.y) & np.isfinite(self.w) & np.isfinite(self.h)
        return np.asarray(finite & (self.w > 0) & (self.h > 0))

    @cached_property
    def by_class(self) -> tuple[tuple[float, Ints], ...]:
        """Every class id that is written, ascending, with the boxes that have it, ascending."""
        from traindx.core.by_value import by_value

        return tuple(by_value(self.class_id))


@dataclass(frozen=True)
class Rows:
    """Rows of label files, or annotated entries, that are not plainly a box: `reason` says why, `kind` what they look like.

    Kinds of text rows: `malformed`, `encoding`, `mixed`, `keypoints` (another number of them), `polygon`, `obb`, `pose`.
    Kinds of entries (json, xml): `malformed`, `bad-box`, `bad-polygon`, `polygon-off-box`, `wrong-area`, `rle-size`,
    `duplicate-id`, `duplicate-file`, `duplicate-category`, `unknown-image`, `unknown-category`, `wrong-reference`.
    `image` is -1 where there is no picture.
    """

    label_path: Strings
    line: Ints
    text: Strings
    reason: Strings
    kind: Strings
    image: Ints

    def __len__(self) -> int:
        return len(self.line)


@dataclass(frozen=True)
class Oddity:
    """Something about a file or folder that is neither picture nor label row; checks choose by `kind` and judge.

    Kinds: `stray-folder`, `empty-class-folder`, `nested-folder`, `flat-split`, `loose-picture`, `root-too-high`,
    `unread-folder`, `case-variant`, `skipped-file`, `unreadable`, `stale-cache`, `outdated-cache`, `stale-npy`, `yaml`,
    `trainer-root` (where the trainer looks, and no split is), `listed` (a list that names a picture, `text`, which is not
    there). `path` is relative to the root, `split` may be empty, `line` 0 if it has none.
    """

    path: str
    kind: str
    text: str
    split: str = ""
    line: int = 0


@dataclass(frozen=True)
class Dataset:
    """All that checks need to know of a dataset; no file is opened after this.

    `names` maps class ids to names, `orphans` are label files (relative) whose picture is not there, with their split.
    `labels_elsewhere` maps label files that were looked for and are missing (absolute) to files that look like them.
    `class_maps` are all class maps found, ids to names, by where each is written (a file, a split's folders).
    `settings_lines` are the lines of the settings' keys in their file (`names.3`: the name of id 3).
    `turned` says of pictures (by index) that EXIF turns how much better their boxes fit the turned frame than the stored one,
    in standard deviations of layouts that fit neither: below 0, the stored frame fits better (`scan/frames.py`).
    """

    root: str
    source: str
    format: Format
    task: Literal["detect", "classify"]
    names: Mapping[int, str]
    splits: tuple[Split, ...]
    images: Images
    boxes: Boxes
    rows: Rows
    orphans: tuple[tuple[str, str], ...] = ()
    labels_elsewhere: Mapping[str, str] = field(default_factory=dict)
    oddities: tuple[Oddity, ...] = ()
    class_maps: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    settings_lines: Mapping[str, int] = field(default_factory=dict)
    turned: Mapping[int, float] = field(default_factory=dict)
    depth: Depth = "full"
    seconds: float = 0.0

    @property
    def num_classes(self) -> int:
        """Number of classes that the settings declare."""
        return len(self.names)

    @property
    def source_path(self) -> str:
        """Where the dataset is described, relative to the root."""
        return self.source.removeprefix(self.root.rstrip("/") + "/")

    @cached_property
    def copies_of_train(self) -> Copies:
        """For each picture, another one of train (of the first split where there is no train) that it is a copy of.

        Sought once, for all checks.
        """
        from traindx.core.near_duplicates import copies

        return copies(self.images, np.arange(len(self.images)), np.flatnonzero(self.in_split(self.training_split)))

    @cached_property
    def near_pairs(self) -> Pairs:
        """Pairs of boxes of one picture that nearly coincide. Sought once, for all checks."""
        from traindx.core.box_pairs import NEAR, pairs_of

        return pairs_of(self, NEAR)

    @cached_property
    def class_counts(self) -> Mapping[str, Ints]:
        """For each split, the number of boxes of each class id 0..n-1 (of pictures, in classification); others do not count."""
        from traindx.core.class_counts import counts_of

        return counts_of(self)

    @cached_property
    def classes_in_pictures(self) -> tuple[Ints, Ints, Ints]:
        """Which legal classes each picture holds, and how many boxes of each: picture, class id and number, in this order."""
        from traindx.core.class_counts import in_pictures

        return in_pictures(self)

    @cached_property
    def shifts(self) -> tuple[tuple[Shift, ...], ...]:
        """For each split but train, its properties against train's."""
        from traindx.core.shift import shifts_of

        return tuple(shifts_of(self))

    @cached_property
    def shared_groups(self) -> Mapping[Kind, tuple[Shared, ...]]:
        """Groups of pictures by name that train and another split have, by kind of group."""
        from traindx.core.groups import shared_groups_of

        return shared_groups_of(self)

    @cached_property
    def groupings(self) -> tuple[tuple[list[str], Ints], ...]:
        """Ways to part the pictures into groups: the groups' names in words, and each picture's group."""
        from traindx.core.picture_groups import groupings_of

        return tuple(groupings_of(self))

    @cached_property
    def split_masks(self) -> Mapping[str, NDArray[np.bool_]]:
        """For each split by name, which pictures are of it."""
        return {split.name: np.asarray(self.images.split == split.name) for split in self.splits}

    def in_split(self, split: str) -> NDArray[np.bool_]:
        """Which pictures are of a split; none where there is no such split."""
        return self.split_masks[split] if split in self.split_masks else np.zeros(len(self.images), dtype=bool)

    def boxes_of(self, split: str) -> NDArray[np.bool_]:
        """Which boxes are in pictures of a split."""
        own = self.split_masks[split]
        return own[self.boxes.image] if not own.all() else np.ones(len(self.boxes), dtype=bool)

    @property
    def training_split(self) -> str:
        """`train`, or the first split where there is none of that name; empty without splits."""
        names = [split.name for split in self.splits]
        return "train" if "train" in names else next(iter(names), "")

    def absolute(self, path: str) -> str:
        """A path of the dataset as an absolute one, or as a URL where the root is one."""
        if "://" in self.root:
            return path if "://" in path else f"{self.root}/{path}"
        return str(Path(self.root) / path)

    def corners(self) -> tuple[Floats, Floats, Floats, Floats]:
        """x0, y0, x1, y1 of every box in pixels of its picture; nan where the picture's size is unknown."""
        width = self.images.width[self.boxes.image].astype(float)
        height = self.images.height[self.boxes.image].astype(float)
        width[width == 0], height[height == 0] = np.nan, np.nan
        b = self.boxes
        return ((b.x - b.w / 2) * width, (b.y - b.h / 2) * height, (b.x + b.w / 2) * width, (b.y + b.h / 2) * height)
