"""Class folders as torchvision reads them, and what is odd about them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scan.drawn import jpeg, png, tree_hash, write
from traindx.core.dataset import Dataset
from traindx.scan.imagefolder import is_imagefolder, read_imagefolder
from traindx.scan.measure import measure

TRAIN = ("train/ant", "train/bee", "train/cat")
VAL = ("val/ant", "val/bee", "val/cat")


def pictures(root: Path, *folders: str, each: int = 2) -> Path:
    """Folders with a few pictures in each."""
    for f, folder in enumerate(folders):
        for n in range(each):
            write(root / folder / f"{n}.jpg", jpeg(f * each + n))
    return root


def read(root: Path) -> Dataset:
    assert is_imagefolder(root)
    return read_imagefolder(root, measure)


def odd(dataset: Dataset) -> dict[str, str]:
    """Kinds of oddities by path."""
    return {found.path: found.kind for found in dataset.oddities}


def test_splits_and_classes_are_read_in_torchvisions_order(tmp_path: Path) -> None:
    found = read(pictures(tmp_path, "train/b", "train/B10", "train/B2", "valid/b", "valid/B10", "valid/B2"))
    assert dict(found.names) == {0: "B10", 1: "B2", 2: "b"}
    assert [split.name for split in found.splits] == ["train", "val"] and found.task == "classify"
    assert found.images.class_id.tolist() == [0, 0, 1, 1, 2, 2] * 2
    assert found.images.path[0] == "train/B10/0.jpg" and found.images.label_path[0] == str(tmp_path / "train/B10")
    assert found.class_maps == {"train": dict(found.names), "valid": dict(found.names)}
    assert set(found.images.label_state) == {"labelled"} and not found.oddities


def test_the_numbers_are_those_that_torchvision_gives(tmp_path: Path) -> None:
    from torchvision.datasets import ImageFolder

    pictures(tmp_path, "train/ant", "train/Bee", "train/.hidden", "train/a/deep/er", "train/10", "train/9")
    write(tmp_path / "train/ant/c.PNG", png())
    write(tmp_path / "train/ant/note.txt", "no picture")
    theirs = ImageFolder(str(tmp_path / "train"))
    ours = read(tmp_path)
    assert {name: i for i, name in ours.class_maps["train"].items()} == theirs.class_to_idx
    pairs = [(ours.absolute(p), i) for p, i in zip(ours.images.path, ours.images.class_id.tolist(), strict=True)]
    assert pairs == theirs.samples


def test_class_folders_without_splits_are_one_training_split(tmp_path: Path) -> None:
    found = read(pictures(tmp_path, "ant", "bee"))
    assert [split.name for split in found.splits] == ["train"] and found.class_maps == {".": {0: "ant", 1: "bee"}}


@pytest.mark.parametrize(
    "folders",
    [
        ("images/train", "images/val"),
        ("train/images", "val/images"),
        ("JPEGImages",),
        ("only",),
        ("set1/images/train", "set2/images/train"),
    ],
)
def test_detection_sets_are_no_class_folders(tmp_path: Path, folders: tuple[str, ...]) -> None:
    pictures(tmp_path, *folders)
    for folder in folders:
        write(tmp_path / folder.replace("images", "labels") / "0.txt", "0 0.5 0.5 0.1 0.1\n")
    assert not is_imagefolder(tmp_path)


@pytest.mark.parametrize(
    ("more", "path", "kind"),
    [
        (("train/.ipynb_checkpoints",), "train/.ipynb_checkpoints", "stray-folder"),
        (("train/__MACOSX",), "train/__MACOSX", "stray-folder"),
        (("train/images",), "train/images", "stray-folder"),
        (("train/all/ant", "train/all/bee"), "train/all", "stray-folder"),
        (("train/Bee",), "train/bee", "case-variant"),
        (("train/dog/monday",), "train/dog", "nested-folder"),
    ],
)
def test_a_folder_that_is_no_plain_class_is_named(tmp_path: Path, more: tuple[str, ...], path: str, kind: str) -> None:
    assert odd(read(pictures(tmp_path, *TRAIN, *VAL, *more))) == {path: kind}


def test_empty_class_folders_and_outputs_of_trainings_are_named(tmp_path: Path) -> None:
    pictures(tmp_path, *TRAIN, *VAL)
    (tmp_path / "train/dog").mkdir()
    write(tmp_path / "val/runs/train/args.yaml", "lr0: 0.1\n")
    assert odd(read(tmp_path)) == {"train/dog": "empty-class-folder", "val/runs": "stray-folder"}


def test_pictures_in_no_class_folder_are_kept_without_a_class(tmp_path: Path) -> None:
    found = read(pictures(tmp_path, *TRAIN, "val"))
    assert odd(found) == {"val": "flat-split"}
    assert found.images.class_id[found.images.split == "val"].tolist() == [-1, -1]
    pictures(tmp_path, *VAL)
    assert odd(read(tmp_path)) == {"val/0.jpg": "loose-picture", "val/1.jpg": "loose-picture"}


@pytest.mark.parametrize("above", ["data", "archive/data"])
def test_a_root_above_the_splits_is_read_one_level_lower(tmp_path: Path, above: str) -> None:
    pictures(tmp_path / above, *TRAIN, *VAL)
    found = read(tmp_path)
    assert odd(found) == {above: "root-too-high"} and len(found.images) == 12
    assert found.images.path[0] == f"{above}/train/ant/0.jpg"


def test_a_split_in_a_split_is_read_one_level_lower(tmp_path: Path) -> None:
    found = read(pictures(tmp_path, *(f"train/{folder}" for folder in TRAIN), *VAL))
    assert odd(found) == {"train": "root-too-high"}
    assert dict(found.names) == {0: "ant", 1: "bee", 2: "cat"} and len(found.images) == 12


def test_classes_of_val_alone_follow_those_of_train(tmp_path: Path) -> None:
    found = read(pictures(tmp_path, *TRAIN, "val/bee", "val/dog"))
    assert dict(found.names) == {0: "ant", 1: "bee", 2: "cat", 3: "dog"}
    assert found.images.class_id[found.images.split == "val"].tolist() == [1, 1, 3, 3]
    assert found.class_maps["val"] == {0: "bee", 1: "dog"}


def test_pictures_that_loaders_leave_out_are_named(tmp_path: Path) -> None:
    pictures(tmp_path, *TRAIN, *VAL)
    write(tmp_path / "train/ant/a.gif", b"GIF89a" + bytes(20))
    write(tmp_path / "train/ant/b", jpeg())
    write(tmp_path / "train/ant/c.jpg.1", jpeg())
    write(tmp_path / "train/ant/notes.txt", "GIF89a")
    write(tmp_path / "train/ant/other.bin", "nothing")
    assert odd(read(tmp_path)) == dict.fromkeys(["train/ant/a.gif", "train/ant/b", "train/ant/c.jpg.1"], "skipped-file")


def test_links_are_followed_and_a_loop_ends(tmp_path: Path) -> None:
    pictures(tmp_path, *TRAIN, *VAL)
    (tmp_path / "train/dog").symlink_to(tmp_path / "val/cat")
    (tmp_path / "train/ant/again").symlink_to(tmp_path / "train/ant")
    found = read(tmp_path)
    assert found.images.path.tolist().count("train/dog/0.jpg") == 1 and len(found.images) == 14


def test_an_empty_split_says_so(tmp_path: Path) -> None:
    pictures(tmp_path, *TRAIN)
    (tmp_path / "val").mkdir()
    val = next(split for split in read(tmp_path).splits if split.name == "val")
    assert val.problem == f"no picture in {tmp_path / 'val'}"


def test_nothing_is_written(tmp_path: Path) -> None:
    before = tree_hash(pictures(tmp_path, *TRAIN, *VAL))
    read(tmp_path)
    assert tree_hash(tmp_path) == before


@pytest.mark.parametrize(
    ("folders", "splits"),
    [
        (("Train/a", "Valid/a"), ["train", "val"]),
        (("training_set/a", "test_set/a"), ["train", "test"]),
        (("seg_train/a", "seg_test/a", "seg_pred"), ["train", "test"]),
        (("train_station", "test_tube", "cat"), ["train"]),
        (("val/a", "test/a"), ["train", "val", "test"]),
        (("train", "car", "bus"), ["train"]),
        (("bullet_train", "train_station"), ["train"]),
    ],
)
def test_splits_are_told_from_classes(tmp_path: Path, folders: tuple[str, ...], splits: list[str]) -> None:
    assert [split.name for split in read(pictures(tmp_path, *folders)).splits] == splits


def test_classes_called_train_or_images_are_classes_where_every_split_has_them(tmp_path: Path) -> None:
    folders = [f"{split}/{name}" for split in ("train", "val") for name in ("train", "images", "car", "bus")]
    assert odd(read(pictures(tmp_path, *folders))) == {}


def test_a_set_without_train_says_so(tmp_path: Path) -> None:
    found = read(pictures(tmp_path, "val/ant", "val/bee", "test/ant", "test/bee"))
    assert found.splits[0].problem == f"{tmp_path} has no folder train, which training needs"


def test_splits_inside_the_class_folders_are_named(tmp_path: Path) -> None:
    assert odd(read(pictures(tmp_path, "ant/train", "ant/val", "bee/train", "bee/val"))) == {".": "root-too-high"}


def test_folders_beside_the_splits_are_named(tmp_path: Path) -> None:
    assert odd(read(pictures(tmp_path, *TRAIN, *VAL, "extra/ant"))) == {"extra": "unread-folder"}


def test_splits_inside_one_folder_beside_a_folder_of_pictures_are_named(tmp_path: Path) -> None:
    below = [f"data/{folder}" for folder in (*TRAIN, *VAL)]
    assert odd(read(pictures(tmp_path, *below, "extra"))) == {".": "root-too-high"}
