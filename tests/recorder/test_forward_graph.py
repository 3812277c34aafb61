"""What autograd's graph tells of the layers: which follow one another linearly, also through functions."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from traindx.recorder.forward_graph import walk


def rows(model: nn.Module, x: torch.Tensor) -> dict[str, tuple[list[str], list[str]]]:
    """For each weighted layer the layers that it follows linearly, and what else feeds it."""
    found = walk([model(x).sum()])
    assert found is not None
    names = {id(p): name.rpartition(".")[0] for name, p in model.named_parameters()}
    by_node = {one.node: names.get(id(one.weight), "?") for one in found[0]}
    return {by_node[one.node]: ([by_node[n] for n in one.after], sorted(one.through)) for one in found[0]}


def test_a_function_between_two_layers_is_seen_as_a_module_is() -> None:
    class Net(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b, self.c = nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 4)

        def forward(self, x: torch.Tensor) -> Any:
            return self.c(F.dropout(self.b(F.relu(self.a(x))), 0.5))

    found = rows(Net(), torch.randn(2, 4))
    assert found == {"a": ([], ["start"]), "b": ([], ["Relu"]), "c": (["b"], [])}


def test_batch_norm_and_average_pooling_are_linear_and_max_pooling_is_not() -> None:
    model = nn.Sequential(
        *(
            nn.Conv2d(3, 4, 3),
            nn.BatchNorm2d(4),
            nn.AvgPool2d(2),
            nn.Conv2d(4, 4, 3),
            nn.MaxPool2d(2),
            nn.Conv2d(4, 4, 1),
        )
    )
    found = rows(model, torch.randn(2, 3, 16, 16))
    assert found["3"] == (["0"], []) and found["5"] == ([], ["MaxPool2DWithIndices"])


def test_a_product_of_two_branches_and_a_sum_of_two_are_told_apart_from_a_scale() -> None:
    class Net(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.gate, self.b, self.c = (nn.Linear(4, 4) for _ in range(4))
            self.scale = nn.Parameter(torch.ones(4))

        def forward(self, x: torch.Tensor) -> Any:
            gated = self.a(x) * torch.sigmoid(self.gate(x))
            y = self.b(gated) * self.scale
            return self.c(y + gated) + self.gate(y)

    found = rows(Net(), torch.randn(2, 4))
    assert found["b"] == ([], ["Mul"]) and found["c"] == ([], ["sum"])


def test_a_frozen_layer_and_a_tensor_without_graph_are_no_obstacle() -> None:
    model = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4))
    model[0].requires_grad_(False)
    assert rows(model, torch.randn(2, 4)) == {"1": ([], ["start"])}
    assert walk([torch.zeros(())]) == ([], {})
