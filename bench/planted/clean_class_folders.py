"""Class folders with nothing wrong: names that mean something else elsewhere, one split, flat test pictures, anomalies in test."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from bench.planted.layouts import folders, write
from bench.planted.scene import Shot, encoded, portrait
from bench.planted.truth import Clean, Source
from PIL import Image, ImageEnhance, ImageOps
from sklearn.datasets import load_digits

COUNTS = {"train": 24, "val": 8}


def _named(names: Sequence[str], counts: Mapping[str, int] = COUNTS) -> Callable[[Path, Source], None]:
    def draw(root: Path, source: Source) -> None:
        folders(root, source, names=names, counts=counts)

    return draw


def _flat_test(root: Path, source: Source) -> None:
    """train and val with classes, test without: its labels are not published."""
    folders(root, source)
    for n in range(12):
        write(root / f"test/{n:05d}.jpg", portrait(n % 4, "", source.rng).jpeg())


def _anomalies(root: Path, source: Source) -> None:
    """Anomaly detection: train holds what is good, test also what is not, masks beside."""
    folders(root, source, names=("good",), counts={"train": 30, "test": 8})
    for kind, name in enumerate(("broken", "scratched"), 1):
        for n in range(8):
            write(root / f"test/{name}/{n:03d}.jpg", portrait(kind, "", source.rng).jpeg())
            Image.new("L", (96, 96)).save(_made(root / f"ground_truth/{name}/{n:03d}_mask.png"))


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _uneven(root: Path, source: Source) -> None:
    """A class with three pictures beside ones of a hundred, val drawn at the same rate."""
    for split, count in (("train", 100), ("val", 30)):
        for kind, name in enumerate(("a", "b", "c", "rare")):
            for n in range(count if kind < 3 else max(count // 33, 1)):
                write(root / f"{split}/{name}/{split}{n}.jpg", portrait(kind, "", source.rng, 64).jpeg())


def _with_tables(root: Path, source: Source) -> None:
    """Tables and notes beside the class folders, some in them."""
    folders(root, source)
    write(root / "labels.csv", "file,label\n")
    write(root / "README.md", "# shapes\n")
    write(root / "train/disc/notes.txt", "drawn\n")
    write(root / "classes.txt", "disc\nsquare\ntriangle\nring\n")


def _linked(root: Path, source: Source) -> None:
    """Every picture is a link into a store, and test is a link to val."""
    made = folders(root, source)
    for split, classes in made.items():
        for name, shots in classes.items():
            for shot in shots:
                path, stored = root / f"{split}/{name}/{shot.stem}.jpg", root.parent / "store" / f"{shot.stem}.jpg"
                stored.parent.mkdir(exist_ok=True)
                path.rename(stored)
                path.symlink_to(stored)
    (root / "test").symlink_to(root / "val", target_is_directory=True)


def _counters(root: Path, source: Source) -> None:
    """Each class counts its pictures from 1, train and val one after the other: scene_1.jpg is in every class."""
    for split, first, count in (("train", 1, 24), ("val", 25, 8)):
        for kind, name in enumerate(("forest", "street", "coast", "room")):
            start = first - 5 * kind if split == "val" else 1
            for n in range(start, start + count - (5 * kind if split == "train" else 0)):
                write(root / f"{split}/{name}/scene_{n}.jpg", portrait(kind, "", source.rng).jpeg())


def _digits(root: Path, source: Source) -> None:
    """Written digits on black, some of them thin: most of each picture is one colour, and many are alike."""
    digits = load_digits()
    for n, i in enumerate(source.rng.permutation(len(digits.images))[:700].tolist()):
        pixels = np.uint8(15 * digits.images[i])
        picture = Image.fromarray(pixels).resize((28, 28), Image.Resampling.BICUBIC)
        path = f"{'val' if n % 5 == 0 else 'train'}/{digits.target[i]}/{n:05d}.png"
        write(root / path, encoded(picture, "PNG"))


def _mixed_sizes(root: Path, source: Source) -> None:
    """Pictures from the web: sizes of 60 to 900 pixels, upright and lying, some grey."""
    for split, count in COUNTS.items():
        for kind, name in enumerate(("a", "b", "c", "d")):
            for n in range(count):
                picture = portrait(kind, "", source.rng).picture
                w, h = (int(v) for v in np.exp(source.rng.uniform(np.log(60), np.log(900), 2)))
                resized = picture.resize((max(w, h // 3), max(h, w // 3)))
                shown = ImageOps.grayscale(resized) if n % 9 == 0 else resized
                write(root / f"{split}/{name}/{split}{n:03d}.jpg", encoded(shown, "JPEG"))


def _copies_in_train(root: Path, source: Source) -> None:
    """Train is evened out by copies of the rare class under other names, and by mirrored ones."""
    made = folders(root, source)
    for n, shot in enumerate(made["train"]["ring"]):
        write(root / f"train/ring/{shot.stem}_copy.jpg", shot.jpeg())
        bright = ImageEnhance.Brightness(ImageOps.mirror(shot.picture)).enhance(1.1)
        write(root / f"train/ring/{shot.stem}_aug{n}.jpg", Shot("", bright, ()).jpeg())


SETS: dict[str, Callable[[Path, Source], None]] = {
    "sports": _named(("jumps", "runs", "swims", "walks")),
    "things": _named(("cache", "images", "labels", "logs", "models", "results", "weights")),
    "vehicles": _named(("bus", "car", "train", "test")),
    "letters": _named(("A", "B", "a", "b")),
    "synsets": _named(("n01440764", "n01443537", "n01484850"), {"train": 24, "validation": 8}),
    "train-alone": _named(("a", "b", "c"), {"train": 24}),
    "train-and-test": _named(("a", "b", "c"), {"train": 24, "test": 8}),
    "three-splits": _named(("a", "b"), {"train": 24, "valid": 8, "test": 8}),
    "two-hundred": _named([f"{n:03d}.Bird" for n in range(1, 61)], {"train": 5, "val": 2}),
    "flat-test": _flat_test,
    "anomalies": _anomalies,
    "uneven": _uneven,
    "tables-beside": _with_tables,
    "linked": _linked,
    "counters": _counters,
    "digits": _digits,
    "mixed-sizes": _mixed_sizes,
    "copies-in-train": _copies_in_train,
}

CLEAN = tuple(Clean(f"clean-class-folders-{name}", "imagefolder", draw) for name, draw in SETS.items())
