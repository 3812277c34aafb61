"""What a training's own augmentation makes of samples, as a fact: pictures, values, and boxes followed by their pixels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Corners: TypeAlias = tuple[float, float, float, float]

OVERLAP = 0.5
"""From this overlap (IoU) on a returned box counts as that of the pixels (the usual threshold of mAP@50)."""

ASTRAY = 0.3
"""Below this overlap a returned box is not that of the pixels, whatever its rounding (a guess)."""


@dataclass(frozen=True)
class Followed:
    """One box: where it was, as corners in shares of the picture (`before`); where its pixels went, in pixels of the result
    (`seen`, None where nothing of them is left); and the returned box that fits them best (`given`).

    `overlap` is the IoU of `given` with `seen`, `stayed` that of any returned box with the box as it was before, `moved` that of
    `seen` with it. `label` and `wanted` are the class that came back with `given` and the one it should have.
    """

    before: Corners
    seen: Corners | None = None
    given: Corners | None = None
    overlap: float = 0.0
    stayed: float = 0.0
    moved: float = 1.0
    label: int | None = None
    wanted: int | None = None

    @property
    def astray(self) -> bool:
        """Whether its pixels are there, and no returned box is where they are."""
        return self.seen is not None and self.overlap < ASTRAY

    @property
    def left_behind(self) -> bool:
        """Whether a box came back as it was, and the pixels have moved."""
        return self.seen is not None and self.moved < ASTRAY and self.overlap < OVERLAP <= self.stayed


@dataclass(frozen=True)
class Sample:
    """One picture run through once: size of the result, its type and values by channel, boxes in and out, and those followed.

    `source` are the channel means of the picture before, as shares of 255; `picture` is where the result was kept, scaled to
    0..255, with `boxes` in its pixels; `beyond` counts returned boxes that leave the result, `empty` those that hold no pixels
    of any object, `inverted` those whose corners are in the wrong order or without area.
    """

    path: str
    size: tuple[int, int]
    channels: int
    dtype: str
    low: float
    high: float
    mean: tuple[float, ...]
    std: tuple[float, ...]
    source: tuple[float, ...] = ()
    not_finite: int = 0
    boxes_in: int = 0
    boxes: tuple[Corners, ...] = ()
    labels: int | None = None
    followed: tuple[Followed, ...] = ()
    beyond: int = 0
    empty: int | None = None
    inverted: int = 0
    picture: str = ""


@dataclass(frozen=True)
class Step:
    """One transform of the pipeline, in its order; `mean`, `std` are those of a normalisation, `area` the least and most share of
    the picture that it takes or erases, `chance` how often it does anything."""

    name: str
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    area: tuple[float, ...] = ()
    chance: float = 1.0


@dataclass(frozen=True)
class Augmentation:
    """A pipeline as it was named (`spec`), what it is, its steps as far as they can be told, and samples run through it.

    `followed` says why boxes were not followed, empty where they were. `path` and `line` are where it is written.
    `repeats`: the same sample, run with other random numbers, comes out the same. `validation` is the same of what validation uses.
    """

    spec: str
    kind: str
    samples: tuple[Sample, ...] = ()
    steps: tuple[Step, ...] = ()
    box_format: str = ""
    followed: str = ""
    repeats: bool = False
    path: str = ""
    line: int | None = None
    takes_boxes: bool = True
    validation: Augmentation | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def boxes(self) -> Iterator[tuple[Sample, Followed]]:
        """Every box that was followed, with its sample."""
        return ((sample, box) for sample in self.samples for box in sample.followed)


def augmentation_of(plain: Mapping[str, Any]) -> Augmentation:
    """The fact from its JSON."""
    held = dict(plain)
    held["samples"] = tuple(_sample(s) for s in held.get("samples", ()))
    held["steps"] = tuple(Step(**_in_tuples(s)) for s in held.get("steps", ()))
    return Augmentation(**held)


def _sample(plain: Mapping[str, Any]) -> Sample:
    held = _in_tuples(plain)
    held["followed"] = tuple(Followed(**_in_tuples(f)) for f in plain["followed"])
    return Sample(**{**held, "boxes": tuple(map(tuple, plain["boxes"]))})


def _in_tuples(plain: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in plain.items()}
