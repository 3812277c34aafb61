"""Where a loss pulls at the outputs of a network, seen in real trainings with targets made by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader

from tests.recorder.conftest import Record
from tests.recorder.detection import scenes
from traindx.checks.batches.class_taught_as_nothing import class_taught_as_nothing
from traindx.checks.batches.empty_places_left_out import empty_places_left_out
from traindx.checks.batches.loss_pulls_elsewhere import loss_pulls_elsewhere
from traindx.checks.batches.outputs_in_another_order import outputs_in_another_order
from traindx.core.check import NotEnough
from traindx.core.finding import Finding
from traindx.core.recording import Recording

CHECKS = {
    "B154": empty_places_left_out,
    "B155": class_taught_as_nothing,
    "B158": loss_pulls_elsewhere,
    "B159": outputs_in_another_order,
}
CELLS, EACH = 8, 3


class Scenes(torch.utils.data.Dataset[Any]):
    """64 drawn pictures of 64 pixels, with the corners of their object."""

    def __init__(self) -> None:
        drawn = [scenes(n) for n in range(64)]
        self.items = [(pictures[0], targets[0]["boxes"][0]) for pictures, targets in drawn]

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor, int]:
        return *self.items[index], index % 2


class Grid(nn.Module):
    """Scores and boxes of three anchors a cell: row by row, column by column, then anchor by anchor."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 8, 5, 4, 2), nn.ReLU(), nn.Conv2d(8, 8, 3, 2, 1), nn.ReLU())
        self.score, self.box = nn.Conv2d(8, EACH, 3, padding=1), nn.Conv2d(8, EACH * 4, 3, padding=1)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        f = self.body(x)
        maps = (m.permute(0, 2, 3, 1) for m in (self.score(f), self.box(f)))
        score, box = (m.reshape(len(x), CELLS * CELLS * EACH, -1) for m in maps)
        return score[..., 0], box


class Connected(Grid):
    """The same outputs of a fully connected layer, as YOLOv1 has them: their order is the user's."""

    def __init__(self) -> None:
        super().__init__()
        self.score = self.box = None  # type: ignore[assignment]
        self.every = nn.Linear(8 * CELLS * CELLS, CELLS * CELLS * EACH * 5)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        found = self.every(self.body(x).flatten(1)).reshape(len(x), -1, 5)
        return found[..., 0], found[..., 1:]


def places(fault: str) -> torch.Tensor:
    """The centre of each output, as x and y in pixels, as the user's code has them."""
    rows, columns = torch.meshgrid(torch.arange(CELLS), torch.arange(CELLS), indexing="ij")
    if fault == "exchanged":
        rows, columns = columns, rows
    centres = (torch.stack([columns, rows], dim=-1).float() + 0.5) * (16 if fault == "stride" else 8)
    one = centres.reshape(-1, 2)
    return one.repeat(EACH, 1) if fault == "order" else one.repeat_interleave(EACH, dim=0)


def collated(samples: list[Any]) -> tuple[torch.Tensor, torch.Tensor, list[torch.Tensor]]:
    """Pictures, a box for each, and its class id in a list."""
    pictures, boxes, ids = zip(*samples, strict=True)
    return torch.stack(pictures), torch.stack(boxes), [torch.tensor([number]) for number in ids]


def told(record: Record, folder: Path, fault: str, network: type[Grid] = Grid) -> list[str]:
    torch.manual_seed(0)
    model, points = network(), places(fault)
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        for _ in range(3):
            for picture, corners, ids in DataLoader(Scenes(), 8, collate_fn=collated):
                score, box = model(picture)
                ltrb = torch.cat([points[None] - corners[:, None, :2], corners[:, None, 2:] - points[None]], dim=-1)
                inside = ltrb.amin(dim=-1) > 0
                if fault == "background":
                    inside &= torch.cat(ids)[:, None] > 0
                wanted = inside if fault == "negatives" else torch.ones_like(inside)
                loss = nn.functional.binary_cross_entropy_with_logits(score[wanted], inside.float()[wanted])
                loss = loss + nn.functional.smooth_l1_loss(box[inside], ltrb[inside] / 8)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
    recording = Recording.load(folder)
    assert not recording.of("probe_failed")
    return [
        code for code, check in CHECKS.items() if any(isinstance(row, Finding) for row in rows_of(check, recording))
    ]


def rows_of(check: Any, recording: Recording) -> list[Any]:
    try:
        return list(check.function(recording))
    except NotEnough:
        return []


@pytest.mark.parametrize(
    ("fault", "codes"),
    [
        ("", []),
        ("exchanged", ["B158"]),
        ("stride", ["B158"]),
        ("order", ["B159"]),
        ("negatives", ["B154"]),
        ("background", ["B155"]),
    ],
)
def test_what_is_taught_at_the_places_of_objects(record: Record, folder: Path, fault: str, codes: list[str]) -> None:
    assert told(record, folder, fault) == codes


@pytest.mark.parametrize("order", ["exchanged", "order"])
def test_a_fully_connected_layer_has_places_where_the_training_puts_them(
    record: Record, folder: Path, order: str
) -> None:
    assert told(record, folder, order, Connected) == []
    assert not any("pulled_places" in details for details in Recording.load(folder).details.values())
