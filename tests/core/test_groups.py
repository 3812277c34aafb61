"""Names to groups; that pictures confirm them is shown by the examples of D327 and D328."""

from __future__ import annotations

import pytest

from traindx.core.groups import Kind, keys, source_of
from traindx.core.small_dataset import dataset_of


@pytest.mark.parametrize(
    ("stem", "source"),
    [
        ("street_12_jpg.rf.0123456789abcdef0123456789abcdef", "street_12"),
        ("street_12_aug3", "street_12"),
        ("street_12_flip", "street_12"),
        ("street_12_rot90_crop", "street_12"),
        ("street_12 (2)", "street_12"),
        ("street_12 - copy", "street_12"),
        ("street_12", "street_12"),
        ("flip", "flip"),
        ("000000000139", "000000000139"),
    ],
)
def test_what_augmentation_appends_is_taken_off(stem: str, source: str) -> None:
    assert source_of(stem) == source


@pytest.mark.parametrize(
    ("kind", "path", "group"),
    [
        ("sequence", "images/train/clip01_000123.jpg", "clip01"),
        ("sequence", "images/train/clip01_frame12.jpg", "clip01"),
        ("sequence", "images/train/000000000139.jpg", ""),
        ("sequence", "images/train/street.jpg", ""),
        ("tile", "images/train/img_0_512.jpg", "img"),
        ("tile", "images/train/P0007__1__160___320.png", "P0007__1"),
        ("tile", "images/train/map_r3_c12.png", "map"),
        ("tile", "images/train/scene4_512_0_1152_640.jpg", "scene4"),
        ("folder", "images/clip7/0001.jpg", "clip7"),
        ("source", "images/train/a.jpg", ""),
    ],
)
def test_a_name_gives_its_group(kind: Kind, path: str, group: str) -> None:
    assert keys(dataset_of([{"path": path}]))[kind] == [group]


def test_an_original_belongs_to_the_group_of_its_copies() -> None:
    assert keys(dataset_of([{"path": "a.jpg"}, {"path": "a_aug1.jpg"}, {"path": "b.jpg"}]))["source"] == ["a", "a", ""]
