"""Gradients before the step: cleared, kept, clipped, averaged, unscaled, or of the loss with its sign turned."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from typing import Any

from traindx.core.treatment import Argument
from traindx.recorder.description import held
from traindx.recorder.treater import Change, GroupTreater, Settings, Training, Treater

CLIPS = (
    Change("torch.nn.utils.clip_grad", "clip_grad_norm_", "clip_norm"),
    Change("torch.nn.utils.clip_grad", "clip_grad_value_", "clip_value"),
)
SCALER = "torch.amp.grad_scaler"


class ZeroGradAfterStep(Treater):
    """All gradients of an optimizer are cleared after its step."""

    name = "zero_grad_after_step"

    def after_step(self, optimizer: Any) -> bool:
        """Clear them."""
        for parameter in held(optimizer):
            parameter.grad = None
        return True


class SkipZeroGrad(Treater):
    """Every zero_grad does nothing."""

    name = "skip_zero_grad"
    changes = (
        Change("torch.optim.optimizer", "Optimizer.zero_grad", "nothing"),
        Change("torch.nn.modules.module", "Module.zero_grad", "nothing"),
    )

    def nothing(self, original: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """In place of zero_grad."""


class NoClipping(Treater):
    """Clips measure the norm and leave the gradients as they are."""

    name = "no_clipping"
    changes = CLIPS

    def clip_norm(
        self, original: Callable[..., Any], parameters: Any, max_norm: float, *args: Any, **kwargs: Any
    ) -> Any:
        """The norm, as the clip returns it."""
        kind = args[0] if args else kwargs.get("norm_type", 2.0)
        return norm_of(self.torch, parameters, float(kind))

    def clip_value(self, original: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """In place of a clip by value."""


def norm_of(torch: Any, parameters: Any, kind: float) -> Any:
    """The norm over all gradients."""
    tensors = [parameters] if isinstance(parameters, torch.Tensor) else list(parameters)
    gradients = [p.grad.detach() for p in tensors if p.grad is not None]
    if not gradients:
        return torch.tensor(0.0)
    norms = torch.stack([torch.linalg.vector_norm(g, kind).to(gradients[0].device) for g in gradients])
    return torch.linalg.vector_norm(norms, kind)


class ClipGradients(Treater):
    """The norm of the root's gradients is clipped after each backward pass."""

    name = "clip_gradients"
    changes = (Change("torch.autograd", "backward", "backward"),)

    def backward(self, original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """A backward pass, and the clip."""
        original(*args, **kwargs)
        root = self.training.root
        parameters = root.parameters() if root is not None else [p for o in self.training.optimizers for p in held(o)]
        self.torch.nn.utils.clip_grad_norm_(list(parameters), self.number("limit"))


class AverageAccumulated(Treater):
    """Gradients of several batches are divided by the number of batches before they are clipped or used.

    The number is that of the root's forward passes with gradients since the last step.
    """

    name = "average_accumulated"
    changes = (*CLIPS, Change("torch.autograd", "backward", "backward"))

    def __init__(self, training: Training, given: Mapping[str, Argument]) -> None:
        super().__init__(training, given)
        self._batches, self._divided = 0, False

    def backward(self, original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """A backward pass: another batch."""
        self._batches += 1
        return original(*args, **kwargs)

    def clip_norm(self, original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """A clip: of the averaged gradients."""
        self._divide()
        return original(*args, **kwargs)

    clip_value = clip_norm

    def before_step(self, optimizer: Any) -> None:
        """Divide where no clip came before."""
        self._divide()

    def after_step(self, optimizer: Any) -> bool:
        """Begin anew."""
        self._batches, self._divided = 0, False
        return False

    def _divide(self) -> None:
        if self._batches > 1 and not self._divided:
            parameters = {id(p): p for o in self.training.optimizers for p in held(o)}
            scale_gradients(self.torch, parameters.values(), 1 / self._batches)
            self._divided = True


def scale_gradients(torch: Any, parameters: Any, factor: float) -> None:
    """Multiply the gradients of parameters in place."""
    with torch.no_grad():
        gradients = [p.grad for p in parameters if p.grad is not None]
        if gradients:
            torch._foreach_mul_(gradients, factor)


class TurnLoss(GroupTreater):
    """The loss with its sign turned, or, where an optimizer maximises, that optimizer made to minimise."""

    name = "turn_loss"
    changes = (Change("torch.autograd", "backward", "backward"), Change(SCALER, "GradScaler.scale", "scale"))

    def __init__(self, training: Training, given: Mapping[str, Argument]) -> None:
        super().__init__(training, given)
        self._scaled: weakref.ref[Any] | None = None

    def _maximised(self) -> bool:
        return any(group.get("maximize") for o in self.training.optimizers for group in o.param_groups)

    def backward(self, original: Callable[..., Any], tensors: Any, *args: Any, **kwargs: Any) -> Any:
        """A backward pass of the turned loss."""
        if self._maximised() or (self._scaled is not None and self._scaled() is tensors):
            return original(tensors, *args, **kwargs)
        turned = -tensors if isinstance(tensors, self.torch.Tensor) else [-t for t in tensors]
        return original(turned, *args, **kwargs)

    def scale(self, original: Callable[..., Any], scaler: Any, outputs: Any) -> Any:
        """The loss is scaled for half precision: it is turned before that."""
        if self._maximised() or not isinstance(outputs, self.torch.Tensor):
            return original(scaler, outputs)
        result = original(scaler, -outputs)
        self._scaled = weakref.ref(result)
        return result

    def settings(self, optimizer: Any, group: Mapping[str, Any]) -> Settings:
        """No maximising."""
        return {"maximize": False} if group.get("maximize") else {}
