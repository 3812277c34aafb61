"""YOLO sets with nothing wrong whose files lie, are named and are coded in legal ways that are not the usual one."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from bench.planted.layouts import plain_yolo, rows, splits_of, write, yaml_of, yolo
from bench.planted.scene import NAMES, encoded
from bench.planted.truth import Clean, Source
from PIL import Image, ImageOps


def _upper(root: Path, source: Source) -> None:
    made = plain_yolo(root, source)
    for n in range(len(made.splits["train"])):
        path = root / made.image("train", n)
        path.rename(path.with_suffix(".JPG" if n % 2 else ".jpeg"))


def _renamed(name: Callable[[int, str], str]) -> Callable[[Path, Source], None]:
    def draw(root: Path, source: Source) -> None:
        splits = splits_of(source)
        yolo(root, {s: [shot.named(name(n, shot.stem)) for n, shot in enumerate(shots)] for s, shots in splits.items()})

    return draw


def _yaml(text: str) -> Callable[[Path, Source], None]:
    def draw(root: Path, source: Source) -> None:
        plain_yolo(root, source)
        write(root / "data.yaml", text)

    return draw


def _lists(root: Path, source: Source) -> None:
    """train and val are lists of pictures, one with relative and one with absolute paths."""
    made = plain_yolo(root, source)
    train = "".join(f"./{made.image('train', n)}\n" for n in range(len(made.splits["train"])))
    write(root / "train.txt", train)
    write(root / "val.txt", "".join(f"{root / made.image('val', n)}\n" for n in range(len(made.splits["val"]))))
    write(root / "data.yaml", "train: train.txt\nval: val.txt\nnames: [" + ", ".join(NAMES) + "]\n")


def _nested(root: Path, source: Source) -> None:
    """Pictures in folders per camera, labels alike."""
    made = plain_yolo(root, source)
    for n in range(len(made.splits["train"])):
        for path in (made.image("train", n), made.label("train", n)):
            old = Path(path)
            new = root / old.parent / f"cam{n % 3}" / f"2024-0{n % 4 + 1}" / old.name
            new.parent.mkdir(parents=True, exist_ok=True)
            (root / path).rename(new)


def _links(root: Path, source: Source) -> None:
    """Pictures are links into a store beside the set."""
    made = plain_yolo(root, source)
    for n in range(len(made.splits["train"])):
        path = root / made.image("train", n)
        stored = root / "store" / f"{n:05d}.jpg"
        stored.parent.mkdir(exist_ok=True)
        path.rename(stored)
        path.symlink_to(stored)


def _recoded(change: Callable[[Image.Image], Image.Image], kind: str, suffix: str) -> Callable[[Path, Source], None]:
    def draw(root: Path, source: Source) -> None:
        made = plain_yolo(root, source)
        for split in made.splits:
            for n, shot in enumerate(made.splits[split]):
                old = root / made.image(split, n)
                old.unlink()
                write(old.with_suffix(suffix), encoded(change(shot.picture), kind))

    return draw


def _test_without_labels(root: Path, source: Source) -> None:
    plain_yolo(root, source)
    for shot in source.shots(10, part=5):
        write(root / f"images/test/{shot.stem}.jpg", shot.jpeg())
    write(root / "data.yaml", yaml_of(NAMES, test="images/test"))


def _clutter(root: Path, source: Source) -> None:
    """What tools leave behind: classes.txt, notes, thumbnails' index, resource forks, hidden files, an older yaml."""
    plain_yolo(root, source)
    for path in ("labels/train/classes.txt", "labels/val/classes.txt", "classes.txt"):
        write(root / path, "".join(f"{name}\n" for name in NAMES))
    write(root / "images/train/Thumbs.db", b"\xd0\xcf\x11\xe0")
    write(root / "images/train/.DS_Store", b"\0\0\0\1Bud1")
    write(root / "images/train/._a.jpg", b"\0\5\x16\7")
    write(root / "README.roboflow.txt", "exported")
    write(root / "labels/train/notes.md", "# notes\n")


def _side_by_side(root: Path, source: Source) -> None:
    """Pictures and labels in one folder, train and val side by side."""
    for split, shots in splits_of(source).items():
        for shot in shots:
            write(root / f"{split}/{shot.stem}.jpg", shot.jpeg())
            write(root / f"{split}/{shot.stem}.txt", "".join(f"{line}\n" for line in rows(shot)))
    write(root / "data.yaml", yaml_of(NAMES, train="train", val="val"))


def _roboflow(root: Path, source: Source) -> None:
    """The layout of a Roboflow export: train/images, valid/images, `../` in the paths, dotted stems."""
    for split, shots in splits_of(source).items():
        folder = {"train": "train", "val": "valid"}[split]
        for n, shot in enumerate(shots):
            stem = f"{split}_{n:03d}_jpg.rf.{source.rng.integers(16**12):012x}"
            write(root / f"{folder}/images/{stem}.jpg", shot.jpeg())
            write(root / f"{folder}/labels/{stem}.txt", "".join(f"{line}\n" for line in rows(shot)))
    keys = "train: ../train/images\nval: ../valid/images\n"
    write(root / "data.yaml", f"{keys}\nnc: {len(NAMES)}\nnames: {list(NAMES)}\n\nroboflow:\n  license: CC BY 4.0\n")


def _moved_path(root: Path, source: Source) -> None:
    """`path` names the set's own folder from beside it."""
    plain_yolo(root / "shapes", source)
    shutil.move(root / "shapes/data.yaml", root / "data.yaml")
    write(root / "data.yaml", yaml_of(NAMES, path="shapes"))


LISTED = "names: [" + ", ".join(NAMES) + "]\n"
SETS: dict[str, Callable[[Path, Source], None]] = {
    "upper-case-suffix": _upper,
    "dotted-stems": _renamed(lambda n, stem: f"IMG_{n:04d}{stem[4:6]}_jpg.rf.{stem[4:]}"),
    "unicode-names": _renamed(lambda n, stem: f"façade été {n} 図 {stem[-5:]}"),
    "lists": _lists,
    "nested": _nested,
    "links": _links,
    "names-as-list": _yaml("path: .\ntrain: images/train\nval: images/val\n" + LISTED),
    "names-absent": _yaml("path: .\ntrain: images/train\nval: images/val\nnc: 6\n"),
    "list-of-folders": _yaml("path: .\ntrain: [images/train]\nvalidation: images/val\nnc: 6\n" + LISTED),
    "download-key": _yaml("path: .\ntrain: images/train\nval: images/val\ndownload: print('no')\n" + LISTED),
    "grey": _recoded(ImageOps.grayscale, "JPEG", ".jpg"),
    "png": _recoded(lambda p: p, "PNG", ".png"),
    "webp": _recoded(lambda p: p, "WEBP", ".webp"),
    "alpha": _recoded(lambda p: p.convert("RGBA"), "PNG", ".png"),
    "test-without-labels": _test_without_labels,
    "clutter": _clutter,
    "side-by-side": _side_by_side,
    "roboflow": _roboflow,
    "path-key": _moved_path,
}

CLEAN = tuple(Clean(f"clean-yolo-{name}", "yolo", draw, "data.yaml") for name, draw in SETS.items())
