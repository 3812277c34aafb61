"""What came out of a pipeline, as the plain values of the fact: numbers of the picture, boxes beside where their pixels went."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from traindx.inspect.augmenting.boxes import FORMATS, Boxes, as_corners, overlaps
from traindx.inspect.augmenting.following import Follower
from traindx.inspect.augmenting.wanted import Labelled, Result

Seen = tuple[float, float, float, float] | None
Run = tuple[Labelled, Follower, Result, dict[int, tuple[NDArray[np.bool_] | None, Seen]]]

KEPT = 12
"""Results that are kept as pictures, for the contact sheet."""

BEYOND = 2.0
"""Pixels by which a returned box may leave the result: rounding."""


def box_format_of(runs: Sequence[Run]) -> str:
    """The format of the returned boxes: what the library says, else the reading that fits pixels or former boxes best."""
    said = next((result.box_format for _, _, result, _ in runs if result.box_format in FORMATS), "")
    if said or not runs:
        return said
    scores = {name: float(np.mean([_fit(run, name) for run in runs])) for name in FORMATS}
    return max(scores, key=lambda name: scores[name])


def _fit(run: Run, box_format: str) -> float:
    _, follower, result, traces = run
    height, width = result.picture.shape[:2]
    returned = as_corners(result.boxes, box_format, width, height)
    wanted = np.array([seen for _, seen in traces.values() if seen is not None] or np.zeros((0, 4))).reshape(-1, 4)
    wanted = np.vstack([wanted, _before(follower, result)])
    fits = overlaps(returned, wanted)
    return float(fits.max(axis=1).mean()) if fits.size else 0.0


def _before(follower: Follower, result: Result) -> Boxes:
    """The boxes as they were, stretched to the size of the result."""
    height, width = result.picture.shape[:2]
    scale = np.array([width / follower.width, height / follower.height] * 2)
    return np.asarray(follower.before * scale)


def sample_of(
    number: int,
    labelled: Labelled,
    follower: Follower,
    result: Result,
    traces: dict[int, Any],
    box_format: str,
    folder: Path,
) -> dict[str, Any]:
    """One sample of the fact."""
    picture = result.picture
    height, width, channels = picture.shape
    returned = (
        _before(follower, result)
        if result.box_format == "as given"
        else as_corners(result.boxes, box_format, width, height)
    )
    returned = returned[np.isfinite(returned).all(axis=1)]
    numbers = picture.astype(np.float64).reshape(-1, channels)
    finite = np.isfinite(numbers)
    numbers = np.where(finite, numbers, 0.0)
    outside = (returned[:, :2] < -BEYOND).any(axis=1) | (returned[:, 2:] > np.array([width, height]) + BEYOND).any(
        axis=1
    )
    area = (returned[:, 2:] - returned[:, :2]).min(axis=1, initial=np.inf)
    followed = [
        _followed(box, follower, result, returned, trace) for box, trace in traces.items() if trace[0] is not None
    ]
    return {
        "path": labelled.path, "size": [height, width], "channels": channels, "dtype": str(picture.dtype),
        "low": float(numbers.min()), "high": float(numbers.max()), "mean": numbers.mean(axis=0).tolist(),
        "std": numbers.std(axis=0).tolist(), "source": follower.means, "not_finite": int((~finite).sum()),
        "boxes_in": len(labelled.boxes), "boxes": returned.tolist(),
        "labels": None if result.classes is None else len(result.classes), "followed": followed, "beyond": int(outside.sum()),
        "empty": _empty(returned, traces, follower), "inverted": int((area <= 0).sum()),
        "picture": _kept(picture, folder / f"{number:02}.png") if number < KEPT else "",
    }  # fmt: skip


def _followed(box: int, follower: Follower, result: Result, returned: Boxes, trace: tuple[Any, Seen]) -> dict[str, Any]:
    before = _before(follower, result)[box : box + 1]
    stayed = overlaps(before, returned)
    shares = (follower.before[box] / np.array([follower.width, follower.height] * 2)).tolist()
    plain: dict[str, Any] = {"before": shares, "stayed": float(stayed.max(initial=0.0))}
    if trace[1] is None:
        return plain
    seen = np.array([trace[1]])
    fits = overlaps(seen, returned)[0]
    plain |= {"seen": list(trace[1]), "moved": float(overlaps(seen, before)[0, 0]), "wanted": follower.classes[box]}
    if len(fits):
        best = int(fits.argmax())
        plain |= {"given": returned[best].tolist(), "overlap": float(fits[best])}
        if result.classes is not None and len(result.classes) == len(returned):
            plain["label"] = int(result.classes[best])
    return plain


def _empty(returned: Boxes, traces: dict[int, Any], follower: Follower) -> int | None:
    """Returned boxes that meet no object's pixels; None where not all objects of the picture were followed."""
    if len(traces) < len(follower.before) or any(region is None for region, _ in traces.values()) or not follower.alone:
        return None
    seen = np.array([corners for _, corners in traces.values() if corners is not None]).reshape(-1, 4)
    return int((overlaps(returned, seen).max(axis=1, initial=0.0) <= 0.0).sum())


def _kept(picture: NDArray[Any], path: Path) -> str:
    """The result as a picture, its range stretched to 0..255 unless it is of bytes."""
    from PIL import Image

    held = np.nan_to_num(picture[:, :, :3].astype(np.float64), posinf=0.0, neginf=0.0)
    if picture.dtype != np.uint8:
        low, high = held.min(), held.max()
        held = (held - low) / max(high - low, 1e-9) * 255
    pixels = held.astype(np.uint8)
    Image.fromarray(pixels[:, :, 0] if pixels.shape[2] < 3 else pixels).save(path)
    return str(path)
