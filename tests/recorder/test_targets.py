"""The targets of a step as the network receives them, in the forms that frameworks give."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from torch import nn

from tests.recorder.conftest import Net, Record, batch
from tests.recorder.detection import Yolo, anchors, backbone, scenes, step, yolo_batch
from traindx.core.recording import Recording
from traindx.recorder.target_forms import boxes_among


def targets(folder: Path, at: int = 0) -> Any:
    recording = Recording.load(folder)
    assert not recording.of("probe_failed")
    return recording.details[at]["targets"]


def classify(record: Record, loss: Callable[[Any, Any], Any], target: Any, steps: int = 2) -> None:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        for number in range(steps):
            step(model, optimizer, loss(model(batch(seed=number)[0]), target))


def test_class_ids_are_counted_and_those_outside_are_told(record: Record, folder: Path) -> None:
    ids = torch.tensor([0, 1, 1, 3, 3, 3, -100, 2])
    classify(record, lambda x, y: nn.functional.cross_entropy(x, y), ids)
    found = targets(folder)
    assert found["form"] == "classes" and found["from"] == "loss" and found["count"] == 8
    assert found["classes"] == {"-100": 1, "0": 1, "1": 2, "2": 1, "3": 3}
    assert (found["id_min"], found["id_max"], found["num_classes"], found["ids_outside"]) == (-100, 3, 4, 1)


def test_soft_targets_of_timms_mixup_are_told_from_one_hot_and_multi_label(record: Record, folder: Path) -> None:
    from timm.data.mixup import Mixup
    from timm.loss import SoftTargetCrossEntropy

    x, y = batch()
    _, mixed = Mixup(mixup_alpha=1.0, num_classes=4, label_smoothing=0.1)(x, y)
    classify(record, SoftTargetCrossEntropy(), mixed)
    found = targets(folder)
    assert found["form"] == "soft" and found["row_sum"] == [1.0, 1.0] and found["top"][2] < 1


@pytest.mark.parametrize(("rows", "form"), [([[0, 1, 0, 0]] * 8, "one-hot"), ([[1, 1, 0, 1]] * 8, "multi-label")])
def test_whole_scores_are_one_hot_or_multi_label(record: Record, folder: Path, rows: Any, form: str) -> None:
    classify(record, lambda x, y: nn.functional.binary_cross_entropy_with_logits(x, y), torch.tensor(rows).float())
    found = targets(folder)
    assert found["form"] == form
    assert found["classes"] == ({"1": 8} if form == "one-hot" else {"0": 8, "1": 8, "3": 8})


def test_a_loss_that_nobody_watches_leaves_what_the_loader_gave(record: Record, folder: Path) -> None:
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(*batch(16)), 8)
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        for x, y in loader:
            step(model, optimizer, -model(x).log_softmax(1)[torch.arange(8), y].mean())
    found = targets(folder)
    assert found["from"] == "loader" and found["form"] == "classes" and found["count"] == 8


def test_ultralytics_batch_is_told_with_pictures_that_have_no_target(record: Record, folder: Path) -> None:
    model = Yolo()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        for number in range(2):
            step(model, optimizer, model(yolo_batch(number))[0])
    found = targets(folder)
    assert (found["form"], found["from"], found["count"], found["empty"]) == ("ultralytics", "forward", 3, 1)
    assert found["per_image"] == [0, 1, 2] and found["classes"] == {"0": 1, "1": 2} and found["ids_outside"] == 0
    boxes = found["boxes"]
    assert boxes["format"] == "cxcywh" and boxes["unit"] == "share" and boxes["valid"]["cxcywh"] == 3
    assert boxes["side"][0] == pytest.approx(0.512)


def test_boxes_of_torchvision_that_leave_the_picture_are_counted(record: Record, folder: Path) -> None:
    from torchvision.models.detection import RetinaNet

    model = RetinaNet(backbone(), num_classes=3, min_size=64, max_size=64, anchor_generator=anchors())
    optimizer = torch.optim.SGD(model.parameters(), 0.001)
    with record():
        for number in range(2):
            step(model, optimizer, sum(model(*scenes(number, shift=30.0 * number)).values()))
    first, second = targets(folder), targets(folder, 1)
    assert first["form"] == "torchvision" and first["per_image"] == [1, 1.3333, 2] and first["num_classes"] == 3
    assert first["boxes"]["format"] == "xyxy" and first["boxes"]["unit"] == "pixels"
    assert first["boxes"]["outside"] == 0 and second["boxes"]["outside"] > 0


def test_rows_of_yolov5_and_entries_of_coco_are_known_in_what_a_loader_gives(record: Record, folder: Path) -> None:
    class Rows(torch.utils.data.Dataset[Any]):
        def __len__(self) -> int:
            return 2

        def __getitem__(self, index: int) -> Any:
            return torch.rand(3, 12, 12), torch.tensor([[0, 1, 0.5, 0.5, 0.2, 0.2]] * (index + 1))

    def collate(samples: Any) -> Any:
        rows = [torch.cat([torch.full_like(r[:, :1], float(i)), r[:, 1:]], 1) for i, (_, r) in enumerate(samples)]
        return torch.stack([x for x, _ in samples]), torch.cat(rows), ("1.jpg", "2.jpg")

    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        for x, _rows, _ in torch.utils.data.DataLoader(Rows(), 2, collate_fn=collate):
            step(model, optimizer, model(x).square().mean())
    found = targets(folder)
    assert (found["form"], found["count"], found["per_image"]) == ("yolo rows", 3, [1, 1.5, 2])
    coco = boxes_among(torch, [[{"bbox": [1, 2, 3, 4], "category_id": 7}], []], 2)
    assert coco is not None and coco.form == "coco" and coco.per_image == (1, 0)


def test_rows_padded_with_minus_one_are_read_and_five_other_numbers_are_not(record: Record, folder: Path) -> None:
    class Detector(Net):
        def forward(self, given: list[torch.Tensor]) -> torch.Tensor:
            return cast(torch.Tensor, super().forward(given[0]))

    model = Detector()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    rows = torch.tensor([[[1.0, 2, 8, 9, 0], [3, 3, 20, 6, 2]], [[0, 0, 5, 5, 1], [-1, -1, -1, -1, -1]]])
    with record():
        for given in (rows, torch.rand(2, 4, 5)):
            step(model, optimizer, model([batch(2)[0], given]).square().mean())
    first, second = (d["targets"] for d in Recording.load(folder).details.values())
    assert (first["form"], first["count"], first["classes"]) == ("padded rows", 3, {"0": 1, "1": 1, "2": 1})
    assert first["boxes"]["outside"] == 1 and first["boxes"]["no_area"] == 0
    assert second == {"from": "forward"}


def test_a_batch_without_any_target_has_none(record: Record, folder: Path) -> None:
    class Quiet(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = Net()

        def forward(self, images: Any, targets: Any) -> Any:
            return self.net(torch.stack(images)).square().mean()

    model = Quiet()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    empty = {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0, dtype=torch.int64)}
    with record():
        for number in range(2):
            step(model, optimizer, model(list(batch(2, number)[0]), [empty, empty]))
    found = targets(folder)
    assert (found["form"], found["count"], found["empty"], found["per_image"]) == ("torchvision", 0, 2, [0, 0, 0])


def test_what_is_written_of_a_huge_batch_is_bounded(record: Record, folder: Path) -> None:
    class Head(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.ones(1))

        def forward(self, images: Any, targets: Any) -> Any:
            return (images.mean((1, 2, 3)) * self.weight).mean()

    many = 3000
    model = Head()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    target = {"boxes": torch.rand(many, 4), "labels": torch.arange(many)}
    with record():
        for _ in range(2):
            step(model, optimizer, model(torch.rand(1, 3, 8, 8), [target]))
    found = targets(folder)
    assert found["count"] == many and found["looked"] == 2048 and len(found["classes"]) == 64
    assert len(str(found)) < 3000


def test_pictures_whose_boxes_come_after_those_looked_at_are_not_called_empty(record: Record, folder: Path) -> None:
    model, many = Net(), 3000
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    image = torch.arange(many) // 750
    rows = torch.column_stack([image, torch.zeros(many), torch.full((many, 4), 0.5)])
    held = {"img": torch.rand(4, 3, 12, 12), "batch_idx": image, "cls": rows[:, 1], "bboxes": rows[:, 2:]}
    with record():
        for given in torch.utils.data.DataLoader([held], None):  # type: ignore[arg-type]
            step(model, optimizer, model(given["img"]).square().mean())
    found = targets(folder)
    assert (found["images"], found["count"], found["looked"]) == (4, many, 2048)
    assert "empty" not in found and "per_image" not in found
