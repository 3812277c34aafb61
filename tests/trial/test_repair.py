"""Copies of a dataset: each damage is found, each repair undoes it, the source stays as it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.scan.drawn import dataset, jpeg, tree_hash, write
from traindx.checks import all_checks
from traindx.core.dataset import Dataset
from traindx.core.runner import run_checks
from traindx.errors import TraindxError
from traindx.scan import scan
from traindx.trial.changes import DAMAGES, REPAIRS
from traindx.trial.repair import damaged_copy, repaired_copy

FIRES = {
    "one-based-ids": "D205",
    "pixel-coordinates": "D206",
    "corner-boxes": "D210",
    "out-of-range-ids": "D204",
    "zero-area": "D208",
    "outside": "D207",
    "sub-pixel": "D215",
    "duplicates": "D209",
    "malformed-rows": "D203",
    "labels-not-found": "D201",
    "damaged-pictures": "D101",
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    rng = np.random.default_rng(0)
    labels: dict[str, bytes | str | None] = {}
    for split, count in (("train", 12), ("val", 8)):
        for n in range(count):
            x, y, w, h = (rng.uniform(low, high, 3) for low, high in ((0.2, 0.8), (0.2, 0.8), (0.1, 0.3), (0.1, 0.3)))
            labels[f"{split}/{n}"] = "".join(f"{k} {x[k]:.4f} {y[k]:.4f} {w[k]:.4f} {h[k]:.4f}\n" for k in range(3))
    return scan(dataset(tmp_path_factory.mktemp("sound"), labels))


def _errors(data: Path) -> set[str]:
    outcomes = run_checks([c for c in all_checks() if c.code.startswith("D")], {"dataset": scan(data)})
    return {o.code for o in outcomes if o.status == "failed" and o.level != "note"}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damage_is_found_by_its_check_and_its_repair_undoes_it(name: str, sound: Dataset, tmp_path: Path) -> None:
    before = tree_hash(Path(sound.root))
    damaged = damaged_copy(sound, name, tmp_path / "damaged")
    assert FIRES[name] in _errors(damaged)
    repaired = repaired_copy(scan(damaged), name, tmp_path / "repaired")
    assert _errors(repaired) == set()
    assert tree_hash(Path(sound.root)) == before


@pytest.mark.parametrize("name", ["one-based-ids", "pixel-coordinates", "corner-boxes", "labels-not-found"])
def test_damage_and_repair_give_back_the_same_boxes(name: str, sound: Dataset, tmp_path: Path) -> None:
    again = scan(repaired_copy(scan(damaged_copy(sound, name, tmp_path / "d")), name, tmp_path / "r"))
    np.testing.assert_array_equal(again.boxes.class_id, sound.boxes.class_id)
    for side in ("x", "y", "w", "h"):
        np.testing.assert_allclose(getattr(again.boxes, side), getattr(sound.boxes, side), atol=1e-9)


def test_pictures_are_linked_and_the_settings_are_absolute(sound: Dataset, tmp_path: Path) -> None:
    file = repaired_copy(sound, "zero-area", tmp_path / "copy")
    picture = tmp_path / "copy/images/train/0.jpg"
    assert picture.is_symlink() and picture.resolve() == Path(sound.root, "images/train/0.jpg").resolve()
    assert scan(file).root == str(tmp_path / "copy") and dict(scan(file).names) == dict(sound.names)


def test_a_picture_that_a_trainer_would_rewrite_is_copied(tmp_path: Path) -> None:
    file = dataset(tmp_path / "set", {"train/a": "0 0.5 0.5 0.2 0.2\n", "val/b": "0 0.5 0.5 0.2 0.2\n"})
    write(tmp_path / "set/images/train/a.jpg", jpeg() + b"trailing")
    repaired_copy(scan(file), "zero-area", tmp_path / "copy")
    assert not (tmp_path / "copy/images/train/a.jpg").is_symlink()
    assert (tmp_path / "copy/images/val/b.jpg").is_symlink()


def test_a_command_to_download_is_not_copied(tmp_path: Path) -> None:
    settings = "train: images/train\nval: images/val\nnames: [a]\ndownload: import os\nkpt_shape: [1, 3]\n"
    file = dataset(tmp_path / "set", {"train/a": "", "val/b": ""}, settings=settings)
    copied = scan(repaired_copy(scan(file), "zero-area", tmp_path / "copy")).settings
    assert "download" not in copied and copied["kpt_shape"] == [1, 3]


def test_pictures_of_one_name_keep_their_own_labels(tmp_path: Path) -> None:
    for n, part in enumerate(("x", "y")):
        write(tmp_path / f"set/images/{part}/a.jpg", jpeg(n))
        write(tmp_path / f"set/labels/{part}/a.txt", f"{n} 0.5 0.5 0.2 0.2\n")
    write(tmp_path / "set/data.yaml", "train: [images/x, images/y]\nval: images/x\nnames: [a, b]\n")
    copied = scan(repaired_copy(scan(tmp_path / "set"), "zero-area", tmp_path / "copy"))
    train = copied.images.split[copied.boxes.image] == "train"
    assert copied.boxes.class_id[train].tolist() == [0, 1]


def test_a_copy_into_the_dataset_itself_is_refused(sound: Dataset) -> None:
    with pytest.raises(TraindxError, match="would become part of the dataset"):
        repaired_copy(sound, "zero-area", Path(sound.root) / "images/train/copy")


def test_an_unknown_change_names_the_known_ones(sound: Dataset, tmp_path: Path) -> None:
    with pytest.raises(TraindxError, match="one-based-ids"):
        repaired_copy(sound, "everything", tmp_path)


def test_every_repair_has_its_damage() -> None:
    assert set(REPAIRS) - {"written-anew", "fewer-backgrounds"} == set(DAMAGES) == set(FIRES)


def test_a_copy_that_is_written_anew_has_no_cache_no_orphan_and_no_missing_picture(tmp_path: Path) -> None:
    file = dataset(tmp_path / "set", {"train/a": "0 0.5 0.5 0.2 0.2\n", "val/b": "0 0.5 0.5 0.2 0.2\n"})
    write(tmp_path / "set/labels/train.cache", b"old")
    write(tmp_path / "set/labels/train/orphan.txt", b"0 0.5 0.5 0.2 0.2\n")
    repaired_copy(scan(file), "written-anew", tmp_path / "copy")
    written = sorted(p.relative_to(tmp_path / "copy").as_posix() for p in (tmp_path / "copy").rglob("*.*"))
    assert written == ["data.yaml", "images/train/a.jpg", "images/val/b.jpg", "labels/train/a.txt", "labels/val/b.txt"]


def test_a_tenth_as_many_backgrounds_stay_as_there_are_pictures_with_objects(tmp_path: Path) -> None:
    labels: dict[str, bytes | str | None] = {f"train/{n}": "0 0.5 0.5 0.2 0.2\n" if n < 20 else "" for n in range(60)}
    labels |= {f"val/{n}": "" for n in range(3)}
    again = scan(repaired_copy(scan(dataset(tmp_path / "set", labels)), "fewer-backgrounds", tmp_path / "copy"))
    assert np.sum(again.images.split == "train") == 22 and np.sum(again.images.split == "val") == 3
    assert len(again.boxes) == 20
