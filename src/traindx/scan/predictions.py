"""Reads predictions of any model for the pictures of a dataset: COCO results, YOLO txt folders, csv or npz of probabilities."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from traindx.core.dataset import Dataset, Floats, Ints
from traindx.core.predictions import Predictions, classes_predicted
from traindx.errors import TraindxError
from traindx.scan.class_rules import with_class_rule
from traindx.scan.picture_ids import PictureIds

MAX_BYTES = 4_000_000_000
"""A larger file of predictions is refused: it would not fit into memory."""

KNOWN = (
    "a COCO results json ([{image_id, category_id, bbox, score}]), a folder of YOLO txt files saved with their confidence, "
    "or a csv or npz with the probability of every class per file"
)
LEAST_SCORE = 0.01
"""Boxes below this are left out: a model is right about hardly any of them, and there can be millions."""


@dataclass(frozen=True)
class _Boxes:
    """Boxes as a file holds them: whose picture, the class id as written, corners or centre boxes, the score."""

    ids: list[Any]
    category: list[int]
    box: Floats
    score: Floats


def read_predictions(path: str | Path, dataset: Dataset) -> Predictions:
    """The predictions in `path` for the pictures of `dataset`.

    Pictures are found by `file_name`, by COCO's id, by stem or by the stem as a number; class ids by the rule that fits the
    labels best (`class_rule`). Raises `TraindxError` if the file is none of the known kinds.
    """
    file = Path(path)
    if not file.exists():
        raise TraindxError(f"{file}: no such file or folder", "", f"give {KNOWN}")
    if not file.is_dir() and (not file.is_file() or file.stat().st_size > MAX_BYTES):
        raise TraindxError(f"{file}: no file, or one of more than {MAX_BYTES / 1e9:g} GB", "", f"give {KNOWN}")
    if file.is_dir():
        return _from_folder(file, dataset)
    suffix = file.suffix.lower()
    if suffix == ".csv":
        return _from_csv(file, dataset)
    if suffix == ".npz":
        return _from_npz(file, dataset)
    return _from_json(file, dataset)


def _from_json(file: Path, dataset: Dataset) -> Predictions:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise TraindxError(f"{file} is no predictions file: {error}", "", f"give {KNOWN}") from error
    names: dict[Any, str] = {}
    if isinstance(data, dict):
        listed = [i for i in data.get("images") or () if isinstance(i, dict)]
        names = {i.get("id"): str(i["file_name"]) for i in listed if "file_name" in i}
        data = data.get("annotations") or data.get("predictions")
    if not isinstance(data, list) or not all(isinstance(entry, dict) for entry in data):
        raise TraindxError(f"{file} holds no list of predictions", "", f"give {KNOWN}")
    try:
        found = _Boxes(
            ids=[e.get("file_name") or names.get(e.get("image_id"), e.get("image_id")) for e in data],
            category=[int(e["category_id"]) for e in data],
            box=np.array([e["bbox"] for e in data], dtype=float).reshape(-1, 4),
            score=np.array([e["score"] for e in data], dtype=float),
        )
    except (KeyError, TypeError, ValueError) as error:
        said = f"an entry lacks {error}" if isinstance(error, KeyError) else str(error)
        raise TraindxError(f"{file} is no COCO results file: {said}", "", f"give {KNOWN}") from error
    return _in_pixels(str(file), found, dataset)


def _in_pixels(source: str, found: _Boxes, dataset: Dataset) -> Predictions:
    """Boxes x, y, w, h in pixels from the top left corner become centre boxes as shares of their picture."""
    images = dataset.images
    width = np.where(images.width > 0, images.width, images.recorded_width).astype(float)
    height = np.where(images.height > 0, images.height, images.recorded_height).astype(float)
    made = _placed(source, found, dataset)
    sides = np.stack([width[made.image], height[made.image]], axis=1)
    if len(made) and not (sides > 0).any():
        raise TraindxError(
            "the sizes of the pictures are not known", "boxes in pixels need them", "scan without --no-images"
        )
    sides[sides == 0] = np.nan
    return with_class_rule(_shares(made, sides), dataset)


def _shares(made: Predictions, sides: Floats) -> Predictions:
    w, h = made.w / sides[:, 0], made.h / sides[:, 1]
    x, y = made.x / sides[:, 0] + w / 2, made.y / sides[:, 1] + h / 2
    return replace(made, x=x, y=y, w=w, h=h, box_rule="pixels from the top left corner")


def _from_folder(folder: Path, dataset: Dataset) -> Predictions:
    """`class x y w h confidence`, a file per picture, as Ultralytics and YOLOv5 write with `save_txt` and `save_conf`."""
    files = sorted((folder / "labels").glob("*.txt") if (folder / "labels").is_dir() else folder.glob("**/*.txt"))
    ids: list[Any] = []
    rows: list[list[float]] = []
    for file in files:
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                values = [float(word) for word in line.split()]
            except ValueError as error:
                raise TraindxError(f"{file}: {error}", "", f"give {KNOWN}") from error
            if len(values) == 5:
                raise TraindxError(f"{file} holds no confidences", "", "save them with `save_conf=True`")
            if len(values) == 6:
                ids.append(file.stem)
                rows.append(values)
    if not rows:
        raise TraindxError(f"{folder} holds no txt file with rows `class x y w h confidence`", "", f"give {KNOWN}")
    table = np.array(rows)
    found = _Boxes(ids, [int(c) for c in table[:, 0]], table[:, 1:5], table[:, 5])
    return with_class_rule(replace(_placed(str(folder), found, dataset), box_rule="shares of the picture"), dataset)


def _placed(source: str, found: _Boxes, dataset: Dataset) -> Predictions:
    """The boxes of known pictures, scores of at least `LEAST_SCORE`; x, y, w, h as written."""
    pictures = PictureIds(dataset)
    at = {key: pictures.index(key) for key in dict.fromkeys(found.ids)}
    image = np.array([at[key] for key in found.ids], dtype=np.int64)
    keep = (image >= 0) & (found.score >= LEAST_SCORE) & np.isfinite(found.box).all(axis=1)
    category = np.array(found.category, dtype=np.int64)[keep]
    x, y, w, h = (found.box[keep, i] for i in range(4))
    unknown = tuple(str(key) for key, i in at.items() if i < 0)
    return Predictions(
        source, image[keep], category, found.score[keep], x, y, w, h, category, unknown=unknown, num_ids=len(at)
    )


def _from_csv(file: Path, dataset: Dataset) -> Predictions:
    """A column with the file (the first that is named file, path, image, image_id or id) and one per class, by name or id."""
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    if len(rows) < 2:
        raise TraindxError(f"{file} holds no rows", "", f"give {KNOWN}")
    head = [word.strip() for word in rows[0]]
    named = [
        i for i, word in enumerate(head) if word.lower() in ("file", "path", "image", "image_id", "id", "filename")
    ]
    key = named[0] if named else 0
    columns = {i: class_id for i, word in enumerate(head) if i != key and (class_id := _class_of(word, dataset)) >= 0}
    if len(columns) < 2:
        wanted = ", ".join(list(dataset.names.values())[:5])
        raise TraindxError(
            f"{file} has no column per class", f"its columns are {', '.join(head[:8])}", f"name them {wanted}"
        )
    try:
        values = np.array([[float(row[i]) for i in columns] for row in rows[1:]])
    except (ValueError, IndexError) as error:
        raise TraindxError(f"{file}: {error}", "", "every class needs a number in every row") from error
    return _probable(str(file), [row[key] for row in rows[1:]], values, list(columns.values()), dataset)


def _class_of(word: str, dataset: Dataset) -> int:
    plain = word.strip().casefold()
    for prefix in ("", "p_", "prob_"):
        for class_id, name in dataset.names.items():
            if plain == prefix + name.casefold():
                return class_id
    return int(plain) if plain.isdigit() and int(plain) in dataset.names else -1


def _from_npz(file: Path, dataset: Dataset) -> Predictions:
    """Arrays `probabilities` (n, classes), `files` (n,), and `names` (classes,) where the order is not the dataset's."""
    try:
        with np.load(file, allow_pickle=False) as held:
            arrays: Mapping[str, NDArray[Any]] = {name: held[name] for name in held.files}
    except (OSError, ValueError) as error:
        raise TraindxError(f"{file} is no npz of plain arrays: {error}", "", f"give {KNOWN}") from error
    values = next((arrays[k] for k in ("probabilities", "pred_probs", "probs") if k in arrays), None)
    files = next((arrays[k] for k in ("files", "paths", "images") if k in arrays), None)
    if values is None or files is None or values.ndim != 2 or len(files) != len(values):
        raise TraindxError(
            f"{file} holds {', '.join(arrays)}",
            "",
            "save `probabilities` (n, classes) and `files` (n) with numpy.savez",
        )
    names: Iterable[str] = map(str, arrays["names"]) if "names" in arrays else ()
    ids = [_class_of(name, dataset) for name in names] or sorted(dataset.names)[: values.shape[1]]
    if len(ids) != values.shape[1] or min(ids, default=0) < 0:
        raise TraindxError(f"{file} has {values.shape[1]} classes, the dataset {dataset.num_classes}")
    return _probable(str(file), [str(f) for f in files], values.astype(float), ids, dataset)


def _probable(source: str, files: Sequence[str], values: Floats, ids: Sequence[int], dataset: Dataset) -> Predictions:
    """Probabilities by the dataset's class ids; logits, which do not sum to 1, become probabilities by softmax."""
    if not np.isfinite(values).all():
        raise TraindxError(f"{source} holds a probability that is no number", "", "write them again")
    total = values.sum(axis=1, keepdims=True)
    if (values < 0).any() or not np.allclose(total, 1, atol=0.02):
        values = np.exp(values - values.max(axis=1, keepdims=True))
        total = values.sum(axis=1, keepdims=True)
    full = np.zeros((len(values), max(dataset.names, default=0) + 1))
    full[:, list(ids)] = values / total
    pictures = PictureIds(dataset)
    image: Ints = np.array([pictures.index(file) for file in files], dtype=np.int64)
    unknown = tuple(str(file) for file, i in zip(files, image, strict=True) if i < 0)
    return classes_predicted(image[image >= 0], full[image >= 0], source, unknown=unknown, num_ids=len(set(files)))
