"""Predictions of other tools are read for the pictures of a dataset, whatever they call pictures and classes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.scan.drawn import dataset, jpeg, tree_hash, write
from traindx.core.dataset import Dataset
from traindx.core.predictions import Predictions
from traindx.core.small_dataset import dataset_of
from traindx.errors import TraindxError
from traindx.scan import ScanOptions, scan
from traindx.scan.class_rules import COCO_91
from traindx.scan.crops import look_at_objects
from traindx.scan.predictions import read_predictions

ROWS = [(c, x, y) for c in (0, 1, 2) for x in (0.2, 0.5, 0.8) for y in (0.25, 0.75)]


@pytest.fixture
def cells(tmp_path: Path) -> Dataset:
    """Two pictures of 160 x 120 with nine boxes each, three classes."""
    text = ["".join(f"{c} {x} {y} 0.2 0.2\n" for c, x, y in ROWS[i::2]) for i in (0, 1)]
    return scan(dataset(tmp_path / "set", {"train/7": text[0], "val/000012": text[1]}), ScanOptions(cache=False))


def entries(cells: Dataset, **more: Any) -> list[dict[str, Any]]:
    """Every label as a prediction in COCO's form, with the stem as id."""
    made = []
    for i in range(len(cells.boxes)):
        b = cells.boxes
        stem = Path(str(cells.images.path[b.image[i]])).stem
        box = [(b.x[i] - b.w[i] / 2) * 160, (b.y[i] - b.h[i] / 2) * 120, b.w[i] * 160, b.h[i] * 120]
        made.append({"image_id": stem, "category_id": int(b.class_id[i]), "bbox": box, "score": 0.9, **more})
    return made


def read(folder: Path, cells: Dataset, data: Any) -> Predictions:
    return read_predictions(write(folder / "predictions.json", json.dumps(data)), cells)


def agree(predictions: Predictions, cells: Dataset) -> bool:
    """Whether both hold the same boxes of the same classes, in any order."""

    def table(boxes: Any) -> np.ndarray:
        columns = [getattr(boxes, name) for name in ("image", "class_id", "x", "y", "w", "h")]
        rows = np.round(np.column_stack(columns), 4)
        return rows[np.lexsort(rows.T[::-1])]

    return np.allclose(table(predictions), table(cells.boxes), atol=2e-4)


def test_boxes_in_pixels_become_shares_of_their_picture(tmp_path: Path, cells: Dataset) -> None:
    found = read(tmp_path, cells, entries(cells))
    assert agree(found, cells) and found.unknown == () and found.num_ids == 2


@pytest.mark.parametrize(
    "name", [lambda s: f"{s}.jpg", lambda s: int(s), lambda s: f"images/train/{s}.jpg", lambda s: f"other/{s}.png"]
)
def test_a_picture_is_found_by_name_number_and_path(tmp_path: Path, cells: Dataset, name: Any) -> None:
    found = read(tmp_path, cells, [{**e, "image_id": name(e["image_id"])} for e in entries(cells)])
    assert agree(found, cells)


@pytest.mark.parametrize(
    ("shift", "rule"), [(lambda c: c + 1, "category_id - 1"), (lambda c: c, "class id as written")]
)
def test_classes_are_counted_as_the_labels_say(tmp_path: Path, cells: Dataset, shift: Any, rule: str) -> None:
    found = read(tmp_path, cells, [{**e, "category_id": shift(e["category_id"])} for e in entries(cells)])
    assert found.class_rule == rule and agree(found, cells)


def test_ids_from_one_are_seen_although_only_the_first_classes_are_predicted(tmp_path: Path, cells: Dataset) -> None:
    some = [{**e, "category_id": e["category_id"] + 1} for e in entries(cells) if e["category_id"] < 2]
    assert read(tmp_path, cells, some).class_rule == "category_id - 1"


def test_cocos_ninety_one_ids_have_eighty_classes() -> None:
    assert len(COCO_91) == 80 and COCO_91[1] == 0 and COCO_91[90] == 79 and COCO_91[13] == 11


def test_a_coco_id_leads_through_the_annotation_json(tmp_path: Path) -> None:
    images = [{"id": 501, "file_name": "a.jpg"}, {"id": 502, "file_name": "b.jpg"}]
    source = write(tmp_path / "instances.json", json.dumps({"images": images}))
    set_ = dataset_of([{"path": "a.jpg"}, {"path": "b.jpg"}], format="coco", source=str(source))
    found = read(tmp_path, set_, [{"image_id": 502, "category_id": 0, "bbox": [0, 0, 10, 10], "score": 1.0}])
    assert found.image.tolist() == [1]


def test_ids_that_lead_nowhere_are_told(tmp_path: Path, cells: Dataset) -> None:
    found = read(tmp_path, cells, entries(cells, image_id="nobody"))
    assert len(found) == 0 and found.unknown == ("nobody",) and found.num_ids == 1


def test_a_folder_of_txt_files_with_confidence(tmp_path: Path, cells: Dataset) -> None:
    for n, name in enumerate(("7", "000012")):
        rows = "".join(f"{c} {x} {y} 0.2 0.2 0.8\n" for c, x, y in ROWS[n::2])
        write(tmp_path / "predict" / "labels" / f"{name}.txt", rows)
    assert agree(read_predictions(tmp_path / "predict", cells), cells)


def test_a_folder_of_txt_files_without_confidence_is_refused(tmp_path: Path, cells: Dataset) -> None:
    write(tmp_path / "predict" / "7.txt", "0 0.5 0.5 0.2 0.2\n")
    with pytest.raises(TraindxError, match="save_conf"):
        read_predictions(tmp_path / "predict", cells)


@pytest.mark.parametrize(
    "text", ["", "nonsense", "{}", "[1]", '[{"image_id": 1}]', '[{"category_id": 0, "bbox": [1], "score": 1}]']
)
def test_what_is_no_predictions_file_is_refused_in_one_sentence(tmp_path: Path, cells: Dataset, text: str) -> None:
    with pytest.raises(TraindxError):
        read_predictions(write(tmp_path / "p.json", text), cells)
    with pytest.raises(TraindxError, match="no such"):
        read_predictions(tmp_path / "nothing.json", cells)


def pictures() -> Dataset:
    images = [{"path": f"train/{'cat' if i % 2 else 'dog'}/{i}.jpg", "class_id": i % 2} for i in range(4)]
    return dataset_of(images, names=("dog", "cat"), task="classify", format="imagefolder")


def test_probabilities_in_a_csv_are_ordered_by_the_names_of_their_columns(tmp_path: Path) -> None:
    text = "file,cat,dog\n" + "".join(f"{i}.jpg,{0.8 if i % 2 else 0.1},{0.2 if i % 2 else 0.9}\n" for i in range(4))
    found = read_predictions(write(tmp_path / "p.csv", text), pictures())
    assert found.class_id.tolist() == [0, 1, 0, 1] and found.probabilities[1].tolist() == pytest.approx([0.2, 0.8])


def test_logits_in_an_npz_become_probabilities(tmp_path: Path) -> None:
    logits = np.array([[2.0, -1.0], [0.0, 3.0]])
    np.savez(tmp_path / "p.npz", probabilities=logits, files=np.array(["0.jpg", "1.jpg"]))
    found = read_predictions(tmp_path / "p.npz", pictures())
    assert found.probabilities.sum(axis=1) == pytest.approx([1, 1])
    assert found.probabilities[0, 0] == pytest.approx(1 / (1 + np.exp(-3)))


def test_an_npz_is_not_unpickled(tmp_path: Path) -> None:
    np.savez(tmp_path / "p.npz", probabilities=np.array([{"a": 1}], dtype=object), files=np.array(["0.jpg"]))
    with pytest.raises(TraindxError):
        read_predictions(tmp_path / "p.npz", pictures())


def test_objects_are_cut_out_where_their_boxes_are(tmp_path: Path) -> None:
    pixels = np.zeros((120, 160, 3), np.uint8)
    pixels[:, :80] = (200, 30, 30)
    pixels[:, 80:] = (30, 30, 200)
    root = tmp_path / "set"
    data = dataset(root, {"train/a": "0 0.25 0.5 0.4 0.5\n1 0.75 0.5 0.4 0.5\n", "val/b": ""})
    Image.fromarray(pixels).save(root / "images/train/a.jpg", quality=95)
    (root / "images/val/b.jpg").write_bytes(jpeg(1)[:300])
    before = tree_hash(root)
    crops = look_at_objects(scan(data, ScanOptions(cache=False)))
    assert crops.index.tolist() == [0, 1] and crops.labels.tolist() == [0, 1]
    red, blue = crops.features[:, :48:3], crops.features[:, 2:48:3]
    assert (red[0] > 4 * blue[0]).all() and (blue[1] > 4 * red[1]).all()
    assert tree_hash(root) == before
