"""When an optimizer steps, and by which rule: after each backward pass, after several batches, or another optimizer's step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from traindx.core.treatment import Argument
from traindx.recorder.description import held
from traindx.recorder.treater import Change, StepTreater, Training
from traindx.recorder.treating.gradients import CLIPS, SCALER, norm_of, scale_gradients

ADAPTIVE_RATE, SGD_RATE, SGD_MOMENTUM = 1e-3, 0.05, 0.9
"""What is usual for AdamW, and for SGD with momentum."""


class StepAfterBackward(StepTreater):
    """Each optimizer that has gradients steps right after the backward pass, and not when the training calls it."""

    name = "step_after_backward"
    changes = (*StepTreater.changes, Change("torch.autograd", "backward", "backward"))

    def wanted_step(self, optimizer: Any, *args: Any, **kwargs: Any) -> None:
        """In place of the training's call."""
        optimizer._opt_called = True

    def backward(self, original: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """A backward pass, and the steps."""
        original(*args, **kwargs)
        for optimizer in self.training.optimizers:
            if any(p.grad is not None for p in held(optimizer)):
                self.really_step(optimizer)
                optimizer._opt_called = True


class ClearBeforeStep(StepTreater):
    """The training's calls of `optimizer.step` come after the gradients were cleared."""

    name = "clear_before_step"

    def wanted_step(self, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
        """Clear, and step."""
        optimizer.zero_grad()
        return self.really_step(optimizer, *args, **kwargs)


class Accumulate(StepTreater):
    """An optimizer steps at every n-th call, with the mean of the gradients of n batches.

    In between its gradients are neither cleared nor clipped nor unscaled. The run is cut after as many batches as without.
    """

    name = "accumulate"
    changes = (
        *StepTreater.changes,
        *CLIPS,
        Change("torch.optim.optimizer", "Optimizer.zero_grad", "clear"),
        Change("torch.nn.modules.module", "Module.zero_grad", "clear"),
        Change(SCALER, "GradScaler.unscale_", "unscale"),
        Change(SCALER, "GradScaler.step", "scaled_step"),
        Change(SCALER, "GradScaler.update", "update"),
    )

    def __init__(self, training: Training, given: Mapping[str, Argument]) -> None:
        super().__init__(training, given)
        self._batches = int(self.number("batches"))
        training.lengthen(1 / self._batches)
        self._calls: WeakKeyDictionary[Any, int] = WeakKeyDictionary()
        self._divided: set[int] = set()

    def _is_last(self, optimizer: Any) -> bool:
        return self._calls.get(optimizer, 0) + 1 >= self._batches

    def _mean(self, optimizer: Any) -> None:
        if id(optimizer) not in self._divided:
            self._divided.add(id(optimizer))
            scale_gradients(self.torch, held(optimizer), 1 / self._batches)

    def clear(self, original: Callable[..., Any], of: Any, *args: Any, **kwargs: Any) -> Any:
        """Gradients are to be cleared: only where none wait."""
        return None if any(self._calls.values()) else original(of, *args, **kwargs)

    def clip_norm(self, original: Callable[..., Any], parameters: Any, *args: Any, **kwargs: Any) -> Any:
        """A clip: of the mean, right before the step."""
        if not self._ready():
            return norm_of(self.torch, parameters, 2.0)
        return original(parameters, *args, **kwargs)

    def clip_value(self, original: Callable[..., Any], parameters: Any, *args: Any, **kwargs: Any) -> Any:
        """The same by value."""
        return original(parameters, *args, **kwargs) if self._ready() else None

    def _ready(self) -> bool:
        last = [o for o in self.training.optimizers if self._is_last(o)]
        for optimizer in last:
            self._mean(optimizer)
        return bool(last)

    def unscale(self, original: Callable[..., Any], scaler: Any, optimizer: Any) -> Any:
        """Unscaling: right before the step."""
        return original(scaler, optimizer) if not scaler.is_enabled() or self._is_last(optimizer) else None

    def scaled_step(self, original: Callable[..., Any], scaler: Any, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
        """A step through the scaler, which may leave it out."""
        if not scaler.is_enabled():
            return original(scaler, optimizer, *args, **kwargs)
        if not self._is_last(optimizer):
            self._calls[optimizer] = self._calls.get(optimizer, 0) + 1
            return None
        self._mean(optimizer)
        result = original(scaler, optimizer, *args, **kwargs)
        self._begin(optimizer)
        return result

    def update(self, original: Callable[..., Any], scaler: Any, *args: Any, **kwargs: Any) -> Any:
        """The scale is to be adapted: where there was a step."""
        return None if scaler.is_enabled() and any(self._calls.values()) else original(scaler, *args, **kwargs)

    def wanted_step(self, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
        """The training calls `optimizer.step`."""
        if not self._is_last(optimizer):
            self._calls[optimizer] = self._calls.get(optimizer, 0) + 1
            optimizer._opt_called = True
            return None
        self._mean(optimizer)
        result = self.really_step(optimizer, *args, **kwargs)
        self._begin(optimizer)
        return result

    def _begin(self, optimizer: Any) -> None:
        self._calls[optimizer] = 0
        self._divided.discard(id(optimizer))


class OtherOptimizer(StepTreater):
    """The step of another optimizer over the same parameters: AdamW, or SGD with momentum.

    `kind` is `adamw`, `sgd`, or `auto`: SGD in place of one of Adam's kin whose rate is usual for it, else AdamW. Its rate
    is its usual one, times the share that a schedule takes of the training's own.
    """

    name = "other_optimizer"

    def __init__(self, training: Training, given: Mapping[str, Argument]) -> None:
        super().__init__(training, given)
        self._others: dict[tuple[int, ...], tuple[Any, list[float]]] = {}
        self._making = False

    def diverts(self, optimizer: Any) -> bool:
        """All but those made here."""
        return not self._making

    def wanted_step(self, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
        """The other's step; a new optimizer over the same parameters goes on with the same other one."""
        key = tuple(map(id, held(optimizer)))
        if key not in self._others:
            self._others[key] = self._made(optimizer), [float(g["lr"]) for g in optimizer.param_groups]
        other, first = self._others[key]
        for group, own, base in zip(other.param_groups, optimizer.param_groups, first, strict=True):
            full = float(own.get("max_lr") or own.get("initial_lr") or base)
            group["lr"] = other.defaults["lr"] * (float(own["lr"]) / full if full else 1.0)
        optimizer._opt_called = True
        return other.step(*args, **kwargs)

    def _made(self, optimizer: Any) -> Any:
        groups = [{"params": g["params"], "weight_decay": g.get("weight_decay", 0.0)} for g in optimizer.param_groups]
        kind = str(self.given["kind"])
        if kind == "auto":
            rate = float(optimizer.param_groups[0].get("lr") or 0.0)
            usual = "betas" in optimizer.param_groups[0] and ADAPTIVE_RATE / 10 <= rate <= 3 * ADAPTIVE_RATE
            kind = "sgd" if usual else "adamw"
        self._making = True
        try:
            if kind == "sgd":
                return self.torch.optim.SGD(groups, lr=SGD_RATE, momentum=SGD_MOMENTUM)
            return self.torch.optim.AdamW(groups, lr=ADAPTIVE_RATE)
        finally:
            self._making = False
