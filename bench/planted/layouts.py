"""Writes pictures and their objects as YOLO, COCO, VOC or class folders; the faults are put in afterwards."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.planted.scene import NAMES, Shot, Thing, portrait
from bench.planted.truth import Source

TRAIN, VAL = 48, 18


def write(path: Path, content: bytes | str) -> Path:
    """A file with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def splits_of(source: Source, train: int = TRAIN, val: int = VAL, **more: Any) -> dict[str, list[Shot]]:
    """Train and val from one pool of pictures."""
    pool = source.shots(train + val, **more)
    return {"train": list(pool[:train]), "val": list(pool[train:])}


def row(thing: Thing, size: tuple[int, int], kind: int | None = None) -> str:
    """An object as a YOLO row."""
    w, h = size
    values = (
        (thing.x0 + thing.x1) / 2 / w,
        (thing.y0 + thing.y1) / 2 / h,
        (thing.x1 - thing.x0) / w,
        (thing.y1 - thing.y0) / h,
    )
    return f"{thing.kind if kind is None else kind} " + " ".join(f"{v:.6f}" for v in values)


def rows(shot: Shot) -> list[str]:
    """All objects of a picture as YOLO rows."""
    return [row(thing, shot.picture.size) for thing in shot.things]


def yaml_of(names: Sequence[str] = NAMES, **keys: str) -> str:
    """A data.yaml."""
    lines = {"path": ".", "train": "images/train", "val": "images/val", **keys}
    listed = "".join(f"  {i}: {name}\n" for i, name in enumerate(names))
    return "".join(f"{key}: {value}\n" for key, value in lines.items() if value) + f"names:\n{listed}"


@dataclass
class Yolo:
    """A YOLO set on disk, with the shots it was made of."""

    root: Path
    splits: dict[str, list[Shot]]

    def image(self, split: str, n: int) -> str:
        """The picture's path, relative."""
        return f"images/{split}/{self.splits[split][n].stem}.jpg"

    def label(self, split: str, n: int) -> str:
        """The label file's path, relative."""
        return f"labels/{split}/{self.splits[split][n].stem}.txt"

    def lines(self, split: str, n: int) -> list[str]:
        """The rows of a label file."""
        return (self.root / self.label(split, n)).read_text().splitlines()

    def relabel(self, split: str, n: int, lines: Sequence[str]) -> None:
        """Other rows for a picture."""
        (self.root / self.label(split, n)).write_text("".join(f"{line}\n" for line in lines))


def yolo(root: Path, splits: Mapping[str, Sequence[Shot]], names: Sequence[str] = NAMES, **keys: str) -> Yolo:
    """Write a YOLO set: images/SPLIT, labels/SPLIT, data.yaml."""
    for split, shots in splits.items():
        for shot in shots:
            write(root / f"images/{split}/{shot.stem}.jpg", shot.jpeg())
            write(root / f"labels/{split}/{shot.stem}.txt", "".join(f"{line}\n" for line in rows(shot)))
    write(root / "data.yaml", yaml_of(names, **keys))
    return Yolo(root, {split: list(shots) for split, shots in splits.items()})


def plain_yolo(root: Path, source: Source, **more: Any) -> Yolo:
    """The ordinary set that faults are put into."""
    return yolo(root, splits_of(source, **more))


@dataclass
class Coco:
    """A COCO set: the two documents as they are being made, and where they go."""

    root: Path
    splits: dict[str, list[Shot]]
    documents: dict[str, dict[str, Any]] = field(default_factory=dict)

    def json_path(self, split: str = "train") -> str:
        """The annotation file, relative."""
        return f"annotations/instances_{split}.json"

    def save(self) -> None:
        """Write the documents, one entry a line."""
        for split, document in self.documents.items():
            write(self.root / self.json_path(split), lines_of(document))

    def line_of(self, entry: Mapping[str, Any], split: str = "train") -> int:
        """The line on which an entry stands after `save`, the last one if it stands there twice."""
        lines = lines_of(self.documents[split]).splitlines()
        return len(lines) - [line.rstrip(",") for line in reversed(lines)].index(json.dumps(entry))


def lines_of(document: Mapping[str, Any]) -> str:
    """JSON with each entry of a list on its own line: any reader takes it, and a line can be named."""
    parts = []
    for key, value in document.items():
        if isinstance(value, list):
            inside = ",\n".join(json.dumps(entry) for entry in value)
            parts.append(f"{json.dumps(key)}: [\n{inside}\n]")
        else:
            parts.append(f"{json.dumps(key)}: {json.dumps(value)}")
    return "{" + ",\n".join(parts) + "}\n"


def coco(root: Path, splits: Mapping[str, Sequence[Shot]], names: Sequence[str] = NAMES, first: int = 1) -> Coco:
    """A COCO set with images in images/SPLIT; the documents are saved by the caller."""
    made = Coco(root, {split: list(shots) for split, shots in splits.items()})
    annotation = 0
    for s, (split, shots) in enumerate(splits.items()):
        images, annotations = [], []
        for n, shot in enumerate(shots):
            image_id = 1000 * (s + 1) + n
            write(root / f"images/{split}/{shot.stem}.jpg", shot.jpeg())
            width, height = shot.picture.size
            images.append({"id": image_id, "file_name": f"{shot.stem}.jpg", "width": width, "height": height})
            for thing in shot.things:
                annotation += 1
                annotations.append(_annotation(annotation, image_id, thing, first))
        categories = [{"id": i + first, "name": name, "supercategory": "shape"} for i, name in enumerate(names)]
        info = {"description": "drawn shapes", "version": "1", "year": 2024}
        made.documents[split] = {
            "info": info, "licenses": [{"id": 1, "name": "none", "url": ""}], "images": images, "categories": categories,
            "annotations": annotations,
        }  # fmt: skip
    return made


def _annotation(own: int, image: int, t: Thing, first: int) -> dict[str, Any]:
    w, h = t.x1 - t.x0, t.y1 - t.y0
    polygon = [t.x0, t.y0, t.x1, t.y0, t.x1, t.y1, t.x0, t.y1]
    return {
        "id": own, "image_id": image, "category_id": t.kind + first, "bbox": [t.x0, t.y0, w, h], "area": w * h,
        "iscrowd": 0, "segmentation": [polygon],
    }  # fmt: skip


def voc(root: Path, splits: Mapping[str, Sequence[Shot]], names: Sequence[str] = NAMES) -> dict[str, list[Shot]]:
    """A VOC set: JPEGImages, Annotations, ImageSets/Main; coordinates count from 1."""
    for split, shots in splits.items():
        for shot in shots:
            write(root / f"JPEGImages/{shot.stem}.jpg", shot.jpeg())
            write(root / f"Annotations/{shot.stem}.xml", voc_xml(shot, names))
        write(root / f"ImageSets/Main/{split}.txt", "".join(f"{shot.stem}\n" for shot in shots))
    return {split: list(shots) for split, shots in splits.items()}


def voc_xml(shot: Shot, names: Sequence[str] = NAMES, depth: int = 3) -> str:
    """One annotation file, four lines of head, then one line per object."""
    width, height = shot.picture.size
    objects = "".join(f"  {voc_object(names[t.kind], t)}\n" for t in shot.things)
    size = f"<size><width>{width}</width><height>{height}</height><depth>{depth}</depth></size>"
    return (
        f"<annotation>\n  <folder>JPEGImages</folder><filename>{shot.stem}.jpg</filename>\n  {size}\n"
        f"  <segmented>0</segmented>\n{objects}</annotation>\n"
    )


VOC_HEAD = 4
"""Lines of an annotation file before its first object."""


def voc_object(name: str, t: Thing, difficult: int = 0) -> str:
    """An object of an annotation file."""
    corners = {"xmin": t.x0 + 1, "ymin": t.y0 + 1, "xmax": t.x1, "ymax": t.y1}
    box = "".join(f"<{key}>{value:g}</{key}>" for key, value in corners.items())
    return (
        f"<object><name>{name}</name><pose>Unspecified</pose><truncated>0</truncated>"
        f"<difficult>{difficult}</difficult><bndbox>{box}</bndbox></object>"
    )


def folders(
    root: Path,
    source: Source,
    names: Sequence[str] = NAMES[:4],
    counts: Mapping[str, int] | None = None,
    side: int = 96,
) -> dict[str, dict[str, list[Shot]]]:
    """A set of class folders, SPLIT/CLASS/picture.jpg; returns the shots by split and class."""
    made: dict[str, dict[str, list[Shot]]] = {}
    for split, count in (counts or {"train": 24, "val": 8}).items():
        for kind, name in enumerate(names):
            stems = (f"{name}_{split[0]}{source.rng.integers(10**8)}" for _ in range(count))
            shots = [portrait(kind % len(NAMES), stem, source.rng, side) for stem in stems]
            made.setdefault(split, {})[name] = shots
            for shot in shots:
                write(root / f"{split}/{name}/{shot.stem}.jpg", shot.jpeg())
    return made
