"""The planned rates are those that the scheduler then sets; planning touches nothing."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.optim import lr_scheduler as lr

from traindx.recorder.rate_plan import rate_plan

KINDS: dict[str, Callable[[Any], Any]] = {
    "step": lambda o: lr.StepLR(o, 7, 0.5),
    "multi step": lambda o: lr.MultiStepLR(o, [5, 9, 9], 0.3),
    "exponential": lambda o: lr.ExponentialLR(o, 0.97),
    "cosine": lambda o: lr.CosineAnnealingLR(o, 30, 0.001),
    "restarts": lambda o: lr.CosineAnnealingWarmRestarts(o, 10, 2, 0.001),
    "equal restarts": lambda o: lr.CosineAnnealingWarmRestarts(o, 10),
    "linear": lambda o: lr.LinearLR(o, 0.1, total_iters=12),
    "constant": lambda o: lr.ConstantLR(o, 0.1, 5),
    "polynomial": lambda o: lr.PolynomialLR(o, 20, 2.0),
    "one cycle": lambda o: lr.OneCycleLR(o, 0.3, 40),
    "cyclic": lambda o: lr.CyclicLR(o, 0.01, 0.2, 8, mode="triangular2"),
    "sequential": lambda o: lr.SequentialLR(o, [lr.LinearLR(o, 0.01, total_iters=5), lr.CosineAnnealingLR(o, 20)], [5]),
    "chained": lambda o: lr.ChainedScheduler([lr.ConstantLR(o, 0.1, 5), lr.ExponentialLR(o, 0.9)]),
}


def optimizer() -> torch.optim.Optimizer:
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(2))], 0.1, momentum=0.9)


@pytest.mark.parametrize("kind", KINDS)
def test_the_plan_is_what_the_scheduler_then_does(kind: str) -> None:
    held = optimizer()
    scheduler = KINDS[kind](held)
    before = copy.deepcopy({k: v for k, v in vars(scheduler).items() if k not in ("optimizer", "_schedulers")})
    groups = copy.deepcopy({k: v for k, v in held.param_groups[0].items() if k != "params"})
    plan = rate_plan(scheduler)
    assert plan is not None
    assert {k: v for k, v in vars(scheduler).items() if k not in ("optimizer", "_schedulers")} == before
    assert {k: v for k, v in held.param_groups[0].items() if k != "params"} == groups
    applied = [held.param_groups[0]["lr"]]
    for _ in range(plan["calls"][-1]):
        held.step()
        scheduler.step()
        applied.append(held.param_groups[0]["lr"])
    assert [applied[calls] for calls in plan["calls"]] == pytest.approx(plan["rates"], rel=1e-5, abs=1e-9)


def test_the_length_of_a_plan_is_that_of_its_settings() -> None:
    lengths = {kind: plan["length"] for kind, make in KINDS.items() if (plan := rate_plan(make(optimizer())))}
    assert (lengths["cosine"], lengths["one cycle"], lengths["sequential"], lengths["multi step"]) == (30, 40, 25, 10)


def test_a_function_of_the_users_own_is_not_called() -> None:
    calls = []

    def rate(epoch: int) -> float:
        calls.append(epoch)
        return 1.0

    scheduler = lr.LambdaLR(optimizer(), rate)
    assert calls == [0] and rate_plan(scheduler) is None and calls == [0]


def test_a_function_of_a_library_is_planned_with_the_length_that_is_bound_to_it() -> None:
    def linear(step: int, *, num_training_steps: int) -> float:
        return max(0.0, 1 - step / num_training_steps)

    linear.__module__ = "transformers.optimization"
    plan = rate_plan(lr.LambdaLR(optimizer(), functools.partial(linear, num_training_steps=50)))
    assert plan is not None and plan["length"] == 50
    assert plan["rates"][0] == 0.1 and plan["rates"][-1] == 0.0


@pytest.mark.parametrize(
    "make",
    [
        lambda o: lr.ReduceLROnPlateau(o),
        lambda o: lr.MultiplicativeLR(o, lambda epoch: 0.9),
        lambda o: type("Own", (lr.StepLR,), {"__module__": "mine"})(o, 3),
    ],
)
def test_what_cannot_be_known_has_no_plan(make: Callable[[Any], Any]) -> None:
    assert rate_plan(make(optimizer())) is None


def test_schedulers_of_timm_are_planned() -> None:
    import timm.scheduler

    held = optimizer()
    scheduler = timm.scheduler.CosineLRScheduler(held, t_initial=20, warmup_t=3, warmup_lr_init=0.001, lr_min=0.002)
    plan = rate_plan(scheduler)
    assert plan is not None and plan["length"] == 20
    for calls, rate in zip(plan["calls"], plan["rates"], strict=True):
        scheduler.step(calls)
        assert held.param_groups[0]["lr"] == pytest.approx(rate, rel=1e-6)
