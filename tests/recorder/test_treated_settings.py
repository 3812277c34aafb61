"""Treatments of settings, augmentation, the end of a run and ranks reach what they speak of."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import tv_tensors
from torchvision.transforms import transforms as classic
from torchvision.transforms import v2

from tests.recorder.conftest import Net, Record, batch
from tests.recorder.treated import entropy, plain, trained
from tests.scan.drawn import dataset
from traindx.core import data_treatments as data
from traindx.core import model_treatments as model
from traindx.core import step_treatments as step
from traindx.core.recording import Recording
from traindx.core.treatment import Treatment


def read(words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--img-size", type=int, default=64)
    parser.add_argument("--cos-lr", action="store_true")
    return parser.parse_args(words.split())


def test_what_a_script_reads_from_its_command_is_another_value(record: Record) -> None:
    with record(
        data.scale_option("epochs", 3.0), data.scale_option("imgsz", 2.0), data.set_options(cos_lr=True, lrf=0.1)
    ):
        found = vars(read("--epochs 4"))
    assert found == {"epochs": 12, "img_size": 128, "cos_lr": True}
    assert vars(read("--epochs 4")) == {"epochs": 4, "img_size": 64, "cos_lr": False}


class Enough(Exception):
    """Raised by a callback: the settings are known."""


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    labels: dict[str, bytes | str | None] = {f"{s}/a": "0 0.5 0.5 0.2 0.2\n" for s in ("train", "val")}
    return dataset(tmp_path_factory.mktemp("drawn"), labels)


def asked_of_ultralytics(drawn: Path, **settings: Any) -> Any:
    """The settings with which Ultralytics begins to train, and the model's numbers."""
    from ultralytics import YOLO

    yolo = YOLO("yolo11n.yaml", verbose=False)
    seen: list[Any] = []

    def stop(trainer: Any) -> None:
        seen.append(trainer.args)
        raise Enough

    yolo.add_callback("on_pretrain_routine_start", stop)
    with pytest.raises(Enough):
        yolo.train(data=str(drawn), project=str(drawn.parent / "runs"), device="cpu", verbose=False, **settings)
    return seen[0], sum(p.numel() for p in yolo.model.parameters())


def test_ultralytics_is_trained_with_other_settings(record: Record, drawn: Path) -> None:
    many: tuple[Treatment, ...] = (
        data.no_augmentation(),
        data.scale_option("epochs", 3.0),
        data.set_options(cos_lr=True, noautoanchor=False),
        data.optimizer_as_asked(),
        data.stop_early(7),
        data.model_scale("s"),
    )
    with record(*many):
        asked, numbers = asked_of_ultralytics(drawn, epochs=2, fliplr=0.4, lr0=0.02)
    assert (asked.epochs, asked.cos_lr, asked.optimizer, asked.patience) == (6, True, "SGD", 7)
    assert (asked.mosaic, asked.fliplr, asked.hsv_v, asked.auto_augment) == (0.0, 0.0, 0.0, None)
    assert numbers > 9_000_000
    with record(data.scale_augmentation(0.5)):
        asked, numbers = asked_of_ultralytics(drawn, fliplr=0.4)
    assert (asked.mosaic, asked.fliplr, asked.optimizer) == (0.5, 0.2, "auto") and numbers < 3_000_000


def picture() -> torch.Tensor:
    return torch.arange(3 * 12 * 16, dtype=torch.float32).view(3, 12, 16) / 576


@pytest.mark.parametrize("family", [classic, v2])
def test_random_transforms_are_left_out_and_parts_become_the_middle(record: Record, family: Any) -> None:
    flips = [family.RandomHorizontalFlip(1.0), family.RandomVerticalFlip(1.0), family.RandomRotation((90, 90))]
    colours = [family.ColorJitter(brightness=(0.1, 0.2)), family.RandomErasing(1.0), family.RandomApply(flips, 1.0)]
    whole = family.Compose([*flips, *colours, family.Normalize([0.5] * 3, [0.5] * 3)])
    crop, x = family.RandomCrop(8), picture()
    with record(data.no_augmentation()):
        torch.testing.assert_close(whole(x), (x - 0.5) / 0.5)
        assert torch.equal(crop(x), x[:, 2:10, 4:12]) and family.RandomResizedCrop(8)(x).shape == (3, 8, 8)
    with record(data.no_augmentation(moving=True)):
        assert whole(x).mean() < ((x - 0.5) / 0.5).mean() and torch.equal(family.Compose(flips)(x), x)
    assert not torch.equal(family.Compose(flips)(x), x)


@pytest.mark.parametrize("family", [classic, v2])
def test_of_random_transforms_a_share_is_carried_out_and_none_of_the_runs_random_numbers_is_used(
    record: Record, family: Any
) -> None:
    flip, x = family.RandomHorizontalFlip(1.0), picture()
    torch.manual_seed(0)
    drawn = torch.get_rng_state()
    with record(data.scale_augmentation(0.3)):
        moved = sum(not torch.equal(flip(x), x) for _ in range(100))
    with record(data.scale_augmentation(0.0)):
        torch.manual_seed(0)
        assert torch.equal(flip(x), x) and torch.equal(torch.get_rng_state(), drawn)
    assert 15 <= moved <= 45


def test_boxes_stay_with_their_picture_where_nothing_moves(record: Record) -> None:
    boxes = tv_tensors.BoundingBoxes([[1, 2, 5, 6]], format="XYXY", canvas_size=(12, 16))
    flip = v2.RandomHorizontalFlip(1.0)
    with record(data.no_augmentation(moving=True)):
        x, kept = flip(picture(), boxes)
    assert torch.equal(x, picture()) and torch.equal(kept, boxes) and not torch.equal(flip(picture(), boxes)[1], boxes)


def test_a_run_ends_when_validation_has_been_no_better_for_a_while(record: Record, folder: Path) -> None:
    def go(network: nn.Module, optimizer: Any, x: torch.Tensor, y: torch.Tensor) -> None:
        plain(network, optimizer, x, y)
        network.eval()
        with torch.no_grad():
            worse.append(entropy(network(x * 0), y) * 0 + max(3 - len(worse), 0) + len(worse))
            nn.functional.mse_loss(worse[-1], torch.tensor(0.0))
        network.train()

    worse: list[torch.Tensor] = []
    with record(data.stop_early(2)):
        trained(go, steps=12)
    (limit,) = Recording.load(folder).of("limit")
    assert 4 <= limit.step <= 9


@pytest.fixture
def one_rank() -> Iterator[None]:
    torch.distributed.init_process_group("gloo", store=torch.distributed.HashStore(), rank=0, world_size=1)
    yield
    torch.distributed.destroy_process_group()


@pytest.mark.usefixtures("one_rank")
def test_ranks_draw_their_own_part_and_share_buffers(record: Record) -> None:
    loader = DataLoader([batch()[0][0]] * 6, 2, shuffle=True)  # type: ignore[arg-type]
    with record(
        data.share_data(), model.find_unused(), model.broadcast_buffers(), model.sync_norms()
    ):  # the last: on GPUs
        next(iter(loader))
        wrapped = nn.parallel.DistributedDataParallel(Net(), broadcast_buffers=False)
    assert type(loader.sampler).__name__ == "DistributedSampler" and loader.sampler.shuffle
    assert wrapped.find_unused_parameters and wrapped.broadcast_buffers


def test_a_clip_is_taken_out_of_a_run_that_is_launched(run: Any) -> None:
    script = """
import torch
from torch.nn.utils import clip_grad_norm_
from torch.nn.functional import cross_entropy
torch.manual_seed(0)
model = torch.nn.Linear(4, 2)
optimizer = torch.optim.SGD(model.parameters(), 0.1)
for step in range(5):
    optimizer.zero_grad()
    cross_entropy(model(torch.randn(8, 4)), torch.randint(0, 2, (8,))).backward()
    clip_grad_norm_(model.parameters(), CLIP)
    optimizer.step()
print(model.weight.tolist())
"""
    cured = run(script.replace("CLIP", "1e-4"), treatments=[step.no_clipping()]).output
    assert cured == run(script.replace("CLIP", "1e9"), recorded=False).output
