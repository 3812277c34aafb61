"""Formats told apart, and what is said of a folder or file that is no dataset."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.scan.drawn import dataset, jpeg, write
from tests.scan.drawn_coco import coco, write_coco
from tests.scan.drawn_voc import write_voc
from traindx.errors import TraindxError
from traindx.scan import ScanOptions, scan


def format_of(path: Path) -> str:
    return scan(path, ScanOptions(depth="labels", cache=False)).format


def test_each_format_is_told_by_its_folder(tmp_path: Path) -> None:
    yolo = dataset(tmp_path / "yolo", {"train/a": "0 0.5 0.5 0.2 0.2\n", "val/b": "1 0.5 0.5 0.2 0.2\n"})
    for split in ("train", "val"):
        for name in ("ant", "bee"):
            write(tmp_path / "classes" / split / name / "a.jpg", jpeg())
    assert format_of(yolo.parent) == format_of(yolo) == "yolo"
    assert format_of(write_coco(tmp_path / "coco")) == "coco"
    assert format_of(write_voc(tmp_path / "voc")) == "voc"
    assert format_of(tmp_path / "classes") == "imagefolder"


def test_a_dataset_is_found_in_the_folder_that_an_archive_was_unpacked_to(tmp_path: Path) -> None:
    dataset(tmp_path / "cells" / "cells", {"train/a": "0 0.5 0.5 0.2 0.2\n", "val/b": "1 0.5 0.5 0.2 0.2\n"})
    write(tmp_path / "__MACOSX" / "cells" / "images" / "train" / "._a.jpg", b"\0\5\26\7")
    assert format_of(tmp_path) == "yolo"


def test_a_yaml_goes_before_what_lies_beside_it(tmp_path: Path) -> None:
    file = dataset(tmp_path, {"train/a": "0 0.5 0.5 0.2 0.2\n", "val/b": "1 0.5 0.5 0.2 0.2\n"})
    write_voc(tmp_path / "voc")
    write(tmp_path / "annotations" / "train.json", json.dumps(coco()))
    assert format_of(file.parent) == "yolo"


def test_other_json_and_xml_is_no_dataset(tmp_path: Path) -> None:
    write(tmp_path / "a.json", json.dumps({"version": "5.0", "shapes": [], "imagePath": "a.jpg"}))
    write(tmp_path / "a.xml", "<annotations><image/></annotations>")
    write(tmp_path / "a.jpg", jpeg())
    with pytest.raises(TraindxError, match=r"holds no dataset.*found .*1 \.json file"):
        scan(tmp_path)


def test_a_broken_yaml_is_named_with_its_line(tmp_path: Path) -> None:
    write(tmp_path / "data.yaml", "train: images/train\nnames: [a, b\nval: x\n")
    write(tmp_path / "images" / "train" / "a.jpg", jpeg())
    with pytest.raises(TraindxError, match=r"found data\.yaml is no valid yaml, line 3: .*; folders images"):
        scan(tmp_path)


def test_an_archive_is_to_be_unpacked(tmp_path: Path) -> None:
    archive = write(tmp_path / "set.zip", b"PK")
    with pytest.raises(TraindxError, match=r"is an archive\. unpack it"):
        scan(archive)
    with pytest.raises(TraindxError, match=r"found 1 \.zip file. unpack set\.zip"):
        scan(tmp_path)


@pytest.mark.parametrize(("name", "said"), [("a.xml", "single xml"), ("a.txt", r"no dataset: \.txt")])
def test_a_file_that_is_no_description_is_one_error(name: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(TraindxError, match=said):
        scan(write(tmp_path / name, "x"))


def test_an_empty_folder_holds_nothing(tmp_path: Path) -> None:
    with pytest.raises(TraindxError, match="found nothing"):
        scan(tmp_path)


def test_a_table_of_labels_is_said_not_to_be_read(tmp_path: Path) -> None:
    write(tmp_path / "images/a.jpg", jpeg())
    write(tmp_path / "labels.csv", "file,label\na.jpg,cat\n")
    with pytest.raises(TraindxError, match=r"labels\.csv is a table, .* make class folders"):
        scan(tmp_path)


@pytest.mark.parametrize(
    ("files", "splits"),
    [
        (("classes.txt", "a.jpg", "a.txt", "b.jpg", "b.txt"), ["train"]),  # LabelImg
        (("classes.txt", "images/a.jpg", "labels/a.txt", "images/b.jpg"), ["train"]),  # Label Studio
        (("obj.names", "obj.data", "train.txt", "obj_train_data/a.jpg", "obj_train_data/a.txt"), ["train"]),  # CVAT
        (("train/_darknet.labels", "train/a.jpg", "train/a.txt", "valid/b.jpg", "valid/b.txt"), ["train", "val"]),
    ],
)
def test_a_list_of_classes_beside_rows_is_a_yolo_set(files: tuple[str, ...], splits: list[str], tmp_path: Path) -> None:
    texts = {"obj.data": "classes = 2\ntrain = data/train.txt\nnames = data/obj.names\n"}
    texts |= {"train.txt": "data/obj_train_data/a.jpg\n"}
    for n, name in enumerate(files):
        classes = name.endswith(("classes.txt", ".names", ".labels"))
        text = texts.get(name, "cat\ndog\n" if classes else "1 0.5 0.5 0.2 0.2\n")
        write(tmp_path / name, jpeg(n) if name.endswith(".jpg") else text)
    found = scan(tmp_path, ScanOptions(depth="labels", cache=False))
    assert (found.format, [s.name for s in found.splits]) == ("yolo", splits)
    assert dict(found.names) == {0: "cat", 1: "dog"}
    assert len(found.boxes) == sum(name.endswith(("a.txt", "b.txt")) for name in files)


def test_captions_beside_pictures_are_no_yolo_set(tmp_path: Path) -> None:
    write(tmp_path / "images/cat/a.jpg", jpeg())
    write(tmp_path / "classes.txt", "1 cat\n2 dog\n")
    with pytest.raises(TraindxError, match="holds no dataset"):
        scan(tmp_path)


VIA = {"a.jpg12": {"filename": "a.jpg", "size": 12, "regions": []}}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.json", json.dumps({"shapes": [], "imagePath": "a.jpg"}), "a json of LabelMe"),
        ("via.json", json.dumps(VIA), "a json of VIA"),
        ("project.json", json.dumps([{"id": 1, "data": {}, "annotations": []}]), "an export of Label Studio"),
        ("sub/c.json", json.dumps([{"image": "a.jpg", "annotations": []}]), "a CreateML json"),
        ("annotations.xml", "<annotations><version>1.1</version><image/></annotations>", "an xml of CVAT for images"),
        ("train.tfrecord", "x", "a TFRecord"),
        ("masks/a.png", "x", "masks holds pictures"),
        ("a.png", "x", "there are pictures and no labels beside them"),
    ],
)
def test_what_other_tools_wrote_is_named(name: str, content: str, said: str, tmp_path: Path) -> None:
    file = write(tmp_path / name, content)
    for given in (tmp_path, file) if file.parent == tmp_path and name.endswith(".json") else (tmp_path,):
        with pytest.raises(TraindxError, match=said):
            scan(given)
