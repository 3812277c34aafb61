"""Clips: the limit, the norm before, how often it cuts, gradients still scaled; and clipping that is written by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from tests.recorder.conftest import Net, Record, batch
from traindx.core.recording import Recording

Between = Callable[[torch.nn.Module], None]


def train_clipped(
    steps: int, between: Between, scaler: torch.amp.GradScaler | None = None, unscale: bool = True
) -> Net:
    """Train, with `between` called on the model between the backward pass and the step."""
    torch.manual_seed(0)
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    for step in range(steps):
        x, y = batch(seed=step)
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x), y)
        (loss if scaler is None else scaler.scale(loss)).backward()
        if scaler is not None and unscale:
            scaler.unscale_(optimizer)
        between(model)
        if scaler is None:
            optimizer.step()
        else:
            scaler.step(optimizer)
            scaler.update()
    return model


def clip_to(limit: float) -> Between:
    def between(model: torch.nn.Module) -> None:
        torch.nn.utils.clip_grad_norm_(model.parameters(), limit)

    return between


def test_the_norm_before_a_clip_is_written_at_every_step_and_clips_that_cut_are_counted(
    record: Record, folder: Path
) -> None:
    with record():
        train_clipped(40, clip_to(0.5))
    recording = Recording.load(folder)
    clips = recording.details[max(recording.details)]["clip"]
    assert clips["max_norm"] == 0.5 and "scaled" not in clips
    assert clips["of"] == max(recording.details) + 1 and 0 < clips["cut"] <= clips["of"]
    for detail in recording.details.values():
        assert detail["grad_norm"] == pytest.approx(min(0.5, detail["clip"]["norm"]), rel=1e-4)
        assert detail["grad_backward"] == pytest.approx(detail["clip"]["norm"], rel=1e-4)


def test_a_limit_never_reached_cuts_nothing(record: Record, folder: Path) -> None:
    with record():
        train_clipped(5, clip_to(1e6))
    clip = Recording.load(folder).details[4]["clip"]
    assert (clip["cut"], clip["of"]) == (0, 5)


@pytest.mark.parametrize("unscale", [True, False])
def test_a_clip_of_scaled_gradients_is_told_from_one_after_unscaling(
    record: Record, folder: Path, unscale: bool
) -> None:
    with record():
        train_clipped(4, clip_to(1e5), torch.amp.GradScaler("cpu", init_scale=256.0), unscale)
    recording = Recording.load(folder)
    assert [d["clip"].get("scaled", False) for d in recording.details.values()] == [not unscale] * 4
    for detail in recording.details.values():
        assert detail["grad_backward"] == pytest.approx(256 * detail["grad_norm"], rel=1e-3)


def test_a_clip_by_value_and_one_by_hand_show_in_the_norms(record: Record, folder: Path) -> None:
    def by_hand(model: torch.nn.Module) -> None:
        for parameter in model.parameters():
            if parameter.grad is not None:
                parameter.grad.mul_(0.25)

    with record():
        train_clipped(3, lambda m: torch.nn.utils.clip_grad_value_(m.parameters(), 0.001))
        train_clipped(3, by_hand)
    details = Recording.load(folder).details
    assert details[0]["clip"] == {"max_value": 0.001} and details[0]["grad_norm"] < details[0]["grad_backward"]
    assert "clip" not in details[4] and details[4]["grad_backward"] == pytest.approx(
        4 * details[4]["grad_norm"], rel=1e-4
    )


def test_several_clips_of_one_step_are_all_kept_up_to_a_bound(record: Record, folder: Path) -> None:
    def parts(model: torch.nn.Module) -> None:
        for _ in range(3):
            for part in model.children():
                if list(part.parameters()):
                    torch.nn.utils.clip_grad_norm_(part.parameters(), 1.0)

    with record():
        train_clipped(2, parts)
    detail = Recording.load(folder).details[1]
    assert len(detail["clips"]) == 4 and all("norm" in clip for clip in detail["clips"])


def test_gradients_thrown_away_before_the_step_leave_their_norm(record: Record, folder: Path) -> None:
    with record():
        train_clipped(2, lambda model: model.zero_grad(set_to_none=False))
    for detail in Recording.load(folder).details.values():
        assert detail["grad_norm"] == 0.0 and detail["grad_backward"] > 0.01


def test_accumulated_gradients_count_when_the_last_backward_pass_is_over(record: Record, folder: Path) -> None:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        for step in range(3):
            optimizer.zero_grad()
            for part in range(4):
                x, y = batch(seed=4 * step + part)
                (torch.nn.functional.cross_entropy(model(x), y) / 4).backward()
            optimizer.step()
    for detail in Recording.load(folder).details.values():
        assert detail["grad_backward"] == pytest.approx(detail["grad_norm"], rel=1e-5)


def test_a_clipped_training_ends_with_the_same_weights(record: Record) -> None:
    plain = train_clipped(20, clip_to(0.3)).state_dict()
    with record():
        recorded = train_clipped(20, clip_to(0.3)).state_dict()
    assert all(torch.equal(plain[name], recorded[name]) for name in plain)
