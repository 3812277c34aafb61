"""Draws pictures that look a little like photographs: a textured ground with clutter, and shapes on it whose boxes are known."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

NAMES = ("disc", "square", "triangle", "ring", "cross", "bar")
COLOURS = ((200, 60, 50), (50, 80, 190), (60, 160, 70), (220, 190, 50), (160, 70, 170), (230, 230, 225))
SIZE = (320, 240)


@dataclass(frozen=True)
class Thing:
    """An object: its class and the corners of its box, in pixels."""

    kind: int
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True)
class Shot:
    """A picture with what is on it. `stem` is its file name without suffix."""

    stem: str
    picture: Image.Image
    things: tuple[Thing, ...]

    def jpeg(self, quality: int = 88, **more: object) -> bytes:
        """The picture as a JPEG."""
        return encoded(self.picture, "JPEG", quality=quality, **more)

    def named(self, stem: str) -> Shot:
        """The same shot under another name."""
        return replace(self, stem=stem)


def encoded(picture: Image.Image, kind: str, **more: object) -> bytes:
    """A picture's file as bytes."""
    out = io.BytesIO()
    picture.save(out, kind, **more)
    return out.getvalue()


@lru_cache(maxsize=8)
def shots(
    count: int, seed: int, size: tuple[int, int] = SIZE, most: int = 5, grounds: str | None = None
) -> tuple[Shot, ...]:
    """So many different pictures with 1 to `most` objects each; every class is about as frequent as the others.

    `grounds` is a folder of photographs to draw on; without one the ground is made up.
    """
    rng = np.random.default_rng([seed, count, *size])
    photographs = sorted(p for p in Path(grounds).rglob("*") if p.suffix.lower() in (".jpg", ".png")) if grounds else []
    made = []
    for n in range(count):
        ground = (
            _photograph(photographs[rng.integers(len(photographs))], size, rng) if photographs else _ground(size, rng)
        )
        kinds = [(n + int(k)) % len(NAMES) for k in rng.permutation(len(NAMES))[: rng.integers(1, most + 1)]]
        made.append(_drawn(f"pic_{_word(rng)}", ground, kinds, rng))
    return tuple(made)


def portrait(kind: int, stem: str, rng: np.random.Generator, side: int = 96) -> Shot:
    """A picture of one object that fills most of it, for classification."""
    ground = _ground((side, side), rng)
    extent = rng.uniform(0.5, 0.8) * side
    x, y = rng.uniform(0.05 * side, 0.95 * side - extent, 2)
    thing = Thing(kind, x, y, x + extent, y + extent)
    _shape(ImageDraw.Draw(ground), thing, rng)
    return Shot(stem, _noisy(ground, rng), (thing,))


def _word(rng: np.random.Generator) -> str:
    return "".join("abcdefghijklmnopqrstuvwxyz0123456789"[i] for i in rng.integers(0, 36, 9))


def _ground(size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    coarse = rng.integers(40, 200, (int(rng.integers(3, 7)), int(rng.integers(3, 7)), 3), dtype=np.uint8)
    ground = Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(ground)
    for _ in range(int(rng.integers(4, 14))):
        x, y = rng.uniform(0, size[0]), rng.uniform(0, size[1])
        dx, dy = rng.normal(0, size[0] / 5, 2)
        colour = tuple(int(c) for c in rng.integers(30, 220, 3))
        pen.line((x, y, x + dx, y + dy), fill=colour, width=int(rng.integers(1, 6)))
    return ground.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.4, 1.2))))


def _photograph(path: Path, size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    with Image.open(path) as file:
        picture = file.convert("RGB")
    share = float(rng.uniform(0.5, 0.95))
    w, h = int(picture.width * share), int(picture.height * share)
    x, y = int(rng.integers(0, picture.width - w + 1)), int(rng.integers(0, picture.height - h + 1))
    return picture.crop((x, y, x + w, y + h)).resize(size, Image.Resampling.BICUBIC)


def _drawn(stem: str, ground: Image.Image, kinds: list[int], rng: np.random.Generator) -> Shot:
    things: list[Thing] = []
    pen = ImageDraw.Draw(ground)
    for kind in kinds:
        for _ in range(12):
            thing = _placed(kind, ground.size, rng)
            if not any(_touch(thing, other) for other in things):
                things.append(thing)
                _shape(pen, thing, rng)
                break
    return Shot(stem, _noisy(ground, rng), tuple(things))


def _placed(kind: int, size: tuple[int, int], rng: np.random.Generator) -> Thing:
    w, h = rng.uniform(0.12, 0.36) * size[0], rng.uniform(0.14, 0.42) * size[1]
    x, y = rng.uniform(2, size[0] - w - 3), rng.uniform(2, size[1] - h - 3)
    return Thing(kind, round(x), round(y), round(x + w), round(y + h))


def _touch(a: Thing, b: Thing) -> bool:
    return min(a.x1, b.x1) > max(a.x0, b.x0) - 2 and min(a.y1, b.y1) > max(a.y0, b.y0) - 2


def _shape(pen: ImageDraw.ImageDraw, t: Thing, rng: np.random.Generator) -> None:
    colour = tuple(int(np.clip(c + rng.normal(0, 18), 0, 255)) for c in COLOURS[t.kind])
    x0, y0, x1, y1 = t.x0, t.y0, t.x1 - 1, t.y1 - 1
    cx, cy, w, h = (x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0
    if t.kind == 0:
        pen.ellipse((x0, y0, x1, y1), fill=colour)
    elif t.kind == 1:
        pen.rectangle((x0, y0, x1, y1), fill=colour)
    elif t.kind == 2:
        pen.polygon(((cx, y0), (x1, y1), (x0, y1)), fill=colour)
    elif t.kind == 3:
        pen.ellipse((x0, y0, x1, y1), outline=colour, width=max(3, int(min(w, h) / 5)))
    elif t.kind == 4:
        pen.rectangle((cx - w / 8, y0, cx + w / 8, y1), fill=colour)
        pen.rectangle((x0, cy - h / 8, x1, cy + h / 8), fill=colour)
    else:
        pen.polygon(((x0, cy), (cx, y0), (x1, cy), (cx, y1)), fill=colour)


def _noisy(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    pixels = np.asarray(picture, dtype=np.float32)
    grain = rng.normal(0, 5, pixels.shape).astype(np.float32)
    return Image.fromarray(np.clip(pixels + grain, 0, 255).astype(np.uint8))
