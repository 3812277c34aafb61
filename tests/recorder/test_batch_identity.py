"""The hash of a batch and the files of its samples."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
import torch
import torchvision
from PIL import Image
from torch import nn

from tests.recorder.conftest import Net, Record, batch
from tests.recorder.detection import Yolo, step, yolo_batch
from traindx.core.recording import Recording
from traindx.recorder.dataset_names import names_of


def fit(model: nn.Module, pictures: list[torch.Tensor]) -> None:
    optimizer = torch.optim.SGD(model.parameters(), 0.0)
    for x in pictures:
        step(model, optimizer, model(x).square().mean())


def hashes(folder: Path) -> list[Any]:
    return [details["batch"] for details in Recording.load(folder).details.values()]


def test_the_same_batch_has_the_same_hash_and_one_changed_bit_another(record: Record, folder: Path) -> None:
    x = batch(4)[0]
    changed = x.clone()
    changed.view(torch.int32)[3, 2, 0, 0] ^= 1
    with record():
        fit(Net(), [x, x.clone(), changed, x[[1, 0, 2, 3]], x.to(memory_format=torch.channels_last), x[[0, 0, 1, 1]]])
    found = hashes(folder)
    same, again, bit, order, last, doubled = (b["hash"] for b in found)
    assert same == again == last and len({same, bit, order, doubled}) == 4
    assert [b["distinct"] for b in found] == [4, 4, 4, 4, 4, 2] and all(b["samples"] == 4 for b in found)


def test_lists_of_pictures_and_half_precision_have_hashes_too(record: Record, folder: Path) -> None:
    class Lists(Net):
        def forward(self, pictures: list[torch.Tensor]) -> torch.Tensor:  # type: ignore[override]
            return super().forward(torch.stack([p[:, :12, :12].float() for p in pictures]))

    x = [torch.rand(3, 14, 13), torch.rand(3, 12, 16)]
    with record():
        fit(Lists(), [x, [p.half() for p in x]])  # type: ignore[list-item]
    first, second = hashes(folder)
    assert first["samples"] == second["samples"] == 2 and first["hash"] != second["hash"]


@pytest.fixture
def pictures(tmp_path: Path) -> Any:
    for number in range(10):
        (tmp_path / "set" / "ab"[number % 2]).mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (12, 12), (number * 20, 9, 9)).save(tmp_path / "set" / "ab"[number % 2] / f"{number}.png")
    return torchvision.datasets.ImageFolder(str(tmp_path / "set"), torchvision.transforms.ToTensor())


@pytest.mark.parametrize("workers", [0, 2])
def test_files_of_a_subset_are_those_that_the_sampler_drew(
    record: Record, folder: Path, pictures: Any, workers: int
) -> None:
    subset = torch.utils.data.Subset(pictures, [9, 7, 5, 3, 1, 0])
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    shown: list[list[int]] = []
    with record():
        torch.manual_seed(1)
        for x, y in torch.utils.data.DataLoader(subset, 4, shuffle=True, num_workers=workers):
            shown.append([round(float(v) * 255 / 20) for v in x[:, 0, 0, 0]])
            step(model, optimizer, nn.functional.cross_entropy(model(x), y))
    files = [details["files"] for details in Recording.load(folder).details.values()]
    named = [[int(Path(name).stem) // 1 for name in one["names"]] for one in files]
    order = [int(Path(p).stem) for p, _ in pictures.samples]
    assert named == shown and sorted(named[0] + named[1]) == sorted(order[i] for i in subset.indices)


def test_files_are_the_next_epochs_own_after_one_that_was_left_early(
    record: Record, folder: Path, pictures: Any
) -> None:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    loader = torch.utils.data.DataLoader(pictures, 2, shuffle=True, num_workers=1, persistent_workers=True)
    shown: list[list[int]] = []
    with record():
        torch.manual_seed(1)
        for _ in range(2):
            for x, y in itertools.islice(loader, 2):
                shown.append([round(float(v) * 255 / 20) for v in x[:, 0, 0, 0]])
                step(model, optimizer, nn.functional.cross_entropy(model(x), y))
    files = [details["files"] for details in Recording.load(folder).details.values()]
    assert [[int(Path(name).stem) for name in one["names"]] for one in files] == shown


def test_files_in_the_batch_itself_count_first_and_the_order_of_a_loader_that_keeps_none_is_not_guessed(
    record: Record, folder: Path
) -> None:
    model = Yolo()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    loader = torch.utils.data.DataLoader([yolo_batch(i) for i in range(2)], None)  # type: ignore[arg-type]
    with record():
        for given in loader:
            step(model, optimizer, model(given)[0])
    details = Recording.load(folder).details
    assert details[0]["files"] == {"folder": "/data", "names": ["a/1.jpg", "a/2.jpg", "b/3.jpg"]}


def test_a_plain_list_as_a_dataset_has_no_files(record: Record, folder: Path) -> None:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        for x, y in torch.utils.data.DataLoader(list(zip(*batch(8), strict=True)), 4):
            step(model, optimizer, nn.functional.cross_entropy(model(x), y))
    recording = Recording.load(folder)
    assert not recording.of("probe_failed") and "files" not in recording.details[0] and "batch" in recording.details[0]


def test_names_are_found_through_wrappers_and_nothing_is_made_up() -> None:
    class Wrapper:
        def __init__(self, dataset: Any) -> None:
            self.dataset = dataset

    class Files:
        im_files = ("x",)  # a class attribute is no list of samples

        def __init__(self) -> None:
            self.im_files = ["/a/0.jpg", "/a/1.jpg"]

    assert names_of(Wrapper(Wrapper(Files())), [1, 0]) == ["/a/1.jpg", "/a/0.jpg"]
    assert names_of(torch.utils.data.TensorDataset(torch.zeros(3)), [0, 1]) == ["", ""]
    assert names_of(Files(), ["key"]) == []


def test_the_files_of_an_odd_step_that_was_not_recorded_are_named(
    record: Record, folder: Path, pictures: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.0)
    with record() as session:
        monkeypatch.setattr(session.seen.schedule, "wants", lambda number, *more: number < 2)
        for number, (x, y) in enumerate(torch.utils.data.DataLoader(pictures, 2)):
            loss = nn.functional.cross_entropy(model(x), y)
            step(model, optimizer, loss * float("nan") if number == 3 else loss)
    (odd,) = Recording.load(folder).of("anomaly_files")
    assert odd.step == 3 and odd.data["what"] == "loss"
    assert odd.data["names"] == [Path(p).name for p, _ in pictures.samples[6:8]]
