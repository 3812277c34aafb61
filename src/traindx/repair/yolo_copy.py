"""Writes a YOLO dataset anew below one folder: pictures linked, labels rewritten, settings that lead there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection
from pathlib import Path

import yaml

from traindx.core.dataset import Dataset

PLACE_KEYS = ("path", "train", "val", "validation", "test", "minival", "download", "yaml_file")

Rewrite = Callable[[int, bytes], bytes]
"""From the picture's index and its label file's bytes to the bytes that are written."""


def write_yolo_copy(
    dataset: Dataset,
    into: Path,
    rewrite: Rewrite,
    *,
    home: Path | None = None,
    found: bool = False,
    left_out: Collection[int] = (),
    cut: Collection[int] = (),
    folder: str = "labels",
) -> Path:
    """The dataset in the folder `into`, as images/SPLIT and labels/SPLIT with their subfolders; returns its data.yaml.

    `home` is where the folder will be in the end. `found` takes labels that lie elsewhere from there, `left_out` are
    pictures that are not copied, `cut` those of which only the first half is, `folder` is where labels go. Raises `OSError`.
    """
    for image, stem in _names(dataset, left_out).items():
        _write_picture(dataset, image, into, stem, cut=image in cut)
        source = str(dataset.images.label_path[image])
        if found:
            source = dataset.labels_elsewhere.get(source, source)
        if source.lower().endswith(".txt"):
            try:
                data = Path(source).read_bytes()
            except OSError:
                continue
            _fresh(into / folder / f"{stem}.txt").write_bytes(rewrite(image, data))
    return _write_settings(dataset, into, home or into)


def _names(dataset: Dataset, left_out: Collection[int]) -> dict[int, str]:
    """Where each picture that is copied goes, below images/ and without suffix; a number is added where two would collide."""
    images = dataset.images
    folders = {s.name: [Path(f) for f in s.resolved.split(", ") if Path(f).is_dir()] for s in dataset.splits}
    taken: dict[str, str] = {}
    names = {}
    for i, (path, split, label) in enumerate(zip(images.path, images.split, images.label_path, strict=True)):
        file = Path(dataset.absolute(path))
        if i in left_out or (images.damage[i] and not file.is_file()):
            continue
        own = next((f for f in folders.get(split, ()) if file.is_relative_to(f)), file.parent)
        stem = f"{split}/{file.relative_to(own).with_suffix('').as_posix()}"
        while taken.setdefault(stem.lower(), label) != label:
            stem = f"{stem}_{i}"
        names[i] = stem
    return names


def _write_picture(dataset: Dataset, image: int, into: Path, stem: str, *, cut: bool) -> None:
    source = Path(dataset.absolute(str(dataset.images.path[image])))
    target = _fresh(into / "images" / f"{stem}{source.suffix}")
    if cut:
        data = source.read_bytes()
        target.write_bytes(data[: len(data) // 2])
    else:
        link_or_copy(source, target)


def link_or_copy(source: Path, target: Path) -> None:
    """A link to a picture; a copy of a JPEG that Ultralytics would rewrite through the link, or where links cannot be made."""
    if source.suffix.lower() in (".jpg", ".jpeg") and not _ends_well(source):
        shutil.copyfile(source, target)
        return
    try:
        target.symlink_to(source.resolve())
    except OSError:
        shutil.copyfile(source, target)


def _ends_well(picture: Path) -> bool:
    with picture.open("rb") as file:
        file.seek(-min(2, picture.stat().st_size), os.SEEK_END)
        return file.read() == b"\xff\xd9"


def _fresh(target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    return target


def _write_settings(dataset: Dataset, into: Path, home: Path) -> Path:
    present = dict.fromkeys(str(s) for s in dataset.images.split)
    kept = {k: v for k, v in dataset.settings.items() if k not in (*PLACE_KEYS, "names", "nc")}
    settings = {
        "path": str(home),
        **{split: f"images/{split}" for split in present},
        "names": dict(dataset.names),
        **kept,
    }
    file = _fresh(into / "data.yaml")
    file.write_text(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return file
