"""Targets on their way to the host, and the numbers made of them there: counts, classes, ranges."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from traindx.core.target_boxes import Floats, about_boxes
from traindx.recorder.target_forms import Targets

MOST = 2048
"""Targets of a batch that are looked at: ids or boxes. Beyond, the first are, and `looked` says how many."""
PIXELS = 1 << 14
ROWS, COLUMNS = 256, 1024
"""Samples and classes of scores that are looked at."""
SHOWN = 8
"""Samples with several classes whose classes are told."""
IDS = 64
"""Classes in the histogram of one batch: the most frequent."""

Sizes = Sequence[tuple[int, int]]


@dataclass
class Reading:
    """The targets of one batch on the host. `rows` are sample, class, and four numbers of the box, once they have arrived.

    `sizes` are height and width of each sample as the root receives it; `count` targets in all, `width` numbers each.
    """

    form: str
    images: int
    sizes: Sizes
    count: int
    width: int
    classes: int | None
    per_image: tuple[int, ...] | None
    rows: Floats = field(default_factory=lambda: np.zeros((0, 6)))


def read(torch: Any, targets: Targets, sizes: Sizes) -> tuple[Reading, Any, Callable[[Any], dict[str, Any]]]:
    """The reading, what is to be sent to the host for it, on its device, and what then fills it and makes numbers of it."""
    make: Callable[[Reading, Floats], dict[str, Any]] = _of_boxes
    with torch.no_grad():
        if targets.form == "scores":
            make, vector = _of_scores, _scores(torch, targets)
        elif targets.boxes is None:
            make, vector = _of_ids, _ids(targets)
        else:
            vector = _rows(torch, targets)
    ids = targets.ids
    count, width = int(ids.shape[0]) if ids.dim() else 1, int(ids.shape[1]) if ids.dim() > 1 else 1
    reading = Reading(targets.form, targets.images, sizes, count, width, targets.classes, targets.per_image)
    return reading, vector, lambda values: make(reading, np.asarray(values, dtype=np.float64))


def _ids(targets: Targets) -> Any:
    ids = targets.ids.reshape(-1)
    stride = max(1, ids.numel() // PIXELS) if targets.form == "map" else 1
    return ids[::stride][: PIXELS if targets.form == "map" else MOST].float()


def _scores(torch: Any, targets: Targets) -> Any:
    x = targets.ids[:ROWS, :COLUMNS].float()
    top, at = x.max(dim=1)
    fractions = ((x != 0) & (x != 1)).sum(dim=1)
    return torch.cat([top, at.float(), x.sum(dim=1), fractions.float(), x.sum(dim=0), x[:SHOWN].reshape(-1)])


def _rows(torch: Any, targets: Targets) -> Any:
    ids, boxes = targets.ids[:MOST].float().reshape(-1, 1), targets.boxes[:MOST, :4].float()
    if targets.image is None:
        return torch.cat([ids, boxes], dim=1)
    return torch.cat([targets.image[:MOST].float().reshape(-1, 1), ids, boxes], dim=1)


def _of_ids(reading: Reading, ids: Floats) -> dict[str, Any]:
    found = {**_head(reading), **_classes(ids, reading.classes)}
    if reading.form == "map":
        return {**found, "pixels": len(ids)}
    reading.rows = _with_ids(np.arange(len(ids)), ids)
    return found if len(ids) == reading.count else {**found, "looked": len(ids)}


def _of_scores(reading: Reading, values: Floats) -> dict[str, Any]:
    rows, width = min(reading.count, ROWS), min(reading.width, COLUMNS)
    top, at, sums, fractions = values[: 4 * rows].reshape(4, rows)
    single = bool(np.all(np.abs(sums - 1) < 1e-3))
    whole = not fractions.any()
    form = ("one-hot" if single else "multi-label") if whole else "soft" if single else "soft multi-label"
    found = _head(reading) | {"form": form}
    found |= {"top": _short([top.min(), top.mean(), top.max()]), "row_sum": _short([sums.min(), sums.max()])}
    if single:
        reading.rows = _with_ids(np.arange(rows), at)
        found |= _classes(at, reading.classes)
    else:
        columns, shown = values[4 * rows : 4 * rows + width], values[4 * rows + width :].reshape(-1, width)
        reading.rows = _with_ids(*np.nonzero(shown > 0.5))
        order = np.argsort(-columns, kind="stable")[:IDS]
        found |= {
            "classes": {str(i): _short([columns[i]])[0] for i in order if columns[i]},
            "empty": int((sums == 0).sum()),
        }
        found["num_classes"] = reading.classes
    return found if rows == reading.count else {**found, "looked": rows}


def _of_boxes(reading: Reading, values: Floats) -> dict[str, Any]:
    images, per_image = reading.images, np.array(reading.per_image or (), dtype=np.int64)
    rows = values.reshape(-1, 6 if reading.per_image is None else 5)
    if reading.per_image is not None:
        rows = np.column_stack([np.repeat(np.arange(len(per_image)), per_image)[:MOST], rows])
    else:
        within = rows[:, 0][(rows[:, 0] >= 0) & (rows[:, 0] < images)]
        per_image = np.bincount(within.astype(int), minlength=images)
    if reading.form == "padded rows":
        rows = rows[rows[:, 1] != -1]
        if not (len(rows) and (rows[:, 1] >= 0).all() and (rows[:, 1] == np.floor(rows[:, 1])).all()):
            return {}  # five numbers of something else
        reading.count, per_image = len(rows), np.bincount(rows[:, 0].astype(int), minlength=images)
    reading.rows = rows
    found = _head(reading)
    if reading.per_image is not None or len(rows) == reading.count:  # samples beyond the rows looked at are not empty
        found |= {"per_image": _short([per_image.min(), per_image.mean(), per_image.max()])} if images else {}
        found["empty"] = int((per_image == 0).sum())
    strays = int(((rows[:, 0] < 0) | (rows[:, 0] >= images)).sum())
    found |= {"images_outside": strays} if strays else {}
    found |= _classes(rows[:, 1], reading.classes)
    if len(rows):
        samples = rows[:, 0].clip(0, max(images - 1, 0)).astype(int)
        found["boxes"] = about_boxes(rows[:, 2:], samples, reading.sizes, reading.form)
    return found if len(rows) == reading.count else {**found, "looked": len(rows)}


def _head(reading: Reading) -> dict[str, Any]:
    return {"form": reading.form, "images": reading.images, "count": reading.count}


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


def _with_ids(samples: NDArray[Any], ids: NDArray[Any]) -> Floats:
    """Rows of samples that have classes and no box."""
    return np.column_stack([samples, ids, np.full((len(ids), 4), np.nan)])


def _short(values: Sequence[Any]) -> list[float]:
    return [float(f"{float(v):.5g}") for v in values]
