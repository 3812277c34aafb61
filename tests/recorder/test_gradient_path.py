"""What cuts the gradient's way, which way the steps go, which layers the model does not know, how many batches a step drew."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from tests.recorder.conftest import Record
from traindx.core.recording import Recording


class Two(nn.Module):
    """Two layers; `way` is what happens between them."""

    def __init__(self, way: Callable[[nn.Module, torch.Tensor], torch.Tensor]) -> None:
        super().__init__()
        self.body, self.head, self.way = nn.Linear(4, 8), nn.Linear(8, 3), way

    def forward(self, x: torch.Tensor) -> Any:
        return self.head(self.way(self.body, x))


def straight(body: nn.Module, x: torch.Tensor) -> torch.Tensor:
    return torch.relu(body(x))


def detached(body: nn.Module, x: torch.Tensor) -> torch.Tensor:
    return body(x).detach()


def switched_off(body: nn.Module, x: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        return torch.as_tensor(body(x))


def trained(record: Record, folder: Path, model: nn.Module, *, steps: int = 4, **more: Any) -> Recording:
    """Train a model on random batches; `loss` makes the loss of scores and classes, `maximize` goes to the optimizer."""
    torch.manual_seed(0)
    loss_of = more.get("loss", functional.cross_entropy)
    with record():
        optimizer = torch.optim.SGD(model.parameters(), 0.01, maximize=more.get("maximize", False))
        loader = torch.utils.data.DataLoader(
            list(zip(torch.randn(64, 4), torch.arange(64) % 3, strict=True)), batch_size=8
        )
        for number, (x, y) in enumerate(loader):
            loss_of(model(x), y).backward()
            if number % more.get("accumulate", 1) == 0:
                optimizer.step()
                optimizer.zero_grad()
            if number == steps:
                break
    return Recording.load(folder)


def line_of(function: Callable[..., Any], text: str) -> int:
    lines, first = inspect.getsourcelines(function)
    return next(first + at for at, line in enumerate(lines) if text in line)


def test_where_nothing_cuts_nothing_is_written(record: Record, folder: Path) -> None:
    found = trained(record, folder, Two(straight))
    assert not {"graph_cut", "loss_left_out", "stray_layers", "freezing"} & found.lines.keys()
    assert found.of("graph_lost") == [] and found.of("never_stepped") == []


def test_a_detached_tensor_is_seen_where_the_next_layer_receives_it(record: Record, folder: Path) -> None:
    cut = trained(record, folder, Two(detached)).lines["graph_cut"][0]
    assert cut["order"] == ["body", "head"]
    assert [(c["layer"], c["kind"]) for c in cut["cuts"]] == [("head", "detached")]
    assert cut["cuts"][0]["after"][1] == line_of(detached, ".detach()")


def test_a_layer_under_no_grad_is_seen_with_the_line_that_switches_gradients_off(record: Record, folder: Path) -> None:
    cuts = trained(record, folder, Two(switched_off)).lines["graph_cut"][0]["cuts"]
    assert cuts[0]["layer"] == "body" and cuts[0]["kind"] == "no_grad"
    assert line_of(switched_off, "no_grad") in [number for number, _ in cuts[0]["code"]]


def made_anew(scores: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return torch.tensor(functional.cross_entropy(scores, y).item(), requires_grad=True)


def test_a_loss_that_was_made_anew_is_told_once(record: Record, folder: Path) -> None:
    found = trained(record, folder, Two(straight), loss=made_anew)
    lost = found.of("graph_lost")
    assert [e.data["loss"] for e in lost] == ["leaf"]
    assert (lost[0].data["held"], lost[0].data["trainable"], lost[0].data["without"]) == (4, 4, False)
    assert found.lines["loss_left_out"][0]["losses"][0]["name"] == "cross_entropy"


def on_scores_alone(scores: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return functional.cross_entropy(scores.detach().requires_grad_(), y)


def test_a_loss_whose_graph_ends_in_a_tensor_that_is_no_parameter_is_told(record: Record, folder: Path) -> None:
    assert trained(record, folder, Two(straight), loss=on_scores_alone).of("graph_lost")[0].data["loss"] == "elsewhere"


def test_the_first_steps_say_whether_they_go_down_or_up(record: Record, folder: Path) -> None:
    down = trained(record, folder, Two(straight))
    assert all(down.details[step]["descent"] > 0.999 for step in range(3)) and "descent" not in down.details[3]


def test_steps_of_an_optimizer_that_maximises_go_up(record: Record, folder: Path) -> None:
    assert trained(record, folder, Two(straight), maximize=True).details[0]["descent"] < -0.999


def test_batches_drawn_for_a_step_are_counted(record: Record, folder: Path) -> None:
    found = trained(record, folder, Two(straight), accumulate=2, steps=6)
    assert [line.get("drawn", 1) for line in found.lines["step"]] == [1, 2, 2, 2]


def test_a_layer_in_a_list_is_none_of_the_models(record: Record, folder: Path) -> None:
    hidden = [nn.Linear(8, 8)]
    found = trained(record, folder, Two(lambda body, x: hidden[0](body(x))))
    assert [layer["shapes"] for layer in found.lines["stray_layers"][0]["layers"]] == [[[8, 8], [8]]]


def test_lines_that_freeze_are_found_in_the_text_of_what_runs(record: Record, folder: Path) -> None:
    model = Two(straight)
    model.body.requires_grad_(False)
    code = trained(record, folder, model).lines["freezing"][0]["code"]
    assert "model.body.requires_grad_(False)" in [entry["text"] for entry in code]


def test_a_training_that_never_steps_ends_with_the_lines_that_name_a_step(record: Record, folder: Path) -> None:
    with record():
        model = Two(straight)
        optimizer = torch.optim.SGD(model.parameters(), 0.01)
        functional.cross_entropy(model(torch.randn(8, 4)), torch.arange(8) % 3).backward()
        if optimizer.state:
            optimizer.step()
    found = Recording.load(folder)
    assert "optimizer.step()" in [text for _, text in found.of("never_stepped")[0].data["code"]]
