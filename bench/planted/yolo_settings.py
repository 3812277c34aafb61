"""Faults of data.yaml, of the folders it leads to, and of cached indices."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from bench.planted.layouts import Yolo, plain_yolo, splits_of, write, yolo
from bench.planted.scene import NAMES
from bench.planted.truth import Fault, Level, Plant, Source, Truth, Where

LAYOUT = ("wrong-dataset-layout", "missing-images", "labels-not-found")
NAMED = ("class-map-mismatch",)


def _yaml(text: str, *causes: str, says: str = "", level: Level = "error") -> Plant:
    """A plant with an ordinary set and this data.yaml."""

    def plant(root: Path, source: Source) -> Truth:
        plain_yolo(root, source)
        write(root / "data.yaml", text)
        return Truth(causes, (Where("data.yaml"),), level, says=says)

    return plant


def _keys(train: str = "images/train", val: str = "images/val", path: str = ".") -> str:
    return f"path: {path}\ntrain: {train}\nval: {val}\n"


def _one_level_too_high(root: Path, source: Source) -> Truth:
    """The archive was unpacked into a folder of its own: data.yaml leads one level too high."""
    plain_yolo(root, source)
    for kind in ("images", "labels"):
        (root / "shapes" / kind).parent.mkdir(exist_ok=True)
        (root / kind).rename(root / "shapes" / kind)
    return Truth(LAYOUT, (Where("data.yaml"),))


def _labels_in_images(root: Path, source: Source) -> Truth:
    """train points at the label folder."""
    plain_yolo(root, source)
    write(root / "data.yaml", _keys(train="labels/train") + _names(NAMES))
    return Truth(LAYOUT, (Where("data.yaml"),))


def _empty_split(root: Path, source: Source) -> Truth:
    """val's folder is there, and empty."""
    made = plain_yolo(root, source)
    for n in range(len(made.splits["val"])):
        (root / made.image("val", n)).unlink()
        (root / made.label("val", n)).unlink()
    return Truth(LAYOUT, (Where("data.yaml"),))


def _names(names: tuple[str, ...]) -> str:
    return "names: [" + ", ".join(names) + "]\n"


def _listed_and_gone(root: Path, source: Source) -> Truth:
    """The list file names pictures that are not there."""
    made = plain_yolo(root, source)
    lines = [f"./{made.image('train', n)}" for n in range(len(made.splits["train"]))]
    at = int(source.rng.integers(len(lines)))
    lines.insert(at, "./images/train/gone.jpg")
    write(root / "train.txt", "".join(f"{line}\n" for line in lines))
    write(root / "data.yaml", _keys(train="train.txt") + _names(NAMES))
    return Truth(("missing-images",), (Where("train.txt", at + 1, "images/train/gone.jpg"),))


def _all_gone(root: Path, source: Source) -> Truth:
    """The list file holds another machine's paths."""
    made = plain_yolo(root, source)
    lines = [f"/home/ann/data/shapes/{made.image('train', n)}" for n in range(len(made.splits["train"]))]
    write(root / "train.txt", "".join(f"{line}\n" for line in lines))
    write(root / "data.yaml", _keys(train="train.txt") + _names(NAMES))
    return Truth(("missing-images", "wrong-dataset-layout"), (Where("train.txt"),))


def _listed_twice(root: Path, source: Source) -> Truth:
    """One picture stands in train's list and in val's."""
    made = plain_yolo(root, source)
    lists = {s: [f"./{made.image(s, n)}" for n in range(len(made.splits[s]))] for s in made.splits}
    lists["val"] += lists["train"][:6]
    for split, lines in lists.items():
        write(root / f"{split}.txt", "".join(f"{line}\n" for line in lines))
    write(root / "data.yaml", _keys("train.txt", "val.txt") + _names(NAMES))
    return Truth(("train-val-leakage",), tuple(Where("", None, made.image("train", n)) for n in range(6)))


def _cache(change: Callable[[Yolo, list[dict[str, object]]], None]) -> Plant:
    """A plant that leaves an Ultralytics cache from before a change of the labels."""

    def plant(root: Path, source: Source) -> Truth:
        made = yolo(root, splits_of(source))
        labels = [_cached(made, n) for n in range(len(made.splits["train"]))]
        change(made, labels)
        count = len(labels)
        content = {
            "labels": labels,
            "hash": "0" * 64,
            "results": (count, 0, 0, 0, count),
            "msgs": [],
            "version": "1.0.3",
        }
        with (root / "labels/train.cache").open("wb") as file:
            np.save(file, np.array(content, dtype=object))
        return Truth(("stale-label-cache",), (Where("labels/train.cache"),), "warning")

    return plant


def _cached(made: Yolo, n: int) -> dict[str, object]:
    rows = [list(map(float, line.split())) for line in made.lines("train", n)]
    values = np.array(rows, dtype=np.float32).reshape(-1, 5)
    return {
        "im_file": str(made.root / made.image("train", n)), "shape": (240, 320), "cls": values[:, :1],
        "bboxes": values[:, 1:], "segments": [], "keypoints": None, "normalized": True, "bbox_format": "xywh",
    }  # fmt: skip


def _fewer_pictures(made: Yolo, labels: list[dict[str, object]]) -> None:
    del labels[10:]


def _edited_labels(made: Yolo, labels: list[dict[str, object]]) -> None:
    for n in range(20):
        made.relabel("train", n, [*made.lines("train", n), "2 0.5 0.5 0.11 0.13"])


def _moved(made: Yolo, labels: list[dict[str, object]]) -> None:
    for label in labels:
        label["im_file"] = str(label["im_file"]).replace(str(made.root), "/home/ann/shapes")


ODD = "path: .\ntrain: images/train\nval: images/val\n"
PLANTS: dict[str, Plant] = {
    "y01-nc-too-small": _yaml(_keys() + "nc: 4\n" + _names(NAMES), *NAMED, says="nc"),
    "y02-nc-too-large": _yaml(_keys() + "nc: 8\n" + _names(NAMES), *NAMED, says="nc"),
    "y03-name-missing": _yaml(_keys() + _names(NAMES[:5]), "class-id-out-of-range", "class-map-mismatch"),
    "y04-names-from-one": _yaml(
        ODD + "names:\n" + "".join(f"  {i + 1}: {n}\n" for i, n in enumerate(NAMES)), *NAMED, "one-based-class-ids",
        "class-id-out-of-range", says="names"),
    "y05-gap-in-names": _yaml(
        ODD + "names:\n" + "".join(f"  {i if i < 4 else i + 2}: {n}\n" for i, n in enumerate(NAMES)), *NAMED,
        "class-id-out-of-range", says="names"),
    "y06-yaml-booleans": _yaml(_keys() + "names: [yes, no, on, ring, cross, bar]\n", *NAMED, level="warning"),
    "y07-key-twice": _yaml(ODD + "names:\n  0: disc\n  1: square\n  1: triangle\n  2: ring\n  3: cross\n  4: bar\n  5: x\n",
                           *NAMED, level="warning"),
    "y08-name-twice": _yaml(_keys() + _names(("disc", "disc", *NAMES[2:])), *NAMED, level="warning"),
    "y09-val-does-not-exist": _yaml(_keys(val="images/valid") + _names(NAMES), *LAYOUT),
    "y10-train-does-not-exist": _yaml(_keys(train="image/train") + _names(NAMES), *LAYOUT),
    "y11-path-of-another-machine": _yaml(_keys(path="/home/ann/shapes") + _names(NAMES), *LAYOUT),
    "y12-backslashes": _yaml(_keys("images\\train", "images\\val") + _names(NAMES), *LAYOUT),
    "y13-no-val": _yaml("path: .\ntrain: images/train\n" + _names(NAMES), *LAYOUT, "missing-class", says="val"),
    "y14-one-level-too-high": _one_level_too_high,
    "y15-train-is-the-label-folder": _labels_in_images,
    "y16-empty-val": _empty_split,
    "y17-listed-and-gone": _listed_and_gone,
    "y18-list-of-another-machine": _all_gone,
    "y19-listed-in-both": _listed_twice,
    "k01-cache-of-fewer-pictures": _cache(_fewer_pictures),
    "k02-cache-before-an-edit": _cache(_edited_labels),
    "k03-cache-of-another-machine": _cache(_moved),
}  # fmt: skip

FAULTS = tuple(
    Fault(name, "settings and caches", "yolo", plant, ("one",), "data.yaml") for name, plant in PLANTS.items()
)
