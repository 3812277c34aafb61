"""What the answers of a network in validation know of the boxes of their batch, seen in a real training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader

from tests.recorder.conftest import Record
from traindx.checks.validation.answers_lost_before_the_metric import answers_lost_before_the_metric
from traindx.core.answered_places import answered_places_of
from traindx.core.finding import Finding
from traindx.core.history import history_of
from traindx.core.recording import Recording

STRIDE = 4


class Squares(torch.utils.data.Dataset[Any]):
    """48 pictures of 32 pixels with one bright rectangle each, and its corners."""

    def __init__(self) -> None:
        generator = torch.Generator().manual_seed(0)
        self.items = []
        for _ in range(48):
            w, h = (int(v) for v in torch.randint(4, 16, (2,), generator=generator))
            x, y = (
                int(torch.randint(0, 32 - w, (1,), generator=generator)),
                int(torch.randint(0, 32 - h, (1,), generator=generator)),
            )
            picture = torch.zeros(3, 32, 32)
            picture[:, y : y + h, x : x + w] = 1
            self.items.append((picture, torch.tensor([x, y, x + w, y + h], dtype=torch.float32)))

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        return self.items[index]


class Sums(nn.Module):
    """Tells the sides of what is bright around a place, and how much of it is: it knows from its start what others learn."""

    def __init__(self, knows: bool) -> None:
        super().__init__()
        self.scale, self.knows = nn.Parameter(torch.ones(3)), knows

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        bright = x[:, 0]
        wide, high = bright.amax(dim=1).sum(dim=1), bright.amax(dim=2).sum(dim=1)
        if not self.knows:
            wide, high = wide.flip(0), high.flip(0)
        near = nn.functional.avg_pool2d(bright[:, None], 9, STRIDE, 4)
        sides = torch.stack([wide, high], dim=1)[:, :, None, None].expand(-1, -1, *near.shape[2:])
        return torch.cat([near, sides], dim=1) * self.scale[None, :, None, None]


@pytest.mark.parametrize("knows", [True, False])
def test_answers_that_know_the_boxes_and_a_metric_of_nothing(record: Record, folder: Path, knows: bool) -> None:
    model, loader = Sums(knows), DataLoader(Squares(), 8)
    optimizer = torch.optim.SGD(model.parameters(), 1e-4)
    with record():
        for _ in range(4):
            for picture, _ in loader:
                optimizer.zero_grad()
                model(picture).square().mean().backward()
                optimizer.step()
            with torch.no_grad():
                for picture, _ in loader:
                    model(picture)
    recording = Recording.load(folder)
    assert not recording.of("probe_failed")
    known = answered_places_of(recording)
    assert len(known) == 4 and known[-1].pictures == 32 and known[-1].where > 0.2
    assert (min(known[-1].wide, known[-1].high) > 0.9) is knows
    history = history_of([{"metric/mAP50": 0.001 * n} for n in range(6)])
    found = [row for row in answers_lost_before_the_metric.function(history, recording) if isinstance(row, Finding)]
    assert bool(found) is knows
