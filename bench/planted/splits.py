"""Faults of a set as a whole: the same pictures twice or in both splits, groups torn apart, splits unlike each other, balance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from bench.planted.layouts import plain_yolo, row, splits_of, write, yaml_of, yolo
from bench.planted.scene import NAMES, Shot, Thing, encoded
from bench.planted.truth import Fault, Level, Plant, Source, Truth, Where
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

BOTH = ("one", "some")
LEAK = ("train-val-leakage",)
SHIFT = ("train-val-shift",)
Copy = Callable[[Shot], tuple[Image.Image, int]]


def _leak(copy: Copy, turn: Callable[[Thing, tuple[int, int]], Thing] = lambda thing, _: thing) -> Plant:
    """Copies of train pictures, changed, in val under other names; `turn` moves the boxes along."""

    def plant(root: Path, source: Source) -> Truth:
        made = plain_yolo(root, source)
        places = []
        for n in source.chosen(18, 0.5):
            shot, other = made.splits["train"][n], made.splits["val"][n]
            picture, quality = copy(shot)
            things = [turn(thing, shot.picture.size) for thing in shot.things]
            write(root / made.image("val", n), encoded(picture, "JPEG", quality=quality))
            write(root / made.label("val", n), "".join(f"{row(t, shot.picture.size)}\n" for t in things))
            places.append(Where(made.image("train", n), None, f"images/val/{other.stem}.jpg"))
        return Truth(LEAK, tuple(places), "error" if source.dose == "some" else "warning")

    return plant


def _mirrored(t: Thing, size: tuple[int, int]) -> Thing:
    return Thing(t.kind, size[0] - t.x1, t.y0, size[0] - t.x0, t.y1)


def _cropped(shot: Shot) -> tuple[Image.Image, int]:
    w, h = shot.picture.size
    dx, dy = round(0.025 * w), round(0.025 * h)
    return shot.picture.crop((dx, dy, w - dx, h - dy)).resize((w, h)), 88


def _other_labels(root: Path, source: Source) -> Truth:
    """i18: the same file twice in train, labelled differently."""
    made = plain_yolo(root, source)
    places = []
    for n in source.chosen(20, 0.3):
        shot = made.splits["train"][n]
        copy = f"again_{shot.stem}"
        write(root / f"images/train/{copy}.jpg", (root / made.image("train", n)).read_bytes())
        wrong = [row(thing, shot.picture.size, (thing.kind + 1) % len(NAMES)) for thing in shot.things]
        write(root / f"labels/train/{copy}.txt", "".join(f"{line}\n" for line in wrong))
        places.append(Where(made.image("train", n), None, f"images/train/{copy}.jpg"))
    return Truth(("label-noise", "duplicate-entries"), tuple(places), "warning")


def _same_folder(root: Path, source: Source) -> Truth:
    """val is train."""
    plain_yolo(root, source)
    write(root / "data.yaml", yaml_of(NAMES, val="images/train"))
    return Truth(LEAK, ())


def _val_within_train(root: Path, source: Source) -> Truth:
    """val is a folder below train's."""
    made = plain_yolo(root, source)
    for kind in ("images", "labels"):
        (root / kind / "val").rename(root / kind / "train" / "val")
    write(root / "data.yaml", yaml_of(NAMES, train="images/train", val="images/train/val"))
    return Truth(LEAK, tuple(Where("", None, f"images/train/val/{s.stem}.jpg") for s in made.splits["val"][:1]))


def _frames(source: Source, videos: int, each: int) -> list[list[Shot]]:
    """Videos: in each, the same scene drifts by some pixels and its light changes, so that frames are no near-copies."""
    scenes = source.shots(videos, size=(420, 320))
    made = []
    for v, scene in enumerate(scenes):
        frames = []
        for k in range(each):
            x, y = (k * 90 // max(each - 1, 1)), (k * 70 // max(each - 1, 1))
            things = [Thing(t.kind, t.x0 - x, t.y0 - y, t.x1 - x, t.y1 - y) for t in scene.things]
            inside = tuple(t for t in things if t.x0 >= 0 and t.y0 >= 0 and t.x1 <= 320 and t.y1 <= 240)
            picture = ImageEnhance.Brightness(scene.picture.crop((x, y, x + 320, y + 240))).enhance(
                0.85 + 0.3 * k / each
            )
            frames.append(Shot(f"video{v:02d}_frame{k * 12:05d}", picture, inside or (Thing(0, 10, 10, 60, 60),)))
        made.append(frames)
    return made


def _video_frames(root: Path, source: Source) -> Truth:
    """Frames of the same videos fall at random into train and val."""
    every = [frame for video in _frames(source, 10, 8) for frame in video]
    order = source.rng.permutation(len(every))
    parts = {"train": [every[i] for i in order[:60]], "val": [every[i] for i in order[60:]]}
    yolo(root, parts)
    return Truth(LEAK, (), "warning")


def _roboflow_versions(root: Path, source: Source) -> Truth:
    """Augmented versions of one source picture in both splits, told by the names that Roboflow gives."""
    pool = source.shots(40)
    splits: dict[str, list[Shot]] = {"train": [], "val": []}
    for n, shot in enumerate(pool):
        turned = ImageEnhance.Color(shot.picture.rotate(25, resample=Image.Resampling.BICUBIC)).enhance(1.6)
        other = Shot("", turned, shot.things)
        tag = [f"{source.rng.integers(16**12):012x}" for _ in range(2)]
        splits["train"].append(shot.named(f"IMG_{n:04d}_jpg.rf.{tag[0]}"))
        splits["val" if n % 3 == 0 else "train"].append(other.named(f"IMG_{n:04d}_jpg.rf.{tag[1]}"))
    yolo(root, splits)
    return Truth(LEAK, (), "warning")


def _shifted(change: Callable[[Image.Image], Image.Image], level: Level = "warning", quality: int = 88) -> Plant:
    """A plant whose val pictures all look otherwise."""

    def plant(root: Path, source: Source) -> Truth:
        made = plain_yolo(root, source, train=60, val=36)
        for n, shot in enumerate(made.splits["val"]):
            write(root / made.image("val", n), encoded(change(shot.picture), "JPEG", quality=quality))
        return Truth(SHIFT, (), level)

    return plant


def _smaller_boxes(root: Path, source: Source) -> Truth:
    """In val the objects are a third as large: photographed from further away."""
    made = plain_yolo(root, source, train=60, val=36)
    for n, shot in enumerate(made.splits["val"]):
        far = Image.new("RGB", shot.picture.size, (90, 110, 80))
        far.paste(shot.picture.resize((107, 80)), (100, 90))
        write(root / made.image("val", n), encoded(far, "JPEG", quality=88))
        small = [Thing(t.kind, 100 + t.x0 / 3, 90 + t.y0 / 3, 100 + t.x1 / 3, 90 + t.y1 / 3) for t in shot.things]
        write(root / made.label("val", n), "".join(f"{row(t, shot.picture.size)}\n" for t in small))
    return Truth(SHIFT, (), "warning")


def _kept(keep: Callable[[str, int, Thing], bool], *causes: str, level: Level = "warning", train: int = 90) -> Plant:
    """A plant whose labels hold only the objects that `keep` says (split, picture, object), and whose pictures fit."""

    def plant(root: Path, source: Source) -> Truth:
        splits = {
            split: [s for n, shot in enumerate(shots) if (s := _only(shot, split, n, keep)).things]
            for split, shots in splits_of(source, train=train, val=24).items()
        }
        yolo(root, splits)
        return Truth(causes, (), level)

    return plant


def _only(shot: Shot, split: str, n: int, keep: Callable[[str, int, Thing], bool]) -> Shot:
    """The shot without the objects that are not kept: they are painted over."""
    picture = shot.picture.copy()
    for t in shot.things:
        if not keep(split, n, t):
            patch = picture.crop((0, 0, 12, 12)).resize((int(t.x1 - t.x0), int(t.y1 - t.y0)))
            picture.paste(patch, (int(t.x0), int(t.y0)))
    return Shot(shot.stem, picture, tuple(t for t in shot.things if keep(split, n, t)))


def _two_spellings(root: Path, source: Source) -> Truth:
    """d: two classes are one, written in two cases."""
    yolo(root, splits_of(source), ("disc", "Disc", *NAMES[2:]))
    return Truth(("class-map-mismatch",), (Where("data.yaml"),), "warning")


def _never_used(root: Path, source: Source) -> Truth:
    """d: a name that no box has."""
    yolo(root, splits_of(source), (*NAMES, "star"))
    return Truth(("missing-class",), (Where("data.yaml"),), "note")


def _plain(root: Path, source: Source) -> None:
    plain_yolo(root, source, train=65)


def _last_batch(root: Path, source: Source) -> Truth:
    """65 pictures at a batch of 16 leave one alone."""
    _plain(root, source)
    return Truth(("last-batch-of-one",), (), "warning")


def _tiny(root: Path, source: Source) -> Truth:
    """Objects of 8 to 12 pixels in pictures of 1280 that are trained at 320."""
    parts = {}
    for split, shots in splits_of(source, train=30, val=10).items():
        parts[split] = [_far_away(shot, source.rng) for shot in shots]
    yolo(root, parts)
    return Truth(("tiny-objects",), (), "warning")


def _far_away(shot: Shot, rng: np.random.Generator) -> Shot:
    wide = shot.picture.filter(ImageFilter.GaussianBlur(2)).resize((1280, 960))
    things = []
    for t in shot.things:
        x, y, side = (*rng.uniform(20, 900, 2), float(rng.integers(8, 13)))
        cut = shot.picture.crop((int(t.x0), int(t.y0), int(t.x1), int(t.y1))).resize((int(side), int(side)))
        wide.paste(cut, (int(x), int(y)))
        things.append(Thing(t.kind, int(x), int(y), int(x) + side, int(y) + side))
    return Shot(shot.stem, wide, tuple(things))


def _half(picture: Image.Image) -> Image.Image:
    return picture.resize((picture.width * 3, picture.height * 3))


LEAKS: Sequence[tuple[str, Plant]] = (
    ("i19-leak-exact", _leak(lambda shot: (shot.picture, 88))),
    ("i20-leak-re-encoded", _leak(lambda shot: (shot.picture.resize((304, 228)), 55))),
    ("i21-leak-mirrored", _leak(lambda shot: (ImageOps.mirror(shot.picture), 88), _mirrored)),
    ("i22-leak-cropped", _leak(_cropped)),
    ("i26-leak-darker", _leak(lambda shot: (ImageEnhance.Brightness(shot.picture).enhance(0.35), 88))),
)

PLANTS: dict[str, tuple[Plant, tuple[str, ...]]] = {
    **{name: (plant, BOTH) for name, plant in LEAKS},
    "i18-same-picture-other-labels": (_other_labels, BOTH),
    "g01-val-is-train": (_same_folder, ("one",)),
    "g02-val-within-train": (_val_within_train, ("one",)),
    "g03-frames-of-one-video": (_video_frames, ("one",)),
    "g04-roboflow-versions": (_roboflow_versions, ("one",)),
    "d-unused-class": (_never_used, ("one",)),
    "d-class-only-in-val": (_kept(lambda s, n, t: s == "val" or t.kind != 4, "missing-class"), ("one",)),
    "d-class-not-in-val": (_kept(lambda s, n, t: s == "train" or t.kind != 4, "missing-class"), ("one",)),
    "d-class-with-one-box": (_kept(lambda s, n, t: s == "val" or t.kind != 4 or n == 4, "class-imbalance",
        "missing-class"), ("one",)),
    "d-imbalance": (_kept(lambda s, n, t: t.kind == 0 or (n + t.kind) % 45 == 0, "class-imbalance", train=400), ("one",)),
    "d-two-spellings": (_two_spellings, ("one",)),
    "d-val-darker": (_shifted(lambda p: ImageEnhance.Brightness(p).enhance(0.35)), ("one",)),
    "s01-val-blurred": (_shifted(lambda p: p.filter(ImageFilter.GaussianBlur(3))), ("one",)),
    "s02-val-grey": (_shifted(ImageOps.grayscale), ("one",)),
    "s03-val-flat": (_shifted(lambda p: ImageEnhance.Contrast(p).enhance(0.35)), ("one",)),
    "s04-val-larger": (_shifted(_half), ("one",)),
    "s05-val-smaller-boxes": (_smaller_boxes, ("one",)),
    "s06-class-mix": (
        _kept(lambda s, n, t: t.kind < 3 if s == "val" and n % 6 else (t.kind > 2 or s == "val" or n % 5 == 0), *SHIFT), ("one",)),
}  # fmt: skip

FAULTS = (
    *(Fault(name, "sets", "yolo", plant, doses, "data.yaml") for name, (plant, doses) in PLANTS.items()),
    Fault("d-last-batch-of-one", "sets", "yolo", _last_batch, ("one",), "data.yaml", ("batch=16",)),
    Fault("d-tiny-objects", "sets", "yolo", _tiny, ("one",), "data.yaml", ("imgsz=320",)),
)
