"""Legal sets that look faulty, and hostile ones that could stop a check."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np

from tests.checks.found import findings
from tests.scan.drawn import jpeg, write
from traindx.checks.layout.malformed_keypoint_shape import malformed_keypoint_shape
from traindx.checks.layout.stray_class_folder import stray_class_folder
from traindx.checks.pictures.labels_in_stored_frame import labels_in_stored_frame
from traindx.checks.splits.class_maps_disagree import class_maps_disagree
from traindx.checks.splits.class_mix_differs import class_mix_differs
from traindx.core.near_duplicates import identities
from traindx.core.small_dataset import dataset_of
from traindx.scan import ScanOptions, scan
from traindx.scan.cache import keys_of, local_stamps
from traindx.scan.caches import read_cache


def test_a_class_may_be_called_train(tmp_path: Path) -> None:
    for n, folder in enumerate(("bus", "car", "train")):
        for k in range(3):
            write(tmp_path / folder / f"{k}.jpg", jpeg(10 * n + k))
    dataset = scan(tmp_path, ScanOptions(cache=False))
    assert list(dataset.names.values()) == ["bus", "car", "train"]
    assert findings(stray_class_folder, dataset) == []


def test_faults_that_only_the_test_split_shows_are_no_other_numbering() -> None:
    maps = {"train": {0: "good"}, "test": {0: "good", 1: "hole", 2: "scratch"}}
    dataset = dataset_of([{"path": "a.jpg"}], format="imagefolder", task="classify", class_maps=maps)
    assert findings(class_maps_disagree, dataset) == []
    for train in ({0: "good"}, {0: "fair", 1: "good"}):
        moved = {"train": train, "test": {0: "bad", 1: "good"}}
        dataset = dataset_of([{"path": "a.jpg"}], format="imagefolder", task="classify", class_maps=moved)
        assert bool(findings(class_maps_disagree, dataset)) == (len(train) > 1)


def test_one_of_fifty_turned_pictures_may_seem_to_be_wrong_by_chance() -> None:
    images = [{"path": f"{n}.jpg", "orientation": 6} for n in range(50)]
    boxes = [{"image": n} for n in range(50)]
    scores = {n: -3.2 if n == 7 else 0.2 for n in range(50)}
    assert findings(labels_in_stored_frame, dataset_of(images, boxes, turned=scores)) == []
    alone = dataset_of(images[:1], boxes[:1], turned={0: -3.2})
    assert len(findings(labels_in_stored_frame, alone)) == 1


def test_ten_classes_in_opposite_shares_are_another_mix() -> None:
    shares = {"train": [17] * 5 + [3] * 5, "val": [3] * 5 + [17] * 5}
    images = [
        {"path": f"{split}/{c}/{n}.jpg", "split": split, "class_id": c}
        for split, counts in shares.items()
        for c, count in enumerate(counts)
        for n in range(2 * count)
    ]
    dataset = dataset_of(images, names=[f"c{n}" for n in range(10)], task="classify")
    assert len(findings(class_mix_differs, dataset)) == 1


def test_a_number_of_keypoints_without_end_is_not_counted_out() -> None:
    settings = {"kpt_shape": [10**15, 3], "flip_idx": ["a", "b"]}
    assert len(findings(malformed_keypoint_shape, dataset_of([{"path": "a.jpg"}], settings=settings))) == 1


def test_a_cache_whose_hash_is_no_text_is_none(tmp_path: Path) -> None:
    nested: object = ()
    for _ in range(50):
        nested = (nested, nested)
    file = tmp_path / "train.cache"
    file.write_bytes(pickle.dumps({"hash": nested, "labels": []}))
    assert read_cache(file) is None


def test_empty_files_are_no_copies_of_each_other() -> None:
    images = dataset_of([{"path": f"{n}.jpg", "content": 5, "damage": "empty file" if n < 2 else ""} for n in range(4)])
    ids = identities(images.images)
    assert ids[0] != ids[1] and ids[2] == ids[3]


def test_a_picture_that_was_replaced_with_its_old_time_is_measured_again(tmp_path: Path) -> None:
    import os

    file = write(tmp_path / "a.jpg", jpeg(1))
    before = keys_of([str(file)], local_stamps([str(file)]))
    status = file.stat()
    file.write_bytes(bytes(len(file.read_bytes())))
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert file.stat().st_mtime_ns == status.st_mtime_ns
    assert np.all(keys_of([str(file)], local_stamps([str(file)])) != before)
