"""YOLO sets whose content is unusual on purpose: what their makers wanted looks like a fault."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from bench.planted.layouts import plain_yolo, row, splits_of, write, yaml_of, yolo
from bench.planted.scene import NAMES, Shot, Thing, portrait, shots
from bench.planted.splits import _only
from bench.planted.truth import Clean, Source
from PIL import Image, ImageEnhance

Things = Callable[[Shot, int], Sequence[Thing]]


def _things(change: Things, names: Sequence[str] = NAMES) -> Callable[[Path, Source], None]:
    """Other objects for the pictures of the ordinary set."""

    def draw(root: Path, source: Source) -> None:
        splits = {
            split: [Shot(s.stem, s.picture, tuple(change(s, n))) for n, s in enumerate(shots)]
            for split, shots in splits_of(source, train=80, val=30).items()
        }
        yolo(root, splits, names)

    return draw


def _ids(new: Sequence[int]) -> Things:
    return lambda shot, n: [Thing(new[t.kind], t.x0, t.y0, t.x1, t.y1) for t in shot.things]


def _with_background_class(shot: Shot, n: int) -> Sequence[Thing]:
    return _ids((1, 2, 3, 4, 5, 6))(shot, n)


def _parents(shot: Shot, n: int) -> Sequence[Thing]:
    """Every object has a second box with the class above its own."""
    return [kind for t in shot.things for kind in (t, Thing(6 + t.kind // 3, t.x0, t.y0, t.x1, t.y1))]


def _parts(shot: Shot, n: int) -> Sequence[Thing]:
    """Every object has a part that fills its upper half."""
    return [one for t in shot.things for one in (t, Thing(6, t.x0, t.y0, t.x1, (t.y0 + t.y1) / 2))]


def _long_tail(root: Path, source: Source) -> None:
    """One class has a thousand times what the rarest has; tiny boxes beside each other, as on a page of text."""
    made = plain_yolo(root, source, train=70, val=30)
    for split, own in made.splits.items():
        for n, shot in enumerate(own):
            grid = [Thing(0, 8 * i + 2, 12 * j + 2, 8 * i + 8, 12 * j + 12) for i in range(12) for j in range(8)]
            rare = [t for t in shot.things if t.kind and (t.kind < 4 or n % 20 == 0)][:1]
            made.relabel(split, n, [row(t, shot.picture.size) for t in (*grid, *rare)])


def _one_large(root: Path, source: Source) -> None:
    """One object in the middle that fills most of the picture, as product photographs have."""
    splits = {
        split: [portrait(n % 6, f"product_{split}_{n}", source.rng, 200) for n in range(count)]
        for split, count in (("train", 60), ("val", 24))
    }
    yolo(root, splits)


def _tiny(root: Path, source: Source) -> None:
    """Objects of 4 to 7 pixels, as in pictures of stars or from the air."""

    def small(shot: Shot) -> Shot:
        picture, things = shot.picture.copy(), []
        for k in range(30):
            x, y = (int(v) for v in source.rng.integers(10, (300, 220)))
            w, h = (int(v) for v in source.rng.integers(4, 8, 2))
            picture.paste((250, 240 - 40 * (k % 2), 200), (x, y, x + w, y + h))
            things.append(Thing(k % 2, x, y, x + w, y + h))
        return Shot(shot.stem, picture, tuple(things))

    splits = {split: [small(s) for s in own] for split, own in splits_of(source).items()}
    yolo(root, splits, ("star", "galaxy"))


def _tall(root: Path, source: Source) -> None:
    """Tall thin objects alone, in pictures that stand upright."""
    splits: dict[str, list[Shot]] = {}
    for split, own in splits_of(source, size=(240, 320)).items():
        splits[split] = []
        for shot in own:
            picture, things = shot.picture.copy(), []
            for k in range(3):
                x, y = 20 + 75 * k + int(source.rng.integers(20)), int(source.rng.integers(10, 140))
                w, h = int(source.rng.integers(14, 30)), int(source.rng.integers(90, 160))
                picture.paste((40 + 60 * k, 160, 90), (x, y, x + w, y + h))
                things.append(Thing(k, x, y, x + w, y + h))
            splits[split].append(Shot(shot.stem, picture, tuple(things)))
    yolo(root, splits, ("person", "pole", "tree"))


def _augmented(root: Path, source: Source) -> None:
    """Train holds each picture four times, changed on purpose; val holds other pictures once."""
    splits = splits_of(source, train=24, val=16)
    more: list[Shot] = []
    for shot in splits["train"]:
        mirrored = [Thing(t.kind, 320 - t.x1, t.y0, 320 - t.x0, t.y1) for t in shot.things]
        bright = ImageEnhance.Brightness(shot.picture)
        more += [
            shot,
            Shot(f"{shot.stem}_flip", shot.picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT), tuple(mirrored)),
            Shot(f"{shot.stem}_bright", bright.enhance(1.3), shot.things),
            Shot(f"{shot.stem}_dark", bright.enhance(0.7), shot.things),
        ]
    yolo(root, {"train": more, "val": splits["val"]})


def _backgrounds(share: float, files: bool) -> Callable[[Path, Source], None]:
    """A large share of the pictures has no object on purpose; `files` says whether they have an empty label file."""

    def draw(root: Path, source: Source) -> None:
        splits = splits_of(source, train=80, val=30)
        bare = {
            split: [_only(s, split, n, lambda *_: False) if n < share * len(own) else s for n, s in enumerate(own)]
            for split, own in splits.items()
        }
        yolo(root, bare)
        for split, own in bare.items():
            for shot in own:
                if not files and not shot.things:
                    (root / f"labels/{split}/{shot.stem}.txt").unlink()

    return draw


def _fixed_camera(root: Path, source: Source) -> None:
    """One camera that never moves: the same ground in every picture, other objects on it."""
    ground = source.shots(1)[0].picture.resize((320, 240))

    def taken(n: int, split: str) -> Shot:
        picture, things = ground.copy(), []
        for k in range(int(source.rng.integers(1, 4))):
            x, y = (int(v) for v in source.rng.integers(5, (250, 170)))
            w, h = (int(v) for v in source.rng.integers(24, 60, 2))
            picture.paste((220 - 60 * k, 80 + 50 * k, 60), (x, y, x + w, y + h))
            things.append(Thing(k, x, y, x + w, y + h))
        return Shot(f"{split}_{n:05d}", picture, tuple(things))

    splits = {split: [taken(n, split) for n in range(count)] for split, count in (("train", 60), ("val", 24))}
    yolo(root, splits, ("red", "green", "blue"))


def _digits(root: Path, source: Source) -> None:
    """Classes are called 1, 2, 3 ... and 0 comes last."""
    plain_yolo(root, source)
    write(root / "data.yaml", yaml_of(("1", "2", "3", "4", "5", "0")))


def _letters(root: Path, source: Source) -> None:
    """Small and capital letters are different classes."""
    yolo(root, splits_of(source), ("a", "A", "b", "B", "c", "C"))


def _merged(root: Path, source: Source) -> None:
    """Two sources with their own sizes and names of files, in both splits; twenty names, of which six are used."""
    parts: dict[str, list[Shot]] = {"train": [], "val": []}
    for k, size in enumerate(((320, 240), (400, 300))):
        pool = [s.named(f"{'ab'[k]}_{s.stem}") for s in shots(48, 100 * source.seed + k, size=size)]
        moved = [Shot(s.stem, s.picture, _ids((2, 3, 7, 11, 12, 19))(s, 0)) for s in pool]  # type: ignore[arg-type]
        parts["train"] += moved[:34]
        parts["val"] += moved[34:]
    yolo(root, parts, [f"class {n}" for n in range(20)])


def _night(root: Path, source: Source) -> None:
    """A third of the pictures of both splits was taken at night."""
    made = plain_yolo(root, source)
    for split, own in made.splits.items():
        for n, shot in enumerate(own):
            if n % 3 == 0:
                write(
                    root / made.image(split, n), Shot("", ImageEnhance.Brightness(shot.picture).enhance(0.2), ()).jpeg()
                )


def _whole(root: Path, source: Source) -> None:
    """A class for the whole picture (its weather) beside the objects."""
    made = plain_yolo(root, source)
    write(root / "data.yaml", yaml_of((*NAMES, "sun", "rain")))
    for split, own in made.splits.items():
        for n in range(len(own)):
            made.relabel(split, n, [*made.lines(split, n), f"{6 + n % 2} 0.5 0.5 1 1"])


def _crowd(root: Path, source: Source) -> None:
    """Objects that overlap a lot, with boxes of one class nearly one over the other."""
    made = plain_yolo(root, source)
    for split, own in made.splits.items():
        for n, shot in enumerate(own):
            rows = []
            for t in shot.things:
                shift = float(np.round(0.22 * (t.x1 - t.x0)))
                rows += [t, Thing(t.kind, t.x0 + shift, t.y0, min(t.x1 + shift, 319), t.y1)]
            made.relabel(split, n, [row(t, shot.picture.size) for t in rows])


SETS: dict[str, Callable[[Path, Source], None]] = {
    "background-is-class-0": _things(_with_background_class, ("__background__", *NAMES)),
    "parents": _things(_parents, (*NAMES, "round", "straight")),
    "parts": _things(_parts, (*NAMES, "head")),
    "long-tail": _long_tail,
    "one-large": _one_large,
    "tiny": _tiny,
    "tall": _tall,
    "augmented-train": _augmented,
    "backgrounds-most-empty": _backgrounds(0.6, True),
    "backgrounds-40-no-file": _backgrounds(0.4, False),
    "backgrounds-20-no-file": _backgrounds(0.2, False),
    "fixed-camera": _fixed_camera,
    "digits-as-names": _digits,
    "letters": _letters,
    "merged-sparse": _merged,
    "a-third-night": _night,
    "whole-picture-class": _whole,
    "crowd": _crowd,
}

CLEAN = tuple(Clean(f"clean-content-{name}", "yolo", draw, "data.yaml") for name, draw in SETS.items())
