"""What a dataset works out once for all checks is what each would find by itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace

import numpy as np
import pytest

from traindx.core import box_pairs
from traindx.core.box_pairs import coinciding, pairs_of
from traindx.core.by_value import by_value
from traindx.core.class_counts import CELLS
from traindx.core.dataset import Boxes, Dataset
from traindx.core.path_shapes import shapes_of
from traindx.core.picture_groups import groupings
from traindx.core.small_dataset import dataset_of


def _crowded(classes: int = 3) -> Dataset:
    """40 pictures of up to 12 boxes on a coarse grid, so that many coincide or nearly do; some ids are not legal."""
    rng = np.random.default_rng(0)
    images = [{"path": f"images/{s}/{n}.jpg", "split": s} for n, s in enumerate(["train"] * 30 + ["val"] * 10)]
    boxes: list[dict[str, float]] = []
    for image in range(40):
        for line in range(1, rng.integers(1, 13)):
            x, y = rng.choice([0.3, 0.301, 0.6], 2)
            kind = float(rng.choice([0, 1, 2, 2, classes, 0.5, -1]))
            boxes.append({"image": image, "line": line, "class_id": kind, "x": x, "y": y, "w": 0.3, "h": 0.2})
    return dataset_of(images, boxes, names=[f"c{i}" for i in range(classes)])


@pytest.mark.parametrize("column", [[3.0, 0.0, 3.0, 1.0], [0.5, -1.0, 0.5], [70000.0, 1.0], [2.0, np.inf], []])
def test_values_are_found_whatever_they_are(column: list[float]) -> None:
    found = {value: index.tolist() for value, index in by_value(np.array(column))}
    assert found == {v: [i for i, other in enumerate(column) if other == v] for v in column}
    assert list(found) == sorted(found)


def test_pairs_chosen_from_those_sought_once_are_those_sought_anew() -> None:
    dataset = _crowded()
    for least in (0.95, 0.98, 0.999):
        chosen, anew = coinciding(dataset, least), pairs_of(dataset, least)
        assert len(anew.first) > 20 and (anew.iou >= least).all()
        for name in ("first", "second", "iou"):
            assert np.array_equal(getattr(chosen, name), getattr(anew, name))


@pytest.mark.parametrize("block", [1, 7, 30])
def test_pairs_are_the_same_whatever_is_sorted_together(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    dataset = _crowded()
    b = dataset.boxes
    turned = replace(dataset, boxes=Boxes(**{f.name: getattr(b, f.name)[::-1] for f in fields(b)}))
    whole = pairs_of(dataset, 0.95)
    monkeypatch.setattr(box_pairs, "BLOCK", block)
    blocks, backwards = pairs_of(dataset, 0.95), pairs_of(turned, 0.95)
    assert np.array_equal(blocks.first, whole.first) and np.array_equal(blocks.second, whole.second)
    last = len(b) - 1
    assert {*zip(last - backwards.first, last - backwards.second, strict=True)} == {
        *zip(whole.first, whole.second, strict=True)
    }


@pytest.mark.parametrize("classes", [3, 3 + CELLS * 400])
def test_classes_of_pictures_are_counted_by_table_and_by_sort(classes: int) -> None:
    dataset = _crowded(classes)
    image, ids, counts = (column.tolist() for column in dataset.classes_in_pictures)
    boxes = dataset.boxes
    legal = Counter(
        (i, int(k)) for i, k in zip(boxes.image.tolist(), boxes.class_id.tolist(), strict=True) if k in range(classes)
    )
    assert list(zip(image, ids, strict=True)) == sorted(legal)
    assert counts == [legal[key] for key in sorted(legal)]
    for split in ("train", "val"):
        of_split = Counter(k for (i, k), n in legal.items() for _ in range(n) if dataset.images.split[i] == split)
        assert dataset.class_counts[split].tolist() == [of_split[k] for k in range(classes)]


@pytest.mark.parametrize("paths", [["a1/b22.jpg", "a9/b37.jpg", "a/b.jpg"], ["a\n1.jpg", "b2.jpg"], ["é\udc807"], []])
def test_paths_of_one_shape_differ_by_digits_alone(paths: list[str]) -> None:
    shapes = shapes_of(paths)
    assert len(set(shapes.every)) == len(shapes.every)
    for path, shape in zip(paths, [shapes.every[i] for i in shapes.of], strict=True):
        assert path == shape or "".join("0" if c.isdigit() else c for c in path) == shape


@pytest.mark.parametrize("folder", ["images", "clip7", "clip8/part2"])
def test_pictures_are_grouped_by_folder_and_by_the_letters_of_their_names(folder: str) -> None:
    paths = ["clip7/IMG1.jpg", "clip8\\part2\\a2.jpg", "images/IMG_1.jpg", f"{folder}/9.jpg"]
    dataset = dataset_of([{"path": path} for path in paths])
    found = [[names[i] for i in group] for names, group in groupings(dataset)]
    assert found == [
        ["folder clip7", "folder clip8/part2", "folder images", f"folder {folder}"],
        ["files named IMG...", "files named a...", "files named IMG...", "files named by numbers"],
    ]
