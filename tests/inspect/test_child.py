"""What is seen of networks that are built from the user's code."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from traindx.core.network import Network, network_of
from traindx.errors import TraindxError
from traindx.inspect.building import Built, Wanted
from traindx.inspect.child import _looked, examined

MODELS = """
import torch
from torch import nn

class Small(nn.Module):
    def __init__(self, num_classes=3):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, 2, 1)
        self.norm = nn.BatchNorm2d(8)
        self.conv2 = nn.Conv2d(8, 16, 3, 2, 1)
        self.fc = nn.Linear(16, num_classes)
    def features(self, x):
        return torch.relu(self.conv2(torch.relu(self.norm(self.conv1(x))))).mean((2, 3))
    def forward(self, x):
        return self.fc(self.features(x))

class Mixed(Small):
    def forward(self, x):
        x = self.features(x)
        return self.fc(x.t().reshape(len(x), -1))

class Cut(Small):
    def forward(self, x):
        return self.fc(self.features(x).detach())

class Loose(Small):
    def __init__(self):
        super().__init__()
        self.more = [nn.Linear(16, 16)]
    def forward(self, x):
        return self.fc(self.more[0](self.features(x)))

class Fixed(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, 2, 1)
        self.fc = nn.Linear(4 * 16 * 16, 3)
    def forward(self, x):
        return self.fc(torch.relu(self.conv(x)).flatten(1))

class Drawn(Small):
    def __init__(self):
        super().__init__()
        nn.init.normal_(self.conv2.weight, std=0.5)

class Grid(Small):
    num_classes = 4
    def forward(self, x):
        return self.conv2(torch.relu(self.conv1(x)))

class Overwritten(Small):
    def forward(self, x):
        x = torch.sigmoid(self.features(x))
        y = self.fc(x)
        x.add_(1)
        return y

class Targets(Small):
    def forward(self, x, targets):
        return super().forward(x)

class Rounded(Small):
    def features(self, x):
        return super().features(x).round() * 0

def needs(path):
    return Small()

def fails():
    raise RuntimeError("no such\\nfile")

number = 3
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with models.py, in which the test runs."""
    (tmp_path / "models.py").write_text(MODELS)
    monkeypatch.chdir(tmp_path)
    before = list(sys.path)
    yield tmp_path
    sys.path[:] = before
    sys.modules.pop("models", None)


def built(name: str, **more: object) -> Network:
    """The network of a name in models.py, as it comes out of the child process."""
    plain = examined(Wanted(f"models.py:{name}", memory=False, **{"classes": 3, "imgsz": 32, **more}))  # type: ignore[arg-type]
    return network_of(json.loads(json.dumps(plain)))


def line_of(words: str) -> int:
    """The line of models.py that holds these words."""
    return next(n for n, line in enumerate(MODELS.splitlines(), 1) if words in line)


@pytest.mark.usefixtures("folder")
def test_a_network_is_described_layer_by_layer_with_the_lines_that_made_them() -> None:
    network = built("Small")
    assert [layer.name for layer in network.layers] == ["conv1", "norm", "conv2", "fc"]
    assert network.place("fc").path == "models.py" and network.place("fc").line == line_of(
        "self.fc = nn.Linear(16, num_classes)"
    )
    assert (network.head, network.classes, network.channels, network.imgsz) == ("fc", 3, 3, 32)
    assert network.norms[0].positions == 256 and network.norms[0].biased == "conv1"
    assert all(layer.reached and layer.at_start is not False for layer in network.layers)
    assert len(network.signal) == len(network.gradients) == 3
    assert network.mixing is not None and network.mixing.share == 0 and network.outside == 0
    assert network.scores is not None and network.scores.made_by == "Addmm" and 0.9 < network.scores.loss < 1.5


@pytest.mark.usefixtures("folder")
def test_the_users_number_of_classes_is_handed_to_a_function_that_takes_one() -> None:
    assert (built("Small", given=7).classes, built("Small", given=7).chosen) == (7, "given")
    assert built("Small", classes=5).chosen == "model"  # it has a number of its own


@pytest.mark.usefixtures("folder")
def test_samples_that_meet_in_a_reshape_are_seen() -> None:
    network = built("Mixed")
    assert network.mixing is not None and network.mixing.share > 0.1 and network.mixing.layer == "fc"


@pytest.mark.usefixtures("folder")
def test_layers_behind_a_detach_get_no_gradient() -> None:
    assert {layer.name for layer in built("Cut").layers if not layer.reached} == {"conv1", "norm", "conv2"}


@pytest.mark.usefixtures("folder")
def test_layers_in_a_plain_list_are_counted() -> None:
    assert built("Loose").outside == 2


@pytest.mark.usefixtures("folder")
def test_a_size_that_does_not_fit_is_told_with_its_layer() -> None:
    refused = built("Fixed", imgsz=48).refused
    assert refused is not None and refused.layer == "fc" and "shapes" in refused.error


@pytest.mark.usefixtures("folder")
def test_without_a_size_one_is_found_that_fits() -> None:
    network = built("Fixed", imgsz=None)
    assert (network.imgsz, network.channels, network.refused, network.imgsz_given) == (32, 1, None, False)


@pytest.mark.usefixtures("folder")
def test_the_line_that_drew_a_weight_goes_before_the_line_that_made_the_layer() -> None:
    assert built("Drawn").place("conv2").line == line_of("nn.init.normal_")


@pytest.mark.usefixtures("folder")
def test_a_detector_of_ones_own_tells_classes_and_strides() -> None:
    network = built("Grid", task="detect")
    assert (network.classes, network.strides, network.scores) == (4, (4.0,), None)


@pytest.mark.usefixtures("folder")
def test_names_that_make_no_model_are_told_in_a_line() -> None:
    for name, words in (("needs", "needs path"), ("number", "is int"), ("nothing", "has no nothing")):
        with pytest.raises(TraindxError, match=words):
            built(name)


def test_pictures_of_the_dataset_are_what_is_looked_at(folder: Path) -> None:
    drawn = np.random.default_rng(0)
    for number in range(4):
        Image.fromarray(drawn.integers(0, 255, (40, 60, 3), dtype=np.uint8)).save(folder / f"{number}.png")
    pictures = [str(folder / f"{number}.png") for number in range(4)]
    assert built("Small", pictures=pictures).real and built("Fixed", pictures=pictures).real
    assert not built("Small", pictures=[*pictures[:1], str(folder / "models.py")]).real


def test_a_few_samples_are_learned_by_heart_or_not(folder: Path) -> None:
    drawn = np.random.default_rng(0).integers(0, 255, (6, 32, 32, 3), dtype=np.uint8)
    pictures = [str(folder / f"{n}.png") for n in range(6)]
    for picture, path in zip(drawn, pictures, strict=True):
        Image.fromarray(picture).save(path)
    asked = {"pictures": pictures, "labels": [0, 1, 2, 0, 1, 2], "few": 3.0}
    learned, stuck = built("Small", **asked).few, built("Rounded", **asked).few
    assert learned is not None and learned["samples"] == 6 and learned["losses"][-1] < 0.5 * learned["losses"][0]
    assert stuck is not None and stuck["losses"][-1] > 0.95 * stuck["losses"][0]
    unlabelled = built("Small", **{**asked, "labels": []})
    assert unlabelled.few is None and any("not tried on a few samples" in note for note in unlabelled.notes)


def test_random_numbers_are_the_same_each_time(folder: Path) -> None:
    assert built("Small").scores == built("Small").scores


@pytest.mark.usefixtures("folder")
def test_a_backward_pass_that_fails_is_noted_and_blames_no_layer() -> None:
    network = built("Overwritten")
    assert any("backward pass fails" in note for note in network.notes)
    assert all(layer.reached for layer in network.layers)


@pytest.mark.usefixtures("folder")
def test_a_forward_pass_that_asks_for_more_is_noted() -> None:
    network = built("Targets", imgsz=None)
    assert any("no forward pass" in note and "targets" in note for note in network.notes)
    assert network.samples == 0 and all(layer.reached for layer in network.layers)


@pytest.mark.parametrize(
    ("framework", "size", "looked"),
    [("ultralytics", 1280, 640), ("ultralytics", 640, 640), ("ultralytics", 1000, 1000), ("pytorch", 1280, 1280)],
)
def test_a_large_detector_is_looked_at_with_smaller_pictures_where_its_layers_are_the_same(framework, size, looked):
    built = Built(None, framework)
    assert _looked(built, size) == looked
    assert bool(built.notes) == (looked != size)
