"""Parameters that a loss has of its own, as they are recorded."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tests.recorder.conftest import Net, Record, batch
from traindx.core.recording import Recording


class Scaled(torch.nn.Module):
    """Cross entropy with a scale that is learned."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = torch.nn.Parameter(torch.ones(1))

    def forward(self, scores: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.cross_entropy(self.scale * scores, target)


@pytest.mark.parametrize(
    ("trained", "expected"), [("no", (1, 0)), ("by hand", (1, 1)), ("by the optimizer", None), ("frozen", None)]
)
def test_own_parameters_of_a_loss_are_told_where_no_optimizer_holds_them(
    trained: str, expected: tuple[int, int] | None, record: Record, folder: Path
) -> None:
    model, criterion = Net(), Scaled().requires_grad_(trained != "frozen")
    held = [*model.parameters(), *(criterion.parameters() if trained == "by the optimizer" else ())]
    optimizer = torch.optim.SGD(held, 0.01)
    x, y = batch()
    with record():
        for _ in range(4):
            optimizer.zero_grad()
            criterion(model(x), y).backward()
            optimizer.step()
            if trained == "by hand":
                criterion.scale.data.sub_(0.1)
    lines = Recording.load(folder).lines.get("loss_parameters", ())
    assert [(line["reached"], line["moved"]) for line in lines] == ([expected] if expected else [])
