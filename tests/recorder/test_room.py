"""No memory is taken that the training may need."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tests.recorder.conftest import Net, Record, train
from traindx.core.recording import Recording
from traindx.recorder import norms, room


def test_small_copies_on_the_host_always_have_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "free", lambda torch, device: 0.0)
    assert room.room_for(torch, [torch.zeros(10)])
    monkeypatch.setattr(room, "SMALL", 1)
    assert not room.room_for(torch, [torch.zeros(10)])


def test_what_is_wanted_must_be_free_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "SMALL", 1)
    for free, fits in ((80.0, True), (79.0, False)):
        monkeypatch.setattr(room, "free", lambda torch, device, free=free: free)
        assert room.room_for(torch, [torch.zeros(10)]) is fits


def test_what_the_host_has_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told = room.free(torch, torch.device("cpu"))
    assert told > 1 << 20


def test_without_room_the_update_is_unknown_and_all_else_is_recorded(
    record: Record, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(norms, "room_for", lambda torch, tensors: False)
    model = Net()
    with record():
        train(model, torch.optim.SGD(model.parameters(), 0.1), 3)
    (first, *_) = Recording.load(folder).details.values()
    assert first["update_norm"] is None and first["grad_norm"] > 0 and first["weight_norm"] > 0
