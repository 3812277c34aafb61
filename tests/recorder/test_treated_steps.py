"""A treatment of the step does what a person would write: the treated run ends with the weights of the mended one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from tests.recorder.conftest import Record
from tests.recorder.test_treated_rates import SCHEDULER, scheduled
from tests.recorder.treated import alike, entropy, plain, trained, treated
from traindx.core import step_treatments as step
from traindx.core.recording import Recording
from traindx.core.treatment import Treatment

Made = Callable[[nn.Module], Any]


def clipped(limit: float) -> Callable[..., None]:
    def go(model: nn.Module, optimizer: Any, x: torch.Tensor, y: torch.Tensor) -> None:
        optimizer.zero_grad()
        entropy(model(x), y).backward()
        nn.utils.clip_grad_norm_(model.parameters(), limit)
        nn.utils.clip_grad_value_(model.parameters(), limit)
        optimizer.step()

    return go


def test_clips_change_nothing_and_return_the_norm(record: Record) -> None:
    assert alike(treated(record, step.no_clipping(), lambda: trained(clipped(1e-3))), trained(plain))


def clipped_by_norm(model: nn.Module, optimizer: Any, x: torch.Tensor, y: torch.Tensor) -> None:
    optimizer.zero_grad()
    entropy(model(x), y).backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1e-2)
    optimizer.step()


def test_a_clip_is_put_in_and_taken_out_again(record: Record) -> None:
    assert alike(treated(record, step.clip_gradients(1e-2), trained), trained(clipped_by_norm))


def test_a_clip_that_was_put_in_is_taken_out(record: Record) -> None:
    assert alike(treated(record, (step.clip_gradients(1e-2), step.no_clipping()), trained), trained())


def accumulating(divided: bool) -> Callable[..., None]:
    calls = [0]

    def go(model: nn.Module, optimizer: Any, x: torch.Tensor, y: torch.Tensor) -> None:
        loss = entropy(model(x), y)
        (loss / 2 if divided else loss).backward()
        calls[0] += 1
        if calls[0] % 2 == 0:
            nn.utils.clip_grad_norm_(model.parameters(), 0.5)
            nn.utils.clip_grad_value_(model.parameters(), 0.5)
            optimizer.step()
            optimizer.zero_grad()

    return go


def test_accumulated_gradients_are_averaged_before_the_clip(record: Record) -> None:
    found = treated(record, step.average_accumulated(), lambda: trained(accumulating(False)))
    assert alike(found, trained(accumulating(True))) and not alike(found, trained(accumulating(False)))


def test_a_larger_effective_batch_is_accumulated(record: Record) -> None:
    found = treated(record, step.accumulate(2), lambda: trained(clipped(0.5)))
    assert alike(found, trained(accumulating(True))) and not alike(found, trained(clipped(0.5)))


@pytest.mark.parametrize("order", ["us", "s"])
def test_under_a_loss_scale_a_larger_effective_batch_is_the_same(record: Record, order: str) -> None:
    found = treated(record, step.accumulate(2), lambda: trained(scaling(order)))

    def by_hand(model: nn.Module, optimizer: Any, x: torch.Tensor, y: torch.Tensor) -> None:
        calls.append(0)
        (entropy(model(x), y) / 2).backward()
        if len(calls) % 2 == 0:
            optimizer.step()
            optimizer.zero_grad()

    calls: list[int] = []
    assert alike(found, trained(by_hand))


def signed(sign: float, maximize: bool = False) -> tuple[Callable[..., None], Made]:
    def go(model: nn.Module, optimizer: Any, x: torch.Tensor, y: torch.Tensor) -> None:
        optimizer.zero_grad()
        (sign * entropy(model(x), y)).backward()
        optimizer.step()

    return go, lambda m: torch.optim.SGD(m.parameters(), 0.05, maximize=maximize)


@pytest.mark.parametrize("fault", [signed(-1.0), signed(1.0, maximize=True)], ids=["minus", "maximize"])
def test_a_loss_that_is_maximised_is_minimised(record: Record, fault: Any) -> None:
    found = treated(record, step.turn_loss(), lambda: trained(*fault))
    assert alike(found, trained()) and not alike(found, trained(*fault))


def test_the_sign_of_the_loss_is_its_own_cure(record: Record) -> None:
    assert alike(treated(record, (step.turn_loss(), step.turn_loss()), trained), trained())


def scaling(order: str) -> Callable[..., None]:
    """A step in half precision's order of calls; the scale of 1024 is exact. `order`: u unscale, c clip, s scaler, p plain."""
    held: dict[str, Any] = {}

    def go(model: nn.Module, optimizer: Any, x: torch.Tensor, y: torch.Tensor) -> None:
        scaler = held.setdefault("scaler", torch.amp.GradScaler("cpu", init_scale=1024.0))
        optimizer.zero_grad()
        scaler.scale(entropy(model(x), y)).backward()
        for letter in order:
            if letter == "u":
                scaler.unscale_(optimizer)
            elif letter == "c":
                nn.utils.clip_grad_norm_(model.parameters(), 0.5)
            elif letter == "s":
                scaler.step(optimizer)
                scaler.update()
            else:
                optimizer.step()

    return go


@pytest.mark.parametrize("order", ["cs", "cus"])
def test_gradients_are_unscaled_before_the_clip(record: Record, order: str) -> None:
    found = treated(record, step.unscale_first(), lambda: trained(scaling(order)))
    assert alike(found, trained(scaling("ucs"))) and not alike(found, trained(scaling(order)))


def test_gradients_that_nothing_unscales_are_unscaled_before_the_step(record: Record) -> None:
    found = treated(record, step.unscale_before_step(), lambda: trained(scaling("p")))
    assert alike(found, trained(scaling("s"))) and not alike(found, trained(scaling("p")))


def ordered(order: str) -> Callable[..., None]:
    """A step in this order: z zero_grad, f forward and backward, s step."""

    def go(model: nn.Module, optimizer: Any, x: torch.Tensor, y: torch.Tensor) -> None:
        for letter in order:
            if letter == "z":
                optimizer.zero_grad()
            elif letter == "f":
                entropy(model(x), y).backward()
            else:
                optimizer.step()

    return go


@pytest.mark.parametrize("order", ["zf", "zsf", "fzs"])
def test_a_step_that_is_missing_early_or_late_comes_after_the_backward_pass(record: Record, order: str) -> None:
    found = treated(record, step.step_after_backward(), lambda: trained(ordered(order)))
    assert alike(found, trained(ordered("zfs"))) and not alike(found, trained(ordered(order)))


def test_a_scheduler_around_a_step_that_moved_does_not_complain(
    record: Record, recwarn: pytest.WarningsRecorder
) -> None:
    made, go = scheduled(lambda o: SCHEDULER.ExponentialLR(o, 0.9))
    assert alike(treated(record, step.step_after_backward(), lambda: trained(go, made)), trained(go, made))
    assert not [w for w in recwarn if "lr_scheduler" in str(w.message)]


def test_gradients_cleared_before_the_step_leave_the_weights(record: Record) -> None:
    found = treated(record, step.clear_before_step(), lambda: trained(ordered("zfs")))
    assert alike(found, trained(ordered("fzs")))
    cured = treated(record, (step.clear_before_step(), step.step_after_backward()), lambda: trained(ordered("zfs")))
    assert alike(cured, trained(ordered("zfs")))


def adam(rate: float) -> Made:
    return lambda m: torch.optim.Adam(m.parameters(), rate)


def adamw(model: nn.Module) -> Any:
    return torch.optim.AdamW(model.parameters(), 1e-3, weight_decay=0.0)


def test_the_other_optimizer_takes_its_usual_rate(record: Record, folder: Path) -> None:
    found = treated(record, step.other_optimizer(), lambda: trained(make=adam(0.1)))
    assert alike(found, trained(make=adamw)) and not alike(found, trained(make=adam(0.1)))


def test_sgd_takes_the_place_of_adam_with_a_usual_rate(record: Record) -> None:
    found = treated(record, step.other_optimizer(), lambda: trained(make=adam(1e-3)))
    assert alike(found, trained(make=lambda m: torch.optim.SGD(m.parameters(), 0.05, momentum=0.9)))


def test_an_optimizer_that_is_built_for_each_step_is_followed_by_one_with_a_memory(record: Record) -> None:
    def built(model: nn.Module, optimizer: Any, x: torch.Tensor, y: torch.Tensor) -> None:
        plain(model, torch.optim.Adam(model.parameters(), 0.1), x, y)

    found = treated(record, step.other_optimizer("adamw"), lambda: trained(built, make=lambda m: None))
    assert alike(found, trained(make=adamw))


def test_an_unknown_optimizer_is_refused() -> None:
    with pytest.raises(ValueError, match="no optimizer is called lion"):
        step.other_optimizer("lion")


def test_a_treatment_that_fails_leaves_the_training_as_it_was_and_says_so(record: Record, folder: Path) -> None:
    broken = Treatment("warm_up", "process", (("steps", "many"),), "a warm-up")
    with record(broken):
        found = trained()
    assert alike(found, trained())
    (event,) = Recording.load(folder).of("treatment_failed")
    assert event.data["name"] == "warm_up" and "many" in event.data["reason"]
