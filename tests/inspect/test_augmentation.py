"""Augmentations that are run on drawn pictures: what they do to boxes and values is measured through the pipeline itself."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from traindx import examine
from traindx.checks import all_checks
from traindx.core.augmentation import augmentation_of
from traindx.core.finding import Picture
from traindx.core.runner import run_checks
from traindx.inspect.augmenting.boxes import as_corners, overlaps
from traindx.inspect.labelled_pictures import labelled_pictures
from traindx.inspect.network import QUIET
from traindx.scan import scan

PIPELINES = Path(__file__).parent / "augmentations.py"
SIDE = 128


def drawn(root, number=12):
    """Pictures of one shade each with two ellipses, whose boxes differ in size, place and class."""
    rng = np.random.default_rng(3)
    for part in ("images", "labels"):
        (root / part / "train").mkdir(parents=True)
    for n in range(number):
        picture = Image.new("RGB", (SIDE, SIDE), tuple(int(v) for v in rng.integers(20, 230, 3)))
        draw, rows = ImageDraw.Draw(picture), []
        for label, (x, w) in enumerate(((10 + 2 * (n % 4), 22), (70, 44))):
            y = 12 + 4 * (n % 5)
            draw.ellipse((x, y, x + w, y + 30), fill=tuple(int(v) for v in rng.integers(0, 255, 3)))
            rows.append(f"{label} {(x + w / 2) / SIDE} {(y + 15) / SIDE} {w / SIDE} {30 / SIDE}")
        picture.save(root / "images" / "train" / f"{n:02}.png")
        (root / "labels" / "train" / f"{n:02}.txt").write_text("\n".join(rows))
    (root / "data.yaml").write_text(f"path: {root}\ntrain: images/train\nval: images/train\nnames: [small, large]\n")
    return root / "data.yaml"


ASKED = (
    *(
        "flipped_alone",
        "flipped_the_wrong_way",
        "boxes_filtered_alone",
        "jitter_last",
        "not_scaled",
        "cropped_to_nothing",
    ),
    *("divided_by_its_range", "flipped_and_cropped", "plain", "blue_first", "own_dataset", "own_dataset_flipped_alone"),
    "ultralytics:mosaic=0,degrees=10",
)
ALL = """
import json, sys
from traindx.inspect.augmenting.child import audited
request = json.load(sys.stdin)
answers = {}
for name in request["names"]:
    spec = name if ":" in name else f"{request['home']}/augmentations.py:{name}"
    folder = f"{request['home']}/kept-{len(answers)}"
    __import__("os").mkdir(folder)
    answers[name] = audited({"spec": spec, "pictures": request["pictures"], "imgsz": 128, "training": True, "folder": folder})
open(f"{request['home']}/answers.json", "w").write(json.dumps(answers))
"""
"""All in one process, which is what takes the time; how one is asked for in a process of its own is tested below."""


@pytest.fixture(scope="module")
def workplace(tmp_path_factory):
    """A folder with the pipelines and, beside them, the dataset that one of them reads."""
    home = tmp_path_factory.mktemp("augmented")
    shutil.copy(PIPELINES, home / "augmentations.py")
    drawn(home / "drawn")
    return home


@pytest.fixture(scope="module")
def audited(workplace):
    """What each pipeline made of the drawn pictures."""
    request = {
        "home": str(workplace),
        "names": ASKED,
        "pictures": labelled_pictures(scan(workplace / "drawn" / "data.yaml"), 16),
    }
    env = {**os.environ, **QUIET, "YOLO_CONFIG_DIR": str(workplace)}
    subprocess.run(
        [sys.executable, "-c", ALL], input=json.dumps(request), text=True, env=env, capture_output=True, check=True
    )
    answers = json.loads((workplace / "answers.json").read_text())
    return {name: augmentation_of(answer) for name, answer in answers.items()}


def failed(found, validation=None):
    """The checks of augmentation that fail, with what they say."""
    outcomes = run_checks(
        all_checks(), {"augmentation": replace(found, validation=validation)}, select=["B20", "B21", "B22"]
    )
    assert [o.reason for o in outcomes if o.status == "crashed"] == []
    return {o.code: o.findings[0] for o in outcomes if o.status == "failed"}


def test_a_flip_of_the_picture_alone_is_seen_with_its_line(audited):
    found = failed(audited["flipped_alone"])
    assert set(found) == {"B201"}
    place = found["B201"].place
    assert place.path is not None and place.path.endswith("augmentations.py")
    assert "def flipped_alone" in PIPELINES.read_text().splitlines()[(place.line or 0) - 1]


def test_boxes_that_follow_crops_and_flips_are_right_and_validation_is_compared(audited):
    assert failed(audited["flipped_and_cropped"], audited["plain"]) == {}
    assert {"B220", "B221"} <= set(failed(audited["plain"], audited["blue_first"]))
    assert set(failed(audited["plain"], audited["flipped_and_cropped"])) == {"B222"}


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("flipped_the_wrong_way", {"B202"}),
        ("boxes_filtered_alone", {"B203", "B205"}),
        ("jitter_last", {"B212"}),
        ("not_scaled", {"B213"}),
        ("cropped_to_nothing", {"B207", "B216"}),
        ("divided_by_its_range", {"B204", "B207", "B208"}),
        ("own_dataset_flipped_alone", {"B201"}),
        ("own_dataset", set()),
        ("ultralytics:mosaic=0,degrees=10", set()),
    ],
)
def test_each_fault_is_named_and_no_other(audited, name, codes):
    assert set(failed(audited[name])) == codes


def test_nothing_is_left_beside_the_dataset(workplace, audited):
    assert sorted(p.name for p in (workplace / "drawn").iterdir()) == ["data.yaml", "images", "labels"]
    assert sorted(p.name for p in (workplace / "drawn" / "labels").iterdir()) == ["train"]


def test_one_is_run_in_a_process_of_its_own_and_its_results_are_shown(workplace):
    spec = f"{workplace / 'augmentations.py'}:plain"
    report = examine.check(workplace / "drawn" / "data.yaml", augment=spec, select=["B20", "B21"])
    shown = [part for part in report.overview if isinstance(part, Picture)]
    assert report.verdict == "healthy" and len(shown) == 12 and all(Path(p.path).is_file() for p in shown)


def test_what_cannot_be_run_is_said_and_the_rest_is_examined(workplace):
    report = examine.check(workplace / "drawn" / "data.yaml", augment="nowhere.py:f")
    assert "no such file" in report.meta["augment_error"] and report.outcomes


def test_formats_of_boxes_are_read_as_corners():
    given = {
        "corners in pixels": [10, 20, 50, 60],
        "corner and size in pixels": [10, 20, 40, 40],
        "centre and size in pixels": [30, 40, 40, 40],
        "centre and size in shares": [0.3, 0.2, 0.4, 0.2],
        "corners in shares": [0.1, 0.1, 0.5, 0.3],
    }
    for name, box in given.items():
        assert as_corners(np.array([box], float), name, 100, 200).tolist() == [[10, 20, 50, 60]]
    square = np.array([[0, 0, 10, 10]], float)
    assert overlaps(square, square + 5)[0, 0] == pytest.approx(25 / 175)


def test_a_fact_is_the_same_after_its_json():
    box = {"before": [0, 0, 1, 1], "seen": [0, 0, 9, 9], "given": [0, 0, 9, 8], "overlap": 0.9}
    plain = {"path": "a", "size": [9, 9], "channels": 3, "dtype": "uint8", "low": 0, "high": 1, "mean": [1], "std": [1]}
    fact = augmentation_of(
        {"spec": "s", "kind": "k", "samples": [{**plain, "boxes": [[0, 0, 9, 8]], "followed": [box]}]}
    )
    assert fact.samples[0].boxes == ((0, 0, 9, 8),) and fact.samples[0].followed[0].seen == (0, 0, 9, 9)
