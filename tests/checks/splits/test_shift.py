"""Shift: random splits of one set are quiet, changed ones are not, small ones are not compared."""

from __future__ import annotations

import numpy as np
import pytest

from traindx.checks import all_checks
from traindx.core.dataset import Dataset
from traindx.core.report import Outcome
from traindx.core.runner import run_checks
from traindx.core.small_dataset import dataset_of

CODES = ("D330", "D331", "D332", "D333")
COUNT = 150


def pictures(seed: int, *, val: int = 40, light: float = 1.0, size: float = 1.0, boxes: float = 1.0) -> Dataset:
    """A random set whose pictures come in four kinds; what is not 1 changes val."""
    rng = np.random.default_rng(seed)
    kinds = rng.uniform(0.25, 0.7, 4)
    images, objects = [], []
    for n in range(COUNT):
        in_val, kind = n < val, int(rng.integers(4))
        brightness = float(np.clip(rng.normal(kinds[kind], 0.08), 0.05, 1)) * (light if in_val else 1)
        images.append(
            {
                "path": f"{n}.jpg",
                "split": "val" if in_val else "train",
                "brightness": brightness,
                "contrast": float(rng.uniform(0.1, 0.3)) * (light if in_val else 1),
                "saturation": float(rng.beta(2, 5)),
                "sharpness": float(rng.lognormal(0, 0.4)),
                "width": int(640 * (size if in_val else 1)),
                "height": int((480 if kind else 640) * (size if in_val else 1)),
                "thumb": np.clip(rng.normal(brightness * 255, 30, 48), 0, 255),
            }
        )
        side = float(rng.lognormal(-2, 0.5)) * (boxes if in_val else 1)
        objects += [{"image": n, "class_id": kind % 2, "w": side, "h": side} for _ in range(int(rng.poisson(4)))]
    return dataset_of(images, objects)


def outcomes(data: Dataset) -> dict[str, Outcome]:
    return {o.code: o for o in run_checks(all_checks(), {"dataset": data}, select=CODES)}


def failed(data: Dataset) -> set[str]:
    return {code for code, outcome in outcomes(data).items() if outcome.status == "failed"}


def test_random_splits_are_quiet() -> None:
    assert [failed(pictures(seed)) for seed in range(25)] == [set()] * 25


@pytest.mark.parametrize(
    ("changed", "expected", "words"),
    [
        ({"light": 0.35}, {"D330", "D331", "D333"}, "brightness of val"),
        ({"size": 0.5}, {"D330", "D333"}, "picture size of val"),
        ({"boxes": 0.3}, {"D330", "D331"}, "object size of val"),
    ],
)
def test_a_changed_split_is_reported(changed: dict[str, float], expected: set[str], words: str) -> None:
    data = pictures(0, **changed)  # type: ignore[arg-type]
    assert failed(data) == expected
    assert any(words in f.message for f in outcomes(data)["D330"].findings)


def test_a_split_of_few_pictures_is_not_compared() -> None:
    assert all(outcomes(pictures(0, val=19, light=0.35))[code].status == "skipped" for code in ("D330", "D331", "D333"))


def test_pictures_that_were_not_decoded_are_not_compared_by_their_looks() -> None:
    images = [{"path": f"{n}.jpg", "split": ("train", "val")[n % 2], "brightness": np.nan} for n in range(100)]
    assert outcomes(dataset_of(images))["D333"].status == "skipped"


def test_boxes_that_come_in_crowds_do_not_make_a_shift() -> None:
    """One picture of val holds many boxes of one class: by boxes a shift, by pictures chance."""
    images = [{"path": f"{n}.jpg", "split": "train" if n < 40 else "val"} for n in range(80)]
    boxes = [{"image": n, "class_id": n % 2} for n in range(80)] + [{"image": 79, "class_id": 1}] * 60
    assert failed(dataset_of(images, boxes)) == set()
