"""What was planted: the cause, the places, and how bad it is; and a fault as a thing that can be planted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from bench.planted.scene import Shot, shots

Level = Literal["error", "warning", "note", "count"]
Format = Literal["yolo", "coco", "voc", "imagefolder"]


@dataclass(frozen=True)
class Where:
    """A place of the fault, relative to the set's root: a file, its line if it has one, the picture, or a word that names it."""

    path: str = ""
    line: int | None = None
    image: str = ""
    word: str = ""


@dataclass(frozen=True)
class Truth:
    """What is wrong: any of `causes` is right; no cause means that a finding at the place is enough.

    `level` is what the fault deserves; `count` that it is legal, and only has to be counted (`counted` is the word of the
    count). `says` is a word of the message with which a tool may refuse the set altogether.
    """

    causes: tuple[str, ...]
    places: tuple[Where, ...] = ()
    level: Level = "error"
    says: str = ""
    counted: str = ""


@dataclass(frozen=True)
class Source:
    """Where a set's pictures and chances come from; `dose` is `one` place or `some` (a share of the set)."""

    seed: int = 0
    dose: str = "one"
    grounds: str | None = None
    rng: np.random.Generator = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rng", np.random.default_rng([7, self.seed, len(self.dose)]))

    def shots(self, count: int, part: int = 0, **more: object) -> tuple[Shot, ...]:
        """Different pictures; another `part` gives others."""
        return shots(count, 100 * self.seed + part, grounds=self.grounds, **more)

    def chosen(self, count: int, share: float = 0.25) -> list[int]:
        """Which of `count` things are hit: one, or a share of them."""
        hit = 1 if self.dose == "one" else max(2, round(share * count))
        return sorted(int(i) for i in self.rng.permutation(count)[:hit])


Plant = Callable[[Path, Source], Truth]


@dataclass(frozen=True)
class Fault:
    """A fault: `plant` writes a set into an empty folder and says what is wrong with it.

    `data` is what the tool is given, relative to that folder; `arguments` are those of the training to come.
    """

    name: str
    family: str
    format: Format
    plant: Plant
    doses: tuple[str, ...] = ("one",)
    data: str = ""
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Clean:
    """A set with nothing wrong, and what is odd about it."""

    name: str
    format: Format
    draw: Callable[[Path, Source], None]
    data: str = ""
    arguments: tuple[str, ...] = ()
