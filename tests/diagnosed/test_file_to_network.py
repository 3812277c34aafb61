"""From the file to the network: what a loop feeds its model wrongly is named, with the line where it takes its batches."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.diagnosed.conftest import Diagnosed

DIGITS = """
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
digits = load_digits()
mixed = torch.randperm(1797)
x, y = torch.tensor(digits.images, dtype=torch.float32)[mixed, None] / 16, torch.tensor(digits.target)[mixed]
x_train, y_train, x_val = (x[:1400] - 0.3) / 0.38, y[:1400], (x[1400:] - 0.3) / 0.38
train = DataLoader(TensorDataset(x_train, y_train), batch_size=64, shuffle=True)
val = DataLoader(TensorDataset(x_val, y[1400:]), batch_size=64)
model = nn.Sequential(nn.Conv2d(1, 16, 3), nn.ReLU(), nn.Conv2d(16, 32, 3), nn.ReLU(), nn.Flatten(), nn.Linear(512, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
criterion = nn.CrossEntropyLoss()
for epoch in range(3):
    for images, labels in train:
        optimizer.zero_grad()
        loss = criterion(model(images), labels)
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        print(sum((model(images).argmax(1) == labels).sum().item() for images, labels in val))
"""

BOXES = """
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Rectangles(Dataset):
    def __len__(self):
        return 96

    def __getitem__(self, i):
        draw = torch.Generator().manual_seed(i)
        x = torch.rand(3, 96, 96, generator=draw) * 0.1 + 0.2
        left, top, width, height = (torch.randint(20, 45, (4,), generator=draw) - torch.tensor([15, 15, 0, 0])).tolist()
        x[i % 3, top : top + height, left : left + width] += 0.6
        boxes = torch.tensor([[left, top, left + width, top + height]], dtype=torch.float32)
        if torch.rand(()) < 0.5:
            x = x.flip(-1)
            boxes = torch.stack([96 - boxes[:, 2], boxes[:, 1], 96 - boxes[:, 0], boxes[:, 3]], 1)
        return x, {"boxes": boxes, "labels": torch.tensor([i % 3 + 1])}


class Detector(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 16, 3, 2, 1), nn.BatchNorm2d(16), nn.ReLU(), nn.Conv2d(16, 4, 3, 2, 1))

    def forward(self, images, targets):
        scores = self.body(torch.stack(images))
        truth = torch.zeros(len(images), *scores.shape[2:], dtype=torch.long)
        for n, target in enumerate(targets):
            for (a, b, c, d), label in zip((target["boxes"] / 4).long().tolist(), target["labels"].tolist()):
                truth[n, b:d, a:c] = label
        return {"loss_map": nn.functional.cross_entropy(scores, truth)}


torch.manual_seed(0)
loader = DataLoader(Rectangles(), batch_size=8, shuffle=True, collate_fn=lambda batch: tuple(zip(*batch)))
model = Detector()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(4):
    for images, targets in loader:
        loss = sum(model(list(images), list(targets)).values())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
"""

WORKERS = """
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Shifted(Dataset):
    def __init__(self):
        self.rng = np.random.default_rng(0)

    def __len__(self):
        return 128

    def __getitem__(self, i):
        x = torch.zeros(1, 12, 12)
        x[:, i % 4 * 3 : i % 4 * 3 + 3] = 1
        return x.roll(int(self.rng.integers(0, 3)), -1), i % 4


def main():
    loader = DataLoader(Shifted(), batch_size=16, shuffle=True, num_workers=2)
    model = nn.Sequential(nn.Flatten(), nn.Linear(144, 4))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for epoch in range(5):
        for x, y in loader:
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x), y).backward()
            optimizer.step()


main()
"""


def edited(script: str, old: str, new: str) -> str:
    assert old in script
    return script.replace(old, new)


@pytest.mark.parametrize("script", [DIGITS, BOXES], ids=["with a validation", "boxes flipped with their pictures"])
def test_what_is_fed_rightly_is_healthy(diagnosed: Callable[..., Diagnosed], script: str) -> None:
    found = diagnosed(script)
    assert (found.report.verdict, found.first.cause, found.alarms) == ("healthy", "healthy", [])


def test_a_validation_that_is_not_normalised_is_named_with_its_line(diagnosed: Callable[..., Diagnosed]) -> None:
    found = diagnosed(edited(DIGITS, "y[:1400], (x[1400:] - 0.3) / 0.38", "y[:1400], x[1400:]"))
    assert (found.first.cause, found.first.status) == ("train-val-transform-mismatch", "proved")
    assert found.first.places[0].line == found.line_of("print(sum(")


def test_batches_sorted_by_class_are_named_with_the_loader_that_does_not_shuffle(
    diagnosed: Callable[..., Diagnosed],
) -> None:
    script = edited(DIGITS, "batch_size=64, shuffle=True", "batch_size=64")
    by_class = "order = y_train.argsort()\nx_train, y_train = x_train[order], y_train[order]\ntrain = DataLoader"
    found = diagnosed(edited(script, "train = DataLoader", by_class))
    assert (found.first.cause, found.first.status) == ("not-shuffled", "proved")
    assert (found.first.places[0].line, found.first.places[0].setting) == (
        found.line_of("train = DataLoader"),
        "shuffle",
    )


def test_pictures_divided_by_255_twice_are_named(diagnosed: Callable[..., Diagnosed]) -> None:
    script = edited(DIGITS, "(x[:1400] - 0.3) / 0.38", "x[:1400] / 255")
    found = diagnosed(edited(script, "(x[1400:] - 0.3) / 0.38", "x[1400:] / 255"))
    assert found.report.verdict == "faulty" and found.first.cause == "unscaled-inputs"
    assert found.first.places[0].line == found.line_of("in train:")


def test_a_batch_of_raw_pixels_among_others_explains_the_spike(diagnosed: Callable[..., Diagnosed]) -> None:
    script = edited(DIGITS, "batch_size=64, shuffle=True", "batch_size=64")
    found = diagnosed(edited(script, "train = DataLoader", "x_train[960:1024] *= 255\ntrain = DataLoader"))
    assert (found.first.cause, found.first.status, found.first.places[0].step) == ("outlier-batch", "proved", 15)


def test_boxes_left_behind_by_a_flip_are_named(diagnosed: Callable[..., Diagnosed]) -> None:
    flip = "            boxes = torch.stack([96 - boxes[:, 2], boxes[:, 1], 96 - boxes[:, 0], boxes[:, 3]], 1)\n"
    found = diagnosed(edited(BOXES, flip, ""))
    assert (found.first.cause, found.first.status) == ("boxes-not-transformed", "proved")
    assert found.first.places[0].line == found.line_of("in loader:")


def test_a_generator_that_all_workers_inherit_is_named(diagnosed: Callable[..., Diagnosed]) -> None:
    found = diagnosed(WORKERS)
    assert (found.first.cause, found.first.status) == ("duplicate-worker-seeds", "proved")
    assert found.first.places[0].line == found.line_of("loader = DataLoader")
