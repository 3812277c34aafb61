"""A treatment of the loss does what a person would write: the treated run ends with the weights of the mended one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader

from tests.recorder.conftest import Record
from tests.recorder.test_treated_data import generator, loading, pictures
from tests.recorder.treated import alike, entropy, trained, treated
from traindx.core import data_treatments as data
from traindx.core.treatment import Treatment


def losing(
    loss: Callable[..., Any], activation: Callable[[torch.Tensor], torch.Tensor] = lambda s: s
) -> Callable[..., None]:
    def go(network: nn.Module, optimizer: Any, x: torch.Tensor, y: torch.Tensor) -> None:
        optimizer.zero_grad()
        loss(activation(network(x)), y).backward()
        optimizer.step()

    return go


F = nn.functional


def binary(scores: torch.Tensor, y: torch.Tensor, **settings: Any) -> torch.Tensor:
    return F.binary_cross_entropy_with_logits(scores, F.one_hot(y, 4).float(), **settings)


def likelihood(scores: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return F.nll_loss(scores, y)


def numbers(scores: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return F.mse_loss(scores, 3 * F.one_hot(y, 4).float() - 1)


BEFORE: dict[str, tuple[Any, Any, Any]] = {
    "softmax before cross entropy": (entropy, lambda s: s.softmax(1), lambda s: s),
    "softmax module before cross entropy": (nn.CrossEntropyLoss(), nn.Softmax(dim=1), lambda s: s),
    "sigmoid before cross entropy": (entropy, lambda s: torch.sigmoid(s), lambda s: s),
    "sigmoid before binary cross entropy": (binary, nn.Sigmoid(), lambda s: s),
    "ReLU on the scores": (entropy, nn.ReLU(), lambda s: s),
    "ReLU in place on the scores": (entropy, nn.ReLU(inplace=True), lambda s: s),
    "tanh on numbers beyond its reach": (numbers, nn.Tanh(), lambda s: s),
    "log-softmax over the batch": (likelihood, lambda s: s.log_softmax(0), lambda s: s.log_softmax(1)),
}


@pytest.mark.parametrize("name", BEFORE)
def test_the_loss_is_given_the_scores_from_before_the_activation(record: Record, name: str) -> None:
    loss, faulty, mended = BEFORE[name]
    found = treated(record, data.raw_scores(), lambda: trained(losing(loss, faulty)))
    assert alike(found, trained(losing(loss, mended))) and not alike(found, trained(losing(loss, faulty)))


@pytest.mark.parametrize("activation", [lambda s: s.softmax(1).view(8, 4), lambda s: s.sigmoid().reshape(8, 4) * 1.0])
def test_scores_that_were_laid_out_anew_are_turned_back_by_the_inverse(record: Record, activation: Any) -> None:
    loss = binary if "sigmoid" in activation.__code__.co_names else entropy
    found = treated(record, data.raw_scores(), lambda: trained(losing(loss, activation)))
    assert alike(found, trained(losing(loss)), exact=False)


def test_scores_without_an_activation_stay_as_they_are(record: Record) -> None:
    assert alike(treated(record, data.raw_scores(), trained), trained())


WEIGHTS = torch.tensor([1.0, 2.0, 3.0, 4.0])
USUAL: dict[str, tuple[Any, Any]] = {
    "a sum": (lambda s, y: entropy(s, y, reduction="sum"), entropy),
    "a sum of a module": (nn.CrossEntropyLoss(reduction="sum"), entropy),
    "weights": (nn.CrossEntropyLoss(WEIGHTS), entropy),
    "too much smoothing": (nn.CrossEntropyLoss(label_smoothing=0.8), lambda s, y: entropy(s, y, label_smoothing=0.1)),
    "a class ignored": (nn.CrossEntropyLoss(ignore_index=0), entropy),
    "logits for negative log-likelihood": (likelihood, entropy),
    "shapes that broadcast": (
        lambda s, y: F.mse_loss(s[:, :1] / 9, y.float()),
        lambda s, y: F.mse_loss(s[:, 0] / 9, y.float()),
    ),
}


@pytest.mark.filterwarnings("ignore:Using a target size")
@pytest.mark.parametrize("name", USUAL)
def test_a_loss_in_its_usual_form(record: Record, name: str) -> None:
    faulty, mended = USUAL[name]
    found = treated(record, data.usual_loss(), lambda: trained(losing(faulty)))
    assert alike(found, trained(losing(mended)), exact=False) and not alike(found, trained(losing(faulty)), exact=False)


def focal(scores: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    right = scores.softmax(1).gather(1, y[:, None])[:, 0]
    return ((1 - right) ** 2 * -right.log()).mean()


FORMS: dict[str, tuple[Treatment, Any, Any]] = {
    "a sum": (data.sum_loss(), entropy, lambda s, y: entropy(s, y, reduction="sum")),
    "smoothing": (data.smooth_labels(0.2), entropy, lambda s, y: entropy(s, y, label_smoothing=0.2)),
    "focal": (data.focal_loss(2.0), entropy, focal),
}


@pytest.mark.parametrize("name", FORMS)
def test_another_form_of_the_loss(record: Record, name: str) -> None:
    treatment, asked, written = FORMS[name]
    found = treated(record, treatment, lambda: trained(losing(asked)))
    assert alike(found, trained(losing(written)), exact=False) and not alike(found, trained(losing(asked)), exact=False)


def over(loss: Callable[..., Any]) -> Callable[[], nn.Module]:
    return loading(lambda: DataLoader(pictures(), 8, shuffle=True, generator=generator()), losing(loss))


def test_classes_are_weighed_by_how_rare_they_are_in_the_training_set(record: Record) -> None:
    weights = torch.tensor([48 / (3 * 24), 48 / (3 * 18), 48 / (3 * 6), 1.0])
    found = treated(record, data.class_weights(), over(entropy))
    assert alike(found, over(nn.CrossEntropyLoss(weights))(), exact=False) and not alike(found, over(entropy)())


def one_against_all(scores: torch.Tensor, y: torch.Tensor, **settings: Any) -> torch.Tensor:
    return F.binary_cross_entropy_with_logits(scores[:, 0], (y == 2).float(), **settings)


@pytest.mark.parametrize(("both", "name"), [(False, "pos_weight"), (True, "weight")])
def test_positives_are_weighed_by_what_was_seen_of_them(record: Record, both: bool, name: str) -> None:
    def seen() -> Callable[..., torch.Tensor]:
        total = torch.zeros(2)

        def loss(scores: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
            total.add_(torch.tensor([float((y == 2).sum()), float(len(y))]))
            weight = (total[1] - total[0]) / total[0].clamp(min=1)
            return one_against_all(scores, y, **{name: weight})

        return loss

    found = treated(record, data.positive_weight(both=both), lambda: trained(losing(one_against_all)))
    assert alike(found, trained(losing(seen())), exact=False) and not alike(found, trained(losing(one_against_all)))
