"""Probes are told of moments, with what they need; one that fails ends alone."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.recorder.conftest import Net, Record, batch, train
from traindx.core.recording import Recording
from traindx.recorder import imports
from traindx.recorder.probes import kinds
from traindx.recorder.probes.clip import Clip
from traindx.recorder.probes.loss_call import LossCall


def test_each_file_of_the_folder_is_a_probe() -> None:
    assert {Clip, LossCall} <= set(kinds())


def test_a_probe_that_fails_ends_alone(record: Record, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Any, arguments: Any, named: Any, norm: Any) -> None:
        raise RuntimeError("no such number")

    monkeypatch.setattr(Clip, "clipped", broken)
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        for step in range(3):
            x, y = batch(seed=step)
            torch.nn.functional.cross_entropy(model(x), y).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
    recording = Recording.load(folder)
    failed = recording.of("probe_failed")
    assert [(e.data["probe"], e.data["reason"]) for e in failed] == [("clip", "RuntimeError: no such number")]
    assert len(recording.step) == 3 and all("loss_call" in d for d in recording.details.values())


def test_a_root_that_is_called_with_keywords_shows_them(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    class Named(Net):
        def forward(self, *, pixels: torch.Tensor) -> torch.Tensor:  # type: ignore[override]
            return super().forward(pixels)

    seen: list[Any] = []
    monkeypatch.setattr(LossCall, "forward", lambda self, module, arguments, named: seen.append((arguments, named)))
    model = Named()
    with record():
        optimizer = torch.optim.SGD(model.parameters(), 0.01)
        x, y = batch()
        torch.nn.functional.cross_entropy(model(pixels=x), y).backward()
        optimizer.step()
    assert seen[0][0] == () and seen[0][1]["pixels"] is x


def test_a_module_is_told_of_when_its_import_is_complete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "late_library.py").write_text("value = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    told: list[Any] = []
    before = list(sys.meta_path)
    imports.Watch("late_library", lambda module: told.append(module.value))
    assert told == []
    import late_library  # type: ignore[import-not-found] # noqa: F401

    assert told == [1] and sys.meta_path == before
    imports.Watch("late_library", lambda module: told.append(module.value + 1))
    assert told == [1, 2] and sys.meta_path == before


def test_nothing_of_a_patch_is_left_after_the_recording(record: Record) -> None:
    before = torch.nn.utils.clip_grad_norm_, torch.nn.utils.clip_grad.clip_grad_norm_, list(sys.meta_path)
    model = Net()
    with record():
        assert torch.nn.utils.clip_grad_norm_ is not before[0]
        train(model, torch.optim.SGD(model.parameters(), 0.01), 2)
    assert (torch.nn.utils.clip_grad_norm_, torch.nn.utils.clip_grad.clip_grad_norm_, list(sys.meta_path)) == before


def test_a_file_that_cannot_be_imported_is_said_and_the_others_are_used(
    record: Record, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from traindx.recorder import probes

    found = probes.kinds()
    missing = (("traindx.recorder.probes.batch_hash", ImportError("No module named 'numpy'")),)
    monkeypatch.setattr(probes, "_imported", lambda: (found, missing))
    model = Net()
    with record():
        train(model, torch.optim.SGD(model.parameters(), 0.01), 2)
    (failed,) = Recording.load(folder).of("probe_failed")
    assert failed.data["probe"] == "batch_hash" and failed.data["reason"] == "ImportError: No module named 'numpy'"


def test_layers_that_are_frozen_and_thawed_in_turn_do_not_fill_the_recording(
    record: Record, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from traindx.recorder import holdings

    monkeypatch.setattr(holdings, "MOST", 3)
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        for step in range(8):
            model.head.requires_grad_(step % 2 == 0)
            train(model, optimizer, 1)
    recording = Recording.load(folder)
    assert len(recording.lines["model"]) == 3 and len(recording.step) == 8
