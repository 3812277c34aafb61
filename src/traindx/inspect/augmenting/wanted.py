"""What the process is asked: pictures with their boxes, and what comes back of one of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Labelled:
    """A picture (absolute path) with its boxes: corners in shares of width and height, and class ids."""

    path: str
    boxes: tuple[tuple[float, float, float, float], ...]
    classes: tuple[int, ...]


@dataclass(frozen=True)
class Result:
    """What a pipeline made of one picture: `picture` [H, W, C] in its own type; boxes as they came, in `box_format` if that is
    known; classes, None where none came back."""

    picture: NDArray[Any]
    boxes: NDArray[np.float64]
    classes: NDArray[np.float64] | None
    box_format: str = ""


@dataclass
class Pipeline:
    """A named pipeline: `run` takes the number of a picture, its pixels (RGB), corners in pixels and classes.

    `parts` is the object whose steps are told; `takes_boxes` is false where the picture alone goes through. `own` is the dataset
    where the pipeline opens its pictures itself (of Ultralytics, where in it each picture is).
    """

    kind: str
    run: Callable[[int, Pixels, NDArray[np.float64], list[int]], Result]
    parts: Any = None
    takes_boxes: bool = True
    source: Any = None
    own: Any = None
