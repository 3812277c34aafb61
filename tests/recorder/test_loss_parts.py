"""Parts of the loss by name, wherever they show."""

from __future__ import annotations

import weakref
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from tests.recorder.conftest import Net, Record, batch
from tests.recorder.detection import Yolo, anchors, backbone, scenes, step, yolo_batch
from traindx.core.recording import Recording
from traindx.recorder.probes.loss_parts import parts_of


def parts(folder: Path, at: int = 0) -> Any:
    recording = Recording.load(folder)
    assert not recording.of("probe_failed")
    return recording.details[at].get("loss_parts")


def test_a_detectors_own_losses_are_parts_and_sum_up_to_the_loss(record: Record, folder: Path) -> None:
    from torchvision.models.detection import RetinaNet

    model = RetinaNet(backbone(), num_classes=3, min_size=64, max_size=64, anchor_generator=anchors())
    optimizer = torch.optim.SGD(model.parameters(), 0.001)
    with record():
        for number in range(2):
            step(model, optimizer, sum(model(*scenes(number)).values()))
    found = parts(folder)
    assert found["from"] == "root" and set(found["values"]) == {"classification", "bbox_regression"}
    assert "no_grad" not in found
    np.testing.assert_allclose(sum(found["values"].values()), Recording.load(folder).loss[0], rtol=1e-5)


def test_ultralytics_items_are_parts_whether_a_dict_or_a_tensor(record: Record, folder: Path) -> None:
    model = Yolo()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        for number in range(2):
            step(model, optimizer, model(yolo_batch(number))[0])
    assert set(parts(folder)["values"]) == {"box_loss", "cls_loss"}
    root = nn.Module()
    root.criterion = object()
    old = parts_of(torch, (torch.tensor(1.0), torch.tensor([1.0, 2.0, 3.0])), root)
    assert old is not None and old.names == ("box", "cls", "dfl")


def test_the_loss_dict_of_transformers_is_its_parts() -> None:
    inner = {"loss_ce": torch.tensor(1.0, requires_grad=True), "cardinality_error": torch.tensor(3.0)}
    found = parts_of(torch, OrderedDict(loss=torch.tensor(1.0), loss_dict=inner), None)  # their ModelOutput is one
    assert found is not None and found.names == ("loss_ce", "cardinality_error") and found.gradient == (True, False)


def test_loss_modules_are_parts_where_there_are_several_of_them(record: Record, folder: Path) -> None:
    model, first, second = Net(), nn.CrossEntropyLoss(), nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        for number in range(2):
            x, y = batch(seed=number)
            out = model(x)
            step(model, optimizer, first(out, y) + second(out, torch.zeros_like(out)))
    assert parts(folder)["from"] == "modules" and set(parts(folder)["values"]) == {"CrossEntropyLoss", "MSELoss"}


def test_a_single_loss_has_no_parts(record: Record, folder: Path) -> None:
    model, loss = Net(), nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        for number in range(2):
            x, y = batch(seed=number)
            step(model, optimizer, loss(model(x), y))
    assert parts(folder) is None


def test_a_loss_that_is_only_logged_is_not_held_beyond_its_step(record: Record, folder: Path) -> None:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    logged: list[weakref.ref[torch.Tensor]] = []
    with record():
        for number in range(40):  # beyond the first ones not every step is recorded
            x, y = batch(seed=number)
            out = model(x)
            assert not any(ref() is not None for ref in logged)
            step(model, optimizer, nn.functional.cross_entropy(out, y))
            logged.append(weakref.ref(nn.functional.cross_entropy(out, y)))
    assert len(Recording.load(folder).details) < 40


SCRIPT = """
import torch
from torch import nn
model = nn.Linear(4, 3)
optimizer = torch.optim.SGD(model.parameters(), 0.1)
for number in range(3):
    out = model(torch.rand(5, 4))
    losses = {"cls": nn.functional.cross_entropy(out, torch.tensor([0, 1, 2, 0, 1])), "size": out.square().mean(),
              "frozen": torch.tensor(float("nan") if number else 1.0)}
    optimizer.zero_grad()
    (losses["cls"] + losses["size"]).backward()
    optimizer.step()
"""


def test_a_dict_that_a_script_sums_is_its_parts_and_those_without_gradient_or_not_finite_are_named(
    record: Record, folder: Path
) -> None:
    with record():
        exec(compile(SCRIPT, "train.py", "exec"), {})
    first, second = parts(folder), parts(folder, 1)
    assert first["from"] == "dict" and set(first["values"]) == {"cls", "size", "frozen"}
    assert first["no_grad"] == ["frozen"] and "not_finite" not in first and second["not_finite"] == ["frozen"]
