"""Leakage: what is an error, what a warning, and what is left alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.checks.found import findings
from tests.scan.drawn import dataset as drawn
from traindx.checks.splits.few_leaked_pictures import few_leaked_pictures
from traindx.checks.splits.leaked_pictures import leaked_pictures
from traindx.checks.splits.near_copies_across_splits import near_copies_across_splits
from traindx.checks.splits.near_duplicates_in_train import near_duplicates_in_train
from traindx.checks.splits.shared_recordings import shared_recordings
from traindx.checks.splits.split_copied_from_train import split_copied_from_train
from traindx.core.check import Check
from traindx.core.dataset import Dataset
from traindx.core.same_objects import same_objects
from traindx.core.small_dataset import dataset_of
from traindx.examine import judge
from traindx.scan import scan
from traindx.scan.appearance import appearances


def splits(train: int, val: int, leaked: int, **more: object) -> Dataset:
    """Pictures with bytes of their own, but so many of val have those of a training picture."""
    images = [{"path": f"train/{n}.jpg", "content": n + 1, **more} for n in range(train)]
    images += [
        {"path": f"val/{n}.jpg", "split": "val", "content": n + 1 if n < leaked else 1000 + n, **more}
        for n in range(val)
    ]
    return dataset_of(images)


@pytest.mark.parametrize(("leaked", "check"), [(1, few_leaked_pictures), (2, leaked_pictures), (20, leaked_pictures)])
def test_leaked_pictures_are_an_error_from_a_share_on(leaked: int, check: Check) -> None:
    data = splits(100, 20, leaked)
    other = leaked_pictures if check is few_leaked_pictures else few_leaked_pictures
    assert len(findings(check, data)) == leaked and findings(other, data) == []
    assert [f.place.image for f in findings(check, data)] == [f"val/{n}.jpg" for n in range(leaked)]


def test_the_first_finding_says_how_many() -> None:
    found = findings(leaked_pictures, splits(100, 20, 5))
    assert found[0].message.startswith("5 of 20 pictures of val are in train too: val/0.jpg is train/0.jpg")


def test_blank_pictures_leak_nothing() -> None:
    assert findings(leaked_pictures, splits(20, 20, 20, contrast=0.0)) == []


def test_a_folder_that_is_both_splits_is_found_without_reading_a_picture() -> None:
    images = [{"path": f"{n}.jpg", "split": split} for split in ("train", "val") for n in range(10)]
    assert len(findings(leaked_pictures, dataset_of(images, depth="labels"))) == 10


def test_test_may_be_val() -> None:
    images = [{"path": f"{n}.jpg", "content": n + 1, "split": split} for split in ("val", "test") for n in range(5)]
    train = [{"path": f"t{n}.jpg", "content": 100 + n} for n in range(5)]
    assert findings(leaked_pictures, dataset_of([*train, *images])) == []


def test_a_set_without_train_is_not_looked_at() -> None:
    assert list(leaked_pictures({"dataset": dataset_of([{"path": "a.jpg", "split": "val"}])})) == []


def near(copies: int, alike: float) -> Dataset:
    """50 training pictures, of which a share has a twin among them, and 30 of val with so many copies of training ones."""
    rng = np.random.default_rng(0)
    hashes, colours = rng.integers(1, 1 << 63, 200, dtype=np.uint64), rng.integers(0, 255, (200, 48))
    of = [n - 1 if n % 2 and n < 50 * alike else n for n in range(50)] + [
        60 + n if n >= copies else 2 * n for n in range(30)
    ]
    images = [
        {
            "path": f"{i}.jpg",
            "split": "train" if i < 50 else "val",
            "content": i + 1,
            "phash": hashes[n] ^ np.uint64(1 << (i % 50)),
            "thumb": colours[n],
        }
        for i, n in enumerate(of)
    ]
    return dataset_of(images)


def test_near_copies_are_an_error_where_train_is_not_alike() -> None:
    assert len(findings(split_copied_from_train, near(9, 0))) == 9
    assert findings(near_copies_across_splits, near(9, 0)) == []


def test_near_copies_are_a_warning_where_they_are_few_or_train_is_as_alike() -> None:
    assert len(findings(near_copies_across_splits, near(2, 0))) == 2
    assert len(findings(near_copies_across_splits, near(9, 0.6))) == 9
    assert findings(split_copied_from_train, near(2, 0)) == findings(split_copied_from_train, near(9, 0.6)) == []


def test_near_copies_that_chance_explains_are_left_out_unless_they_are_certain() -> None:
    """One of 30 pictures where six of ten training pictures are alike: reported for differing in one bit only."""
    data = near(1, 0.6)
    assert len(findings(near_copies_across_splits, data)) == 1
    data.images.phash[50] ^= np.uint64(0b111111 << 30)
    assert findings(near_copies_across_splits, replace(data)) == []
    alone = near(1, 0)
    alone.images.phash[50] ^= np.uint64(0b111111 << 30)
    assert len(findings(near_copies_across_splits, alone)) == 1


def test_near_duplicates_of_train_are_named_once() -> None:
    found = findings(near_duplicates_in_train, near(0, 0.2))
    assert [f.place.image for f in found] == ["0.jpg", "2.jpg", "4.jpg", "6.jpg", "8.jpg"]
    assert found[0].message.startswith("10 of 50 pictures of train have a near copy in it: 0.jpg is nearly 1.jpg")


def test_recordings_of_one_scene_are_no_leak_by_name() -> None:
    """One fixed camera: pictures of other recordings look the same as those of the own."""
    rng = np.random.default_rng(0)
    start, colours = rng.integers(1, 1 << 63, dtype=np.uint64), rng.integers(0, 255, 48)
    images = [
        {
            "path": f"clip{n % 6}_{n:04}.jpg",
            "split": "val" if n % 5 == 0 else "train",
            "phash": start ^ np.uint64(1 << (n % 60)),
            "thumb": colours,
        }
        for n in range(90)
    ]
    assert findings(shared_recordings, dataset_of(images)) == []


def test_classes_in_names_are_no_recordings() -> None:
    """In classification, pictures are held against others of their own class."""
    rng = np.random.default_rng(0)
    start, colours = rng.integers(1, 1 << 63, 4, dtype=np.uint64), rng.integers(0, 255, (4, 48))
    images = [
        {
            "path": f"{'abcd'[n % 4]}_{n:04}.jpg",
            "class_id": n % 4,
            "split": "val" if n % 5 == 0 else "train",
            "phash": start[n % 4] ^ np.uint64(1 << (n % 60)),
            "thumb": colours[n % 4],
        }
        for n in range(80)
    ]
    assert findings(shared_recordings, dataset_of(images, task="classify", names="abcd")) == []


def test_a_leak_is_diagnosed_from_files(tmp_path: Path) -> None:
    path = drawn(tmp_path, {f"train/{n}": "0 0.5 0.5 0.2 0.2\n" for n in range(12)} | {"val/x": "0 0.5 0.5 0.2 0.2\n"})
    for n in range(3):
        (tmp_path / "images" / "val" / f"copy{n}.jpg").write_bytes((tmp_path / f"images/train/{n}.jpg").read_bytes())
        (tmp_path / "labels" / "val" / f"copy{n}.txt").write_text("0 0.5 0.5 0.2 0.2\n")
    report = judge({"dataset": scan(path)})
    best = report.diagnoses[0]
    assert (report.verdict, best.cause, best.status) == ("faulty", "train-val-leakage", "proved")
    assert {p.image for p in best.places} == {f"images/val/copy{n}.jpg" for n in range(3)}


def test_copies_are_sought_once() -> None:
    data = splits(10, 5, 1)
    assert data.copies_of_train is data.copies_of_train
    assert replace(data, depth="quick").copies_of_train is not data.copies_of_train


def look_alikes(bits: int, *, moved: bool) -> Dataset:
    """Pictures of one camera in both splits, each so many bits from its nearest, with a box that is elsewhere in each or not."""
    rng = np.random.default_rng(0)
    start, colours = int(rng.integers(1, 1 << 40)), rng.integers(0, 255, 48)
    images, boxes = [], []
    for n in range(60):
        own = sum(1 << (40 + int(k)) for k in rng.permutation(20)[: bits // 2])
        hashes = {"phash": np.uint64(start ^ own), "thumb": colours}
        images.append({"path": f"{n}.jpg", "split": "val" if n % 3 == 0 else "train", "content": n + 1, **hashes})
        boxes.append({"image": n, "x": 0.1 + 0.013 * n if moved else 0.5, "w": 0.012})
    return dataset_of(images, boxes)


def test_a_fixed_camera_is_no_leak_where_other_objects_are_before_it() -> None:
    assert len(findings(split_copied_from_train, look_alikes(4, moved=False))) == 20
    for check in (split_copied_from_train, near_copies_across_splits):
        assert findings(check, look_alikes(4, moved=True)) == []


def test_a_mirrored_copy_shows_the_same_objects() -> None:
    rows = [
        {"image": 0, "x": 0.2, "w": 0.1},
        {"image": 1, "x": 0.8, "w": 0.1},
        {"image": 2, "x": 0.8, "w": 0.1, "class_id": 1},
    ]
    data = dataset_of([{"path": f"{n}.jpg"} for n in range(3)], rows)
    pairs = [(0, 1, True), (0, 1, False), (0, 2, True), (1, 1, False)]
    first, second, mirrored = (np.array(column) for column in zip(*pairs, strict=True))
    assert same_objects(data, first, second, mirrored).tolist() == [True, False, False, True]


def test_look_alikes_that_are_mostly_far_are_no_copies() -> None:
    """Written digits: the more bits may differ the more pairs there are, in train and across the splits alike."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    pictures = [Image.fromarray(np.uint8(15 * values)) for values in digits.images[:600]]
    enlarged = [np.asarray(p.resize((28, 28), Image.Resampling.BICUBIC).convert("RGB")) for p in pictures]
    images = [
        {
            "path": f"{n}.png",
            "split": "val" if n % 4 == 0 else "train",
            "content": n + 1,
            "class_id": int(digits.target[n]),
            "phash": looks[0],
            "thumb": tuple(looks[5]),
        }
        for n, looks in enumerate(appearances(enlarged))
    ]
    data = dataset_of(images, task="classify", format="imagefolder")
    assert len(findings(near_duplicates_in_train, data)) > 20
    assert findings(near_copies_across_splits, data) == []


def test_one_far_copy_is_told_where_train_is_not_alike() -> None:
    data = near(1, 0)
    data.images.phash[50] ^= np.uint64(0b1111111 << 30)
    assert [f.place.image for f in findings(near_copies_across_splits, data)] == ["50.jpg"]
