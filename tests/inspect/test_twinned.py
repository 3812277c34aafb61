"""Twins of the first batches of a network that is built: what each of them tells, on pictures whose classes can be seen."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torchvision
from PIL import Image

from traindx.checks.twins.augmentation_hides_the_labels import augmentation_hides_the_labels
from traindx.core.finding import Finding
from traindx.core.network import Network, network_of
from traindx.core.tryout import Tryouts
from traindx.core.twins import Twins, gap, pairing, precisions
from traindx.core.twins_read import twins_from
from traindx.core.twins_words import twins_overview
from traindx.inspect.building import Wanted
from traindx.inspect.child import examined

MODELS = """
import torch
from torch import nn

class Small(nn.Module):
    def __init__(self, num_classes=3):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, 2, 1)
        self.norm = nn.BatchNorm2d(8)
        self.conv2 = nn.Conv2d(8, 16, 3, 2, 1)
        self.drop = nn.Dropout(0.2)
        self.fc = nn.Linear(16, num_classes)
    def forward(self, x):
        x = torch.relu(self.conv2(torch.relu(self.norm(self.conv1(x)))))
        return self.fc(self.drop(x.mean((2, 3))))

class Large(Small):
    def forward(self, x):
        return super().forward(x * 3e5)

class Blind(Small):
    def forward(self, x):
        return super().forward(torch.sigmoid(x * 0))

class Tiny(nn.Module):
    def __init__(self, num_classes=3):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.fc = nn.Linear(8, num_classes)
    def forward(self, x):
        return self.fc(self.body(x)) * 1e6 + 1e5
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Models, and 96 pictures of three colours."""
    made = tmp_path_factory.mktemp("twinned")
    (made / "twinned_models.py").write_text(MODELS)
    random = np.random.default_rng(0)
    for at in range(96):
        pixels = random.integers(0, 90, (32, 32, 3), dtype=np.uint8)
        pixels[..., at % 3] += 120
        Image.fromarray(pixels).save(made / f"{at}.png")
    return made


@pytest.fixture(autouse=True)
def there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """In the folder of the models."""
    monkeypatch.chdir(folder)
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if "twinned_models" in name:
            sys.modules.pop(name)


def network(folder: Path, name: str, **more: Any) -> Network:
    """The network with its twins."""
    labelled = [{"path": str(folder / f"{at}.png"), "label": at % 3, "boxes": [], "classes": []} for at in range(96)]
    asked = {"classes": 3, "pictures": [labelled[0]["path"]], "imgsz": 32, "memory": False, "labelled": labelled}
    return network_of(examined(Wanted(f"twinned_models.py:{name}", twins=3.0, **{**asked, **more})))


def twins(folder: Path, name: str, **more: Any) -> Twins:
    """The twins alone."""
    found = network(folder, name, **more)
    assert found.twins, found.notes
    return twins_from(found.twins, planned=10_000)


def shown(found: Twins) -> dict[str, str]:
    """What each twin means, by its name."""
    (table,) = twins_overview(found)
    return {str(row[0]): f"{row[1]}; {row[2]}" for row in table.rows}


def test_a_sound_network_learns_and_each_twin_says_what_it_rules_out(folder: Path) -> None:
    found = twins(folder, "Small")
    told, words = pairing(found), shown(found)
    assert found.steps > 10 and told is not None and told.belongs
    assert "ruled out" in words["in float16"] and "ruled out" in words["in bfloat16"]
    assert "arrive at the loss" in words["zeros as pictures"] and "belong" in words["one another's labels"]
    assert words["done again"].endswith("bit for bit") and found.drops
    assert "no other device here than the processor" in words["on the processor"]


def test_half_precision_that_would_overflow_is_seen_and_full_precision_is_finite(folder: Path) -> None:
    rows = {half: (under.loss, full.loss) for half, under, full in precisions(twins(folder, "Tiny"))}
    assert (
        not math.isfinite(rows["float16"][0])
        and math.isfinite(rows["bfloat16"][0])
        and math.isfinite(rows["float16"][1])
    )


def test_pictures_that_do_not_arrive_are_told_by_zeros(folder: Path) -> None:
    assert "nothing of the pictures arrives" in shown(twins(folder, "Blind"))["zeros as pictures"]


def test_another_device_is_compared_with_the_processor(folder: Path) -> None:
    found = twins(folder, "Small", device="cpu:0")
    assert found.device == "cpu:0" and "device-numerics ruled out" in shown(found)["on the processor"]


def test_weights_of_a_file_are_tried_as_they_are(folder: Path) -> None:
    trained, path = _trained(folder)
    average = {f"module.{k}": v.clone() for k, v in trained.state_dict().items()}
    fresh = {k: torch.randn_like(v) * 0.1 for k, v in average.items() if v.is_floating_point()}
    torch.save({"state_dict": trained.state_dict(), "ema": fresh | {"module.norm.running_var": torch.ones(8)}}, path)
    found = twins(folder, "Small", weights=str(path))
    words, lagging = shown(found), gap(found, "average")
    assert found.steps == 0 and found.weights == str(path) and "know the labels" in words["one another's labels"]
    assert lagging is not None and lagging.loses and "ema-lag" in words["averaged weights (EMA)"]
    assert "batchnorm-stats-stale ruled out" in words["norms as in evaluation"]


def test_statistics_of_a_file_that_are_of_something_else_are_seen(folder: Path) -> None:
    trained, path = _trained(folder)
    trained.norm.running_mean += 5
    torch.save(trained.state_dict(), path)
    assert (
        "batchnorm-stats-stale: the file's"
        in shown(twins(folder, "Small", weights=str(path)))["norms as in evaluation"]
    )


def test_labels_of_another_order_are_seen(folder: Path) -> None:
    trained, path = _trained(folder)
    torch.save({f"model.{k}": v.roll(1, 0) if "fc" in k else v for k, v in trained.state_dict().items()}, path)
    assert "know nothing" in shown(twins(folder, "Small", weights=str(path)))["one another's labels"]


AUGMENTATIONS = """
import torch
from torchvision import transforms as T

turned = T.Compose([T.Resize((32, 32)), T.RandomHorizontalFlip(), T.ToTensor()])
erased = T.Compose([T.Resize((32, 32)), T.ToTensor(), T.Lambda(lambda x: torch.rand(1) * torch.ones_like(x))])
"""


@pytest.mark.parametrize(("name", "hides"), [("turned", False), ("erased", True)])
def test_an_augmentation_that_hides_the_labels_is_told_from_one_that_does_not(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, hides: bool
) -> None:
    for owner, opener in ((Image, "open"), (torchvision.io, "read_image"), (torchvision.io, "decode_image")):
        monkeypatch.setattr(
            owner, opener, getattr(owner, opener)
        )  # what is watched while it runs is as before afterwards
    (folder / "augmentations.py").write_text(AUGMENTATIONS)
    found = network(folder, "Small", augment=f"{folder / 'augmentations.py'}:{name}")
    both = replace(twins_from(found.twins), augmented=twins_from(found.augmented))
    findings = [f for f in augmentation_hides_the_labels({"tryouts": Tryouts(twins=both)}) if isinstance(f, Finding)]
    assert found.augmented and bool(findings) == hides, found.notes
    assert ("ruled out" in shown(both)["with the augmentation"]) != hides


def test_what_has_no_loss_of_its_own_is_said(folder: Path) -> None:
    found = network(folder, "Small", task="detect")
    assert not found.twins and any("no twins: the loss of this" in note for note in found.notes)


def _trained(folder: Path) -> tuple[Any, Path]:
    """A network that has learned the colours, and where to save it."""
    from twinned_models import Small  # type: ignore[import-not-found]

    torch.manual_seed(0)
    model = Small()
    pictures = np.stack([np.array(Image.open(folder / f"{at}.png")) for at in range(96)]) / 255
    inputs = torch.tensor((pictures - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]).float().permute(0, 3, 1, 2)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    for _ in range(60):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(inputs), torch.arange(96) % 3).backward()
        optimizer.step()
    return model, folder / "weights.pt"
