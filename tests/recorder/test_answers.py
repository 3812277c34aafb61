"""Answers are counted against the loader's labels where validation calls no loss function."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

from tests.recorder.conftest import Record
from traindx.core.recording import Recording
from traindx.recorder.probes.answers import labels_of

X, Y = torch.randn(48, 8, generator=torch.Generator().manual_seed(0)), torch.arange(48) % 4


def _block(inside: int, outside: int) -> torch.nn.Sequential:
    return torch.nn.Sequential(torch.nn.Linear(inside, outside), torch.nn.ReLU())


def _run(
    record: Record, folder: Path, train_labels: Any = lambda y: y, scores: Any = lambda s: s
) -> list[float | None]:
    """Train and validate a network in which modules of the root's own class lie; the accuracies of the validations."""
    torch.manual_seed(0)
    model = torch.nn.Sequential(_block(8, 16), _block(16, 4), torch.nn.Linear(4, 4))
    optimizer, loader = torch.optim.SGD(model.parameters(), 0.1), DataLoader(TensorDataset(X, Y), 12)
    right = 0
    with record():
        for _ in range(2):
            for x, y in loader:
                optimizer.zero_grad()
                torch.nn.functional.cross_entropy(scores(model(x)), train_labels(y)).backward()
                optimizer.step()
            with torch.no_grad():
                right = sum(int((model(x).argmax(1) == y).sum()) for x, y in loader)
    found = [line.get("accuracy") for line in Recording.load(folder).lines["validation"]]
    assert found[-1] is None or found[-1] == pytest.approx(right / 48, abs=1e-6)
    return found


def test_answers_are_counted_without_a_loss_function(record: Record, folder: Path) -> None:
    assert None not in _run(record, folder)


def test_labels_that_training_changes_are_not_those_of_the_outputs(record: Record, folder: Path) -> None:
    assert _run(record, folder, train_labels=lambda y: 3 - y) == [None, None]


def test_outputs_that_training_changes_are_no_scores(record: Record, folder: Path) -> None:
    assert _run(record, folder, scores=lambda s: -s) == [None, None]


class Several(torch.nn.Module):
    """Scores and those of a classifier beside: of both in training, of the first alone in evaluation."""

    def __init__(self) -> None:
        super().__init__()
        self.body, self.beside, self.head = _block(8, 16), torch.nn.Linear(16, 4), torch.nn.Linear(16, 4)

    def forward(self, x: torch.Tensor) -> Any:
        y = self.body(x)
        return {"aux": self.beside(y), "out": self.head(y)} if self.training else self.head(y)


def test_of_several_outputs_those_are_counted_that_the_loss_is_given(record: Record, folder: Path) -> None:
    model = Several()
    optimizer, loader = torch.optim.SGD(model.parameters(), 0.1), DataLoader(TensorDataset(X, Y), 12)
    with record():
        for x, y in loader:
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(model(x)["out"], y).backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            right = sum(int((model(x).argmax(1) == y).sum()) for x, y in loader)
    (line,) = Recording.load(folder).lines["validation"]
    assert line["accuracy"] == pytest.approx(right / 48, abs=1e-6)


def test_labels_are_whole_numbers_of_a_pair_or_under_a_usual_name() -> None:
    assert labels_of(torch, (X, Y)) is Y and labels_of(torch, {"pixel_values": X, "labels": Y}) is Y
    assert all(labels_of(torch, batch) is None for batch in (X, (X,), (X, X), (X, Y.float()), {"boxes": Y}, None))
