"""What a recording of a plain loop holds."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from tests.recorder.conftest import Net, Record, batch, train
from traindx.core.recording import Recording


def sgd(model: nn.Module, rate: float = 0.05) -> torch.optim.Optimizer:
    return torch.optim.SGD(model.parameters(), rate)


def test_norms_of_gradient_weight_and_update_are_those_of_float64(record: Record, folder: Path) -> None:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.05, momentum=0.9)
    expected: dict[str, list[list[float]]] = {"grad": [], "weight": [], "update": []}
    with record():
        for step in range(3):
            x, y = batch(seed=step)
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x), y).backward()
            before = [p.detach().double() for p in model.parameters()]
            expected["grad"].append([p.grad.double().norm().item() for p in model.parameters() if p.grad is not None])
            optimizer.step()
            after = [p.detach().double() for p in model.parameters()]
            expected["weight"].append([a.norm().item() for a in after])
            expected["update"].append([(a - b).norm().item() for a, b in zip(after, before, strict=True)])
    recording = Recording.load(folder)
    for name, values in expected.items():
        np.testing.assert_allclose(recording.per_parameter(name), values, rtol=2e-4, atol=1e-7)
    whole = np.sqrt((np.array(expected["grad"]) ** 2).sum(axis=1))
    np.testing.assert_allclose(recording.grad_norm, whole, rtol=1e-4)
    assert [p.name for p in recording.parameters] == [n for n, _ in model.named_parameters()]


def test_losses_of_all_steps_are_there_in_order(record: Record, folder: Path) -> None:
    torch.manual_seed(0)
    model, losses = Net(), []
    optimizer = sgd(model)
    with record(budget=0.0):
        for step in range(60):
            x, y = batch(seed=step)
            loss = nn.functional.cross_entropy(model(x), y)
            losses.append(loss.item())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    recording = Recording.load(folder)
    np.testing.assert_allclose(recording.loss, losses, rtol=1e-6)
    assert recording.step.tolist() == list(range(60)) and recording.recorded.sum() < 60
    assert recording.ending == "finished" and recording.cost > 0


def test_calls_stand_in_their_order(record: Record, folder: Path) -> None:
    model = Net()
    optimizer = sgd(model)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1)
    scaler = torch.amp.GradScaler("cpu")
    with record():
        for step in range(2):
            x, y = batch(seed=step)
            optimizer.zero_grad()
            scaler.scale(nn.functional.cross_entropy(model(x), y)).backward()
            scaler.unscale_(optimizer)
            nn.utils.clip_grad_norm_(model.parameters(), 0.01)
            scaler.step(optimizer)
            scaler.update()
            schedule.step()
    recording = Recording.load(folder)
    assert recording.calls == ("zfbucs", "lzfbucs")
    assert recording.lr.tolist() == pytest.approx([0.05, 0.005])
    assert recording.details[0]["clip"]["max_norm"] == 0.01 and recording.details[0]["clip"]["norm"] > 0.01
    assert recording.grad_norm[0] == pytest.approx(0.01, rel=1e-3)
    assert {"zero_grad", "backward", "unscale", "clip", "step", "scheduler"} <= set(recording.sources)
    assert recording.sources["clip"].path.endswith("test_session.py")


def test_a_loss_that_a_scaler_multiplied_is_recorded_as_it_was(record: Record, folder: Path) -> None:
    model = Net()
    optimizer, scaler = sgd(model), torch.amp.GradScaler("cpu", init_scale=1024.0)
    x, y = batch()
    with record():
        loss = nn.functional.cross_entropy(model(x), y)
        scaler.scale(loss).backward()
        scaler.step(optimizer)
    assert Recording.load(folder).loss[0] == pytest.approx(loss.item(), rel=1e-6)


def test_accumulated_batches_make_one_step_with_their_mean_and_sum(record: Record, folder: Path) -> None:
    model = Net()
    optimizer, losses = sgd(model), []
    with record():
        for step in range(4):
            x, y = batch(seed=step)
            loss = nn.functional.cross_entropy(model(x), y)
            losses.append(loss.item())
            loss.backward()
        optimizer.step()
    recording = Recording.load(folder)
    assert recording.calls == ("fbfbfbfbs",)
    assert recording.loss[0] == pytest.approx(np.mean(losses), rel=1e-6)
    assert recording.details[0]["loss_sum"] == pytest.approx(sum(losses), rel=1e-6)
    assert recording.details[0]["backwards"] == 4


def test_gradients_left_from_the_step_before_are_seen(record: Record, folder: Path) -> None:
    model = Net()
    optimizer = sgd(model, 1e-9)
    with record():
        train(model, optimizer, 3, zero=False)
    recording = Recording.load(folder)
    assert recording.grad_before[0] == 0.0
    np.testing.assert_allclose(recording.grad_before[1:], recording.grad_norm[:-1], rtol=1e-5)


def test_cleared_gradients_are_seen_as_zero(record: Record, folder: Path) -> None:
    model = Net()
    with record():
        train(model, sgd(model), 3)
    assert Recording.load(folder).grad_before.tolist() == [0.0, 0.0, 0.0]


def test_closures_that_run_several_times_are_one_step(record: Record, folder: Path) -> None:
    model = nn.Linear(4, 1)
    optimizer = torch.optim.LBFGS(model.parameters(), max_iter=4)
    x, y = torch.randn(32, 4), torch.randn(32, 1)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        return loss

    with record():
        for _ in range(3):
            optimizer.step(closure)
    recording = Recording.load(folder)
    assert len(recording.step) == 3 and recording.calls[0].startswith("zfbzfb") and recording.calls[0].endswith("s")
    assert np.isfinite(recording.loss).all() and (recording.grad_norm > 0).all() and recording.update_norm[0] > 0


def test_two_optimizers_that_step_together_make_one_step(record: Record, folder: Path) -> None:
    model = Net()
    body = torch.optim.SGD([*model.conv.parameters(), *model.norm.parameters()], 0.01)
    head = torch.optim.Adam(model.head.parameters(), 0.1)
    with record():
        for step in range(3):
            x, y = batch(seed=step)
            body.zero_grad()
            head.zero_grad()
            nn.functional.cross_entropy(model(x), y).backward()
            body.step()
            head.step()
    recording = Recording.load(folder)
    assert recording.calls == ("zzfbss",) * 3
    assert [o.kind for o in recording.optimizers] == ["SGD", "Adam"]
    assert [p.optimizer for p in recording.parameters] == [0, 0, 0, 0, 1, 1]
    assert np.isfinite(recording.per_parameter("update")).all()


def test_two_networks_that_step_in_turn_make_a_step_each(record: Record, folder: Path) -> None:
    generator, critic = nn.Linear(4, 8), nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1))
    first, second = torch.optim.Adam(critic.parameters()), torch.optim.Adam(generator.parameters())
    with record():
        for _ in range(3):
            first.zero_grad()
            critic(generator(torch.randn(8, 4)).detach()).mean().backward()
            first.step()
            second.zero_grad()
            (-critic(generator(torch.randn(8, 4))).mean()).backward()
            second.step()
    recording = Recording.load(folder)
    assert len(recording.step) == 6 and recording.model == "Sequential"
    assert len(recording.parameters) == 6 and {p.optimizer for p in recording.parameters} == {0, 1}


def test_modes_and_validation_are_seen(record: Record, folder: Path) -> None:
    model = Net()
    optimizer = sgd(model)
    with record():
        model.train()
        train(model, optimizer, 2)
        model.eval()
        x, y = batch(16, seed=9)
        with torch.no_grad():
            scores = model(x)
            loss = nn.functional.cross_entropy(scores, y)
            model(x)
        train(model, optimizer, 2)
    recording = Recording.load(folder)
    assert recording.training.tolist() == [1, 1, 0, 0]
    (mode,) = recording.of("mode")
    assert mode.step == 2 and mode.data["training"] is False and mode.source is not None
    assert mode.source.path.endswith("test_session.py")
    (validation,) = recording.validations
    assert (validation.step, validation.batches) == (1, 2)
    assert validation.loss == pytest.approx(loss.item(), rel=1e-6)
    assert validation.accuracy == pytest.approx((scores.argmax(1) == y).float().mean().item())


def test_inputs_are_seen_as_the_network_and_its_first_layer_receive_them(record: Record, folder: Path) -> None:
    class Scaled(Net):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return super().forward(x / 255)

    model = Scaled()
    x, y = torch.rand(8, 3, 12, 12) * 255, torch.zeros(8, dtype=torch.long)
    optimizer = sgd(model)
    with record():
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
    details = Recording.load(folder).details[0]
    assert details["inputs"]["max"] == pytest.approx(x.max().item())
    assert details["inputs"]["mean"] == pytest.approx(x.mean((0, 2, 3)).tolist(), rel=1e-4)
    assert details["first_input"]["layer"] == "conv" and details["first_input"]["max"] <= 1.0
    call = details["loss_call"]
    assert (call["name"], call["shape"], call["classes"]) == ("cross_entropy", [8, 4], 4)
    assert call["path"].endswith("test_session.py") and call["target_max"] == 0.0


def test_dead_units_are_seen_behind_relu_modules_and_functions(record: Record, folder: Path) -> None:
    class Functional(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = nn.Linear(6, 10), nn.Linear(10, 4)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.second(nn.functional.relu(self.first(x)))

    torch.manual_seed(0)
    model = Functional()
    with torch.no_grad():
        model.first.bias[:5] = -100.0
    x, y = torch.randn(64, 6), torch.randint(0, 4, (64,))
    optimizer = sgd(model)
    with record():
        for _ in range(2):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x), y).backward()
            optimizer.step()
    recording = Recording.load(folder)
    assert [layer.name for layer in recording.layers] == ["first", "second"]
    assert recording.per_layer("dead")[:, 1] == pytest.approx([0.5, 0.5])
    assert recording.per_layer("dead_window")[:, 1] == pytest.approx([0.5, 0.5])
    assert np.isnan(recording.per_layer("dead")[:, 0]).all()


def test_a_parameter_that_no_optimizer_holds_is_listed_as_such(record: Record, folder: Path) -> None:
    model = Net()
    with record():
        train(model, torch.optim.SGD(model.head.parameters(), 0.1), 2)
    recording = Recording.load(folder)
    assert [p.optimizer for p in recording.parameters] == [None] * 4 + [0, 0]
    assert recording.per_parameter("grad")[0, 0] > 0 and np.isnan(recording.per_parameter("update")[0, 0])
    assert recording.grad_before[1] == 0.0


def test_a_loss_that_is_not_finite_is_an_event_at_its_step(record: Record, folder: Path) -> None:
    model = Net()
    optimizer = sgd(model)
    with record(budget=0.0):
        train(model, optimizer, 15)
        x, y = batch()
        optimizer.zero_grad()
        (nn.functional.cross_entropy(model(x), y) * math.inf).backward()
        optimizer.step()
        train(model, optimizer, 3)
    recording = Recording.load(folder)
    event = recording.of("nonfinite")[0]
    assert (event.step, event.data["what"]) == (15, "loss")
    assert np.isfinite(recording.loss).tolist() == [True] * 15 + [False] * 4
