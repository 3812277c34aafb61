"""Pipelines of Albumentations: the form of boxes, what becomes of boxes and classes, values. Skipped where it is not installed."""

import json
import os
import subprocess
import sys

import pytest

from tests.inspect.test_augmentation import ALL, drawn, failed
from traindx.core.augmentation import augmentation_of
from traindx.errors import TraindxError
from traindx.inspect.augmentation import audit
from traindx.inspect.labelled_pictures import labelled_pictures
from traindx.inspect.network import QUIET
from traindx.scan import scan

pytest.importorskip("albumentations")

PIPELINES = """
import albumentations as A
import numpy as np
from albumentations.pytorch import ToTensorV2

def params(form="pascal_voc", **more):
    return A.BboxParams(**{"format": form, "label_fields": ["labels"], **more})

END = [A.Normalize(), ToTensorV2()]
flips = [A.Resize(96, 96), A.HorizontalFlip(p=0.5), A.RandomBrightnessContrast()]
corners = A.Compose([*flips, *END], bbox_params=params(min_visibility=0.1))
coco = A.Compose([A.LongestMaxSize(96), A.PadIfNeeded(96, 96), A.VerticalFlip(p=1), *END], bbox_params=params("coco"))
turned = [A.Resize(96, 96), A.Rotate((-10, 10), p=1)]
shares = A.Compose([*turned, A.ToFloat(max_value=255), ToTensorV2()], bbox_params=params("yolo"))
in_the_box = A.Compose([A.Transpose(p=1), *END], bbox_params=A.BboxParams(format="albumentations", label_fields=None))
safe_crop = A.Compose([A.RandomSizedBBoxSafeCrop(96, 96), *END], bbox_params=params())
without_params = A.Compose([A.HorizontalFlip(p=1), *END])
strict = A.Compose([A.RandomCrop(40, 40), *END], bbox_params=params(min_visibility=0.95))
min_area = A.Compose([A.Resize(64, 64), *END], bbox_params=params(min_area=500))
twice = A.Compose([A.Normalize(), A.Normalize(), ToTensorV2()], bbox_params=params())
divided_before = A.Compose([A.ToFloat(max_value=255), A.Normalize(), ToTensorV2()], bbox_params=params())
colours_last = A.Compose([A.Normalize(), A.HueSaturationValue(p=1), ToTensorV2()], bbox_params=params())

def normalised_again(image, boxes, labels):
    found = corners(image=np.array(image), bboxes=boxes, labels=labels)
    mean, std = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    again = (found["image"].permute(1, 2, 0).numpy() - mean) / std
    return again, np.array(found["bboxes"]).reshape(-1, 4), np.array(found["labels"])

def sizes_for_corners(image, boxes, labels):
    boxes = np.hstack([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]])
    found = corners(image=np.array(image), bboxes=boxes, labels=labels)
    return found["image"], found["bboxes"], found["labels"]

def classes_forgotten(image, boxes, labels):
    crop = A.Compose([A.RandomCrop(64, 64), ToTensorV2()], bbox_params=A.BboxParams(format="pascal_voc"))
    found = crop(image=np.array(image), bboxes=[[*box, 0] for box in boxes])
    return found["image"], np.array([b[:4] for b in found["bboxes"]]).reshape(-1, 4), labels
"""
SOUND = ("corners", "coco", "shares", "in_the_box", "safe_crop")
FAULTY = {
    "without_params": "B201",
    "strict": "B203",
    "min_area": "B203",
    "twice": "B214",
    "divided_before": "B215",
    "colours_last": "B212",
    "normalised_again": "B217",
    "classes_forgotten": "B205",
}


@pytest.fixture(scope="module")
def workplace(tmp_path_factory):
    """A folder with the pipelines and a dataset."""
    home = tmp_path_factory.mktemp("albumented")
    (home / "augmentations.py").write_text(PIPELINES)
    drawn(home / "drawn")
    return home


@pytest.fixture(scope="module")
def audited(workplace):
    """What each pipeline made of the drawn pictures."""
    pictures = labelled_pictures(scan(workplace / "drawn" / "data.yaml"), 16)
    request = {"home": str(workplace), "names": [*SOUND, *FAULTY], "pictures": pictures}
    env = {**os.environ, **QUIET, "NO_ALBUMENTATIONS_UPDATE": "1"}
    subprocess.run(
        [sys.executable, "-c", ALL], input=json.dumps(request), text=True, env=env, capture_output=True, check=True
    )
    answers = json.loads((workplace / "answers.json").read_text())
    return {name: augmentation_of(answer) for name, answer in answers.items()}


@pytest.mark.parametrize("name", SOUND)
def test_boxes_of_every_form_follow_their_pictures(audited, name):
    assert failed(audited[name]) == {}
    assert audited[name].kind == "albumentations"


@pytest.mark.parametrize(("name", "code"), FAULTY.items())
def test_a_fault_is_found(audited, name, code):
    assert code in failed(audited[name])


def test_boxes_handed_over_in_another_form_are_said_to_be(workplace, monkeypatch):
    monkeypatch.chdir(workplace)
    monkeypatch.setenv("NO_ALBUMENTATIONS_UPDATE", "1")
    with pytest.raises(TraindxError, match="in another form than its bbox_params name"):
        audit("augmentations.py:sizes_for_corners", scan(workplace / "drawn" / "data.yaml"), None, None)
