"""What the network is given: scaled, standardised, with its channels turned around, or prepared as in training."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from traindx.core.treatment import Argument
from traindx.recorder.measure import channel_dim, first_tensor
from traindx.recorder.treater import Training, Treater


class InputTreater(Treater):
    """A treater of all picture or feature tensors in the arguments that are like the first one."""

    def mapped(self, arguments: tuple[Any, ...], change: Callable[[Any], Any]) -> tuple[Any, ...]:
        """The arguments with those tensors changed; what is the user's stays as it is."""
        return tuple(self._mapped(arguments, first_tensor(self.torch, arguments), change))

    def _mapped(self, value: Any, like: Any, change: Callable[[Any], Any]) -> Any:
        if isinstance(value, self.torch.Tensor):
            same_kind = value.is_floating_point() and value.dim() == like.dim() and value.shape[1:2] == like.shape[1:2]
            return change(value) if value is like or same_kind else value
        if isinstance(value, dict):
            return {k: self._mapped(v, like, change) for k, v in value.items()}
        if type(value) in (list, tuple):
            return type(value)(self._mapped(v, like, change) for v in value)
        return value


class ScaleInputs(InputTreater):
    """Inputs times a factor."""

    name = "scale_inputs"

    def inputs(self, arguments: tuple[Any, ...], *, learns: bool) -> tuple[Any, ...]:
        """Scale them."""
        factor = self.number("factor")
        return self.mapped(arguments, lambda x: x * factor)


class Standardize(InputTreater):
    """Inputs shifted and scaled, per channel, by mean and standard deviation of the first training batch.

    Before there is a training step each call counts as that of the first batch: frameworks try out their models.
    """

    name = "standardize_inputs"

    def __init__(self, training: Training, given: Mapping[str, Argument]) -> None:
        super().__init__(training, given)
        self.first: tuple[Any, Any] | None = None

    def inputs(self, arguments: tuple[Any, ...], *, learns: bool) -> tuple[Any, ...]:
        """Standardise them."""
        if self.first is None or not self._trains():
            self.first = statistics(self.torch, first_tensor(self.torch, arguments))
        shift, scale = self.first

        def standardized(x: Any) -> Any:
            return ((x.float() - shift.to(x.device)) / scale.to(x.device)).to(x.dtype)

        return self.mapped(arguments, standardized)

    def _trains(self) -> bool:
        session = self.training.session
        return session is None or bool(session.seen.saw_backward)


class ValidateAsTrained(InputTreater):
    """Inputs of validation get, per channel, mean and deviation of the first training batch, by those of its own first."""

    name = "validate_as_trained"

    def __init__(self, training: Training, given: Mapping[str, Argument]) -> None:
        super().__init__(training, given)
        self._trained: tuple[Any, Any] | None = None
        self._validated: tuple[Any, Any] | None = None

    def inputs(self, arguments: tuple[Any, ...], *, learns: bool) -> tuple[Any, ...]:
        """Match them."""
        first = first_tensor(self.torch, arguments)
        if learns:
            self._trained = self._trained or statistics(self.torch, first)
        if learns or self._trained is None:
            return arguments
        self._validated = self._validated or statistics(self.torch, first)
        (mean, deviation), (own_mean, own_deviation) = self._trained, self._validated

        def matched(x: Any) -> Any:
            return ((x.float() - own_mean) / own_deviation * deviation + mean).to(x.dtype)

        return self.mapped(arguments, matched)


class FlipChannels(InputTreater):
    """The channels of pictures with three of them in reverse order: red and blue exchanged."""

    name = "flip_channels"

    def inputs(self, arguments: tuple[Any, ...], *, learns: bool) -> tuple[Any, ...]:
        """Turn them around."""

        def flipped(x: Any) -> Any:
            dim = x.dim() - 3
            return x.flip(dim) if x.dim() >= 3 and x.shape[dim] == 3 else x

        return self.mapped(arguments, flipped)


class NormalizeAgain(InputTreater):
    """Inputs normalised once more: less 0.45, divided by 0.225."""

    name = "normalize_again"

    def inputs(self, arguments: tuple[Any, ...], *, learns: bool) -> tuple[Any, ...]:
        """Normalise them."""
        return self.mapped(arguments, lambda x: (x - 0.45) / 0.225)


def statistics(torch: Any, tensor: Any) -> tuple[Any, Any]:
    """Mean and deviation per channel, of a shape that broadcasts."""
    with torch.no_grad():
        x = tensor.detach().float()
        dim = channel_dim(x)
        rest = [d for d in range(x.dim()) if d != dim]
        if dim is None or not rest:
            return x.mean(), x.std(unbiased=False).clamp(min=1e-12)
        mean = x.mean(dim=rest, keepdim=True)
        deviation = x.std(dim=rest, keepdim=True, unbiased=False)
        # a feature that is constant in the first batch (the border of a digit) keeps its scale among the others
        deviation = torch.where(deviation > 0, deviation, x.std(unbiased=False).clamp(min=1e-12))
        if tensor.dim() >= 3 and mean.dim() == tensor.dim() and dim == 1:
            mean, deviation = mean[:1], deviation[:1]
        return mean, deviation
