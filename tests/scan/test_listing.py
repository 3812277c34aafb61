"""Pictures of a split and where their labels are looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from traindx.scan import ScanOptions, scan
from traindx.scan.listing import entries_of, folder_of, label_path


@pytest.mark.parametrize(
    "pictures",
    [
        ["/set/images/a.jpg", "/set/images/b.jpg"],
        ["/set/images/a.jpg", "/set/images/b.png"],
        ["/set/images/a.jpg", "/set/images/more/b.jpg"],
        ["/set/images/a.jpg", "/set/images/b.jpg.jpg", "/set/images/c.d.jpg"],
        ["/set/images/train/images/a.jpg", "/set/images/train/images/.jpg.jpg"],
        ["/set/beside/a.jpg", "/set/beside/b.jpg"],
        ["/set/images/a\nb.jpg", "/set/images/c.jpg"],
        ["/set/images/a.jpg", "/images/set/images/b.jpg"],
        ["/set.jpg/images/jpg", "/set.jpg/images/b.jpg"],
        [],
    ],
)
def test_labels_found_for_many_pictures_at_once_are_those_of_each(pictures: list[str]) -> None:
    found = entries_of([("train", pictures), ("val", pictures[:1])])
    every = pictures + pictures[:1]
    assert found.picture == every and found.split == ["train"] * len(pictures) + ["val"] * len(pictures[:1])
    assert found.label == [label_path(picture) for picture in every]
    assert found.folder == [folder_of(picture) for picture in every]


def test_files_links_and_folders_are_told_apart(tmp_path: Path) -> None:
    images = tmp_path / "images"
    (images / "folder.jpg").mkdir(parents=True)
    for name in ("b.jpg", "a.PNG", ".hidden.jpg", "notes.txt", "folder.jpg/c.jpg"):
        (images / name).write_bytes(b"x")
    (images / "link.jpg").symlink_to(images / "b.jpg")
    (images / "broken.jpg").symlink_to(images / "gone.jpg")
    (images / "round").symlink_to(images)
    (tmp_path / "data.yaml").write_text("train: images\nval: images\nnames: [a]\n")
    dataset = scan(tmp_path / "data.yaml", ScanOptions(depth="labels", cache=False))
    train = dataset.images.path[dataset.images.split == "train"].tolist()
    assert train == [f"images/{name}" for name in ("a.PNG", "b.jpg", "broken.jpg", "folder.jpg/c.jpg", "link.jpg")]
