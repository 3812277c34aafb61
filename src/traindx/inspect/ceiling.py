"""Whether a classifier's scores can grow: its class weights and what they are multiplied with are made sixteen times as large."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from traindx.inspect.looking import scores_of

TIMES = 16.0
"""By how much: the scores of a linear layer grow as much, those of normalised vectors do not at all."""
SAME = 1.02
STEPS = (1.0, 3.0, 10.0, 30.0)
"""How far the class weights are moved along their gradient, in lengths of theirs: towards the direction of a sample and away."""


def ceiling_of(torch: Any, model: Any, inputs: Any, classes: int) -> tuple[float, float, str] | None:
    """The lowest and highest score that were reached, and the module of the class weights, of a network whose scores do not grow.

    None of one whose scores do, or whose class weights cannot be told.
    """
    own = {
        name: p for name, p in model.named_parameters() if p.requires_grad and (classes in p.shape or p.numel() == 1)
    }
    modules = dict(model.named_modules())
    owner = next((_owner(name) for name, p in own.items() if p.dim() >= 2), None)
    if owner is None or owner not in modules or classes < 2:
        return None
    with _in_evaluation(model), _kept(torch, own):
        before = _reach(torch, model, inputs, classes)
        if before is None or not all(map(math.isfinite, before)) or not any(before):
            return None
        fed = [(modules[owner], True)] if owner else []
        fed += [(last, False) for last in _last_before(model, inputs, owner)]
        with torch.no_grad():
            for parameter in own.values():
                parameter.mul_(TIMES).add_(1.0 if parameter.numel() == 1 else 0.0)
        for module, entering in fed:
            with _scaled(torch, module, entering=entering):
                after = _reach(torch, model, inputs, classes)
            if after is not None and max(map(abs, after)) <= SAME * max(map(abs, before)):  # nan is none
                break
        else:
            return None
    seen = [before, *_searched(torch, model, inputs, classes, own)]
    return min(low for low, _ in seen), max(high for _, high in seen), owner


def _last_before(model: Any, inputs: Any, owner: str) -> list[Any]:
    """Of the modules beside that of the class weights, the one that is called last before it; of the network's own weights, the
    last that is called at all."""
    modules = dict(model.named_modules())
    around = modules[owner.rpartition(".")[0]] if owner else model
    order: list[Any] = []
    handles = [m.register_forward_hook(lambda m, _given, _output: order.append(m)) for m in around.children()]
    try:
        model(inputs)
    finally:
        for handle in handles:
            handle.remove()
    if owner:
        order = order[: order.index(modules[owner])] if modules[owner] in order else []
    return order[-1:]


def _searched(
    torch: Any, model: Any, inputs: Any, classes: int, own: Mapping[str, Any]
) -> Iterator[tuple[float, float]]:
    """The range of the scores with the class weights turned to one sample, and away from it."""
    matrices = [p for p in own.values() if p.dim() >= 2]
    with _in_evaluation(model):
        scores = scores_of(torch, model(inputs), classes)
        found = torch.autograd.grad(scores[0].sum(), matrices, allow_unused=True)
        for step in STEPS:
            for sign in (1.0, -1.0):
                with _kept(torch, own), torch.no_grad():
                    for parameter, gradient in zip(matrices, found, strict=True):
                        if gradient is not None:
                            size = gradient.norm().clamp_min(1e-12)
                            parameter.add_(gradient * (sign * step * parameter.norm() / size))
                    if (reached := _reach(torch, model, inputs, classes)) is not None:
                        yield reached


def _owner(name: str) -> str:
    """The module that a parameter is used by: of one that is made of others (`weight_norm`), that around them."""
    return name.partition(".parametrizations")[0] if ".parametrizations" in name else name.rpartition(".")[0]


def _reach(torch: Any, model: Any, inputs: Any, classes: int) -> tuple[float, float] | None:
    with torch.enable_grad():  # scores are told from other outputs by their gradient
        scores = scores_of(torch, model(inputs), classes)
    return None if scores is None else (float(scores.detach().min()), float(scores.detach().max()))


@contextmanager
def _in_evaluation(model: Any) -> Iterator[None]:
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode


@contextmanager
def _kept(torch: Any, own: Mapping[str, Any]) -> Iterator[None]:
    before = {name: p.detach().clone() for name, p in own.items()}
    try:
        yield
    finally:
        with torch.no_grad():
            for name, parameter in own.items():
                parameter.copy_(before[name])


@contextmanager
def _scaled(torch: Any, module: Any, *, entering: bool) -> Iterator[None]:
    """What the class weights are multiplied with made larger: where it enters their module, or leaves the one before it."""

    def larger(value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            return value * TIMES if value.is_floating_point() else value
        return type(value)(map(larger, value)) if type(value) in (tuple, list) else value

    if entering:
        handle = module.register_forward_pre_hook(lambda _m, given: larger(given))
    else:
        handle = module.register_forward_hook(lambda _m, _given, output: larger(output))
    try:
        yield
    finally:
        handle.remove()
