"""What the model sees: saved pictures are what entered the network, odd batches are saved too, and nothing is harmed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torchvision
from PIL import Image
from torch import nn

from tests.recorder.conftest import Net, Record, batch
from tests.recorder.detection import Yolo, anchors, backbone, scenes, step, yolo_batch
from traindx.core.recording import Recording
from traindx.core.seen_batches import seen_batches
from traindx.recorder.probes import first_batches
from traindx.recorder.small_pictures import small_copies

IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


def photographs(folder: Path, size: int = 24) -> Any:
    """Eight drawn files of two classes, normalised as for ImageNet."""
    generator = np.random.default_rng(0)
    for number in range(8):
        (folder / ("cat", "dog")[number % 2]).mkdir(parents=True, exist_ok=True)
        pixels = generator.integers(0, 256, (size, size + 6, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / ("cat", "dog")[number % 2] / f"{number}.png")
    transforms = torchvision.transforms
    steps = [transforms.ToTensor(), transforms.Normalize(*IMAGENET)]
    return torchvision.datasets.ImageFolder(str(folder), transforms.Compose(steps))


class Pooled(nn.Module):
    """Takes pictures of any size."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.head = nn.Conv2d(3, 8, 3), nn.Linear(8, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.conv(x).amax((2, 3)))  # type: ignore[no-any-return]


def fit(model: nn.Module, data: Any, epochs: int = 1, size: int = 4) -> None:
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    for _ in range(epochs):
        for x, y in torch.utils.data.DataLoader(data, size):
            step(model, optimizer, nn.functional.cross_entropy(model(x), y))


def load(folder: Path) -> Recording:
    recording = Recording.load(folder)
    assert not recording.of("probe_failed")
    return recording


def test_pictures_are_saved_as_they_enter_and_shown_as_they_were_in_their_files(
    record: Record, folder: Path, tmp_path: Path
) -> None:
    data = photographs(tmp_path / "set")
    with record():
        fit(Pooled(), data)
    first, second = seen_batches(load(folder))
    assert (first.step, first.why, first.of, first.scale) == (0, "first", 4, "ImageNet") and second.step == 1
    assert "whole 255ths" in first.because
    for index, sample in enumerate(first.samples):
        path, target = data.samples[index]
        assert np.array_equal(first.arrays()[f"picture_{index}"], data[index][0].numpy())
        assert np.array_equal(np.asarray(Image.open(sample.picture)), np.asarray(Image.open(path)))
        assert sample.file == path and sample.classes == (target,) and sample.size == (24, 30)
    assert first.names == {0: "cat"} and second.names == {1: "dog"}


def test_large_pictures_are_averaged_over_squares_of_pixels() -> None:
    x = torch.rand(2, 3, 600, 400)
    first, _ = small_copies(torch, [x], 256)
    assert first.factor == 3 and tuple(first.tensor.shape) == (3, 200, 134)
    assert torch.allclose(first.tensor[:, 10, 20], x[0, :, 30:33, 60:63].mean((1, 2)))
    assert torch.allclose(first.tensor[:, 0, 133], x[0, :, 0:3, 399:400].mean((1, 2)))
    assert (
        small_copies(torch, [torch.rand(4, 10)], 256) == [] and small_copies(torch, [torch.rand(1, 64, 8, 8)], 9) == []
    )


def test_boxes_stand_in_pixels_of_what_the_network_received(record: Record, folder: Path) -> None:
    model = Yolo()
    model.names = {0: "ring", 1: "disc"}  # type: ignore[assignment]
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        for number in range(2):
            step(model, optimizer, model(yolo_batch(number))[0])
    first = seen_batches(load(folder))[0]
    np.testing.assert_allclose(first.samples[0].boxes[0], (9.6, 11.2, 28.8, 27.2), rtol=1e-4)
    assert [s.classes for s in first.samples] == [(0, 1), (), (1,)] and first.names == {0: "ring", 1: "disc"}
    assert [s.file for s in first.samples] == ["/data/a/1.jpg", "/data/a/2.jpg", "/data/b/3.jpg"]
    assert first.scale == "0..1" and first.arrays()["targets"].shape == (3, 6)


def test_pictures_of_different_sizes_come_with_their_own_boxes(record: Record, folder: Path) -> None:
    from torchvision.models.detection import RetinaNet

    model = RetinaNet(backbone(), num_classes=3, min_size=64, max_size=64, anchor_generator=anchors())
    optimizer = torch.optim.SGD(model.parameters(), 0.001)
    with record():
        for number in range(2):
            pictures, targets = scenes(number)
            pictures[1] = torch.cat([pictures[1], pictures[1]], dim=2)
            step(model, optimizer, sum(model(pictures, targets).values()))
    first = seen_batches(load(folder))[0]
    assert [s.size for s in first.samples] == [(64, 64), (64, 128), (64, 64)]
    assert first.samples[1].boxes == tuple(tuple(b) for b in scenes(0)[1][1]["boxes"].tolist())


def test_a_batch_whose_loss_is_not_finite_is_saved_also_if_it_is_the_last(record: Record, folder: Path) -> None:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        for number in range(6):
            x, y = batch(4, number)
            x[1] = float("nan") if number == 5 else x[1]
            step(model, optimizer, nn.functional.cross_entropy(model(x), y))
    *_, odd = seen_batches(load(folder))
    assert (odd.step, odd.why) == (5, "loss")
    held = odd.arrays()
    assert [s.not_finite for s in odd.samples] == [0, 3 * 12 * 12, 0, 0]
    assert np.isnan(held["picture_1"]).all() and np.array_equal(held["picture_0"], batch(4, 5)[0][0].numpy())
    assert Image.open(odd.samples[1].picture).size == (12, 12)


def test_a_training_without_end_of_anomalies_saves_a_few(
    record: Record, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.0)
    with record() as session:
        monkeypatch.setattr(session.seen.schedule, "wants", lambda *more: True)
        for number in range(30):
            loss = nn.functional.cross_entropy(model(batch(4)[0]), batch(4)[1])
            step(model, optimizer, loss + float("inf") if number % 2 else loss)
    assert len(seen_batches(load(folder))) == first_batches.FIRST + first_batches.ODD


def test_an_odd_step_that_was_not_recorded_is_saved_coarsely_where_steps_are_slow(
    record: Record, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = photographs(tmp_path / "set", 48)
    model = Pooled()
    optimizer = torch.optim.SGD(model.parameters(), 0.0)
    with record() as session:
        monkeypatch.setattr(session.seen.schedule, "wants", lambda number, *more: number < 2)
        for number, (x, y) in enumerate(torch.utils.data.DataLoader(data, 1)):
            time.sleep(0.07)
            loss = nn.functional.cross_entropy(model(x), y)
            step(model, optimizer, loss + float("nan") if number == 5 else loss)
    *_, odd = seen_batches(load(folder))
    assert (odd.step, odd.why, odd.sampled) == (5, "loss", True) and odd.samples[0].file == data.samples[5][0]
    factor = odd.samples[0].factor
    assert factor == 1 or np.array_equal(odd.arrays()["picture_0"], data[5][0].numpy()[:, ::factor, ::factor])
    assert odd.samples[0].classes is None


def test_fast_steps_that_are_not_recorded_are_not_copied(
    record: Record, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_batches, "SLOW", 3600.0)
    model = Net()
    with record() as session:
        monkeypatch.setattr(session.seen.schedule, "wants", lambda number, *more: number < 2)
        copied: list[int] = []
        copies = first_batches.small_copies
        monkeypatch.setattr(first_batches, "small_copies", lambda *a, **k: copied.append(1) or copies(*a, **k))
        optimizer = torch.optim.SGD(model.parameters(), 0.0)
        for number in range(6):
            x, y = batch(4, number)
            step(model, optimizer, nn.functional.cross_entropy(model(x), y))
    assert len(copied) == 2


def test_bytes_are_bounded(record: Record, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_batches, "BYTES", 1000)
    with record():
        fit(Pooled(), photographs(tmp_path / "set"))
    assert [b.step for b in seen_batches(load(folder))] == [0]


def test_a_model_that_was_tried_before_its_optimizer_was_made_is_not_what_is_saved(
    record: Record, folder: Path
) -> None:
    model = Net()
    with record():
        model(torch.zeros(1, 3, 12, 12))
        optimizer = torch.optim.SGD(model.parameters(), 0.01)
        for number in range(2):
            x, y = batch(4, number)
            step(model, optimizer, nn.functional.cross_entropy(model(x), y))
    assert [b.of for b in seen_batches(load(folder))] == [4, 4]


def test_a_second_process_of_a_rank_writes_beside_the_first(record: Record, folder: Path, tmp_path: Path) -> None:
    for size in (4, 2):
        with record():
            fit(Pooled(), photographs(tmp_path / "set"), size=size)
    assert len(list((folder / "batches").glob("*.npz"))) == 4
    recording = load(folder)
    files = {b.file for b in seen_batches(recording)}
    assert len(files) == 4 and sorted(b.of for b in seen_batches(recording)) == [2, 2, 4, 4]


def test_a_failure_while_writing_ends_this_probe_alone(
    record: Record, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*more: Any, **named: Any) -> Any:
        raise ValueError("no such scale")

    monkeypatch.setattr(first_batches, "guess_scale", broken)
    with record():
        fit(Pooled(), photographs(tmp_path / "set"), epochs=3)
    recording = Recording.load(folder)
    assert [e.data["probe"] for e in recording.of("probe_failed")] == ["first_batches"]
    assert len(recording.step) == 6 and all("targets" in d for d in recording.details.values())


@pytest.mark.parametrize("kind", ["classes", "boxes"])
def test_weights_and_random_numbers_are_those_of_the_unrecorded_training(
    record: Record, tmp_path: Path, kind: str
) -> None:
    def run() -> list[torch.Tensor]:
        torch.manual_seed(3)
        if kind == "classes":
            model: nn.Module = Pooled()
            fit(model, photographs(tmp_path / "set"), epochs=3)
        else:
            model = Yolo()
            optimizer = torch.optim.SGD(model.parameters(), 0.01)
            for number in range(6):
                step(model, optimizer, model(yolo_batch(number))[0])
        return [*model.state_dict().values(), torch.rand(3)]

    plain = run()
    with record():
        recorded = run()
    assert all(torch.equal(a, b) for a, b in zip(plain, recorded, strict=True))


def test_autocast_compiled_and_accumulated_trainings_are_seen_too(record: Record, folder: Path) -> None:
    model = Net()
    called = torch.compile(model, backend="eager")
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        for number in range(4):
            for part in range(2):
                x, y = batch(4, 2 * number + part)
                with torch.autocast("cpu", torch.bfloat16):
                    loss = nn.functional.cross_entropy(called(x), y)
                loss.backward()
            optimizer.step()
            optimizer.zero_grad()
    recording = load(folder)
    assert [b.step for b in seen_batches(recording)] == [0, 1]
    assert np.array_equal(seen_batches(recording)[1].arrays()["picture_0"], batch(4, 2)[0][0].numpy())
    assert recording.details[1]["targets"]["count"] == 4
