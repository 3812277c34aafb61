"""Writes copies of a dataset with a fault undone, or put in. Pictures are linked, labels written; the source is only read."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import yaml

from traindx.core.dataset import Dataset
from traindx.errors import TraindxError
from traindx.scan.labels import NEWLINES
from traindx.trial.changes import DAMAGES, REPAIRS, Change, RowChange

PLACE_KEYS = ("path", "train", "val", "validation", "test", "minival", "download", "yaml_file")


def repaired_copy(dataset: Dataset, repair: str, destination: Path) -> Path:
    """A copy of the dataset in `destination` with a fault undone; returns its data.yaml.

    `repair` is one of `REPAIRS`. Raises `TraindxError` for another name, and if `destination` cannot be written or lies in
    a folder of the dataset's pictures or labels.
    """
    return _copy(dataset, repair, REPAIRS, destination)


def damaged_copy(dataset: Dataset, damage: str, destination: Path) -> Path:
    """A copy of the dataset in `destination` with a fault put in; returns its data.yaml.

    `damage` is one of `DAMAGES`. Raises as `repaired_copy` does. The same dataset gives the same copy.
    """
    return _copy(dataset, damage, DAMAGES, destination)


def _copy(dataset: Dataset, name: str, changes: Mapping[str, Change], destination: Path) -> Path:
    if name not in changes:
        raise TraindxError(f"no change of a dataset is called {name!r}", f"known are {', '.join(changes)}")
    home = Path(os.path.abspath(destination))  # noqa: PTH100 - as written, links not resolved
    _refuse_source(dataset, home)
    change = changes[name]
    rows = change.rows(dataset) if change.rows is not None else None
    try:
        for image, stem in _names(dataset, change).items():
            _write_picture(dataset, image, home, stem, cut=change.cut and image % 10 == 0)
            _write_label(dataset, image, home / change.folder, stem, change, rows)
        return _write_settings(dataset, home)
    except OSError as error:
        raise TraindxError(f"{home} cannot be written: {error.strerror or error}") from error


def _refuse_source(dataset: Dataset, home: Path) -> None:
    real = home.resolve()
    for split in dataset.splits:
        for folder in (*split.resolved.split(", "), split.looked_in):
            if folder and Path(folder).is_dir() and real.is_relative_to(Path(folder).resolve()):
                raise TraindxError(f"{home} lies in {folder}", "a copy there would become part of the dataset")


def _names(dataset: Dataset, change: Change) -> dict[int, str]:
    """The stem, with its split's folder, of each picture that is copied; a number is added where two would collide."""
    images = dataset.images
    taken: dict[str, str] = {}
    names = {}
    for i, (path, split, label) in enumerate(zip(images.path, images.split, images.label_path, strict=True)):
        gone = images.damage[i] and (change.leave_out or not Path(dataset.absolute(path)).is_file())
        if not gone:
            stem = f"{split}/{Path(path).stem}"
            if taken.setdefault(stem.lower(), label) != label:
                stem = f"{stem}_{i}"
            names[i] = stem
    return names


def _write_picture(dataset: Dataset, image: int, home: Path, stem: str, *, cut: bool) -> None:
    source = Path(dataset.absolute(str(dataset.images.path[image])))
    target = _fresh(home / "images" / f"{stem}{source.suffix}")
    if cut:
        data = source.read_bytes()
        target.write_bytes(data[: len(data) // 2])
    elif source.suffix.lower() in (".jpg", ".jpeg") and not _ends_well(source):
        shutil.copyfile(source, target)  # Ultralytics rewrites such pictures in place, and would do so through a link
    else:
        try:
            target.symlink_to(source)
        except OSError:  # a file system without links
            shutil.copyfile(source, target)


def _ends_well(picture: Path) -> bool:
    with picture.open("rb") as file:
        file.seek(-min(2, picture.stat().st_size), os.SEEK_END)
        return file.read() == b"\xff\xd9"


def _fresh(target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    return target


def _write_label(dataset: Dataset, image: int, folder: Path, stem: str, change: Change, rows: RowChange | None) -> None:
    source = str(dataset.images.label_path[image])
    if change.found_labels:
        source = dataset.labels_elsewhere.get(source, source)
    if not source.lower().endswith(".txt"):
        return
    try:
        data = Path(source).read_bytes()
    except OSError:
        return
    target = _fresh(folder / f"{stem}.txt")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        target.write_bytes(b"" if change.drop_unreadable else data)
        return
    if rows is None:
        target.write_bytes(data)
        return
    lines = []
    for number, line in enumerate(NEWLINES.split(text), 1):
        if fields := line.split():
            lines += [" ".join(row) for row in rows(image, number, fields)]
    target.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _write_settings(dataset: Dataset, home: Path) -> Path:
    present = dict.fromkeys(str(s) for s in dataset.images.split)
    kept = {k: v for k, v in dataset.settings.items() if k not in (*PLACE_KEYS, "names", "nc")}
    settings = {
        "path": str(home),
        **{split: f"images/{split}" for split in present},
        "names": dict(dataset.names),
        **kept,
    }
    file = _fresh(home / "data.yaml")
    file.write_text(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return file
