"""Copies of a dataset for trials: with a fault undone, or put in. The source is only read."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from traindx.core.dataset import Dataset
from traindx.errors import TraindxError
from traindx.repair.content import new_content
from traindx.repair.plan import plan
from traindx.repair.yolo_copy import Rewrite, write_yolo_copy
from traindx.scan.labels import NEWLINES
from traindx.trial.changes import DAMAGES, REPAIRS, RowChange


def repaired_copy(dataset: Dataset, repair: str, destination: Path) -> Path:
    """A copy of the dataset in `destination` with a fault undone; returns its data.yaml.

    `repair` is one of `REPAIRS`. Raises `TraindxError` for another name, and if `destination` cannot be written or lies in
    a folder of the dataset's pictures or labels.
    """
    home = _home(dataset, repair, REPAIRS, destination)
    undone = plan(dataset, unsafe=True, repairs=(repair,))
    relative = [str(p).removeprefix(f"{dataset.root.rstrip('/')}/") for p in dataset.images.label_path]

    def rewrite(image: int, data: bytes) -> bytes:
        edits = undone.files.get(relative[image], ())
        return new_content(relative[image], data, edits) if edits else data

    left_out = undone.left_out | (_backgrounds(dataset) if repair == "fewer-backgrounds" else frozenset())
    return _written(home, lambda: write_yolo_copy(dataset, home, rewrite, found=bool(undone.found), left_out=left_out))


def damaged_copy(dataset: Dataset, damage: str, destination: Path) -> Path:
    """A copy of the dataset in `destination` with a fault put in; returns its data.yaml.

    `damage` is one of `DAMAGES`. Raises as `repaired_copy` does. The same dataset gives the same copy.
    """
    home = _home(dataset, damage, tuple(DAMAGES), destination)
    change = DAMAGES[damage]
    cut = range(0, len(dataset.images), 10) if change.cut else ()
    rewrite: Rewrite = _by_rows(change.rows(dataset)) if change.rows else lambda image, data: data
    return _written(home, lambda: write_yolo_copy(dataset, home, rewrite, cut=cut, folder=change.folder))


def _backgrounds(dataset: Dataset) -> frozenset[int]:
    """Training pictures without an object, but for as many as are a tenth of those with one."""
    images = dataset.images
    trained = np.flatnonzero(images.split == "train")
    with_objects = np.isin(trained, dataset.boxes.image)
    return frozenset(trained[~with_objects][int(np.sum(with_objects)) // 10 :].tolist())


def _by_rows(rows: RowChange) -> Rewrite:
    def rewrite(image: int, data: bytes) -> bytes:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return data
        numbered = [(number, line.split()) for number, line in enumerate(NEWLINES.split(text), 1)]
        lines = [" ".join(row) for number, fields in numbered if fields for row in rows(image, number, fields)]
        return "".join(f"{line}\n" for line in lines).encode()

    return rewrite


def _written(home: Path, write: Callable[[], Path]) -> Path:
    try:
        return write()
    except OSError as error:
        raise TraindxError(f"{home} cannot be written: {error.strerror or error}") from error


def _home(dataset: Dataset, name: str, known: tuple[str, ...], destination: Path) -> Path:
    """The folder of the copy. Raises `TraindxError` for an unknown name and for a folder of the dataset's own."""
    if name not in known:
        raise TraindxError(f"no change of a dataset is called {name!r}", f"known are {', '.join(known)}")
    home = Path(os.path.abspath(destination))  # noqa: PTH100 - as written, links not resolved
    real = home.resolve()
    for split in dataset.splits:
        for folder in (*split.resolved.split(", "), split.looked_in):
            if folder and Path(folder).is_dir() and real.is_relative_to(Path(folder).resolve()):
                raise TraindxError(f"{home} lies in {folder}", "a copy there would become part of the dataset")
    return home
