"""Pipelines as trainings have them, right and wrong, for the tests of the audit: each is named as augment=augmentations.py:NAME."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torchvision.transforms import v2

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)

flipped_and_cropped = v2.Compose(
    [
        v2.ToImage(),
        v2.RandomHorizontalFlip(),
        v2.ColorJitter(0.3, 0.3, 0.3),
        v2.RandomResizedCrop(96, (0.6, 1.0)),
        v2.SanitizeBoundingBoxes(),
        v2.ToDtype(torch.float32, scale=True),
        v2.Normalize(MEAN, STD),
    ]
)
jitter_last = v2.Compose(
    [v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Normalize(MEAN, STD), v2.ColorJitter(0.4, 0.4)]
)
not_scaled = v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32), v2.Normalize(MEAN, STD)])
cropped_to_nothing = v2.Compose([v2.ToImage(), v2.RandomResizedCrop(96, (0.01, 0.02)), v2.SanitizeBoundingBoxes()])
plain = v2.Compose([v2.ToImage(), v2.Resize((96, 96)), v2.ToDtype(torch.float32, scale=True), v2.Normalize(MEAN, STD)])


def flipped_alone(image, target):
    """The picture is flipped, its boxes are not."""
    return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if random.random() < 0.5 else image, target


def flipped_the_wrong_way(image, target):
    """The picture is flipped left to right, its boxes upside down."""
    boxes = np.asarray(target["boxes"]).copy()
    boxes[:, [1, 3]] = image.height - boxes[:, [3, 1]]
    return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT), {**target, "boxes": boxes}


def boxes_filtered_alone(image, target):
    """Small boxes are removed, and their classes are not."""
    boxes = np.asarray(target["boxes"])
    return image, {**target, "boxes": boxes[boxes[:, 2] - boxes[:, 0] > 25]}


def blue_first(image, target):
    """As OpenCV reads, and not scaled."""
    return np.asarray(image.resize((96, 96)))[:, :, ::-1].copy(), target


def divided_by_its_range(image):
    """A picture of one colour is divided by zero."""
    pixels = np.asarray(image.convert("L"), dtype=np.float32)[:8, :8]
    with np.errstate(all="ignore"):
        return (pixels - pixels.min()) / (pixels.max() - pixels.min())


class Pictures(torch.utils.data.Dataset):
    """Reads pictures and rows of labels; flips both, or the picture alone."""

    def __init__(self, root, both):
        self.files, self.both = sorted((Path(root) / "images" / "train").iterdir()), both

    def __len__(self):
        return len(self.files)

    def __getitem__(self, at):
        with Image.open(self.files[at]) as opened:
            picture = opened.convert("RGB")
        rows = np.loadtxt(str(self.files[at]).replace("images", "labels").replace(".png", ".txt"), ndmin=2)
        if random.random() < 0.5:
            picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
            rows[:, 1] = 1 - rows[:, 1] if self.both else rows[:, 1]
        return v2.functional.pil_to_tensor(picture).float() / 255, torch.from_numpy(rows)


def own_dataset():
    """As it should be."""
    return Pictures(Path(__file__).parent / "drawn", True)


def own_dataset_flipped_alone():
    """Boxes left behind."""
    return Pictures(Path(__file__).parent / "drawn", False)
