"""Trainings whose normalisation layers, dropout or loss is at fault, recorded in this process and diagnosed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional

from traindx.core.report import Report
from traindx.examine import diagnose
from traindx.recorder import record

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
Each = Callable[[nn.Module, int], None]


def classes(scores: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Cross entropy, looked up when it is called: the recorder sees it there."""
    return functional.cross_entropy(scores, y)


def pictures(count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Stripes in one of four places, with noise, and the place."""
    generator = torch.Generator().manual_seed(seed)
    place = torch.randint(0, 4, (count,), generator=generator)
    stripes = torch.eye(4).repeat_interleave(3, 1)[place][:, None, :, None].expand(count, 1, 12, 12)
    return stripes + 0.5 * torch.randn(count, 1, 12, 12, generator=generator), place


def net(outputs: int = 4, *more: nn.Module, momentum: float = 0.1, dropout: float = 0.1) -> nn.Sequential:
    """A small network with two batch norms."""
    torch.manual_seed(0)
    body = [nn.Conv2d(1, 8, 3), nn.BatchNorm2d(8, momentum=momentum), nn.ReLU(), nn.MaxPool2d(2)]
    head = [nn.Flatten(), nn.Linear(200, 32), nn.BatchNorm1d(32, momentum=momentum), nn.ReLU(), nn.Dropout(dropout)]
    return nn.Sequential(nn.Sequential(*body), *head, nn.Linear(32, outputs), *more)


@pytest.fixture
def trained(tmp_path: Path) -> Callable[..., Report]:
    """The report on a training of a network with a loss; `each` is called with the network and the step before every step."""

    def go(
        model: nn.Module,
        loss: Loss = classes,
        *,
        batch: int = 32,
        lr: float = 0.05,
        each: Each | None = None,
    ) -> Report:
        optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr, momentum=0.9)
        with record(folder=tmp_path / "recording"):
            for step in range(70):
                if each is not None:
                    each(model, step)
                x, y = pictures(batch, step)
                optimizer.zero_grad()
                loss(model(x), y).backward()
                optimizer.step()
        return diagnose(tmp_path / "recording")

    return go


def alarms(report: Report) -> list[str]:
    """Codes of what failed at level error or warning."""
    return [o.code for o in report.outcomes if o.status == "failed" and o.level in ("error", "warning")]


def one_hot(y: torch.Tensor) -> torch.Tensor:
    return functional.one_hot(y, 4).float()


def number(y: torch.Tensor) -> torch.Tensor:
    """A target without bounds, a number that the picture tells."""
    return (y.float() - 1.5) * 1.1


LOSSES: dict[str, tuple[nn.Module, Loss, str]] = {
    "tanh": (nn.Tanh(), lambda s, y: functional.mse_loss(s[:, 0], number(y) * 3), "T405"),
    "sigmoid": (nn.Sigmoid(), lambda s, y: functional.binary_cross_entropy_with_logits(s, one_hot(y)), "T404"),
    "batch": (nn.LogSoftmax(0), lambda s, y: functional.nll_loss(s, y), "T407"),
    "pairs": (nn.Identity(), lambda s, y: functional.mse_loss(s[:, :1], number(y)), "T408"),
    "mask": (nn.Identity(), lambda s, y: functional.binary_cross_entropy_with_logits(s, one_hot(y) * 255), "T409"),
    "smooth": (nn.Identity(), lambda s, y: functional.cross_entropy(s, y, label_smoothing=0.7), "T413"),
    "ignored": (
        nn.Identity(),
        lambda s, y: functional.cross_entropy(s[:, :2], (y == 1).long(), ignore_index=0),
        "T414",
    ),
}
CAUSES = {
    "tanh": "wrong-output-activation",
    "sigmoid": "softmax-before-cross-entropy",
    "batch": "wrong-output-activation",
}


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_that_does_not_fit_is_proved_at_its_line(trained: Callable[..., Report], name: str) -> None:
    last, loss, code = LOSSES[name]
    report = trained(net(4, last), loss, lr=0.01)
    assert report.verdict == "faulty" and code in alarms(report)
    first = report.diagnoses[0]
    assert (first.cause, first.status) == (CAUSES.get(name, "wrong-loss"), "proved")
    assert str(first.places[0].path).endswith("test_norms_and_losses.py")


FITTING: dict[str, tuple[nn.Module, Loss]] = {
    "classes": (nn.Identity(), classes),
    "log-probabilities": (nn.LogSoftmax(1), lambda s, y: functional.nll_loss(s, y)),
    "probabilities": (nn.Sigmoid(), lambda s, y: functional.binary_cross_entropy(s, one_hot(y))),
    "shares": (nn.Sigmoid(), lambda s, y: functional.mse_loss(s, 0.1 + 0.8 * one_hot(y))),
    "number": (nn.Identity(), lambda s, y: functional.smooth_l1_loss(s[:, 0], number(y))),
    "counts": (nn.ReLU(), lambda s, y: functional.mse_loss(s[:, 0] + s[:, 1], (y % 3).float() + 1)),
    "smoothed": (nn.Identity(), lambda s, y: functional.cross_entropy(s, y, label_smoothing=0.1)),
    "sum": (nn.Identity(), lambda s, y: functional.cross_entropy(s, y, reduction="sum") / len(y)),
}


@pytest.mark.parametrize("name", FITTING)
def test_a_loss_that_fits_is_no_fault(trained: Callable[..., Report], name: str) -> None:
    last, loss = FITTING[name]
    report = trained(net(4, last), loss)
    assert (report.verdict, alarms(report)) == ("healthy", [])


def test_two_samples_for_a_batch_norm_of_features_are_named_with_the_layer(trained: Callable[..., Report]) -> None:
    report = trained(net(), batch=2, lr=0.01)
    assert (report.diagnoses[0].cause, report.diagnoses[0].places[0].layer) == ("batchnorm-small-batch", "3")


def test_statistics_that_never_follow_are_named_with_their_momentum(trained: Callable[..., Report]) -> None:
    report = trained(net(momentum=0.0))
    first = report.diagnoses[0]
    assert (report.verdict, first.cause, first.places[0].setting) == ("faulty", "batchnorm-stats-stale", "momentum")


def test_nine_tenths_of_dropout_are_named_with_the_layer(trained: Callable[..., Report]) -> None:
    report = trained(net(dropout=0.95), lr=0.02)
    assert (report.diagnoses[0].cause, report.diagnoses[0].places[0].layer) == ("dropout-too-high", "5")


def frozen() -> nn.Module:
    model = net()
    for parameter in model[0].parameters():
        parameter.requires_grad = False
    return model


def test_a_freeze_that_train_undoes_is_named_with_the_line_of_train(trained: Callable[..., Report]) -> None:
    def each(model: nn.Module, step: int) -> None:
        if step % 30 == 0:
            model.train()
        if step == 0:
            model[0].eval()  # type: ignore[index]

    report = trained(frozen(), each=each)
    first = report.diagnoses[0]
    assert (report.verdict, first.cause, first.places[0].layer) == ("faulty", "frozen-batchnorm-drifts", "0.1")
    assert first.places[0].line == each.__code__.co_firstlineno + 2


def test_a_freeze_that_holds_is_no_fault_and_one_of_weights_alone_a_note(trained: Callable[..., Report]) -> None:
    held = trained(frozen(), each=lambda model, step: model[0].eval() and None)  # type: ignore[index]
    alone = trained(frozen())
    assert (held.verdict, alarms(held)) == ("healthy", [])
    assert (alone.verdict, alarms(alone)) == ("healthy", [])
    assert "frozen-batchnorm-drifts" in [d.cause for d in alone.diagnoses if d.status == "proved"]
