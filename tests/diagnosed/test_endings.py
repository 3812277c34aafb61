"""Trainings that end by an error, keep their graphs, or leave with another status: the cause, its line and its file."""

from __future__ import annotations

from collections.abc import Callable

from tests.diagnosed.conftest import Diagnosed

TRAINING = """
import sys
import numpy
import torch
from PIL import Image
from torch import nn

class Pictures(torch.utils.data.Dataset):
    def __init__(self):
        drawn = numpy.random.default_rng(0)
        self.paths = [f"{i}.png" for i in range(160)]
        for i, path in enumerate(self.paths):
            shade = drawn.integers(0, 60, (12, 12, 3), dtype=numpy.uint8) + numpy.uint8(60 * (i % 4))
            Image.fromarray(shade).save(path)
        DAMAGE
    def __len__(self):
        return len(self.paths)
    def __getitem__(self, i):
        picture = Image.open(self.paths[i]).convert("RGB")
        return torch.from_numpy(numpy.array(picture)).permute(2, 0, 1).float() / 128 - 1, i % 4

torch.manual_seed(0)
loader = torch.utils.data.DataLoader(Pictures(), batch_size=8, shuffle=True, num_workers=WORKERS)
model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(800, 4))
BEFORE
optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
losses = []
for epoch in range(3):
    for x, y in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
AFTER
"""


def training(*, damage: str = "", before: str = "", after: str = "", workers: int = 0) -> str:
    filled = TRAINING.replace("DAMAGE", damage).replace("BEFORE", before).replace("AFTER", after)
    return filled.replace("WORKERS", str(workers))


def test_a_cut_picture_is_named_with_its_line_in_a_worker(diagnosed: Callable[..., Diagnosed]) -> None:
    cut = 'whole = open("77.png", "rb").read(); open("77.png", "wb").write(whole[:100])'
    found = diagnosed(training(damage=cut, workers=1))
    assert found.exit_status == 1 and found.report.verdict == "faulty"
    assert (found.first.cause, found.first.status) == ("corrupt-images", "proved")
    place = found.first.places[0]
    assert (place.path, place.line, place.image) == ("train.py", found.line_of("Image.open(self"), "77.png")


def test_losses_kept_with_their_graphs_are_a_leak_at_their_line(diagnosed: Callable[..., Diagnosed]) -> None:
    found = diagnosed(training().replace("loss.item()", "loss"))
    assert (found.first.cause, found.first.status) == ("memory-leak", "proved")
    assert found.first.places[0].line == found.line_of("losses.append")


def test_a_healthy_training_that_leaves_with_another_status_says_so(diagnosed: Callable[..., Diagnosed]) -> None:
    found = diagnosed(training(after="sys.exit(3)"))
    assert found.exit_status == 3 and found.report.verdict == "healthy"
    assert "left with status 3" in str(found.report.meta["sentence"])
    assert "T026" in found.alarms


def test_weights_that_are_not_finite_from_the_start_are_a_poisoned_checkpoint(
    diagnosed: Callable[..., Diagnosed],
) -> None:
    before = 'state = model.state_dict(); state["4.weight"][0, 0] = float("nan"); model.load_state_dict(state)'
    found = diagnosed(training(before=before))
    assert (found.first.cause, found.first.status) == ("poisoned-checkpoint", "proved")
    assert found.first.places[0].parameter == "4.weight"
