"""Faults of a part of a set, told by contrast with the rest; and sets of legal oddities, which must stay quiet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from traindx.causes import all_causes
from traindx.checks import all_checks
from traindx.core.aspect_slope import Aspects
from traindx.core.box_pairs import coinciding
from traindx.core.dataset import Boxes, Dataset, Images, Split
from traindx.core.report import Outcome
from traindx.core.runner import run_checks
from traindx.core.small_dataset import columns, dataset_of
from traindx.diagnosis import explain

LABELS = [c for c in all_checks() if c.code.startswith("D2") and c.needs == ("dataset",)]
SIZES = ((640, 480), (480, 640), (500, 375))


def _set(seed: int = 0, pictures: int = 80, names: int = 5, *, grid: bool = True, one_size: bool = False) -> Dataset:
    """Boxes whose aspect and size depend on the class, drawn on whole pixels or not; a fifth of the pictures is val."""
    rng = np.random.default_rng(seed)
    per = rng.integers(3, 9, pictures)
    image = np.repeat(np.arange(pictures), per)
    width, height = np.array(SIZES)[np.zeros(pictures, int) if one_size else np.arange(pictures) % 3].T.astype(float)
    class_id = rng.choice(names, len(image), p=np.arange(names, 0, -1) / np.arange(names, 0, -1).sum())
    w = np.exp(rng.normal(4 + 0.15 * class_id, 0.3))
    h = w * np.exp(rng.normal(0.3 * class_id - 0.4, 0.3))
    w, h = np.minimum(w, 0.8 * width[image]), np.minimum(h, 0.8 * height[image])
    x0, y0 = rng.uniform(0, 1, len(w)) * (width[image] - w), rng.uniform(0, 1, len(h)) * (height[image] - h)
    x1, y1 = x0 + w, y0 + h
    if grid:
        x0, y0, x1, y1 = np.round(x0), np.round(y0), np.round(x1), np.round(y1)
    shares = [
        (x0 + x1) / 2 / width[image],
        (y0 + y1) / 2 / height[image],
        (x1 - x0) / width[image],
        (y1 - y0) / height[image],
    ]
    numbers = dict(zip("xywh", (np.round(s, 6) for s in shares), strict=True))
    splits = ["val" if n % 5 == 0 else "train" for n in range(pictures)]
    paths = [f"images/{s}/{n}.jpg" for n, s in enumerate(splits)]
    labels = np.array([f"labels/{s}/{n}.txt" for n, s in enumerate(splits)], dtype=object)
    entries = [
        {"path": p, "split": s, "label_path": f"/data/{q}", "width": int(a), "height": int(b)}
        for p, s, q, a, b in zip(paths, splits, labels, width, height, strict=True)
    ]
    lines = np.concatenate([np.arange(1, n + 1) for n in per])
    boxes = Boxes(image, labels[image], lines, class_id.astype(float), **numbers, id=np.full(len(image), -1))
    made = dataset_of([{"path": "a.jpg"}], names=[f"c{k}" for k in range(names)])
    two = tuple(Split(s, f"images/{s}", f"/data/images/{s}", f"/data/labels/{s}") for s in ("train", "val"))
    return replace(made, images=columns(Images, entries), boxes=boxes, splits=two)


def _changed(dataset: Dataset, part: str, **new: Any) -> Dataset:
    """The dataset with other columns in a part of its boxes: all, val, or every tenth picture."""
    b = dataset.boxes
    where = {
        "all": np.ones(len(b), dtype=bool),
        "val": (dataset.images.split == "val")[b.image],
        "some": b.image % 10 == 1,
    }[part]
    return replace(dataset, boxes=replace(b, **{k: np.where(where, v, getattr(b, k)) for k, v in new.items()}))


def _failed(dataset: Dataset) -> dict[str, Outcome]:
    outcomes = run_checks(LABELS, {"dataset": dataset})
    assert not [o.reason for o in outcomes if o.status == "crashed"]
    return {o.code: o for o in outcomes if o.status == "failed" and o.level == "error"}


def _best(dataset: Dataset) -> str:
    return explain(run_checks(LABELS, {"dataset": dataset}), all_causes(), {"dataset": dataset}).diagnoses[0].cause


def _swap(d: Dataset) -> dict[str, Any]:
    return {"x": d.boxes.y, "y": d.boxes.x, "w": d.boxes.h, "h": d.boxes.w}


def _sides(d: Dataset) -> dict[str, Any]:
    return {"w": d.boxes.h, "h": d.boxes.w}


def _corner(d: Dataset) -> dict[str, Any]:
    return {"x": d.boxes.x - d.boxes.w / 2, "y": d.boxes.y - d.boxes.h / 2}


def _corners(d: Dataset) -> dict[str, Any]:
    return {**_corner(d), "w": d.boxes.x + d.boxes.w / 2, "h": d.boxes.y + d.boxes.h / 2}


def _shifted(d: Dataset) -> dict[str, Any]:
    return {"class_id": d.boxes.class_id + 1}


CASES: list[tuple[Callable[[Dataset], dict[str, Any]], str, str]] = [
    (_shifted, "D216", "one-based-class-ids"),
    (_swap, "D224", "wrong-box-format"),
    (_sides, "D224", "wrong-box-format"),
    (_corner, "D210", "wrong-box-format"),
    (_corners, "D210", "wrong-box-format"),
]


SHARE = {
    ("D216", "val"): 1.0,
    ("D216", "some"): 0.3,  # a file without rare classes fits both conventions
    ("D224", "val"): 0.9,
    ("D224", "some"): 0.9,
    ("D210", "val"): 0.6,  # a file is named by a box that leaves the picture
    ("D210", "some"): 0.4,
}


@pytest.mark.parametrize("part", ["val", "some"])
@pytest.mark.parametrize(("change", "code", "cause"), CASES)
def test_a_part_with_another_convention_is_named(
    change: Callable[[Dataset], dict[str, Any]], code: str, cause: str, part: str
) -> None:
    clean = _set(pictures=200)
    wrong = _changed(clean, part, **change(clean))
    found = _failed(wrong)[code].findings
    meant = {
        int(i) for i in np.flatnonzero((wrong.images.split == "val") if part == "val" else np.arange(200) % 10 == 1)
    }
    paths = {str(clean.images.path[i]) for i in meant}
    named = {f.place.image for f in found}
    assert named <= paths and len(named) >= SHARE[code, part] * len(paths)
    assert _best(wrong) == cause


@pytest.mark.parametrize(("change", "code", "cause"), CASES[1:])
def test_a_whole_set_in_another_convention_is_named(
    change: Callable[[Dataset], dict[str, Any]], code: str, cause: str
) -> None:
    clean = _set()
    wrong = _changed(clean, "all", **change(clean))
    assert len({f.place.image for f in _failed(wrong)[code].findings}) >= 0.7 * 80 and _best(wrong) == cause


def test_swapped_axes_show_without_whole_pixels_by_the_shape_of_objects() -> None:
    clean = _set(grid=False, pictures=240)
    everything = np.ones(len(clean.boxes), dtype=bool)
    slope = Aspects(clean, everything).slope()
    assert slope is not None and abs(slope.value) < 0.3 and not slope.swapped
    assert (
        "grows with that of their pictures"
        in _failed(_changed(clean, "all", **_swap(clean)))["D224"].findings[0].message
    )


def test_swapped_axes_in_square_pictures_or_rescaled_boxes_of_one_size_are_not_guessed() -> None:
    clean = _set(grid=False, one_size=True)
    assert "D224" not in _failed(_changed(clean, "all", **_swap(clean)))


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("grid", [True, False])
def test_a_clean_set_has_no_error(seed: int, grid: bool) -> None:
    assert _failed(_set(seed, grid=grid, one_size=seed % 2 == 0, pictures=30 + 10 * seed, names=2 + seed % 6)) == {}


@pytest.mark.parametrize("seed", range(6))
def test_a_split_that_merely_lacks_the_first_class_has_no_error(seed: int) -> None:
    clean = _set(seed, names=4)
    ids = np.random.default_rng(seed).integers(1, 4, len(clean.boxes)).astype(float)
    assert _failed(_changed(clean, "val", class_id=ids)) == {}


def test_folders_of_one_class_each_have_no_error() -> None:
    clean = _set(names=3)
    assert _failed(_changed(clean, "all", class_id=(clean.boxes.image % 3).astype(float))) == {}


def test_coinciding_boxes_are_those_that_comparing_all_with_all_finds() -> None:
    rng = np.random.default_rng(0)
    image = np.sort(rng.integers(0, 4, 300))
    near = rng.integers(0, 6, 300) / 10 + rng.normal(0, 0.004, 300)
    entries = [
        {"image": int(i), "line": n, "x": 0.2 + v, "y": 0.5 + rng.normal(0, 0.002), "w": 0.2, "h": 0.2}
        for n, (i, v) in enumerate(zip(image, near, strict=True), 1)
    ]
    made = dataset_of([{"path": f"{n}.jpg"} for n in range(4)], entries)
    b, least = made.boxes, 0.95
    slow = set()
    for i in range(300):
        for j in range(i + 1, 300):
            across = 0.2 - abs(b.x[i] - b.x[j])
            down = 0.2 - abs(b.y[i] - b.y[j])
            both = max(across, 0) * max(down, 0)
            if b.image[i] == b.image[j] and both / (0.08 - both) >= least:
                slow.add((i, j))
    pairs = coinciding(made, least)
    assert slow and set(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True)) == slow
