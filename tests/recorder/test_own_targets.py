"""Boxes and maps of a form of the user's own, and what is given to torchvision's functions of boxes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
import torchvision
from torch import nn
from torch.utils.data import DataLoader

from tests.recorder.conftest import Record
from tests.recorder.detection import scenes
from traindx.core.box_calls import sites_of
from traindx.core.own_boxes import own_boxes_of
from traindx.core.recording import Recording
from traindx.core.target_places import EXCHANGED, elsewhere, target_places_of

Sample = tuple[torch.Tensor, torch.Tensor, torch.Tensor]


class Scenes(torch.utils.data.Dataset[Any]):
    """One drawn object in each of 64 pictures, its corners as shares, and a grid of 8 x 8 with the cell of its centre."""

    def __init__(self, transposed: bool) -> None:
        drawn = [scenes(n) for n in range(64)]
        self.pictures = [pictures[0] for pictures, _ in drawn]
        self.boxes = [targets[0]["boxes"][0] / 64 for _, targets in drawn]
        self.transposed = transposed

    def __len__(self) -> int:
        return 64

    def __getitem__(self, index: int) -> Sample:
        box, grid = self.boxes[index], torch.zeros(8, 8, 5)
        column, row = (int(v) for v in (box[:2] + box[2:]) / 2 * 8)
        grid[(column, row) if self.transposed else (row, column)] = torch.tensor([1.0, *box])
        return self.pictures[index], box, grid


def train(record: Record, folder: Path, *, transposed: bool = False, corners: bool = True) -> Recording:
    model = nn.Sequential(nn.Conv2d(3, 4, 3, 8, 1), nn.Flatten(), nn.Linear(256, 4), nn.Sigmoid())
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    loader = DataLoader(Scenes(transposed), 8)

    def as_given(box: torch.Tensor) -> torch.Tensor:
        return box if corners else torchvision.ops.box_convert(box, "xyxy", "cxcywh")

    with record():
        for _ in range(2):
            for picture, box, _grid in loader:
                found = model(picture)
                loss = nn.functional.mse_loss(found, box)
                loss = loss + 0 * torchvision.ops.generalized_box_iou(found, as_given(box)).diagonal().sum()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            with torch.no_grad():
                for picture, box, _grid in loader:
                    model(picture)
                    torchvision.ops.box_iou(boxes1=as_given(box), boxes2=box)
    recording = Recording.load(folder)
    assert not recording.of("probe_failed")
    return recording


def test_corners_of_ones_own_meet_the_edges_of_their_pictures(record: Record, folder: Path) -> None:
    places = own_boxes_of(train(record, folder))
    assert places is not None and len(places.said) >= 60
    given, *mirrored = places.certainty(places.said)[0]
    assert given > 4 * max(mirrored)


def test_cells_of_a_transposed_grid_are_told(record: Record, folder: Path) -> None:
    places = target_places_of(train(record, folder, transposed=True))
    assert places is not None and [e.layout for e in elsewhere(places) if e.whole] == [EXCHANGED]


def test_cells_on_their_objects_are_quiet(record: Record, folder: Path) -> None:
    places = target_places_of(train(record, folder))
    assert places is not None and not [e for e in elsewhere(places) if e.whole or e.some]


def test_calls_are_told_by_line_in_training_and_validation(record: Record, folder: Path) -> None:
    sites = sites_of(train(record, folder, corners=False))
    lost = [s for s in sites if s.call == "overlap" and not s.validating]
    judged = [s for s in sites if s.call == "overlap" and s.validating]
    assert all(s.learns == (True, False) and s.inverted[1] > 0 for s in lost) and len(lost) >= 10
    assert [s.step for s in judged] == [7, 15] and {s.line for s in judged} != {s.line for s in lost}
    met = judged[0].meeting
    assert met is not None and max(met.read, key=lambda name: met.read[name]) == "first: centre and size"
    assert {s.call for s in sites} == {"overlap", "xyxy to cxcywh"}
    assert Path(judged[0].path).name == Path(__file__).name


def test_a_conversion_inside_of_the_line_that_compares_is_a_site_of_its_own(record: Record, folder: Path) -> None:
    model = nn.Linear(4, 4)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    boxes, ops = torch.tensor([[2.0, 2.0, 2.0, 2.0], [3.0, 4.0, 2.0, 2.0]]), torchvision.ops
    with record():
        for _ in range(3):
            found = model(boxes)
            ops.box_iou(
                ops.box_convert(found, "cxcywh", "xyxy"), ops.box_convert(boxes, "cxcywh", "xyxy")
            ).sum().backward()
            optimizer.step()
    recording = Recording.load(folder)
    assert not recording.of("probe_failed")
    assert {s.call for s in sites_of(recording)} == {"overlap", "cxcywh to xyxy"}


def test_calls_that_torchvision_makes_are_not_told(record: Record, folder: Path) -> None:
    model = nn.Linear(4, 4)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    boxes = torch.tensor([[0.0, 0.0, 2.0, 2.0]])
    with record():
        for _ in range(3):
            model(boxes).sum().backward()
            torchvision.ops.batched_nms(boxes, torch.ones(1), torch.zeros(1), 0.5)
            optimizer.step()
    assert {(s.call, s.boxes) for s in sites_of(Recording.load(folder))} == {("nms", (1,))}


def test_what_torchmetrics_is_given_is_told(record: Record, folder: Path) -> None:
    from torchmetrics.detection import MeanAveragePrecision

    model = nn.Linear(4, 4)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    boxes = torch.tensor([[10.0, 10.0, 30.0, 34.0], [40.0, 20.0, 60.0, 42.0]])
    sized = torchvision.ops.box_convert(boxes, "xyxy", "xywh")
    labels = torch.zeros(2, dtype=torch.int64)
    with record():
        for _ in range(2):
            model(boxes).sum().backward()
            optimizer.step()
        for form in ("xyxy", "xywh"):
            metric = MeanAveragePrecision(box_format=form)
            with torch.no_grad():
                model(boxes)
            predicted = [{"boxes": sized, "scores": torch.tensor([0.2, 0.9]), "labels": labels}]
            metric.update(predicted, [{"boxes": boxes, "labels": labels}])
    (site,) = sites_of(Recording.load(folder))
    assert site.validating and Path(site.path).name == Path(__file__).name and site.boxes == (2, 2)
    assert site.meeting is not None and site.meeting.read["first: corner and size"] == 1
