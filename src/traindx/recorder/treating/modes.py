"""Training and evaluation mode, and what layers do in them: dropout and running statistics."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from traindx.core.treatment import Argument
from traindx.recorder.description import core_of
from traindx.recorder.treater import Change, Training, Treater

DROPOUTS = ("dropout", "alpha_dropout", "feature_alpha_dropout", "dropout1d", "dropout2d", "dropout3d")


class TrainMode(Treater):
    """The root is in training mode at each forward pass with gradients."""

    name = "train_mode"

    def before_forward(self, root: Any) -> bool | None:
        """Training."""
        return True


class EvalMode(Treater):
    """The root is left in evaluation mode from a step on: `train()` has no effect."""

    name = "eval_mode"
    changes = (Change("torch.nn.modules.module", "Module.train", "train"),)

    def before_forward(self, root: Any) -> bool | None:
        """Evaluation, from that step on."""
        return False if self.training.step >= self.number("after_step") else None

    def train(self, original: Callable[..., Any], module: Any, mode: bool = True) -> Any:
        """`train` is called."""
        own = self.training.session.busy  # another treatment's call
        if mode and not own and self.training.step >= self.number("after_step") and self.training.is_root(module):
            return module
        return original(module, mode)


class EvalAtValidation(Treater):
    """The root is in evaluation mode in forward passes without gradients, and in training mode again in those with."""

    name = "eval_at_validation"

    def __init__(self, training: Training, given: Mapping[str, Argument]) -> None:
        super().__init__(training, given)
        self._switched = False

    def before_validation(self, module: Any) -> None:
        """Evaluate."""
        if module.training:
            module.eval()
            self._switched |= self.training.is_root(module)

    def before_forward(self, root: Any) -> bool | None:
        """Back to training, where it was that before."""
        switched, self._switched = self._switched, False
        return True if switched else None


class TrainAtValidation(Treater):
    """The root is left in training mode while it is validated."""

    name = "train_at_validation"

    def before_validation(self, module: Any) -> None:
        """Train."""
        if not module.training and self.training.is_root(module):
            module.train()


class CapDropout(Treater):
    """No dropout above `most`."""

    name = "cap_dropout"
    changes = tuple(Change("torch.nn.functional", name, "drop") for name in DROPOUTS)

    def first_forward(self, root: Any) -> None:
        """Of the modules."""
        for layer in core_of(root).modules():
            for name in ("p", "drop_prob", "dropout"):
                value = layer.__dict__.get(name)
                if isinstance(value, float) and (name != "p" or "Drop" in type(layer).__name__):
                    setattr(layer, name, min(value, self.number("most")))

    def drop(self, original: Callable[..., Any], input: Any, p: float = 0.5, *args: Any, **kwargs: Any) -> Any:
        """Of the functions."""
        return original(input, min(p, self.number("most")), *args, **kwargs)


class RaiseDropout(Treater):
    """Every dropout layer drops `share`."""

    name = "raise_dropout"

    def first_forward(self, root: Any) -> None:
        """Set it."""
        for layer in core_of(root).modules():
            if "Drop" in type(layer).__name__ and isinstance(layer.__dict__.get("p"), float):
                layer.p = max(layer.p, self.number("share"))


class NormMomentum(Treater):
    """Another momentum of the running statistics."""

    name = "norm_momentum"

    def first_forward(self, root: Any) -> None:
        """Set it."""
        for layer in core_of(root).modules():
            if layer._buffers.get("running_mean") is not None and isinstance(layer.__dict__.get("momentum"), float):
                layer.momentum = self.number("value")


class FrozenNormsStay(Treater):
    """Batch norms whose weight does not learn normalise by their running statistics, and leave those as they are."""

    name = "frozen_norms_stay"
    changes = (Change("torch.nn.functional", "batch_norm", "batch_norm"),)

    def batch_norm(
        self,
        original: Callable[..., Any],
        input: Any,
        running_mean: Any,
        running_var: Any,
        weight: Any = None,
        bias: Any = None,
        training: bool = False,
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        """A batch norm."""
        frozen = running_mean is not None and self.frozen(weight)
        return original(input, running_mean, running_var, weight, bias, training and not frozen, *args, **kwargs)

    def frozen(self, weight: Any) -> bool:
        """Whether a layer with this weight is frozen."""
        return weight is not None and not weight.requires_grad


class FreezeNorms(FrozenNormsStay):
    """Every batch norm normalises by the running statistics that it began with."""

    name = "freeze_norms"

    def frozen(self, weight: Any) -> bool:
        """All are."""
        return True


class GroupNorms(Treater):
    """Batch norms normalise each sample by itself, in up to 32 groups of channels, with the weight and bias that they have."""

    name = "group_norm"
    changes = (Change("torch.nn.functional", "batch_norm", "batch_norm"),)

    def batch_norm(
        self,
        original: Callable[..., Any],
        input: Any,
        running_mean: Any,
        running_var: Any,
        weight: Any = None,
        bias: Any = None,
        training: bool = False,
        momentum: float = 0.1,
        eps: float = 1e-5,
    ) -> Any:
        """A batch norm."""
        return self.torch.nn.functional.group_norm(input, groups(input.shape[1]), weight, bias, eps)


def groups(channels: int) -> int:
    """The largest number of groups up to 32 that divides the channels and leaves at least two of them in each."""
    return max(g for g in range(1, min(32, max(1, channels // 2)) + 1) if channels % g == 0)
