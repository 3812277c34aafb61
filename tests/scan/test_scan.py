"""The scan of whole sets: tables, splits, label rule, orphans, labels elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.scan.drawn import dataset, jpeg, tree_hash, write
from traindx.core.dataset import Boxes, Images, Rows
from traindx.scan import ScanOptions, scan

ROW = "0 0.5 0.5 0.2 0.2\n"


@pytest.fixture(scope="module")
def some(tmp_path_factory: pytest.TempPathFactory) -> Path:
    labels: dict[str, bytes | str | None] = {f"train/{n}": f"{n % 3} 0.5 0.5 0.{n % 8 + 1} 0.2\n" for n in range(80)}
    labels |= {"train/bad": "0 1 2\n", "train/none": None, "val/a": ROW * 2, "val/empty": ""}
    return dataset(tmp_path_factory.mktemp("some"), labels)


def test_the_result_is_the_same_for_any_number_of_workers(some: Path) -> None:
    one, four = scan(some, ScanOptions(workers=1)), scan(some, ScanOptions(workers=4))
    for table in ("images", "boxes", "rows"):
        for column in fields({"images": Images, "boxes": Boxes, "rows": Rows}[table]):
            np.testing.assert_array_equal(
                getattr(getattr(one, table), column.name), getattr(getattr(four, table), column.name)
            )
    assert one.splits == four.splits and one.orphans == four.orphans


def test_progress_reaches_the_number_of_pictures(some: Path) -> None:
    seen: list[tuple[int, int]] = []
    scan(some, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (84, 84) and seen == sorted(seen)


def test_boxes_know_their_picture_file_and_line(some: Path) -> None:
    found = scan(some)
    i = int(np.flatnonzero(found.boxes.label_path == "labels/val/a.txt")[1])
    assert found.boxes.line[i] == 2
    assert found.images.path[found.boxes.image[i]] == "images/val/a.jpg"
    assert found.images.width[found.boxes.image[i]] == 160
    assert found.rows.label_path.tolist() == ["labels/train/bad.txt"]
    states = dict(zip(found.images.path, found.images.label_state, strict=True))
    assert states["images/train/none.jpg"] == "missing" and states["images/val/empty.jpg"] == "background"


def test_the_scan_writes_nothing(some: Path) -> None:
    before = tree_hash(some.parent)
    scan(some)
    assert tree_hash(some.parent) == before


def test_the_scan_imports_no_torch(some: Path) -> None:
    code = f"import sys; from traindx.scan import ScanOptions, scan; scan({str(some)!r}); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_last_images_folder_becomes_labels(tmp_path: Path) -> None:
    root = tmp_path / "images" / "set"
    file = dataset(root, {"train/a": ROW, "val/b": ROW})
    found = scan(file)
    assert found.images.label_path[0] == str(root / "labels/train/a.txt")
    assert found.splits[0].looked_in == str(root / "labels/train")


def test_labels_lie_beside_the_pictures_when_no_folder_is_called_images(tmp_path: Path) -> None:
    for name in ("train/a", "val/b"):
        write(tmp_path / f"{name}.jpg", jpeg())
        write(tmp_path / f"{name}.txt", ROW)
    write(tmp_path / "train" / "lost.txt", ROW)
    file = write(tmp_path / "data.yaml", "train: train\nval: val\nnames: [a]\n")
    found = scan(file)
    assert found.images.label_state.tolist() == ["labelled", "labelled"]
    assert found.orphans == (("train/lost.txt", "train"),)


def test_two_pictures_of_one_stem_share_their_label(tmp_path: Path) -> None:
    file = dataset(tmp_path, {"train/a": ROW + "1 0.3 0.3 0.1 0.1\n", "val/b": ROW})
    write(tmp_path / "images/train/a.png", (tmp_path / "images/train/a.jpg").read_bytes())
    found = scan(file)
    assert len(found.images) == 3
    assert found.boxes.image.tolist() == [0, 0, 1, 1, 2] and found.boxes.line.tolist() == [1, 2, 1, 2, 1]


def test_labels_in_another_folder_or_format_are_found(tmp_path: Path) -> None:
    file = dataset(tmp_path, {"train/a": None, "train/b": None, "val/c": ROW})
    write(tmp_path / "Labels/train/a.txt", ROW)
    write(tmp_path / "voc/b.xml", "<annotation/>")
    found = scan(file).labels_elsewhere
    assert found == {
        str(tmp_path / "labels/train/a.txt"): str(tmp_path / "Labels/train/a.txt"),
        str(tmp_path / "labels/train/b.txt"): str(tmp_path / "voc/b.xml"),
    }


def test_a_split_that_is_not_there_says_the_absolute_path(tmp_path: Path) -> None:
    file = dataset(tmp_path, {"train/a": ROW}, settings="train: images/train\nval: images/valid\nnames: [a]\n")
    val = next(s for s in scan(file).splits if s.name == "val")
    assert val.problem == f"{tmp_path}/images/valid does not exist; {tmp_path}/images holds train"


def test_a_list_of_a_part_of_the_pictures_makes_no_orphans(tmp_path: Path) -> None:
    file = dataset(
        tmp_path, {"train/a": ROW, "train/b": ROW, "val/c": ROW}, settings="train: t.txt\nval: images/val\nnc: 1\n"
    )
    write(tmp_path / "t.txt", "images/train/a.jpg\nimages/train/gone.jpg\n")
    found = scan(file)
    assert found.orphans == ()
    assert found.images.damage.tolist() == ["", "no such file", ""]


def test_a_folder_that_links_to_itself_ends(tmp_path: Path) -> None:
    file = dataset(tmp_path, {"train/a": ROW, "val/b": ROW})
    (tmp_path / "images/train/again").symlink_to(tmp_path / "images/train")
    assert len(scan(file).images) == 2


def test_a_label_that_is_a_folder_cannot_be_read(tmp_path: Path) -> None:
    file = dataset(tmp_path, {"train/a": None, "train/b": ROW, "val/c": ROW})
    (tmp_path / "labels/train/a.txt").mkdir()
    assert scan(file).images.label_state.tolist() == ["unreadable", "labelled", "labelled"]


def test_a_list_with_a_nul_in_it_is_read_to_its_end(tmp_path: Path) -> None:
    file = dataset(tmp_path, {"train/a": ROW, "val/c": ROW}, settings="train: t.txt\nval: images/val\nnc: 1\n")
    write(tmp_path / "t.txt", b"images/train/a\x00.jpg\nimages/train/a.jpg\n")
    found = scan(file).images
    assert found.label_state.tolist().count("labelled") == 2 and len(found) == 3


def test_a_pipe_in_place_of_a_label_or_a_picture_does_not_stop_the_scan(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "labels").mkdir()
    Image.new("RGB", (32, 32)).save(tmp_path / "images" / "a.png")
    os.mkfifo(tmp_path / "images" / "b.png")
    os.mkfifo(tmp_path / "labels" / "a.txt")
    (tmp_path / "data.yaml").write_text("train: images\nval: images\nnames: [a]\n")
    dataset = scan(tmp_path / "data.yaml")
    assert [Path(p).name for p in dataset.images.path] == ["a.png", "a.png"]
    assert len(dataset.boxes) == 0
