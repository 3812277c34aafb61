"""Functions of the user's own that are named after the overlap of boxes."""

from __future__ import annotations

import cProfile
import inspect
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from tests.recorder.conftest import Record
from traindx.core.box_calls import own_overlaps_of, sites_of
from traindx.core.own_overlaps import is_overlap
from traindx.core.recording import Recording


def box_iou(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    lower, upper = torch.max(a[:, None, :2], b[None, :, :2]), torch.min(a[:, None, 2:], b[None, :, 2:])
    shared = (upper - lower).clamp(min=0).prod(2)
    sides = [(x[:, 2:] - x[:, :2]).prod(1) for x in (a, b)]
    return shared / (sides[0][:, None] + sides[1][None] - shared + 1e-6)


def overlap_area(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return (torch.min(a[:, None, 2:], b[None, :, 2:]) - torch.max(a[:, None, :2], b[None, :, :2])).clamp(min=0).prod(2)


def bbox_iou(a: torch.Tensor, b: torch.Tensor, GIoU: bool = True) -> torch.Tensor:
    iou = box_iou(a, b)
    hull = (torch.max(a[:, None, 2:], b[None, :, 2:]) - torch.min(a[:, None, :2], b[None, :, :2])).prod(2)
    return iou - (1 - iou) * (1 - iou.clamp(max=0.9)) * hull / hull.max() if GIoU else iou


def iou_of_each(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    lower, upper = torch.max(a[:, :2], b[:, :2]), torch.min(a[:, 2:], b[:, 2:])
    shared = (upper - lower).clamp(min=0).prod(1)
    return shared / ((a[:, 2:] - a[:, :2]).prod(1) + (b[:, 2:] - b[:, :2]).prod(1) - shared + 1e-6)


def iou_of_columns(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return box_iou(b, a)


class Overlaps:
    """Two more, as methods."""

    @staticmethod
    def iou_of_centres(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return box_iou(*(torch.cat([x[:, :2] - x[:, 2:] / 2, x[:, :2] + x[:, 2:] / 2], 1) for x in (a, b)))

    def jaccard(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        lower, upper = torch.max(a[:, None, :2], b[None, :, :2]), torch.min(a[:, None, 2:], b[None, :, 2:])
        shared = (upper - lower).prod(2).abs()
        return shared / ((a[:, 2:] - a[:, :2]).prod(1)[:, None] + shared)


def boxes(n: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(n)
    corner = torch.rand(12, 2, generator=generator) * 60
    corners = torch.cat([corner, corner + 5 + torch.rand(12, 2, generator=generator) * 30], 1)
    return corners, torch.cat([(corners[:, :2] + corners[:, 2:]) / 2, corners[:, 2:] - corners[:, :2]], 1)


def train(record: Record, folder: Path, overlap: Any, *, centres: bool = False, first: int = 7) -> Recording:
    model = nn.Linear(3, 2)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with record():
        for n in range(12):
            loss = model(torch.ones(4, 3)).square().mean()
            overlap(boxes(n)[centres][:first], boxes(n)[centres])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return Recording.load(folder)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("iou", True),
        ("bbox_iou", True),
        ("box_iou_np", True),
        ("jaccard", True),
        ("bbox_overlaps", True),
        ("calculateIoU", True),
        ("calc_iou", True),
        ("bb_intersection_over_union", True),
        ("giou_loss", False),
        ("generalized_iou", False),
        ("mask_iou", False),
        ("mean_iou", False),
        ("previous", False),
    ],
)
def test_names(name: str, expected: bool) -> None:
    assert is_overlap(name) is expected


@pytest.mark.parametrize(("overlap", "centres"), [(box_iou, False), (Overlaps.iou_of_centres, True)])
def test_how_a_right_function_reads_boxes_is_known(record: Record, folder: Path, overlap: Any, centres: bool) -> None:
    recording = train(record, folder, overlap, centres=centres)
    named = [
        (e["function"], e["format"]) for s, e in own_overlaps_of(recording) if e["function"] != "box_iou" or not centres
    ]
    assert set(named) == {(overlap.__name__, "cxcywh" if centres else "xyxy")}
    sites = [s for s in sites_of(recording) if s.call == "overlap"]
    assert sites and all(s.inverted == (0, 0) and s.meeting and s.meeting.given > 0.99 for s in sites)


def test_a_wrong_function_is_known_and_taken_for_nothing_else(record: Record, folder: Path) -> None:
    recording = train(record, folder, Overlaps().jaccard)
    assert {e["function"] for _, e in own_overlaps_of(recording)} == {"jaccard"}
    assert min(e["off"] for _, e in own_overlaps_of(recording)) > 0.1
    assert not sites_of(recording)


def test_an_area_and_the_other_way_round_are_overlaps_too(record: Record, folder: Path) -> None:
    def both(a: torch.Tensor, b: torch.Tensor) -> None:
        overlap_area(a, b)
        iou_of_columns(a, b)

    recording = train(record, folder, both, first=12)
    found = {e["function"]: e["off"] for _, e in own_overlaps_of(recording)}
    assert {"overlap_area", "iou_of_columns"} <= set(found) and max(found.values()) < 0.001


def test_what_may_return_another_measure_is_not_judged(record: Record, folder: Path) -> None:
    assert {e["function"] for _, e in own_overlaps_of(train(record, folder, bbox_iou))} == {"box_iou"}


@pytest.mark.parametrize("first", [4, 1])
def test_four_rows_may_be_columns(record: Record, folder: Path, first: int) -> None:
    assert bool(own_overlaps_of(train(record, folder, box_iou, first=first))) == (first == 1)


def test_boxes_that_are_compared_one_by_one_meet_those_in_their_place_alone(record: Record, folder: Path) -> None:
    recording = train(record, folder, lambda a, b: iou_of_each(a, b.roll(1, 0)), first=12)
    met = [s.meeting for s in sites_of(recording) if s.meeting is not None]
    assert met and all(m.pairs == 12 and m.given < 0.3 for m in met)  # the box itself is in the set, in another place


def test_functions_stay_as_they_are(record: Record, folder: Path) -> None:
    compiled = torch.compile(box_iou, backend="aot_eager", fullgraph=True)

    def overlap(a: torch.Tensor, b: torch.Tensor) -> None:
        assert inspect.getsource(box_iou).startswith("def box_iou(a: torch.Tensor")
        expected = box_iou(a, b)
        assert torch.equal(torch.jit.script(box_iou)(a, b), expected) and torch.allclose(compiled(a, b), expected)

    recording = train(record, folder, overlap)
    assert {e["format"] for _, e in own_overlaps_of(recording)} == {"xyxy"}
    assert sys.getprofile() is None


def test_whoever_profiles_is_left_alone(record: Record, folder: Path) -> None:
    profile = cProfile.Profile()
    profile.enable()
    recording = train(record, folder, box_iou)
    profile.disable()
    assert not own_overlaps_of(recording)
    assert any("box_iou" in str(entry.code) for entry in profile.getstats())


def test_an_error_of_the_function_is_the_users(record: Record, folder: Path) -> None:
    with pytest.raises(IndexError) as raised:
        train(record, folder, lambda a, b: box_iou(a, b[0]))
    assert raised.traceback[-1].name == "box_iou" and sys.getprofile() is None
