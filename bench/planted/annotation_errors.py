"""Annotation errors in a YOLO set and in class folders: overlooked, spurious, swapped and badly placed boxes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from bench.planted.layouts import Yolo, plain_yolo, row
from bench.planted.scene import NAMES, Shot, Thing
from bench.planted.truth import Fault, Plant, Source, Truth, Where

Change = Callable[[Shot, np.random.Generator], "tuple[list[Thing], int | None] | None"]


def _share(change: Change, share: float) -> Plant:
    """A plant that changes one object in this share of the train pictures; a place is the picture, and the row if it is there."""

    def plant(root: Path, source: Source) -> Truth:
        made = plain_yolo(root, source, train=120, val=30)
        places = []
        for n in sorted(int(i) for i in source.rng.permutation(120)[: round(120 * share)]):
            shot = made.splits["train"][n]
            changed = change(shot, source.rng)
            if changed is not None:
                made.relabel("train", n, [row(t, shot.picture.size) for t in changed[0]])
                places.append(_place(made, n, changed[1]))
        return Truth(("label-noise",), tuple(places), "warning")

    return plant


def _place(made: Yolo, n: int, at: int | None) -> Where:
    return Where(made.label("train", n), None if at is None else at + 1, made.image("train", n))


def _swapped(shot: Shot, rng: np.random.Generator) -> tuple[list[Thing], int | None]:
    at = int(rng.integers(len(shot.things)))
    t = shot.things[at]
    other = (t.kind + int(rng.integers(1, len(NAMES)))) % len(NAMES)
    return [*shot.things[:at], Thing(other, t.x0, t.y0, t.x1, t.y1), *shot.things[at + 1 :]], at


def _overlooked(shot: Shot, rng: np.random.Generator) -> tuple[list[Thing], int | None] | None:
    if len(shot.things) < 2:
        return None
    at = int(rng.integers(len(shot.things)))
    return [*shot.things[:at], *shot.things[at + 1 :]], None


def _moved(shot: Shot, rng: np.random.Generator) -> tuple[list[Thing], int | None]:
    at = int(rng.integers(len(shot.things)))
    t, (w, h) = shot.things[at], shot.picture.size
    dx = 0.6 * (t.x1 - t.x0) * (1 if t.x0 + t.x1 < w else -1)
    dy = 0.6 * (t.y1 - t.y0) * (1 if t.y0 + t.y1 < h else -1)
    moved = Thing(t.kind, max(t.x0 + dx, 0), max(t.y0 + dy, 0), min(t.x1 + dx, w), min(t.y1 + dy, h))
    return [*shot.things[:at], moved, *shot.things[at + 1 :]], at


def _spurious(shot: Shot, rng: np.random.Generator) -> tuple[list[Thing], int | None] | None:
    w, h = shot.picture.size
    for _ in range(40):
        x, y = rng.uniform(0, w - 70), rng.uniform(0, h - 60)
        if not any(min(x + 70, t.x1) > max(x, t.x0) and min(y + 60, t.y1) > max(y, t.y0) for t in shot.things):
            return [*shot.things, Thing(int(rng.integers(6)), x, y, x + 70, y + 60)], len(shot.things)
    return None


def _odd_shape(shot: Shot, rng: np.random.Generator) -> tuple[list[Thing], int | None]:
    """A slip of the mouse: a box as wide as the picture and four pixels high."""
    return [*shot.things, Thing(0, 4, 100, shot.picture.width - 4, 104)], len(shot.things)


def _shuffled(root: Path, source: Source) -> Truth:
    """Every label file lies under another picture's name."""
    made = plain_yolo(root, source, train=120, val=30)
    texts = [made.lines("train", n) for n in range(120)]
    for n, m in enumerate(np.roll(np.arange(120), 7)):
        made.relabel("train", n, texts[m])
    return Truth(("shuffled-labels", "label-noise"), (), "warning")


PLANTS: dict[str, Plant] = {
    "a01-classes-swapped": _share(_swapped, 0.1),
    "a02-overlooked": _share(_overlooked, 0.2),
    "a03-moved": _share(_moved, 0.1),
    "a04-spurious": _share(_spurious, 0.1),
    "a05-slip-of-the-mouse": _share(_odd_shape, 0.01),
    "a06-shuffled": _shuffled,
}

FAULTS = tuple(Fault(name, "annotation errors", "yolo", plant, ("one",), "data.yaml") for name, plant in PLANTS.items())
