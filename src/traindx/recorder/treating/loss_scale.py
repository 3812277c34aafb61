"""The loss scale of mixed precision: gradients unscaled before they are clipped, or before a step that nothing unscales."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from typing import Any

from traindx.core.treatment import Argument
from traindx.recorder.description import held
from traindx.recorder.treater import Change, Training, Treater

SCALER = "torch.amp.grad_scaler"
CLIP = "torch.nn.utils.clip_grad"


class Scaled(Treater):
    """A treater that knows the scaler in use and what it has unscaled itself."""

    def __init__(self, training: Training, given: Mapping[str, Argument]) -> None:
        super().__init__(training, given)
        self._scaler: weakref.ref[Any] | None = None
        self.own: set[int] = set()

    def scale(self, original: Callable[..., Any], scaler: Any, outputs: Any) -> Any:
        """A loss is scaled."""
        self._scaler = weakref.ref(scaler)
        return original(scaler, outputs)

    def waiting(self, optimizer: Any) -> Any | None:
        """The scaler, where the optimizer's gradients bear its scale now."""
        scaler = None if self._scaler is None else self._scaler()
        if scaler is None or not scaler.is_enabled() or all(p.grad is None for p in held(optimizer)):
            return None
        return scaler if scaler._per_optimizer_states[id(optimizer)]["stage"].name == "READY" else None


class UnscaleFirst(Scaled):
    """Gradients are unscaled before they are clipped."""

    name = "unscale_first"
    changes = (
        Change(SCALER, "GradScaler.scale", "scale"),
        Change(SCALER, "GradScaler.unscale_", "unscale"),
        Change(CLIP, "clip_grad_norm_", "clip"),
        Change(CLIP, "clip_grad_value_", "clip"),
    )

    def clip(self, original: Callable[..., Any], parameters: Any, *args: Any, **kwargs: Any) -> Any:
        """A clip: of unscaled gradients."""
        parameters = [parameters] if isinstance(parameters, self.torch.Tensor) else list(parameters)
        clipped = {id(p) for p in parameters}
        for optimizer in self.training.optimizers:
            scaler = self.waiting(optimizer) if clipped & {id(p) for p in held(optimizer)} else None
            if scaler is not None:
                scaler.unscale_(optimizer)
                self.own.add(id(optimizer))
        return original(parameters, *args, **kwargs)

    def unscale(self, original: Callable[..., Any], scaler: Any, optimizer: Any) -> Any:
        """The training unscales: not what was unscaled for the clip."""
        if id(optimizer) in self.own:
            return None
        return original(scaler, optimizer)

    def after_step(self, optimizer: Any) -> bool:
        """The next gradients bear the scale again."""
        self.own = set()
        return False


class UnscaleBeforeStep(Scaled):
    """Gradients that nothing unscaled are unscaled before the step, which is left out where they are not finite, and the
    scale is adapted: what `scaler.step(optimizer); scaler.update()` does."""

    name = "unscale_before_step"
    changes = (Change(SCALER, "GradScaler.scale", "scale"),)

    def before_step(self, optimizer: Any) -> None:
        """Unscale; without gradients an optimizer changes nothing."""
        scaler = self.waiting(optimizer)
        if scaler is None:
            return
        scaler.unscale_(optimizer)
        self.own.add(id(optimizer))
        if any(bool(found) for found in scaler._per_optimizer_states[id(optimizer)]["found_inf_per_device"].values()):
            for parameter in held(optimizer):
                parameter.grad = None

    def scale(self, original: Callable[..., Any], scaler: Any, outputs: Any) -> Any:
        """The next loss is scaled: adapt the scale before, unless the training has done so."""
        if self.own and any(state["found_inf_per_device"] for state in scaler._per_optimizer_states.values()):
            scaler.update()
        self.own = set()
        return super().scale(original, scaler, outputs)
