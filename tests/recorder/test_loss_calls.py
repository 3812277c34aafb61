"""What is recorded of the calls of loss functions: what made the scores, over which axis, with which settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch.nn import functional

from tests.recorder.conftest import Net, Record, batch
from traindx.core.loss_calls import LossCalls, loss_calls_of
from traindx.core.recording import Recording
from traindx.recorder.score_source import Source, source_of

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]

X = torch.tensor([[0.5, -1.0, 2.0], [1.0, 0.0, -3.0]], requires_grad=True)


@pytest.mark.parametrize(
    ("made", "source"),
    [
        (X * 2, Source("Mul")),
        (X.sigmoid(), Source("Sigmoid")),
        (X.softmax(-1), Source("Softmax", 1)),
        (X.softmax(0), Source("Softmax", 0)),
        (X.relu().log_softmax(1), Source("LogSoftmax", 1, "Relu")),
        (X.relu()[None].squeeze(0).clone().double().view(-1), Source("Relu")),
        (X.softmax(1).permute(1, 0), Source("Softmax")),  # whose axis is another one by now
        (X.softmax(1)[:, 1], Source("Select")),  # a column of a softmax is no softmax
        (X.sigmoid()[:, 1:].split(1, 1)[0], Source("Sigmoid")),  # a column of a sigmoid is one still
        (X.detach(), Source("")),
    ],
)
def test_the_operation_that_made_a_tensor_is_named_behind_views_and_copies(made: torch.Tensor, source: Source) -> None:
    assert source_of(made) == source


@pytest.fixture
def calls(record: Record, folder: Path) -> Callable[[Loss], list[LossCalls]]:
    """The recorded calls of a loss of scores and classes, of a training of two steps."""

    def trained(loss: Loss) -> list[LossCalls]:
        model = Net()
        optimizer = torch.optim.SGD(model.parameters(), 0.01)
        with record():
            for seed in range(2):
                x, y = batch(seed=seed)
                loss(model(x), y).backward()
                optimizer.step()
        return loss_calls_of(Recording.load(folder))

    return trained


def test_settings_and_ignored_targets_are_recorded(calls: Callable[[Loss], list[LossCalls]]) -> None:
    weight = torch.tensor([1.0, 2.0, 3.0, 4.0])
    settings = {"reduction": "sum", "label_smoothing": 0.2, "ignore_index": 1}
    (found,) = calls(lambda scores, y: functional.cross_entropy(scores, y % 2, weight, **settings))
    assert len(found) == 2 and found.path is not None and found.path.endswith("test_loss_calls.py")
    for seed, call in enumerate(found.calls):
        ignored = (batch(seed=seed)[1] % 2 == 1).float().mean().item()
        assert {name: call[name] for name in settings} == settings
        assert call["weight"] == [1, 2, 3, 4] and call["ignored"] == pytest.approx(ignored)


@pytest.mark.filterwarnings("ignore:size_average")
def test_a_sum_that_is_asked_for_by_its_older_name_is_one(calls: Callable[[Loss], list[LossCalls]]) -> None:
    (found,) = calls(lambda scores, y: functional.cross_entropy(scores, y, size_average=False) / len(y))
    assert [call["reduction"] for call in found.calls] == ["sum", "sum"]


def test_targets_beyond_an_activation_and_scores_of_zero_are_counted(calls: Callable[[Loss], list[LossCalls]]) -> None:
    targets: list[torch.Tensor] = []

    def loss(scores: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        targets.append(functional.one_hot(y, 4).float() - 0.5)
        return functional.l1_loss(functional.relu(scores - 100), targets[-1]) + 0 * scores.sum()

    (found,) = calls(loss)
    assert found.made_by("Relu") and found.name == "l1_loss"
    assert found.column("zeros").tolist() == [1, 1]
    assert found.column("beyond").tolist() == pytest.approx([(t < 0).float().mean().item() for t in targets])


def test_several_losses_of_a_step_are_told_apart_by_their_lines(calls: Callable[[Loss], list[LossCalls]]) -> None:
    def loss(scores: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        parts = [functional.cross_entropy(scores, y) for _ in range(3)]
        second = functional.cross_entropy(scores.softmax(1), y)
        return sum(parts, second) + functional.mse_loss(scores, functional.one_hot(y, 4).float())

    found = calls(loss)
    assert [f.name for f in found] == ["cross_entropy", "cross_entropy", "mse_loss"]
    assert [f.made_by("Softmax") for f in found] == [False, True, False]
    assert all(len(f) == 2 for f in found)


@pytest.mark.parametrize("mixed", [True, False])
def test_scores_that_are_compared_with_two_targets_are_told(
    calls: Callable[[Loss], list[LossCalls]], mixed: bool
) -> None:
    (found,) = calls(lambda x, y: sum(functional.cross_entropy(x, t) for t in (y, y.flip(0) if mixed else y)) / 2)
    assert [call.get("other_targets", False) for call in found.calls] == [mixed, mixed]


def test_several_losses_of_one_line_are_told_apart(calls: Callable[[Loss], list[LossCalls]]) -> None:
    found = calls(
        lambda x, y: sum(functional.mse_loss(x, x.detach() + k) for k in range(3)) + functional.mse_loss(x, x * 0)
    )
    assert [[call.get("nth", 0) for call in f.calls] for f in found] == [[0, 0], [1, 1]]
    assert found[0].line == found[1].line and found[0].column("value").tolist() == [0, 0]


def test_rows_of_four_numbers_tell_how_many_are_corners(calls: Callable[[Loss], list[LossCalls]]) -> None:
    def loss(scores: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        sides = scores[:, 2:].exp()
        corners = torch.cat([scores[:, :2] - sides, scores[:, :2] + sides], dim=1)
        return functional.l1_loss(corners, torch.cat([y[:, None].float().expand(-1, 2) + 1, sides * 0 + 0.5], dim=1))

    (found,) = calls(loss)
    assert found.column("input_corners").tolist() == [1, 1] and found.column("target_corners").tolist() == [0, 0]


@pytest.mark.parametrize("farthest", [False, True])
def test_rows_that_are_paired_with_the_farthest_are_told(
    calls: Callable[[Loss], list[LossCalls]], farthest: bool
) -> None:
    def loss(scores: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        objects = torch.randn(len(scores), scores.shape[1], generator=torch.Generator().manual_seed(0))
        found = scores * 0.01 + objects
        order = torch.cdist(found, objects).argsort(dim=1)[:, -1 if farthest else 0]
        return functional.l1_loss(found, objects[order])

    (found,) = calls(loss)
    assert ((found.column("paired") > found.column("unpaired")) == farthest).all()
