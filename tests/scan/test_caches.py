"""Caches of trainers, compared with the files they were made of."""

from __future__ import annotations

import hashlib
import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.scan.drawn import dataset, jpeg
from traindx.core.pickled import array_in, plain_values
from traindx.errors import TraindxError
from traindx.scan import ScanOptions, scan
from traindx.scan.caches import read_cache

LABELS: dict[str, bytes | str | None] = {
    **{f"train/{n}": f"{n % 3} 0.5 0.5 0.25 0.125\n" for n in range(4)},
    "val/x": "1 0.5 0.5 0.25 0.125\n",
}


def kinds(file: Path) -> dict[str, str]:
    found = scan(file, ScanOptions(cache=False)).oddities
    return {odd.path: odd.kind for odd in found if odd.kind != "trainer-root"}  # which depends on where the tests run


def paths_of(root: Path) -> list[str]:
    """Label files and pictures of the training split, in the trainers' order."""
    pictures = sorted(str(p) for p in (root / "images/train").iterdir())
    return [p.replace("/images/", "/labels/").replace(".jpg", ".txt") for p in pictures] + pictures


def rows(label: str) -> np.ndarray:
    return np.array([line.split() for line in Path(label).read_text().splitlines()], dtype=np.float32).reshape(-1, 5)


def save(root: Path, content: dict[str, object]) -> None:
    with (root / "labels/train.cache").open("wb") as file:
        np.save(file, np.array(content, dtype=object))


def as_yolov5(root: Path) -> None:
    """Write the cache as YOLOv5's `cache_labels` does."""
    paths = paths_of(root)
    size = sum(Path(path).stat().st_size for path in paths)
    made = hashlib.sha256(str(size).encode())
    made.update("".join(paths).encode())
    entries = {p: [rows(label), (160, 120), []] for label, p in zip(paths[:4], paths[4:], strict=True)}
    save(root, {**entries, "hash": made.hexdigest(), "results": (4, 0, 0, 0, 4), "msgs": [], "version": 0.6})


def as_ultralytics(root: Path) -> None:
    """Write the cache as Ultralytics 8.4.190 does."""
    paths = paths_of(root)
    made = hashlib.sha256()
    for path in paths:
        status = Path(path).stat()
        made.update(path.encode() + b"\0" + f"{status.st_size}:{status.st_mtime_ns}".encode() + b"\0")
    made.update(str((False, 3, None, False)).encode() + b"\0\0")
    labels = [
        {"im_file": p, "shape": (120, 160), "cls": rows(label)[:, :1], "bboxes": rows(label)[:, 1:], "segments": []}
        for label, p in zip(paths[:4], paths[4:], strict=True)
    ]
    save(root, {"labels": labels, "hash": made.hexdigest(), "version": "1.0.12"})


def change(label: Path, *, keep_time: bool) -> None:
    """Another class id: the size of the file stays."""
    before = label.stat()
    label.write_text("2" + label.read_text()[1:])
    os.utime(label, ns=(before.st_atime_ns, before.st_mtime_ns if keep_time else before.st_mtime_ns + 10**9))


@pytest.mark.parametrize("write_cache", [as_yolov5, as_ultralytics])
def test_a_cache_of_the_same_labels_is_fresh(tmp_path: Path, write_cache: object) -> None:
    file = dataset(tmp_path, LABELS)
    assert callable(write_cache)
    write_cache(tmp_path)
    assert kinds(file) == {}


def test_yolov5_does_not_see_another_class_id(tmp_path: Path) -> None:
    file = dataset(tmp_path, LABELS)
    as_yolov5(tmp_path)
    change(tmp_path / "labels/train/0.txt", keep_time=False)
    assert kinds(file) == {"labels/train.cache": "stale-cache"}


@pytest.mark.parametrize(("keep_time", "kind"), [(True, "stale-cache"), (False, "outdated-cache")])
def test_ultralytics_sees_it_by_the_time_of_the_file(tmp_path: Path, keep_time: bool, kind: str) -> None:
    file = dataset(tmp_path, LABELS)
    as_ultralytics(tmp_path)
    change(tmp_path / "labels/train/0.txt", keep_time=keep_time)
    assert kinds(file) == {"labels/train.cache": kind}


def test_the_installed_ultralytics_agrees(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ultralytics.data import utils

    dataset(tmp_path, LABELS)
    as_ultralytics(tmp_path)
    cached = read_cache(tmp_path / "labels/train.cache")
    assert cached is not None and cached.hash == utils.get_hash([*paths_of(tmp_path), str((False, 3, None, False))])


def test_a_row_more_is_seen_by_both(tmp_path: Path) -> None:
    file = dataset(tmp_path, LABELS)
    as_yolov5(tmp_path)
    with (tmp_path / "labels/train/0.txt").open("a") as label:
        label.write("0 0.1 0.1 0.1 0.1\n")
    assert kinds(file) == {"labels/train.cache": "outdated-cache"}


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY", b"\x80\x04}.", b"nonsense", pickle.dumps([1, 2])])
def test_a_file_that_is_no_label_cache_is_left_alone(tmp_path: Path, content: bytes) -> None:
    file = dataset(tmp_path, LABELS)
    (tmp_path / "labels/train.cache").write_bytes(content)
    assert kinds(file) == {}


class Harmful:
    """Unpickling this would make a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.path),)


def test_what_a_cache_would_run_is_not_run(tmp_path: Path) -> None:
    file = dataset(tmp_path, LABELS)
    save(tmp_path, {"labels": [Harmful(tmp_path / "harm")], "hash": "0", "version": "1"})
    assert kinds(file) == {} and not (tmp_path / "harm").exists()


@pytest.mark.parametrize("protocol", range(6))
def test_plain_values_of_every_protocol_are_those_that_unpickling_gives(protocol: int) -> None:
    value: dict[str, Any] = {
        "a": [1, 2.5, None, True, -70_000, 2**70],
        "b": ("x", b"y" * 300, ()),
        "c": {"d": "é" * 300},
        "e": {1: [[]]},
    }
    if protocol in (0, 1, 2):
        value["b"] = ("x", ())  # bytes are made by a call there
    shared = ["s"]
    value["f"] = [shared, shared]
    assert plain_values(pickle.dumps(value, protocol)) == value


def test_arrays_are_read_without_numpy_making_them() -> None:
    for array in (np.arange(6.0).reshape(2, 3), np.asfortranarray(np.arange(6, dtype=np.int8).reshape(2, 3))):
        found = array_in(plain_values(pickle.dumps(array, 4)))
        assert found is not None
        np.testing.assert_array_equal(found, array)
    assert array_in(plain_values(pickle.dumps(np.array([object], dtype=object), 4))) is None


def test_half_a_pickle_is_refused() -> None:
    with pytest.raises(TraindxError):
        plain_values(pickle.dumps(list(range(1000)))[:-9])


def decoded(picture: Path) -> Path:
    """The decoded copy that cache=disk keeps."""
    with Image.open(picture) as opened:
        np.save(picture.with_suffix(".npy"), np.asarray(opened.convert("RGB"))[..., ::-1])
    return picture.with_suffix(".npy")


def test_a_decoded_copy_of_its_picture_is_none(tmp_path: Path) -> None:
    file = dataset(tmp_path, LABELS)
    decoded(tmp_path / "images/train/0.jpg")
    assert kinds(file) == {}


@pytest.mark.parametrize("size", [(160, 120), (80, 60)])
def test_a_decoded_copy_of_another_picture_is_named(tmp_path: Path, size: tuple[int, int]) -> None:
    file = dataset(tmp_path, LABELS)
    picture = tmp_path / "images/train/0.jpg"
    Image.new("RGB", size, (250, 10, 10)).save(picture)
    decoded(picture)
    picture.write_bytes(jpeg())
    os.utime(picture, (1, 1))
    assert kinds(file) == {"images/train/0.npy": "stale-npy"}
