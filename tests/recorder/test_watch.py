"""The watch names the first operation whose output is not finite though its inputs are, and leaves legal infinities alone."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from traindx.core.trials_of_replay import StepTrial
from traindx.recorder.replaying.result import result_of
from traindx.recorder.replaying.watch import Watch, places
from traindx.recorder.source import Frames

FRAMES = Frames(cwd=str(Path(__file__).parent), torch=str(Path(torch.__file__).parent))

CALL = "loss.backward()  #"


def watched(loss_of: Callable[[torch.nn.Module, torch.Tensor], torch.Tensor], rows: torch.Tensor) -> dict[str, Any]:
    """The result of one step of a linear layer of ones, as the replay writes it."""
    layer = torch.nn.Linear(3, 3, bias=False)
    torch.nn.init.eye_(layer.weight)
    watch = Watch(FRAMES, lambda: ("", ""), lambda tensor: "the batch", len(rows))
    with watch:
        loss = loss_of(layer, rows)
        called = {**places(FRAMES), "line": line_of(watched, CALL)}
        watch.phase, watch.backward_called = "backward", called
        loss.backward()  # type: ignore[no-untyped-call]
        watch.phase = "update"
    return result_of(StepTrial("again"), watch, layer, [loss], "", True)


def line_of(function: Callable[..., Any], text: str) -> int:
    """The line of this file in which a function holds a text."""
    lines, first = inspect.getsourcelines(function)
    return first + next(at for at, line in enumerate(lines) if text in line)


def rows(*values: float) -> torch.Tensor:
    """One row of three equal numbers for each value."""
    return torch.tensor(values).float()[:, None].repeat(1, 3)


def test_a_forward_operation_is_named_with_its_line_rows_and_range() -> None:
    def loss(layer: torch.nn.Module, x: torch.Tensor) -> torch.Tensor:
        scores = layer(x)
        return scores.log().sum()

    found = watched(loss, rows(1, 0, 2, 3))
    assert found["bad"] and found["phase"] == "forward" and found["rows"] == [1]
    facts = found["first"]["facts"]
    assert (facts["operation"], facts["line"]) == ("log", line_of(loss, ".log()"))
    assert (facts["inputs"][0]["min"], facts["inputs"][0]["max"], facts["inputs"][0]["zeros"]) == (0.0, 3.0, 3)


def test_a_backward_operation_is_named_by_the_forward_line() -> None:
    def loss(layer: torch.nn.Module, x: torch.Tensor) -> torch.Tensor:
        length = layer(x).square().sum(dim=1).sqrt()
        return length.mean()

    found = watched(loss, rows(1, 2, 0))
    facts = found["first"]["facts"]
    assert found["phase"] == "backward" and found["rows"] == [2] and torch.isfinite(torch.tensor(found["loss"]))
    assert (facts["forward"], facts["node"], facts["line"]) == ("sqrt", "SqrtBackward0", line_of(loss, ".sqrt()"))
    assert facts["forward_inputs"][0]["min"] == 0.0


class Divides(torch.autograd.Function):
    """Its backward divides by the input."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(x)
        return x * 2

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> torch.Tensor:  # type: ignore[override]
        return gradient / ctx.saved_tensors[0]


def test_the_line_inside_a_backward_of_the_users_own_is_named() -> None:
    found = watched(lambda layer, x: Divides.apply(layer(x)).sum(), rows(1, 0))  # type: ignore[no-untyped-call]
    facts = found["first"]["facts"]
    assert (facts["operation"], facts["line"]) == ("div", line_of(Divides, "gradient / ctx"))
    assert facts["node"] == "DividesBackward" and "forward" not in facts


def test_a_mask_of_infinities_is_not_at_fault_but_a_row_of_nothing_else_is() -> None:
    def loss(layer: torch.nn.Module, x: torch.Tensor) -> torch.Tensor:
        weights = layer(x).masked_fill(x < 0, float("-inf")).softmax(dim=1)
        return (weights * x).sum()

    mixed = torch.tensor([[1.0, -1.0, 2.0], [1.0, 2.0, 3.0]])
    assert not watched(loss, mixed)["bad"]
    found = watched(loss, torch.cat([mixed, rows(-1)]))
    assert found["first"]["facts"]["operation"] == "_softmax" and found["rows"] == [2]
    assert [born["cause"] for born in found["chain"]] == ["written", "operation"]


def test_a_batch_that_is_not_finite_is_named_and_no_operation() -> None:
    found = watched(lambda layer, x: layer(x).sum(), rows(1, float("nan"), 2))
    assert (
        found["first"]["cause"] == "given" and found["first"]["facts"]["name"] == "the batch" and found["rows"] == [1]
    )


def test_infinities_that_never_reach_the_loss_are_no_fault() -> None:
    def loss(layer: torch.nn.Module, x: torch.Tensor) -> torch.Tensor:
        best = torch.full((len(x),), float("inf"))
        aside = (x / 0).nan_to_num()
        return layer(x).sum(dim=1).minimum(best).sum() + 0 * aside.clamp(-1, 1).sum()

    assert not watched(loss, rows(1, 2))["bad"]


def test_memory_that_nobody_filled_is_named() -> None:
    def loss(layer: torch.nn.Module, x: torch.Tensor) -> torch.Tensor:
        torch.utils.deterministic.fill_uninitialized_memory = True
        torch.use_deterministic_algorithms(True, warn_only=True)
        try:
            extra = torch.empty(len(x), 3)
        finally:
            torch.use_deterministic_algorithms(False)
        return (layer(x) + extra).sum()

    found = watched(loss, rows(1, 2))
    assert found["bad"] and found["first"]["cause"] in ("unfilled", "operation")
