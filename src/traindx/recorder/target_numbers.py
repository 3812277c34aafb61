"""Targets on their way to the host, and the numbers made of them there: counts, classes, ranges."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from traindx.core.target_boxes import Floats, about_boxes
from traindx.recorder.target_forms import Targets

MOST = 2048
"""Targets of a batch that are looked at: ids or boxes. Beyond, the first are, and `looked` says how many."""
PIXELS = 1 << 14
ROWS, COLUMNS = 256, 1024
"""Samples and classes of scores that are looked at."""
IDS = 64
"""Classes in the histogram of one batch: the most frequent."""

Sizes = Sequence[tuple[int, int]]


@dataclass
class Reading:
    """The targets of one batch on the host, once they have arrived: `rows` are sample, class, and four numbers of the box.

    `sizes` are height and width of each sample as the root receives it.
    """

    targets: Targets
    sizes: Sizes
    rows: Floats = field(default_factory=lambda: np.zeros((0, 6)))


def read(torch: Any, reading: Reading) -> tuple[Any, Callable[[Any], dict[str, Any]]]:
    """What is to be sent to the host, on its device, and what makes numbers of it there and fills the reading."""
    targets = reading.targets
    make: Callable[[Reading, Floats], dict[str, Any]] = _of_boxes
    with torch.no_grad():
        if targets.form == "scores":
            make, vector = _of_scores, _scores(torch, targets)
        elif targets.boxes is None:
            make, vector = _of_ids, _ids(targets)
        else:
            vector = _rows(torch, targets)
    return vector, lambda values: make(reading, np.asarray(values, dtype=np.float64))


def _ids(targets: Targets) -> Any:
    ids = targets.ids.reshape(-1)
    stride = max(1, ids.numel() // PIXELS) if targets.form == "map" else 1
    return ids[::stride][: PIXELS if targets.form == "map" else MOST].float()


def _scores(torch: Any, targets: Targets) -> Any:
    x = targets.ids[:ROWS, :COLUMNS].float()
    top, at = x.max(dim=1)
    fractions = ((x != 0) & (x != 1)).sum(dim=1)
    return torch.cat([top, at.float(), x.sum(dim=1), fractions.float(), x.sum(dim=0)])


def _rows(torch: Any, targets: Targets) -> Any:
    ids, boxes = targets.ids[:MOST].float().reshape(-1, 1), targets.boxes[:MOST, :4].float()
    if targets.image is None:
        return torch.cat([ids, boxes], dim=1)
    return torch.cat([targets.image[:MOST].float().reshape(-1, 1), ids, boxes], dim=1)


def _of_ids(reading: Reading, ids: Floats) -> dict[str, Any]:
    targets = reading.targets
    count = int(targets.ids.numel()) if targets.form != "map" else targets.images
    found = {**_head(targets, count), **_classes(ids, targets.classes)}
    if targets.form == "map":
        return {**found, "pixels": len(ids)}
    reading.rows = _with_ids(ids)
    return found if len(ids) == count else {**found, "looked": len(ids)}


def _of_scores(reading: Reading, values: Floats) -> dict[str, Any]:
    targets = reading.targets
    rows, width = min(len(targets.ids), ROWS), min(int(targets.ids.shape[1]), COLUMNS)
    top, at, sums, fractions = values[: 4 * rows].reshape(4, rows)
    single = bool(np.all(np.abs(sums - 1) < 1e-3))
    whole = not fractions.any()
    form = ("one-hot" if single else "multi-label") if whole else "soft" if single else "soft multi-label"
    found = _head(targets, len(targets.ids)) | {"form": form}
    found |= {"top": _short([top.min(), top.mean(), top.max()]), "row_sum": _short([sums.min(), sums.max()])}
    if single:
        reading.rows = _with_ids(at)
        found |= _classes(at, targets.classes)
    else:
        columns = values[4 * rows : 4 * rows + width]
        order = np.argsort(-columns, kind="stable")[:IDS]
        found |= {
            "classes": {str(i): _short([columns[i]])[0] for i in order if columns[i]},
            "empty": int((sums == 0).sum()),
        }
        found["num_classes"] = targets.classes
    return found if rows == len(targets.ids) else {**found, "looked": rows}


def _of_boxes(reading: Reading, values: Floats) -> dict[str, Any]:
    targets = reading.targets
    count = len(targets.ids)
    if targets.image is not None:
        reading.rows = values.reshape(-1, 6)
    else:
        image = np.repeat(np.arange(targets.images), targets.per_image or ())[:MOST]
        reading.rows = np.column_stack([image, values.reshape(-1, 5)])
    rows = reading.rows
    samples = rows[:, 0].clip(0, max(targets.images - 1, 0)).astype(int)
    per_image = (
        np.bincount(samples, minlength=targets.images) if targets.per_image is None else np.array(targets.per_image)
    )
    found = _head(targets, count)
    found |= {"per_image": _short([per_image.min(), per_image.mean(), per_image.max()])} if len(per_image) else {}
    found |= {"empty": int((per_image == 0).sum())}
    strays = int(((rows[:, 0] < 0) | (rows[:, 0] >= targets.images)).sum())
    found |= {"images_outside": strays} if strays else {}
    found |= _classes(rows[:, 1], targets.classes)
    if len(rows):
        found["boxes"] = about_boxes(rows[:, 2:], samples, reading.sizes, targets.form)
    return found if len(rows) == count else {**found, "looked": len(rows)}


def _head(targets: Targets, count: int) -> dict[str, Any]:
    return {"form": targets.form, "images": targets.images, "count": count}


def _classes(ids: Floats, classes: int | None) -> dict[str, Any]:
    """Histogram of the classes, their range, and how many lie outside of `0..classes - 1`."""
    values, counts = np.unique(ids[np.isfinite(ids)], return_counts=True)
    order = np.sort(np.argsort(-counts, kind="stable")[:IDS])
    found: dict[str, Any] = {"classes": {f"{values[i]:g}": int(counts[i]) for i in order}}
    if len(values):
        found |= {"id_min": float(values[0]), "id_max": float(values[-1])}
    if len(values) > IDS:
        found["classes_left_out"] = len(values) - IDS
    if classes is not None:
        found |= {"num_classes": classes, "ids_outside": int(counts[(values < 0) | (values >= classes)].sum())}
    return found


def _with_ids(ids: Floats) -> Floats:
    """Rows of samples that have one class each and no box."""
    return np.column_stack([np.arange(len(ids)), ids, np.full((len(ids), 4), np.nan)])


def _short(values: Sequence[Any]) -> list[float]:
    return [float(f"{float(v):.5g}") for v in values]
