"""A treatment of the model does what a person would write: the treated run ends with the weights of the mended one."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from tests.recorder.conftest import Net, Record, batch
from tests.recorder.treated import alike, entropy, plain, trained, treated
from traindx.core import model_treatments as model
from traindx.core.recording import Recording
from traindx.core.treatment import Treatment


def frozen(network: nn.Module) -> None:
    for parameter in network.parameters():
        parameter.requires_grad_(False)


def learning(network: nn.Module) -> torch.optim.Optimizer:
    parameters = [p for p in network.parameters() if p.requires_grad] or list(network.parameters())
    return torch.optim.SGD(parameters, 0.05)


def all_but_the_head(network: nn.Module) -> None:
    frozen(network.conv)  # type: ignore[arg-type]


@pytest.mark.parametrize("tune", [frozen, all_but_the_head])
def test_frozen_parameters_learn(record: Record, tune: Callable[[nn.Module], None]) -> None:
    found = treated(record, model.unfreeze(), lambda: trained(make=learning, tune=tune))
    assert alike(found, trained())


def test_layers_are_frozen(record: Record) -> None:
    found = treated(record, model.freeze(0.05), trained)
    torch.manual_seed(0)
    start = Net()
    same = [torch.equal(a, b) for a, b in zip(found.parameters(), start.parameters(), strict=True)]
    assert same == [True] * 2 + [False] * 4
    assert not any(p.requires_grad for p in found.conv.parameters())  # type: ignore[union-attr,operator]


def drawn(rule: Callable[[Any], Any]) -> Callable[[nn.Module], None]:
    def tune(network: nn.Module) -> None:
        torch.manual_seed(7)
        for layer in network.modules():
            if isinstance(layer, (nn.Conv2d, nn.Linear)):
                rule(layer.weight)
                nn.init.zeros_(layer.bias)  # type: ignore[arg-type]

    return tune


def he(weight: torch.Tensor) -> None:
    nn.init.kaiming_normal_(weight, mode="fan_out" if weight.dim() > 2 else "fan_in", nonlinearity="relu")


@pytest.mark.parametrize(
    ("treatment", "rule"), [(model.he_weights(), he), (model.xavier_weights(), nn.init.xavier_uniform_)]
)
def test_weights_are_drawn_by_a_rule(record: Record, treatment: Treatment, rule: Callable[[Any], Any]) -> None:
    def seeded() -> nn.Module:
        return trained(tune=lambda network: (torch.manual_seed(7), None)[1])

    assert alike(treated(record, treatment, seeded), trained(tune=drawn(rule)))


def stack(*between: Callable[[], nn.Module]) -> Callable[[], nn.Module]:
    """Flattened pictures through four layers with these between them."""

    def make() -> nn.Module:
        layers: list[nn.Module] = [nn.Flatten(), nn.Linear(432, 16)]
        for n in range(3):
            layers += [kind() for kind in between]
            layers.append(nn.Linear(16, 16 if n < 2 else 4))
        return nn.Sequential(*layers)

    return make


def pooled(*between: Callable[[], nn.Module]) -> Callable[[], nn.Module]:
    """Two convolutions and a classifier with pooling and these between them."""

    def make() -> nn.Module:
        first, second = [kind() for kind in between], [kind() for kind in between]
        head = [nn.MaxPool2d(2), nn.Flatten(), *second, nn.Linear(100, 4)]
        return nn.Sequential(nn.Conv2d(3, 4, 3), *first, nn.Conv2d(4, 4, 1), *head)

    return make


STACKS: dict[str, tuple[Treatment, Callable[[], nn.Module], Callable[[], nn.Module]]] = {
    "sigmoids replaced": (model.rectify(), stack(nn.Sigmoid), stack(nn.ReLU)),
    "tanhs replaced": (model.rectify(), stack(nn.Tanh), stack(nn.ReLU)),
    "sigmoids put in": (model.squash(), stack(nn.ReLU), stack(nn.Sigmoid)),
    "activations left out": (model.leave_activations_out(), stack(nn.ReLU), stack(nn.Identity)),
    "activations put in": (model.rectify_between(), stack(), stack(nn.ReLU)),
    "activations put in behind norms": (
        model.rectify_between(),
        stack(lambda: nn.BatchNorm1d(16)),
        stack(lambda: nn.BatchNorm1d(16), nn.ReLU),
    ),
    "activations put in behind pooling": (model.rectify_between(), pooled(), pooled(nn.ReLU)),
    "activations that work in place left alone": (
        model.rectify_between(),
        stack(lambda: nn.LeakyReLU(0.2, inplace=True)),
        stack(lambda: nn.LeakyReLU(0.2, inplace=True)),
    ),
    "normalisation put in": (
        model.normalize_layers(),
        stack(nn.Sigmoid),
        stack(lambda: nn.LayerNorm(16, elementwise_affine=False), nn.Sigmoid),
    ),
}


@pytest.mark.parametrize("name", STACKS)
def test_what_stands_between_layers_is_as_if_it_were_written_so(record: Record, name: str) -> None:
    treatment, faulty, mended = STACKS[name]
    found, expected, ill = (
        treated(record, treatment, lambda: trained(model=faulty)),
        trained(model=mended),
        trained(model=faulty),
    )
    pairs = list(zip(found.parameters(), expected.parameters(), strict=True))
    assert all(torch.equal(a, b) for a, b in pairs)
    same = all(torch.equal(a, b) for a, b in zip(found.parameters(), ill.parameters(), strict=True))
    assert same == ("left alone" in name)


def test_a_rectifier_where_there_is_an_activation_changes_nothing(record: Record) -> None:
    assert alike(
        treated(record, model.rectify_between(), lambda: trained(model=stack(nn.Tanh))), trained(model=stack(nn.Tanh))
    )


def test_a_treated_model_can_be_copied_and_pickled(record: Record) -> None:
    many = (model.rectify(), model.normalize_layers(), model.rectify_between())
    found = treated(record, many, lambda: trained(model=stack(nn.Sigmoid)))
    x = batch()[0]
    assert torch.equal(copy.deepcopy(found)(x), found(x)) and torch.equal(
        pickle.loads(pickle.dumps(found))(x), found(x)
    )


class InPlace(nn.Module):
    """A sigmoid whose result, which its gradient needs, is overwritten."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.two = nn.Linear(432, 16), nn.Linear(16, 4)

    def forward(self, x: torch.Tensor) -> Any:
        return self.two(nn.functional.relu(torch.sigmoid(self.one(x.flatten(1))), inplace=True).sub(0.5))


def test_an_activation_in_place_does_not_overwrite_what_the_gradient_needs(record: Record) -> None:
    class Beside(InPlace):
        def forward(self, x: torch.Tensor) -> Any:
            return self.two(nn.functional.relu(torch.sigmoid(self.one(x.flatten(1)))).sub(0.5))

    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        trained(model=InPlace)
    assert alike(treated(record, model.not_in_place(), lambda: trained(model=InPlace)), trained(model=Beside))


def validating(
    prepare: Callable[[nn.Module], Any], after: Callable[[nn.Module], Any], losses: list[float]
) -> Callable[..., None]:
    def go(network: nn.Module, optimizer: Any, x: torch.Tensor, y: torch.Tensor) -> None:
        plain(network, optimizer, x, y)
        prepare(network)
        with torch.no_grad():
            losses.append(entropy(network(x), y).item())
        after(network)

    return go


def nothing(network: nn.Module) -> None:
    """What is done where it is forgotten."""


def test_validation_is_done_in_evaluation_mode(record: Record, folder: Path) -> None:
    ill, cured, mended = [], [], []  # type: ignore[var-annotated]
    found = treated(record, model.eval_at_validation(), lambda: trained(validating(nothing, nothing, cured)))
    assert alike(found, trained(validating(nn.Module.eval, nn.Module.train, mended))) and cured == mended
    assert not alike(found, trained(validating(nothing, nothing, ill))) and cured != ill
    assert all(m.data["training"] for m in Recording.load(folder).of("mode")[-1:])


def test_training_mode_is_left_on_in_validation(record: Record) -> None:
    found = treated(
        record, model.train_at_validation(), lambda: trained(validating(nn.Module.eval, nn.Module.train, []))
    )
    assert alike(found, trained(validating(nothing, nothing, [])))


def dropped(share: float) -> Callable[[nn.Module], None]:
    def tune(network: nn.Module) -> None:
        network.drop.p = share  # type: ignore[union-attr]

    return tune


def test_dropout_is_capped_and_raised(record: Record, folder: Path) -> None:
    assert alike(
        treated(record, model.cap_dropout(0.1), lambda: trained(tune=dropped(0.9))), trained(tune=dropped(0.1))
    )


def test_dropout_is_raised(record: Record) -> None:
    assert alike(
        treated(record, model.raise_dropout(0.9), lambda: trained(tune=dropped(0.1))), trained(tune=dropped(0.9))
    )


def test_dropout_functions_are_capped_too(record: Record) -> None:
    x = torch.ones(1000)
    with record(model.cap_dropout(0.0)):
        assert torch.equal(nn.functional.dropout(x, 0.9), x) and torch.equal(
            nn.functional.dropout2d(x.view(1, 10, 10, 10)), x.view(1, 10, 10, 10)
        )
    assert not torch.equal(nn.functional.dropout(x, 0.9), x)


def normed(**settings: Any) -> Callable[[nn.Module], None]:
    def tune(network: nn.Module) -> None:
        for name, value in settings.items():
            setattr(network.norm, name, value)

    return tune


def test_running_statistics_follow_at_another_momentum(record: Record) -> None:
    found = treated(record, model.norm_momentum(), lambda: trained(tune=normed(momentum=1e-4)))
    assert alike(found, trained()) and not alike(found, trained(tune=normed(momentum=1e-4)))


def test_a_frozen_norm_keeps_its_statistics(record: Record) -> None:
    def freeze(network: nn.Module) -> None:
        frozen(network.norm)  # type: ignore[arg-type]

    def in_evaluation(network: nn.Module, optimizer: Any, x: torch.Tensor, y: torch.Tensor) -> None:
        network.norm.eval()  # type: ignore[union-attr,operator]
        plain(network, optimizer, x, y)

    found = treated(record, model.frozen_norms_stay(), lambda: trained(tune=freeze))
    assert alike_parameters(found, trained(in_evaluation, tune=freeze))
    assert torch.equal(found.norm.running_mean, torch.zeros(8))  # type: ignore[union-attr]


def test_all_norms_keep_the_statistics_that_they_began_with(record: Record) -> None:
    found = treated(record, model.freeze_norms(), trained)
    assert torch.equal(found.norm.running_mean, torch.zeros(8))  # type: ignore[union-attr]


class Grouped(Net):
    """The small network with a group norm."""

    def __init__(self) -> None:
        super().__init__()
        self.norm: Any = nn.GroupNorm(4, 8)


def alike_parameters(a: nn.Module, b: nn.Module) -> bool:
    return all(torch.equal(p, q) for p, q in zip(a.parameters(), b.parameters(), strict=True))


def test_batch_norms_become_group_norms(record: Record) -> None:
    found = treated(record, model.group_norm(), trained)
    assert alike_parameters(found, trained(model=Grouped)) and not alike_parameters(found, trained())
